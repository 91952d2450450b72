"""Credentials that stand in the files of a bundle.

Sources: https://docs.databricks.com/aws/en/security/secrets/ and, for what they look like,
https://docs.github.com/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
"""

import re

from bundlewright.finding import WARNING
from bundlewright.rules import Problem, rule

_SHAPES = (
    ("a Databricks token", rb"\bdapi[0-9a-f]{32}(?:-\d)?\b"),
    ("a Databricks OAuth secret", rb"\bdose[0-9a-f]{32}\b"),
    ("an AWS access key", rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("an Azure storage key", rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==(?!=)"),
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
_SHAPE = re.compile(b"|".join(b"(%s)" % pattern for _, pattern in _SHAPES))

# `db_password: ...`, `"clientSecret": "..."`, and `password=...` as it stands in a JDBC URL.
_SETTING = re.compile(
    rb"""(?P<key>password|passwd|pwd|client_?secret|secret_?access_?key|account_?key|api[_-]?key
    |(?:access|auth|api|bearer|refresh|personal)[_.-]?token|token|secret)["']?
    (?:\s*:\s+|\s*=\s*)(?P<quote>["']?)(?P<value>[^\s"'#,;&|(){}<>$]+)(?P=quote)(?=[\s"',;&}]|$)""",
    re.IGNORECASE | re.VERBOSE,
)
_LAST_WORD = re.compile(rb"[\w.-]*$")
_PASSWORD = re.compile(rb"(?:password|passwd|pwd)$", re.IGNORECASE)
_IN_URL = re.compile(rb"://[^\s/:@\"'{}$<]+:(?P<value>[^\s/:@\"'{}$<]{4,})@[\w.-]+")

_MADE_UP = re.compile(rb"example|placeholder|123456789|abcdefgh|your|xxxx|\*\*\*", re.IGNORECASE)
_NO_SECRET = re.compile(
    rb"""[x*._-]+|\d{1,4}|null|none|true|false|todo|tbd|redacted|change-?_?me|replace.*|your.*
    |(?:my|the)[_-]?.*|.*(?:example|placeholder|dummy).*
    |[^0-9]*(?:secret|passw|pwd|token|scope|vault|name)[^0-9]*
    |[/~.].*|\w+:/.*|[!%@].*|\{\{.*""",
    re.IGNORECASE | re.VERBOSE,
)
_JOINED_WORDS = re.compile(rb"[A-Za-z]+(?:[_-](?:[A-Za-z]+|[0-9]{1,2}))+")  # the name of a secret
_RANDOM = re.compile(rb"(?=.*[0-9])(?=.*[A-Za-z]).*[A-Za-z0-9]{12}")

# To look for all of that everywhere takes long. Nearly all of it has many letters and digits in a
# row, as no word and no path has; what has not is found by a text that stands in it or before it.
_RUN = b"x" * 20
_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+=%"
_TO_RUNS = bytes(ord("x") if byte in _LETTERS else byte for byte in range(256))
_SIGNS = (b"AIza", b"glpat-", b"PRIVATE KEY-----")
_WORDS = (b"passw", b"secret:", b'secret":')


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
                      token: "{{secrets/sales/token}}"
    """
    hint = "keep it in a secret scope, refer to it by {{secrets/scope/key}}, and revoke this one"
    for document in bundle.documents:
        told = {}
        for at, message in _credentials(document.content):
            told.setdefault(at, message)
        for at, message in told.items():
            yield Problem(message, place=_place(document, at), hint=hint)


def _credentials(content):
    """The credentials in a file, as (offset, message) pairs; some more than once."""
    runs = content.translate(_TO_RUNS)
    for sign, text in ((_RUN, runs), *((sign, content) for sign in _SIGNS)):
        for start, line in _lines_with(sign, text, content):
            yield from _shapes(start, line)
            yield from _settings(start, line)
    lowered = content.lower()
    for word in _WORDS:
        for start, line in _lines_with(word, lowered, content):
            yield from _settings(start, line)
    for start, line in _lines_with(b"://", content, content):
        for match in _IN_URL.finditer(line):
            if not _NO_SECRET.fullmatch(match["value"]):
                yield start + match.start("value"), "the password of a URL stands here"


_BEFORE, _AFTER = 200, 2000  # how far a line is looked at around a sign, in bytes


def _lines_with(sign, text, content):
    """The lines of a file in which a sign stands, as (offset, line) pairs.

    Args:
        sign: what to look for.
        text: where: the content, or something that has the same bytes at the same offsets.
        content: the file's content.
    """
    at = text.find(sign)
    while at >= 0:
        start = max(content.rfind(b"\n", 0, at) + 1, at - _BEFORE)
        end = content.find(b"\n", at, at + _AFTER)
        if end < 0:
            end = at + _AFTER
        yield start, content[start:end]
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
