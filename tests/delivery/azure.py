"""Plays Azure Pipelines: what runs for an event, in which order, as whom.

It knows the part of the syntax that the template uses, and refuses the rest:
https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/ and
https://learn.microsoft.com/azure/devops/pipelines/process/expressions.
Approvals, branch control and the lock are settings of an environment, so here a job waits for them
where it names one. A pull request is started by a policy of its branch: `pr` does not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import events
import yaml
from events import EVENTS, Event
from github import is_daily, known, matches, tokens
from recorder import Bench, Call, Job, Unknown, Weather

# Secret variables of a variable group, and of the pipeline itself.
SECRETS = ("DATABRICKS_CLIENT_SECRET",)
PIPELINE_KEYS = {
    *("name", "trigger", "pr", "schedules", "parameters", "variables", "pool", "lockBehavior"),
    *("stages", "appendCommitMessageToRunName"),
}
STAGE_KEYS = {
    *("stage", "displayName", "dependsOn", "condition", "variables", "pool", "jobs"),
    *("lockBehavior", "isSkippable"),
}
JOB_KEYS = {
    *("job", "deployment", "displayName", "dependsOn", "condition", "variables", "pool"),
    *("timeoutInMinutes", "cancelTimeoutInMinutes", "environment", "strategy", "steps"),
    "workspace",
}
STEP_KEYS = {
    *("checkout", "script", "bash", "task", "publish", "download", "displayName", "name"),
    *("condition", "env", "inputs", "workingDirectory", "continueOnError", "enabled"),
    *("fetchDepth", "fetchTags", "persistCredentials", "clean", "artifact", "timeoutInMinutes"),
    "failOnStderr",
}
DEFAULT_MINUTES = 60  # https://learn.microsoft.com/azure/devops/pipelines/process/phases#timeouts
PREDEFINED = {name.lower() for name in events.azure(next(iter(EVENTS.values())))}

# CONDITIONS --------------------------------------------------------------------
TOKEN = re.compile(
    r"\s*(?:(?P<op>[(),.\[\]])|'(?P<string>(?:[^']|'')*)'|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*))"
)
SUCCEEDED, FAILED, SKIPPED = "Succeeded", "Failed", "Skipped"


class Condition:
    """Evaluates a condition.

    Args:
        text: the expression.
        variables: values by name.
        before: the results of all that this depends on, directly or not.
        direct: the results of what it names in `dependsOn`.
    """

    def __init__(
        self,
        text: str,
        variables: Mapping[str, str],
        before: Mapping[str, str],
        direct: Mapping[str, str] | None = None,
    ):
        self.text = text
        self.variables = {name.lower(): value for name, value in variables.items()}
        self.before = before
        self.direct = before if direct is None else direct
        self.left = tokens(text, TOKEN)

    def evaluate(self) -> bool:
        value = self.value()
        if self.left:
            raise Unknown(f"{self.left[0][1]!r} in {self.text!r}")
        return truth(value)

    def take(self, operator: str) -> bool:
        there = bool(self.left) and self.left[0] == ("op", operator)
        if there:
            self.left.pop(0)
        return there

    def expect(self, operator: str) -> None:
        if not self.take(operator):
            raise Unknown(f"no {operator!r} where it belongs in {self.text!r}")

    def value(self) -> Any:
        kind, text = self.next()
        if kind == "string":
            return text.replace("''", "'")
        if kind == "number":
            return float(text)
        if kind != "name":
            raise Unknown(f"{text!r} in {self.text!r}")
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        if self.take("("):
            arguments = []
            while not self.take(")"):
                if arguments:
                    self.expect(",")
                arguments.append(self.value())
            return self.call(text, arguments)
        if text == "variables":
            return self.variable()
        if text == "dependencies":
            return self.dependency()
        raise Unknown(f"{text} in {self.text!r}")

    def next(self) -> tuple[str, str]:
        if not self.left:
            raise Unknown(f"an end too early in {self.text!r}")
        return self.left.pop(0)

    def name(self) -> str:
        """Returns what follows a context: `['name']` or `.name`."""
        if self.take("["):
            kind, text = self.next()
            self.expect("]")
        else:
            self.expect(".")
            kind, text = self.next()
        if kind not in ("string", "name"):
            raise Unknown(f"{text!r} in {self.text!r}")
        return text

    def variable(self) -> str:
        name = self.name()
        if name.lower() not in self.variables:
            raise Unknown(f"the variable {name} in {self.text!r}")
        return self.variables[name.lower()]

    def dependency(self) -> str:
        stage, what = self.name(), self.name()
        if what != "result" or stage not in self.direct:
            raise Unknown(f"dependencies.{stage}.{what} in {self.text!r}")
        return self.direct[stage]

    def call(self, name: str, arguments: list[Any]) -> Any:
        if name in STATUS:
            if unknown := set(arguments) - self.before.keys():
                raise Unknown(f"{name}({', '.join(unknown)}) in {self.text!r}")
            results = [self.before[each] for each in arguments] or list(self.before.values())
            return STATUS[name](results)
        if name not in FUNCTIONS:
            raise Unknown(f"{name}() in {self.text!r}")
        least, most, function = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            raise Unknown(f"{name}() of {len(arguments)} in {self.text!r}")
        return function(*arguments)


def truth(value: Any) -> bool:
    return value not in (False, "", 0)


def same(left: Any, right: Any) -> bool:
    """Compares as Azure does: texts without their case, and the right side as the left one is."""
    if isinstance(left, bool):
        return left == truth(right)
    if isinstance(left, float):
        return str(right).replace(".", "", 1).isdigit() and left == float(right)
    other = str(right) if isinstance(right, bool) else right
    return str(left).casefold() == str(other).casefold()


STATUS: dict[str, Callable[[list[str]], bool]] = {
    "always": lambda results: True,
    "succeeded": lambda results: all(each == SUCCEEDED for each in results),
    "failed": lambda results: FAILED in results,
    "canceled": lambda results: False,
    "succeededOrFailed": lambda results: all(each in (SUCCEEDED, FAILED) for each in results),
}
MANY = 99
FUNCTIONS: dict[str, tuple[int, int, Callable[..., bool]]] = {
    "and": (2, MANY, lambda *each: all(map(truth, each))),
    "or": (2, MANY, lambda *each: any(map(truth, each))),
    "not": (1, 1, lambda each: not truth(each)),
    "eq": (2, 2, same),
    "ne": (2, 2, lambda left, right: not same(left, right)),
    "in": (2, MANY, lambda left, *others: any(same(left, each) for each in others)),
    "notIn": (2, MANY, lambda left, *others: not any(same(left, each) for each in others)),
    "startsWith": (2, 2, lambda a, b: str(a).casefold().startswith(str(b).casefold())),
    "contains": (2, 2, lambda a, b: str(b).casefold() in str(a).casefold()),
}


# TRIGGERS ----------------------------------------------------------------------
def started(pipeline: Mapping[str, Any], event: Event) -> Iterator[dict[str, str]]:
    """Yields the predefined variables of each run that an event starts."""
    if event.kind == "pull_request" or event.kind == "manual":
        yield events.azure(event)
    elif event.kind == "schedule":
        for each in pipeline.get("schedules", []):
            known(each, {"cron", "displayName", "branches", "always"}, "schedules")
            if included(each["branches"], event.name) and is_daily(each["cron"]) == (
                event.schedule == "nightly"
            ):
                if str(each.get("always")).lower() != "true":
                    raise Unknown("a schedule that asks for new commits")
                yield events.azure(event, each["displayName"])
    elif takes(pipeline.get("trigger", {"branches": {"include": ["*"]}}), event):
        yield events.azure(event)


def takes(trigger: Any, event: Event) -> bool:
    """Returns whether a push is one of those that `trigger` names."""
    if trigger == "none":
        return False
    if isinstance(trigger, list):
        trigger = {"branches": {"include": trigger}}
    known(trigger, {"branches", "tags", "paths", "batch"}, "trigger")
    if event.is_tag:
        return "tags" in trigger and included(trigger["tags"], event.name)
    # With tags alone, no branch is meant.
    # A path is that of a file or of a folder with all that is below it.
    folders = trigger.get("paths", {}).get("include", [""])
    changed = any(f"{event.changed}/".startswith(each and f"{each}/") for each in folders)
    return changed and "branches" in trigger and included(trigger["branches"], event.name)


def included(filters: Any, name: str) -> bool:
    known(filters, {"include", "exclude"}, "a filter")
    return matches(filters.get("include", ["*"]), name) and not matches(
        filters.get("exclude", []), name
    )


def chosen(pipeline: Mapping[str, Any], event: Event) -> dict[str, str] | None:
    """Returns the parameters of a run; None where the target is none of those to choose from."""
    found: dict[str, str] = {}
    targets = 0
    for each in pipeline.get("parameters", []):
        known(each, {"name", "displayName", "type", "default", "values"}, "parameters")
        found[each["name"]] = str(each["default"])
        if each["type"] == "boolean":
            found[each["name"]] = str(event.destructive)
        if "prod" in each.get("values", []):
            targets += 1
            if event.kind == "manual":
                if event.target not in each["values"]:
                    return None
                found[each["name"]] = event.target
    if targets > 1:
        raise Unknown("two parameters for a target")
    return None if event.kind == "manual" and not targets and event.target != "dev" else found


# RUNS --------------------------------------------------------------------------
def run(bench: Bench, event: Event, weather: Weather = Weather()) -> list[Job]:  # noqa: B008
    """Returns the jobs that run for an event, in their order, with what they called."""
    jobs: list[Job] = []
    for path, content in bench.tree.items():
        if not re.fullmatch(r"(.*/)?azure-pipelines[\w-]*\.yml", path):
            continue
        parameters = chosen(yaml.safe_load(content), event)
        if parameters is None:
            continue
        pipeline = yaml.safe_load(compiled(content.decode(), parameters))
        known(pipeline, PIPELINE_KEYS, path)
        for predefined in started(pipeline, event):
            jobs += play(bench, pipeline, event, predefined, weather)
    return jobs


def compiled(text: str, parameters: Mapping[str, str]) -> str:
    """Returns the text of a pipeline with its parameters filled in."""

    def one(match: re.Match[str]) -> str:
        name = re.fullmatch(r"\s*parameters\.(\w+)\s*", match[1])
        if not name or name[1] not in parameters:
            raise Unknown(match[0])
        return parameters[name[1]]

    return re.sub(r"\$\{\{(.*?)\}\}", one, text)


def in_order(parts: list[Any], key: Callable[[Any], str], chain: bool) -> Iterator[Any]:
    """Yields stages or jobs with what each depends on, so that this comes before it.

    Args:
        key: returns the name of one.
        chain: whether each depends on the one before, where it does not say.
    """
    waiting: dict[str, tuple[Any, list[str]]] = {}
    last: list[str] = []
    for part in parts:
        depends = part.get("dependsOn", last if chain else [])
        waiting[key(part)] = (part, [depends] if isinstance(depends, str) else depends)
        last = [key(part)]
    while waiting:
        ready = [name for name, (_, needs) in waiting.items() if not set(needs) & waiting.keys()]
        if not ready:
            raise Unknown(f"in a circle: {', '.join(waiting)}")
        for name in ready:
            yield waiting.pop(name)


def settings(
    holders: list[Mapping[str, Any]], trusted: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """Returns the variables that are declared, and the secret ones of their groups."""
    plain: dict[str, str] = {}
    secret: dict[str, str] = {}
    for holder in holders:
        declared = holder.get("variables", {})
        if isinstance(declared, dict):
            declared = [{"name": name, "value": value} for name, value in declared.items()]
        for each in declared:
            known(each, {"name", "value", "group", "readonly"}, "variables")
            if "group" in each:
                if trusted:  # a fork is given no secret
                    secret |= {name: f"<{name} of {each['group']}>" for name in SECRETS}
            else:
                plain[each["name"]] = str(each["value"])
    return plain, secret


def play(
    bench: Bench,
    pipeline: dict[str, Any],
    event: Event,
    predefined: dict[str, str],
    weather: Weather,
) -> list[Job]:
    """Plays one run of a pipeline."""
    shown: list[Job] = []
    results: dict[str, str] = {}
    ancestors: dict[str, set[str]] = {}
    gates: dict[str, str] = {}
    for stage, needs in in_order(pipeline["stages"], lambda each: each["stage"], chain=True):
        known(stage, STAGE_KEYS, "stage")
        name = stage["stage"]
        ancestors[name] = set(needs).union(*(ancestors[each] for each in needs))
        before = {each: results[each] for each in ancestors[name]}
        direct = {each: results[each] for each in needs}
        declared, _ = settings([pipeline, stage], not event.fork)
        condition = stage.get("condition", "succeeded()")
        if not Condition(condition, predefined | declared, before, direct).evaluate():
            results[name] = SKIPPED
            continue
        waited = [gates[each] for each in ancestors[name] if gates.get(each)]
        ran: dict[str, Job] = {}
        outcome: dict[str, str] = {}
        for job, job_needs in in_order(
            stage["jobs"], lambda each: each.get("job") or each["deployment"], chain=False
        ):
            known(job, JOB_KEYS, name)
            own = job.get("job") or job["deployment"]
            declared, secret = settings([pipeline, stage, job], not event.fork)
            earlier = {each: outcome[each] for each in job_needs}
            condition = job.get("condition", "succeeded()")
            if not Condition(condition, predefined | declared, earlier).evaluate():
                outcome[own] = SKIPPED
                continue
            done = once(bench, own, job, event, predefined, (declared, secret), weather)
            held = [ran[each].gate for each in job_needs if each in ran and ran[each].gate]
            done.gate = done.gate or next(iter(held + waited), "")
            locked = "sequential" in (pipeline.get("lockBehavior"), stage.get("lockBehavior"))
            if locked and done.environment:
                done.turn = done.environment
            ran[own] = done
            outcome[own] = SUCCEEDED if done.result == "success" else FAILED
            shown.append(done)
        gates[name] = next((job.gate for job in ran.values() if job.gate), "")
        states = set(outcome.values())
        results[name] = FAILED if FAILED in states else SUCCEEDED
        if states == {SKIPPED}:
            results[name] = SKIPPED
    return shown


DONE: dict[str, Job] = {}  # the same job, in the same circumstances, does the same


def once(
    bench: Bench,
    name: str,
    definition: dict[str, Any],
    event: Event,
    predefined: dict[str, str],
    declared: tuple[dict[str, str], dict[str, str]],
    weather: Weather,
) -> Job:
    """Runs one job, or recalls what came of it."""
    key = json.dumps([name, definition, predefined, declared, weather.variables(), bench.seen])
    if key not in DONE:
        DONE[key] = perform(bench, name, definition, event, predefined, declared, weather)
    return replace(DONE[key])


def steps_of(definition: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the steps of a job or of a deployment."""
    if "deployment" not in definition:
        return definition["steps"]
    strategy = definition["strategy"]
    known(strategy, {"runOnce"}, "strategy")
    known(strategy["runOnce"], {"deploy"}, "runOnce")
    return strategy["runOnce"]["deploy"]["steps"]


def perform(
    bench: Bench,
    name: str,
    definition: dict[str, Any],
    event: Event,
    predefined: dict[str, str],
    declared: tuple[dict[str, str], dict[str, str]],
    weather: Weather,
) -> Job:
    """Runs the steps of a job."""
    plain, secret = declared
    environment = definition.get("environment", "") if "deployment" in definition else ""
    if isinstance(environment, dict):
        known(environment, {"name"}, "environment")
        environment = environment["name"]
    minutes = float(definition.get("timeoutInMinutes", DEFAULT_MINUTES))
    gate = f"environment {environment}" if environment else ""
    job = Job(
        name,
        environment=environment,
        gate=gate,
        deployment="deployment" in definition,
        minutes=minutes,
    )
    folder = bench.workspace()
    elsewhere = bench.workspace()
    folders = {
        "Build.SourcesDirectory": folder,
        "System.DefaultWorkingDirectory": folder,
        "Pipeline.Workspace": folder,
        "Agent.TempDirectory": elsewhere,
        "Build.ArtifactStagingDirectory": elsewhere,
    }
    values = predefined | {key: str(value) for key, value in folders.items()}
    values |= {key: filled(value, values) for key, value in plain.items()}
    steps = steps_of(definition)
    # A job fetches the repo by itself, a deployment does not.
    if "deployment" not in definition and not any("checkout" in step for step in steps):
        bench.checkout(folder, event.ref, depth=1)
    for step in steps:
        known(step, STEP_KEYS, name)
        status = {"steps": SUCCEEDED if job.result == "success" else FAILED}
        condition = step.get("condition", "succeeded()")
        if not Condition(condition, values, status).evaluate():
            continue
        good, printed = perform_step(bench, job, step, event, values, secret, weather)
        job.printed += printed
        for match in re.finditer(r"##vso\[task\.setvariable variable=([\w.]+)\](.*)", printed):
            values[match[1]] = match[2]
        if re.search(r"##vso\[task\.complete result=Failed;?\]", printed):
            good = False
        if not good and str(step.get("continueOnError", "false")).lower() != "true":
            job.result = "failure"
    return job


def perform_step(
    bench: Bench,
    job: Job,
    step: dict[str, Any],
    event: Event,
    values: dict[str, str],
    secret: dict[str, str],
    weather: Weather,
) -> tuple[bool, str]:
    """Runs one step; returns whether it succeeded and what it printed."""
    folder = bench.folder / values["Build.SourcesDirectory"]
    if "checkout" in step:
        if step["checkout"] == "self":
            # Without `fetchTags` a pipeline has a setting for them, which is off in a new one.
            tags = str(step.get("fetchTags")).lower() == "true"
            ref = f"refs/heads/{event.name}" if event.is_branch else event.ref
            bench.checkout(folder, ref, depth=int(step.get("fetchDepth", 1)), tags=tags)
            bench.git(folder, "checkout", "--quiet", "--detach")  # a commit, of whatever it is
        elif step["checkout"] != "none":
            raise Unknown(f"{job.name}: checkout {step['checkout']}")
        words = ("uses", "checkout", *(f"{k}={v}" for k, v in step.items() if k != "checkout"))
        job.calls.append(Call(words, str(folder), {}))
        return True, ""
    inputs = step.get("inputs", {})
    script = step.get("script") or step.get("bash")
    connection = ""
    if step.get("task") == "AzureCLI@2":  # signs in by a service connection, then runs a script
        if (inputs["scriptType"], inputs["scriptLocation"]) != ("bash", "inlineScript"):
            raise Unknown(f"{job.name}: AzureCLI@2 of another script")
        script, connection = inputs["inlineScript"], inputs["azureSubscription"]
        job.vouched = True
    if script is None:
        what = step.get("task") or ("publish" if "publish" in step else "download")
        words = (*("uses", what), *(f"{k}={filled(str(v), values)}" for k, v in inputs.items()))
        job.calls.append(Call(words, str(folder), {}))
        return True, ""
    known_secrets = values | secret
    environment = {
        name.upper().replace(".", "_"): value
        for name, value in values.items()
        if name != "System.AccessToken"  # a secret: only where a step maps it
    }
    mapped = {key: filled(str(value), known_secrets) for key, value in step.get("env", {}).items()}
    text = json.dumps(step)
    job.secrets = tuple(
        sorted({*job.secrets, *(s for s in SECRETS if s in secret and f"$({s})" in text)})
    )
    if mapped.get("DATABRICKS_AUTH_TYPE", values.get("DATABRICKS_AUTH_TYPE")) in FEDERATED:
        job.vouched = job.vouched or "SYSTEM_ACCESSTOKEN" in mapped
        job.audience = AUDIENCE
    if connection:
        mapped["AZURE_CONNECTION"] = connection
    good, printed = bench.shell(
        filled(script, known_secrets),
        folder / filled(step.get("workingDirectory", "."), values),
        environment | weather.variables() | mapped,
        pipefail=False,
    )
    job.calls += bench.calls()
    return good, printed


FEDERATED = ("azure-devops-oidc",)
AUDIENCE = "api://AzureADTokenExchange"  # of every token of Azure DevOps


def filled(text: str, values: Mapping[str, str]) -> str:
    """Returns a text with its macros `$(name)` replaced; others are the shell's."""
    lower = {name.lower(): value for name, value in values.items()}

    def one(match: re.Match[str]) -> str:
        name = match[1].lower()
        if name in lower:
            return lower[name]
        # Of a name with a dot, or of a secret that is not there, the agent leaves the macro.
        if re.match(r"(build|system|agent|pipeline)\.", name) and name not in PREDEFINED:
            raise Unknown(match[0])
        return match[0]

    return re.sub(r"\$\(([A-Za-z_][\w.]*)\)", one, text)
