"""The scripts that the generated CI calls, run as it does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import rendering
from conftest import commit, copier, git

URL = "https://github.com/bundlewright/bundlewright"


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def put(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def run(script: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


class Api(BaseHTTPRequestHandler):
    """A server that reads and answers JSON."""

    def answer(self, document: Any, status: int = 200) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def served(handler: type[Api]) -> Iterator[str]:
    """Serves an API, and gives its address."""
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


# PLAN


@pytest.fixture
def plan(bin_folder: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs scripts/plan.py with a CLI that answers with these actions, by target and resource."""

    def plan(planned: dict[str, dict[str, Any]], *options: str) -> subprocess.CompletedProcess[str]:
        for target, resources in planned.items():
            document = {"plan_version": 2, "plan": resources}
            (tmp_path / f"{target}.json").write_text(json.dumps(document))
        put(
            bin_folder,
            "databricks",
            f'[ "$*" = "bundle plan --target $4 --output json" ] && cat "{tmp_path}/$4.json"',
        )
        script = rendering.ROOT / "template/scripts/plan.py"
        return run(script, *planned, *options, cwd=tmp_path)

    return plan


def acts(**actions: str) -> dict[str, Any]:
    """Returns what the CLI plans, with settings that nobody should see."""
    return {
        f"resources.jobs.{name}": {"action": action, "new_state": {"value": {"secret": "hunter2"}}}
        for name, action in actions.items()
    }


def test_a_plan_names_what_changes_and_calls_out_what_is_lost(plan, tmp_path: Path) -> None:
    planned = {
        "staging": acts(a="skip"),
        "prod": acts(b="update", c="create", d="delete", e="recreate", f="skip"),
    }
    process = plan(planned, "--output", "plan.md")
    assert process.returncode == 0, process.stderr
    assert process.stdout == (tmp_path / "plan.md").read_text()
    assert (
        process.stdout
        == """\
## Plan

### staging

Nothing to change.

### prod

**Destructive: 2 to be deleted or made anew, with what they hold.**

- **delete** `jobs.d`
- **recreate** `jobs.e`
- create `jobs.c`
- update `jobs.b`

"""
    )


def test_what_is_gone_already_is_no_change(plan) -> None:
    planned = {"prod": {"resources.jobs.a": {"action": "delete", "gone": True}}}
    assert "Nothing to change" in plan(planned).stdout


def test_drift_is_a_failure_where_none_is_expected(plan) -> None:
    assert plan({"prod": acts(a="skip")}, "--expect-none").returncode == 0
    process = plan({"staging": acts(a="skip"), "prod": acts(a="update")}, "--expect-none")
    assert process.returncode == 1
    assert "update `jobs.a`" in process.stdout


def test_a_cli_that_fails_is_no_empty_plan(plan, tmp_path: Path) -> None:
    process = plan({"prod": {}, "unknown": {}}, "--output", "plan.md")
    assert process.returncode == 0
    (tmp_path / "plan.md").unlink()
    put(tmp_path / "bin", "databricks", "echo no such target >&2; exit 1")
    script = rendering.ROOT / "template/scripts/plan.py"
    process = run(script, "prod", "--output", "plan.md", cwd=tmp_path)
    assert process.returncode == 1
    assert process.stderr.splitlines()[0] == "no such target"
    assert "Traceback" not in process.stderr
    assert not (tmp_path / "plan.md").exists()


# COMMENT


class Review(Api):
    """The comments of a pull request, in the API of GitLab and in that of Azure DevOps."""

    comments: list[str]

    def do_GET(self) -> None:
        assert "made-up" in (self.headers["PRIVATE-TOKEN"] or self.headers["Authorization"])
        notes = [{"id": number, "body": text} for number, text in enumerate(self.comments)]
        threads = [
            {"id": number, "comments": [{"id": 1, "content": text}]}
            for number, text in enumerate(self.comments)
        ]
        self.answer(notes if "/notes" in self.path else {"value": threads})

    def do_POST(self) -> None:
        body = self.body()
        self.comments.append(body["body"] if "body" in body else body["comments"][0]["content"])
        self.answer({})

    def do_PUT(self) -> None:
        self.comments[int(self.path.rsplit("/", 1)[1])] = self.body()["body"]
        self.answer({})

    def do_PATCH(self) -> None:
        number = self.path.partition("/threads/")[2].partition("/")[0]
        self.comments[int(number)] = self.body()["content"]
        self.answer({})


@pytest.mark.parametrize("ci", ["gitlab", "azure_devops"])
def test_a_second_plan_replaces_the_first_and_no_other_comment(
    ci: str, render: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = type("AReview", (Review,), {"comments": ["## Another", "hello"]})
    repo = render(ci=ci)
    with served(handler) as address:
        for name, value in {
            "CI_API_V4_URL": f"{address}api/v4",
            "CI_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_IID": "3",
            "COMMENT_TOKEN": "made-up",
            "SYSTEM_COLLECTIONURI": address,
            "SYSTEM_TEAMPROJECTID": "7",
            "BUILD_REPOSITORY_ID": "8",
            "SYSTEM_PULLREQUEST_PULLREQUESTID": "3",
            "SYSTEM_ACCESSTOKEN": "made-up",
        }.items():
            monkeypatch.setenv(name, value)
        for text in ("## Plan\n\nfirst\n", "## Plan\n\nsecond\n"):
            (repo / "plan.md").write_text(text)
            process = run(repo / "scripts/comment.py", "plan.md", cwd=repo)
            assert process.returncode == 0, process.stderr
            assert handler.comments == ["## Another", "hello", text]


# INTEGRATION

DEPLOYED = "bundle deploy --target pr"
DESTROYED = "bundle destroy --target pr --auto-approve"
RUNS = [f"bundle run --target pr sales_pipeline{job}" for job in ("", "_smoke")]
MODEL = "dev.models.risk"
SUMMARY = "bundle summary --target pr --output json"
LISTED = f"model-versions list {MODEL} --target pr --output json"
ML = {"workloads": ["python", "ml"]}


@pytest.fixture
def integrate(
    bin_folder: Path, render: Callable[..., Path], tmp_path: Path
) -> Callable[..., tuple[int, list[str]]]:
    """Runs scripts/integration.sh for pull request 7 with a CLI that fails at one command.

    Returns the exit status and what was asked of the CLI.
    """

    def integrate(command: str, failing: str, **answers: Any) -> tuple[int, list[str]]:
        log = tmp_path / "log"
        (tmp_path / "answers").mkdir(exist_ok=True)
        put(
            bin_folder,
            "databricks",
            f'[ "$BUNDLE_VAR_pull_request" = 7 ] || exit 9\necho "$*" >> "{log}"\n'
            f'[ "$*" != "{failing}" ] || exit 3\ncat "{tmp_path}/answers/$2" 2>/dev/null || true',
        )
        repo = render(try_out=True, **answers)
        process = subprocess.run(["bash", "scripts/integration.sh", command, "7"], cwd=repo)
        return process.returncode, log.read_text().splitlines()

    return integrate


@pytest.fixture
def deployed(tmp_path: Path) -> Callable[..., None]:
    """Says what the CLI answers of a target: its mode, the ID of its model, and the versions."""

    def deployed(mode: str, model: str | None, versions: list[int]) -> None:
        answers = tmp_path / "answers"
        answers.mkdir()
        resources = {"registered_models": {"sales_pipeline_model": {"name": "risk"}}}
        if model:
            resources["registered_models"]["sales_pipeline_model"]["id"] = model
        summary = {"bundle": {"mode": mode}, "resources": resources}
        (answers / "summary").write_text(json.dumps(summary))
        (answers / "list").write_text(json.dumps([{"version": each} for each in versions]))

    return deployed


@pytest.mark.parametrize("answers", [{}, {"workloads": ["python", "pipeline"]}, ML])
def test_a_pull_request_is_deployed_and_run(answers: dict[str, Any], integrate) -> None:
    assert integrate("try", "", **answers) == (0, [DEPLOYED, *RUNS])


@pytest.mark.parametrize("failing", [DEPLOYED, *RUNS])
def test_a_pull_request_that_fails_goes_no_further(failing: str, integrate) -> None:
    steps = [DEPLOYED, *RUNS]
    assert integrate("try", failing) == (3, steps[: steps.index(failing) + 1])


@pytest.mark.parametrize("failing", ["", DESTROYED])
def test_a_copy_is_destroyed(failing: str, integrate) -> None:
    assert integrate("destroy", failing) == (3 if failing else 0, [DESTROYED])


def test_the_versions_of_a_model_go_before_it(integrate, deployed) -> None:
    deployed("development", MODEL, [1, 2])
    deleted = [f"model-versions delete {MODEL} {number} --target pr" for number in (1, 2)]
    assert integrate("destroy", "", **ML) == (0, [SUMMARY, LISTED, *deleted, DESTROYED])


def test_a_copy_that_was_never_deployed_is_destroyed_without_a_word(integrate, deployed) -> None:
    deployed("development", None, [])
    assert integrate("destroy", "", **ML) == (0, [SUMMARY, DESTROYED])


@pytest.mark.parametrize("failing", [LISTED, f"model-versions delete {MODEL} 1 --target pr"])
def test_a_copy_is_destroyed_as_far_as_it_can_be(failing: str, integrate, deployed) -> None:
    deployed("development", MODEL, [1])
    status, calls = integrate("destroy", failing, **ML)
    assert (status, calls[-1]) == (0, DESTROYED)


def test_a_copy_that_stays_is_a_failure(integrate, deployed) -> None:
    deployed("development", MODEL, [1])
    assert integrate("destroy", DESTROYED, **ML)[0] == 3


def test_what_is_no_copy_is_not_touched(integrate, deployed) -> None:
    deployed("production", MODEL, [1])
    assert integrate("destroy", "", **ML) == (1, [SUMMARY])


# GIT FOLDER


class Workspace(Api):
    """The Git folders of a workspace by path, and the versions that they were brought to."""

    folders: dict[str, int]
    versions: list[tuple[str, Any]]
    refuses: bool

    def do_GET(self) -> None:
        if "/repos" not in self.path:  # the SDK asks what kind of host it is
            return self.answer({}, 404)
        prefix = parse_qs(urlsplit(self.path).query)["path_prefix"][0]
        found = {path: each for path, each in self.folders.items() if path.startswith(prefix)}
        return self.answer({"repos": [{"id": each, "path": path} for path, each in found.items()]})

    def do_POST(self) -> None:
        body = self.body()
        self.versions.append(("created", body))
        self.folders[body["path"]] = 9
        self.answer({"id": 9, "path": body["path"]})

    def do_PATCH(self) -> None:
        if self.refuses:
            self.answer({"error_code": "GIT_CONFLICT", "message": "uncommitted changes"}, 409)
        else:
            self.versions.append((self.path.rsplit("/", 1)[1], self.body()))
            self.answer({})


@pytest.fixture
def git_folder(
    render: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[type[Workspace], Callable[..., subprocess.CompletedProcess[str]]]]:
    """A workspace with two Git folders, and a function that runs scripts/git_folder.py there."""
    folders = {"/Shared/sales": 7, "/Shared/sales-old": 8}
    handler = type(
        "AWorkspace", (Workspace,), {"folders": folders, "versions": [], "refuses": False}
    )
    repo = render(git_folder=True)
    for name in [name for name in os.environ if name.startswith("DATABRICKS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("DATABRICKS_TOKEN", "made-up")

    def git_folder(path: str, *version: str) -> subprocess.CompletedProcess[str]:
        url = "--url=https://example.com/sales"
        return run(repo / "scripts/git_folder.py", path, url, *version, cwd=repo)

    with served(handler) as address:
        monkeypatch.setenv("DATABRICKS_HOST", address)
        yield handler, git_folder


@pytest.mark.parametrize("path", ["/Workspace/Shared/sales", "/Shared/sales/"])
def test_a_git_folder_is_brought_to_a_branch(path: str, git_folder) -> None:
    workspace, run_it = git_folder
    process = run_it(path, "--branch=main")
    assert process.stdout == f"{path} is at main.\n", process.stderr
    assert workspace.versions == [("7", {"branch": "main"})]


def test_a_git_folder_that_is_not_there_is_made(git_folder) -> None:
    workspace, run_it = git_folder
    assert run_it("/Workspace/Shared/new", "--tag=v1.0.0").returncode == 0
    asked = {"url": "https://example.com/sales", "provider": "gitHub", "path": "/Shared/new"}
    assert workspace.versions == [("created", asked), ("9", {"tag": "v1.0.0"})]


def test_a_git_folder_that_cannot_move_says_why(git_folder) -> None:
    workspace, run_it = git_folder
    workspace.refuses = True
    process = run_it("/Workspace/Shared/sales", "--branch=main")
    assert process.returncode == 1
    last = process.stderr.splitlines()[-1]
    assert last == "/Workspace/Shared/sales stays as it is: uncommitted changes"


# TEMPLATE UPDATE


@pytest.fixture
def update(
    template_repo: Path, tmp_path: Path, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, Callable[[], str]]:
    """A repo made of v1.0.0, and a function that runs scripts/update_template.py in it."""
    repo = tmp_path / "repo"
    process = copier("copy", "--trust", "--defaults", template_repo, repo)
    assert process.returncode == 0, process.stderr
    commit(repo, "Start")
    put(
        bin_folder,
        "uvx",
        f'[ "$1" = copier@9.19.1 ] && shift && exec "{sys.executable}" -m copier "$@"',
    )
    # The template's address leads to the local clone.
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{template_repo}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", URL)

    def update() -> str:
        process = run(repo / "scripts/update_template.py", cwd=repo)
        assert process.returncode == 0, process.stdout + process.stderr
        return process.stdout

    return repo, update


def release(template_repo: Path, old: str, new: str) -> None:
    """Releases v1.1.0, in which a word of the README is another."""
    readme = template_repo / "template/README.md.jinja"
    readme.write_text(readme.read_text().replace(old, new))
    (template_repo / "CHANGELOG.md").write_text(
        "# Changelog\n\n## 1.1.0 (a day)\n\n- Better.\n\n## 1.0.0 (a day)\n\n- First.\n"
    )
    commit(template_repo, "Better", tag="v1.1.0")


def test_without_a_new_release_there_is_nothing_to_do(update) -> None:
    repo, run_it = update
    before = git(repo, "rev-parse", "main")
    assert run_it() == "nothing\n"
    assert git(repo, "rev-parse", "template-update") == before
    assert not (repo / "update.md").exists()


def test_a_new_release_is_a_commit_and_a_report_with_its_changelog(
    update, template_repo: Path
) -> None:
    repo, run_it = update
    main = git(repo, "rev-parse", "main")
    release(template_repo, "## First deploy", "## The first deploy")
    assert run_it() == "updated\n"
    assert git(repo, "rev-parse", "template-update^") == main
    assert "## The first deploy" in git(repo, "show", "template-update:README.md")
    report = (repo / "update.md").read_text()
    assert "from 1.0.0 to 1.1.0" in report
    assert "- Better." in report
    assert "- First." not in report
    assert "update.md" not in git(repo, "ls-files")


@pytest.mark.parametrize("author", ["template update", "Ada"])
def test_commits_of_people_on_the_branch_are_not_lost(
    author: str, update, template_repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, run_it = update
    monkeypatch.setenv("GIT_AUTHOR_NAME", author)
    git(repo, "switch", "--create", "template-update")
    (repo / "theirs.md").write_text("A conflict resolved by hand.\n")
    commit(repo, "Theirs")
    git(repo, "update-ref", "refs/remotes/origin/template-update", "HEAD")
    git(repo, "switch", "main")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "template update")
    release(template_repo, "## First deploy", "## The first deploy")
    if author == "Ada":
        with pytest.raises(AssertionError, match="Somebody works on template-update"):
            run_it()
    else:
        assert run_it() == "updated\n"


def test_a_conflict_is_left_to_people_and_never_committed(update, template_repo: Path) -> None:
    repo, run_it = update
    readme = repo / "README.md"
    readme.write_text(readme.read_text().replace("## First deploy", "## Our first deploy"))
    commit(repo, "Ours")
    ours = git(repo, "rev-parse", "main")
    release(template_repo, "## First deploy", "## The first deploy")
    assert run_it() == "by-hand\n"
    assert git(repo, "rev-parse", "template-update") == ours
    report = (repo / "update.md").read_text()
    assert "- conflict in `README.md`" in report
    assert "uvx copier@9.19.1 update" in report
