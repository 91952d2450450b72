"""Secrets that stand where everybody can read them.

Source: https://docs.databricks.com/aws/en/security/secrets/
"""

from bundlewright.bundle.access import place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.merge import kind_of
from bundlewright.bundle.references import REFERENCE
from bundlewright.finding import ERROR
from bundlewright.rules import Problem, rule


@rule("BW714", ERROR, on="target", cli=ERROR, kinds=("secrets",))
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
            message = f"the value of secret {key!r} stands in the bundle"
            yield Problem(message, path, hint, is_secret=True)
        else:
            definition = target.section("variables").get(name)
            if isinstance(definition, Map) and definition.get("default") is not None:
                message = f"variable {name!r}, which holds a secret, has a default"
                place = place_at(definition, ("default",))
                yield Problem(message, path, hint, place=place, is_secret=True)
