"""What jobs have that are looked after: somebody hears when they fail, and they do not hang.

Sources: https://docs.databricks.com/aws/en/jobs/notifications,
https://docs.databricks.com/aws/en/jobs/configure-job and
https://docs.databricks.com/aws/en/admin/account-settings/usage-detail-tags
"""

from bundlewright.bundle.access import has_mutators, integer, items_of, maps_in, place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.references import is_reference
from bundlewright.finding import INFO
from bundlewright.rules import Problem, rule
from bundlewright.rules.schedules.triggers import STARTS
from bundlewright.rules.targets.production import sounds_like_development


def _starts_by_itself(job):
    """Whether a job has a schedule or a trigger that is not paused, as far as is known."""
    found = [job[field] for field in STARTS if isinstance(job.get(field), Map)]
    found += [trigger for _, trigger in items_of(job, "triggers")]
    states = [one.get("pause_status") for one in found]
    return any(state != "PAUSED" and not is_reference(state) for state in states)


def _of_job_or_all_tasks(job, has):
    """Whether a job has something, or else each of its tasks, or what a task repeats."""
    if is_reference(job.get("tasks")):
        return True  # who knows what they have
    tasks = [task for _, task in items_of(job, "tasks")]
    return has(job) or (bool(tasks) and all(has(task) or has(_repeated(task)) for task in tasks))


def _repeated(task):
    """The task that a task repeats, or else the task itself."""
    inner = value_at(task, ("for_each_task", "task"))
    return inner if isinstance(inner, Map) else task


@rule("BW738", INFO, on="job", having=STARTS)
def silent_failure(job, resource):
    """A job starts by itself and tells nobody when it fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                periodic:
                  interval: 1
                  unit: DAYS
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                periodic:
                  interval: 1
                  unit: DAYS
              email_notifications:
                on_failure:
                  - data-eng@example.com
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    """
    if has_mutators(resource.bundle):
        return  # code that is not run here may add it
    if _starts_by_itself(job) and not _of_job_or_all_tasks(job, _tells_of_failure):
        message = f"job {resource.key!r} starts by itself and tells nobody when it fails"
        hint = "add on_failure under email_notifications or webhook_notifications"
        yield Problem(message, place=resource.at, hint=hint)


def _tells_of_failure(holder):
    for field in ("email_notifications", "webhook_notifications"):
        told = holder.get(field)
        if is_reference(told) or (isinstance(told, Map) and told.get("on_failure")):
            return True
    return False


@rule("BW739", INFO, on="job", having=("tasks",))
def endless_run(job, resource):
    """A job has no timeout, and no health rule that tells when a run takes too long.

    A run that hangs keeps its machines until somebody looks.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              timeout_seconds: 3600
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    """
    if "continuous" in job or has_mutators(resource.bundle):
        return
    if not _of_job_or_all_tasks(job, _is_limited):
        message = f"a run of job {resource.key!r} may take forever"
        hint = "add timeout_seconds, or a health rule for RUN_DURATION_SECONDS"
        yield Problem(message, place=resource.at, hint=hint)


def _is_limited(holder):
    timeout = holder.get("timeout_seconds")
    health = holder.get("health")
    rules = health.get("rules") if isinstance(health, Map) else health
    metrics = [rule.get("metric") for _, rule in maps_in(rules)]
    return (
        bool(integer(timeout))
        or "RUN_DURATION_SECONDS" in metrics
        or any(map(is_reference, (timeout, rules, *metrics)))
    )


_ON_CLUSTERS = ("existing_cluster_id", "job_cluster_key", "new_cluster")


@rule("BW740", INFO, on="job", having=("tasks",))
def single_try(job, resource):
    """None of a job's tasks on clusters is tried again when it fails.

    Machines are taken away and services are busy for a minute: a second try mends most failed
    runs. Serverless compute tries again by itself.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  max_retries: 1
                  notebook_task:
                    notebook_path: /Shared/load
    """
    tasks = [_repeated(task) for _, task in items_of(job, "tasks")]
    tasks = [task for task in tasks if set(_ON_CLUSTERS) & set(task)]
    if "continuous" in job or has_mutators(resource.bundle):
        return
    if tasks and not any("max_retries" in task for task in tasks):
        message = f"job {resource.key!r} is not tried again when it fails"
        hint = "add max_retries to tasks that may run twice, or max_retries: 0 to say that none may"
        yield Problem(message, place=resource.at, hint=hint)


@rule("BW741", INFO, on="target")
def untagged_job(target):
    """A job has no tags.

    By tags, costs and incidents find their way to a team. `presets.tags` gives them to all jobs.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
    Passes:
        presets:
          tags:
            team: sales
        resources:
          jobs:
            etl:
              name: etl
    """
    if target.section("presets").get("tags") or has_mutators(target.bundle):
        return
    for key in target.keys("jobs"):
        path = ("resources", "jobs", key)
        if not target.value((*path, "tags")):
            place = place_at(target.merged, path, of_key=True)
            yield Problem(f"job {key!r} has no tags", path, "add tags", place=place)


@rule("BW742", INFO, on="job", profile="strict", having=STARTS)
def unwatched_duration(job, resource):
    """A job that starts by itself has no health rule.

    It tells when a run takes far longer than usual, before a timeout ends it or the next is due.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                periodic:
                  interval: 1
                  unit: DAYS
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                periodic:
                  interval: 1
                  unit: DAYS
              health:
                rules:
                  - metric: RUN_DURATION_SECONDS
                    op: GREATER_THAN
                    value: 3600
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    """
    if "continuous" in job or has_mutators(resource.bundle):
        return
    if not _of_job_or_all_tasks(job, lambda holder: holder.get("health") is not None):
        message = f"nobody hears when job {resource.key!r} takes longer than usual"
        hint = "add a health rule for RUN_DURATION_SECONDS, and who is told"
        yield Problem(message, place=resource.at, hint=hint)


@rule("BW743", INFO, on="target")
def schedules_in_development(target):
    """Jobs of a target for development start by themselves.

    A target in development mode pauses them all, and gives each person a copy. Without a mode,
    each deploy sets them going.

    Fails:
        targets:
          dev: {}
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                periodic:
                  interval: 1
                  unit: DAYS
    Passes:
        targets:
          dev:
            mode: development
        resources:
          jobs:
            etl:
              name: etl
              trigger:
                periodic:
                  interval: 1
                  unit: DAYS
    """
    preset = target.section("presets").get("trigger_pause_status")
    if target.mode or preset == "PAUSED" or is_reference(preset):
        return
    if not sounds_like_development(target.name) or has_mutators(target.bundle):
        return
    running = []
    for key in target.keys("jobs"):
        starts = {field: target.value(("resources", "jobs", key, field)) for field in STARTS}
        if _starts_by_itself(starts):
            running.append(key)
    if running:
        section = target.bundle.declared_targets()
        place = place_at(section, (target.name,), of_key=True)
        names = ", ".join(running[:3]) + (" and others" if running[3:] else "")
        message = f"target {target.name!r} lets jobs start by themselves: {names}"
        hint = "set mode: development, or presets.trigger_pause_status: PAUSED"
        path = (target.bundle.target_section, target.name)
        yield Problem(message, path, hint, place=place)
