"""What is asked of a production target, by its mode or by its name.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/deployment-modes#production-mode
"""

from bundlewright.bundle.access import is_true, known, maps_in, maps_of, place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.finding import INFO, WARNING, format_path
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule
from bundlewright.rules.schema.fields import PRINCIPALS
from bundlewright.rules.targets.modes import default_targets

_HOME = Pattern(r"(?:/Workspace)?/Users/([^/]+@[^/]+)")

_WORDS = Pattern(r"[^a-z0-9]+")
_DEVELOPMENT = {"dev", "develop", "development", "local", "personal", "sandbox"}
_PRODUCTION = {"prod", "production", "prd"}
_BEFORE_PRODUCTION = {
    *("no", "non", "not", "nonprod", "pre", "preprod", "staging", "stage", "stg"),
    *("test", "qa", "uat", "int", "integration", "acc", "acceptance"),
}


def _is_named(target_name, words):
    return not words.isdisjoint(_WORDS.split(target_name.lower()))


def sounds_like_development(target_name):
    """Whether a target is named for development, such as `dev-eu`."""
    return _is_named(target_name, _DEVELOPMENT)


def _sounds_like_production(target_name):
    return _is_named(target_name, _PRODUCTION) and not _is_named(target_name, _BEFORE_PRODUCTION)


def is_production(target):
    """Whether a target is for production or as good as that: by its mode, or else by its name."""
    if sounds_like_development(target.name):
        return False  # some have that mode for a lack of prefixes
    if known(target.mode):
        return target.mode == "production"
    return _sounds_like_production(target.name)


@rule("BW734", WARNING, on="target")
def production_in_development_mode(target):
    """A target that is named for production is in development mode.

    Everything would be deployed as a person's copy: with a prefix, its schedules paused.

    Fails:
        targets:
          prod:
            mode: development
    Passes:
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/sales
    """
    if target.mode == "development" and _sounds_like_production(target.name):
        path = ("bundle", "mode")
        message = f"target {target.name!r} is in development mode"
        place = place_at(target.config, path)
        yield Problem(message, path, "use mode: production, or another name", place=place)


@rule("BW735", WARNING, on="bundle")
def production_by_default(bundle):
    """The default target is the one for production.

    A command without `--target` changes what is in production.

    Fails:
        targets:
          dev:
            mode: development
          prod:
            mode: production
            default: true
            workspace:
              root_path: /Workspace/sales
    Passes:
        targets:
          dev:
            mode: development
            default: true
          prod:
            mode: production
            workspace:
              root_path: /Workspace/sales
    """
    targets = maps_of(bundle.declared_targets())
    if len(targets) < 2 or len(default_targets(bundle)) > 1:
        return  # there is no choice, or another rule asks for one
    for name, target in targets:
        if target.get("mode") != "production" or sounds_like_development(name):
            continue
        if is_true(target.get("default")):
            path = (bundle.target_section, name, "default")
            place = place_at(target, ("default",))
            message = f"production target {name!r} is the default"
            yield Problem(message, path, "make one for development the default", place=place)


@rule("BW728", INFO, on="target")
def production_in_a_home(target):
    """A production target deploys into the home folder of a person.

    Only that person can deploy it again, and it is gone when the account is. A folder that depends
    on who deploys is a second deployment for the next one who does, unless it is always the same
    service principal.

    Fails:
        targets:
          prod:
            mode: production
            workspace:
              root_path: ~/.bundle/${bundle.name}/${bundle.target}
    Passes:
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/sales/${bundle.target}
    """
    root = target.section("workspace").get("root_path")
    if not isinstance(root, str) or not is_production(target):
        return
    home = _HOME.match(root)
    if root.startswith("~/") or "${workspace.current_user." in root:
        message = f"{root!r} is in the home of whoever deploys"
    elif home and known(root):
        message = f"{root!r} is in the home of {home.group(1)!r}"
    else:
        return
    hint = "use a folder outside of /Workspace/Users that the deploying identity may write to"
    message = f"production target {target.name!r} is deployed to a home folder: {message}"
    yield Problem(message, ("workspace", "root_path"), hint)


_RUNNING = ("jobs", "pipelines")


@rule("BW736", INFO, on="target")
def production_run_by_a_person(target):
    """What runs in production runs as a person, not as a service principal.

    It fails on the day on which that person leaves or loses a permission. Without `run_as`,
    everything runs as whoever deployed it.

    Fails:
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/sales
        resources:
          jobs:
            etl:
              name: etl
    Passes:
        targets:
          prod:
            mode: production
            run_as:
              service_principal_name: 11111111-2222-3333-4444-555555555555
            workspace:
              root_path: /Workspace/sales
        resources:
          jobs:
            etl:
              name: etl
    """
    if not is_production(target):
        return
    paths = [("resources", kind, key) for kind in _RUNNING for key in target.keys(kind)]
    owns = [((*path, "run_as"), target.value((*path, "run_as"))) for path in paths]
    if any(own is None for _, own in owns):
        owns.append((("run_as",), target.config.get("run_as")))
    hint = "name a service principal under run_as"
    for path, run_as in owns:
        if isinstance(run_as, Map) and run_as.get("user_name"):
            who = format_path(path[1:3]) or f"production target {target.name!r}"
            message = f"{who} runs as the user {run_as['user_name']!r}"
            place = place_at(run_as, ("user_name",))
            yield Problem(message, (*path, "user_name"), hint, place=place)
        elif path == ("run_as",) and run_as is None:
            message = f"production target {target.name!r} runs as whoever deploys it"
            yield Problem(message, path, hint, place=_key_place(target))


def _key_place(target):
    section = target.bundle.declared_targets()
    return place_at(section, (target.name,), of_key=True)


@rule("BW737", INFO, on="target", profile="strict")
def production_from_any_branch(target):
    """A production target can be deployed from any branch.

    With `git.branch`, the CLI refuses to deploy from another one. What comes before production,
    such as a staging target, may well be deployed from several.

    Fails:
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/sales
    Passes:
        targets:
          prod:
            mode: production
            git:
              branch: main
            workspace:
              root_path: /Workspace/sales
    """
    if not is_production(target) or _is_named(target.name, _BEFORE_PRODUCTION):
        return
    if not value_at(target.config, ("bundle", "git", "branch")):
        message = f"production target {target.name!r} can be deployed from any branch"
        yield Problem(message, ("git",), "set git.branch", place=_key_place(target))


_EVERYBODY = ("users", "account users")
_CHANGING = ("CAN_MANAGE", "CAN_MANAGE_RUN", "CAN_MANAGE_PRODUCTION_VERSIONS", "CAN_EDIT")


@rule("BW722", WARNING, on="target")
def production_managed_by_everybody(target):
    """Every user of the workspace may change what is in production.

    Fails:
        permissions:
          - group_name: users
            level: CAN_MANAGE
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/sales
    Passes:
        permissions:
          - group_name: users
            level: CAN_VIEW
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/sales
    """
    root = target.section("workspace").get("root_path")
    is_shared = isinstance(root, str) and "/Shared/" in root  # there, it says what is so anyway
    for path, permission in _permissions(target) if is_production(target) else ():
        level = permission.get("level")
        if permission.get("group_name") in _EVERYBODY and level in _CHANGING:
            if len(path) == 2 and is_shared:
                continue
            of = f" of {format_path(path[1:3])}" if len(path) > 2 else ""
            message = f"production target {target.name!r} gives all users {level}{of}"
            hint = "give it to a group of those who look after it"
            yield Problem(message, path, hint, place=place_at(permission, ("level",)))


@rule("BW723", INFO, on="target")
def production_permission_of_a_person(target):
    """A permission in production names a person.

    It outlives what the person does; a group has its members changed without a deploy.

    Fails:
        permissions:
          - user_name: jane@example.com
            level: CAN_MANAGE
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/sales
    Passes:
        permissions:
          - group_name: data-eng
            level: CAN_MANAGE
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/sales
    """
    told = set()
    for path, permission in _permissions(target) if is_production(target) else ():
        name = permission.get("user_name")
        if any(permission.get(other) for other in PRINCIPALS if other != "user_name"):
            continue  # another rule asks which of them is meant
        if isinstance(name, str) and name and known(name) and (path[:-1], name) not in told:
            told.add((path[:-1], name))
            message = f"a permission in production names the user {name!r}"
            place = place_at(permission, ("user_name",))
            yield Problem(message, path, "name a group", place=place)


def _permissions(target):
    """The permissions of a bundle and of its resources, as (path, permission) pairs."""
    lists = [(("permissions",), target.config.get("permissions"))]
    for kind, entries in target.kinds():
        for key, entry in entries.items():
            if not isinstance(entry, Map) or "permissions" in entry:
                path = ("resources", kind, key, "permissions")
                lists.append((path, target.value(path)))
    for path, items in lists:
        for index, permission in maps_in(items):
            yield (*path, index), permission
