"""What starts a job's runs: a schedule, a trigger, or the end of the run before.

Sources: https://docs.databricks.com/api/workspace/jobs/create,
https://docs.databricks.com/aws/en/jobs/file-arrival-triggers and
https://docs.databricks.com/aws/en/jobs/trigger-table-update
"""

import re

from bundlewright.bundle.access import integer, is_true, items_of, known, place_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, replacement, rule

STARTS = ("schedule", "trigger", "triggers", "continuous")
_NO_KINDS = ("pause_status", "sql_condition")
_WAITS = ("min_time_between_triggers_seconds", "wait_after_last_change_seconds")
_SHORTEST_WAIT = 60  # seconds


def _triggers(job):
    """A job's triggers, as (path, map) pairs."""
    if isinstance(job.get("trigger"), Map):
        yield ("trigger",), job["trigger"]
    for index, trigger in items_of(job, "triggers"):
        yield ("triggers", index), trigger


def _kinds(job):
    """What the triggers of a job are about, as (path, name, map) triples."""
    for path, trigger in _triggers(job):
        for kind, settings in trigger.items():
            if isinstance(settings, Map):
                yield (*path, kind), kind, settings


@rule("BW505", ERROR, on="resource", kinds=("jobs", "pipelines"), having=STARTS)
def several_starts(resource):
    """A job has more than one of a schedule, a trigger and continuous runs.

    Only one can hold; the service refuses the job. A target that overrides one cannot take the
    other away. For a pipeline `continuous` replaces `trigger`, and both are a warning.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 * * ?
                timezone_id: UTC
              continuous:
                pause_status: UNPAUSED
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 * * ?
                timezone_id: UTC
    """
    config = resource.config
    given = [field for field in STARTS if config.get(field) is not None]
    if resource.kind == "jobs" and len(given) > 1:
        message = f"job {resource.key!r} has {' and '.join(given)}"
        yield Problem(message, (given[1],), "keep one of them", of_key=True)
    elif is_true(config.get("continuous")) and config.get("trigger"):
        message = f"pipeline {resource.key!r} is continuous and has a trigger"
        yield Problem(message, ("trigger",), "keep one of them", of_key=True, severity=WARNING)


@rule("BW506", ERROR, on="job", having=("trigger",))
def trigger_of_one_kind(job, resource):
    """A trigger says nothing to wait for, or more than one thing.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                periodic:
                  interval: 1
                  unit: DAYS
                file_arrival:
                  url: /Volumes/main/sales/orders/
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                periodic:
                  interval: 1
                  unit: DAYS
    """
    trigger = job.get("trigger")
    if not isinstance(trigger, Map):
        return
    kinds = [kind for kind in trigger if kind not in _NO_KINDS and trigger[kind] is not None]
    if len(kinds) > 1:
        message = f"a trigger has {' and '.join(kinds)}"
        yield Problem(message, ("trigger", kinds[1]), "keep one of them", of_key=True)
    elif not kinds:
        hint = "add periodic, file_arrival, table_update or model"
        yield Problem("a trigger waits for nothing", ("trigger",), hint, of_key=True)


@rule("BW507", ERROR, on="job", having=("trigger", "triggers"))
def impossible_wait(job, resource):
    """A trigger waits less long than it can.

    An interval is at least 1. `min_time_between_triggers_seconds` and
    `wait_after_last_change_seconds` are at least 60.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                periodic:
                  interval: 0
                  unit: DAYS
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                periodic:
                  interval: 1
                  unit: DAYS
    """
    for path, kind, settings in _kinds(job):
        interval = integer(settings.get("interval")) if kind == "periodic" else None
        if interval is not None and interval < 1:
            yield Problem(f"interval cannot be {interval}", (*path, "interval"), "use 1 or more")
        for field in _WAITS:
            seconds = integer(settings.get(field))
            if seconds and seconds < _SHORTEST_WAIT:  # 0 is as if it were not there
                message = f"{field} cannot be {seconds}"
                yield Problem(message, (*path, field), f"use {_SHORTEST_WAIT} or more")


_TABLE = r"(`[^`]+`|[^.`\s]+)(\.(`[^`]+`|[^.`\s]+)){2}"


@rule("BW508", ERROR, on="job", having=("trigger", "triggers"))
def table_trigger_without_table(job, resource):
    """A trigger waits for no table, or for one whose name is not complete.

    Names have three parts: catalog, schema and table.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                table_update:
                  table_names:
                    - sales.orders
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                table_update:
                  table_names:
                    - main.sales.orders
    """
    for path, kind, settings in _kinds(job):
        names = settings.get("table_names") if kind == "table_update" else None
        if not isinstance(names, list):
            continue
        path = (*path, "table_names")
        if not names:
            yield Problem("table_names is empty", path, "name a table", of_key=True)
        for index, name in enumerate(names):
            if isinstance(name, str) and known(name) and not re.fullmatch(_TABLE, name):
                message = f"{name!r} is not the name of a table with its catalog and schema"
                yield Problem(message, (*path, index), "write catalog.schema.table")


_VOLUME = "/Volumes/[^/]+/[^/]+/[^/]+(/.*)?"
_STORAGE = "(s3|abfss?|gs|r2|wasbs?)://[^/].*"


@rule("BW509", ERROR, on="job", having=("trigger", "triggers"))
def unusable_file_location(job, resource):
    """A trigger waits for files in a place that it cannot watch.

    That is a volume or a folder in one, or a location in cloud storage; wildcards do not work.
    Without a `/` at its end, which it is to have, it is a warning.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                file_arrival:
                  url: dbfs:/landing/
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                file_arrival:
                  url: /Volumes/main/sales/landing/
    """
    for path, kind, settings in _kinds(job):
        url = settings.get("url") if kind == "file_arrival" else None
        if not isinstance(url, str) or not known(url):
            continue
        path = (*path, "url")
        if not re.fullmatch(f"{_VOLUME}|{_STORAGE}", url):
            hint = "use /Volumes/catalog/schema/volume/ or a URL such as s3://bucket/folder/"
            yield Problem(f"no files can be waited for in {url!r}", path, hint)
        elif "*" in url:
            hint = "name a folder: those below it are watched, too"
            yield Problem(f"{url!r} has a wildcard", path, hint)
        elif not url.endswith("/"):
            place = place_at(job, path)
            fix = replacement(resource.bundle, place, url, f"{url}/", safe=True)
            message = f"{url!r} has no '/' at its end"
            yield Problem(message, path, "add one", severity=WARNING, fix=fix)


@rule("BW510", WARNING, on="job", having=("continuous",))
def concurrent_runs_of_a_continuous_job(job, resource):
    """A continuous job allows several runs at the same time.

    There is only ever one.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              max_concurrent_runs: 3
              continuous:
                pause_status: UNPAUSED
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              continuous:
                pause_status: UNPAUSED
    """
    runs = integer(job.get("max_concurrent_runs"))
    if job.get("continuous") is not None and runs is not None and runs > 1:
        message = f"max_concurrent_runs {runs} has no effect on a continuous job"
        yield Problem(message, ("max_concurrent_runs",), "remove it", of_key=True)
