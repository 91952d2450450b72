"""Runs the shell steps of CI for real, in a real repo, with all that leads out of it replaced.

`tools.sh` stands in for `databricks`, `uv` and the others, and writes down how it was called.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import rendering
from events import API, FEATURE, OTHER_TAG, PULL_REQUEST, STRAY_TAG, TAG

HERE = Path(__file__).parent
# What CI calls that is not there, or would reach out of the repo.
TOOLS = (
    *("databricks", "uv", "uvx", "pip", "pip3", "pipx", "copier", "mvn", "java", "az"),
    *("gh", "glab", "curl", "wget", "sudo", "apt-get", "unzip", "sha256sum"),
    *("git", "python", "python3"),  # the real ones, but for `git push`
)
# The parts of a repo that its CI looks at, but for the CI files themselves.
SEEN_BY_CI = ("databricks.yml", "scripts/", "README.md", rendering.ANSWERS_FILE)
# What `databricks bundle plan -o json` answers, by the name that $PLAN gives; any other name fails.
PLANS = {
    "nothing": {"jobs.kept": "skip"},
    "changes": {"jobs.kept": "skip", "jobs.new": "create", "jobs.other": "update"},
    "destructive": {"jobs.new": "create", "schemas.old": "delete", "volumes.landing": "recreate"},
}


@dataclass(frozen=True)
class Call:
    """A command that CI called: its words, and what it could see of who it acts as."""

    words: tuple[str, ...]
    folder: str
    variables: Mapping[str, str] = field(hash=False)
    job: str = ""
    branch: str = ""  # that is checked out, which the CLI looks at

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def target(self) -> str:
        """The target that a command of the CLI names; empty where it names none."""
        found = re.search(r" (?:--target|-t)[ =](\w+)", self.text)
        return found[1] if found else ""

    @property
    def changes(self) -> bool:
        """Whether the command changes what is in a workspace."""
        return bool(re.match(r"databricks bundle (deploy|destroy|run|deployment)\b", self.text))


@dataclass
class Job:
    """A job that has run, or was to run.

    Args:
        environment: under which it runs; the CI system guards it.
        gate: what it waits for before it starts: a person, or the rules of an environment.
        deployment: whether the CI system keeps a record of it as a deployment.
        vouched: whether the CI system gives it a token that Databricks may trust.
        audience: for whom that token is.
        secrets: the names of the secrets that it was given.
        permissions: what the token of the job allows, where the CI system knows such a thing.
        turn: jobs of the same turn run one after the other.
        interruptible: whether a newer commit stops it.
        minutes: its time limit.
        result: success, failure or skipped.
    """

    name: str
    environment: str = ""
    gate: str = ""
    deployment: bool = False
    vouched: bool = False
    audience: str = ""
    secrets: tuple[str, ...] = ()
    permissions: Mapping[str, str] = field(default_factory=dict)
    turn: str = ""
    interruptible: bool = False
    minutes: float | None = None
    result: str = "success"
    calls: list[Call] = field(default_factory=list)
    printed: str = ""

    @property
    def databricks(self) -> list[Call]:
        return [call for call in self.calls if call.words[0] == "databricks"]


@dataclass(frozen=True)
class Weather:
    """How the world behaves: which commands fail, what a plan says, what an update brings."""

    failing: str = ""
    plan: str = "changes"
    update: str = "nothing"

    def variables(self) -> dict[str, str]:
        return {"FAILING": self.failing, "PLAN": self.plan, "UPDATE": self.update}


class Requests(BaseHTTPRequestHandler):
    """Takes the place of a CI system's API: holds no comment yet, and accepts all."""

    seen: ClassVar[list[tuple[str, str, str]]] = []  # method, path and body

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.seen.append((str(self.command), self.path, body))
        content = {"GET": '{"value": []}' if "_apis" in self.path else "[]"}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(content.get(str(self.command), "{}").encode())

    do_GET = do_POST = do_PUT = do_PATCH = answer

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


def serve() -> None:
    """Starts that server, once a process, and lets the events tell of it."""
    if API["url"].endswith(":1"):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        API["url"] = f"http://127.0.0.1:{server.server_port}"


class Unknown(Exception):
    """Something that these tests do not know how to evaluate."""


def is_seen(path: str) -> bool:
    """Returns whether what a job does may hang on a file, its own definition apart."""
    return path.startswith(SEEN_BY_CI) or "/scripts/" in path or "/.github/workflows/" in path


class Bench:
    """A repo with its history and a place to run commands in it.

    Args:
        tree: the files of the repo.
        folder: where all of it is kept; made by this.
    """

    def __init__(self, tree: rendering.Tree, folder: Path):
        self.tree = tree
        self.folder = folder
        self.record = folder / "record"
        self.seen = json.dumps(
            {path: text.decode() for path, text in tree.items() if is_seen(path)}
        )
        self.count = 0
        serve()
        (folder / "home").mkdir(parents=True)
        self.tools = write_tools(folder / "tools")
        self.base = {
            "PATH": f"{self.tools}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            "GIT": str(shutil.which("git")),
            "PYTHON": sys.executable,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PLANS": str(folder / "plans"),
            "RECORD": str(self.record),
        } | {name: value for name, value in os.environ.items() if name.startswith("GIT_")}
        (folder / "plans").mkdir()
        for name, actions in PLANS.items():
            (folder / f"plans/{name}.json").write_text(json.dumps(plan(actions)))

    @functools.cached_property
    def origin(self) -> Path:
        """The repo as the CI system holds it: branches, a tag, and a pull request."""
        work = self.folder / "work"
        rendering.write_tree(work, self.tree)
        self.git(work, "init", "--quiet", "--initial-branch=main")
        self.git(work, "add", "--all", "--force")
        self.git(work, "commit", "--quiet", "--message", "Start")
        for branch in ("develop", FEATURE):
            self.git(work, "branch", branch)
        self.git(work, "tag", TAG)
        self.git(work, "tag", OTHER_TAG)
        self.git(work, "update-ref", PULL_REQUEST, "HEAD")
        self.git(work, "switch", "--quiet", "--create", "stray")
        self.git(work, "commit", "--quiet", "--allow-empty", "--message", "Not reviewed")
        self.git(work, "tag", STRAY_TAG)
        self.git(work, "switch", "--quiet", "main")
        return work

    def git(self, folder: Path, *arguments: str) -> str:
        command = [self.base["GIT"], *arguments]
        process = subprocess.run(
            command, cwd=folder, env=self.base, capture_output=True, text=True, check=False
        )
        assert process.returncode == 0, process.stderr
        return process.stdout

    def workspace(self) -> Path:
        """Returns a new, empty folder for a job."""
        self.count += 1
        folder = self.folder / f"job-{self.count}"
        folder.mkdir()
        return folder

    def checkout(self, folder: Path, ref: str, *, depth: int = 0, tags: bool = True) -> None:
        """Does as the CI systems do: a branch under its name, anything else as a mere commit.

        Args:
            depth: how many commits of this one ref are fetched; 0 is all of all branches.
            tags: whether all tags are fetched with all branches.
        """
        self.git(folder, "init", "--quiet")
        self.git(folder, "remote", "add", "origin", self.origin.as_uri())
        fetch = ["fetch", "--quiet", "origin", f"+{ref}:refs/ci/head"]
        if depth:
            fetch += [f"--depth={depth}", "--no-tags"]
        else:
            fetch += ["+refs/heads/*:refs/remotes/origin/*", "--tags" if tags else "--no-tags"]
        self.git(folder, *fetch)
        branch = ref.removeprefix("refs/heads/")
        switch = ["--detach"] if branch == ref else ["-B", branch]
        self.git(folder, "checkout", "--quiet", *switch, "refs/ci/head")

    def shell(
        self, script: str, folder: Path, variables: Mapping[str, str], *, pipefail: bool
    ) -> tuple[bool, str]:
        """Runs a step; returns whether it succeeded and what it printed."""
        options = ["-eo", "pipefail"] if pipefail else ["-e"]
        process = subprocess.run(
            ["bash", "--noprofile", "--norc", *options, "-c", script],
            cwd=folder,
            env=self.base | dict(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
            check=False,
        )
        # Not found, or no permission: the test lacks a tool, which is no failure of the step.
        if process.returncode in (126, 127):
            raise Unknown(f"{script}: {process.stdout}")
        return process.returncode == 0, process.stdout

    def calls(self) -> list[Call]:
        """Returns what was called since the last time."""
        if not self.record.exists():
            return []
        found = calls_in(self.record.read_text(encoding="utf-8"))
        self.record.unlink()
        return found


def calls_in(record: str) -> list[Call]:
    """Returns the calls that `tools.sh` wrote down."""
    found = []
    for line in record.split("\x1e")[:-1]:
        tool, folder, job, branch, count, *rest = line.split("\x1f")[:-1]
        words = (tool, *rest[: int(count)])
        variables = dict(each.split("=", 1) for each in rest[int(count) :])
        found.append(Call(words, folder, variables, job, branch))
    return found


def write_tools(folder: Path, *, rsync: bool = False) -> Path:
    """Makes a folder for PATH in which every tool is the recorder."""
    folder.mkdir(parents=True)
    for tool in TOOLS:
        (folder / tool).symlink_to(HERE / "tools.sh")
    if rsync:
        (folder / "rsync").symlink_to(HERE / "rsync.sh")
    return folder


def plan(actions: Mapping[str, str]) -> dict[str, Any]:
    """Returns a plan as `databricks bundle plan -o json` prints it, for an action by resource."""
    resources = {f"resources.{key}": {"action": action} for key, action in actions.items()}
    return {"plan_version": 2, "cli_version": "1.16.0", "serial": 1, "plan": resources}
