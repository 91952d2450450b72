"""What the schema says of files, of parts of a target and of values that references bring."""

import functools

from bundlewright.bundle.access import known
from bundlewright.bundle.merge import kind_of
from bundlewright.finding import format_path
from bundlewright.rules import did_you_mean
from bundlewright.schema.walker import faults, load_table, type_at

_ARTICLES = {"integer": "an integer", "number": "a number", "boolean": "true or false"}


def file_faults(bundle, *kinds):
    """The faults of some kinds in the bundle's files, as (fault, document) pairs."""
    for document, found in bundle.faults.items():
        for fault in found:
            if fault.kind in kinds:
                yield fault, document


@functools.lru_cache(maxsize=1)  # two rules ask this of one part after another
def part_faults(part):
    """The faults of a part in its target, as (fault, path below the part) pairs."""
    if part.path:
        subjects = [((), part.config)]
    else:
        sections = part.config.items()
        subjects = [((name,), value) for name, value in sections if name not in _NO_SECTIONS]
    found = []
    for base, value in subjects:
        type = type_at((*part.path, *base))
        if type is not None:
            found += [(fault, (*base, *fault.path)) for fault in faults(value, type=type)]
    return found


# What is judged elsewhere: what targets declare comes together in each of them.
_NO_SECTIONS = ("targets", "environments")


def reference_faults(part, *kinds):
    """The faults of some kinds in values that references brought: (fault, path, reference)."""
    accepts = load_table().accepts
    for path, value, text in part.references.substituted:
        type = type_at((*part.path, *path))
        if type is not None and value.__class__ not in accepts[type] and known(value):
            for fault in faults(value, required=False, type=type):
                if fault.kind in kinds:
                    yield fault, (*path, *fault.path), text


def tell_unknown_field(fault, path):
    name = format_path(path[:-1])
    where = f" in {name}" if name else ""
    message = f"unknown field {path[-1]!r}{where}"
    return message, did_you_mean(path[-1], fault.expected)


def tell_wrong_type(fault, path):
    expected = _ARTICLES.get(fault.expected, f"a {fault.expected}")
    kind = kind_of(fault.value)
    is_what = (
        f"a {kind}" if isinstance(fault.value, (dict, list)) else f"the {kind} {fault.value!r}"
    )
    return f"{format_path(path)} must be {expected}, but is {is_what}", ""


def tell_bad_value(fault, path):
    allowed = ", ".join(str(one) for one in fault.expected)
    message = f"{format_path(path)} cannot be {fault.value!r}"
    return message, did_you_mean(fault.value, fault.expected, 0.8) or f"use one of {allowed}"


def is_slip(written, meant):
    """Whether two words differ by no more than a slip: case, a separator, a plural, or one letter.

    Short words are too like each other for the last.
    """
    a, b = (word.lower().replace("-", "").replace("_", "") for word in (written, meant))
    if a == b or a.removesuffix("s") == b.removesuffix("s"):
        return True
    if min(len(a), len(b)) < 5 or abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    swapped = a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
    written, meant = a[start:], b[start:]
    one_letter = written[1:] == meant[1:] or written == meant[1:] or written[1:] == meant
    return one_letter or swapped == meant
