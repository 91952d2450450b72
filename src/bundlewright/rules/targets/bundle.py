"""What a bundle says of itself and where it is kept.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/settings
"""

from bundlewright.bundle.access import known
from bundlewright.bundle.document import Map
from bundlewright.bundle.references import REFERENCE
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, rule

_WORKSPACE_PATHS = ("root_path", "file_path", "state_path", "resource_path")


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
    for field in _WORKSPACE_PATHS:
        value = workspace.get(field)
        if isinstance(value, str) and value.startswith("/Volumes/"):
            hint = "only artifact_path can be on a volume"
            yield Problem(f"workspace.{field} {value!r} is on a volume", ("workspace", field), hint)


@rule("BW710", ERROR, on="target", cli=ERROR)
def unnamed_bundle(target):
    """A bundle has no name.

    The folder it is deployed to is made from that; one with a `workspace.root_path` only gets a
    warning.

    Fails:
        bundle: {}
    Passes:
        bundle:
          name: sales
    """
    if {("bundle",), ("bundle", "name")} & target.bundle.wrong:
        return
    if not target.section("bundle").get("name"):
        severity = WARNING if target.section("workspace").get("root_path") else None
        path = ("bundle", "name")
        message = "the bundle has no name"
        yield Problem(message, path, "set bundle.name", severity=severity, cli=severity)


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


@rule("BW713", ERROR, on="target", cli=ERROR)
def unusable_script(target):
    """A script has no content, or a `${...}` in it.

    References are not resolved in scripts; a shell variable is written `$NAME`. Under `env` they
    are, but only those to `bundle`, `workspace` and variables.

    Fails:
        scripts:
          hello:
            content: echo ${NAME}
    Passes:
        scripts:
          hello:
            content: echo $NAME
    """
    scripts = target.merged.get("scripts")
    for name, script in scripts.items() if isinstance(scripts, Map) else ():
        script = Map(scripts.at) if script is None else script
        if not isinstance(script, Map):
            continue
        yield from _unresolved_environment(name, script.get("env"))
        content = script.get("content")
        path = ("scripts", name, "content")
        if not content:
            yield Problem(f"script {name!r} has no content", path)
        elif isinstance(content, str):
            match = REFERENCE.search(content)
            if match:
                message = f"script {name!r} holds {match.group()}, which is not resolved there"
                yield Problem(message, path, f"write ${match.group(1).rpartition('.')[2]}")


def _unresolved_environment(name, environment):
    for key, text in environment.items() if isinstance(environment, Map) else ():
        for reference in REFERENCE.findall(text) if isinstance(text, str) else ():
            if reference.partition(".")[0] not in ("bundle", "var", "variables", "workspace"):
                message = f"script {name!r} cannot have ${{{reference}}} in its environment"
                yield Problem(message, ("scripts", name, "env", key))
