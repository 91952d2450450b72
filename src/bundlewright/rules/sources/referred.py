"""The source files that a resource refers to, and what is found in them.

Sources: https://docs.databricks.com/aws/en/dev-tools/bundles/settings#paths and
https://docs.databricks.com/aws/en/dev-tools/bundles/resources
"""

import functools
import os

from bundlewright.bundle.access import items_of, known, place_at, value_at
from bundlewright.bundle.paths import local_paths
from bundlewright.rules import Problem

KINDS = ("jobs", "pipelines", "dashboards", "alerts")


@functools.lru_cache(maxsize=1)  # several rules ask this of one resource after another
def files_of(resource):
    """The source files that a resource refers to and that are there, with what they include.

    Returns:
        A list of (path below the resource, absolute file name) pairs.
    """
    bundle = resource.bundle
    found = []
    for path, _, _, names in local_paths(resource):
        if path[-1] in _SOURCES:
            found += [(path, name) for name in names]
    if resource.kind == "pipelines":
        for index, library in items_of(resource.config, "libraries"):
            path = ("libraries", index, "glob", "include")
            pattern = value_at(library, path[2:])
            if isinstance(pattern, str) and known(pattern) and not pattern.startswith("/"):
                absolute = bundle.absolute(place_at(resource.config, path)[0], pattern)
                found += [(path, name) for name in _below(bundle, absolute)]
    return [
        (path, each)
        for path, name in found
        if bundle.is_file(name)
        for each in remembered(bundle, with_included, name)
    ]


# The fields that name source files.
_SOURCES = ("file_path", "notebook_path", "path", "python_file")


def _below(bundle, pattern):
    """The source files that a pipeline's `glob.include` names: one file, or all below a folder."""
    folder, _, rest = pattern.partition("**")
    if not rest and folder == pattern:
        return [pattern]
    folder = bundle.relative(folder)
    prefix = "" if folder == "." else f"{folder}/"
    names = [name for name in bundle.files() if name.startswith(prefix)]
    return [
        os.path.join(bundle.root, name) for name in sorted(names) if name.endswith((".py", ".sql"))
    ]


@functools.lru_cache(maxsize=1)
def _memory(bundle):
    """What was found in the files of the bundle that is being judged."""
    return {}


def remembered(bundle, question, file):
    """What a question says of a file, asked once a run.

    Args:
        bundle: the `Bundle`.
        question: a function of a bundle and an absolute file name.
        file: the absolute file name.
    """
    memory = _memory(bundle)
    key = (question, file)
    if key not in memory:
        memory[key] = question(bundle, file)
    return memory[key]


def judged(resource, read, judge):
    """What a judge finds in the files that a resource refers to; each is judged once a run.

    Args:
        resource: the `Resource`.
        read: gives what is judged for a bundle and an absolute file name.
        judge: gives `Problem`s with places for that.

    Yields:
        `Problem`s whose path leads to what refers to the file.
    """
    memory = _memory(resource.bundle)
    for path, file in files_of(resource):
        if (judge, file) not in memory:
            there = remembered(resource.bundle, read, file)
            memory[judge, file] = list(judge(there)) if there else []
        for problem in memory[judge, file]:
            yield Problem(
                problem.message,
                path,
                problem.hint,
                place=problem.place,
                severity=problem.severity,
                related=problem.related,
            )


def snippets(bundle, file):
    """The snippets of a source file; see `bundlewright.rules.sources.snippets.snippets_of`."""
    return remembered(bundle, _read_snippets, file)


def _read_snippets(bundle, file):
    text = bundle.text_of(file)
    if text is None or not _says_something(text):
        return []
    from bundlewright.rules.sources.snippets import snippets_of  # only with something to look into

    return snippets_of(bundle.relative(file), text)


def _says_something(text):
    """Whether a source file holds more than comments; cells of other languages are such."""
    lines = (line.lstrip() for line in text.splitlines())
    return "MAGIC" in text or any(line and not line.startswith(("#", "--")) for line in lines)


def codes(bundle, file):
    """The Python of a source file, as `bundlewright.rules.sources.pythons.Code`s."""
    return remembered(bundle, _read_codes, file)


def _read_codes(bundle, file):
    found = snippets(bundle, file)
    if not any(one.language == "python" for one in found):
        return []
    from bundlewright.rules.sources.pythons import codes_of  # only with Python to look into

    return codes_of(found)


_NOTEBOOK_EXTENSIONS = (".py", ".sql", ".ipynb", ".r", ".R", ".scala")


def runs_in(bundle, file):
    """The notebooks that a notebook includes with `%run`.

    Returns:
        (path as written, place, file, whether it is a notebook) tuples; the file is an absolute
        name, or None where there is no such file. What lies outside of the bundle is left out.
    """
    return remembered(bundle, _read_runs, file)


def _read_runs(bundle, file):
    if not file.endswith(_NOTEBOOK_EXTENSIONS) or "%run" not in (bundle.text_of(file) or ""):
        return []
    from bundlewright.rules.sources.snippets import included_by

    found = []
    for snippet in snippets(bundle, file):
        written, place = included_by(snippet)
        if written:
            target = os.path.normpath(os.path.join(os.path.dirname(file), written))
            if os.path.isabs(written) or not target.startswith(bundle.root + os.sep):
                continue
            names = [target, *(target + extension for extension in _NOTEBOOK_EXTENSIONS)]
            there = next((name for name in names if bundle.is_file(name)), None)
            found.append((written, place, there, bool(there) and bundle.is_notebook(there)))
    return found


def with_included(bundle, file):
    """A file and all that it includes with `%run`, directly or through others."""
    found = [file]
    for one in found:
        found += [each for _, _, each, _ in runs_in(bundle, one) if each and each not in found]
    return found
