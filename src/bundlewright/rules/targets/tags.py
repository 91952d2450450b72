"""Tags of jobs, pipelines and clusters.

Databricks hands them to the cloud, which has rules of its own. Sources:
https://docs.databricks.com/aws/en/admin/account-settings/usage-detail-tags,
https://docs.databricks.com/api/workspace/jobs/create#tags,
https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html,
https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources and
https://cloud.google.com/resource-manager/docs/labels-overview
"""

import re

from bundlewright.bundle.access import known, place_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, WARNING
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule
from bundlewright.rules.compute.clouds import cloud_of, cluster_fields

_TAGGED = ("jobs", "pipelines")
_MOST = {"tags": 25, "custom_tags": 45}

# By cloud: what a key and what a value look like, and how long they may be in characters.
_LABEL_TEXT = "[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?"
_LABEL = Pattern(_LABEL_TEXT)
_CLOUDS = {
    "AWS": (Pattern(r"[\w +=.:/@-]*"), 127, Pattern(r"[\w +=.:/@-]*"), 255),
    "Azure": (Pattern(r"[^<>*&%;\\/+?]*"), 512, Pattern(".*", re.DOTALL), 256),
    "Google Cloud": (_LABEL, 63, Pattern(f"({_LABEL_TEXT})?"), 63),
}
_ANY = (Pattern(".*", re.DOTALL), 512, Pattern(".*", re.DOTALL), 256)


def _tags(target):
    """The maps of tags in a target, as (path, map) pairs."""
    paths = [("presets", "tags")]
    paths += [("resources", kind, key, "tags") for kind in _TAGGED for key in target.keys(kind)]
    paths += [path for path, _ in cluster_fields(target, ("custom_tags",))]
    for path in paths:
        tags = target.value(path)
        if isinstance(tags, Map):
            yield path, tags


@rule("BW729", WARNING, on="target")
def unusable_tag(target):
    """A tag is not one that the cloud takes, or there are too many.

    A job or a pipeline has at most 25 tags and a cluster 45: more are refused at deploy, which is
    an error. Characters and lengths are a matter of the cloud that the target's host is in: its
    machines cannot be started with other tags. `Name` belongs to Databricks.

    Fails:
        workspace:
          host: https://acme.cloud.databricks.com
        resources:
          clusters:
            shared:
              cluster_name: shared
              custom_tags:
                cost-center: R&D
    Passes:
        workspace:
          host: https://acme.cloud.databricks.com
        resources:
          clusters:
            shared:
              cluster_name: shared
              custom_tags:
                cost-center: R+D
    """
    cloud = cloud_of(target)
    in_cloud = f" on {cloud}" if cloud else ""
    allowed_key, longest_key, allowed, longest = _CLOUDS.get(cloud, _ANY)
    for path, tags in _tags(target):
        most = _MOST[path[-1]]
        if len(tags) > most:
            message = f"there are {len(tags)} tags, but may be at most {most}"
            place = tags.at
            yield Problem(message, path, "leave some out", place=place, severity=ERROR)
        for key, value in tags.items():
            where = (*path, key)
            if len(key) > longest_key:
                message = f"tag key {key!r} has more than {longest_key} characters{in_cloud}"
            elif key and "${" not in key and not allowed_key.fullmatch(key):
                message = f"tag key {key!r} has characters that do not work{in_cloud}"
            elif key == "Name" and path[-1] == "custom_tags":
                message = "the tag 'Name' is the one by which Databricks knows a cluster"
            elif not isinstance(value, str) or not known(value):
                continue
            elif len(value) > longest:
                message = f"the value of tag {key!r} has more than {longest} characters{in_cloud}"
            elif not allowed.fullmatch(value):
                message = f"tag {key!r} has a value that does not work{in_cloud}: {value!r}"
            else:
                continue
            yield Problem(message, where, place=place_at(tags, (key,)))
