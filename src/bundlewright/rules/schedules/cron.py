"""Schedules: Quartz expressions and their time zones.

Sources: https://docs.databricks.com/aws/en/jobs/scheduled and
https://www.quartz-scheduler.org/documentation/quartz-2.3.0/tutorials/crontrigger.html
"""

import functools
import os
import re

from bundlewright.bundle.access import items_of, known, place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, nearest, replacement, rule
from bundlewright.rules.schedules import quartz

_SCHEDULED = ("alerts", "jobs", "pipelines", "quality_monitors")
_HOLDERS = ("schedule", "trigger", "triggers", "continuous")

_THIS_YEAR = 2026  # of this module: a clock would judge a bundle otherwise tomorrow
_SHORTEST = 10  # seconds between two runs of a schedule


def _schedules(resource):
    """The schedules of a resource: (path, map, name of the field with the expression) triples."""
    config, kind = resource.config, resource.kind
    field = "quartz_cron_expression"
    if kind in ("alerts", "pipelines"):
        field = "quartz_cron_schedule"
    paths = [("trigger", "cron") if kind == "pipelines" else ("schedule",)]
    if kind == "jobs":
        paths += [("triggers", index, "schedule") for index, _ in items_of(config, "triggers")]
    for path in paths:
        schedule = value_at(config, path)
        if isinstance(schedule, Map):
            yield path, schedule, field


def _expressions(resource):
    """The expressions that can be judged, as (path, expression) pairs."""
    for path, schedule, field in _schedules(resource):
        expression = schedule.get(field)
        if isinstance(expression, str) and known(expression):
            yield (*path, field), expression


def _right_expressions(resource):
    """Those without a fault."""
    for path, expression in _expressions(resource):
        if not quartz.fault_of(expression):
            yield path, expression


@rule("BW501", ERROR, on="resource", kinds=_SCHEDULED, having=_HOLDERS)
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
    for path, expression in _expressions(resource):
        fault = quartz.fault_of(expression)
        if fault:
            meant = quartz.repaired(expression)
            hint, fix = "", None
            if meant:
                place = place_at(resource.config, path)
                hint = f"did you mean {meant[0]!r}?"
                fix = replacement(resource.bundle, place, expression, *meant)
            elif quartz.split_by_days(expression):
                both = " and ".join(map(repr, quartz.split_by_days(expression)))
                hint = f"a crontab means either day, for which Quartz needs two schedules: {both}"
            elif len(expression.split()) < 6:
                hint = "'0 0 2 * * ?' is every day at two"
            message = f"{expression!r} is not a Quartz expression: {fault}"
            yield Problem(message, path, hint, fix=fix)


@rule("BW502", ERROR, on="resource", kinds=_SCHEDULED, having=_HOLDERS)
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
    paths = [path for path, _, _ in _schedules(resource)]
    if resource.kind == "jobs":
        paths.append(("continuous", "maintenance_window"))
    for path in paths:
        path = (*path, "timezone_id")
        zone = value_at(resource.config, path)
        if isinstance(zone, str) and known(zone) and not is_time_zone(zone):
            # An abbreviation is like many names, and means none of them.
            near = nearest(zone, time_zones(), 0.6 if "/" in zone else 1)
            hint, fix = "use an IANA name such as 'Europe/Berlin'", None
            if near:
                place = place_at(resource.config, path)
                safe = near.lower() == zone.lower()
                hint = f"did you mean {near!r}?"
                fix = replacement(resource.bundle, place, zone, near, safe)
            yield Problem(f"time zone {zone!r} does not exist", path, hint, fix=fix)


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


@rule("BW503", ERROR, on="resource", kinds=_SCHEDULED, having=_HOLDERS)
def schedule_that_never_fires(resource):
    """A schedule names a day that never comes.

    Such as the 30th of February, or one in a year that is over. The service refuses it.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 30 2 ?
                timezone_id: UTC
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 L 2 ?
                timezone_id: UTC
    """
    for path, expression in _right_expressions(resource):
        if not quartz.fires_after(expression, _THIS_YEAR):
            yield Problem(f"{expression!r} never fires", path, "name a day that comes")


@rule("BW504", WARNING, on="resource", kinds=_SCHEDULED, having=_HOLDERS)
def schedule_that_fires_too_often(resource):
    """A schedule fires many times where once was meant.

    `*` stands for each second, or minute: `* 0 2 * * ?` fires sixty times in the minute after two.
    Between two runs there are at least ten seconds, whatever the schedule says.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: "* 0 2 * * ?"
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
    for path, expression in _right_expressions(resource):
        first, *rest = seconds = sorted(quartz.values_of(expression, quartz.SECONDS))
        gaps = [later - one for one, later in zip(seconds, (*rest, first + 60), strict=True)]
        if min(gaps) < _SHORTEST:
            message = f"{expression!r} fires every {min(gaps)} seconds of its minutes"
            if min(gaps) == 1:
                message = f"{expression!r} fires each second of its minutes"
            yield Problem(message, path, "start with '0' for the seconds")
        elif (
            len(quartz.values_of(expression, quartz.MINUTES)) == 60
            and len(quartz.values_of(expression, quartz.HOURS)) == 1
        ):
            message = f"{expression!r} fires each minute of one hour"
            yield Problem(message, path, "write '0' for the minutes to fire once")
