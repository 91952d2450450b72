"""Whatever is answered, targets stay apart and belong to nobody in person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import rendering
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rendering import Answers, Renderer, Several, Tree

EVERYBODY = ("users", "account users")
NAMES = st.sampled_from(["sales", "sales_dev", "sales_prod", "sales_landing", "crm", "staging_crm"])
# Names that developers may have, and that look like what is added to schemas.
USERS = ("ada", "prod", "staging", "landing", "sales_prod")
GROUPS = st.sampled_from([*EVERYBODY, "Users", "engineers", "Engineers", "ops", "analysts"])
TARGETS = ("dev", "staging", "prod")
DRAWN = st.fixed_dictionaries(
    {
        name: st.sampled_from(rendering.choices(name))
        for name in ("include_staging", "workspaces", "catalogs", "group_level", "promotion", "ci")
    }
    | {name: st.booleans() for name in ("monitoring", "serving", "secret_scope", "webhook")}
    | {
        "workloads": st.sampled_from([Several(["python"]), Several(["sql", "pipeline", "ml"])]),
        "schedule": st.sampled_from(["0 0 2 * * ?", "file_arrival", "continuous"]),
        "group_name": GROUPS,
        "operator_group": st.just("") | GROUPS,
        "viewer_group": st.just("") | GROUPS,
        "reader_service_principal": st.just("") | st.uuids().map(str),
    }
    | {f"{target}_schema": NAMES for target in TARGETS}
    | {f"{target}_service_principal": st.uuids().map(str) for target in TARGETS}
    # Targets said to be apart are: two of them with one address are not what was asked for.
    | {f"{target}_host": st.just(f"https://{target}.example.com") for target in TARGETS}
    | {f"{target}_catalog": st.just(f"{target}_catalog") for target in TARGETS}
)
LITERAL = re.compile(
    r"\bDATABRICKS_TOKEN\b|\b(?:dapi|dose)[0-9a-f]{8}|(?i:client_secret)\W?\s*[:=]\W{0,2}\w{16}"
)
BUNDLE = ("databricks.yml", "resources/")
ANY = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def render(
    renderer: Renderer, drawn: dict[str, Any], part: tuple[str, ...] = ("",)
) -> tuple[Answers, Tree]:
    """Renders the answers that are asked for, if all are accepted: a part of the repo, or all."""
    given: dict[str, Any] = {}
    answers = Answers(renderer, lambda name, options: options[0], given)
    # The trees of so many answers are of no further use.
    known, renderer.known = renderer.known, {}
    try:
        for name in renderer.questions:
            if name in drawn and answers.read(f"asked {name}"):
                given[name] = drawn[name]
                assume(renderer.accepts(renderer.question(name, answers), drawn[name]))
        return answers, renderer.tree(answers, lambda path: path.startswith(part))
    finally:
        renderer.known = known


def bundle_of(tree: Tree) -> dict[str, Any]:
    """Returns what `databricks.yml` and the files of the resources say."""
    bundle = yaml.safe_load(tree["databricks.yml"])
    bundle["resources"] = {}
    for path in tree.keys() - {"databricks.yml"}:
        if path.startswith(BUNDLE):
            part = yaml.safe_load(tree[path])
            for kind, resources in part.get("resources", {}).items():
                bundle["resources"].setdefault(kind, {}).update(resources)
            for target, own in part.get("targets", {}).items():
                bundle["targets"][target]["resources"] = own["resources"]
    return bundle


@given(drawn=DRAWN)
@ANY
def test_targets_never_meet(drawn: dict[str, Any], renderer: Renderer) -> None:
    """Nor do the copies of two developers."""
    _, tree = render(renderer, drawn, BUNDLE)
    bundle = bundle_of(tree)
    copies = [(target, user) for target in bundle["targets"] for user in USERS]
    copies = [(target, user) for target, user in copies if target == "dev" or user == USERS[0]]
    places = {copy: set(deployed(bundle, *copy)) for copy in copies}
    assert all(len(each) > 2 for each in places.values())
    for one, other in combinations(copies, 2):
        assert not places[one] & places[other], (one, other)


def deployed(bundle: dict[str, Any], target: str, user: str) -> Iterator[tuple[str, str, str]]:
    """Yields where something is, of which kind and under which name, when a user deploys a target.

    Prefixes are those of https://docs.databricks.com/aws/en/dev-tools/bundles/deployment-modes:
    in development mode, and by presets. Unity Catalog has its objects in one place.
    """
    config = bundle["targets"][target]
    host, name = config["workspace"]["host"], bundle["bundle"]["name"]
    is_dev = config["mode"] == "development"
    actor = user if is_dev else config["run_as"]["service_principal_name"]
    values = {"bundle.target": target, "bundle.name": name}
    values |= dict.fromkeys(
        ("workspace.current_user.short_name", "workspace.current_user.userName"), actor
    )
    defaults = {key: each.get("default") for key, each in bundle["variables"].items()}
    values |= {f"var.{key}": value for key, value in (defaults | config["variables"]).items()}

    # A job of which the target has only some tasks is declared for all.
    all_resources = {
        kind: config.get("resources", {}).get(kind, {}) | bundle["resources"].get(kind, {})
        for kind in {*bundle["resources"], *config.get("resources", {})}
    }

    def resolved(text: str) -> str:
        while found := re.search(r"\$\{([\w.]+)\}", text):
            path = found[1]
            if path.startswith("resources."):
                _, kind, key, field = path.split(".")
                value = all_resources[kind][key][field]
            else:
                value = values[path]
            text = text.replace(found[0], str(value))
        return text

    prefix = resolved(config["presets"].get("name_prefix", f"[dev {user}] " if is_dev else ""))
    plain = re.sub(r"\W+", "_", prefix.strip(" [")).strip("_") + "_" if prefix else ""
    root = config["workspace"].get("root_path", "~/.bundle/${bundle.name}/${bundle.target}")
    yield host, "folder", resolved(root).replace("~", f"/Workspace/Users/{user}", 1)
    yield "metastore", "schemas", resolved("${var.catalog}.${var.schema}").lower()
    # A pull request reads the secrets of dev: nobody would put them into a scope of its own.
    if "secret_scope" in bundle["variables"] and target != "pr":
        yield host, "secret scope", resolved("${var.secret_scope}").lower()
    # A copy has no endpoint: nothing would take it away with the copy.
    if "endpoint" in bundle["variables"]:
        endpoint = resolved("${var.endpoint}")
        assert (endpoint == "none") is (target in ("dev", "pr"))
        if endpoint != "none":
            yield host, "endpoint", endpoint
    for kind, resources in all_resources.items():
        for each in resources.values():
            own = resolved(each.get("name") or each["display_name"])
            if kind in ("schemas", "volumes", "registered_models"):
                own = plain + own if kind == "registered_models" else own
                inside = (each["catalog_name"], each.get("schema_name", ""))
                full = ".".join([resolved(part) for part in inside if part] + [own])
                yield "metastore", kind, full.lower()
            elif kind == "experiments":
                folder, _, base = own.rpartition("/")
                yield host, kind, f"{folder}/{prefix}{base}"
            else:
                yield host, kind, prefix + own


@given(drawn=DRAWN)
@ANY
def test_nothing_in_production_is_a_persons(drawn: dict[str, Any], renderer: Renderer) -> None:
    """Deployed, run and kept by the service principal of the target, prod from main only."""
    answers, tree = render(renderer, drawn, BUNDLE)
    bundle = bundle_of(tree)
    for name, target in bundle["targets"].items():
        if name in ("dev", "pr"):
            assert (target["mode"], target.get("default")) == (
                "development",
                True if name == "dev" else None,
            )
            assert "run_as" not in target
            continue
        principal = answers.read(f"{name}_service_principal")
        assert target["mode"] == "production"
        assert target["run_as"] == {"service_principal_name": principal}
        assert target["workspace"]["root_path"].startswith(f"/Workspace/Users/{principal}/")
        managers = [
            each.get("service_principal_name") or each.get("group_name")
            for each in target["permissions"]
            if each["level"] == "CAN_MANAGE"
        ]
        group = [drawn["group_name"]] if drawn["group_level"] == "CAN_MANAGE" else []
        assert managers == [principal, *group]
    assert bundle["targets"]["prod"]["git"] == {"branch": "main"}
    assert not [path for path, content in tree.items() if b"user_name:" in content]


@given(drawn=DRAWN)
@ANY
def test_each_target_has_its_own_host(drawn: dict[str, Any], renderer: Renderer) -> None:
    answers, tree = render(renderer, drawn)
    bundle = bundle_of(tree)
    hosts = {name: target["workspace"]["host"] for name, target in bundle["targets"].items()}
    if "pr" in hosts:
        assert hosts.pop("pr") == hosts["dev"]
    others = "staging" if "staging" in hosts else "prod"
    owners = {
        "each": {name: name for name in hosts},
        "two": dict.fromkeys(hosts, others) | {"dev": "dev"},
        "one": dict.fromkeys(hosts, "dev"),
    }[answers.read("workspaces")]
    assert hosts == {name: f"https://{owner}.example.com" for name, owner in owners.items()}
    for path, content in tree.items():
        named = set(re.findall(rb"https://(?:dev|staging|prod)\.example\.com", content))
        assert named <= {host.encode() for host in hosts.values()}, path


@given(drawn=DRAWN)
@ANY
def test_everybody_may_look_at_most(drawn: dict[str, Any], renderer: Renderer) -> None:
    """And nobody is named twice, so that no entry hides another."""
    _, tree = render(renderer, drawn, BUNDLE)
    bundle = bundle_of(tree)
    for target in bundle["targets"].values():
        permissions = target.get("permissions", [])
        named = [
            (each.get("group_name") or each["service_principal_name"]).lower()
            for each in permissions
        ]
        assert len(named) == len(set(named))
        for each in permissions:
            if each.get("group_name", "").lower() in EVERYBODY:
                assert each["level"] == "CAN_VIEW"
    for grant in bundle["variables"].get("grants", {}).get("default", []):
        if grant["principal"].lower() in EVERYBODY:
            assert set(grant["privileges"]) <= {"USE_SCHEMA", "SELECT", "READ_VOLUME", "EXECUTE"}


@given(drawn=DRAWN)
@ANY
def test_no_token_and_no_secret_is_in_the_repo(drawn: dict[str, Any], renderer: Renderer) -> None:
    _, tree = render(renderer, drawn)
    found = [path for path, content in tree.items() if LITERAL.search(content.decode())]
    assert not found
