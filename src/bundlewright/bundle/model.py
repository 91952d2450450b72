"""A bundle's files, read and merged.

The CLI drops values of a wrong kind before it merges files, so this asks the schema which they are.
"""

import functools
import os

from bundlewright.bundle.document import Map, content_of, decode
from bundlewright.bundle.files import (
    NoBundle,
    exists_as_spelled,
    find_root,
    is_notebook,
    list_files,
    read_files,
)
from bundlewright.bundle.merge import copy_map, copy_seq, merge_all
from bundlewright.bundle.uploads import Patterns, Uploads
from bundlewright.errors import CannotRun
from bundlewright.schema.walker import faults

_MAX_SOURCE = 2**20  # bytes; a larger file is data, not source


class UnknownTarget(CannotRun):
    """The bundle has no target of a name; the message says which it has."""


class Bundle:
    """A bundle's files.

    Attributes:
        root: the bundle's folder, absolute.
        root_name: the name of its root file.
        documents: its `Document`s in the order in which they are merged, the root file first.
        include_problems: see `bundlewright.bundle.files.read_files`.
        conflicts: `Conflict`s between files.
        faults: what the schema says of each document that is a map.
        wrong: the paths of values of a wrong kind, which therefore count as not set.
        config: the files merged.
        target_section: `targets`, or `environments`, as it was called before.
        targets: the names of its targets; `["default"]` where it declares none.
        absolute: gives the file that a relative path means which stands in a file of the bundle.
        exists, is_file, is_notebook: tell what is at an absolute path; asked once each.
        text_of: gives the text of a source file at an absolute path; None where it has none.
        files: gives the names of all files below the root, relative to it.
        matches_any_file: tells whether a pattern, as in a `.gitignore`, matches a file.
        uploads: gives the `bundlewright.bundle.uploads.Uploads`.

    Raises:
        NoBundle: there is none at the path, or its root file cannot be read.
    """

    def __init__(self, path, unsaved=None):
        """Read a bundle.

        Args:
            path: its folder, a folder below it, or its root file.
            unsaved: contents of files, in bytes by absolute path, that count in place of those on
                the disk.
        """
        self.unsaved = unsaved or {}
        self.root, self.root_name = find_root(path)
        self.documents, self.include_problems = read_files(self.root, self.root_name, self.unsaved)
        for kind, message, _ in self.documents[0].problems:
            if kind == "unreadable":
                raise NoBundle(f"{os.path.join(self.root, self.root_name)} {message}")
        self.conflicts = []
        self.faults = {}
        self.wrong = set()
        usable = [self._usable(one) for one in self.documents if isinstance(one.data, Map)]
        self.config = merge_all([Map((self.root_name, 1, 1)), *usable], self.conflicts)
        self.target_section = "targets"
        if self.config.get("targets") is None and "environments" in self.config:
            self.target_section = "environments"
        self.targets = list(self.declared_targets()) or ["default"]
        self.absolute = functools.cache(self._absolute)
        self.exists = functools.cache(exists_as_spelled)
        self.is_file = functools.cache(os.path.isfile)
        self.is_notebook = functools.cache(is_notebook)
        self.matches_any_file = functools.cache(self._matches_any_file)
        self.text_of = functools.cache(self._text_of)
        self.files = functools.cache(lambda: list_files(self.root))
        self.uploads = functools.cache(lambda: Uploads(self))

    def _usable(self, document):
        """A file's content without values of a wrong kind: the CLI drops them before it merges."""
        usable = document.data
        seen = {} if b"&" in document.content else None  # each part once, where aliases repeat some
        self.faults[document] = faults(usable, required=False, seen=seen)
        for fault in self.faults[document]:
            if fault.kind == "wrong_type":
                self.wrong.add(fault.path)
                if fault.path[0] not in ("targets", "environments"):
                    usable = _without(usable, fault.path)
        return usable

    def declared_targets(self):
        """The targets as they are declared, or an empty map."""
        section = self.config.get(self.target_section)
        return section if isinstance(section, Map) else Map(self.config.at)

    def require_target(self, name):
        """Make sure that there is a target.

        Raises:
            UnknownTarget: there is none of that name.
        """
        if name not in self.targets:
            names = ", ".join(self.targets)
            raise UnknownTarget(f"the bundle has no target {name!r}; it has {names}")

    def _matches_any_file(self, pattern):
        """Whether a pattern, spelled as in a `.gitignore`, matches a file of the bundle."""
        patterns = Patterns([pattern.removeprefix("!")])
        return any(map(patterns.found, self.files()))

    def _text_of(self, path):
        content = self.unsaved.get(path)
        if content is None:
            content, problem = content_of(path, _MAX_SOURCE)
            if problem:
                return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    def lines_of(self, name):
        """The lines of a file, named relative to the root, as a report shows them."""
        for document in self.documents:
            if document.name == name:
                return decode(document.content).splitlines()
        return (self.text_of(os.path.join(self.root, name)) or "").splitlines()

    def _absolute(self, file, path):
        """The absolute path of what a path means that stands in a file of the bundle."""
        return os.path.normpath(os.path.join(self.root, os.path.dirname(file), path))

    def relative(self, path):
        """An absolute path as people read it, relative to the bundle."""
        return os.path.relpath(path, self.root).replace(os.sep, "/")


def _without(mapping, path):
    """A copy that lacks the value at a path; an item of a list becomes null, so others stay put."""
    copied = copy_map(mapping) if isinstance(mapping, Map) else copy_seq(mapping)
    key = path[0]
    if len(path) > 1:
        copied[key] = _without(mapping[key], path[1:])
    elif isinstance(copied, Map):
        del copied[key]
    else:
        copied[key] = None
    return copied
