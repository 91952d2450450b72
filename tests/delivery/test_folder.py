"""Two bundles in one repository: what CI runs for a change of one, and what each has of its own.

The files at the root of the repository are those that docs/setup.md of the bundles asks for.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import azure
import github
import gitlab
import pytest
import rendering
import yaml
from cases import READER, SETUP, answered
from events import EVENTS
from recorder import Bench, Job, Weather
from rendering import Renderer

BUNDLES = {"sales": "bundles/sales", "sales-eu": "bundles/eu"}
PLAYERS = {"github": github.run, "azure_devops": azure.run}
Play = Callable[[Bench, str, str], list[Job]]


def monorepo(renderer: Renderer, ci: str, folder: Path, **answers: object) -> rendering.Tree:
    """Returns two bundles in one repository, with what their docs want at its root."""
    tree: rendering.Tree = {"README.md": b"# Data\n"}
    for name, path in BUNDLES.items():
        given = {"ci": ci, "folder": path, "project_name": name} | answers
        given |= {"package_name": "sales_pipeline", "try_out": True}
        for file, content in renderer.tree(answered(renderer, **given)).items():
            tree[f"{path}/{file}"] = content
    rendering.write_tree(folder, tree)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--force")
    for path in BUNDLES.values():
        section = tree[f"{path}/{SETUP}"].decode().partition("## In a folder")[2].split("\n## ")[0]
        for block in re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
            subprocess.run(["bash", "-euc", block], cwd=folder / path, check=True)
    if ci == "gitlab":
        includes = [{"local": f"/{path}/.gitlab-ci.yml"} for path in BUNDLES.values()]
        (block,) = re.findall(r"^```yaml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        root = yaml.safe_load(block)
        assert root["include"] == includes[-1:]
        (folder / ".gitlab-ci.yml").write_text(yaml.safe_dump(root | {"include": includes}))
    return rendering.read_tree(folder)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


@pytest.fixture
def play(renderer: Renderer, tmp_path: Path) -> Play:
    """Returns what runs for an event that changes a file."""

    def play(bench: Bench, name: str, changed: str) -> list[Job]:
        event = replace(EVENTS[name], changed=changed)
        ci = next(ci for ci, file in FILES.items() if any(p.endswith(file) for p in bench.tree))
        return PLAYERS[ci](bench, event, Weather(plan="nothing", update="changes"))

    return play


FILES = {"github": "workflows/ci.yml", "azure_devops": "azure-pipelines.yml"}


@pytest.mark.parametrize("ci", PLAYERS)
def test_a_change_runs_the_bundle_that_it_is_in(
    ci: str, renderer: Renderer, tmp_path: Path, play: Play
) -> None:
    bench = Bench(monorepo(renderer, ci, tmp_path / "repo"), tmp_path / "bench")
    for event, target in {"develop": "dev", "main": "staging"}.items():
        for path in BUNDLES.values():
            jobs = play(bench, event, f"{path}/src/load.py")
            deploys = [call for job in jobs for call in job.databricks if "deploy" in call.words]
            assert {call.target for call in deploys} >= {target}
            assert all(call.folder.endswith(f"/{path}") for call in deploys)
            assert {job.result for job in jobs} == {"success"}
        assert play(bench, event, "README.md") == []


@pytest.mark.parametrize("ci", PLAYERS)
def test_two_bundles_share_no_environment_and_wait_for_each_other_nowhere(
    ci: str, renderer: Renderer, tmp_path: Path, play: Play
) -> None:
    bench = Bench(monorepo(renderer, ci, tmp_path / "repo"), tmp_path / "bench")
    one, other = (
        [
            job
            for event in ("pull_request", "develop", "main", "rollback_prod")
            for job in play(bench, event, f"{path}/x")
            if any(call.folder.endswith(f"/{path}") for call in job.calls)
        ]
        for path in BUNDLES.values()
    )
    assert one
    assert other
    for of in (lambda job: job.environment, lambda job: job.turn):
        assert not {of(job) for job in one if of(job)} & {of(job) for job in other}


def test_the_copy_at_the_root_is_compared(renderer: Renderer, tmp_path: Path, play: Play) -> None:
    tree = monorepo(renderer, "github", tmp_path / "repo")
    tree["bundles/sales/.github/workflows/ci.yml"] += b"# changed\n"
    jobs = play(Bench(tree, tmp_path / "bench"), "main", "bundles/sales/x")
    assert {job.name: job.result for job in jobs} == {"test": "failure"}


def test_an_update_brings_the_copies_at_the_root(
    renderer: Renderer, tmp_path: Path, play: Play
) -> None:
    tree = monorepo(renderer, "github", tmp_path / "repo")
    tree[".github/workflows/sales.yml"] += b"# of the release before\n"
    jobs = play(Bench(tree, tmp_path / "bench"), "weekly", "")
    pushes = [call for job in jobs for call in job.calls if call.words[:2] == ("git", "push")]
    assert {call.words[-1] for call in pushes} == {f"{name}-template-update" for name in BUNDLES}
    for name, path in BUNDLES.items():
        (root,) = {Path(c.folder).parents[1] for c in pushes if c.folder.endswith(path)}
        copied = (root / f".github/workflows/{name}.yml").read_bytes()
        assert copied == tree[f"{path}/.github/workflows/ci.yml"]


def test_gitlab_includes_both_bundles(renderer: Renderer, tmp_path: Path) -> None:
    tree = monorepo(renderer, "gitlab", tmp_path / "repo", reader_service_principal=READER)
    jobs = gitlab.jobs_of(tree)  # names that are defined twice are an error there
    scripts = {name: job for name, job in jobs.items() if "script" in job and name != "nothing"}
    for name, job in scripts.items():
        owner = max((each for each in BUNDLES if name.startswith(each)), key=len)
        lines = jobs.get(job.get("extends", ""), {}).get("before_script", []) + job["script"]
        assert lines[0] == f"cd {BUNDLES[owner]}"
        for rule in job["rules"]:
            text = rule["if"]
            asks = ('"push"' in text and "BRANCH" in text) or "MERGE_REQUEST" in text
            asks |= text == '$CI_PIPELINE_SOURCE != "schedule"'
            assert rule.get("changes", []) == ([f"{BUNDLES[owner]}/**/*"] if asks else [])
    turns = [job["resource_group"] for job in scripts.values() if "resource_group" in job]
    assert len(turns) == len(set(turns))
    bench = Bench(tree, tmp_path / "bench")
    event = EVENTS["rollback_prod"]
    played = gitlab.run(bench, [(event, Weather(plan="nothing"))])
    (found,) = played.values()
    deploys = [call for job in found for call in job.databricks if "deploy" in call.words]
    assert {Path(call.folder).name for call in deploys} == {"sales", "eu"}


@pytest.mark.parametrize("ci", ["github", "gitlab", "azure_devops"])
def test_both_bundles_check_clean(ci: str, renderer: Renderer, tmp_path: Path) -> None:
    monorepo(renderer, ci, tmp_path / "repo")
    for path in BUNDLES.values():
        command = [sys.executable, "-m", "bundlewright", "check", "--profile", "strict", path]
        process = subprocess.run(command, cwd=tmp_path / "repo", capture_output=True, text=True)
        assert process.returncode == 0, process.stdout
