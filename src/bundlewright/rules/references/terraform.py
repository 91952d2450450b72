"""References to what only Terraform knows.

Source: https://registry.terraform.io/providers/databricks/databricks/latest/docs/resources/job
"""

from bundlewright.bundle.references import REFERENCE, split
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, rule

# Fields that a job has for Terraform and not in its API: settings of jobs with a single task.
_OF_JOBS = (
    *("always_running", "control_run_state", "existing_cluster_id", "library", "max_retries"),
    *("min_retry_interval_millis", "new_cluster", "retry_on_timeout"),
    *("dbt_task", "notebook_task", "pipeline_task", "python_wheel_task", "run_job_task"),
    *("spark_jar_task", "spark_python_task", "spark_submit_task"),
)


def is_of_terraform(kind, field):
    """Whether resources of a kind have a field for Terraform only."""
    return kind == "jobs" and field in _OF_JOBS


@rule("BW252", ERROR, on="target", cli=ERROR)
def reference_to_terraform_field(target):
    """A `${resources...}` reference names a field that jobs have for Terraform only.

    The CLI deploys without Terraform unless `bundle.engine` says so.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
            export:
              name: export ${resources.jobs.etl.always_running}
    Passes:
        resources:
          jobs:
            etl:
              name: etl
            export:
              name: export ${resources.jobs.etl.id}
    """
    mild = WARNING if target.section("bundle").get("engine") == "terraform" else None
    for path, text in target.unresolved():
        for reference in REFERENCE.findall(text):
            head, *rest = split(reference)
            if head == "resources" and rest[2:] and is_of_terraform(rest[0], rest[2]):
                message = f"${{{reference}}}: {rest[2]!r} is a field of Terraform's jobs only"
                yield Problem(message, path, severity=mild, cli=mild)
