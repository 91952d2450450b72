"""Who deploys what where, behind which gates: proven for each CI system and way of promotion.

What runs is played by `github`, `gitlab` and `azure`, with a recorder in place of all commands that
lead out of the repo. What the template answers with is held against `deploys` below, the one table
of what is meant.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rendering
import yaml
from cases import (
    BROKEN_STAGING,
    CASES,
    CI_FILES,
    DEPLOYING,
    NORMAL,
    READER,
    UNTESTED,
    Case,
    Runner,
    answered,
    play,
    shared,
    tree_of,
)
from events import EVENTS
from page import page
from recorder import Bench, Call, Job, Requests, Weather
from rendering import Renderer

PAGE = rendering.ROOT / "docs/delivery.md"
each_case = pytest.mark.parametrize("case", CASES, ids=str)
each_system = pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.promotion == "branches" and case.reader_service_principal],
    ids=str,
)


@pytest.fixture(scope="session")
def runner(renderer: Renderer, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    common = shared(tmp_path_factory.getbasetemp()) / "delivery"
    common.mkdir(exist_ok=True)
    return Runner(renderer, common, tmp_path_factory.mktemp("benches"))


def deploys(case: Case, event: str) -> set[str]:
    """Returns the targets that an event deploys to."""
    first = "staging" if case.include_staging else "prod"
    tested = "staging" if case.include_staging else "dev"
    meant = {
        "branches": {"develop": {"dev"}, "main": {first, "prod"}},
        "trunk": {"main": {first, "prod"}},
        "tags": {"main": {tested}, "tag": {first, "prod"}},
    }[case.promotion]
    # By hand a branch goes to dev alone, and a tag anywhere: GitLab asks for no target, but offers
    # a job for each that the branch or tag may go to.
    meant["manual_dev"] = {"dev"}
    if case.ci == "gitlab":
        meant["manual_main"] = {"dev"}
    for target in case.targets:
        meant[f"rollback_{target}"] = {target}
    return meant.get(event, set())


def deployed(jobs: list[Job]) -> set[str]:
    """Returns the targets in which something was changed."""
    return {call.target for job in jobs for call in job.databricks if call.changes}


@each_case
def test_an_event_deploys_what_is_meant(case: Case, runner: Runner) -> None:
    runs = {event: runner.runs(case)[event, NORMAL] for event in EVENTS}
    expected = {event: deploys(case, event) for event in EVENTS}
    assert {event: deployed(jobs) for event, jobs in runs.items()} == expected
    failed = {event for event, jobs in runs.items() for job in jobs if job.result != "success"}
    # It is the check of the commit that fails, before anything is called.
    assert failed == ({"stray_tag"} if case.promotion == "tags" else set())


@each_case
def test_prod_waits_for_an_approval(case: Case, runner: Runner) -> None:
    gate = "manual" if case.ci == "gitlab" else "environment prod"
    for jobs in runner.runs(case).values():
        for job in jobs:
            if "prod" in deployed([job]):
                assert (job.environment, job.gate) == ("prod", gate)


@each_case
def test_each_deploy_has_the_environment_of_its_target(case: Case, runner: Runner) -> None:
    for jobs in runner.runs(case).values():
        for job in jobs:
            assert deployed([job]) <= {job.environment}


@each_case
def test_a_deploy_validates_first_and_ends_with_a_smoke_run(case: Case, runner: Runner) -> None:
    for (_, weather), jobs in runner.runs(case).items():
        for job in jobs:
            if deployed([job]) and weather == NORMAL:
                commands = [call.words[2] for call in job.databricks]
                assert commands == ["validate", "deploy", "run"]
                assert "--strict" in job.databricks[0].words
                assert job.databricks[-1].words[-1].endswith("_smoke")


@each_case
def test_the_push_of_another_branch_runs_nothing(case: Case, runner: Runner) -> None:
    assert runner.runs(case)["feature", NORMAL] == []


@each_case
def test_a_fork_gets_no_identity(case: Case, runner: Runner) -> None:
    jobs = runner.runs(case)["fork", NORMAL]
    assert [job.name for job in jobs] == ["test"]
    for job in jobs:
        assert not job.vouched
        assert not job.secrets
        assert not job.environment
        assert not job.databricks
        assert set(job.permissions.items()) <= {("contents", "read")}
        assert not any(call.variables for call in job.calls)


@each_case
def test_a_pull_request_is_tested_and_planned(case: Case, runner: Runner) -> None:
    tested, planned = runner.runs(case)["pull_request", NORMAL]
    assert any(call.text.startswith("uv run pytest") for call in tested.calls)
    asked = [(call.words[2], call.target) for call in planned.databricks]
    # The reader has no copy in dev, and `validate` looks at folders that only a manager may see.
    targets = case.targets[1:] if case.reader_service_principal else ["dev"]
    assert asked == [("validate", "dev"), *(("plan", target) for target in targets)]


@each_case
def test_each_command_acts_as_its_own_target(
    case: Case, runner: Runner, renderer: Renderer
) -> None:
    """As the target's service principal or, where nothing is changed, as the reader."""
    answers = answered(renderer, **case.answers)
    for jobs in runner.runs(case).values():
        for call in (call for job in jobs for call in job.databricks):
            own = answers.read(f"{call.target}_service_principal")
            allowed = {own} | ({READER} if case.reader_service_principal else set())
            if call.changes:
                allowed = {own}
            who, environment = identity(call)
            if environment:
                names = {call.target} if call.changes else {call.target, "plan"}
                assert environment in names, call
            if not call.variables.get("AZURE_CONNECTION"):
                assert who in allowed, call
            assert call.variables.get("DATABRICKS_HOST") in (
                None,
                answers.read(f"{call.target}_host"),
            )


def identity(call: Call) -> tuple[str, str]:
    """Returns the application ID, and of which environment the connection or the secret is."""
    seen = call.variables.get("AZURE_CONNECTION") or call.variables.get("DATABRICKS_CLIENT_SECRET")
    found = re.search(r"(dev|staging|prod|plan)>?$", seen or "")
    return call.variables.get("DATABRICKS_CLIENT_ID", ""), found[1] if found else ""


@each_case
def test_who_acts_is_known_in_one_way(case: Case, runner: Runner) -> None:
    """By federation nobody sees a secret; by secret no token is trusted. A token is never one's."""
    for jobs in runner.runs(case).values():
        for job in jobs:
            for call in job.databricks:
                secret = bool(call.variables.get("DATABRICKS_CLIENT_SECRET"))
                assert secret == (case.ci_auth == "secret"), (job.name, call)
                assert job.vouched == (case.ci_auth == "federation")
                assert not {"DATABRICKS_TOKEN", "DATABRICKS_PASSWORD"} & call.variables.keys()
            if not job.databricks and job.result == "success":
                assert not job.vouched
                assert "DATABRICKS_CLIENT_SECRET" not in job.secrets


@each_case
def test_the_bundle_names_the_host_of_each_target(case: Case, renderer: Renderer) -> None:
    bundle = yaml.safe_load(tree_of(renderer, **case.answers)["databricks.yml"])
    answers = answered(renderer, **case.answers)
    hosts = {target: each["workspace"]["host"] for target, each in bundle["targets"].items()}
    assert hosts == {target: answers.read(f"{target}_host") for target in case.targets}


@each_case
def test_a_target_takes_one_deploy_at_a_time(case: Case, runner: Runner) -> None:
    turns: dict[str, set[str]] = {}
    for jobs in runner.runs(case).values():
        for job in jobs:
            for target in deployed([job]):
                turns.setdefault(target, set()).add(job.turn)
    taken = [turn for each in turns.values() for turn in each]
    assert turns.keys() == set(case.targets)
    assert all(taken)
    assert len(set(taken)) == len(taken) == len(turns)


@each_case
def test_every_job_has_a_time_limit(case: Case, runner: Runner) -> None:
    for jobs in runner.runs(case).values():
        for job in jobs:
            assert job.minutes is not None
            assert 1 <= job.minutes <= 60


@pytest.mark.parametrize("case", [case for case in CASES if case.ci == "github"], ids=str)
def test_a_job_of_github_may_do_no_more_than_it_does(case: Case, runner: Runner) -> None:
    for jobs in runner.runs(case).values():
        for job in jobs:
            allowed = {("contents", "read")}
            texts = [call.text for call in job.calls]
            if job.databricks or job.result != "success":
                allowed |= {("id-token", "write")} if case.ci_auth == "federation" else set()
            if any(call.words[:2] == ("gh", "api") for call in job.calls):
                allowed.add(("pull-requests", "write"))
            if any("copier" in text for text in texts):
                allowed.add(("issues", "write"))
            assert set(job.permissions.items()) <= allowed


@each_case
def test_nothing_is_deployed_after_a_failed_test(case: Case, runner: Runner) -> None:
    for event in DEPLOYING:
        jobs = runner.runs(case)[event, UNTESTED]
        assert not [call for job in jobs for call in job.databricks]
        if runner.runs(case)[event, NORMAL]:
            assert [job.result for job in jobs] == ["failure"]


@pytest.mark.parametrize("case", [case for case in CASES if case.include_staging], ids=str)
def test_nothing_goes_to_prod_after_a_failed_smoke_run(case: Case, runner: Runner) -> None:
    released = "tag" if case.promotion == "tags" else "main"
    assert "prod" in deployed(runner.runs(case)[released, NORMAL])
    jobs = runner.runs(case)[released, BROKEN_STAGING]
    assert deployed(jobs) == {"staging"}
    assert [job.result for job in jobs] == ["success", "failure"]


@each_case
def test_no_file_of_ci_holds_a_secret_or_trusts_a_fork(case: Case, renderer: Renderer) -> None:
    for path, content in tree_of(renderer, **case.answers).items():
        if path.startswith((*CI_FILES, "scripts/")):
            text = content.decode()
            found = re.findall(
                r"dapi[0-9a-f]{8}|gh[pousr]_\w{20}|glpat-|eyJ[\w-]{10}|DATABRICKS_TOKEN\b"
                r"|pull_request_target|workflow_run|secrets: *inherit",
                text,
            )
            assert not found, path
            for action in re.findall(r"uses: (\S+)", text):
                assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), path
            for image in re.findall(r"^ *image: (\S+)", text, re.MULTILINE):
                assert re.search(r"@sha256:[0-9a-f]{64}$", image), path


# PLANS, DRIFT AND UPDATES --------------------------------------------------------


@each_system
def test_a_plan_calls_out_what_is_destroyed(case: Case, runner: Runner) -> None:
    weathers = [Weather(plan=plan) for plan in ("nothing", "changes", "destructive", "failure")]
    nothing, changes, destructive, failure = (
        next((job for job in jobs if job.name == "plan"), Job("none"))
        for jobs in runner.weathers(case, "pull_request", weathers)
    )
    assert (nothing.result, changes.result, destructive.result) == ("success",) * 3
    assert "jobs.new" not in nothing.printed
    assert "create `jobs.new`" in changes.printed
    assert "Destructive" not in changes.printed
    assert "Destructive: 2" in destructive.printed
    assert "**delete** `schemas.old`" in destructive.printed
    assert failure.result == "failure"


@each_system
def test_a_plan_is_posted_as_a_comment(case: Case, renderer: Renderer, tmp_path: Path) -> None:
    Requests.seen.clear()
    # What a job does in an equal repo is remembered, and not done again.
    tree = tree_of(renderer, **case.answers) | {"scripts/of_this_test": b""}
    bench = Bench(tree, tmp_path / "bench")
    runs = play(case, bench, [("pull_request", Weather(plan="destructive"))])
    calls = [call.text for jobs in runs.values() for job in jobs for call in job.calls]
    posted = [body for method, _, body in Requests.seen if method == "POST"]
    if case.ci == "github":
        assert any(
            re.search(r"gh api repos/acme/sales/issues/7/.*plan\.md", text) for text in calls
        )
    else:
        assert len(posted) == 1
        assert "Destructive" in posted[0]


@each_system
def test_drift_is_looked_for_every_night(case: Case, runner: Runner) -> None:
    weathers = [Weather(plan=plan) for plan in ("nothing", "changes", "failure")]
    calm, drifted, failed = runner.weathers(case, "nightly", weathers)
    assert [job.result for job in calm] == ["success"]
    assert [job.result for job in drifted] == ["failure"]
    assert [job.result for job in failed] == ["failure"]
    assert [call.target for call in calm[0].databricks] == case.targets[1:]


@pytest.mark.parametrize(
    "case", [case for case in CASES if not case.reader_service_principal], ids=str
)
def test_without_a_reader_nobody_looks_for_drift(case: Case, runner: Runner) -> None:
    assert runner.runs(case)["nightly", NORMAL] == []


@each_system
def test_an_update_is_proposed_and_a_conflict_is_noticed(case: Case, runner: Runner) -> None:
    weathers = [Weather(update=update) for update in ("nothing", "changes", "conflict")]
    for jobs, outcome in zip(
        runner.weathers(case, "weekly", weathers), ("nothing", "updated", "by-hand"), strict=True
    ):
        (job,) = jobs
        pushed = any(call.text.startswith("git") and " push " in call.text for call in job.calls)
        assert pushed == (outcome == "updated")
        texts = "\n".join(call.text for call in job.calls)
        if outcome == "nothing":
            assert job.result == "success"
            assert not re.search(r"gh (pr|issue)|merge_requests|/issues|az repos", texts)
        elif outcome == "updated":
            assert job.result == "success"
            assert re.search(r"gh pr create|merge_requests|az repos pr create", texts)
        else:
            assert re.search(r"gh issue|/issues", texts) or job.result == "failure"


# THE PAGE ------------------------------------------------------------------------


def test_the_page_says_what_runs(runner: Runner, request: pytest.FixtureRequest) -> None:
    shown = [case for case in CASES if case.reader_service_principal and case.cloud == "aws"]
    text = page({case: runner.runs(case) for case in shown})
    if request.config.getoption("--rewrite-golden"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "run: nox -s docs"
