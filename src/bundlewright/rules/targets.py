"""Family 7: targets: which there are, where they deploy, as whom, and what is kept safe.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/deployment-modes
"""

from bundlewright.bundle.access import is_true, items_of, known, maps_of, place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.merge import kind_of
from bundlewright.bundle.references import REFERENCE
from bundlewright.finding import ERROR, INFO, WARNING, format_path
from bundlewright.rules import Problem, did_you_mean, rule

_MODES = ("development", "production")


def _default_targets(bundle):
    targets = maps_of(bundle.declared_targets())
    return [name for name, target in targets if is_true(target.get("default"))]


@rule("BW701", ERROR, on="bundle", cli=ERROR)
def several_default_targets(bundle):
    """More than one target is marked as the default.

    Fails:
        targets:
          dev:
            default: true
          prod:
            default: true
    Passes:
        targets:
          dev:
            default: true
          prod:
            mode: production
    """
    targets = bundle.declared_targets()
    marked = _default_targets(bundle)
    if len(marked) > 1:
        names = " and ".join(marked)
        place = place_at(targets, (marked[1], "default"))
        related = [(place_at(targets, (marked[0], "default")), "the first one")]
        message = f"targets {names} are all marked as the default"
        path = (bundle.target_section, marked[1], "default")
        yield Problem(message, path, "keep one", place=place, related=related)


@rule("BW702", WARNING, on="bundle")
def no_default_target(bundle):
    """None of several targets is the default.

    Every command then needs `--target`. With a development target as the default, nobody deploys to
    another one by accident.

    Fails:
        targets:
          dev:
            mode: development
          prod:
            mode: production
    Passes:
        targets:
          dev:
            mode: development
            default: true
          prod:
            mode: production
    """
    if len(bundle.declared_targets()) > 1 and not _default_targets(bundle):
        place = bundle.config.places[bundle.target_section][0]
        hint = "set default: true in one of them"
        yield Problem("no target is the default", ("targets",), hint, place=place)


@rule("BW703", ERROR, on="bundle", cli=ERROR)
def targets_and_environments(bundle):
    """A bundle has `targets` and, under their old name, `environments`.

    Fails:
        environments:
          dev: {}
        targets:
          prod: {}
    Passes:
        targets:
          dev:
            default: true
          prod: {}
    """
    if bundle.config.get("environments") is not None and bundle.config.get("targets") is not None:
        place = bundle.config.places["environments"][0]
        hint = "move its entries to 'targets'"
        yield Problem("'environments' beside 'targets'", ("environments",), hint, place=place)


@rule("BW704", ERROR, on="target", cli=ERROR)
def unknown_mode(target):
    """A target's mode is neither `development` nor `production`.

    Fails:
        targets:
          dev:
            mode: dev
    Passes:
        targets:
          dev:
            mode: development
    """
    mode = target.mode
    if known(mode) and mode != "" and mode not in _MODES:
        hint = did_you_mean(mode, _MODES) or "use development or production"
        yield Problem(f"mode {mode!r} does not exist", ("bundle", "mode"), hint)


@rule("BW705", ERROR, on="target", cli=ERROR)
def production_without_root_path(target):
    """A production target does not say where it deploys to.

    It would deploy into the home folder of whoever runs the command, and the next person's deploy
    would make a second copy of everything. The path must stand in the target itself.

    Fails:
        targets:
          prod:
            mode: production
        resources:
          jobs:
            etl:
              name: etl
    Passes:
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/Shared/.bundle/${bundle.name}/${bundle.target}
        resources:
          jobs:
            etl:
              name: etl
    """
    # What the bundle sets for all targets does not count.
    if target.mode != "production" or value_at(target.override, ("workspace", "root_path")):
        return
    run_as = target.config.get("run_as") is not None
    paths = [("resources", "jobs", key, "run_as") for key in target.keys("jobs")]
    mild = run_as or all(target.value(path) is not None for path in paths)
    message = f"production target {target.name!r} does not set workspace.root_path"
    hint = "set a path that does not depend on who deploys, in the target"
    severity = INFO if mild else ERROR
    place = place_at(target.config, ("bundle", "mode"))
    path = (target.bundle.target_section, target.name)
    yield Problem(message, path, hint, place=place, severity=severity, cli=severity)


_PATHS = ("root_path", "file_path", "artifact_path", "state_path", "resource_path")


@rule("BW706", ERROR, on="target", cli=ERROR)
def shared_development(target):
    """A development target deploys to a place, or under a prefix, that is not the user's own.

    Two people who deploy it would overwrite each other's work. The path must hold the user's name
    or start with `~/`.

    Fails:
        targets:
          dev:
            mode: development
            workspace:
              root_path: /Workspace/Shared/etl
    Passes:
        targets:
          dev:
            mode: development
            workspace:
              root_path: ~/.bundle/etl
    """
    if target.mode != "development":
        return
    workspace = target.section("workspace")
    for field in _PATHS:
        value = workspace.get(field)
        if isinstance(value, str) and not value.startswith("~/") and _belongs_to_nobody(value):
            hint = "start it with '~/' or use ${workspace.current_user.userName}"
            message = f"development target {target.name!r} shares workspace.{field} {value!r}"
            yield Problem(message, ("workspace", field), hint)
    presets = target.section("presets")
    if presets.get("trigger_pause_status") == "UNPAUSED":
        path = ("presets", "trigger_pause_status")
        message = f"development target {target.name!r} leaves triggers running"
        yield Problem(message, path, "use PAUSED, or leave it out")
    prefix = presets.get("name_prefix")
    if isinstance(prefix, str) and prefix and _belongs_to_nobody(prefix):
        message = (
            f"development target {target.name!r} has a name_prefix that all users share: {prefix!r}"
        )
        hint = "use ${workspace.current_user.short_name} in it"
        yield Problem(message, ("presets", "name_prefix"), hint)


def _belongs_to_nobody(text):
    """Whether a path or prefix is the same for all users; one in a person's home is not."""
    return known(text) and "@" not in text and not text.startswith(("/Users/", "/Workspace/Users/"))


@rule("BW707", ERROR, on="target", cli=ERROR)
def volume_as_workspace_path(target):
    """The workspace path of a bundle is on a volume.

    Only `artifact_path` may be: files, state and resources need the workspace file system.

    Fails:
        workspace:
          root_path: /Volumes/main/default/etl
    Passes:
        workspace:
          artifact_path: /Volumes/main/default/etl
    """
    workspace = target.section("workspace")
    for field in _PATHS:
        value = workspace.get(field)
        if field != "artifact_path" and isinstance(value, str) and value.startswith("/Volumes/"):
            hint = "only artifact_path can be on a volume"
            yield Problem(f"workspace.{field} {value!r} is on a volume", ("workspace", field), hint)


@rule("BW708", ERROR, on="target", cli=ERROR)
def unclear_run_as(target):
    """`run_as` does not name exactly one identity.

    Fails:
        run_as:
          user_name: ""
    Passes:
        run_as:
          service_principal_name: 11111111-2222-3333-4444-555555555555
    """
    run_as = target.config.get("run_as")
    if not isinstance(run_as, Map):
        return
    names = [field for field in ("user_name", "service_principal_name") if run_as.get(field)]
    if run_as.get("group_name"):
        names.append("group_name")
    place = run_as.at
    if not names:
        message = "run_as names neither a service_principal_name nor a user_name"
        yield Problem(message, ("run_as",), place=place)
    elif len(names) > 1:
        message = f"run_as names {' and '.join(names)}"
        yield Problem(message, ("run_as",), "keep one", place=place)


_RUN_AS_OWNER_ONLY = ("model_serving_endpoints", "quality_monitors", "apps")


@rule("BW709", ERROR, on="target", cli=ERROR)
def run_as_not_supported(target):
    """A resource runs as its owner, and the bundle asks for another identity.

    Model serving endpoints, quality monitors, apps, and dashboards with embedded credentials always
    run as who deployed them.

    Fails:
        run_as:
          service_principal_name: 11111111-2222-3333-4444-555555555555
        resources:
          apps:
            front:
              name: front
              source_code_path: .
    Passes:
        resources:
          apps:
            front:
              name: front
              source_code_path: .
    """
    run_as = target.config.get("run_as")
    if not isinstance(run_as, Map):
        return
    # The identity that deploys may be the same one: the workspace only tells at deploy.
    name = run_as.get("user_name") or run_as.get("service_principal_name")
    if not isinstance(name, str) or not known(name):
        return
    owner_only = [
        ("resources", kind, key) for kind in _RUN_AS_OWNER_ONLY for key in target.keys(kind)
    ]
    owner_only += [
        ("resources", "dashboards", key)
        for key in target.keys("dashboards")
        if is_true(target.value(("resources", "dashboards", key, "embed_credentials")))
    ]
    for path in owner_only:
        message = f"{format_path(path)} cannot run as {name!r}: it runs as who deploys it"
        hint = "deploy it as that identity from a bundle of its own, without run_as"
        yield Problem(message, path, hint)


@rule("BW710", ERROR, on="target", cli=ERROR)
def unnamed_bundle(target):
    """A bundle has no name.

    Fails:
        bundle: {}
    Passes:
        bundle:
          name: sales
    """
    if {("bundle",), ("bundle", "name")} & target.bundle.wrong:
        return
    if not target.section("bundle").get("name"):
        yield Problem("the bundle has no name", ("bundle", "name"), "set bundle.name")


@rule("BW711", ERROR, on="target", cli=ERROR)
def unknown_engine(target):
    """`bundle.engine` is not one that the CLI has.

    Fails:
        bundle:
          name: sales
          engine: pulumi
    Passes:
        bundle:
          name: sales
          engine: direct
    """
    engine = target.section("bundle").get("engine")
    if known(engine) and engine not in ("direct", "terraform"):
        hint = "use direct, the default, or leave it out"
        yield Problem(f"engine {engine!r} does not exist", ("bundle", "engine"), hint)


_LEVELS = ("CAN_MANAGE", "CAN_VIEW", "CAN_RUN")


@rule("BW712", ERROR, on="target", cli=ERROR)
def unknown_permission_level(target):
    """A level under the bundle's `permissions` is not one that holds for all kinds of resources.

    Fails:
        permissions:
          - group_name: data-eng
            level: CAN_EDIT
    Passes:
        permissions:
          - group_name: data-eng
            level: CAN_VIEW
    """
    for index, permission in items_of(target.config, "permissions"):
        level = permission.get("level")
        if known(level) and level not in _LEVELS:
            path = ("permissions", index, "level")
            hint = f"use one of {', '.join(_LEVELS)}"
            yield Problem(f"permission level {level!r} does not exist here", path, hint)


@rule("BW713", ERROR, on="target", cli=ERROR)
def unusable_script(target):
    """A script has no content, or a `${...}` in it.

    References are not resolved in scripts; a shell variable is written `$NAME`.

    Fails:
        scripts:
          hello:
            content: echo ${NAME}
    Passes:
        scripts:
          hello:
            content: echo $NAME
    """
    for name, script in maps_of(target.config.get("scripts")):
        content = script.get("content")
        path = ("scripts", name, "content")
        if not content:
            yield Problem(f"script {name!r} has no content", path)
        elif isinstance(content, str):
            match = REFERENCE.search(content)
            if match:
                message = f"script {name!r} holds {match.group()}, which is not resolved there"
                yield Problem(message, path, f"write ${match.group(1).rpartition('.')[2]}")


@rule("BW714", ERROR, on="target", cli=ERROR)
def exposed_secret(target):
    """The value of a secret stands in the bundle.

    It must come from outside: a variable without a default, set at deploy.

    Fails:
        resources:
          secrets:
            token:
              scope: sales
              key: token
              value: hunter2
    Passes:
        variables:
          token:
            description: set at deploy
        resources:
          secrets:
            token:
              scope: sales
              key: token
              value: ${var.token}
    """
    for key in target.keys("secrets"):
        path = ("resources", "secrets", key, "value")
        value = value_at(target.merged, path)
        match = REFERENCE.fullmatch(value) if isinstance(value, str) else None
        name = match.group(1).partition(".")[2] if match else ""
        hint = "use a variable without a default and set it at deploy"
        if not isinstance(value, str):
            message = f"secret {key!r} has no value that is a text"
            if value is not None:
                message += f", but a {kind_of(value)}"
            yield Problem(message, path, hint)
        elif not match or match.group(1).partition(".")[0] not in ("var", "variables"):
            yield Problem(f"the value of secret {key!r} stands in the bundle", path, hint)
        else:
            definition = target.section("variables").get(name)
            if isinstance(definition, Map) and definition.get("default") is not None:
                message = f"variable {name!r}, which holds a secret, has a default"
                place = place_at(definition, ("default",))
                yield Problem(message, path, hint, place=place)


@rule("BW715", ERROR, on="resource", cli=ERROR, having=("etag", "deployment"))
def managed_field(resource):
    """A field is set that the CLI keeps for itself.

    Fails:
        resources:
          dashboards:
            sales:
              display_name: sales
              warehouse_id: abc
              etag: "1"
    Passes:
        resources:
          dashboards:
            sales:
              display_name: sales
              warehouse_id: abc
    """
    paths = {
        "dashboards": [("etag",)],
        "genie_spaces": [("etag",)],
        "jobs": [("deployment", "deployment_id"), ("deployment", "version_id")],
        "pipelines": [("deployment", "deployment_id"), ("deployment", "version_id")],
    }
    for path in paths.get(resource.kind, ()):
        if value_at(resource.config, path) is not None:
            yield Problem(f"{path[-1]} is managed by the CLI and cannot be set", path, "remove it")


@rule("BW716", WARNING, on="resource", cli=WARNING, kinds=("model_serving_endpoints",))
def deprecated_field(resource):
    """A field has a successor and will go away.

    Fails:
        resources:
          model_serving_endpoints:
            churn:
              name: churn
              config:
                served_models: []
    Passes:
        resources:
          model_serving_endpoints:
            churn:
              name: churn
              config:
                served_entities: []
    """
    config = resource.config.get("config")
    if isinstance(config, Map) and config.get("served_models") is not None:
        path = ("config", "served_models")
        if config.get("served_entities") is not None:
            message = "served_models and its successor served_entities exclude each other"
            yield Problem(message, path, "keep served_entities", cli=ERROR, severity=ERROR)
        else:
            yield Problem("served_models is deprecated", path, "use served_entities")


@rule("BW717", ERROR, on="target", cli=ERROR)
def development_pipeline_in_production(target):
    """A production target has a pipeline in development mode.

    Such a pipeline keeps its cluster running and does not retry.

    Fails:
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/Shared/.bundle/sales
        resources:
          pipelines:
            sales:
              name: sales
              development: true
    Passes:
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/Shared/.bundle/sales
        resources:
          pipelines:
            sales:
              name: sales
    """
    for key in target.keys("pipelines"):
        path = ("resources", "pipelines", key, "development")
        if target.mode == "production" and is_true(target.value(path)):
            hint = "leave it out: development targets set it by themselves"
            yield Problem(f"pipeline {key!r} is in development mode", path, hint)
