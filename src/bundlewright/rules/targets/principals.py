"""To whom permissions and grants are given.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/permissions
"""

from bundlewright.bundle.access import items_of, known, maps_in, place_at
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.rules import Problem, rule
from bundlewright.rules.schema.fields import PRINCIPALS


def _named(permission):
    return [field for field in PRINCIPALS if permission.get(field)]


@rule("BW720", ERROR, on="part", having=("permissions",))
def unclear_principal(part):
    """A permission names nobody, or more than one.

    It is for one group, user or service principal; the service refuses it otherwise.

    Fails:
        permissions:
          - level: CAN_VIEW
    Passes:
        permissions:
          - group_name: analysts
            level: CAN_VIEW
    """
    if part.path[1:2] == ("secret_scopes",):
        return  # the CLI itself looks at these
    for index, permission in items_of(part.config, "permissions"):
        names = _named(permission)
        if not names:
            # A misspelt field is told as what it is.
            if not set(permission) - {*PRINCIPALS, "level"}:
                hint = f"add one of {', '.join(PRINCIPALS)}"
                yield Problem("a permission names nobody", ("permissions", index), hint)
        elif len(names) > 1:
            message = f"a permission has {' and '.join(names)}"
            yield Problem(message, ("permissions", index), "write one entry for each")


@rule("BW721", WARNING, on="part", having=("permissions", "grants"))
def principal_named_twice(part):
    """Two entries of one list of permissions or grants are for the same principal.

    Of two permissions the higher one counts; grants come together in one. A target may well raise
    what the bundle gives: the lists of both are looked at one by one.

    Fails:
        permissions:
          - group_name: analysts
            level: CAN_VIEW
          - group_name: analysts
            level: CAN_RUN
    Passes:
        permissions:
          - group_name: analysts
            level: CAN_VIEW
          - group_name: data-eng
            level: CAN_RUN
    """
    permissions = part.config.get("permissions")
    first = {}
    for index, permission in maps_in(permissions):
        if index in permissions.starts:
            first.clear()
        for field in _named(permission)[:1]:
            name = permission[field]
            if not isinstance(name, str) or not known(name):
                continue
            if (field, name) in first:
                message = f"{name!r} is given a permission twice"
                related = [(first[field, name], "the first one")]
                path = ("permissions", index, field)
                yield Problem(message, path, "keep the higher one", related=related)
            first.setdefault((field, name), place_at(permission, (field,)))
    for path, name, place, earlier in getattr(part, "duplicates", ()):
        if path == ("grants",):
            message = f"{name!r} is given grants twice"
            related = [(earlier, "the first one")]
            hint = "put the privileges into one entry"
            yield Problem(message, path, hint, place=place, related=related, severity=INFO)
