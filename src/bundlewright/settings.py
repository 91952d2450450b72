"""A team's settings: `bundlewright.toml`, or the table `[tool.bundlewright]` of `pyproject.toml`.

The nearest file counts, from the bundle's folder upwards to the folder that holds `.git`.
"""

import os

from bundlewright.bundle.document import content_of
from bundlewright.errors import CannotRun
from bundlewright.finding import SEVERITIES
from bundlewright.toml import parse_toml

_LARGEST = 2**24  # bytes
NAMES = ("bundlewright.toml", "pyproject.toml")
BASELINE = "bundlewright-baseline.json"  # where no other file is named, in the bundle's folder
PROFILES = ("cli", "recommended", "strict")


class BadSettings(CannotRun):
    """Settings that cannot be used; the message says which file, what and why, for people."""


class Settings:
    """What a team has decided about the rules.

    Attributes:
        file: the file they come from, or None where there is none.
        profile: one of `PROFILES`.
        select: codes, or beginnings of codes, of the only rules to ask; all of the profile where
            it is None.
        ignore: codes, or beginnings of codes, of rules not to ask.
        ignore_in: pattern of files -> codes, or beginnings of codes, not to report there.
        severity: code -> the severity that it is reported at.
        policies: files of policies, as `bundlewright.policies.load` takes them.
        baseline: the file of findings that are known, relative to the bundle, or None.
    """

    def __init__(self):
        self.file = None
        self.profile = "recommended"
        self.select = None
        self.ignore = ()
        self.ignore_in = {}
        self.severity = {}
        self.policies = ()
        self.baseline = None

    @property
    def folder(self):
        """The folder that `policies` are relative to, or None."""
        return self.file and os.path.dirname(self.file)

    def asks(self, code):
        """Whether a rule is asked at all, as far as the settings say."""
        selected = self.select is None or _begins_with(code, self.select)
        return selected and not _begins_with(code, self.ignore)

    def reports_in(self, file, code):
        """Whether findings of a rule are reported in a file, named relative to the bundle."""
        from fnmatch import fnmatchcase

        return not any(
            _begins_with(code, codes) and fnmatchcase(file, pattern)
            for pattern, codes in self.ignore_in.items()
        )

    def check_codes(self, codes):
        """Make sure that settings are about rules that exist.

        Args:
            codes: the codes of all rules and policies.

        Raises:
            BadSettings: a setting names a code that none of them begins with.
        """
        named = [*(self.select or ()), *self.ignore, *self.severity]
        named += [one for codes_there in self.ignore_in.values() for one in codes_there]
        for name in named:
            if not any(code.startswith(name) for code in codes):
                hint = "'bundlewright explain' lists them"
                raise BadSettings(f"no rule has the code {name!r}; {hint}")


def _begins_with(code, prefixes):
    return code.startswith(tuple(prefixes))


def read_settings(root):
    """Read the settings that hold for a bundle.

    Args:
        root: the bundle's folder, absolute.

    Returns:
        `Settings`; the defaults where there is no file.

    Raises:
        BadSettings: the file cannot be read, or says something that does not exist.
    """
    folder = root
    while True:
        for name in NAMES:
            file = os.path.join(folder, name)
            table = _table(file) if os.path.lexists(file) else None
            if table is not None:
                return _settings(file, table)
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return Settings()
        folder = parent


def _table(file):
    """The table of settings in a file; None where a `pyproject.toml` has none."""
    content, problem = content_of(file, _LARGEST)
    if problem:
        raise BadSettings(f"{file}: cannot be read: {problem}")
    of_project = os.path.basename(file) == "pyproject.toml"
    if of_project and b"bundlewright" not in content:
        return None
    try:
        document = parse_toml(content.decode("utf-8-sig"))
    except ValueError as error:
        raise BadSettings(f"{file}: not valid TOML: {error}") from None
    if not of_project:
        return document
    tools = document.get("tool")
    return tools.get("bundlewright") if isinstance(tools, dict) else None


def _settings(file, table):
    settings = Settings()
    settings.file = file

    def refuse(name, expected):
        raise BadSettings(f"{file}: {name} must be {expected}")

    def codes(name, value):
        if not _are_texts(value):
            refuse(name, 'a list of codes such as ["BW301", "BW7"]')
        return tuple(value)

    if not isinstance(table, dict):
        refuse("tool.bundlewright", "a table")
    for name, value in table.items():
        if name == "profile":
            if value not in PROFILES:
                refuse(name, f"one of {', '.join(PROFILES)}")
            settings.profile = value
        elif name in ("select", "ignore"):
            setattr(settings, name, codes(name, value))
        elif name == "ignore-in":
            if not isinstance(value, dict):
                refuse(name, "a table of patterns and lists of codes")
            settings.ignore_in = {
                pattern: codes(f"{name} {pattern!r}", listed) for pattern, listed in value.items()
            }
        elif name == "severity":
            if not isinstance(value, dict) or not all(one in SEVERITIES for one in value.values()):
                refuse(name, f"a table of codes and {', '.join(SEVERITIES)}")
            settings.severity = value
        elif name == "policies":
            if not _are_texts(value):
                refuse(name, "a list of files")
            settings.policies = tuple(value)
        elif name == "baseline":
            if not isinstance(value, str):
                refuse(name, "a file's name")
            settings.baseline = value
        else:
            raise BadSettings(f"{file}: there is no setting {name!r}; {_hint(name)}")
    return settings


_SETTINGS = ("baseline", "ignore", "ignore-in", "policies", "profile", "select", "severity")


def _hint(name):
    from bundlewright.rules import did_you_mean

    return did_you_mean(name, _SETTINGS) or f"there are {', '.join(_SETTINGS)}"


def _are_texts(value):
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)
