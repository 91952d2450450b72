"""The findings that a team knows of: what an old bundle had when the checker came to it.

The file names each by its fingerprint, so that it is known again when lines have moved.
"""

import json
import os
from collections import Counter

from bundlewright.bundle.document import content_of
from bundlewright.errors import CannotRun
from bundlewright.finding import format_path
from bundlewright.fingerprint import fingerprint

_VERSION = 1
_LARGEST = 2**26  # bytes


class BadBaseline(CannotRun):
    """A baseline that cannot be read or written; the message says which and why, for people."""


def read(path):
    """Read a baseline.

    Args:
        path: where it is.

    Returns:
        How often each fingerprint is in it.

    Raises:
        BadBaseline: it cannot be read, or is no baseline.
    """
    content, problem = content_of(path, _LARGEST)
    if problem:
        raise BadBaseline(f"{path}: cannot be read: {problem}")
    try:
        document = json.loads(content)
        if document["version"] != _VERSION:
            raise BadBaseline(f"{path}: is of version {document['version']}, not {_VERSION}")
        return Counter(entry["fingerprint"] for entry in document["findings"])
    except (ValueError, KeyError, TypeError, RecursionError):
        hint = "write it anew with --write-baseline"
        raise BadBaseline(f"{path}: is not a baseline; {hint}") from None


def write(path, findings):
    """Write a baseline that knows some findings.

    Args:
        path: where to; what is there is replaced as a whole.
        findings: `Finding`s of one bundle.

    Raises:
        BadBaseline: it cannot be written.
    """
    entries = [
        {
            "code": finding.code,
            "file": finding.file,
            "path": format_path(finding.path),
            "message": finding.message,
            "fingerprint": fingerprint(finding),
        }
        for finding in findings
    ]
    entries.sort(key=lambda entry: tuple(entry.values()))
    text = json.dumps({"version": _VERSION, "findings": entries}, indent=2, ensure_ascii=False)
    beside = f"{path}.new"
    try:
        with open(beside, "w", encoding="utf-8", errors="replace") as file:
            file.write(text + "\n")
        os.replace(beside, path)
    except OSError as error:
        raise BadBaseline(f"{path}: cannot be written: {error.strerror}") from None


def split_off(findings, known):
    """Tell what is new from what a baseline knows.

    Args:
        findings: `Finding`s of one bundle.
        known: what `read` gives.

    Returns:
        The new findings, the number of known ones, and the number that the baseline has too many.
    """
    left = Counter(known)
    new = []
    for finding in findings:
        name = fingerprint(finding)
        if left[name]:
            left[name] -= 1
        else:
            new.append(finding)
    return new, len(findings) - len(new), left.total()
