"""The players themselves, on small files: what each rule of a CI system comes to."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import azure
import events
import github
import gitlab
import pytest
from events import EVENTS, Event
from hypothesis import given
from hypothesis import strategies as st
from recorder import Bench, Job, Unknown, Weather

Make = Callable[..., Bench]


@pytest.fixture
def bench(tmp_path: Path) -> Make:
    """Returns a function that makes a repo of some files."""

    def make(**files: str) -> Bench:
        paths = {
            "github": ".github/workflows/ci.yml",
            "other": ".github/workflows/other.yml",
            "gitlab": ".gitlab-ci.yml",
            "azure": "azure-pipelines.yml",
        }
        tree = {paths[name]: textwrap.dedent(text).encode() for name, text in files.items()}
        return Bench(tree | {"README.md": b"A repo.\n"}, tmp_path / "bench")

    return make


def names(jobs: list[Job]) -> dict[str, str]:
    return {job.name: job.result for job in jobs}


# GITHUB ------------------------------------------------------------------------
CONTEXTS: dict[str, Any] = {
    "github": {"ref": "refs/heads/main", "event_name": "push", "event": {}},
    "needs": {"a": {"result": "success", "outputs": {"n": "1"}}},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("github.ref == 'REFS/heads/main'", True),  # texts are compared without their case
        ("github.ref != 'refs/heads/main' || true", True),
        ("github.event_name == 'push' && github.ref == 'x' || 'other'", "other"),
        ("github.event_name == 'push' && 'a' || 'b'", "a"),
        ("!(true && false)", True),
        ("!true || true", True),  # `!` binds to what follows it
        ("startsWith(github.ref, 'refs/heads/')", True),
        ("contains('refs/heads/main', 'HEADS')", True),
        ("format('{0}-{1} {{x}}', 'a', 1)", "a-1 {x}"),
        ("needs.a.result == 'success'", True),
        ("needs['a'].outputs.n == 1", True),  # unlike things are compared as numbers
        ("github.event.schedule == null", True),  # in another event
        ("github.event.pull_request.head.repo.full_name == github.repository_owner", False),
        ("'it''s'", "it's"),
        ("'' || 'x'", "x"),
        ("null == 0", True),
        ("'a' == 0", False),
    ],
)
def test_an_expression_of_github(text: str, value: Any) -> None:
    contexts = {**CONTEXTS, "github": CONTEXTS["github"] | {"repository_owner": "acme"}}
    assert github.evaluate(text, contexts) == value
    assert github.evaluate("${{ " + text + " }}", contexts) == value


@pytest.mark.parametrize(
    "text",
    [
        "github.evnt_name == 'push'",
        "github.event.pul_request",
        "needs.b.result",
        "fromJSON('[]')",
        "github.ref = 'x'",
        'github.ref == "x"',
        "github.ref == 'x",
        "(true",
        "true true",
        "startsWith('a')",
        "github.*",
        "a < b",
        "",
    ],
)
def test_github_says_what_it_does_not_know(text: str) -> None:
    with pytest.raises(Unknown):
        github.evaluate(text, CONTEXTS)


WORDS = (
    *("github", ".", "event", "[", "]", "'a'", '"b"', "1", "(", ")", ",", "==", "!=", "&&", "||"),
    *("!", "true", "null", "format", "contains", "success", "$A", "=~", "/b/", "and", "eq"),
    *("variables", "dependencies", "succeeded", "in", "not"),
)


@given(st.lists(st.sampled_from(WORDS), max_size=9).map("".join) | st.text())
def test_an_expression_has_a_value_or_is_unknown(text: str) -> None:
    for evaluate in (
        lambda: github.evaluate(text, CONTEXTS),
        lambda: gitlab.Rule(text, {"A": "b"}).evaluate(),
        lambda: azure.Condition(text, {"a": "b"}, {}).evaluate(),
    ):
        with contextlib.suppress(Unknown):
            evaluate()


def test_jobs_wait_and_are_skipped_as_on_github(bench: Make) -> None:
    repo = bench(
        github="""
        on: push
        permissions: {}
        jobs:
          broken: {runs-on: x, steps: [{run: "false"}, {run: uv never}]}
          after: {needs: broken, runs-on: x, steps: [{run: uv a}]}
          after_skipped: {needs: after, if: "github.ref != ''", runs-on: x, steps: [{run: uv b}]}
          anyway: {needs: [after], if: "!cancelled()", runs-on: x, steps: [{run: uv c}]}
          repairs: {needs: broken, if: failure(), runs-on: x, steps: [{run: uv d}]}
          far: {needs: anyway, runs-on: x, steps: [{run: uv e}]}
        """
    )
    jobs = github.run(repo, EVENTS["main"])
    # `far` has an ancestor that failed, although what it needs went well.
    assert names(jobs) == {"broken": "failure", "anyway": "success", "repairs": "success"}
    assert {call.text for job in jobs for call in job.calls} == {"uv c", "uv d"}


def test_steps_pass_on_what_they_say(bench: Make) -> None:
    repo = bench(
        github="""
        on: {push: {branches: [main]}}
        permissions: {}
        jobs:
          one:
            runs-on: x
            environment: {name: dev, deployment: false}
            env: {A: "1"}
            outputs: {n: "${{ steps.say.outputs.n }}"}
            steps:
              - {uses: actions/checkout@v7}
              - {run: "test -f README.md"}
              - {id: say, run: 'echo "n=7" >> "$GITHUB_OUTPUT"; echo "B=2" >> "$GITHUB_ENV"'}
              - {if: steps.say.outputs.n == '7', run: 'uv "$A-$B-${{ env.B }}"'}
              - {if: steps.say.outputs.n == '8', run: uv never}
              - {run: "false"}
              - {if: always(), run: uv cleans}
              - {run: uv never}
          two:
            needs: one
            if: always()
            runs-on: x
            steps: [{run: "uv ${{ needs.one.outputs.n }}"}]
        """
    )
    one, two = github.run(repo, EVENTS["main"])
    words = [call.text for call in one.calls if call.words[0] == "uv"]
    assert words == ["uv 1-2-2", "uv cleans"]
    assert (one.result, one.environment, one.gate) == ("failure", "dev", "environment dev")
    assert not one.deployment
    # What waits for a job waits for its environment, too.
    assert [call.text for call in two.calls] == ["uv 7"]
    assert two.gate == "environment dev"


@pytest.mark.parametrize(
    ("on", "started"),
    [
        ("push", {"develop", "main", "feature", "tag", "stray_tag", "other_tag"}),
        ("{push: {branches: [main, 'dev*']}}", {"develop", "main"}),
        ("{push: {tags: ['v*']}}", {"tag", "stray_tag"}),
        ("{push: {branches: ['**'], tags: ['x*']}}", {"develop", "main", "feature"}),
        ("{pull_request: }", {"pull_request", "fork"}),
        ("{pull_request: {branches: [develop]}}", set()),
        ("{pull_request: {types: [closed]}}", set()),
        ("{schedule: [{cron: '0 3 * * *'}]}", {"nightly"}),
        ("{schedule: [{cron: '0 3 * * *'}, {cron: '0 3 * * 1'}]}", {"nightly", "weekly"}),
        ("{workflow_dispatch: }", {"manual_dev", "rollback_dev", "other_dev"}),
        (
            "{workflow_dispatch: {inputs: {where: {options: [dev]}}}}",
            {"manual_dev", "rollback_dev", "other_dev"},
        ),
        (
            "{workflow_dispatch: {inputs: {where: {options: [prod]}}}}",
            {"manual_main", "rollback_prod", "destructive_prod", "stray_prod", "other_prod"},
        ),
    ],
)
def test_what_starts_a_workflow(on: str, started: set[str], bench: Make) -> None:
    repo = bench(
        github=f"""
        on: {on}
        permissions: {{}}
        jobs: {{a: {{runs-on: x, steps: [{{run: "true"}}]}}}}
        """
    )
    assert {name for name, event in EVENTS.items() if github.run(repo, event)} == started


@pytest.mark.parametrize(
    "on",
    [
        "{push: {paths-ignore: [src]}}",
        "{pull_request_target: }",
        "{push: {branches: ['releases/[12]']}}",
        "{schedule: [{cron: '*/5 * * * *'}]}",
    ],
)
def test_a_trigger_that_is_not_known(on: str, bench: Make) -> None:
    repo = bench(github=f"on: {on}\npermissions: {{}}\njobs: {{}}\n")
    with pytest.raises(Unknown):
        [github.run(repo, event) for event in EVENTS.values()]


def test_a_fork_has_no_secret_and_no_token_that_is_trusted(bench: Make) -> None:
    repo = bench(
        github="""
        on: pull_request
        permissions: {}
        jobs:
          a:
            runs-on: x
            environment: dev
            permissions: {id-token: write}
            env: {DATABRICKS_CLIENT_SECRET: "${{ secrets.DATABRICKS_CLIENT_SECRET }}"}
            steps: [{run: databricks bundle validate}]
        """
    )
    (own,) = github.run(repo, EVENTS["pull_request"])
    (fork,) = github.run(repo, EVENTS["fork"])
    assert own.vouched
    assert own.databricks[0].variables == {
        "DATABRICKS_CLIENT_SECRET": "<DATABRICKS_CLIENT_SECRET of dev>"
    }
    assert not fork.vouched
    assert fork.databricks[0].variables == {"DATABRICKS_CLIENT_SECRET": ""}


def test_a_matrix_runs_once_for_each_value(bench: Make) -> None:
    repo = bench(
        github="""
        on: push
        permissions: {}
        jobs:
          a:
            runs-on: x
            strategy: {fail-fast: false, matrix: {target: [dev, prod]}}
            steps: [{run: "databricks bundle plan --target ${{ matrix.target }}"}]
        """
    )
    targets = [job.databricks[0].target for job in github.run(repo, EVENTS["main"])]
    assert targets == ["dev", "prod"]


def test_a_checkout_has_the_history_that_it_asks_for(bench: Make) -> None:
    looks = "git merge-base --is-ancestor HEAD origin/main && git describe --tags"
    steps = f"[{{uses: actions/checkout@v7, with: {{fetch-depth: %s}}}}, {{run: {looks}}}]"
    azure_steps = f"[{{checkout: self, %s}}, {{bash: {looks}}}]"
    repo = bench(
        github=f"""
        on: push
        permissions: {{}}
        jobs:
          full: {{runs-on: x, steps: {steps % 0}}}
          shallow: {{runs-on: x, steps: {steps % 1}}}
        """,
        azure=f"""
        trigger: {{tags: {{include: [v*]}}}}
        stages:
          - stage: a
            jobs:
              - {{job: full, steps: {azure_steps % "fetchDepth: 0, fetchTags: true"}}}
              - {{job: no_tags, steps: {azure_steps % "fetchDepth: 0"}}}
              - {{job: shallow, steps: {azure_steps % "fetchTags: true"}}}
        """,
    )
    assert names(github.run(repo, EVENTS["tag"])) == {"full": "success", "shallow": "failure"}
    found = names(azure.run(repo, EVENTS["tag"]))
    assert found == {"full": "success", "no_tags": "failure", "shallow": "failure"}


@pytest.mark.parametrize(
    ("workflow", "job", "stopped", "turn"),
    [
        ("{group: x, cancel-in-progress: true}", "a", True, "a"),
        ("{group: x}", "{group: a, cancel-in-progress: false}", False, "a"),
        ("x", "{group: a, cancel-in-progress: true}", True, ""),
        ("{group: '${{ github.ref }}', cancel-in-progress: true}", "a", True, "a"),
        ("{group: '${{ github.run_id }}', cancel-in-progress: true}", "a", False, "a"),
    ],
)
def test_a_newer_run_of_a_group_stops_a_job(
    workflow: str, job: str, stopped: bool, turn: str, bench: Make
) -> None:
    repo = bench(
        github=f"""
        on: push
        permissions: {{}}
        concurrency: {workflow}
        jobs: {{a: {{runs-on: x, concurrency: {job}, steps: [{{run: "true"}}]}}}}
        """
    )
    (job_run,) = github.run(repo, EVENTS["main"])
    assert (job_run.interruptible, job_run.turn) == (stopped, turn)


def test_a_job_may_be_held_back_by_its_own_condition(bench: Make) -> None:
    repo = bench(
        github="""
        on: {push: {tags: [v*]}, workflow_dispatch: {inputs: {target: {options: [dev]}}}}
        permissions: {}
        jobs:
          all: {runs-on: x, steps: []}
          main: {runs-on: x, if: github.ref == 'refs/heads/main', steps: []}
          after_main: {runs-on: x, needs: main, steps: []}
          chosen: {runs-on: x, if: inputs.target == 'dev' || failure(), steps: []}
        """
    )
    assert github.allowed(repo.tree, EVENTS["other_tag"]) == {"all", "after_main"}
    assert github.allowed(repo.tree, EVENTS["fork"]) == set()


# GITLAB ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('$A == "b"', True),
        ('$A != "b" || $A', True),
        ("$NONE", False),
        ("$NONE == null", True),
        ("$EMPTY", False),
        ("$A =~ /^[ab]$/ && $EMPTY == ''", True),
        ("$A !~ /c/", True),
        ('($A == "x" || $A == "b") && $NONE == null', True),
        ('$A == "b" || $NONE && $NONE', True),  # && binds closer
    ],
)
def test_a_rule_of_gitlab(text: str, value: bool) -> None:
    assert gitlab.Rule(text, {"A": "b", "EMPTY": "", "NONE": None}).evaluate() == value


@pytest.mark.parametrize("text", ["$B", "A == 'b'", "$A = 'b'", "$A =~ 'b'", "($A", "$A $A", ""])
def test_gitlab_says_what_it_does_not_know(text: str) -> None:
    with pytest.raises(Unknown):
        gitlab.Rule(text, {"A": "b"}).evaluate()


PIPELINE = """
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
      when: never
    - if: $CI_COMMIT_BRANCH == "main" || $CI_MERGE_REQUEST_IID
default: {timeout: 1h 30m, interruptible: true}
stages: [check, deploy]
.as: {id_tokens: {T: {aud: x}}, variables: {DATABRICKS_CLIENT_ID: me}}
test: {stage: check, script: [uv run pytest]}
plan:
  extends: .as
  stage: check
  needs: [test]
  environment: {name: dev, action: access}
  script: [databricks bundle plan -t dev]
  rules: [{if: $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID}]
deploy:
  extends: .as
  stage: deploy
  environment: prod
  resource_group: prod
  interruptible: false
  script: [databricks bundle deploy -t prod]
  rules: [{if: $CI_COMMIT_BRANCH, when: manual}]
after: {stage: deploy, needs: [deploy], script: [uv after], rules: [{if: $CI_COMMIT_BRANCH}]}
"""


def test_a_pipeline_runs_by_gitlab_ci_local(bench: Make) -> None:
    broken = Weather(failing="^uv run pytest")
    wanted = [(event, Weather()) for event in EVENTS.values()] + [(EVENTS["main"], broken)]
    runs = gitlab.run(bench(gitlab=PIPELINE), wanted)

    def of(name: str, weather: Weather = Weather()) -> list[Job]:  # noqa: B008
        return runs[EVENTS[name], weather]

    assert {event.title for event, _ in runs if runs[event, Weather()]} == {
        EVENTS[name].title for name in ("pull_request", "fork", "main", "manual_main")
    }
    assert names(of("fork")) == {"test": "success"}
    test, plan = of("pull_request")
    assert (test.vouched, plan.vouched, plan.environment) == (False, True, "dev")
    assert (plan.audience, plan.deployment, plan.interruptible) == ("x", False, True)
    assert (test.minutes, plan.gate) == (90, "")
    assert plan.databricks[0].variables["DATABRICKS_CLIENT_ID"] == "me"
    assert plan.databricks[0].variables["DATABRICKS_CLIENT_SECRET"].endswith("of dev>")
    test, deploy, after = of("main")
    assert [test.gate, deploy.gate, after.gate] == ["", "manual", "manual"]
    assert (deploy.environment, deploy.turn) == ("prod", "prod")
    assert (test.deployment, deploy.deployment, deploy.interruptible) == (False, True, False)
    assert [call.text for call in deploy.calls] == ["databricks bundle deploy -t prod"]
    assert names(of("main", broken)) == {"test": "failure"}


def test_a_job_of_gitlab_may_be_held_back_by_its_own_rules(bench: Make) -> None:
    repo = bench(
        gitlab="""
        workflow: {rules: [{if: $CI_COMMIT_TAG =~ /^v/}]}
        .hidden: {variables: {A: b}}
        all: {script: ["true"]}
        tags: {script: ["true"], rules: [{if: $CI_COMMIT_TAG, when: manual}]}
        releases: {script: ["true"], rules: [{if: $CI_COMMIT_TAG =~ /^v/}]}
        never: {script: ["true"], rules: [{if: $CI_COMMIT_TAG, when: never}, {when: always}]}
        """
    )
    assert gitlab.allowed(repo.tree, EVENTS["other_tag"]) == {"all", "tags"}
    assert gitlab.allowed(repo.tree, EVENTS["tag"]) == {"all", "tags", "releases"}


# AZURE -------------------------------------------------------------------------
def condition(text: str, **before: str) -> bool:
    return azure.Condition(text, {"Build.Reason": "Manual", "empty": ""}, before).evaluate()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("eq(variables['build.reason'], 'MANUAL')", True),
        ("and(succeeded(), ne(variables['Build.Reason'], 'PullRequest'))", True),
        ("succeeded('a')", True),
        ("succeeded('b')", False),
        ("or(failed(), false)", False),
        ("in(dependencies.b.result, 'Succeeded', 'Skipped')", True),
        ("not(startsWith(variables['Build.Reason'], 'man'))", False),
        ("eq(variables.empty, '')", True),
        ("and(always(), in('x', 'y', 'X'))", True),
        ("eq('True', true)", True),
    ],
)
def test_a_condition_of_azure(text: str, value: bool) -> None:
    before = {"a": azure.SUCCEEDED}
    if "('b')" in text or "dependencies.b" in text:
        before["b"] = azure.SKIPPED
    assert condition(text, **before) == value


@pytest.mark.parametrize(
    "text",
    [
        "eq(variables['Build.Raeson'], 'x')",
        "eq('a')",
        "succeeded('c')",
        "dependencies.a.outputs",
        "coalesce('a', 'b')",
        "true == true",
        "and(true, true",
        "",
    ],
)
def test_azure_says_what_it_does_not_know(text: str) -> None:
    with pytest.raises(Unknown):
        condition(text, a=azure.SUCCEEDED)


AZURE = """
trigger: {branches: {include: [main]}, tags: {include: [v*]}}
schedules: [{cron: 0 3 * * *, displayName: drift, branches: {include: [main]}, always: "true"}]
parameters: [{name: target, type: string, default: none, values: [none, dev, prod]}]
stages:
  - stage: test
    condition: ne(variables['Build.Reason'], 'Schedule')
    jobs:
      - job: test
        steps: [{bash: uv run pytest}]
  - stage: dev
    condition: and(succeeded(), eq('${{ parameters.target }}', 'dev'))
    jobs:
      - deployment: deploy
        environment: dev
        variables: [{group: databricks-dev}, {name: A, value: $(Build.Reason)}]
        strategy:
          runOnce:
            deploy:
              steps:
                - bash: test ! -f README.md
                - checkout: self
                - bash: echo "##vso[task.setvariable variable=b]2"
                - bash: test -f README.md && databricks bundle deploy -t "$(A)$(b)$A"
                  env: {DATABRICKS_CLIENT_SECRET: $(DATABRICKS_CLIENT_SECRET)}
                - bash: databricks version
                  condition: eq(variables['b'], '2')
  - stage: prod
    dependsOn: [test, dev]
    condition: and(succeeded('test'), startsWith(variables['Build.SourceBranch'], 'refs/tags/'))
    lockBehavior: sequential
    jobs: [{deployment: deploy, environment: prod, strategy: {runOnce: {deploy: {steps: []}}}}]
  - stage: after
    jobs: [{job: after, steps: [{bash: uv after}]}]
  - stage: drift
    dependsOn: []
    condition: eq(variables['Build.CronSchedule.DisplayName'], 'drift')
    jobs: [{job: drift, steps: [{bash: uv drift}]}]
"""


def test_a_pipeline_runs_as_on_azure(bench: Make) -> None:
    repo = bench(azure=AZURE)
    jobs = {name: azure.run(repo, event) for name, event in EVENTS.items()}
    ran = {name: [job.name for job in each] for name, each in jobs.items()}
    assert ran["pull_request"] == ran["fork"] == ran["main"] == ["test"]
    assert ran["feature"] == ran["develop"] == ran["weekly"] == ran["rollback_staging"] == []
    assert ran["nightly"] == ["drift"]
    # What follows prod waits for what prod waited for; dev was skipped, so `after` is not.
    assert ran["tag"] == ["test", "deploy"]
    prod = jobs["tag"][1]
    assert (prod.environment, prod.gate, prod.turn) == ("prod", "environment prod", "prod")
    assert (jobs["tag"][0].deployment, prod.deployment) == (False, True)
    deploy = jobs["manual_dev"][1]
    assert [call.text for call in deploy.databricks] == [
        "databricks bundle deploy -t Manual2Manual",
        "databricks version",
    ]
    assert deploy.databricks[0].variables["DATABRICKS_CLIENT_SECRET"].endswith("databricks-dev>")
    assert not deploy.databricks[1].variables
    assert deploy.secrets == ("DATABRICKS_CLIENT_SECRET",)
    assert deploy.turn == ""  # nothing says that it is locked
    failing = azure.run(repo, EVENTS["tag"], Weather(failing="pytest"))
    assert names(failing) == {"test": "failure"}


@pytest.mark.parametrize(
    "text",
    [
        "stages: [{template: x.yml}]",
        "stages: [{stage: a, jobs: [{job: a, container: x, steps: []}]}]",
        "stages: [{stage: a, jobs: [{job: a, steps: [{bash: '${{ variables.x }}'}]}]}]",
        "stages: [{stage: a, jobs: [{job: a, steps: [{bash: 'echo $(Build.Raeson)'}]}]}]",
    ],
)
def test_a_pipeline_that_is_not_known(text: str, bench: Make) -> None:
    repo = bench(azure=f"trigger: [main]\n{text}\n")
    with pytest.raises((Unknown, KeyError)):
        azure.run(repo, EVENTS["main"])


# EVENTS ------------------------------------------------------------------------
@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_every_event_says_the_same_to_each_system(event: Event) -> None:
    told = events_of(event)
    assert told["github"] == told["azure"] == event.ref
    assert told["gitlab"] == event.name


def events_of(event: Event) -> dict[str, str | None]:
    return {
        "github": events.github(event)["ref"],
        "azure": events.azure(event)["Build.SourceBranch"],
        "gitlab": events.gitlab(event)["CI_COMMIT_REF_NAME"],
    }
