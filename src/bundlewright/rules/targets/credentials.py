"""Credentials that stand in the files of a bundle.

Sources: https://docs.databricks.com/aws/en/security/secrets/ and, for what they look like,
https://docs.github.com/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
"""

import re

from bundlewright.bundle.document import Map, Seq
from bundlewright.finding import WARNING
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule

_SHAPES = (
    ("a Databricks token", rb"\bdapi[0-9a-f]{32}(?:-\d)?\b"),
    ("a Databricks OAuth secret", rb"\bdose[0-9a-f]{32}\b"),
    ("an AWS access key", rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("an Azure storage key", rb"(?<![A-Za-z0-9+/-])[A-Za-z0-9+/]{86}==(?!=)"),
    ("an Azure access key", rb"SharedAccessKey=[A-Za-z0-9+/]{43}="),
    ("a shared access signature", rb"[?&]sig=[A-Za-z0-9%+/]{40,}"),
    ("a GitHub token", rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})"),
    ("a GitLab token", rb"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Slack token", rb"\bxox[abprs]-[A-Za-z0-9-]{20,}"),
    ("a Slack webhook", rb"hooks\.slack\.com/services/T\w+/B\w+/\w{20,}"),
    ("a Google API key", rb"\bAIza[A-Za-z0-9_-]{35}"),
    ("a private key", rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    ("a JSON web token", rb"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("an API key", rb"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}|\bhf_[A-Za-z]{34}\b"),
)
_SHAPE = Pattern(b"|".join(b"(%s)" % pattern for _, pattern in _SHAPES))

# `db_password: ...`, `"clientSecret": "..."`, `...oauth2.client.secret.<storage account>: ...`, and
# `password=...` as it stands in a JDBC URL. What goes on after a colon is prose.
_SETTING = Pattern(
    rb"""(?P<key>password|passwd|pwd|client_?secret|account_?key|api[_-]?key
    |secret[_.]?(?:access_?)?key
    |(?:access|auth|api|bearer|refresh|personal)[_.-]?token|token|secret)
    (?:\.[\w-]+\.dfs\.core\.[\w.]+)?["']?
    (?:\s*:\s+|\s*=\s*(?=["'])|(?P<equals>=))
    (?P<quote>["']?)(?P<value>[^\s"',;&|(){}<>$]+)(?P=quote)
    (?=["',;&]|(?(equals)\s|\s*[\#}\]])|\s*$)""",
    re.IGNORECASE | re.VERBOSE,
)
_LAST_WORD = Pattern(rb"[\w.-]*$")
_PASSWORD = Pattern(rb"(?:password|passwd|pwd)$", re.IGNORECASE)
_IN_URL = Pattern(rb"://[^\s/:@\"'{}$<]+:(?P<value>[^\s/:@\"'{}$<]{4,})@[\w.-]+")

_MADE_UP = Pattern(rb"example|placeholder|123456789|abcdefgh|your|xxxx|\*\*\*", re.IGNORECASE)
_NO_SECRET = Pattern(
    rb"""[x*._-]+|\d{1,4}|null|none|true|false|todo|tbd|redacted|change-?_?me|replace.*|your.*
    |(?:my|the)[_-]?.*|.*(?:example|placeholder|dummy).*
    |[^0-9]*(?:secret|passw|pwd|token|scope|vault|name)[^0-9]*
    |[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w.]+\[.*
    |[/~.].*|\w+:/.*|[!%@].*|\{\{.*""",
    re.IGNORECASE | re.VERBOSE,
)
_JOINED_WORDS = Pattern(rb"[A-Za-z]+(?:[_-](?:[A-Za-z]+|[0-9]{1,2}))+")  # the name of a secret
_RANDOM = Pattern(rb"(?=.*[0-9])(?=.*[A-Za-z]).*[A-Za-z0-9]{12}")

# To look for all of that everywhere takes long. Nearly all of it has many letters and digits in a
# row, as no word and no path has; what has not is found by a text that stands in it or before it.
_RUN = b"x" * 20
_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+=%"
_TO_RUNS = bytes(ord("x") if byte in _LETTERS else byte for byte in range(256))
_SIGNS = (b"AIza", b"glpat-", b"PRIVATE KEY-----")
_WORDS = (b"passw", b"pwd=", b"secret=")
_TO_WORDS = bytes(range(256)).lower().translate(bytes.maketrans(b":\"'", b"==="))


@rule("BW744", WARNING, on="bundle")
def credential_in_file(bundle):
    """A file of the bundle holds a password, a token or a key.

    Everybody who can read the repository has it, and so has who reads its history later. Keep it in
    a secret scope, and revoke this one. What looks like the name of a secret, a reference or a
    placeholder is none.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      token: dapi0f3a9c7e5b1d2f4a6c8e0b2d4f6a8c0e
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                    base_parameters:
                      secret_scope: sales
    """
    for document in bundle.documents:
        told = {}
        for at, message in _credentials(document.content):
            told.setdefault(at, message)
        for at, message in told.items():
            place = _place(document, at)
            hint = _hint(document, place)
            yield Problem(message, place=place, hint=hint, is_secret=True)


def _credentials(content):
    """The credentials in a file, as (offset, message) pairs; some more than once."""
    runs = content.translate(_TO_RUNS)
    for sign, text in ((_RUN, runs), *((sign, content) for sign in _SIGNS)):
        for start, line in _lines_with(sign, text, content):
            yield from _shapes(start, line)
            yield from _settings(start, line)
    words = content.translate(_TO_WORDS)
    for word in _WORDS:
        for start, line in _lines_with(word, words, content):
            yield from _settings(start, line)
    for start, line in _lines_with(b"://", content, content):
        for match in _IN_URL.finditer(line):
            if not _NO_SECRET.fullmatch(match["value"]):
                yield start + match.start("value"), "the password of a URL stands here"


_BEFORE, _AFTER = 200, 2000  # how far a line is looked at around a sign, in bytes
_LONGEST = 1_000_000  # bytes of a line; what is longer is data


def _lines_with(sign, text, content):
    """The lines of a file in which a sign stands, as (offset, line) pairs.

    Args:
        sign: what to look for.
        text: where: the content, or something that has the same bytes at the same offsets.
        content: the file's content.
    """
    at = text.find(sign)
    while at >= 0:
        before = max(0, at - _BEFORE)
        start = max(content.rfind(b"\n", before, at) + 1, before)
        end = content.find(b"\n", at, at + _AFTER)
        if end < 0:
            end = at + _AFTER
        yield start, content[start:end]
        if at > _LONGEST and content.rfind(b"\n", at - _LONGEST, at) < 0:
            end = content.find(b"\n", at) % (len(content) + 1)  # of the line, or of the file
        at = text.find(sign, end)


def _shapes(start, line):
    """What is a credential by its shape, as (offset, message) pairs."""
    for match in _SHAPE.finditer(line):
        found = match.group()
        if len(set(found)) > 9 and not _MADE_UP.search(found):
            what, _ = _SHAPES[match.lastindex - 1]
            message = f"{what} stands here: {found[:4].decode(errors='replace')}..."
            yield start + match.start(), message


def _settings(start, line):
    """What is a credential by the name before it, as (offset, message) pairs."""
    for match in _SETTING.finditer(line):
        key, value = match["key"], match["value"]
        if _NO_SECRET.fullmatch(value) or _SHAPE.search(value) or len(value) < 4:
            continue
        if _PASSWORD.fullmatch(key):
            is_secret = not _JOINED_WORDS.fullmatch(value)
        else:
            is_secret = _RANDOM.match(value) and len(set(value)) > 7
        if is_secret:
            name = (_LAST_WORD.search(line[: match.start()]).group() + key).decode(errors="replace")
            yield start + match.start("value"), f"the value of {name!r} stands here"


def _place(document, at):
    """The place of an offset in a file."""
    start = document.content.rfind(b"\n", 0, at) + 1
    column = len(document.content[start:at].decode(errors="replace")) + 1
    return document.name, document.content.count(b"\n", 0, start) + 1, column


# Below which fields a secret is read in which way.
_WAYS = (
    (
        (
            *("basic_auth", "configuration", "environment_vars", "external_model"),
            *("spark_conf", "spark_env_vars"),
        ),
        "refer to it by {{secrets/scope/key}}",
    ),
    (("apps",), "give the app a resource for it, to name in value_from"),
    (
        ("base_parameters", "job_parameters", "named_parameters", "parameters"),
        "read it in the code by dbutils.secrets.get(scope, key)",
    ),
)
_DEEPEST = 100  # an alias may hold itself


def _hint(document, place):
    path = _path_to(document, place)
    ways = [way for fields, way in _WAYS if not set(fields).isdisjoint(path)]
    return ", ".join(("keep it in a secret scope", *ways[:1], "and revoke this one"))


def _path_to(document, place):
    """The path of what stands at a place in a file, or last before it."""
    path, value = [], document.data
    while isinstance(value, (Map, Seq)) and len(path) < _DEEPEST:
        if isinstance(value, Map):
            starts = {key: value.places[key][0] for key in value}
        else:
            starts = dict(enumerate(value.places))
        before = [key for key, start in starts.items() if start <= place]
        if not before:
            break
        path.append(max(before, key=starts.get))
        value = value[path[-1]]
    return path
