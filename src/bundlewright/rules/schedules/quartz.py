"""Quartz expressions, by which schedules run.

Source: the Quartz `CronExpression` documentation,
https://www.quartz-scheduler.org/documentation/quartz-2.3.0/tutorials/crontrigger.html
"""

import functools
import re

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

# name, lowest and highest value, names of values
_FIELDS = (
    ("seconds", 0, 59, ()),
    ("minutes", 0, 59, ()),
    ("hours", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of week", 1, 7, _DAYS),
    ("year", 1970, 2199, ()),
)
SECONDS, MINUTES, HOURS, DAY, MONTH, WEEKDAY, YEAR = range(7)
_NUMBER = "[0-9]{1,9}"
_DAY_OF_MONTH = "L(-[0-9]{1,2})?W?|([0-9]{1,2})W"
_DAY_OF_WEEK = "([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5])|L"
_SPECIAL = {"day of month": _DAY_OF_MONTH, "day of week": _DAY_OF_WEEK}


@functools.cache  # several rules ask this of one schedule
def fault_of(expression):
    """Say what is wrong with a Quartz expression.

    Args:
        expression: the text, such as `0 0 2 * * ?`.

    Returns:
        A sentence without its end, or None where nothing is wrong.
    """
    fields = expression.split()
    if len(fields) not in (6, 7):
        parts = f"{len(fields)} field{'' if len(fields) == 1 else 's'}"
        order = "seconds minutes hours day-of-month month day-of-week [year]"
        return f"it has {parts}, Quartz needs 6 or 7 ({order})"
    for text, (name, low, high, names) in zip(fields, _FIELDS, strict=False):
        fault = _field_fault(text.upper(), name, low, high, names)
        if fault:
            return fault
    unset = (fields[DAY] == "?", fields[WEEKDAY] == "?")
    if unset == (True, True):
        return "day of month and day of week cannot both be '?'"
    if unset == (False, False):
        return "one of day of month and day of week must be '?'"
    return None


def _field_fault(text, name, low, high, names):
    if text == "?":
        if name in ("day of month", "day of week"):
            return None
        return f"'?' stands for {name}, it is for days only"
    for part in text.split(","):
        special = _SPECIAL.get(name)
        if special and re.fullmatch(special, part) and part != text:
            return f"{name} {part!r} cannot stand beside other days"
        if name == "day of month" and re.fullmatch(_DAY_OF_MONTH, part):
            number = re.search("[0-9]+", part)
            if number and not 1 <= int(number.group()) <= (30 if part[0] == "L" else 31):
                return f"{name} {part!r} is out of range"
            continue
        if name == "day of week" and re.fullmatch(_DAY_OF_WEEK, part):
            continue
        span, slash, step = part.partition("/")
        if slash and not (
            re.fullmatch(_NUMBER, step) and 1 <= int(step) <= (high if name != "year" else 9999)
        ):
            return f"{name} {part!r} has no valid step after the '/'"
        if span == "*" or (slash and not span):
            continue
        ends = span.split("-")
        if len(ends) > 2:
            return f"{name} {part!r} is not a value, a range or a step"
        for end in ends:
            if end in names:
                continue
            if not re.fullmatch(_NUMBER, end):
                return f"{name} {end!r} is not a value from {low} to {high}" + (
                    f" or {names[0]} to {names[-1]}" if names else ""
                )
            if not low <= int(end) <= high:
                return f"{name} {end} is not from {low} to {high}"
    return None


def values_of(expression, field):
    """The values that a field of a faultless expression stands for.

    Args:
        expression: the text.
        field: which field, such as `MONTH`.

    Returns:
        A set of numbers; all that there are for `?`, and where it is not a matter of numbers alone,
        such as the last day of a month.
    """
    fields = expression.upper().split()
    name, low, high, names = _FIELDS[field]
    text = fields[field] if field < len(fields) else "*"
    every = range(low, high + 1)
    special = _SPECIAL.get(name)
    if text == "?" or (special and re.fullmatch(special, text)):
        return set(every)
    values = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        ends = [low + names.index(end) if end in names else end for end in span.split("-")]
        first = low if ends[0] in ("*", "") else int(ends[0])
        last = int(ends[1]) if len(ends) > 1 else high if slash or ends[0] == "*" else first
        length = last - first if first <= last else last - first + len(every)
        for distance in range(0, length + 1, int(step) if slash else 1):
            values.add(low + (first - low + distance) % len(every))
    return values


_DAYS_OF_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def fires_after(expression, year):
    """Whether a faultless expression names a day that there is in a year or later."""
    days = values_of(expression, DAY)
    if 1 in days and len(expression.split()) <= YEAR:
        return True
    years = [one for one in values_of(expression, YEAR) if one >= year]
    months = values_of(expression, MONTH)
    if any(min(days) <= _DAYS_OF_MONTHS[month - 1] for month in months - {2}):
        return bool(years)
    leap = any(one % 4 == 0 and (one % 100 or one % 400 == 0) for one in years)
    return 2 in months and bool(years) and min(days) <= (29 if leap else 28)


def repaired(expression):
    """The Quartz expression that someone meant who wrote another kind of one.

    Args:
        expression: one that has a fault.

    Returns:
        (the expression, whether it is certain to be what was meant); None where that is not clear.
    """
    fields = expression.upper().split()
    certain = True
    if len(fields) == 5 and "?" in fields:
        certain = False
        fields = ["0", *fields]
    elif len(fields) == 5:
        weekdays = _from_crontab(fields[4])
        if weekdays is None:
            return None
        fields = ["0", *fields[:4], weekdays]
    elif len(fields) not in (6, 7):
        return None
    elif fields[DAY] == fields[WEEKDAY] == "?":
        fields[DAY] = "*"
    else:
        certain = not re.search("[0-9]", fields[WEEKDAY])  # of crontab, or of Quartz?
    if fields[WEEKDAY] == "*":
        fields[WEEKDAY] = "?"
    elif fields[DAY] == "*" and fields[WEEKDAY] != "?":
        fields[DAY] = "?"
    text = " ".join(fields)
    return None if fault_of(text) else (text, certain)


def split_by_days(expression):
    """The two Quartz expressions that mean what a line of a crontab does, which has both days.

    A crontab runs on either day; in Quartz an expression has one of them.

    Returns:
        The expressions; None where it is no such line.
    """
    fields = expression.split()
    if len(fields) != 5 or fields[2][0] in "*?" or fields[4][0] in "*?":
        return None
    by_day = repaired(" ".join((*fields[:4], "*")))
    by_weekday = repaired(" ".join((*fields[:2], "*", *fields[3:])))
    return (by_day[0], by_weekday[0]) if by_day and by_weekday else None


def _from_crontab(text):
    """Days of the week as Quartz has them, of those of a crontab, in which Sunday is 0 or 7.

    Returns:
        The text; None where it has steps, or more than a crontab can.
    """
    parts = []
    for part in text.split(","):
        ends = [_crontab_day(end) for end in part.split("-")]
        first, last = ends[0], ends[-1]
        if part == "*" or (first, last) == (0, 7):
            return "*"
        if None in ends or len(ends) > 2 or first > last:
            return None
        if first < last == 7:
            parts.append(_days(first, 6))
            first = 7
        parts.append(_days(first % 7, last % 7))
    return ",".join(parts)


def _crontab_day(text):
    if re.fullmatch("[0-7]", text):
        return int(text)
    return _DAYS.index(text) if text in _DAYS else None


def _days(first, last):
    return _DAYS[first] if first == last else f"{_DAYS[first]}-{_DAYS[last]}"
