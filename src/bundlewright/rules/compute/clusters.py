"""How a cluster is specified.

Source: https://docs.databricks.com/api/workspace/clusters/create
"""

import re

from bundlewright.bundle.access import integer, is_true, items_of, known
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.rules import Problem, misspells, rule
from bundlewright.rules.compute.runtimes import runtime_of
from bundlewright.rules.compute.sizes import is_single_by_conf


@rule("BW425", ERROR, on="cluster", having=("is_single_node", "use_ml_runtime"))
def field_without_kind(cluster, resource):
    """A cluster has a field that is for `kind: CLASSIC_PREVIEW` only, and is not of that kind.

    The service refuses `is_single_node` and `use_ml_runtime` on it.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              is_single_node: true
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              is_single_node: true
              kind: CLASSIC_PREVIEW
    """
    if cluster.get("kind") is not None or cluster.get("policy_id") is not None:
        return
    for field in ("is_single_node", "use_ml_runtime"):
        if is_true(cluster.get(field)):
            message = f"{field} needs kind: CLASSIC_PREVIEW"
            yield Problem(message, (field,), "add kind: CLASSIC_PREVIEW", of_key=True)


@rule("BW426", ERROR, on="cluster")
def incomplete_cluster(cluster, resource):
    """A cluster does not say which runtime or which machines it has.

    A policy may say so, and an instance pool has machines of its own; else the service refuses the
    cluster. Without `num_workers` and `autoscale` it has no workers, which is a warning.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              node_type_id: i3.xlarge
              num_workers: 1
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 1
    """
    if resource.kind == "pipelines" or not cluster or cluster.get("policy_id") is not None:
        return
    missing = [
        fields[0]
        for fields in (("spark_version",), _MACHINES, _SIZES)
        if all(cluster.get(field) is None for field in fields) and not misspells(cluster, *fields)
    ]
    if is_single_by_conf(cluster) and "num_workers" in missing:
        missing.remove("num_workers")
    if missing:
        message = f"a cluster has no {' and no '.join(missing)}"
        severity = WARNING if missing == ["num_workers"] else None
        yield Problem(message, (), "add what is missing, or a policy_id", severity=severity)


# Fields of which a cluster has one; the first is the most common one.
_MACHINES = ("node_type_id", "instance_pool_id", "kind", "worker_node_type_flexibility")
_SIZES = ("num_workers", "autoscale", "is_single_node")


_NODE_TYPES = ("node_type_id", "driver_node_type_id")


@rule("BW427", WARNING, on="cluster", having=("instance_pool_id",))
def node_type_with_pool(cluster, resource):
    """A cluster takes its machines from a pool and names a type of machine.

    The two cannot be set together: the service refuses that. The CLI drops the type of machine
    today, without a word, and says that it will not always.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              instance_pool_id: 0101-120000-brick1-pool-abcd1234
              num_workers: 1
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              instance_pool_id: 0101-120000-brick1-pool-abcd1234
              num_workers: 1
    """
    if cluster.get("instance_pool_id") is None:
        return
    for field in _NODE_TYPES:
        if cluster.get(field) is not None:
            message = f"{field} cannot be set together with instance_pool_id"
            hint = f"remove {field}: the pool has its own type of machine"
            yield Problem(message, (field,), hint, of_key=True)


@rule("BW429", ERROR, on="task", having=("existing_cluster_id",))
def pool_for_cluster(task, job, resource):
    """A task names an instance pool where it should name a cluster.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0101-120000-brick1-pool-abcd1234
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  new_cluster:
                    spark_version: 17.3.x-scala2.13
                    instance_pool_id: 0101-120000-brick1-pool-abcd1234
                    num_workers: 1
                  notebook_task:
                    notebook_path: /Shared/load
    """
    value = task.get("existing_cluster_id")
    if isinstance(value, str) and known(value) and re.fullmatch(_POOL_ID, value):
        message = f"{value!r} is the ID of an instance pool, not of a cluster"
        yield Problem(message, ("existing_cluster_id",), "use new_cluster with instance_pool_id")


_POOL_ID = "[0-9]{4}-[0-9]{6}-[a-z0-9]+-pool-[A-Za-z0-9]+"


@rule("BW430", INFO, on="cluster", having=("aws_attributes", "azure_attributes", "gcp_attributes"))
def spot_without_fallback(cluster, resource):
    """A cluster runs on spot instances and on nothing else.

    Where there are none, it does not start. With fallback it then takes instances at the full
    price.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 1
              aws_attributes:
                availability: SPOT
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 1
              aws_attributes:
                availability: SPOT_WITH_FALLBACK
    """
    for field, spot, fallback in _SPOT:
        attributes = cluster.get(field)
        if isinstance(attributes, Map) and attributes.get("availability") == spot:
            message = f"availability {spot!r} has no fallback"
            yield Problem(message, (field, "availability"), f"use {fallback}")


_SPOT = (
    ("aws_attributes", "SPOT", "SPOT_WITH_FALLBACK"),
    ("azure_attributes", "SPOT_AZURE", "SPOT_WITH_FALLBACK_AZURE"),
    ("gcp_attributes", "PREEMPTIBLE_GCP", "PREEMPTIBLE_WITH_FALLBACK_GCP"),
)


@rule("BW431", WARNING, on="cluster", having=("init_scripts",))
def init_script_on_dbfs(cluster, resource):
    """A cluster takes an init script from DBFS.

    DBFS is not among the places for init scripts any more: everybody in the workspace could change
    them there. Source: https://docs.databricks.com/aws/en/init-scripts/

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 1
              init_scripts:
                - dbfs:
                    destination: dbfs:/databricks/init.sh
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 1
              init_scripts:
                - volumes:
                    destination: /Volumes/main/tools/scripts/init.sh
    """
    for index, script in items_of(cluster, "init_scripts"):
        if script.get("dbfs") is not None:
            path = ("init_scripts", index, "dbfs")
            hint = "keep it in a volume or in the workspace"
            yield Problem("an init script lies in DBFS", path, hint, of_key=True)


@rule("BW432", WARNING, on="cluster", having=("data_security_mode",))
def legacy_access_mode(cluster, resource):
    """A cluster has an access mode of the time before Unity Catalog.

    The `LEGACY_` modes are deprecated from runtime 15.0 on and will go away. `NONE` isolates
    nobody and has no Unity Catalog, which is an info.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 1
              data_security_mode: LEGACY_SINGLE_USER
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 1
              data_security_mode: DATA_SECURITY_MODE_DEDICATED
    """
    mode = cluster.get("data_security_mode")
    hint = "use DATA_SECURITY_MODE_STANDARD or DATA_SECURITY_MODE_DEDICATED"
    path = ("data_security_mode",)
    if isinstance(mode, str) and mode.startswith("LEGACY_"):
        runtime = runtime_of(cluster)
        if runtime is None or runtime >= (15, 0):
            yield Problem(f"access mode {mode} is deprecated", path, hint)
    elif mode == "NONE":
        yield Problem("access mode NONE has no Unity Catalog", path, hint, severity=INFO)


@rule("BW433", ERROR, on="cluster", having=("autotermination_minutes",))
def impossible_autotermination(cluster, resource):
    """A cluster's idle time is out of range, or it never ends by itself.

    `autotermination_minutes` is from 10 to 10000. With 0 an all-purpose cluster runs, and costs
    money, until somebody stops it, which is a warning. A job cluster ends with its job: there the
    field is not supported, which is a warning, too.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 1
              autotermination_minutes: 5
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 1
              autotermination_minutes: 30
    """
    minutes = integer(cluster.get("autotermination_minutes"))
    path = ("autotermination_minutes",)
    if minutes is None:
        return
    if resource.kind != "clusters":
        if minutes:
            message = "a job cluster ends with its job, not after autotermination_minutes"
            yield Problem(message, path, "remove it", of_key=True, severity=WARNING)
    elif minutes == 0:
        hint = "use 10 to 10000 minutes"
        yield Problem("a cluster never ends by itself", path, hint, severity=WARNING)
    elif not 10 <= minutes <= 10000:
        message = f"autotermination_minutes {minutes} is not from 10 to 10000"
        yield Problem(message, path, "use 0 for a cluster that never ends by itself")
