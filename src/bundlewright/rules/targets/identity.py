"""As whom a bundle runs, and who may do what with it.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/run-as
"""

from bundlewright.bundle.access import is_true, items_of, known
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, INFO, format_path
from bundlewright.rules import Problem, rule
from bundlewright.rules.targets.deprecated import uses_legacy_run_as


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
    if not isinstance(run_as, Map) or uses_legacy_run_as(target):
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


@rule("BW709", INFO, on="target", cli=ERROR)
def run_as_not_supported(target):
    """A resource runs as its owner, and the bundle asks for another identity.

    Model serving endpoints, quality monitors, apps, and dashboards with embedded credentials always
    run as who deployed them. The CLI refuses to deploy them as anybody but the identity under
    `run_as`; which of the two holds is only known then.

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
    if not isinstance(run_as, Map) or uses_legacy_run_as(target):
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
        message = f"{format_path(path)} runs as who deploys it, and run_as names {name!r}"
        hint = "deploy as that identity, or keep it in a bundle without run_as"
        yield Problem(message, path, hint)


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
        path = ("permissions", index, "level")
        hint = f"use one of {', '.join(_LEVELS)}"
        if level is None:
            yield Problem("a permission has no level", path, hint)
        elif known(level) and level not in _LEVELS:
            yield Problem(f"permission level {level!r} does not exist here", path, hint)
