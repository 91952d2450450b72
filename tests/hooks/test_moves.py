"""What the hook says after an update: what stays in the workspaces, and how it goes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import rendering
from conftest import commit, copier, git

HOST = "https://acme-{}.cloud.databricks.com"
UUID = "6f1a2b3c-0d4e-4f5a-8b6c-7d8e9f0a1b{}"
KNOWN = {
    f"{target}_{name}": value
    for number, target in enumerate(("dev", "staging", "prod"))
    for name, value in (
        ("host", HOST.format(target)),
        ("service_principal", UUID.format(f"2{number}")),
        ("source", f"/Volumes/{target}/landing/files"),
    )
    if (target, name) != ("dev", "source")
} | {"owner_email": "data@corp.net"}
DATA = ["sales_pipeline_data"]


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(rendering.ROOT / "hooks"))
    import moves

    yield moves
    sys.modules.pop("moves")


@pytest.fixture
def answers(moves: ModuleType, template: Path, tmp_path: Path) -> dict[str, str]:
    repo = rendering.render(template, tmp_path / "answers", KNOWN)
    return moves.read((repo / rendering.ANSWERS_FILE).read_text())


def test_placeholders_are_those_that_the_template_knows(moves: ModuleType, template: Path) -> None:
    """The hook reads the recorded answers, the README has what the template has worked out."""
    unlike = {
        "description": "Mails of help@example.com",
        "workloads": ["sql"],
        "prod_warehouse_id": "1230000000abcdef",
    }
    all_on = {"workspaces": "two", "webhook": True, "compute": "instance_pool"}
    all_on |= {"oncall_email": "night@example.org", "reader_service_principal": UUID.format("00")}
    for given in ({}, KNOWN, all_on, KNOWN | unlike):
        with rendering_of(template, given) as repo:
            recorded = moves.read((repo / rendering.ANSWERS_FILE).read_text())
            readme = (repo / "README.md").read_text()
        said = re.search(r"at `example.com`: `(.*)`\.", readme)
        assert sorted(moves.placeholders(recorded)) == sorted(said[1].split("`, `") if said else [])


class rendering_of:
    """A repo for some answers, in a folder that lasts as long as the block."""

    def __init__(self, template: Path, given: dict[str, object]):
        self.template, self.given = template, given

    def __enter__(self) -> Path:
        from tempfile import TemporaryDirectory

        self.folder = TemporaryDirectory()
        return rendering.render(self.template, Path(self.folder.name, "repo"), self.given)

    def __exit__(self, *error: object) -> None:
        self.folder.cleanup()


def test_nothing_is_said_where_nothing_moves(moves: ModuleType, answers: dict[str, str]) -> None:
    other = answers | {"description": "Other.", "schedule": "none", "table_layout": "none"}
    assert moves.advice(answers, other, "abc", DATA) == []


def test_a_schema_that_code_has_made_is_taken_over(
    moves: ModuleType, answers: dict[str, str]
) -> None:
    said = "\n".join(moves.advice(answers, answers, "abc", []))
    bind = "databricks bundle deployment bind sales_pipeline_data"
    assert f"{bind} dev.sales_pipeline_<your name> -t dev" in said
    assert f"{bind} staging.sales_pipeline -t staging" in said
    assert f"{bind} prod.sales_pipeline -t prod" in said
    assert "prefix" not in said


def test_other_schemas_lose_their_prefix(moves: ModuleType, answers: dict[str, str]) -> None:
    kept = ["sales_pipeline_models", "sales_pipeline_model"]
    assert "in dev, where" in "\n".join(moves.advice(answers, answers, "abc", kept))
    shared = answers | {"workspaces": "two"}
    assert "in dev and staging, where" in "\n".join(moves.advice(shared, shared, "abc", kept))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"project_name": "orders"}, "dev staging prod"),
        ({"include_staging": "false"}, "staging"),
        ({"prod_host": HOST.format("new")}, "prod"),
        ({"dev_host": HOST.format("new")}, "dev"),
        ({"prod_service_principal": UUID.format("99")}, "prod"),
    ],
)
def test_a_deployment_that_is_left_behind_is_named(
    change: dict[str, str], where: str, moves: ModuleType, answers: dict[str, str]
) -> None:
    said = "\n".join(moves.advice(answers, answers | change, "abc123", DATA))
    assert f"{next(iter(change))} has changed" in said
    assert "git worktree add ../before abc123" in said
    unbind = "databricks bundle deployment unbind $key -t $target; done"
    assert f"for target in {where}; do for key in sales_pipeline_data; do {unbind}; " in said
    assert "databricks bundle destroy -t $target" in said


def test_what_was_never_deployed_is_not_left_behind(
    moves: ModuleType, answers: dict[str, str]
) -> None:
    """Neither to a host that was a placeholder, nor by a service principal that was one."""
    never = answers | {
        f"{each}_host": "https://dbc-00000000-0001.x.com" for each in moves.targets(answers)
    }
    assert moves.advice(never, answers | {"project_name": "orders"}, "abc", DATA) == [
        *moves.advice(never, answers, "abc", DATA)
    ]
    zeros = answers | {"prod_service_principal": "00000000-0000-0000-0000-000000000003"}
    assert moves.advice(zeros, answers, "abc", DATA) == []
    assert moves.advice(never, answers | {"package_name": "orders"}, "abc", DATA) == []
    assert moves.advice(never, answers, "abc", []) == []


def test_each_target_gets_the_advice_that_it_needs(
    moves: ModuleType, answers: dict[str, str]
) -> None:
    """One target is gone, and the others have another key, another schema, or neither."""
    bind = "databricks bundle deployment bind"
    fewer = answers | {"include_staging": "false"}
    said = "\n".join(moves.advice(answers, fewer, "abc", DATA))
    assert "for target in staging; do" in said
    assert bind not in said

    said = "\n".join(moves.advice(answers, fewer | {"package_name": "orders"}, "abc", DATA))
    assert "for target in staging; do" in said
    assert "for target in dev prod; do" in said
    assert f"{bind} orders_data prod.sales_pipeline -t prod" in said

    said = "\n".join(moves.advice(answers, fewer | {"prod_schema": "sales"}, "abc", DATA))
    assert "for target in staging; do" in said
    assert "for target in prod; do" in said
    assert bind not in said


def test_a_bundle_in_a_folder_is_found_there_again(
    moves: ModuleType, answers: dict[str, str]
) -> None:
    other = answers | {"project_name": "orders"}
    said = moves.advice(answers, other, "abc", DATA, "bundles/sales")
    assert "  git worktree add ../../../before abc && cd ../../../before/bundles/sales" in said


@pytest.mark.parametrize(
    ("change", "where"),
    [({"prod_schema": "sales"}, "prod"), ({"package_name": "orders"}, "dev staging prod")],
)
def test_schemas_that_a_deploy_would_delete_are_let_go(
    change: dict[str, str], where: str, moves: ModuleType, answers: dict[str, str]
) -> None:
    said = "\n".join(moves.advice(answers, answers | change, "abc", DATA))
    assert f"for target in {where}; do" in said
    assert "unbind" in said
    assert "destroy" not in said


def test_a_clustered_table_that_becomes_partitioned_is_named(
    moves: ModuleType, answers: dict[str, str]
) -> None:
    said = moves.advice(answers, answers | {"table_layout": "partitioning"}, "abc", DATA)
    assert "  DROP TABLE IF EXISTS prod.sales_pipeline.orders_enriched" in said


def test_an_update_says_it(template_repo: Path, tmp_path: Path) -> None:
    """The real hook, in a repo of this release whose name changes."""
    repo = tmp_path / "repo"
    given = [f"--data={name}={value}" for name, value in KNOWN.items()]
    process = copier("copy", "--trust", "--defaults", *given, template_repo, repo)
    assert "Placeholders" not in process.stderr
    commit(repo, "Start")
    head = git(repo, "rev-parse", "--short", "HEAD").strip()
    process = copier(
        *("update", "--trust", "--defaults", "--vcs-ref", ":current:"),
        *("--data", "project_name=orders"),
        cwd=repo,
    )
    assert process.returncode == 0, process.stderr
    assert "project_name has changed" in process.stderr
    assert f"git worktree add ../before {head}" in process.stderr
    assert "bind sales_pipeline_data prod.sales_pipeline -t prod" in process.stderr
