"""Which files of a bundle the CLI uploads when it deploys.

Those that git would see and those that `sync.include` names, without those that `sync.exclude`
names; patterns are those of a `.gitignore`. Sources:
https://docs.databricks.com/aws/en/dev-tools/bundles/settings#sync and
https://git-scm.com/docs/gitignore
"""

import functools
import os
import re

from bundlewright.bundle.access import known, maps_of
from bundlewright.bundle.document import Map
from bundlewright.patterns import Pattern

_NEVER = (".git", ".databricks")


_LONGEST = 4096  # characters; no path is longer


class Patterns:
    """The patterns of a `.gitignore` or of a list in `sync`.

    Args:
        lines: the patterns as written.
    """

    def __init__(self, lines):
        self._rules = []
        for line in lines:
            pattern = re.sub(r"(?<!\\) +$", "", line.rstrip("\r\n"))
            if not pattern or pattern.startswith("#") or len(pattern) > _LONGEST:
                continue
            negated = pattern.startswith("!")
            pattern = pattern.removeprefix("!")
            matches = _matcher(pattern.rstrip("/"))
            if matches is not None:
                self._rules.append((matches, negated, pattern.endswith("/"), line))

    def verdict(self, path, is_folder):
        """The last pattern that matches a path, as (whether it is not negated, pattern), or None.

        Args:
            path: relative to where the patterns stand, with `/`.
            is_folder: whether it is one.
        """
        name = path.rpartition("/")[2]
        for matches, negated, folders_only, line in reversed(self._rules):
            if (is_folder or not folders_only) and matches(path, name):
                return not negated, line
        return None

    def found(self, path):
        """The pattern that brings a file, or a folder around it, or None."""
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            verdict = self.verdict("/".join(parts[:end]), end < len(parts))
            if verdict and verdict[0]:
                return verdict[1]
        return None


_SPECIAL = frozenset("*?[\\")


def _matcher(pattern):
    """What tells whether a pattern, without its `!` and its last `/`, matches a path with a name.

    Most patterns are a name, or a `*` and an end: those need no expression, which takes long to
    make. A wrong pattern gives None.
    """
    anchored = "/" in pattern
    if _SPECIAL.isdisjoint(pattern):
        text = pattern.removeprefix("/")
        return lambda path, name: (path if anchored else name) == text
    if not anchored and pattern[0] == "*" and _SPECIAL.isdisjoint(pattern[1:]):
        return lambda path, name: name.endswith(pattern[1:])
    expression = "" if anchored else "(?:.*/)?"
    parts = pattern.removeprefix("/").split("/")
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            expression += ".+" if last else "(?:.*/)?"
        else:
            expression += _part(part) + ("" if last else "/")
    try:
        fits = re.compile(expression, re.DOTALL).fullmatch
    except re.error:
        return None
    return lambda path, name: fits(path) is not None


_TOKEN = Pattern(r"\\(.)|(\*+)|(\?)|\[([!^]?)(\]?[^\]]*)\]|(.)", re.DOTALL)


def _part(part):
    expression = ""
    for escaped, stars, mark, negation, characters, other in _TOKEN.findall(part):
        if stars:
            expression += "[^/]*"
        elif mark:
            expression += "[^/]"
        elif characters:
            inner = characters.replace("[", r"\[").replace("&&", r"\&&")
            inner = f"\\{inner}" if inner[0] in "]^" else inner
            expression += f"(?!/)[{'^' if negation else ''}{inner}]"
        else:
            expression += re.escape(escaped or other)
    return expression


class Uploads:
    """What a target of a bundle uploads, as far as its `sync` section says.

    Args:
        bundle: the `Bundle`.
        target: the `Target`; with None all counts that some target uploads.

    Attributes:
        root: the folder below which the files lie; None where a reference hides it.
        reason_against: tells why a file is not uploaded; see `_reason_against`.
    """

    def __init__(self, bundle, target=None):
        self._bundle = bundle
        self._ignored = {}
        self._folders = {}
        base = _sync(target.config if target else bundle.config)
        others = [] if target else [_sync(one) for _, one in maps_of(bundle.declared_targets())]
        # A target may bring back what the bundle leaves out, so all that some target adds counts.
        paths = [entry for one in (base, *others) for entry in _entries(one, "paths")]
        included = [text for one in (base, *others) for text, _ in _entries(one, "include")]
        excluded = [text for text, _ in _entries(base, "exclude")]
        more = [text for one in others for text, _ in _entries(one, "exclude")]
        excluded += [text for text in more if text.startswith("!")]
        self._exclude = Patterns(filter(known, excluded))
        self._include = Patterns(included)
        self._includes = bool(included)
        whole = [("", bundle.root_name)] if not _entries(base, "paths") else []
        self.root = None
        self._paths = []
        if all(known(text) for text, _ in paths) and all(map(known, included)):
            self._paths = [bundle.absolute(file, text) for text, file in (*paths, *whole)]
            self.root = os.path.commonpath([bundle.root, *self._paths])
        self._repository = _repository(bundle.root)
        self.reason_against = functools.cache(self._reason_against)

    def _reason_against(self, path, is_folder=False):
        """Why a file below the root is not uploaded, for people; "" where it is, or may be.

        Args:
            path: its absolute path.
            is_folder: whether it is a folder.
        """
        name = self._bundle.relative(path)
        if name == "." or self.root is None:
            return ""  # of the bundle's folder itself only a part can stay behind
        pattern = self._exclude.found(f"{name}/" if is_folder else name)
        if pattern:
            return f"sync.exclude has {pattern!r}"
        if self._includes and (is_folder or self._include.found(name)):
            return ""
        if not any(path == one or path.startswith(os.path.join(one, "")) for one in self._paths):
            return "it is in none of the folders of sync.paths"
        return self._reason_of_git(path, is_folder)

    def _reason_of_git(self, path, is_folder):
        """Why git does not see a file: a pattern that matches it or a folder around it."""
        parts = os.path.relpath(path, self._repository).split(os.sep)
        if parts[0] == "..":
            return ""
        for end in range(1, len(parts) + 1):
            part = tuple(parts[:end])
            if part not in self._ignored:
                self._ignored[part] = self._reason_for(part, is_folder or end < len(parts))
            if self._ignored[part]:
                return self._ignored[part]
        return ""

    def _reason_for(self, parts, is_folder):
        if parts[-1] in _NEVER and is_folder:
            return f"{parts[-1]} is never uploaded"
        for depth in range(len(parts) - 1, -1, -1):
            folder = os.path.join(self._repository, *parts[:depth])
            verdict = self._patterns_of(folder).verdict("/".join(parts[depth:]), is_folder)
            if verdict:
                file = self._bundle.relative(os.path.join(folder, ".gitignore"))
                return f"{file} has {verdict[1]!r}" if verdict[0] else ""
        return ""

    def _patterns_of(self, folder):
        if folder not in self._folders:
            text = self._bundle.text_of(os.path.join(folder, ".gitignore")) or ""
            self._folders[folder] = Patterns(text.splitlines())
        return self._folders[folder]


def _sync(config):
    section = config.get("sync")
    return section if isinstance(section, Map) else Map(("", 0, 0))


def _entries(section, field):
    """The texts in a list of a `sync` section, as (text, file it stands in) pairs."""
    values = section.get(field)
    if not isinstance(values, list):
        return []
    texts = zip(values, values.places, strict=True)
    return [(text, place[0]) for text, place in texts if isinstance(text, str)]


def _repository(folder):
    """The folder of the git repository around a folder; the folder itself where there is none."""
    path = folder
    while not os.path.exists(os.path.join(path, ".git")):
        above = os.path.dirname(path)
        if above == path:
            return folder
        path = above
    return path
