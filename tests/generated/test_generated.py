"""Runs what the template writes, as its owners and their CI would: tests, linters, CI schemas.

Slow, so it has a nox session of its own: `nox -s generated`.
"""

from __future__ import annotations

import os
import random
import subprocess
import zipfile
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import rendering
import yaml
from repos import TOOLS, development_environment, maven, on_path, run, run_tests

# These hold every workload and every pattern; `nox -s generated_all` has all others, too.
ALWAYS = ("billing", "clinic", "everything", "genomics", "storefront", "telemetry")
# Nothing and everything chosen; test_options.py runs the tests of each choice alone.
ALWAYS_TESTED = ("everything", "storefront")


def others() -> dict[str, dict[str, Any]]:
    """Returns answers for each workload alone and each kind of task; the rest is left to chance."""
    chance = random.Random(1)
    free = [
        name
        for name, details in rendering.questions().items()
        if "choices" in details and not details.keys() & {"when", "multiselect"}
    ]
    kinds = product(rendering.choices("workloads"), rendering.choices("task_type"))
    return {
        f"{workload}-{task_type}": {name: chance.choice(rendering.choices(name)) for name in free}
        | {"workloads": [workload], "task_type": task_type, "compute": "serverless"}
        for workload, task_type in kinds
    }


REPOS = rendering.personas()
if "GENERATED_ALL" in os.environ:
    REPOS |= others()
    TESTED = tuple(REPOS)
else:
    REPOS = {name: REPOS[name] for name in ALWAYS}
    TESTED = ALWAYS_TESTED


@pytest.fixture(params=REPOS)
def repo(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Path:
    return rendering.render(template, tmp_path / "repo", REPOS[request.param])


@pytest.mark.parametrize(
    "question", ["workloads", "pattern", "task_type", "content", "pipeline_language"]
)
def test_those_that_always_run_make_every_choice(question: str) -> None:
    made: set[Any] = set()
    for name in ALWAYS:
        answer = REPOS[name].get(question, rendering.questions()[question]["default"])
        made |= set(answer) if isinstance(answer, list) else {answer}
    assert made == set(rendering.choices(question))


@pytest.fixture
def used_home(tmp_path: Path) -> Path:
    """A home whose `~/.m2` holds POMs without their JARs, as Maven leaves them, and no caches."""
    home = tmp_path / "home"
    for artifact, version in (("delta-storage", "4.4.0"), ("delta-storage", "4.0.1")):
        folder = home / ".m2/repository/io/delta" / artifact / version
        folder.mkdir(parents=True)
        (folder / f"{artifact}-{version}.pom").write_text(
            "<project><modelVersion>4.0.0</modelVersion><groupId>io.delta</groupId>"
            f"<artifactId>{artifact}</artifactId><version>{version}</version></project>"
        )
    return home


@pytest.mark.parametrize("repo", TESTED, indirect=True)
def test_its_own_tests_pass(repo: Path, request: pytest.FixtureRequest, used_home: Path) -> None:
    home: dict[str, str] = {}
    if request.node.callspec.params["repo"] == "storefront":
        # Java takes the home from the system's accounts.
        home = {"HOME": str(used_home), "java_options": f"-Duser.home={used_home}"}
        home["XDG_CACHE_HOME"] = ""
    process = run_tests(repo, **home)
    assert process.returncode == 0, process.stdout


def test_ruff_has_nothing_to_say(repo: Path) -> None:
    ruff = development_environment(repo) / "ruff"
    run(repo, ruff, "check", "--no-cache", ".")
    run(repo, ruff, "format", "--check", "--no-cache", ".")


def test_mypy_has_nothing_to_say(repo: Path) -> None:
    tools = development_environment(repo)
    run(repo, tools / "mypy", "--python-executable", tools / "python", "--cache-dir", os.devnull)


def test_ci_files_are_what_their_system_reads(repo: Path) -> None:
    check = [TOOLS / "check-jsonschema", "--builtin-schema"]
    workflows = sorted((repo / ".github/workflows").glob("*.yml"))
    pipeline = repo / ".gitlab-ci.yml"
    azure = repo / "azure-pipelines.yml"
    if workflows:
        run(repo, *check, "vendor.github-workflows", *workflows)
        run(repo, TOOLS / "zizmor", "--offline", "--no-progress", ".")
    elif pipeline.exists():
        run(repo, *check, "vendor.gitlab-ci", "--data-transform", "gitlab-ci", pipeline)
    elif azure.exists():
        options = ["--data-transform", "azure-pipelines", "--regex-variant", "python"]
        run(repo, *check, "vendor.azure-pipelines", *options, azure)
    else:
        assert "ci: none" in (repo / rendering.ANSWERS_FILE).read_text(encoding="utf-8")


def built(repo: Path, pattern: str) -> list[Path]:
    """Builds the artifacts of a repo by the commands that its bundle gives the CLI.

    Returns:
        The files that match a pattern.
    """
    bundle = yaml.safe_load((repo / "databricks.yml").read_text(encoding="utf-8"))
    path = f"{TOOLS}{os.pathsep}{maven()}{os.pathsep}{os.environ['PATH']}"
    for artifact in bundle["artifacts"].values():
        run(repo / artifact["path"], "bash", "-c", artifact["build"], PATH=path)
    return list(repo.glob(pattern))


@pytest.mark.parametrize(
    ("answers", "pattern", "source"),
    [
        ({"task_type": "wheel"}, "dist/*.whl", "src/sales_pipeline/steps.py"),
        (
            {"workloads": ["jar"], "compute": "job_cluster"},
            "jar/target/*.jar",
            "jar/src/main/java/sales_pipeline_jar/*.java",
        ),
    ],
    ids=["wheel", "jar"],
)
def test_an_artifact_is_named_by_what_is_in_it(
    answers: dict[str, Any], pattern: str, source: str, template: Path, tmp_path: Path
) -> None:
    """So a plan after a deploy of the same commit changes nothing, and one of another does."""
    repo = rendering.render(template, tmp_path / "repo", answers)
    copy = rendering.render(template, tmp_path / "copy", answers)  # the clone of another machine
    (first,) = built(repo, pattern)
    content = first.read_bytes()
    changed = sorted(repo.glob(source))[0]
    text = changed.read_text(encoding="utf-8")
    for each in (repo, copy):
        (again,) = built(each, pattern)
        assert (again.name, again.read_bytes()) == (first.name, content)
    changed.write_text(text.replace('"', '"another ', 1), encoding="utf-8")
    (other,) = built(repo, pattern)
    assert other.name != first.name
    changed.write_text(text, encoding="utf-8")
    assert [path.name for path in built(repo, pattern)] == [first.name]


@pytest.mark.parametrize(
    "repo",
    [name for name, answers in REPOS.items() if answers.get("task_type") == "wheel"],
    indirect=True,
)
def test_uv_builds_the_wheel_that_the_job_names(repo: Path) -> None:
    tasks = [
        task["python_wheel_task"]
        for path in repo.glob("resources/jobs/*.yml")
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["resources"]["jobs"].values()
        for task in job["tasks"]
        if "python_wheel_task" in task
    ]
    assert tasks
    (wheel,) = built(repo, "dist/*.whl")
    with zipfile.ZipFile(wheel) as content:
        (entry_points,) = (name for name in content.namelist() if name.endswith("entry_points.txt"))
        offered = content.read(entry_points).decode()
        metadata = content.read(entry_points.replace("entry_points.txt", "METADATA")).decode()
    for task in tasks:
        assert f"\nName: {task['package_name']}\n" in metadata
        assert f"\n{task['entry_point']} = " in offered


def test_the_installed_cli_knows_every_field(repo: Path, tmp_path: Path) -> None:
    """The schema of whichever CLI is there, which needs no workspace, unlike `bundle validate`."""
    cli = on_path("databricks", "to hold the generated bundles against its schema")
    schema = tmp_path / "schema.json"
    schema.write_bytes(subprocess.check_output([cli, "bundle", "schema"]))
    files = [repo / "databricks.yml", *repo.glob("resources/**/*.yml")]
    run(repo, TOOLS / "check-jsonschema", "--schemafile", schema, *files)
