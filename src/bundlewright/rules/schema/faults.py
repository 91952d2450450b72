"""What the schema says of files, of parts of a target and of values that references bring."""

import functools

from bundlewright.bundle.access import known
from bundlewright.bundle.merge import kind_of
from bundlewright.finding import ERROR, WARNING, format_path
from bundlewright.rules import did_you_mean, nearest
from bundlewright.schema.walker import faults, load_table, type_at

_ARTICLES = {"integer": "an integer", "boolean": "true or false", "sequence": "a list"}


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


def tell_unknown_field(fault, path, holder):
    """The message, hint and severity of a field that does not exist; `holder` is what has it."""
    *above, key = path
    name = format_path(above)
    where = f" in {name}" if name else ""
    missing = [field for field in _required_at(above) if field not in holder]
    hint = did_you_mean(key, fault.expected)
    if missing and not hint:
        hint = f"use {' or '.join(map(repr, missing))}, which is required"
    is_error = (
        (_is_section(path) and nearest(key, fault.expected, 0.8))
        or stands_for_one(key, fault.expected, missing)
        or _is_to_run(key, fault.expected, holder)
    )
    return f"unknown field {key!r}{where}", hint, ERROR if is_error else WARNING


def _required_at(path):
    kind, *rest = load_table().types[type_at(tuple(path))]
    return rest[1] if kind in ("struct", "override") else ()


def stands_for_one(key, names, missing):
    """Whether one of the missing fields may have been meant by a field that is none of `names`."""
    near = nearest(key, names)
    return near in missing if near else bool(missing)


def _is_section(path):
    """Whether a field is a section of a bundle or of a target, or a kind of resource."""
    if path[0] in ("targets", "environments"):
        path = path[2:]
    return len(path) == 1 or (len(path) == 2 and path[0] == "resources")


def _is_to_run(key, names, holder):
    """Whether a field is what a task was to run, which then runs nothing."""
    types = [name for name in names if name.endswith("_task")]
    if not types or not holder.keys().isdisjoint(types):
        return False
    return key.endswith("_task") or nearest(key, types, 0.8) is not None


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
    meant, _ = meant_value(fault, path)
    return message, f"did you mean {meant!r}?" if meant else f"use one of {allowed}"


def meant_value(fault, path):
    """The allowed value that was meant by another one, or None; and whether that is certain."""
    value, allowed = fault.value, fault.expected
    if not isinstance(value, str) or not all(isinstance(one, str) for one in allowed):
        return None, False
    # Of two permissions that are alike, one allows more.
    is_permission = path[-1] in ("level", "permission")
    is_meant = _is_same if is_permission else is_slip
    certain = [one for one in allowed if is_meant(value, one)]
    if len(certain) == 1:
        return certain[0], True
    return None if is_permission else nearest(value, allowed, 0.8), False


def _plain(word):
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")


def _is_same(written, meant):
    return _plain(written) == _plain(meant)


def is_slip(written, meant):
    """Whether two words differ by no more than a slip: case, a separator, a plural, or one letter.

    Short words are too like each other for the last.
    """
    a, b = _plain(written), _plain(meant)
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
