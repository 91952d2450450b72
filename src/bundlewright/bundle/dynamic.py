"""`{{...}}` references, which a run of a job replaces: dynamic value references.

Source: https://docs.databricks.com/aws/en/jobs/dynamic-value-references
"""

from collections import namedtuple

from bundlewright.bundle.document import Map, Seq
from bundlewright.patterns import Pattern

_PART = r"(?:`[^`{}]+`|\[[^\[\]{}]+\]|[\w-]+)"  # names may stand in backticks or brackets
NAME = rf"{_PART}(?:\.{_PART})*"
_REFERENCE = Pattern(rf"\{{\{{\s*({NAME})\s*\}}\}}")
_PARTS = Pattern(_PART)
_PLAIN = Pattern("[A-Za-z0-9_]+")

# What may follow in a reference, part by part: "*" is any name, None anything or nothing.
_TIME = {
    part: {}
    for part in (
        *("iso_weekday", "is_weekday", "iso_date", "iso_datetime", "year", "month", "day"),
        *("hour", "minute", "second", "timestamp_ms"),
    )
}
_TRIGGER = {"type": {}, "time": _TIME, "file_arrival": {"location": {}}, "table_update": None}
KNOWN = {
    "job": {
        "id": {},
        "name": {},
        "run_id": {},
        "repair_count": {},
        "start_time": _TIME,
        "parameters": {"*": None},
        "trigger": _TRIGGER,
    },
    "task": {"name": {}, "run_id": {}, "execution_count": {}, "notebook_path": {}},
    "tasks": {
        "*": {
            "run_id": {},
            "result_state": {},
            "error_code": {},
            "execution_count": {},
            "notebook_path": {},
            "values": {"*": None},
            "output": {"rows": {}, "first_row": None, "alert_state": {}},
        }
    },
    "workspace": {"id": {}, "url": {}},
    "backfill": _TIME,
    "input": None,
}
# What is still replaced, but called otherwise today; and whether that is exactly the same.
FORMER = {
    "job_id": ("job.id", True),
    "run_id": ("task.run_id", True),
    "parent_run_id": ("job.run_id", True),
    "task_key": ("task.name", True),
    "start_date": ("job.start_time.iso_date", False),
    "start_time": ("job.start_time.timestamp_ms", False),
    "task_retry_count": ("task.execution_count", False),
}


class DynamicReference(namedtuple("DynamicReference", "path text start end parts")):
    """A reference.

    Attributes:
        path, text: where it stands below the job, and the text there.
        start, end: from where to where in the text.
        parts: its parts, without backticks and brackets.
    """

    __slots__ = ()

    @property
    def said(self):
        """The reference as it is written."""
        return self.text[self.start : self.end]

    def replaced_by(self, parts):
        """The text with other parts in the place of its own."""
        return f"{self.text[: self.start]}{spell(parts)}{self.text[self.end :]}"


def texts_of(job):
    """The texts with `{{` that a run looks into, as (path, text) pairs."""
    waiting = [((field,), job.get(field)) for field in ("parameters", "tasks")]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            if "{{" in value:
                yield path, value
        elif isinstance(value, (Map, Seq)) and value.has_dynamic:
            items = value.items() if isinstance(value, Map) else enumerate(value)
            waiting += [((*path, key), child) for key, child in items]


def references_of(job, *heads):
    """The `DynamicReference`s in a job that begin with some words, or all."""
    if job.has_dynamic:
        for path, text in texts_of(job):
            for reference in references_in(text, path):
                if not heads or reference.parts[0] in heads:
                    yield reference


def references_in(text, path=()):
    """The `DynamicReference`s in a text."""
    for match in _REFERENCE.finditer(text):
        yield DynamicReference(path, text, *match.span(), parts_of(match.group(1)))


def parts_of(name):
    """The parts of a name such as ``tasks.`a-b`.values.[x]``, without backticks and brackets."""
    return tuple(part.strip("`[]") for part in _PARTS.findall(name))


def spell(parts):
    """The reference with some parts."""
    name = ".".join(part if is_plain(part) else f"`{part}`" for part in parts)
    return f"{{{{{name}}}}}"


def is_plain(part):
    """Whether a part needs no backticks."""
    return _PLAIN.fullmatch(part) is not None


def follow(parts):
    """How many parts of a reference are right, and what may come after them, as in `KNOWN`."""
    options = KNOWN
    for index, part in enumerate(parts):
        if options is None:
            break
        if part not in options and "*" not in options:
            return index, options
        options = options.get(part, options.get("*"))
    return len(parts), options


def is_right(parts):
    """Whether a run knows what a reference with some parts names."""
    right, options = follow(parts)
    return right == len(parts) and not options
