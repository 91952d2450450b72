"""Machines and settings of one cloud in a workspace of another.

Source: https://docs.databricks.com/api/workspace/clusters/create and, for the hosts,
https://docs.databricks.com/aws/en/workspace/workspace-details#workspace-instance-names-urls-and-ids
"""

import functools
import re

from bundlewright.bundle.access import known, tasks_of, value_at
from bundlewright.bundle.document import Map, Seq
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, rule

_HOSTS = (
    ("Azure", r".*\.(azuredatabricks\.net|databricks\.azure\.(cn|us))"),
    ("Google Cloud", r".*\.gcp\.databricks\.com"),
    ("AWS", r".*\.cloud\.databricks\.(com|us|mil)"),
)
_NODE_TYPES = (
    ("Azure", "(Standard|Basic)_[A-Z][A-Za-z0-9_-]+"),
    ("AWS", r"[a-z][a-z0-9-]*\.(metal|[0-9]*x?large|medium|small)(-[a-z0-9]+)*"),
    ("Google Cloud", "[a-z][0-9][a-z]?-[a-z]+-[0-9]+g?(-[a-z]+)?"),
)
_ATTRIBUTES = {
    "aws_attributes": "AWS",
    "azure_attributes": "Azure",
    "gcp_attributes": "Google Cloud",
}
_NODE_TYPE_FIELDS = ("node_type_id", "driver_node_type_id")


@functools.cache  # most clusters are of a few types
def _cloud(value, table):
    """The cloud whose pattern a text matches; None where none does."""
    return next((cloud for cloud, pattern in table if re.fullmatch(pattern, value)), None)


def cloud_of(target):
    """The cloud of a target's workspace; None where its host does not tell."""
    host = value_at(target.config, ("workspace", "host"))
    if not isinstance(host, str) or not known(host):
        return None
    name = re.sub("^https?://", "", host.strip().lower()).split("/")[0].split(":")[0]
    return _cloud(name, _HOSTS)


@functools.lru_cache(maxsize=1)  # several rules ask this of one target after another
def _clusters(target):
    """What stands where a target's clusters and pools are specified, unresolved, with its path."""
    clusters = []
    for kind, entries in target.kinds():
        for key, entry in entries.items():
            path = ("resources", kind, key)
            if kind in ("clusters", "instance_pools"):
                clusters.append((path, entry))
            elif kind == "pipelines":
                clusters += _items(entry, "clusters", path)
            elif kind == "jobs" and isinstance(entry, Map):
                tasks = [((*path, *where), task) for where, task in tasks_of(entry)]
                for where, item in (*_items(entry, "job_clusters", path), *tasks):
                    if isinstance(item, Map) and item.get("new_cluster") is not None:
                        clusters.append(((*where, "new_cluster"), item["new_cluster"]))
    return clusters


def _items(holder, field, path):
    items = holder.get(field) if isinstance(holder, Map) else None
    for index, item in enumerate(items if isinstance(items, Seq) else ()):
        yield (*path, field, index), item


def cluster_fields(target, fields):
    """Fields of the clusters that have them, as (path, resolved value) pairs."""
    for path, cluster in _clusters(target):
        for field in fields:
            if not isinstance(cluster, Map):
                value = value_at(target.value(path), (field,))
            else:
                value = cluster.get(field)
                if isinstance(value, str) and "${" in value:
                    value = target.value((*path, field))
            if value is not None:
                yield (*path, field), value


@rule("BW434", ERROR, on="target")
def node_type_of_another_cloud(target):
    """A cluster's type of machine is one of another cloud than that of the target's workspace.

    Fails:
        bundle:
          name: etl
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 1
        targets:
          dev:
            workspace:
              host: https://adb-1234567890123456.7.azuredatabricks.net
    Passes:
        bundle:
          name: etl
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: Standard_D4ds_v5
              num_workers: 1
        targets:
          dev:
            workspace:
              host: https://adb-1234567890123456.7.azuredatabricks.net
    """
    cloud = cloud_of(target)
    for path, value in cluster_fields(target, _NODE_TYPE_FIELDS) if cloud else ():
        if isinstance(value, str) and known(value):
            found = _cloud(value, _NODE_TYPES)
            if found not in (cloud, None):
                message = f"{value!r} is a machine of {found}, but the workspace is on {cloud}"
                yield Problem(message, path, "give each target one of its own cloud")


@rule("BW435", WARNING, on="target")
def attributes_of_another_cloud(target):
    """A cluster has attributes for another cloud than that of the target's workspace.

    They do not hold there.

    Fails:
        bundle:
          name: etl
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: Standard_D4ds_v5
              num_workers: 1
              aws_attributes:
                availability: SPOT_WITH_FALLBACK
        targets:
          dev:
            workspace:
              host: https://adb-1234567890123456.7.azuredatabricks.net
    Passes:
        bundle:
          name: etl
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: Standard_D4ds_v5
              num_workers: 1
              azure_attributes:
                availability: SPOT_WITH_FALLBACK_AZURE
        targets:
          dev:
            workspace:
              host: https://adb-1234567890123456.7.azuredatabricks.net
    """
    cloud = cloud_of(target)
    for path, value in cluster_fields(target, _ATTRIBUTES) if cloud else ():
        if isinstance(value, Map) and value and _ATTRIBUTES[path[-1]] != cloud:
            message = f"{path[-1]} do not hold on {cloud}, where the workspace is"
            yield Problem(message, path, "set them in the targets of their cloud", of_key=True)
