"""Where a target puts its files and artifacts in the workspace.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/settings#workspace
"""

from bundlewright.bundle.access import is_true, items_of, known, value_at
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, rule


@rule("BW750", WARNING, on="target", cli=WARNING, having=("workspace",))
def shared_root(target):
    """A bundle is deployed into a folder that everybody may change, and does not say so.

    All users of the workspace can write below `/Workspace/Shared`, and so change what the jobs run.
    Where that is meant, `permissions` says so by CAN_MANAGE for the group `users`.

    Fails:
        workspace:
          root_path: /Workspace/Shared/.bundle/sales
    Passes:
        workspace:
          root_path: /Workspace/Shared/.bundle/sales
        permissions:
          - group_name: users
            level: CAN_MANAGE
    """
    path = target.section("workspace").get("root_path")
    if not isinstance(path, str) or not path.startswith(("/Workspace/Shared/", "/Shared/")):
        return
    for _, permission in items_of(target.config, "permissions"):
        if permission.get("group_name") == "users" and permission.get("level") == "CAN_MANAGE":
            return
    message = f"everybody can change what is deployed to {path!r}"
    hint = "deploy to a folder of your own, or give the group users CAN_MANAGE under permissions"
    yield Problem(message, ("workspace", "root_path"), hint)


@rule("BW751", ERROR, on="target", cli=ERROR, having=("workspace",))
def incomplete_volume_path(target):
    """`artifact_path` starts with `/Volumes` and does not name a volume.

    Fails:
        workspace:
          artifact_path: /Volumes/main/default
    Passes:
        workspace:
          artifact_path: /Volumes/main/default/artifacts
    """
    path = target.section("workspace").get("artifact_path")
    if isinstance(path, str) and path.startswith("/Volumes/"):
        names = path.split("/")[2:5]
        if len(names) < 3 or not all(names):
            hint = "write /Volumes/<catalog>/<schema>/<volume>"
            message = f"artifact_path {path!r} names no volume"
            yield Problem(message, ("workspace", "artifact_path"), hint)


@rule("BW752", ERROR, on="target", cli=ERROR, having=("workspace",))
def file_path_of_immutable_folder(target):
    """A bundle with `experimental.immutable_folder` sets where its files go.

    The CLI picks that folder by what is in the files.

    Fails:
        experimental:
          immutable_folder: true
        workspace:
          file_path: /Workspace/files
    Passes:
        experimental:
          immutable_folder: true
    """
    immutable = is_true(target.section("experimental").get("immutable_folder"))
    if immutable and target.section("workspace").get("file_path") is not None:
        message = "workspace.file_path cannot be set with experimental.immutable_folder"
        yield Problem(message, ("workspace", "file_path"), "remove one of the two")


@rule("BW753", WARNING, on="target", cli=WARNING, having=("presets",))
def source_linked_deployment(target):
    """`source_linked_deployment` is asked for and has no effect.

    It works only where the CLI itself runs in the workspace.

    Fails:
        presets:
          source_linked_deployment: true
    Passes:
        presets:
          source_linked_deployment: false
    """
    path = ("presets", "source_linked_deployment")
    if is_true(value_at(target.config, path)):
        message = "source_linked_deployment has no effect outside the workspace"
        yield Problem(message, path, "remove it: where it can be, it is the default")


@rule("BW754", WARNING, on="target", cli=WARNING)
def cluster_override_in_production(target):
    """A production target puts one cluster in place of all that its jobs define.

    That is for development. In production each job should run on what it says.

    Fails:
        targets:
          prod:
            mode: production
            cluster_id: 0923-164208-meows279
            workspace:
              root_path: /Workspace/sales
    Passes:
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/sales
    """
    cluster = target.section("bundle").get("cluster_id")
    if target.mode == "production" and cluster and known(cluster):
        message = f"target {target.name!r} runs all jobs on cluster {cluster!r}"
        yield Problem(message, ("bundle", "cluster_id"), "remove cluster_id")
