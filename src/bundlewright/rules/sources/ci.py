"""CI files that validate and deploy the bundle: GitHub Actions, GitLab, Azure DevOps, Bitbucket.

Sources: https://docs.databricks.com/aws/en/dev-tools/ci-cd/ and
https://docs.databricks.com/aws/en/dev-tools/cli/bundle-commands
"""

import re

from bundlewright.bundle.access import is_true, known, maps_of
from bundlewright.bundle.document import Map, Seq
from bundlewright.finding import ERROR, WARNING
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, did_you_mean, nearest, rule
from bundlewright.rules.sources.workflows import AZURE, GITHUB, GITLAB, files_of, is_for, steps_of

# `debug`, `exec` and `launch` are not in the help of the CLI; `test` is about to come.
_COMMANDS = (
    *("deploy", "deployment", "destroy", "generate", "init", "open", "plan", "run", "schema"),
    *("summary", "sync", "validate", "config-remote-sync", "debug", "exec", "help", "launch"),
    "test",
)
_MEANT = {
    "apply": "deploy",
    "check": "validate",
    "delete": "destroy",
    "diff": "plan",
    "lint": "validate",
    "remove": "destroy",
    "up": "deploy",
    "verify": "validate",
}
_WITH_KNOWN_OPTIONS = ("deploy", "destroy", "plan", "summary", "validate")
_OPTIONS = (
    *("--auto-approve", "--cluster-id", "--compute-id", "--debug", "--environment"),
    *("--fail-on-active-runs", "--force", "--force-lock", "--force-pull", "--full", "--help"),
    *("--include-locations", "--log-file", "--log-format", "--log-level", "--output", "--plan"),
    *("--profile", "--progress-format", "--readplan", "--select", "--show-full-config", "--strict"),
    *("--target", "--var", "--verbose"),
)
_MEANT_OPTIONS = {
    "--approve": "--auto-approve",
    "--assume-yes": "--auto-approve",
    "--env": "--target",
    "--no-input": "--auto-approve",
    "--yes": "--auto-approve",
}
_SWITCHES = (  # of `run`: options without a value
    *("--debug", "--full-refresh-all", "--no-wait", "--refresh-all", "--restart"),
    "--validate-only",
)
_OF_A_TARGET = (
    "deploy",
    "deployment",
    "destroy",
    "open",
    "plan",
    "run",
    "summary",
    "sync",
    "validate",
)


def _calls(bundle):
    """The calls of `databricks bundle` in CI files, as (`Site`, `Word` behind `bundle`) pairs."""
    for step in steps_of(bundle):
        for site in step.calls:
            words = site.call.words[:2]
            # What the shell puts together cannot be judged.
            if len(words) == 2 and words[0].text == "bundle" and words[1].is_literal:
                yield site, words[1]


def _calls_for(bundle):
    """Those of `_calls` that are for a target of this bundle."""
    if not all(isinstance(document.data, Map) for document in bundle.documents):
        return  # what a broken file would have brought is missing
    for site, command in _calls(bundle):
        if command.text in _OF_A_TARGET and is_for(bundle, site.folder):
            yield site, command


@rule("BW821", ERROR, on="bundle")
def legacy_cli(bundle):
    """CI installs the legacy CLI, which knows no bundles.

    The package `databricks-cli` on PyPI is the CLI that came before; it has no `bundle` command and
    is not maintained. It is a warning where the file does without `databricks bundle`, or also
    installs today's CLI.

    Fails:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: push
        jobs:
          validate:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - run: pip install databricks-cli
              - run: databricks bundle validate
    Passes:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: push
        jobs:
          validate:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - uses: databricks/setup-cli@main
              - run: databricks bundle validate
    """
    for step in steps_of(bundle):
        text = step.workflow.text
        fails = re.search(r"databricks\s+bundle\s", text) and "setup-cli" not in text
        for words, snippet in step.commands:
            package = _legacy_package(words)
            if package:
                yield Problem(
                    "databricks-cli is the legacy CLI, which has no bundle command",
                    hint="install today's with databricks/setup-cli or its install script",
                    place=snippet.place(package.at),
                    severity=ERROR if fails else WARNING,
                )


def _legacy_package(words):
    """The word of an installing command that names the legacy CLI, or None."""
    texts = [word.text for word in words]
    if not {"install", "add"} & set(texts[:5]):
        return None
    for word in words:
        if re.match(r"databricks-cli($|[=<>~!\[])", word.text):
            return word
    return None


@rule("BW822", ERROR, on="bundle")
def unknown_bundle_command(bundle):
    """CI calls `databricks bundle` with a command or an option that does not exist.

    Fails:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: push
        jobs:
          validate:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle validat
    Passes:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: push
        jobs:
          validate:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle validate
    """
    for step in steps_of(bundle):
        for site in step.calls:
            group = site.call.words[0] if site.call.words else None
            if group and group.text != "bundle" and nearest(group.text, ("bundle",), 0.75):
                message = f"there is no command 'databricks {group.text}'"
                place = site.snippet.place(group.at)
                yield Problem(message, hint="did you mean 'bundle'?", place=place)
    for site, command in _calls(bundle):
        if command.text not in _COMMANDS:
            meant = _MEANT.get(command.text)
            hint = f"did you mean {meant!r}?" if meant else did_you_mean(command.text, _COMMANDS)
            hint = hint or "'databricks bundle --help' tells which there are"
            message = f"there is no command 'databricks bundle {command.text}'"
            yield Problem(message, hint=hint, place=site.snippet.place(command.at))
        for flag in site.call.flags if command.text in _WITH_KNOWN_OPTIONS else ():
            if flag.text in _OPTIONS or not flag.text.startswith("--") or not flag.is_literal:
                continue
            meant = _MEANT_OPTIONS.get(flag.text)
            hint = f"did you mean {meant!r}?" if meant else did_you_mean(flag.text, _OPTIONS, 0.8)
            message = f"'databricks bundle {command.text}' has no option {flag.text!r}"
            place = site.snippet.place(flag.at)
            yield Problem(message, hint=hint, place=place, severity=ERROR if hint else WARNING)


@rule("BW823", ERROR, on="bundle")
def unknown_target_in_ci(bundle):
    """CI names a target that the bundle does not have.

    Fails:
        bundle:
          name: shop
        targets:
          dev:
            default: true
        @ .github/workflows/ci.yml
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle deploy -t develop
    Passes:
        bundle:
          name: shop
        targets:
          dev:
            default: true
        @ .github/workflows/ci.yml
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle deploy -t dev
    """
    for site, _ in _calls_for(bundle):
        name, place = _named_target(site)
        if name and name not in bundle.targets:
            hint = did_you_mean(name, bundle.targets)
            hint = hint or f"it has {', '.join(bundle.targets)}"
            yield Problem(f"the bundle has no target {name!r}", hint=hint, place=place)


_HINTS = {
    GITHUB: "set DATABRICKS_AUTH_TYPE: github-oidc and permissions: id-token: write",
    GITLAB: "use id_tokens and DATABRICKS_AUTH_TYPE: env-oidc",
    AZURE: "use a service connection with workload identity federation",
}


@rule("BW824", WARNING, on="bundle")
def token_in_ci(bundle):
    """CI authenticates with a stored token.

    A token in `DATABRICKS_TOKEN` is a long-lived secret, and mostly acts as a person. With workload
    identity federation CI proves by itself who it is, and nothing secret is stored.

    Fails:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-latest
            env:
              DATABRICKS_TOKEN: ${{ secrets.DATABRICKS_TOKEN }}
            steps:
              - run: databricks bundle validate
    Passes:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: push
        permissions:
          id-token: write
        jobs:
          deploy:
            runs-on: ubuntu-latest
            env:
              DATABRICKS_AUTH_TYPE: github-oidc
              DATABRICKS_CLIENT_ID: ${{ vars.CLIENT_ID }}
            steps:
              - run: databricks bundle validate
    """
    for step in steps_of(bundle):
        if re.search(r"get-access-token|oidc/v1/token|oauth2/v2\.0/token", step.workflow.text):
            continue  # its token is one that is made for the run
        found = [step.environment[name] for name in step.environment if name == _TOKEN]
        for words, snippet in step.commands:
            for word in words:
                name, _, value = word.text.partition("=")
                if name == _TOKEN:
                    found.append((value, snippet.place(word.at)))
        system = step.workflow.system
        for value, place in found:
            if _is_stored(value, system):
                hint = _HINTS.get(system, "use OAuth of a service principal")
                yield Problem("CI authenticates with a stored token", hint=hint, place=place)


_TOKEN = "DATABRICKS_TOKEN"


def _is_stored(value, system):
    """Whether a variable's value is a secret that CI keeps; one in clear is for another rule."""
    if not isinstance(value, str):
        return False
    if system == GITHUB:
        return "secrets." in value
    return bool(re.fullmatch(r"\$[({]?[A-Za-z_][\w.-]*[)}]?", value))


@rule("BW825", ERROR, on="bundle")
def production_from_pull_request(bundle):
    """CI deploys to production from a pull request.

    What runs in production is then what somebody proposes, before anybody has agreed. It is a
    warning where the job has an environment, which may ask for approval.

    Fails:
        bundle:
          name: shop
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/shop
        @ .github/workflows/ci.yml
        on:
          pull_request:
          push:
            branches:
              - main
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle deploy -t prod
    Passes:
        bundle:
          name: shop
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/shop
        @ .github/workflows/ci.yml
        on:
          pull_request:
          push:
            branches:
              - main
        jobs:
          deploy:
            if: github.event_name == 'push'
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle deploy -t prod
    """
    for site, command in _calls_for(bundle):
        if command.text not in ("deploy", "destroy") or not _runs_for_requests(site.step):
            continue
        target = _target_of(bundle, site)
        if target and _is_production(bundle, target):
            around = site.step.around
            approved = any({"environment", "deployment"} & set(holder) for holder in around)
            message = f"a pull request runs {command.text!r} for target {target!r}"
            hint = "let only pushes to the main branch do that"
            place = site.snippet.place(site.call.at)
            severity = WARNING if approved else ERROR
            yield Problem(message, hint=hint, place=place, severity=severity)


def _is_production(bundle, name):
    target = bundle.declared_targets().get(name)
    mode = target.get("mode") if isinstance(target, Map) else None
    return mode == "production" or (mode is None and name in ("prd", "prod", "production"))


_ALWAYS = r"(\$\{\{)?\s*(always|success|succeeded)\(\)\s*(\}\})?"


def _runs_for_requests(step):
    """Whether it is certain that a step runs for pull requests."""
    workflow = step.workflow
    conditions = [
        holder[field] for holder in step.around for field in ("if", "condition") if field in holder
    ]
    if not all(re.fullmatch(_ALWAYS, str(condition).strip()) for condition in conditions):
        return False
    if any(re.search(r"\b(if|case)\b", snippet.text) for _, snippet in step.commands):
        return False
    if workflow.system == GITHUB:
        return _is_for_pull_requests(workflow.data.get("on")) and not _waits(workflow, step)
    if workflow.system == GITLAB:
        return _is_for_merge_requests(step.around[-1])
    if workflow.system == AZURE:
        is_template = any(str(part).startswith("${{") for part in step.path)
        return workflow.data.get("pr", "none") != "none" and not is_template
    return "pull-requests" in step.path


_USUAL_TYPES = {"edited", "opened", "ready_for_review", "reopened", "synchronize"}


def _is_for_pull_requests(events):
    """Whether a GitHub workflow with these events runs for open pull requests."""
    for event in ("pull_request", "pull_request_target"):
        if events == event or (isinstance(events, Seq) and event in events):
            return True
        if isinstance(events, Map) and event in events:
            options = events[event]
            types = options.get("types") if isinstance(options, Map) else None
            return not isinstance(types, Seq) or set(map(str, types)) <= _USUAL_TYPES
    return False


def _waits(workflow, step):
    """Whether a GitHub job waits for one that runs on a condition; it is skipped like that one."""
    jobs = dict(maps_of(workflow.data.get("jobs")))
    needs = step.around[2].get("needs") if len(step.around) > 2 else None
    needed = needs if isinstance(needs, Seq) else [needs]
    return any("if" in jobs[name] for name in needed if isinstance(name, str) and name in jobs)


def _is_for_merge_requests(job):
    only, rules = job.get("only"), job.get("rules")
    if job.get("when") == "manual":
        return False
    if isinstance(only, (Map, Seq)):
        refs = only.get("refs") if isinstance(only, Map) else only
        return isinstance(refs, Seq) and "merge_requests" in refs and "variables" not in only
    for one in rules if isinstance(rules, Seq) else ():
        if isinstance(one, Map) and isinstance(one.get("if"), str):
            condition = one["if"].strip().replace("'", '"')
            if condition == '$CI_PIPELINE_SOURCE == "merge_request_event"':
                return one.get("when", "on_success") in ("on_success", "always")
    return False


@rule("BW826", ERROR, on="bundle")
def no_target_in_ci(bundle):
    """CI calls the CLI without a target, and the bundle has no default one.

    The CLI then asks for one and fails, unless the bundle has just one target.

    Fails:
        bundle:
          name: shop
        targets:
          dev:
            mode: development
          test:
            mode: development
        @ .github/workflows/ci.yml
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle deploy
    Passes:
        bundle:
          name: shop
        targets:
          dev:
            mode: development
          test:
            mode: development
        @ .github/workflows/ci.yml
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle deploy -t dev
    """
    for site, command in _calls_for(bundle):
        if _target_of(bundle, site) == "":
            message = f"'databricks bundle {command.text}' names no target, and there is no default"
            hint = f"add -t with one of {', '.join(bundle.targets)}"
            yield Problem(message, hint=hint, place=site.snippet.place(site.call.at))


def _target_of(bundle, site):
    """The target that a call is for; "" where it has none, None where it cannot be told."""
    name, _ = _named_target(site)
    if name != "":
        return name
    targets = maps_of(bundle.declared_targets())
    if len(bundle.targets) == 1:
        return bundle.targets[0]
    defaults = [(name, target["default"]) for name, target in targets if "default" in target]
    if not all(known(value) for _, value in defaults):
        return None
    return next((name for name, value in defaults if is_true(value)), "")


_TARGET_VARIABLE = "DATABRICKS_BUNDLE_TARGET"
_OLD_TARGET_VARIABLE = "DATABRICKS_BUNDLE_ENV"


def _named_target(site):
    """The target that a call names, by an option or its environment, and the place of the name.

    The name is "" where the call names none, and None where it cannot be told.
    """
    for word in site.call.options.get("--target", ())[:1]:
        return (word.text if word.is_literal else None), site.snippet.place(word.at)
    workflow, variables = site.step.workflow, site.step.environment
    given = variables.get(_TARGET_VARIABLE) or variables.get(_OLD_TARGET_VARIABLE)
    if given is None:
        is_elsewhere = _TARGET_VARIABLE in workflow.text or _OLD_TARGET_VARIABLE in workflow.text
        return (None if is_elsewhere else ""), None
    value, place = given
    snippets = [snippet for step in workflow.steps for _, snippet in step.commands]
    may_change = any("DATABRICKS_BUNDLE_" in snippet.text for snippet in snippets)
    is_plain = isinstance(value, str) and value and "$" not in value and not may_change
    return (value if is_plain else None), place


@rule("BW827", ERROR, on="bundle")
def undefined_variable_in_ci(bundle):
    """CI gives a value to a variable that the bundle does not define.

    Fails:
        bundle:
          name: shop
        variables:
          catalog:
            default: dev
        @ .github/workflows/ci.yml
        on: push
        jobs:
          validate:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle validate --var="catalogue=main"
    Passes:
        bundle:
          name: shop
        variables:
          catalog:
            default: dev
        @ .github/workflows/ci.yml
        on: push
        jobs:
          validate:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle validate --var="catalog=main"
    """
    variables = bundle.config.get("variables")
    names = list(variables) if isinstance(variables, Map) else []
    for site, _ in _calls_for(bundle):
        for word in site.call.options.get("--var", ()):
            assignment = re.match(r"([A-Za-z_][\w-]*)=", word.text)
            if assignment and assignment[1] not in names:
                message = f"the bundle has no variable {assignment[1]!r}"
                hint = did_you_mean(assignment[1], names) or "define it under variables"
                yield Problem(message, hint=hint, place=site.snippet.place(word.at))


@rule("BW828", ERROR, on="bundle")
def destroy_that_asks(bundle):
    """CI destroys a bundle without saying that it may.

    The CLI asks before it destroys anything, and fails where nobody can answer.

    Fails:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: workflow_dispatch
        jobs:
          destroy:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle destroy
    Passes:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: workflow_dispatch
        jobs:
          destroy:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle destroy --auto-approve
    """
    for site, command in _calls(bundle):
        options = set(site.call.options)
        if command.text == "destroy" and not {"--auto-approve", "--help", "-h"} & options:
            message = "'databricks bundle destroy' asks for a confirmation that nobody gives in CI"
            place = site.snippet.place(site.call.at)
            yield Problem(message, hint="add --auto-approve", place=place)


@rule("BW829", WARNING, on="bundle")
def forced_lock_in_ci(bundle):
    """CI takes the lock of a deployment by force.

    The lock keeps two deployments of one target from mixing. Taken by force in every run, it keeps
    nothing, and a broken deployment can be the result.

    Fails:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: push
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle deploy --force-lock
    Passes:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: push
        concurrency:
          group: deploy
        jobs:
          deploy:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle deploy
    """
    for site, command in _calls(bundle):
        if "--force-lock" in site.call.options:
            message = f"'databricks bundle {command.text}' takes the lock by force in every run"
            hint = "let the runs of CI wait for each other instead"
            yield Problem(message, hint=hint, place=site.snippet.place(site.call.at))


@rule("BW830", ERROR, on="bundle")
def unknown_resource_in_ci(bundle):
    """CI runs a job or pipeline that the bundle does not have.

    `databricks bundle run` takes the key of a resource, or the name of a script.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
        @ .github/workflows/ci.yml
        on: push
        jobs:
          run:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle run elt
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
        @ .github/workflows/ci.yml
        on: push
        jobs:
          run:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle run etl
    """
    if "python" in bundle.config or "experimental" in bundle.config:
        return  # code may define resources
    keys = _runnable(bundle)
    for site, command in _calls_for(bundle):
        key = site.call.words[2] if len(site.call.words) > 2 else None
        if command.text != "run" or key is None or not key.is_literal:
            continue
        name = key.text.rpartition(".")[2]
        if name not in keys and not _may_be_value(site.call, key):
            hint = did_you_mean(name, keys)
            place = site.snippet.place(key.at)
            yield Problem(f"the bundle has no {key.text!r} to run", hint=hint, place=place)


def _may_be_value(call, word):
    """Whether a word may be the value of the option before it."""
    before = [flag.text for flag in call.flags if flag.at < word.at]
    return bool(before) and call.options.get(before[-1]) == [] and before[-1] not in _SWITCHES


def _runnable(bundle):
    """What `databricks bundle run` may name: keys of resources in any target, and scripts."""
    keys = set()
    for holder in (bundle.config, *(target for _, target in maps_of(bundle.declared_targets()))):
        scripts = holder.get("scripts")
        keys.update(scripts if isinstance(scripts, Map) else ())
        for _, resources in maps_of(holder.get("resources")):
            keys.update(resources)
    return keys


# What a tool replaces before the file is YAML: `{{ x }}`, `{% if x %}`, `<% x %>`; not `${{ x }}`.
_TEMPLATE = Pattern(r"(?<!\$)\{\{|\{%|<%")


@rule("BW831", ERROR, on="bundle")
def broken_ci_file(bundle):
    """A CI file is not valid YAML.

    The CI system refuses it, so nothing is validated or deployed. Only files that mention
    Databricks are looked at, and none that is a template.

    Fails:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: push
        jobs:
          validate:
            runs-on: ubuntu-latest
            steps:
              - run: "databricks bundle validate
    Passes:
        bundle:
          name: shop
        @ .github/workflows/ci.yml
        on: push
        jobs:
          validate:
            runs-on: ubuntu-latest
            steps:
              - run: databricks bundle validate
    """
    for _, _, text, document in files_of(bundle):
        if _TEMPLATE.search(text):
            continue
        for kind, message, place in document.problems:
            if kind == "syntax":  # all else is what the Databricks CLI refuses
                yield Problem(f"not valid YAML: {message}", place=place)
