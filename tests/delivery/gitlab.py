"""Runs GitLab pipelines by gitlab-ci-local: what runs for an event, in which order, as whom.

It resolves the file and runs the jobs; what it ignores is done here: `workflow: rules`, ID tokens
and to which branches a variable is given (https://docs.gitlab.com/ci/yaml/workflow/ and
https://docs.gitlab.com/ci/variables/#protect-a-cicd-variable).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import events
import pytest
import rendering
import yaml
from events import Event
from filelock import FileLock
from github import tokens
from recorder import HERE, Bench, Job, Unknown, Weather, calls_in, write_tools

VERSION = "4.65.1"
CACHE = rendering.ROOT / ".nox/delivery-cache"
FILE = ".gitlab-ci.yml"
# Variables of an environment, as the documentation of a generated repo has them made.
SECRETS = ("DATABRICKS_CLIENT_SECRET", "COMMENT_TOKEN")
SERVER = "https://gitlab.com"
ENVIRONMENTS = ("dev", "plan", "staging", "prod")
# Not protected: merge requests and other branches need them, and so does a fork's merge request get
# them whose pipeline a member starts here.
OPEN = ("dev", "plan")
# Protected variables of the whole project.
TOKENS = {"UPDATE_TOKEN": "<token of the project>"}


def gitlab_ci_local() -> Path:
    """Returns the folder of gitlab-ci-local, installed by npm where it is not there."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not on PATH; install Node to run GitLab pipelines")
    folder = CACHE / f"gitlab-ci-local-{VERSION}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / "lock"):
        if not (folder / "complete").exists():
            command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder]
            subprocess.run([*command, f"gitlab-ci-local@{VERSION}"], check=True)
            (folder / "complete").touch()
    return folder / "node_modules/gitlab-ci-local"


# RULES -------------------------------------------------------------------------
TOKEN = re.compile(
    r"\s*(?:(?P<op>==|!=|=~|!~|&&|\|\||[()])|\$(?P<variable>\w+)|\"(?P<text>[^\"]*)\""
    r"|'(?P<quoted>[^']*)'|/(?P<pattern>(?:\\.|[^/])+)/|(?P<null>null\b))"
)


class Rule:
    """Evaluates the `if` of a rule.

    https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions

    Args:
        text: the expression.
        variables: None for those that are not there.
    """

    def __init__(self, text: str, variables: Mapping[str, str | None]):
        self.text = text
        self.variables = variables
        self.left = tokens(text, TOKEN)

    def evaluate(self) -> bool:
        value = self.either()
        if self.left:
            raise Unknown(f"{self.left[0][1]!r} in {self.text!r}")
        return value

    def take(self, *operators: str) -> str:
        if self.left and self.left[0][0] == "op" and self.left[0][1] in operators:
            return self.left.pop(0)[1]
        return ""

    def either(self) -> bool:
        value = self.both()
        while self.take("||"):
            value = self.both() or value
        return value

    def both(self) -> bool:
        value = self.compared()
        while self.take("&&"):
            value = self.compared() and value
        return value

    def compared(self) -> bool:
        if self.take("("):
            value = self.either()
            if not self.take(")"):
                raise Unknown(f"no ')' where it belongs in {self.text!r}")
            return value
        left = self.value()
        if operator := self.take("==", "!="):
            return (left == self.value()) == (operator == "==")
        if operator := self.take("=~", "!~"):
            kind, pattern = self.left.pop(0) if self.left else ("", "")
            if kind != "pattern":
                raise Unknown(f"a pattern that is none in {self.text!r}")
            return bool(re.search(pattern.replace("\\/", "/"), left or "")) == (operator == "=~")
        return bool(left)

    def value(self) -> str | None:
        kind, text = self.left.pop(0) if self.left else ("", "")
        if kind == "variable":
            if text not in self.variables:
                raise Unknown(f"${text} in {self.text!r}")
            return self.variables[text]
        if kind in ("text", "quoted"):
            return text
        if kind == "null":
            return None
        raise Unknown(f"{text!r} in {self.text!r}")


def starts(workflow: Mapping[str, Any], variables: Mapping[str, str | None]) -> bool:
    """Returns whether `workflow: rules` let a pipeline start."""
    if workflow.keys() - {"rules", "auto_cancel", "name"}:
        raise Unknown(f"workflow: {', '.join(workflow)}")
    for rule in workflow["rules"]:
        if rule.keys() - {"if", "when"} or rule.get("when", "always") not in ("always", "never"):
            raise Unknown(f"the rule {rule}")
        if "if" not in rule or Rule(rule["if"], variables).evaluate():
            return bool(rule.get("when", "always") == "always")
    return False


def allowed(tree: Mapping[str, bytes], event: Event) -> set[str]:
    """Returns the jobs that an event passes by their own `rules`, whatever starts the pipeline."""
    variables = events.gitlab(event)
    found = set()
    for name, job in jobs_of(tree).items():
        if "script" in job:
            rules = job.get("rules", [{}])
            fitting = (r for r in rules if "if" not in r or Rule(r["if"], variables).evaluate())
            if next(fitting, {"when": "never"}).get("when") != "never":
                found.add(name)
    return found


# RUNS --------------------------------------------------------------------------
def run(
    bench: Bench, wanted: Iterable[tuple[Event, Weather]], stored: tuple[str, ...] = SECRETS
) -> dict[tuple[Event, Weather], list[Job]]:
    """Returns the jobs that run for each event, with what they called.

    Each pipeline runs twice: once without a person, once with one who starts every manual job; by
    hand, every one of the chosen target. What the first left out is behind a gate.

    Args:
        stored: the secrets that the environments hold.
    """
    wanted = list(wanted)
    found: dict[tuple[Event, Weather], list[Job]] = {each: [] for each in wanted}
    if FILE not in bench.tree:
        return found
    workflow = pipeline_of(bench.tree)["workflow"]
    cases = [
        (event, weather) for event, weather in wanted if starts(workflow, events.gitlab(event))
    ]
    for case, (alone, attended) in zip(cases, play(bench, cases, stored), strict=True):
        first = {job.name for job in alone}
        found[case] = list(alone)
        for job in attended:
            if job.name not in first:
                job.gate = "manual"
                found[case].append(job)
    return found


def pipeline_of(tree: Mapping[str, bytes]) -> dict[str, Any]:
    """Returns what the file defines with those that it includes, none of which defines it again."""
    own = yaml.safe_load(tree[FILE])
    pipeline: dict[str, Any] = {}
    for each in own.pop("include", []):
        for name, part in yaml.safe_load(tree[each["local"].removeprefix("/")]).items():
            if pipeline.setdefault(name, part) != part:
                raise Unknown(f"{name} is defined twice")
    return pipeline | own


def jobs_of(tree: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """Returns what is defined by name: the jobs, hidden ones and `variables` included."""
    pipeline = pipeline_of(tree)
    return {name: job for name, job in pipeline.items() if isinstance(job, dict)}


def manual_jobs(pipeline: Mapping[str, Any]) -> list[str]:
    """Returns the jobs that a person may have to start."""
    return [
        name
        for name, job in pipeline.items()
        if isinstance(job, dict)
        and "manual" in {job.get("when"), *(rule.get("when") for rule in job.get("rules", []))}
    ]


def chosen(manual: list[str], event: Event) -> list[str]:
    """Returns the manual jobs that a person starts: by hand, those of the chosen target."""
    return [name for name in manual if event.kind != "manual" or name.endswith(f"-{event.target}")]


def play(
    bench: Bench, cases: list[tuple[Event, Weather]], stored: tuple[str, ...]
) -> list[tuple[list[Job], list[Job]]]:
    """Runs pipelines; returns the jobs that ran alone, and those with a person there."""
    pipeline = pipeline_of(bench.tree)
    manual = manual_jobs(pipeline)
    tools = bench.folder / "gitlab-tools"
    if not tools.exists():
        prepare(bench, tools, stored)
    requests = []
    for event, weather in cases:
        predefined = events.gitlab(event)
        variables = {name: value for name, value in predefined.items() if value is not None}
        if event.destructive:
            variables["DESTRUCTIVE"] = "true"
        variables |= weather.variables() | (TOKENS if event.protected else {})
        requests.append(
            {
                "repo": str(repo(bench, event)),
                "variables": variables,
                "unset": [name for name, value in predefined.items() if value is None],
                "manual": chosen(manual, event),
                "secrets": "../protected.yml" if event.protected else "../open.yml",
                "records": str(bench.folder / "gitlab-record"),
            }
        )
    environment = bench.base | {"PATH": f"{tools}:{bench.base['PATH']}"}
    del environment["RECORD"]  # each pipeline has its own
    process = subprocess.run(
        [str(shutil.which("node")), str(HERE / "gitlab.mjs"), str(gitlab_ci_local())],
        cwd=bench.folder,
        env=environment,
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    default = pipeline.get("default", {})
    return [
        (read(each["alone"], default), read(each["attended"], default) if each["attended"] else [])
        for each in json.loads(process.stdout)
    ]


def prepare(bench: Bench, tools: Path, stored: tuple[str, ...]) -> None:
    """Makes the tools and the secrets."""
    write_tools(tools, rsync=True)
    for file, environments in {"protected": ENVIRONMENTS, "open": OPEN}.items():
        secrets = {
            name: {
                "type": "variable",
                "values": {each: f"<{name} of {each}>" for each in environments},
            }
            for name in stored
        }
        (bench.folder / f"{file}.yml").write_text(json.dumps(secrets))


def repo(bench: Bench, event: Event) -> Path:
    """Returns the repo in which the pipelines of an event run; most events are of one commit."""
    stray = event.ref == f"refs/tags/{events.STRAY_TAG}"
    folder = bench.folder / ("gitlab-stray" if stray else "gitlab")
    if not folder.exists():
        folder.mkdir()
        bench.checkout(folder, event.ref if stray else events.MAIN)
        bench.git(folder, "checkout", "--quiet", "--detach")  # a commit, of whatever it is
        # Which project this is; the real origin is a folder.
        url = f"https://gitlab.com/{events.REPOSITORY}.git"
        bench.git(folder, "remote", "add", "gcl-origin", url)
    return folder


def read(result: dict[str, Any], default: Mapping[str, Any]) -> list[Job]:
    """Returns the jobs that came to run in a pipeline.

    Args:
        result: as `gitlab.mjs` prints it.
        default: what holds for jobs that do not say it, which gitlab-ci-local does not pass on.

    Raises:
        Unknown: gitlab-ci-local could not run it.
    """
    if result["error"]:
        raise Unknown(result["error"])
    record = Path(result["record"])
    calls = calls_in(record.read_text(encoding="utf-8")) if record.exists() else []
    jobs = []
    for each in result["jobs"]:
        if each["status"] == "pending":
            continue
        own = [call for call in calls if call.job == each["name"]]
        interruptible = each["interruptible"]
        if interruptible is None:
            interruptible = default.get("interruptible", False)
        jobs.append(
            Job(
                each["name"],
                environment=each["environment"],
                deployment=bool(each["environment"]) and each["action"] == "start",
                vouched=bool(each["audiences"]),
                audience=" ".join(each["audiences"]).replace("$CI_SERVER_URL", SERVER),
                secrets=tuple(
                    sorted({name for call in own for name in SECRETS if name in call.variables})
                ),
                turn=each["resourceGroup"].replace("$CI_MERGE_REQUEST_IID", "7"),
                interruptible=interruptible,
                minutes=minutes(each["timeout"] or default.get("timeout")),
                result="success" if each["status"] == "success" else "failure",
                calls=own,
                printed=result["printed"],
            )
        )
    return jobs


def minutes(timeout: str | None) -> float | None:
    """Returns a time limit such as `1h 30m` or `30 minutes` as minutes."""
    if timeout is None:
        return None
    units = {"h": 60, "hour": 60, "hours": 60, "m": 1, "minute": 1, "minutes": 1}
    parts = re.findall(r"(\d+)\s*([a-z]+)", timeout)
    if not parts or any(unit not in units for _, unit in parts):
        raise Unknown(f"timeout: {timeout}")
    return float(sum(int(count) * units[unit] for count, unit in parts))
