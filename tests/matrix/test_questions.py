"""Every question has an effect, a wrong answer is refused with a sentence, an odd one arrives."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rendering
import yaml
from conftest import copier
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rendering import Answers, Renderer

import bundlewright

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

UUID = "6f1a2b3c-0d4e-4f5a-8b6c-7d8e9f0a1b2c"
# Another valid answer to each question that takes text.
OTHER = {
    "project_name": "other-pipeline",
    "package_name": "other_package",
    "description": "Something else.",
    "team": "other-team",
    "owner_email": "other@example.org",
    "oncall_email": "oncall@example.org",
    "cost_center": "other-center",
    "quartz_expression": "0 15 4 * * ?",
    "timezone": "Asia/Tokyo",
    "group_name": "other-group",
    "operator_group": "other-operators",
    "viewer_group": "other-viewers",
    "reader_service_principal": UUID,
    "codeowners": "@other/team",
    "bundlewright_url": "https://git.example.org/platform/bundlewright",
    "instance_pool_id": "0123-456789-pool-abcdefgh",
    "cluster_policy_id": "ABC1234567890DEF",
    "dev_cluster_id": "0123-456789-abcdefgh",
    "budget_policy_id": UUID,
    "folder": "bundles/other",
    "interval": 7,
    "trigger_tables": "other.orders, other.customers",
} | {
    f"{target}_{what}": answer
    for target in ("dev", "staging", "prod")
    for what, answer in {
        "host": f"https://{target}.other.example.com",
        "catalog": f"other_{target}",
        "schema": "other_schema",
        "source": f"/Volumes/{target}/landing/files",
        "service_principal": UUID,
        "warehouse_id": "0123456789abcdef",
        "webhook_id": UUID,
    }.items()
}
ASKED = [
    name for name, details in rendering.questions().items() if details.get("when") is not False
]
DERIVED = [name for name in rendering.questions() if name not in ASKED]


def test_every_question_is_complete() -> None:
    for name, details in rendering.questions().items():
        assert {"type", "help", "default"} <= details.keys(), name
        assert name in DERIVED or "choices" in details or "validator" in details, name


def test_ci_installs_the_checker_of_this_release() -> None:
    assert rendering.questions()["bundlewright_version"]["default"] == bundlewright.__version__


def test_derived_values_come_last() -> None:
    assert list(rendering.questions()) == ASKED + DERIVED


@pytest.mark.parametrize("name", ASKED)
def test_every_question_changes_some_file(name: str, renderer: Renderer) -> None:
    """In some repo where it is asked, another answer gives another tree."""

    def files(value: Any, chosen: dict[str, Any]) -> rendering.Tree:
        answers = Answers(renderer, lambda _, options: options[0], chosen | {name: value})
        return renderer.tree(answers, lambda path: path != rendering.ANSWERS_FILE)

    for answers, asked in renderer.explore(lambda answers: answers.read(f"asked {name}")):
        if asked:
            options = answers.recall(renderer.options, name) or [answers.read(name), OTHER[name]]
            # "custom" only leads to the next question, whose default is one of the other choices.
            trees = [files(option, answers.chosen) for option in options if option != "custom"]
            assert all(trees.count(tree) == 1 for tree in trees)
            return
    pytest.fail(f"{name} is never asked")


BAD = [
    ("prod_source", "file:/Workspace/x", "Expected a folder as /Volumes/<catalog>/<schema>"),
    ("prod_source", "/Workspace/Shared/files", "Expected a folder as /Volumes/<catalog>/<schema>"),
    ("prod_source", "dbfs:/mnt/files", "Expected a folder as /Volumes/<catalog>/<schema>"),
    ("prod_source", "/Volumes/prod/landing", "Expected a folder as /Volumes/<catalog>/<schema>"),
    ("prod_source", "gs://bucket/files", "or s3://"),  # of another cloud
    ("prod_source", "/Volumes/a/b/c/", "without a '/' at its end"),
    ("project_name", "sales/pipeline", "Expected letters, digits, - and _ only: up to 60"),
    ("project_name", "s" * 200, "Expected letters, digits, - and _ only: up to 60"),
    ("project_name", "1sales", "from a letter to a letter or digit"),
    ("package_name", "sales-pipeline", "Expected a-z, 0-9 and _ only"),
    ("package_name", "class", "is a Python keyword, or a module that it would hide"),
    ("package_name", "pyspark", "is a Python keyword, or a module that it would hide"),
    ("description", "", "Expected text without spaces at its ends"),
    ("description", "two\nlines", "Expected one line of plain text"),
    ("description", "of ${bundle.target}", "Expected no ${var.name} and the like"),
    ("team", "data team!", "Expected a-z, 0-9, - and _ only"),
    ("owner_email", "data-platform", "Expected an address like a@example.com"),
    ("cost_center", "", "Expected a-z, 0-9, - and _ only"),
    ("cloud", "oracle", "Invalid choice for 'cloud': 'oracle' is not in"),
    ("workloads", [], "Expected at least one choice"),
    ("workloads", ["scala"], "Invalid choice for 'workloads'"),
    ("content", "empty", "Invalid choice for 'content'"),
    ("table_layout", "buckets", "Invalid choice for 'table_layout'"),
    ("mails", ["never"], "Invalid choice for 'mails'"),
    ("webhook", "nope", "Invalid choice for 'webhook'"),
    ("dead_letters", "nope", "Invalid choice for 'dead_letters'"),
    ("circuit_breaker", "nope", "Invalid choice for 'circuit_breaker'"),
    ("monitoring", "nope", "Invalid choice for 'monitoring'"),
    ("task_type", "scala", "Invalid choice for 'task_type'"),
    ("pattern", "circle", "Invalid choice for 'pattern'"),
    ("compute", "abacus", "Invalid choice for 'compute'"),
    ("schedule", "daily", "Invalid choice for 'schedule'"),
    ("include_staging", "nope", "Invalid choice for 'include_staging'"),
    ("timezone", "Europe/Berln", "Expected a name like Europe/Berlin"),
    (
        "dev_host",
        "http://example.cloud.databricks.com",
        "Expected https:// and a host only",
    ),
    ("prod_host", "https://example.com/path", "Expected https:// and a host only"),
    ("dev_catalog", "a.b", "Expected letters, digits and _ only: up to 200"),
    ("dev_service_principal", "deployer", "Expected a UUID"),
    ("group_name", "", "Expected text without spaces at its ends"),
    ("group_level", "IS_OWNER", "Invalid choice for 'group_level'"),
    ("operator_group", "data-engineers", "Expected another group: 'data-engineers' is already"),
    ("operator_group", "Users", "in 'Users' is everybody, who may only see it"),
    ("viewer_group", "Data-Engineers", "Expected another group: 'Data-Engineers' is already"),
    ("secret_scope", "nope", "Invalid choice for 'secret_scope'"),
    ("workspaces", "three", "Invalid choice for 'workspaces'"),
    ("catalogs", "none", "Invalid choice for 'catalogs'"),
    ("codeowners", "data platform", "Expected names like @org/team, @user or an address"),
    ("codeowners", "@org/team,@user", "Expected names like @org/team, @user or an address"),
    ("renovate", "nope", "Invalid choice for 'renovate'"),
    ("devcontainer", "nope", "Invalid choice for 'devcontainer'"),
    ("ci", "jenkins", "Invalid choice for 'ci'"),
    ("reader_service_principal", "reader", "Expected a UUID"),
    ("bundlewright_url", "git@example.com:x/y", "Expected https:// and a repository"),
]


@pytest.mark.parametrize(("name", "answer", "sentence"), BAD)
def test_bad_answers_are_refused(
    name: str, answer: str, sentence: str, render: Callable[..., Path]
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        render(**{name: answer})


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"schedule": "custom", "quartz_expression": "0 2 * * *"}, "Expected 6 or 7 fields, not 5"),
        (
            {"schedule": "custom", "quartz_expression": "0 0 25 * * ?"},
            "Expected other hours than '25': 0-23",
        ),
        ({"schedule": "custom", "quartz_expression": "0 0 2 * * *"}, "Expected one '?'"),
        ({"bundlewright_version": '1"; rm -rf /'}, "Expected a version"),
        ({"pyspark_version": "latest"}, "Expected a version"),
        ({"quartz": "nightly"}, "Expected 6 or 7 fields"),
        ({"compute": "job_cluster", "spot": "nope"}, "Invalid choice for 'spot'"),
        ({"compute": "job_cluster", "runtime": "1.0"}, "Invalid choice for 'runtime'"),
        ({"compute": "job_cluster", "cluster_profile": "gpu"}, "Invalid choice for 'cluster_prof"),
        ({"compute": "job_cluster", "cluster_size": "big"}, "Invalid choice for 'cluster_size'"),
        ({"compute": "job_cluster", "photon": "nope"}, "Invalid choice for 'photon'"),
        ({"compute": "job_cluster", "sizing": "nope"}, "Invalid choice for 'sizing'"),
        ({"compute": "job_cluster", "cluster_policy_id": "a b"}, "Expected an ID of letters"),
        ({"compute": "job_cluster", "dev_cluster_id": "a/b"}, "Expected an ID of letters"),
        ({"compute": "instance_pool", "instance_pool_id": ""}, "Expected an ID of letters"),
        ({"schedule": "periodic", "interval": 0}, "Expected 1 or more"),
        ({"schedule": "periodic", "interval_unit": "YEARS"}, "Invalid choice for 'interval_unit'"),
        ({"schedule": "table_update", "trigger_tables": "orders"}, "as schema.table"),
        ({"schedule": "table_update", "trigger_tables": "a.b,,c.d"}, "as schema.table"),
        ({"monitoring": True, "dev_warehouse_id": "Starter"}, "Expected the ID of a SQL warehouse"),
        ({"webhook": True, "prod_webhook_id": "slack"}, "Expected a UUID"),
        ({"workloads": ["pipeline"], "pipeline_language": "r"}, "Invalid choice for 'pipeline_l"),
        ({"workloads": ["pipeline"], "pipeline_mode": "often"}, "Invalid choice for 'pipeline_m"),
        ({"workloads": ["ml"], "serving": "nope"}, "Invalid choice for 'serving'"),
        (
            {"dev_catalog": "main", "prod_catalog": "MAIN"},
            "main.sales_pipeline belongs to target dev",
        ),
        ({"staging_catalog": "prod"}, "prod.sales_pipeline belongs to target staging"),
        (
            {"catalogs": "shared", "dev_schema": "sales", "prod_schema": "sales_prod"},
            "may not contain, or be part of, 'sales' of target dev",
        ),
        (
            {"group_name": "users", "group_level": "CAN_MANAGE"},
            "in 'users' is everybody, who may only see it",
        ),
        ({"operator_group": "ops", "viewer_group": "ops"}, "Expected another group: 'ops' is"),
        (
            {"reader_service_principal": UUID, "prod_service_principal": UUID.upper()},
            f"Expected a service principal of its own: {UUID} deploys",
        ),
    ],
)
def test_bad_combinations_are_refused(
    answers: dict[str, Any], sentence: str, render: Callable[..., Path]
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        render(**answers)


def test_a_bad_answer_on_the_command_line_leaves_nothing(template: Path, tmp_path: Path) -> None:
    process = copier(
        *("copy", "--trust", "--defaults", "--data", "cloud=oracle"), template, tmp_path / "repo"
    )
    assert process.returncode != 0
    assert "'oracle' is not in ['aws', 'azure', 'gcp']" in process.stderr
    assert not (tmp_path / "repo").exists()


HOSTILE = [
    'it\'s "quoted": 50 % # no comment',
    "{{ job.id }} [[ x ]] [% if %] {% raw %}",
    "$HOME ${ } `backticks` \\n \\ back\\slash",
    "- &anchor *alias !tag @at |pipe > fold",
    "Größe Ωmega 数据 🚚 é",
    "[link](x) <b>bold</b> _em_ | cell |",
    "null",
    "0x1F",
    "'''",
    '"""',
    "\\",
]
# What the questions allow: one line, no edge spaces, no control characters, no ${reference}.
TEXT = (
    st.text(
        st.characters(
            codec="utf-8",
            exclude_categories=("Cc", "Cs", "Zl", "Zp"),
            exclude_characters="\ufeff\ufffe\uffff",
        ),
        min_size=1,
        max_size=80,
    )
    .filter(lambda text: text == text.strip())
    .filter(lambda text: not re.search(r"\$\{[^\W\d_][\w.\[\]-]*\}", text))
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_hostile_text_arrives(text: str, ci: str, render: Callable[..., Path]) -> None:
    repo = render(description=text, group_name=text, ci=ci)
    assert_arrived(text, rendering.read_tree(repo))


@given(description=TEXT, group=TEXT, task_type=st.sampled_from(rendering.choices("task_type")))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_allowed_text_arrives(
    description: str, group: str, task_type: str, renderer: Renderer
) -> None:
    given = {"description": description, "group_name": group, "task_type": task_type}
    # The trees of so many texts are of no further use.
    known, renderer.known = renderer.known, {}
    tree = renderer.tree(Answers(renderer, lambda name, options: options[0], given))
    renderer.known = known
    assert_arrived(description, tree, group)


def assert_arrived(text: str, tree: rendering.Tree, group: str | None = None) -> None:
    """Asserts that every language reads the text as it was typed."""
    job = yaml.safe_load(tree["resources/jobs/sales_pipeline.job.yml"])
    assert job["resources"]["jobs"]["sales_pipeline"]["description"] == text
    bundle = yaml.safe_load(tree["databricks.yml"])
    groups = {
        permission["group_name"]
        for permission in bundle["targets"]["prod"]["permissions"]
        if "group_name" in permission
    }
    assert groups == {group or text}
    assert tomllib.loads(tree["pyproject.toml"].decode())["project"]["description"] == text
    assert yaml.safe_load(tree[rendering.ANSWERS_FILE])["description"] == text
    for path, content in tree.items():
        if path.endswith((".yml", ".yaml")):
            yaml.safe_load(content)
        elif path.endswith(".py"):
            ast.parse(content)
    paragraphs = [
        "".join(piece.content for piece in token.children or [])
        for token in MarkdownIt().parse(tree["README.md"].decode())
        if token.type == "inline"
    ]
    assert paragraphs.count(text) == 1


def test_the_front_door_offers_what_copier_asks() -> None:
    door = json.loads((rendering.ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
    door.pop("other_questions")
    assert set(door) <= set(rendering.questions())
    for name, offered in door.items():
        default = rendering.questions()[name]["default"]
        if isinstance(offered, list):
            assert offered[0] == default
            assert set(offered) == set(rendering.choices(name))
        else:
            assert offered == default
