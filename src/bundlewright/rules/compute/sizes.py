"""How many workers a cluster has.

Source: https://docs.databricks.com/api/workspace/clusters/create
"""

from bundlewright.bundle.access import integer, is_true
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, rule


@rule("BW403", ERROR, on="cluster", having=("autoscale",))
def fixed_size_with_autoscale(cluster, resource):
    """A cluster has both a fixed number of workers and a range to scale in.

    Only one can hold; the service refuses the cluster. A target that overrides one must take the
    other away, and cannot: write the size into the targets only, or into a variable.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 2
              autoscale:
                min_workers: 1
                max_workers: 4
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              autoscale:
                min_workers: 1
                max_workers: 4
    """
    if cluster.get("num_workers") is not None and cluster.get("autoscale") is not None:
        yield Problem(
            "a cluster has num_workers and autoscale", ("num_workers",), "keep one of the two"
        )


def _conf(cluster, name):
    """A setting of Spark that a cluster makes, or None."""
    conf = cluster.get("spark_conf")
    return conf.get(name) if isinstance(conf, Map) else None


def is_single_by_conf(cluster):
    master = _conf(cluster, "spark.master")
    profile = _conf(cluster, "spark.databricks.cluster.profile")
    return profile == "singleNode" and isinstance(master, str) and master.startswith("local")


@rule("BW405", WARNING, on="cluster", cli=WARNING, having=("num_workers",))
def incomplete_single_node(cluster, resource):
    """A cluster has no workers but is not set up as a single node.

    Spark jobs on it wait for workers that never come.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 0
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
    workers = cluster.get("num_workers")
    if workers != 0 or isinstance(workers, bool):
        return
    if cluster.get("is_single_node") is not None or cluster.get("policy_id") is not None:
        return
    tags = cluster.get("custom_tags")
    resource_class = tags.get("ResourceClass") if isinstance(tags, Map) else None
    if not (is_single_by_conf(cluster) and resource_class == "SingleNode"):
        hint = "set is_single_node: true and kind: CLASSIC_PREVIEW"
        yield Problem("a cluster without workers is not a single node", ("num_workers",), hint)


@rule("BW423", ERROR, on="cluster", having=("autoscale", "num_workers"))
def impossible_size(cluster, resource):
    """A cluster scales from more workers to fewer, or has fewer than none.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              autoscale:
                min_workers: 4
                max_workers: 2
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              autoscale:
                min_workers: 2
                max_workers: 4
    """
    sizes = [(("num_workers",), integer(cluster.get("num_workers")))]
    scale = cluster.get("autoscale")
    if isinstance(scale, Map):
        low, high = integer(scale.get("min_workers")), integer(scale.get("max_workers"))
        sizes += [(("autoscale", "min_workers"), low), (("autoscale", "max_workers"), high)]
        if low is not None and high is not None and 0 <= high < low:
            message = f"min_workers {low} is more than max_workers {high}"
            yield Problem(message, ("autoscale", "min_workers"), "swap them or raise max_workers")
    for path, size in sizes:
        if size is not None and size < 0:
            yield Problem(f"{path[-1]} cannot be {size}", path, "use 0 or more")


@rule("BW424", WARNING, on="cluster", having=("is_single_node", "spark_conf"))
def single_node_with_workers(cluster, resource):
    """A cluster is set up as a single node and has workers.

    Spark runs on the driver only; the workers cost money and do nothing.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              is_single_node: true
              kind: CLASSIC_PREVIEW
              num_workers: 2
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 2
    """
    setting = None
    if is_true(cluster.get("is_single_node")):
        setting = "is_single_node"
    elif is_single_by_conf(cluster):
        setting = "spark.databricks.cluster.profile"
    workers = integer(cluster.get("num_workers"))
    if setting and (cluster.get("autoscale") is not None or (workers or 0) > 0):
        field = "autoscale" if cluster.get("autoscale") is not None else "num_workers"
        message = f"{setting} makes the cluster a single node, which has no workers"
        yield Problem(message, (field,), f"remove {field} or {setting}")
