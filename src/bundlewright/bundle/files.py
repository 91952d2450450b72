"""Finds a bundle's files: the root file and what its `include` section names.

Source of the semantics: https://docs.databricks.com/aws/en/dev-tools/bundles/settings#include
"""

import functools
import json
import os
import re
import sys

from bundlewright.bundle.document import Document, Map, Seq, parse, read
from bundlewright.errors import CannotRun
from bundlewright.patterns import Pattern

ROOT_NAMES = ("databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml")
_EXTENSIONS = (".yml", ".yaml", ".json")
NOTEBOOK_HEADERS = {
    ".py": b"# Databricks notebook source",
    ".r": b"# Databricks notebook source",
    ".sql": b"-- Databricks notebook source",
    ".scala": b"// Databricks notebook source",
}
_GLOB_CHARACTERS = Pattern(r"[*?\[]")


class NoBundle(CannotRun):
    """There is no bundle to check at a path; the message says why, for people."""


def find_root(path):
    """Find the bundle that a path belongs to.

    Args:
        path: a bundle's folder, or a folder or a file in it.

    Returns:
        The absolute path of the bundle's folder and the name of its root file.

    Raises:
        NoBundle: there is none, or a folder has several root files.
    """
    path = os.path.abspath(path)
    if not os.path.exists(path):
        raise NoBundle(f"{path} does not exist")
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    while True:
        names = [name for name in ROOT_NAMES if os.path.isfile(os.path.join(folder, name))]
        if len(names) > 1:
            raise NoBundle(f"{folder} has several root files: {', '.join(names)}; keep one")
        if names:
            return folder, names[0]
        parent = os.path.dirname(folder)
        if parent == folder:
            raise NoBundle(f"no databricks.yml in {path} or in a folder above it")
        folder = parent


def read_files(root, root_name, unsaved):
    """Read the root file and all that it includes, each once.

    Args:
        root: the bundle's folder.
        root_name: the name of its root file.
        unsaved: contents by absolute path that count in place of those on the disk.

    Returns:
        The documents in the order in which the CLI merges them, and the problems with the `include`
        section as (kind, pattern, place) with kind one of `absolute`, `missing`, `empty_glob`,
        `extension`.
    """

    def document(name):
        path = os.path.join(root, name)
        return parse(unsaved[path], Document(name)) if path in unsaved else read(path, name)

    documents = [document(root_name)]
    problems = []
    seen = {root_name}
    section = documents[0].data.get("include") if isinstance(documents[0].data, Map) else None
    if not isinstance(section, Seq):
        return documents, problems
    for pattern, place in zip(section, section.places, strict=True):
        if not isinstance(pattern, str):
            continue  # the schema reports it
        if os.path.isabs(pattern):
            problems.append(("absolute", pattern, place))
            continue
        names = expand_glob(root, pattern)
        if not names:
            kind = "empty_glob" if _GLOB_CHARACTERS.search(pattern) else "missing"
            problems.append((kind, pattern, place))
        for name in sorted(names):
            if name in seen:
                continue
            seen.add(name)
            if os.path.splitext(name)[1] not in _EXTENSIONS:
                problems.append(("extension", name, place))
                continue
            documents.append(document(name))
    return documents, problems


def expand_glob(root, pattern):
    """List what matches a pattern, by the rules of Go's `filepath.Glob`: `**` is no more than `*`.

    Args:
        root: the folder that the pattern is relative to.
        pattern: names joined by `/`, with `*`, `?` and `[...]`.

    Returns:
        Paths relative to `root`, with `/`, unsorted.
    """
    found = [""]
    parts = [part for part in os.path.normpath(pattern).split(os.sep) if part != "."]
    for part in parts:
        matches = _matcher(part)
        deeper = []
        for prefix in found:
            if matches is None:
                path = os.path.join(prefix, part)
                if os.path.lexists(os.path.join(root, path)):
                    deeper.append(path)
                continue
            try:
                names = os.listdir(os.path.join(root, prefix))
            except OSError:
                continue  # a file where the pattern wants a folder matches nothing
            deeper.extend(os.path.join(prefix, name) for name in names if matches(name))
        found = deeper
    return [path.replace(os.sep, "/") for path in found]


def files_matching(bundle, file, pattern):
    """What a path with wildcards leads to.

    Args:
        bundle: the `Bundle`.
        file: the name of the file that the path stands in.
        pattern: the path.

    Returns:
        Paths relative to the bundle's folder, unsorted.
    """
    return expand_glob(bundle.root, bundle.relative(bundle.absolute(file, pattern)))


def _matcher(part):
    """What tells whether a name matches one part of a pattern; None for one without wildcards."""
    if not _GLOB_CHARACTERS.search(part):
        return None
    chunks, sizes = [""], [0]  # what stands between stars: as expressions, and in characters
    index = 0
    while index < len(part):
        character = part[index]
        end = part.find("]", index + 2) if character == "[" else -1
        if character == "*":
            chunks.append("")
            sizes.append(0)
            index += 1
            continue
        if character == "?":
            chunks[-1] += "."
        elif character == "\\" and index + 1 < len(part):
            index += 1
            chunks[-1] += re.escape(part[index])
        elif end > 0:
            content = part[index + 1 : end].replace("[", r"\[").replace("&&", r"\&&")
            chunks[-1] += f"[{content}]"
            index = end
        else:
            chunks[-1] += re.escape(character)
        sizes[-1] += 1
        index += 1
    try:
        first, *others = (re.compile(chunk, re.DOTALL) for chunk in chunks)
    except re.error:
        return lambda name: False  # a malformed pattern matches nothing
    if not others:
        return first.fullmatch

    def matches(name):
        # Leftmost places suffice, so no star makes another one try again.
        found = first.match(name)
        for chunk in others[:-1]:
            found = found and chunk.search(name, found.end())
        begin = len(name) - sizes[-1]
        return bool(found) and found.end() <= begin and bool(others[-1].match(name, begin))

    return matches


def is_notebook(path):
    """Whether a file is a notebook: a Jupyter one, or one whose first line is exactly the header.

    Source: https://docs.databricks.com/aws/en/notebooks/notebook-format
    """
    extension = os.path.splitext(path)[1].lower()
    if extension == ".ipynb":
        with open(path, "rb") as file:
            try:
                return isinstance(json.load(file), dict)
            except ValueError:
                return False
    header = NOTEBOOK_HEADERS.get(extension)
    if header is None:
        return False
    with open(path, "rb") as file:
        return file.readline(len(header) + 3).rstrip(b"\r\n") == header


def exists_as_spelled(path):
    """Whether a path exists in just this spelling, also where the system takes `A` for `a`.

    The workspace, where the files end up, does not.
    """
    if not os.path.exists(path) or not _IGNORES_CASE:
        return os.path.exists(path)
    folder, name = os.path.split(path)
    return not name or (name in _names_in(folder) and exists_as_spelled(folder))


_IGNORES_CASE = sys.platform in ("darwin", "win32")


@functools.cache
def _names_in(folder):
    try:
        return frozenset((*os.listdir(folder), "..", "."))
    except OSError:
        return frozenset()


def list_files(root):
    """The files below a folder, relative to it and with `/`; not those of git and of the CLI."""
    names = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in (".git", ".databricks")]
        base = os.path.relpath(folder, root).replace(os.sep, "/")
        names += files if base == "." else [f"{base}/{name}" for name in files]
    return names


_NOT_OURS = ("__pycache__", "node_modules", "site-packages", "venv")
_NOT_DEPLOYED = (
    *("build", "dist", "docs", "example", "examples", "fixtures", "template", "templates"),
    *("test", "tests"),
)
_MOST_NAMES = 10_000  # files that are looked through
_MOST_JSON = 20  # files of a folder; more of them are data


def list_configuration(root, base):
    """List the YAML and JSON files in a folder of a bundle that may be meant to be a part of it.

    Args:
        root: the bundle's folder.
        base: the folder, relative to it; of "." only the files in it are listed.

    Returns:
        Their names relative to `root`, with `/`; without what is hidden, what is installed, and
        what belongs to a bundle inside.
    """
    found = []
    for inside, folders, names in _walk(root, base):
        if inside != "." and not _NO_ROOT_NAMES(names):
            folders.clear()
            continue
        if base == ".":
            folders.clear()
        found += _configuration_among(inside, names)
    return found


def list_stray_configuration(root):
    """List those files in a whole bundle that are not for tests, examples, templates or packages.

    Takes and gives what `list_configuration` does, but nothing where there is a bundle inside,
    which may read the files around it, or where there are too many files to look at.
    """
    found, count = [], 0
    for inside, folders, names in _walk(root, "."):
        count += len(names)
        if (inside != "." and not _NO_ROOT_NAMES(names)) or count > _MOST_NAMES:
            return []
        folders[:] = [name for name in folders if name not in _NOT_DEPLOYED and "{{" not in name]
        if "pyvenv.cfg" in names:
            folders.clear()
        else:
            found += _configuration_among(inside, names)
    return found


_NO_ROOT_NAMES = frozenset(ROOT_NAMES).isdisjoint


def _walk(root, base):
    """What `os.walk` gives, the folder relative to the root, without what is not of a bundle."""
    for folder, folders, names in os.walk(os.path.join(root, base)):
        folders[:] = [name for name in folders if name[0] != "." and name not in _NOT_OURS]
        yield os.path.relpath(folder, root).replace(os.sep, "/"), folders, names


def _configuration_among(inside, names):
    names = [name for name in names if name[0] != "." and name.endswith(_EXTENSIONS)]
    if sum(name.endswith(".json") for name in names) > _MOST_JSON:
        names = [name for name in names if not name.endswith(".json")]
    return names if inside == "." else [f"{inside}/{name}" for name in names]
