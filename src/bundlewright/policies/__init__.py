"""An organisation's own rules, written in YAML: JSON Schemas for what a target comes to.

A policy file is data, and so is a package that brings one: nothing in it is run. `docs/policies.md`
describes the format. Only a check that has policies imports this: jsonschema takes long to load.
"""

import os
import re
from importlib.util import find_spec

from bundlewright.bundle.access import place_at
from bundlewright.bundle.document import Map, Seq, read
from bundlewright.finding import ERROR, SEVERITIES
from bundlewright.policies.schema import BadPolicy, compiled, failures
from bundlewright.policies.subjects import configuration, fault, subjects_of
from bundlewright.rules import Problem, Rule, did_you_mean

DEFAULT_FILE = "bundlewright-policies.yml"
_PACKAGE = "package:"
_CODE = re.compile(r"[A-Z]+[0-9]+")
_REQUIRED = ("code", "message", "for", "schema")
_KEYS = (*_REQUIRED, "why", "hint", "severity", "targets", "mode", "ignorable")
_MODES = ("development", "production")


class Policy(Rule):
    """A rule on targets that a file describes.

    Attributes:
        message: what is expected.
        why: the reason, or "".
        hint: what to do, or "".
        ignorable: whether a bundle may silence it with a comment.
        place: where it is written.
        subjects: what it judges; see `bundlewright.policies.subjects`.
        targets: the names of the targets that it judges; none for all.
        mode: the mode of the targets that it judges; "" for any.
    """

    def __init__(self, entry, validator):
        severity = entry.get("severity", ERROR)
        super().__init__(entry["code"], "", severity, None, "target", check=self._judge)
        self.message = entry["message"]
        self.why = entry.get("why", "")
        self.hint = entry.get("hint", "")
        self.ignorable = entry.get("ignorable", True)
        self.place = entry.at
        self.subjects = _texts(entry["for"])
        self.targets = _texts(entry.get("targets", ()))
        self.mode = entry.get("mode", "")
        self._validator = validator

    @property
    def documentation(self):
        """The policy's page."""
        file, line, _ = self.place
        parts = (self.message, self.why, self.hint and f"Hint: {self.hint}", f"From {file}:{line}.")
        return "\n\n".join(part.strip() for part in parts if part)

    def _judge(self, target):
        if self.targets and target.name not in self.targets:
            return
        if self.mode and target.mode != self.mode:
            return
        config = configuration(target)
        for subject in self.subjects:
            for base, value in subjects_of(config, subject):
                for path, of_key, detail in failures(self._validator, value):
                    path = (*base, *path)
                    message = f"{self.message}: {detail}" if detail else self.message
                    place = place_at(config, path, of_key)
                    if not path:  # what a target lacks as a whole is missing where it is declared
                        path = (target.bundle.target_section, target.name)
                        place = place_at(target.bundle.config, path, of_key=True)
                    yield Problem(message, path, self.hint, place=place)


def load(sources, folder):
    """Read policies.

    Args:
        sources: files, relative to `folder`, or `package:NAME` or `package:NAME/FILE` for a file
            of an installed package; without FILE it is `DEFAULT_FILE`.
        folder: the folder of the configuration file that names them.

    Returns:
        The `Policy`s, in order.

    Raises:
        BadPolicy: one of them cannot be used.
    """
    policies = {}
    for source in sources:
        for policy in _read(source, folder):
            first = policies.setdefault(policy.code, policy)
            if first is not policy:
                file, line, _ = first.place
                raise BadPolicy(f"code {policy.code} is taken by {file}:{line}", policy.place)
    return list(policies.values())


def _read(source, folder):
    document = read(_locate(source, folder), source)
    for _, message, place in document.problems:
        raise BadPolicy(message, place)
    content = document.data
    entries = content.get("policies") if isinstance(content, Map) else None
    if not isinstance(entries, Seq):
        raise BadPolicy("a policy file is a map with a list 'policies'", (source, 1, 1))
    _refuse_unknown(content, ("policies",))
    return [_policy(entry, place) for entry, place in zip(entries, entries.places, strict=True)]


def _locate(source, folder):
    if not source.startswith(_PACKAGE):
        return os.path.join(folder, source)
    name, _, file = source.removeprefix(_PACKAGE).partition("/")
    # To find a package inside another one, Python would run the outer one.
    if not name.isidentifier():
        raise BadPolicy(f"{name!r} is not the name of a top-level package", (source, 1, 1))
    try:
        spec = find_spec(name)
    except ValueError:  # a module that was made without a file
        spec = None
    if spec is None:
        message = f"package {name!r} is not installed beside bundlewright"
        raise BadPolicy(message, (source, 1, 1))
    paths = [
        os.path.join(location, file or DEFAULT_FILE)
        for location in spec.submodule_search_locations or ()
    ]
    for path in paths:
        if os.path.isfile(path):
            return path
    message = f"package {name!r} has no file {file or DEFAULT_FILE!r}"
    raise BadPolicy(message, (source, 1, 1))


def _policy(entry, place):
    if not isinstance(entry, Map):
        raise BadPolicy("a policy is a map", place)
    _refuse_unknown(entry, _KEYS)
    for key in _REQUIRED:
        if entry.get(key) is None:
            raise BadPolicy(f"the policy has no {key!r}", place)
    for key, is_right, expected in _VALUES:
        if key in entry and not is_right(entry[key]):
            raise BadPolicy(f"{key!r} must be {expected}", entry.places[key][1])
    if entry["code"].startswith("BW"):
        message = f"code {entry['code']} is bundlewright's own: choose another prefix"
        raise BadPolicy(message, entry.places["code"][1])
    for subject in _texts(entry["for"]):
        message = fault(subject)
        if message:
            raise BadPolicy(message, entry.places["for"][1])
    return Policy(entry, compiled(entry["schema"], entry.places["schema"][1]))


def _refuse_unknown(mapping, keys):
    for key in mapping:
        if key not in keys:
            hint = did_you_mean(key, keys) or f"known are {', '.join(keys)}"
            raise BadPolicy(f"unknown key {key!r}: {hint}", mapping.places[key][0])


def _texts(value):
    return (value,) if isinstance(value, str) else tuple(value)


def _is_text(value):
    return isinstance(value, str) and value.strip() != ""


def _are_texts(value):
    return _is_text(value) or (isinstance(value, Seq) and value != [] and all(map(_is_text, value)))


_VALUES = (
    (
        "code",
        lambda value: isinstance(value, str) and _CODE.fullmatch(value),
        "capital letters and then digits, such as ACME001",
    ),
    ("message", _is_text, "a text"),
    ("why", _is_text, "a text"),
    ("hint", _is_text, "a text"),
    ("severity", SEVERITIES.__contains__, f"one of {', '.join(SEVERITIES)}"),
    ("for", _are_texts, "a subject or a list of them"),
    ("targets", _are_texts, "the name of a target or a list of them"),
    ("mode", _MODES.__contains__, f"one of {', '.join(_MODES)}"),
    ("ignorable", lambda value: isinstance(value, bool), "true or false"),
)
