"""Which files a bundle brings together.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/settings#include
"""

import functools
import os
import re

from bundlewright.bundle.document import Map, Seq
from bundlewright.bundle.files import list_configuration, list_stray_configuration
from bundlewright.bundle.references import REFERENCE
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule
from bundlewright.schema.walker import load_table, type_at


@rule("BW004", ERROR, on="bundle", cli=ERROR)
def missing_include(bundle):
    """A file named in `include` does not exist.

    The CLI stops at it.

    Fails:
        include:
          - resources/etl.job.yml
    Passes:
        include:
          - resources/etl.job.yml
        @ resources/etl.job.yml
        resources: {}
    """
    for kind, pattern, place in bundle.include_problems:
        if kind == "missing":
            hint = _not_resolved(pattern)
            yield Problem(f"included file {pattern!r} does not exist", place=place, hint=hint)


def _not_resolved(pattern):
    return "references are not resolved in include" if REFERENCE.search(pattern) else ""


@rule("BW005", WARNING, on="bundle")
def empty_include(bundle):
    """A pattern in `include` matches no file.

    The CLI says nothing, and the resources that it was meant to bring are not deployed. Note that
    `**` matches one level of folders only, that `*.yml` does not match `.yaml`, and that a
    `${...}` reference is not resolved here, so it never matches.

    Beside a pattern that finds files from the same folder on, such as `resources/*/*.yml` beside
    `resources/*.yml`, it may be there for files to come, and is only worth a remark.

    Fails:
        include:
          - resources/*.yml
    Passes:
        include:
          - resources/*.yml
        @ resources/etl.job.yml
        resources: {}
    """
    missed = _missed_files(bundle)
    unmet = {pattern for _, pattern, _ in bundle.include_problems}
    bases = {_base_of(one) for one in _patterns(bundle) if one not in unmet and _WILD.search(one)}
    for kind, pattern, place in bundle.include_problems:
        if kind == "empty_glob":
            near = [name for name in missed if _is_below(name, _base_of(pattern))]
            hint = _not_resolved(pattern)
            if near and not hint:
                hint = f"write {_pattern_for(near[0], pattern)!r} for {near[0]!r}"
            elif "**" in pattern:
                hint = "'**' is one level of folders: write one pattern for each level"
            severity = INFO if _base_of(pattern) in bases and not near else None
            if REFERENCE.search(pattern):
                severity = ERROR
            message = f"include pattern {pattern!r} matches no file"
            yield Problem(message, place=place, hint=hint, severity=severity)


@rule("BW006", ERROR, on="bundle", cli=ERROR)
def impossible_include(bundle):
    """`include` names an absolute path, or a file that is neither YAML nor JSON.

    The CLI stops at it.

    Fails:
        include:
          - src/*.py
        @ src/etl.py
        print("etl")
    Passes:
        include:
          - resources/*.yml
        @ resources/etl.job.yml
        resources: {}
    """
    if any(character in bundle.root for character in "*?["):
        message = f"the bundle's folder {bundle.root} has pattern characters (*, ?, [) in its path"
        yield Problem(message, hint="move the bundle to a folder without them")
    for kind, pattern, place in bundle.include_problems:
        if kind == "absolute":
            yield Problem(
                f"included file {pattern!r} must be relative to the bundle's folder", place=place
            )
        elif kind == "extension":
            yield Problem(f"included file {pattern!r} is neither YAML nor JSON", place=place)


@rule("BW009", WARNING, on="bundle", cli=WARNING)
def nested_include(bundle):
    """An included file has an `include` section of its own.

    Only that of the root file counts.

    Fails:
        include:
          - resources/all.yml
        @ resources/all.yml
        include:
          - jobs/*.yml
    Passes:
        include:
          - resources/*.yml
        @ resources/etl.job.yml
        resources: {}
    """
    for document in bundle.documents[1:]:
        if isinstance(document.data, Map) and document.data.get("include"):
            place = document.data.places["include"][1]
            hint = f"name the files in {bundle.root_name}"
            yield Problem("include has no effect outside the root file", place=place, hint=hint)


@rule("BW013", WARNING, on="bundle")
def missed_file(bundle):
    """A file looks like a part of the bundle and is not included.

    What it defines is not deployed, and nothing says so. Most often it lies a folder deeper than
    the pattern reaches, since `**` is one level of folders for the CLI, or it ends in `.yaml` where
    the pattern says `.yml`. Folders for tests, examples, templates and packages are not looked
    through, and outside the folders that `include` names only `resources` make a file one of the
    bundle.

    Fails:
        include:
          - resources/*.yml
        @ resources/etl.job.yml
        resources: {}
        @ resources/sales/load.job.yml
        resources:
          jobs:
            load:
              name: load
    Passes:
        include:
          - resources/*.yml
          - resources/*/*.yml
        @ resources/etl.job.yml
        resources: {}
        @ resources/sales/load.job.yml
        resources:
          jobs:
            load:
              name: load
    """
    empty = [pattern for kind, pattern, _ in bundle.include_problems if kind == "empty_glob"]
    for name in _missed_files(bundle):
        if any(_is_below(name, _base_of(pattern)) for pattern in empty):
            continue  # that pattern is what is wrong
        patterns = [one for one in _patterns(bundle) if _is_below(name, _base_of(one))]
        hint = f"add {_pattern_for(name, patterns[-1] if patterns else '')!r} to include"
        yield Problem("nothing includes this file", place=(name, 1, 1), hint=hint)


def _patterns(bundle):
    section = bundle.config.get("include")
    return [one for one in section if isinstance(one, str)] if isinstance(section, Seq) else []


_WILD = Pattern(r"[*?[]")


def _base_of(pattern):
    """The folder from which on a pattern has wildcards; that of the file for a plain name."""
    folders = pattern.replace("\\", "/").split("/")[:-1]
    base = []
    for folder in folders:
        if any(character in folder for character in "*?[$"):
            break
        base.append(folder)
    return os.path.normpath("/".join(base)).replace(os.sep, "/") if base else "."


def _is_below(name, base):
    return "/" not in name if base == "." else name.startswith(f"{base}/")


def _pattern_for(name, pattern):
    """What to write for a file that a pattern misses."""
    base = _base_of(pattern) if "*" in pattern else ""
    if not base:
        return name
    depth = name.count("/") - (0 if base == "." else base.count("/") + 1)
    start = [] if base == "." else [base]
    return "/".join((*start, *["*"] * depth, f"*{os.path.splitext(name)[1]}"))


_BEGINNING = 4096  # characters in which a file shows what it is
_SECTION = Pattern(
    r"^(?:(resources)|(targets)|(variables)):[ \t]*(?:#.*)?\n"
    r"(?:[ \t]*(?:#.*)?\n)*[ \t]+([\w-]+):[^\n]*\n?[ \t]*([\w-]*)",
    re.MULTILINE,
)
_SECTION_OF_JSON = Pattern(
    r"""\s*\{\s*"(?:(resources)|(targets)|(variables))"\s*:\s*\{"""
    r"""\s*"([\w-]+)"\s*:\s*\{\s*"([\w-]+)"\s*:"""
)
_DEFINES = ("default", "description", "lookup", "type")


@functools.lru_cache(maxsize=1)  # two rules ask this of one bundle
def _missed_files(bundle):
    """The names of files that look like configuration of the bundle and are not read, in order."""
    if any(document.data is None and document.problems for document in bundle.documents):
        return []  # what would have been included is not known
    read = {document.name for document in bundle.documents}
    bases = {_base_of(pattern) for pattern in _patterns(bundle)} or {"resources"}
    inside = [base for base in bases if not base.startswith(("..", "/"))]
    names = {name for base in inside for name in list_configuration(bundle.root, base)}
    strays = set(list_stray_configuration(bundle.root)) - names - read
    missed = [name for name in names - read if _is_configuration(bundle, name)]
    return sorted(missed + [name for name in strays if _is_configuration(bundle, name, True)])


def _is_configuration(bundle, name, only_resources=False):
    """Whether a file has a section of a bundle: by what stands in it, not just by its name."""
    text = bundle.text_of(os.path.join(bundle.root, name)) or ""
    text = text[:_BEGINNING].replace("\r\n", "\n")
    if name.endswith(".json"):
        match = _SECTION_OF_JSON.match(text)
        sections = [match.groups()] if match else []
    else:
        sections = _SECTION.findall(text)
    if only_resources:  # a list there is one of Azure DevOps
        sections = [one for one in sections if one[0] and not one[-1].startswith("-")]
    kinds = load_table().types[type_at(("resources",))][1]
    target = load_table().types[load_table().types[type_at(("targets",))][1]][1]
    return any(
        (resources and key in kinds)
        or (targets and inner in target)
        or (variables and inner in _DEFINES)
        for resources, targets, variables, key, inner in sections
    )
