"""A job's tasks as a drawing: which task runs after which, and on which outcome."""

import importlib

from bundlewright.errors import CannotRun

FORMATS = ("text", "mermaid", "dot", "svg")


def find_job(path, key=None, target=None):
    """Find the job to draw.

    Args:
        path: a bundle's folder, or a folder or a file in it.
        key: the job's key; may be None where the bundle has one job.
        target: the name of the target whose job it is; the first one where it is None.

    Returns:
        The job's configuration, references resolved as far as they can be, and its title.

    Raises:
        CannotRun: there is no such bundle, target or job, or it is not clear which job is meant.
    """
    from bundlewright.bundle.model import Bundle
    from bundlewright.bundle.target import Target
    from bundlewright.rules import did_you_mean

    bundle = Bundle(path)
    target = bundle.targets[0] if target is None else target
    bundle.require_target(target)
    of_target = Target(bundle, target)
    keys = of_target.keys("jobs")
    if not keys:
        raise CannotRun(f"the bundle has no job in target {target!r}")
    if key is None:
        if len(keys) > 1:
            raise CannotRun(f"name the job to draw: {', '.join(keys)}")
        [key] = keys
    job = of_target.resource("jobs", key)
    if job is None:
        hint = did_you_mean(key, keys) or f"it has {', '.join(keys)}"
        raise CannotRun(f"the bundle has no job {key!r} in target {target!r}; {hint}")
    return job.config, key


def draw(job, title, format):
    """Draw a job's tasks.

    Args:
        job: the job, references resolved as far as they can be; values may be of any type.
        title: what the drawing is called, such as the job's key.
        format: one of `FORMATS`.

    Returns:
        The drawing's text, with a line end.
    """
    from bundlewright.graph.model import job_graph  # a check only needs the formats' names

    render = importlib.import_module(f"bundlewright.graph.{format}").render
    return render(job_graph(job, title))
