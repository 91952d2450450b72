"""Databricks Runtime, the version of which a cluster gives in `spark_version`.

Sources: https://docs.databricks.com/aws/en/release-notes/runtime/ for what is supported, as of
September 2026, and https://docs.databricks.com/aws/en/release-notes/runtime/eos for what is not;
https://docs.databricks.com/api/workspace/clusters/create
"""

import re

from bundlewright.bundle.access import known, place_at
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.rules import Problem, replacement, rule
from bundlewright.rules.compute.local_libraries import lacking_support

# What had support in September 2026, before 18, with which the numbers became whole ones.
_SUPPORTED = ((14, 3), (15, 4), (16, 4), (17, 3))
_WHOLE_FROM = 18
_BEYOND_VERSIONS = 30
_LAST_MINOR = {10: 5, 11: 3, 12: 2, 13: 3, 14: 3, 15: 4, 16: 4, 17: 3}
_LAST_REMOVED = (10, 3)

_NUMBER = r"([0-9]{1,4})\.([0-9]{1,4}|x)"
_KEY = _NUMBER + r"[.-].*-?scala(2\.[0-9]+)"
_OTHER_KEYS = ("auto:", "custom:", "dlt:", "apache-spark-")


def runtime_of(cluster):
    """The (major, minor) version of a cluster's runtime; None where it cannot be told."""
    value = cluster.get("spark_version") if cluster else None
    found = re.match(_KEY, value) if isinstance(value, str) and known(value) else None
    return _numbers(found) if found else None


def _numbers(found):
    return int(found[1]), 0 if found[2] == "x" else int(found[2])


def _scala_of(runtime):
    """The Scala versions that there are of a runtime."""
    if runtime >= (17, 0):
        return ("2.13",)
    if runtime == (16, 4):
        return ("2.12", "2.13")
    return ("2.12",) if runtime >= (7, 0) else ("2.10", "2.11", "2.12")


def _key_of(version):
    """The key of a runtime of which only the number is given, if that is clear."""
    found = re.search(_NUMBER, version)
    if found and _numbers(found) in _SUPPORTED:
        runtime = _numbers(found)
        return f"{runtime[0]}.{runtime[1]}.x-scala{_scala_of(runtime)[0]}"
    return None


def _exists(version):
    found = re.match(_KEY, version)
    if not found:
        return version.startswith(_OTHER_KEYS)
    major, minor = runtime = _numbers(found)
    if major >= _BEYOND_VERSIONS or minor > _LAST_MINOR.get(major, minor):
        return False
    if found[2] == "x" and major in _LAST_MINOR and "-snapshot-" not in version:
        return False
    return found[3] in _scala_of(runtime)


@rule("BW415", ERROR, on="cluster", having=("spark_version",))
def unknown_runtime(cluster, resource):
    """A cluster asks for a runtime that does not exist.

    `spark_version` is the key of a runtime, such as `17.3.x-scala2.13`: not its number alone, and
    not the version of Spark. From 17.0 on there is Scala 2.13 only, before 16.4 there is 2.12 only.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: "15.4"
              node_type_id: i3.xlarge
              num_workers: 1
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 15.4.x-scala2.12
              node_type_id: i3.xlarge
              num_workers: 1
    """
    value = cluster.get("spark_version")
    if not known(value) or isinstance(value, (bool, dict, list)) or _exists(str(value)):
        return
    path = ("spark_version",)
    message = f"there is no runtime {value!r}"
    key = _key_of(str(value))
    if key is None:
        yield Problem(message, path, "use a key such as '17.3.x-scala2.13'")
        return
    place = place_at(cluster, path)
    fix = replacement(resource.bundle, place, value, key, safe=False)
    yield Problem(message, path, f"did you mean {key!r}?", fix=fix)


@rule("BW416", WARNING, on="cluster", having=("spark_version",))
def unsupported_runtime(cluster, resource):
    """A cluster has a runtime whose support has ended.

    It gets no fixes, not even for security, and may be taken away at any time. 10.3 and what came
    before it have been: clusters with them do not start.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 12.2.x-scala2.12
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
    runtime = runtime_of(cluster)
    if runtime is None or runtime[0] >= _WHOLE_FROM or not _exists(cluster["spark_version"]):
        return
    if runtime in _SUPPORTED:
        return
    removed = runtime <= _LAST_REMOVED
    if removed or all(cluster is not one for _, one, _ in lacking_support(resource)):
        end = "no longer exists" if removed else "is no longer supported"
        message = f"runtime {cluster['spark_version']!r} {end}"
        severity = ERROR if removed else None
        hint = "use one with long-term support, such as '17.3.x-scala2.13'"
        yield Problem(message, ("spark_version",), hint, severity=severity)


@rule("BW417", INFO, on="cluster", having=("spark_version",))
def unpinned_runtime(cluster, resource):
    """A cluster takes whatever runtime is the latest.

    What runs today may fail tomorrow, without a change in the bundle.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: auto:latest-lts
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
    value = cluster.get("spark_version")
    if isinstance(value, str) and value.startswith("auto:"):
        message = f"runtime {value!r} changes by itself"
        yield Problem(message, ("spark_version",), "name a version, such as '17.3.x-scala2.13'")


@rule("BW418", ERROR, on="cluster", having=("runtime_engine",))
def photon_twice(cluster, resource):
    """A cluster chooses its engine and has a runtime with `-photon-` in its name.

    Such names are from before `runtime_engine` and do not go with it.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 14.3.x-photon-scala2.12
              runtime_engine: PHOTON
              node_type_id: i3.xlarge
              num_workers: 1
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 14.3.x-scala2.12
              runtime_engine: PHOTON
              node_type_id: i3.xlarge
              num_workers: 1
    """
    value = cluster.get("spark_version")
    if isinstance(value, str) and "-photon-" in value and known(cluster.get("runtime_engine")):
        message = f"spark_version {value!r} does not go with runtime_engine"
        path = ("spark_version",)
        plain = value.replace("-photon-", "-")
        hint = f"write {plain!r}"
        # A runtime that says Photon while the field says another engine is not clear.
        safe = cluster["runtime_engine"] == "PHOTON"
        fix = replacement(resource.bundle, place_at(cluster, path), value, plain, safe)
        yield Problem(message, path, hint, fix=fix)
