"""Jobs that run other jobs of the bundle.

Source: https://docs.databricks.com/aws/en/jobs/tasks/run-job
"""

from bundlewright.bundle.access import items_of, known, place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.references import REFERENCE, find_cycles, split
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, did_you_mean, rule

_DEEPEST = 3


def _calls(target):
    """The tasks that run a job of the target: (path of the run_job_task, caller, called) triples.

    Both are keys of jobs.
    """
    jobs = target.keys("jobs")
    for path, text in target.unresolved():
        if path[:2] == ("resources", "jobs") and path[-2:] == ("run_job_task", "job_id"):
            reference = REFERENCE.fullmatch(text)
            parts = split(reference.group(1)) if reference else ()
            if parts[:2] == ("resources", "jobs") and parts[3:] == ("id",) and parts[2] in jobs:
                yield path[:-1], path[2], parts[2]


def _graph(calls):
    """Which jobs a job runs: its key -> {key of the called job: path of the first such task}."""
    graph = {}
    for path, caller, called in calls:
        graph.setdefault(caller, {}).setdefault(called, path)
    return graph


@rule("BW326", ERROR, on="target")
def job_runs_itself(target):
    """A job runs itself, directly or through other jobs.

    Each would wait for the other without end. The bundle cannot be deployed: each needs the id of
    the other first.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: again
                  run_job_task:
                    job_id: ${resources.jobs.etl.id}
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: report
                  run_job_task:
                    job_id: ${resources.jobs.report.id}
            report:
              name: report
              tasks:
                - task_key: send
                  notebook_task:
                    notebook_path: /Shared/send
    """
    graph = _graph(_calls(target))
    for cycle in find_cycles(graph):
        steps = list(zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        paths = [graph[caller][called] for caller, called in steps]
        chain = " -> ".join((*cycle, cycle[0]))
        message = (
            f"job {cycle[0]!r} runs itself"
            if len(cycle) == 1
            else f"jobs run each other in a circle: {chain}"
        )
        related = [
            (place_at(target.merged, path), f"here {caller!r} runs {called!r}")
            for path, (caller, called) in zip(paths[1:], steps[1:], strict=True)
        ]
        place = place_at(target.merged, (*paths[0], "job_id"))
        yield Problem(message, (*paths[0], "job_id"), place=place, related=related)


@rule("BW327", WARNING, on="target")
def jobs_nested_too_deep(target):
    """Jobs run jobs that run jobs, more than three levels deep.

    Databricks does not support it and may refuse to deploy it.

    Fails:
        resources:
          jobs:
            a:
              name: a
              tasks:
                - task_key: next
                  run_job_task:
                    job_id: ${resources.jobs.b.id}
            b:
              name: b
              tasks:
                - task_key: next
                  run_job_task:
                    job_id: ${resources.jobs.c.id}
            c:
              name: c
              tasks:
                - task_key: next
                  run_job_task:
                    job_id: ${resources.jobs.d.id}
            d:
              name: d
              tasks:
                - task_key: next
                  run_job_task:
                    job_id: ${resources.jobs.e.id}
            e:
              name: e
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            a:
              name: a
              tasks:
                - task_key: next
                  run_job_task:
                    job_id: ${resources.jobs.b.id}
            b:
              name: b
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    """
    graph = _graph(_calls(target))
    if find_cycles(graph):
        return
    called = {key for calls in graph.values() for key in calls}
    chains = {}
    for key in graph:
        if key not in called:
            chain = _longest_chain(graph, key, chains)
            if len(chain) > _DEEPEST + 1:
                message = f"jobs run each other {len(chain) - 1} levels deep: {' -> '.join(chain)}"
                path = graph[chain[0]][chain[1]]
                place = place_at(target.merged, path)
                yield Problem(message, path, f"nest at most {_DEEPEST}", place=place)


def _longest_chain(graph, start, chains):
    """The longest chain of jobs that starts with one, in a graph without circles.

    Args:
        graph: see `_graph`.
        start: the key of the job.
        chains: what is known already, by the key of the first job; filled here.
    """
    waiting = [start]
    while waiting:
        key = waiting[-1]
        missing = [called for called in graph.get(key, ()) if called not in chains]
        if missing:
            waiting += missing
            continue
        longest = max((chains[called] for called in graph.get(key, ())), key=len, default=())
        chains[waiting.pop()] = (key, *longest)
    return chains[start]


@rule("BW328", WARNING, on="target")
def parameter_unknown_to_job(target):
    """A task hands a job of the bundle a parameter that the job does not define.

    Nothing reads it, and the parameter that was meant keeps its default.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: report
                  run_job_task:
                    job_id: ${resources.jobs.report.id}
                    job_parameters:
                      moth: "2026-01"
            report:
              name: report
              parameters:
                - name: month
                  default: ""
              tasks:
                - task_key: send
                  notebook_task:
                    notebook_path: /Shared/send
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: report
                  run_job_task:
                    job_id: ${resources.jobs.report.id}
                    job_parameters:
                      month: "2026-01"
            report:
              name: report
              parameters:
                - name: month
                  default: ""
              tasks:
                - task_key: send
                  notebook_task:
                    notebook_path: /Shared/send
    """
    for path, _, called in _calls(target):
        given = value_at(target.merged, (*path, "job_parameters"))
        if not isinstance(given, Map) or not given:
            continue
        job = target.value(("resources", "jobs", called))
        if not isinstance(job, Map) or not isinstance(job.get("parameters", []), list):
            continue
        names = [item.get("name") for _, item in items_of(job, "parameters")]
        if not all(isinstance(name, str) and known(name) for name in names):
            continue
        for name in given:
            if name not in names:
                message = f"job {called!r} has no parameter {name!r}"
                hint = did_you_mean(name, names) or "define it under the job's parameters"
                place = place_at(given, (name,), of_key=True)
                yield Problem(message, (*path, "job_parameters", name), hint, place=place)
