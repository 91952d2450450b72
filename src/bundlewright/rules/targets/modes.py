"""Which targets there are, and what their modes demand.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/deployment-modes
"""

from bundlewright.bundle.access import is_true, known, maps_of, place_at, value_at
from bundlewright.finding import ERROR, INFO, WARNING, Fix
from bundlewright.rules import Problem, did_you_mean, nearest, rule

_MODES = ("development", "production")


def default_targets(bundle):
    """The names of the targets that are marked as the default."""
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
    marked = default_targets(bundle)
    if len(marked) > 1:
        names = " and ".join(marked)
        place = place_at(targets, (marked[1], "default"))
        related = [(place_at(targets, (marked[0], "default")), "the first one")]
        message = f"targets {names} are all marked as the default"
        yield Problem(message, ("targets",), "keep one", place=place, related=related)


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
    if len(bundle.declared_targets()) > 1 and not default_targets(bundle):
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
        path = ("bundle", "mode")
        near = nearest(mode, _MODES, 0.3)
        written = value_at(target.merged, path)
        meant = bool(near) and len(mode) > 2 and near.startswith(mode.lower())
        fix = Fix(meant, ("replace", place_at(target.config, path), near))
        hint = did_you_mean(mode, _MODES, 0.3) or "use development or production"
        message = f"mode {mode!r} does not exist"
        yield Problem(message, path, hint, fix=fix if near and written == mode else None)


@rule("BW705", WARNING, on="target", cli=ERROR)
def production_without_root_path(target):
    """A production target does not say where it deploys to.

    It would deploy into the home folder of whoever runs the command, and the next person's deploy
    would make a second copy of everything. The path must stand in the target itself. The CLI
    refuses to deploy it as a person; with a service principal or `run_as`, it recommends a path.

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
    severity = INFO if mild else None
    place = place_at(target.config, ("bundle", "mode"))
    path = (target.bundle.target_section, target.name)
    yield Problem(message, path, hint, place=place, severity=severity, cli=severity)


WORKSPACE_PATHS = ("root_path", "file_path", "artifact_path", "state_path", "resource_path")


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
    for field in WORKSPACE_PATHS:
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
