"""Where a target deploys to, and by what.

Sources: https://docs.databricks.com/aws/en/dev-tools/bundles/settings#workspace and
https://docs.databricks.com/aws/en/dev-tools/bundles/direct
"""

import re

from bundlewright.bundle.access import is_true, known, maps_of, place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.references import REFERENCE
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule
from bundlewright.rules.targets.modes import WORKSPACE_PATHS

_NEEDING_DIRECT = (
    *("catalogs", "external_locations", "features", "genie_spaces", "postgres_synced_tables"),
    *("secrets", "vector_search_endpoints", "vector_search_indexes"),
)


_FIELDS_NEEDING_DIRECT = {
    "apps": ("lifecycle", "started"),
    "clusters": ("lifecycle", "started"),
    "pipelines": ("cascade_on_destroy",),
    "sql_warehouses": ("lifecycle", "started"),
}


@rule("BW724", ERROR, on="target", cli=WARNING)
def needs_direct_engine(target):
    """A resource is of a kind, or has a field, that the engine which the bundle asks for lacks.

    That is Terraform, which `bundle validate` only calls deprecated; the deploy fails. Kinds and
    fields that are newer than the direct engine need that, such as catalogs and
    `lifecycle.started`.

    Fails:
        bundle:
          name: sales
          engine: terraform
        resources:
          catalogs:
            sales:
              name: sales
    Passes:
        bundle:
          name: sales
          engine: direct
        resources:
          catalogs:
            sales:
              name: sales
    """
    path = ("bundle", "engine")
    needs = needs_of_direct_engine(target)
    if needs:
        message = f"engine 'terraform' cannot deploy {' and '.join(dict(needs))}"
        related = [(place_at(target.merged, where), "needed here") for _, where in needs]
        place = place_at(target.config, path)
        hint = "use engine: direct, the default"
        yield Problem(message, path, hint, place=place, related=related)


def needs_of_direct_engine(target):
    """What Terraform cannot deploy of a target that asks for it, as (what, path) pairs."""
    if value_at(target.config, ("bundle", "engine")) != "terraform":
        return []
    kinds = [(kind, kind, key) for kind in _NEEDING_DIRECT for key in target.keys(kind)]
    needs = [(what, ("resources", kind, key)) for what, kind, key in kinds]
    for kind, field in _FIELDS_NEEDING_DIRECT.items():
        for key in target.keys(kind):
            path = ("resources", kind, key, *field)
            if is_true(target.value(path)):
                needs.append((f"{'.'.join(field)} of {kind}", path))
    return needs


_UUID = Pattern(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


@rule("BW726", WARNING, on="target")
def malformed_uuid(target):
    """`bundle.uuid` is not a UUID.

    By it the CLI knows which template's project a bundle is.

    Fails:
        bundle:
          name: sales
          uuid: sales-1
    Passes:
        bundle:
          name: sales
          uuid: 0b8e1c5e-5f0d-4c3a-9f5b-2a1f5f0a6c1d
    """
    path = ("bundle", "uuid")
    uuid = value_at(target.config, path)
    if isinstance(uuid, str) and uuid and known(uuid) and not _UUID.fullmatch(uuid):
        message = f"{uuid!r} is not a UUID"
        hint = "remove it, or make one by python -m uuid or uuidgen"
        yield Problem(message, path, hint, place=place_at(target.config, path))


@rule("BW727", ERROR, on="target")
def relative_workspace_path(target):
    """A path in the workspace is relative.

    The workspace has no folder that it could be relative to; the deploy fails. It starts with `/`,
    or with `~/` for the home of whoever deploys.

    Fails:
        workspace:
          root_path: bundles/sales
    Passes:
        workspace:
          root_path: /Workspace/bundles/sales
    """
    workspace = target.section("workspace")
    for field in WORKSPACE_PATHS:
        path = workspace.get(field)
        if isinstance(path, str) and path and not path.startswith(("/", "~/", "${")):
            hint = f"write {'~/.bundle' if path == '~' else '/Workspace/' + path}"
            yield Problem(f"workspace.{field} {path!r} is relative", ("workspace", field), hint)


_HOST = Pattern(r"(?:(https?)://)?([^/?#]*)([^?#]*)(.*)", re.IGNORECASE)
_NAME = Pattern(r"[\w-]+(\.[\w-]+)*(:[0-9]+)?")


@rule("BW732", WARNING, on="target")
def unusual_host(target):
    """`workspace.host` is not the address of a workspace.

    That is `https://` and a name. A path after it is passed over, and what has none of both is only
    worth a remark; what is no address at all stops the deploy.

    Fails:
        workspace:
          host: http://acme.cloud.databricks.com
    Passes:
        workspace:
          host: https://acme.cloud.databricks.com
    """
    path = ("workspace", "host")
    host = value_at(target.config, path)
    if not isinstance(host, str) or not host or not known(host):
        return
    scheme, name, where, _ = _HOST.fullmatch(host.strip()).groups()
    hint = "write https:// and the name of the workspace"
    place = place_at(target.config, path)
    severity = None
    if not _NAME.fullmatch(name):
        message, severity = f"host {host!r} is no address", ERROR
    elif name.lower().startswith(("accounts.cloud.", "accounts.azure", "accounts.gcp.")):
        message, severity = f"host {host!r} is the account console, not a workspace", ERROR
    elif scheme and scheme.lower() == "http":
        message = f"host {host!r} is not encrypted"
    elif not scheme:
        message, severity = f"host {host!r} does not start with https://", INFO
    elif where.strip("/"):
        message, severity = f"host {host!r} has a path, which is passed over", INFO
    else:
        return
    yield Problem(message, path, hint, place=place, severity=severity)


_ZEROS = Pattern(r"(?<![0-9])0{7,}")  # 10000000 is a number
# Nobody reads what is sent to the domains of https://www.rfc-editor.org/rfc/rfc2606
_RESERVED = Pattern(r"\S+@(.+\.)?(example\.(com|net|org)|example|invalid|test)")
_NAMED = Pattern(r"host|source|service_principal_name|id|.*_id", re.DOTALL)


@rule("BW764", INFO, on="target")
def placeholder_left(target):
    """A placeholder is left: a row of zeros, or an address at example.com.

    A template has written it until the real one is known: a host, a service principal, an ID, a
    source, or who gets mails. A deploy to such a host fails, so does a run that needs what the
    others stand for, and nobody hears of it by such an address.

    Fails:
        variables:
          source:
            description: Folder of the files
        targets:
          dev:
            default: true
            variables:
              source: /Volumes/dev/landing/files
          prod:
            variables:
              source: /Volumes/0000000/placeholder/prod_source
    Passes:
        variables:
          source:
            description: Folder of the files
        targets:
          dev:
            default: true
            variables:
              source: /Volumes/dev/landing/files
          prod:
            variables:
              source: /Volumes/prod/landing/files
    """
    found = {}
    for path, value in _named(target):
        if _ZEROS.search(value) or _RESERVED.fullmatch(value):
            found.setdefault(value, place_at(target.merged, path))
    if found:
        first, *others = found.values()
        message = f"placeholders are left: {', '.join(found)}"
        hint = "replace them; where a template has asked for the value, change the answer"
        yield Problem(message, place=first, hint=hint, related=[(one, "another") for one in others])


def _named(target):
    """Texts that name something outside of the bundle, and the values of variables: with paths."""
    host = value_at(target.merged, ("workspace", "host"))
    if isinstance(host, str):
        yield ("workspace", "host"), host
    for name, definition in maps_of(target.merged.get("variables")):
        if isinstance(definition.get("default"), str):
            yield ("variables", name, "default"), definition["default"]
    for section in ("run_as", "permissions", "resources"):
        yield from _named_below(target.merged.get(section), (section,))


def _named_below(value, path):
    if isinstance(value, str):
        if "@" in value or (isinstance(path[-1], str) and _NAMED.fullmatch(path[-1])):
            yield path, value
    elif isinstance(value, Map):
        for key, inner in value.items():
            yield from _named_below(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _named_below(inner, (*path, index))


@rule("BW733", WARNING, on="bundle")
def targets_at_one_place(bundle):
    """Two targets deploy to one folder of one workspace.

    Each deploy takes what the other has deployed for its own, and changes or deletes it. The
    default path holds the target's name.

    Fails:
        targets:
          staging:
            default: true
            workspace:
              host: https://acme.cloud.databricks.com
              root_path: /Workspace/sales
          prod:
            workspace:
              host: https://acme.cloud.databricks.com
              root_path: /Workspace/sales
    Passes:
        workspace:
          host: https://acme.cloud.databricks.com
          root_path: /Workspace/sales/${bundle.target}
        targets:
          staging:
            default: true
          prod:
            mode: production
    """
    seen = {}
    for name, target in maps_of(bundle.declared_targets()):
        sections = [target.get("workspace"), bundle.config.get("workspace")]
        holders = [section for section in sections if isinstance(section, Map)]
        host, root = (
            next((holder[field] for holder in holders if holder.get(field)), None)
            for field in ("host", "root_path")
        )
        if not isinstance(host, str) or not isinstance(root, str) or not _is_one_path(root):
            continue
        place = place_at(target, ("workspace", "root_path"))
        where = (host.rstrip("/"), root.rstrip("/"))
        if where in seen:
            other, first = seen[where]
            message = f"targets {other!r} and {name!r} both deploy to {root!r}"
            path = (bundle.target_section, name, "workspace", "root_path")
            hint = "put ${bundle.target} into the path"
            yield Problem(message, path, hint, place=place, related=[(first, "the other one")])
        seen.setdefault(where, (name, place))


def _is_one_path(root):
    """Whether a path, as written, is the same in all targets."""
    same = ("bundle.name", "workspace.current_user.")
    return all(reference.startswith(same) for reference in REFERENCE.findall(root))
