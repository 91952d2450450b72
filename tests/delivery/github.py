"""Plays GitHub Actions: what runs for an event, in which order, as whom.

It knows the part of the workflow syntax that the template uses, and refuses the rest:
https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax and
https://docs.github.com/actions/reference/workflows-and-actions/expressions.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import events
import yaml
from events import EVENTS, Event
from recorder import Bench, Call, Job, Unknown, Weather

# Secrets of an environment, and of the whole repo; variables of the repo.
SECRETS = ("DATABRICKS_CLIENT_SECRET",)
TOKENS = ("UPDATE_APP_PRIVATE_KEY",)
VARIABLES = {"UPDATE_APP_CLIENT_ID": "<app>"}
WORKFLOW_KEYS = {"name", "run-name", "on", "permissions", "concurrency", "env", "defaults", "jobs"}
JOB_KEYS = {
    *("name", "if", "needs", "runs-on", "timeout-minutes", "permissions", "environment"),
    *("concurrency", "env", "outputs", "steps", "strategy"),
}
STEP_KEYS = {
    *("name", "id", "if", "uses", "with", "run", "env", "shell", "working-directory"),
    *("continue-on-error", "timeout-minutes"),
}
REQUEST_TYPES = ("opened", "synchronize", "reopened")  # where `types` says nothing else


def known(value: Mapping[str, Any], keys: set[str], where: str) -> None:
    """Refuses keys that this module does not know.

    Raises:
        Unknown: there are some.
    """
    if others := value.keys() - keys:
        raise Unknown(f"{where}: {', '.join(sorted(map(str, others)))}")


# EXPRESSIONS -------------------------------------------------------------------
TOKEN = re.compile(
    r"\s*(?:(?P<op>==|!=|&&|\|\||[!(),.\[\]])|'(?P<string>(?:[^']|'')*)'"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*))"
)


def tokens(text: str, token: re.Pattern[str]) -> list[tuple[str, str]]:
    """Splits an expression into its words.

    Args:
        token: a word of the language, each kind of which is a group.

    Raises:
        Unknown: it holds something that is no part of the language, as far as it is known here.
    """
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = token.match(text, position)
        if not match:
            raise Unknown(f"{text[position:]!r} in {text!r}")
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        position = match.end()
    return found


class Expression:
    """Evaluates one expression.

    Args:
        text: what stands in `${{ }}`.
        contexts: values by name of context.
        status: whether all went well so far, for `success()` and `failure()`.
    """

    def __init__(self, text: str, contexts: Mapping[str, Any], status: bool = True):
        self.text = text
        self.contexts = contexts
        self.status = status
        self.left = tokens(text, TOKEN)

    def evaluate(self) -> Any:
        value = self.either()
        if self.left:
            raise Unknown(f"{self.left[0][1]!r} in {self.text!r}")
        return value

    def take(self, *operators: str) -> str:
        if self.left and self.left[0][0] == "op" and self.left[0][1] in operators:
            return self.left.pop(0)[1]
        return ""

    def expect(self, operator: str) -> None:
        if not self.take(operator):
            raise Unknown(f"no {operator!r} where it belongs in {self.text!r}")

    # Both sides are always read, as reading a side is what finds a mistake in it.
    def either(self) -> Any:
        value = self.both()
        while self.take("||"):
            other = self.both()
            value = value if truth(value) else other
        return value

    def both(self) -> Any:
        value = self.equal()
        while self.take("&&"):
            other = self.equal()
            value = other if truth(value) else value
        return value

    def equal(self) -> Any:
        value = self.negated()
        while operator := self.take("==", "!="):
            value = same(value, self.negated()) == (operator == "==")
        return value

    def negated(self) -> Any:
        if self.take("!"):
            return not truth(self.negated())
        return self.primary()

    def primary(self) -> Any:
        if self.take("("):
            value = self.either()
            self.expect(")")
            return value
        if not self.left:
            raise Unknown(f"an end too early in {self.text!r}")
        kind, text = self.left.pop(0)
        if kind == "string":
            return text.replace("''", "'")
        if kind == "number":
            return float(text)
        if kind == "op":
            raise Unknown(f"{text!r} in {self.text!r}")
        if text in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text]
        if self.take("("):
            return self.call(text)
        return self.context(text)

    def call(self, name: str) -> Any:
        arguments = []
        while not self.take(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.either())
        if (name, len(arguments)) not in FUNCTIONS:
            if name != "format" or not arguments:
                raise Unknown(f"{name}() of {len(arguments)} in {self.text!r}")
            return formatted(*arguments)
        return FUNCTIONS[name, len(arguments)](self.status, *arguments)

    def context(self, name: str) -> Any:
        path = [name]
        while operator := self.take(".", "["):
            if operator == "[":
                path.append(text_of(self.either()))
                self.expect("]")
            elif self.left and self.left[0][0] == "name":
                path.append(self.left.pop(0)[1])
            else:
                raise Unknown(f"{'.'.join(path)}. in {self.text!r}")
        value: Any = self.contexts
        for depth, part in enumerate(path, 1):
            if not isinstance(value, Mapping) or part not in value:
                if ".".join(path[:depth]) in VOCABULARY or (path[0] == "steps" and depth > 3):
                    return None  # as in another event, or a step that has set no such output
                raise Unknown(f"{'.'.join(path)} in {self.text!r}")
            value = value[part]
        return value


def truth(value: Any) -> bool:
    return value not in (None, False, 0, "") or isinstance(value, (list, dict))


def number(value: Any) -> float:
    if isinstance(value, (list, dict)):
        raise Unknown(f"a comparison with {value}")
    try:
        return float(value or 0)
    except ValueError:
        return float("nan")


def same(left: Any, right: Any) -> bool:
    """Compares as GitHub does: texts without their case, unlike things as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return number(left) == number(right)


def text_of(value: Any) -> str:
    if isinstance(value, (list, dict)):
        raise Unknown(f"{value} as text")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def contains(_: bool, where: Any, what: Any) -> bool:
    if isinstance(where, list):
        return any(same(each, what) for each in where)
    return text_of(what).casefold() in text_of(where).casefold()


def starts_with(_: bool, where: Any, what: Any) -> bool:
    return text_of(where).casefold().startswith(text_of(what).casefold())


def formatted(text: str, *values: Any) -> str:
    def one(match: re.Match[str]) -> str:
        if not match[1]:
            return match[0][0]
        if int(match[1]) >= len(values):
            raise Unknown(f"{match[0]} in {text!r}")
        return text_of(values[int(match[1])])

    return re.sub(r"\{\{|\}\}|\{(\d+)\}", one, text)


FUNCTIONS: dict[tuple[str, int], Callable[..., Any]] = {
    ("contains", 2): contains,
    ("startsWith", 2): starts_with,
    ("always", 0): lambda status: True,
    ("success", 0): lambda status: status,
    ("failure", 0): lambda status: not status,
    ("cancelled", 0): lambda status: False,
}
STATUS = re.compile(r"\b(always|success|failure|cancelled)\s*\(")


def paths(value: Any, name: str) -> Iterator[str]:
    yield name
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, f"{name}.{key}")


# All that the context holds in some event; anything else is a misspelling.
VOCABULARY = {path for each in EVENTS.values() for path in paths(events.github(each), "github")}


def evaluate(text: str, contexts: Mapping[str, Any], status: bool = True) -> Any:
    """Returns the value of a condition, in `${{ }}` or not."""
    inner = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", text, re.DOTALL)
    return Expression(inner[1] if inner else text, contexts, status).evaluate()


def holds(condition: Any, contexts: Mapping[str, Any], status: bool) -> bool:
    """Returns whether an `if` lets something run; without a status function, success is meant."""
    if condition is None:
        return status
    text = str(condition).lower() if isinstance(condition, bool) else str(condition)
    value = truth(evaluate(text, contexts, status))
    return value and (status or bool(STATUS.search(text)))


def filled(value: Any, contexts: Mapping[str, Any], status: bool = True) -> Any:
    """Returns a value with all `${{ }}` in it replaced."""
    if isinstance(value, dict):
        return {key: filled(each, contexts, status) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, contexts, status) for each in value]
    if not isinstance(value, str):
        return value
    return re.sub(
        r"\$\{\{(.*?)\}\}",
        lambda match: text_of(Expression(match[1], contexts, status).evaluate()),
        value,
        flags=re.DOTALL,
    )


# TRIGGERS ----------------------------------------------------------------------
def matches(patterns: list[str], name: str) -> bool:
    """Returns whether one of the filter patterns is that of a branch or tag."""
    for pattern in patterns:
        if not re.fullmatch(r"[\w./*-]+", pattern):
            raise Unknown(f"the filter {pattern}")
        regex = re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        if re.fullmatch(regex, name):
            return True
    return False


def is_daily(cron: str) -> bool:
    """Returns whether a schedule is due every day; else it is taken for a weekly one."""
    minute, hour, *rest = cron.split()
    if not (minute.isdigit() and hour.isdigit() and rest[:2] == ["*", "*"]):
        raise Unknown(f"the schedule {cron}")
    if not re.fullmatch(r"\*|[0-7]", rest[2]):
        raise Unknown(f"the schedule {cron}")
    return rest[2] == "*"


def inputs_of(workflow: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what can be chosen by hand."""
    on = workflow["on"]
    by_hand = (on.get("workflow_dispatch") if isinstance(on, dict) else None) or {}
    return by_hand.get("inputs") or {}


def target_input(inputs: Mapping[str, Any]) -> str:
    """Returns the name of the input that chooses a target; empty where there is none."""
    names = [name for name, each in inputs.items() if "prod" in (each.get("options") or [])]
    if len(names) > 1:
        raise Unknown(f"two inputs for a target: {names}")
    return names[0] if names else ""


def started(on: Any, event: Event) -> Iterator[dict[str, Any]]:
    """Yields the context `github` of each run that an event starts."""
    if isinstance(on, str):
        on = [on]
    triggers = dict.fromkeys(on) if isinstance(on, list) else on
    known(triggers, {"pull_request", "push", "workflow_dispatch", "schedule"}, "on")
    name = "workflow_dispatch" if event.kind == "manual" else event.kind
    if name not in triggers:
        return
    settings = triggers[name] or {}
    if name == "schedule":
        for each in settings:
            known(each, {"cron"}, "schedule")
            if is_daily(each["cron"]) == (event.schedule == "nightly"):
                yield events.github(event, each["cron"])
    elif name == "workflow_dispatch":
        known(settings, {"inputs"}, name)
        inputs = settings.get("inputs") or {}
        chosen = {
            key: event.destructive if each.get("type") == "boolean" else each.get("default", "")
            for key, each in inputs.items()
        }
        which = target_input(inputs)
        if which:
            if event.target not in inputs[which]["options"]:
                return
            chosen[which] = event.target
        elif event.target != "dev":
            return
        yield events.github(event, inputs=chosen)
    elif name == "pull_request":
        known(settings, {"branches", "types", "paths"}, name)
        if not matches(settings.get("paths", ["**"]), event.changed):
            return
        if "synchronize" in settings.get("types", REQUEST_TYPES) and matches(
            settings.get("branches", ["**"]), "main"
        ):
            yield events.github(event)
    else:
        known(settings, {"branches", "tags", "paths"}, name)
        # Tags are not asked for paths:
        # https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
        if not event.is_tag and not matches(settings.get("paths", ["**"]), event.changed):
            return
        kind, other = ("tags", "branches") if event.is_tag else ("branches", "tags")
        if matches(settings.get(kind, [] if other in settings else ["**"]), event.name):
            yield events.github(event)


# RUNS --------------------------------------------------------------------------
@dataclass
class Done:
    """What later jobs may ask about one that is over, and the job itself."""

    job: Job
    before: set[str]
    outputs: dict[str, str] = field(default_factory=dict)


DONE: dict[str, Done] = {}  # the same job, in the same circumstances, does the same


def read(text: str) -> dict[str, Any]:
    """Returns a workflow; YAML takes its key `on` for a boolean."""
    workflow = yaml.safe_load(text)
    if True in workflow:
        workflow["on"] = workflow.pop(True)
    known(workflow, WORKFLOW_KEYS, "workflow")
    return workflow


def run(bench: Bench, event: Event, weather: Weather = Weather()) -> list[Job]:  # noqa: B008
    """Returns the jobs that run for an event, in their order, with what they called."""
    jobs: list[Job] = []
    workflows = {
        path: read(content.decode())
        for path, content in bench.tree.items()
        if path.startswith(".github/workflows/")
    }
    # By hand one starts that which deploys.
    deploying = [path for path, each in workflows.items() if target_input(inputs_of(each))]
    for path, workflow in workflows.items():
        if event.kind != "manual" or path in (deploying or [path]):
            for github in started(workflow["on"], event):
                jobs += play(bench, workflow, event, github | {"workflow": path}, weather)
    return jobs


def allowed(tree: Mapping[str, bytes], event: Event) -> set[str]:
    """Returns the jobs that a push or a pull request passes by their own `if`.

    It is taken for one that starts the workflow, and all that a job waits for for a success.
    """
    found = set()
    for path, content in tree.items():
        workflow = read(content.decode()) if path.startswith(".github/workflows/") else {"on": {}}
        if event.kind in workflow["on"]:
            inputs = dict.fromkeys(inputs_of(workflow), "")
            contexts = {"github": events.github(event), "inputs": inputs}
            for name, job in workflow["jobs"].items():
                after = {each: {"result": "success", "outputs": {}} for each in needs(job)}
                if holds(job.get("if"), contexts | {"needs": after}, True):
                    found.add(name)
    return found


def play(
    bench: Bench,
    workflow: dict[str, Any],
    event: Event,
    github: dict[str, Any],
    weather: Weather,
) -> list[Job]:
    """Plays one run of a workflow."""
    done: dict[str, Done] = {}
    shown: list[Job] = []
    contexts: dict[str, Any] = {
        "github": github,
        "inputs": dict.fromkeys(inputs_of(workflow), "") | github["event"].get("inputs", {}),
        "vars": VARIABLES,
        "runner": {"temp": "/tmp", "os": "Linux"},
    }
    waiting = dict(workflow["jobs"])
    while waiting:
        ready = [name for name, job in waiting.items() if not set(needs(job)) & waiting.keys()]
        if not ready:
            raise Unknown(f"jobs wait for each other: {', '.join(waiting)}")
        for name in ready:
            definition = waiting.pop(name)
            known(definition, JOB_KEYS, name)
            before = set(needs(definition)).union(*(done[n].before for n in needs(definition)))
            went_well = all(done[each].job.result == "success" for each in before)
            results = {
                each: {"result": done[each].job.result, "outputs": done[each].outputs}
                for each in needs(definition)
            }
            here = contexts | {"needs": results}
            if not holds(definition.get("if"), here, went_well):
                done[name] = Done(Job(name, result="skipped"), before)
                continue
            copies = [
                once(bench, name, definition, workflow, event, here | {"matrix": matrix}, weather)
                for matrix in matrices(definition)
            ]
            for copy in copies:
                waited = [done[each].job.gate for each in before if done[each].job.gate]
                copy.job.gate = copy.job.gate or (waited[0] if waited else "")
            shown += [copy.job for copy in copies]
            failed = [copy for copy in copies if copy.job.result != "success"]
            last = (failed or copies)[-1]
            done[name] = Done(last.job, before, last.outputs)
    return shown


def needs(job: Mapping[str, Any]) -> list[str]:
    found = job.get("needs", [])
    return [found] if isinstance(found, str) else found


def matrices(job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns the values of `matrix` for each copy of a job."""
    if "strategy" not in job:
        return [{}]
    known(job["strategy"], {"matrix", "fail-fast", "max-parallel"}, "strategy")
    matrix = dict(job["strategy"]["matrix"])
    included = matrix.pop("include", [])
    if matrix and included:
        raise Unknown("a matrix that is both multiplied and included")
    if included:
        return list(included)
    known(matrix, {key for key, value in matrix.items() if isinstance(value, list)}, "matrix")
    return [dict(zip(matrix, each, strict=True)) for each in itertools.product(*matrix.values())]


def once(
    bench: Bench,
    name: str,
    definition: dict[str, Any],
    workflow: dict[str, Any],
    event: Event,
    contexts: dict[str, Any],
    weather: Weather,
) -> Done:
    """Runs one job, or recalls what came of it."""
    top = {key: workflow.get(key) for key in ("permissions", "env", "defaults", "concurrency")}
    key = json.dumps([name, definition, top, contexts, weather.variables(), bench.seen])
    if key not in DONE:
        DONE[key] = perform(bench, name, definition, workflow, event, contexts, weather)
    found = DONE[key]
    return Done(Job(**vars(found.job)), found.before, found.outputs)


def perform(
    bench: Bench,
    name: str,
    definition: dict[str, Any],
    workflow: dict[str, Any],
    event: Event,
    contexts: dict[str, Any],
    weather: Weather,
) -> Done:
    """Runs the steps of a job."""
    everywhere = workflow.get("defaults", {}).get("run", {})
    known(workflow.get("defaults", {}), {"run"}, "defaults")
    known(everywhere, {"working-directory"}, "defaults.run")
    environment = filled(definition.get("environment", ""), contexts)
    deployment = bool(environment)
    if isinstance(environment, dict):
        known(environment, {"name", "url", "deployment"}, "environment")
        deployment = environment.get("deployment", True)
        environment = environment["name"]
    permissions = definition.get("permissions", workflow.get("permissions"))
    if not isinstance(permissions, dict):
        raise Unknown(f"{name}: permissions {permissions}")
    turn, stopped = group(definition, contexts)
    trusted = not event.fork
    job = Job(
        name,
        environment=environment,
        gate=f"environment {environment}" if environment else "",
        deployment=deployment,
        vouched=trusted and permissions.get("id-token") == "write",
        permissions=permissions,
        turn="" if stopped else turn,
        interruptible=stopped or replaced(workflow, contexts),
        minutes=definition.get("timeout-minutes"),
    )
    text = json.dumps(definition)
    job.secrets = tuple(s for s in (*SECRETS, *TOKENS) if trusted and f"secrets.{s}" in text)
    secrets = {each: f"<{each}>" for each in TOKENS} if trusted else dict.fromkeys(TOKENS, "")
    for each in SECRETS:
        secrets[each] = f"<{each} of {environment}>" if trusted and environment else ""
    contexts = contexts | {
        "secrets": secrets | {"GITHUB_TOKEN": contexts["github"]["token"]},
        "steps": {},
        "job": {"status": "success"},
    }
    start = everywhere.get("working-directory", ".")
    variables: dict[str, str] = {}
    for holder in (workflow, definition):
        variables |= {
            key: text_of(each) for key, each in filled(holder.get("env", {}), contexts).items()
        }
    github = contexts["github"]
    folder = bench.workspace()
    files = {each: bench.workspace() / each for each in ("output", "env", "path", "step_summary")}
    defaults = {f"GITHUB_{each.upper()}": str(path) for each, path in files.items()} | {
        f"GITHUB_{each.upper()}": text_of(github[each])
        for each in ("repository", "ref", "ref_name", "sha", "run_id", "event_name", "server_url")
    }
    defaults |= {"GITHUB_ACTIONS": "true", "CI": "true", "RUNNER_TEMP": str(bench.workspace())}
    defaults["GITHUB_WORKSPACE"] = str(folder)
    for step in definition["steps"]:
        known(step, STEP_KEYS, name)
        here = contexts | {"env": variables}
        if not holds(step.get("if"), here, job.result == "success"):
            if "id" in step:
                skipped = {"outputs": {}, "outcome": "skipped", "conclusion": "skipped"}
                contexts["steps"][step["id"]] = skipped
            continue
        good, printed = True, ""
        for each in files.values():
            each.write_text("")
        own = {key: text_of(each) for key, each in filled(step.get("env", {}), here).items()}
        if "run" in step:
            if step.get("shell", "bash") != "bash":
                raise Unknown(f"{name}: shell {step['shell']}")
            good, printed = bench.shell(
                filled(step["run"], here),
                folder / filled(step.get("working-directory", start), here),
                defaults | weather.variables() | variables | own,
                pipefail="shell" in step,
            )
            job.calls += bench.calls()
        else:
            use(bench, job, step, folder, here)
        variables |= assignments(files["env"])
        if "id" in step:
            contexts["steps"][step["id"]] = {
                "outputs": assignments(files["output"]),
                "outcome": "success" if good else "failure",
                "conclusion": "success" if good or step.get("continue-on-error") else "failure",
            }
        job.printed += printed + files["step_summary"].read_text(encoding="utf-8")
        if not good and not step.get("continue-on-error"):
            job.result = "failure"
    job.audience = variables.get("DATABRICKS_TOKEN_AUDIENCE", "")
    outputs = filled(definition.get("outputs", {}), contexts)
    return Done(job, set(), outputs)


def group(holder: Mapping[str, Any], contexts: Mapping[str, Any]) -> tuple[str, bool]:
    """Returns the group of a workflow or job, and whether a newer one in it stops this one."""
    found = filled(holder.get("concurrency", ""), contexts)
    if isinstance(found, str):
        return found, False
    known(found, {"group", "cancel-in-progress"}, "concurrency")
    if not isinstance(found.get("cancel-in-progress", False), bool):
        raise Unknown(f"cancel-in-progress: {found['cancel-in-progress']}")
    return found["group"], found.get("cancel-in-progress", False)


def replaced(workflow: Mapping[str, Any], contexts: Mapping[str, Any]) -> bool:
    """Returns whether the next run for the same branch, tag or pull request stops this one."""
    own, stopped = group(workflow, contexts)
    after = contexts["github"] | {"run_id": "4712", "run_number": "13", "sha": "89abcdef" * 5}
    return stopped and own == group(workflow, contexts | {"github": after})[0]


def use(
    bench: Bench, job: Job, step: dict[str, Any], folder: Path, contexts: dict[str, Any]
) -> None:
    """Does what an action does for the repo; the others are only written down."""
    action = step["uses"]
    settings = {key: text_of(each) for key, each in filled(step.get("with", {}), contexts).items()}
    if action.startswith("actions/checkout@"):
        ref = settings.get("ref") or contexts["github"]["ref"]
        full = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
        bench.checkout(folder, full, depth=int(settings.get("fetch-depth", 1)))
    elif action.startswith("./"):
        raise Unknown(f"{job.name}: {action}")
    words = ("uses", action.partition("@")[0], *(f"{k}={v}" for k, v in settings.items()))
    job.calls.append(Call(words, str(folder), {}))


def assignments(path: Path) -> dict[str, str]:
    """Returns what a step has written to $GITHUB_OUTPUT or $GITHUB_ENV."""
    found: dict[str, str] = {}
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    for line in lines:
        name, equals, value = line.partition("=")
        if equals and "<<" not in name:
            found[name] = value
        else:
            name, _, end = line.partition("<<")
            found[name] = "\n".join(itertools.takewhile(lambda each, end=end: each != end, lines))
    return found
