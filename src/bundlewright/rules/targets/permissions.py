"""Permissions that a bundle gives in several places.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/permissions
"""

from bundlewright.bundle.access import items_of, maps_in
from bundlewright.bundle.document import Map
from bundlewright.finding import WARNING
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule
from bundlewright.rules.schema.fields import PRINCIPALS

# The kinds that the bundle's permissions go to, and those of its levels that they do not have.
_LACKING = {
    **dict.fromkeys(("clusters", "jobs", "model_serving_endpoints", "pipelines"), ()),
    **dict.fromkeys(("alerts", "sql_warehouses"), ()),
    **dict.fromkeys(
        (
            *("apps", "dashboards", "database_instances", "experiments", "genie_spaces"),
            *("instance_pools", "models", "postgres_projects", "secret_scopes"),
            "vector_search_endpoints",
        ),
        ("CAN_RUN",),
    ),
}


@rule("BW758", WARNING, on="target", cli=WARNING)
def permission_given_twice(target):
    """A resource gives a permission to somebody who has one by the bundle's `permissions`.

    Only that of the resource counts for it.

    Fails:
        permissions:
          - group_name: data-eng
            level: CAN_MANAGE
        resources:
          jobs:
            etl:
              name: etl
              permissions:
                - group_name: data-eng
                  level: CAN_VIEW
    Passes:
        permissions:
          - group_name: data-eng
            level: CAN_MANAGE
        resources:
          jobs:
            etl:
              name: etl
              permissions:
                - group_name: analysts
                  level: CAN_VIEW
    """
    given = [
        (field, permission[field], permission.get("level"))
        for _, permission in items_of(target.config, "permissions")
        for field in PRINCIPALS
        if permission.get(field)
    ]
    for kind, lacking in _LACKING.items() if given else ():
        for key in target.keys(kind):
            path = ("resources", kind, key, "permissions")
            for index, permission in maps_in(target.value(path)):
                for field, name, level in given:
                    if permission.get(field) == name and level not in lacking:
                        message = f"{name!r} already has {level} by the bundle's permissions"
                        yield Problem(message, (*path, index), "keep one of the two")


_REFERENCE = Pattern(r"\$\{resources\.(\w+)\.([^.}]+)\.\w+\}")


@rule("BW759", WARNING, on="target", cli=WARNING, kinds=("apps",))
def app_without_permission(target):
    """An app uses a resource of the bundle that says who may use it, and leaves the app out.

    The deploy gives the app its permission; the next one takes it away again.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              permissions:
                - group_name: data-eng
                  level: CAN_VIEW
          apps:
            front:
              name: front
              source_code_path: .
              resources:
                - name: etl
                  job:
                    id: ${resources.jobs.etl.id}
                    permission: CAN_MANAGE_RUN
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              permissions:
                - level: CAN_MANAGE_RUN
                  service_principal_name: ${resources.apps.front.service_principal_client_id}
          apps:
            front:
              name: front
              source_code_path: .
              resources:
                - name: etl
                  job:
                    id: ${resources.jobs.etl.id}
                    permission: CAN_MANAGE_RUN
    """
    for key in target.keys("apps"):
        path = ("resources", "apps", key)
        for _, entry in maps_in(target.value((*path, "resources"))):
            for kind, of_kind in _used_by(entry):
                given = maps_in(target.value(("resources", kind, of_kind, "permissions")))
                names = [permission.get("service_principal_name") for _, permission in given]
                own = f"${{resources.apps.{key}.service_principal_client_id}}"
                if given and own not in names:
                    message = f"the permissions of {kind}.{of_kind} leave app {key!r} out"
                    yield Problem(message, path, f"give one to {own}")


def _used_by(entry):
    """The resources of the bundle that an app names in one entry, as (kind, key) pairs."""
    for value in entry.values():
        for text in value.values() if isinstance(value, Map) else ():
            match = _REFERENCE.search(text) if isinstance(text, str) else None
            if match:
                yield match.groups()
