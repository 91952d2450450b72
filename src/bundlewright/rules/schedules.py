"""Family 5: when jobs run.

Sources: https://docs.databricks.com/aws/en/jobs/scheduled and the Quartz `CronExpression`
documentation,
https://www.quartz-scheduler.org/documentation/quartz-2.3.0/tutorials/crontrigger.html
"""

import functools
import os
import re

from bundlewright.bundle.access import known, value_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR
from bundlewright.rules import Problem, did_you_mean, rule

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
_NUMBER = re.compile("[0-9]+")
_DAY_OF_MONTH = re.compile(r"L(-[0-9]{1,2})?W?|([0-9]{1,2})W")
_DAY_OF_WEEK = re.compile(r"([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5])|L")
_SPECIAL = {"day of month": _DAY_OF_MONTH, "day of week": _DAY_OF_WEEK}


def quartz_fault(expression):
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
    unset = (fields[3] == "?", fields[5] == "?")
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
        if special and special.fullmatch(part) and part != text:
            return f"{name} {part!r} cannot stand beside other days"
        if name == "day of month" and _DAY_OF_MONTH.fullmatch(part):
            number = re.search("[0-9]+", part)
            if number and not 1 <= int(number.group()) <= (30 if part[0] == "L" else 31):
                return f"{name} {part!r} is out of range"
            continue
        if name == "day of week" and _DAY_OF_WEEK.fullmatch(part):
            continue
        span, slash, step = part.partition("/")
        if slash and not (
            _NUMBER.fullmatch(step) and 1 <= int(step) <= (high if name != "year" else 9999)
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
            if not _NUMBER.fullmatch(end):
                return f"{name} {end!r} is not a value from {low} to {high}" + (
                    f" or {names[0]} to {names[-1]}" if names else ""
                )
            if not low <= int(end) <= high:
                return f"{name} {end} is not from {low} to {high}"
    return None


_SCHEDULED = ("alerts", "jobs", "pipelines", "quality_monitors")


def _schedule(resource):
    """The Quartz schedule of a resource: its path, its map, the name of the expression's field."""
    expression = "quartz_cron_expression"
    if resource.kind in ("alerts", "pipelines"):
        expression = "quartz_cron_schedule"
    path = ("trigger", "cron") if resource.kind == "pipelines" else ("schedule",)
    schedule = value_at(resource.config, path)
    return path, schedule if isinstance(schedule, Map) else {}, expression


@rule("BW501", ERROR, on="resource", kinds=_SCHEDULED, having=("schedule", "trigger"))
def bad_quartz_expression(resource):
    """A schedule is not a Quartz expression.

    Quartz has six or seven fields and starts with the seconds; exactly one of day of month and day
    of week is `?`. Five fields as in crontab are the most common mistake. `bundle validate` lets it
    pass; the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 2 * * *
                timezone_id: UTC
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 * * ?
                timezone_id: UTC
    """
    path, schedule, field = _schedule(resource)
    expression = schedule.get(field)
    if isinstance(expression, str) and known(expression):
        fault = quartz_fault(expression)
        if fault:
            hint = "'0 0 2 * * ?' is every day at two" if len(expression.split()) < 6 else ""
            message = f"{expression!r} is not a Quartz expression: {fault}"
            yield Problem(message, (*path, field), hint)


@rule("BW502", ERROR, on="resource", kinds=_SCHEDULED, having=("schedule", "trigger"))
def unknown_time_zone(resource):
    """A schedule names a time zone that does not exist.

    Time zones are names of the IANA data base, such as `Europe/Berlin`. `bundle validate` lets it
    pass; the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 * * ?
                timezone_id: Europe/Berln
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 * * ?
                timezone_id: Europe/Berlin
    """
    path, schedule, _ = _schedule(resource)
    zone = schedule.get("timezone_id")
    if isinstance(zone, str) and known(zone) and not is_time_zone(zone):
        # An abbreviation is like many names, and means none of them.
        near = did_you_mean(zone, time_zones(), 0.6 if "/" in zone else 1)
        hint = near or "use an IANA name such as 'Europe/Berlin'"
        yield Problem(f"time zone {zone!r} does not exist", (*path, "timezone_id"), hint)


# Old names that Java still takes; https://docs.oracle.com/javase/8/docs/api/java/time/ZoneId.html
_JAVA_ZONES = frozenset(
    "ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST"
    " SST VST".split()
)


def is_time_zone(name):
    """Whether Java, by which schedules run, knows a zone: an IANA name or an offset (GMT+02:00)."""
    offset = re.fullmatch("GMT[+-]([01]?[0-9]|2[0-3])(:?[0-5][0-9])?", name)
    return offset is not None or name in _JAVA_ZONES or name in time_zones()


@functools.cache
def time_zones():
    """The names of the IANA time zones; the questionnaire reads the same file."""
    path = os.path.join(os.path.dirname(__file__), "timezones.txt")
    with open(path, encoding="ascii") as file:
        return frozenset(file.read().split())
