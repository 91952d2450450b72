"""Who deploys what where, behind which gates: proven for each CI system and way of promotion.

What runs is played by `github`, `gitlab` and `azure`, with a recorder in place of all commands that
lead out of the repo. What the template answers with is held against `deploys` below, the one table
of what is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import github
import gitlab
import pytest
import rendering
import yaml
from cases import (
    BROKEN_STAGING,
    CASES,
    CHANGING,
    CI_FILES,
    NORMAL,
    READER,
    UNTESTED,
    Case,
    Runner,
    Runs,
    answered,
    play,
    setup_of,
    shared,
    tree_of,
)
from events import EVENTS, REPOSITORY
from page import page
from recorder import Bench, Call, Job, Requests, Weather
from rendering import Renderer
from setup_docs import Command, commands

PAGE = rendering.ROOT / "docs/delivery.md"
COPY = "pr"  # the target of a pull request's own copy, which is in dev


def each(wanted: Callable[[Case], bool]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [case for case in CASES if wanted(case)], ids=str)


each_case = each(lambda case: True)
each_system = each(
    lambda case: case.promotion == "branches" and bool(case.reader_service_principal)
)
each_of_github = each(lambda case: case.ci == "github")
each_of_gitlab = each(lambda case: case.ci == "gitlab")


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
    # By hand a branch goes to dev alone, and a release anywhere: GitLab asks for no target, but
    # offers a job for each that the branch or tag may go to. What is no release is as a branch,
    # except that GitLab offers nothing for it.
    meant["manual_dev"] = {"dev"}
    if case.ci == "gitlab":
        meant["manual_main"] = {"dev"}
    else:
        meant["other_dev"] = {"dev"}
    meant["destructive_prod"] = {"prod"}
    for target in case.targets:
        meant[f"rollback_{target}"] = {target}
    return meant.get(event, set())


def deployed(jobs: list[Job]) -> set[str]:
    """Returns the targets in which something was changed, but for the copy of a pull request."""
    return {call.target for job in jobs for call in job.databricks if call.changes} - {COPY}


def deploying(runs: Runs) -> Iterator[tuple[Job, str]]:
    """Yields each job that changes a target, with that target."""
    for jobs in runs.values():
        for job in jobs:
            for target in deployed([job]):
                yield job, target


@each_case
def test_an_event_deploys_what_is_meant(case: Case, runner: Runner) -> None:
    runs = {event: runner.runs(case)[event, NORMAL] for event in EVENTS}
    expected = {event: deploys(case, event) for event in EVENTS}
    assert {event: deployed(jobs) for event, jobs in runs.items()} == expected
    failed = {event for event, jobs in runs.items() for job in jobs if job.result != "success"}
    # It is the check of the commit that fails, before anything is called.
    stray = {"stray_tag"} if case.promotion == "tags" else set()
    stray |= {f"stray_{target}" for target in case.targets[1:]}
    assert failed == stray
    assert not [call for event in stray for job in runs[event] for call in job.databricks]


@each_case
def test_prod_waits_for_an_approval(case: Case, runner: Runner) -> None:
    gate = "manual" if case.ci == "gitlab" else "environment prod"
    for job, target in deploying(runner.runs(case)):
        if target == "prod":
            assert (job.environment, job.gate) == ("prod", gate)


@each_case
def test_each_deploy_has_the_environment_of_its_target(case: Case, runner: Runner) -> None:
    for job, target in deploying(runner.runs(case)):
        assert target == job.environment


@each_case
def test_what_changes_no_target_is_no_deployment(case: Case, runner: Runner) -> None:
    for jobs in runner.runs(case).values():
        for job in jobs:
            if job.result == "success":
                assert job.deployment == bool(deployed([job])), job.name


@each_case
def test_a_deploy_validates_first_and_ends_with_a_smoke_run(case: Case, runner: Runner) -> None:
    runs = {key: jobs for key, jobs in runner.runs(case).items() if key[1] == NORMAL}
    for job, _ in deploying(runs):
        assert [call.words[2] for call in job.databricks] == ["validate", "deploy", "run"]
        assert "--strict" in job.databricks[0].words
        assert job.databricks[-1].words[-1].endswith("_smoke")


@each_case
def test_a_deploy_deletes_what_holds_data_only_where_a_person_says_so(
    case: Case, runner: Runner
) -> None:
    for (event, _), jobs in runner.runs(case).items():
        for call in (call for job in jobs for call in job.databricks):
            if call.words[2] == "deploy":
                assert ("--auto-approve" in call.words) == (event == "destructive_prod")


@each_case
def test_the_push_of_another_branch_or_tag_runs_nothing(case: Case, runner: Runner) -> None:
    assert runner.runs(case)["feature", NORMAL] == []
    assert runner.runs(case)["other_tag", NORMAL] == []


@each(lambda case: case.ci != "azure_devops")
@pytest.mark.parametrize("event", ["fork", "other_tag"])
def test_each_job_looks_at_the_event_itself(event: str, case: Case, renderer: Renderer) -> None:
    """Neither the trigger nor what a job waits for is all that holds it back."""
    allowed = {"github": github.allowed, "gitlab": gitlab.allowed}[case.ci]
    assert allowed(tree_of(renderer, **case.answers), EVENTS[event]) == {"test"}


@each_case
def test_prod_is_deployed_from_its_branch(case: Case, runner: Runner) -> None:
    """A mere commit, as CI systems check it out, would tell the guard of prod nothing."""
    for job, target in deploying({("main", NORMAL): runner.runs(case)["main", NORMAL]}):
        assert {call.branch for call in job.databricks} == {"main"}, target


@each_of_gitlab
def test_what_looks_at_history_has_all_of_it(case: Case, renderer: Renderer) -> None:
    """The other systems are played with the depth that they are told."""
    jobs = gitlab.jobs_of(tree_of(renderer, **case.answers)).values()
    looking = [job for job in jobs if re.search("merge-base|describe", str(job.get("script")))]
    assert len(looking) >= len(case.targets) - 1
    for job in looking:
        assert job["variables"]["GIT_DEPTH"] == 0


@each(lambda case: case.ci != "gitlab")
def test_no_checkout_leaves_a_token_behind(case: Case, runner: Runner) -> None:
    calls = [call for jobs in runner.runs(case).values() for job in jobs for call in job.calls]
    checkouts = [call for call in calls if call.words[:1] == ("uses",) and "checkout" in call.text]
    assert checkouts
    for call in checkouts:
        left = {word for word in call.words if word.lower().startswith("persist")}
        assert left in ({"persist-credentials=false"}, {"persistCredentials=false"})


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
    tested, planned, *tried = runner.runs(case)["pull_request", NORMAL]
    assert [job.name for job in tried] == ["integration"] * case.try_out
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
            target = "dev" if call.target in (COPY, "") else call.target  # "": schemas of the copy
            own = answers.read(f"{target}_service_principal")
            allowed = {own} | ({READER} if case.reader_service_principal else set())
            if call.changes:
                allowed = {own}
            who, environment = identity(call)
            if environment:
                names = {target} if call.changes else {target, "plan"}
                assert environment in names, call
            if not call.variables.get("AZURE_CONNECTION"):
                assert who in allowed, call
            assert call.variables.get("DATABRICKS_HOST") in (
                None,
                answers.read(f"{target}_host"),
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
    copy = {COPY: hosts["dev"]} if case.try_out else {}
    assert hosts == copy | {target: answers.read(f"{target}_host") for target in case.targets}


@each_case
def test_a_target_takes_one_deploy_at_a_time(case: Case, runner: Runner) -> None:
    name = {"github": "deploy-{}"}.get(case.ci, "{}")
    turns = {(target, job.turn) for job, target in deploying(runner.runs(case))}
    assert turns == {(target, name.format(target)) for target in case.targets}


@each_case
def test_a_newer_commit_stops_no_deploy(case: Case, runner: Runner) -> None:
    assert not [job.name for job, _ in deploying(runner.runs(case)) if job.interruptible]


@each(lambda case: case.try_out)
def test_a_pull_request_is_tried_out_in_dev(case: Case, runner: Runner, renderer: Renderer) -> None:
    """With the identity of dev, one commit of a pull request after the other."""
    own = answered(renderer, **case.answers).read("dev_service_principal")
    unseen = case.ci_auth == "federation" and case.cloud == "aws"
    place = {"github": ("dev", "integration-7"), "gitlab": ("dev", "pr-7")}
    for (event, weather), jobs in runner.runs(case).items():
        tried = [job for job in jobs if job.name == "integration"]
        assert len(tried) == ((event, weather) == ("pull_request", NORMAL))
        for job in tried:
            assert (job.environment, job.turn) == place.get(case.ci, ("", ""))
            assert {call.target for call in job.databricks if call.changes} == {COPY}
            who = ("" if case.cloud == "azure" else own, "" if unseen else "dev")
            assert {identity(call) for call in job.databricks} == {who}
            # On GitHub a newer commit stops all but the step that destroys the copy.
            assert case.ci == "github" or not job.interruptible
        others = [call for job in jobs if job not in tried for call in job.databricks]
        assert COPY not in {call.target for call in others}


@each(lambda case: case.try_out)
def test_a_copy_is_destroyed_whatever_comes_of_it(case: Case, runner: Runner) -> None:
    weathers = [Weather(failing=each) for each in ("", f"^databricks bundle run --target {COPY}")]
    for jobs, result in zip(
        runner.weathers(case, "pull_request", weathers), ("success", "failure"), strict=True
    ):
        (tried,) = (job for job in jobs if job.name == "integration")
        assert tried.result == result
        # Its schema is of the bundle, and goes with it.
        assert tried.databricks[-1].words[1:3] == ("bundle", "destroy")


@each_case
def test_every_job_has_a_time_limit(case: Case, runner: Runner) -> None:
    for jobs in runner.runs(case).values():
        for job in jobs:
            assert job.minutes is not None
            assert 1 <= job.minutes <= (120 if job.name == "integration" else 60)


@each_of_github
def test_a_job_of_github_may_do_no_more_than_it_does(
    case: Case, runner: Runner, renderer: Renderer
) -> None:
    for path, content in tree_of(renderer, **case.answers).items():
        if path.startswith(".github/workflows/"):
            assert yaml.safe_load(content)["permissions"] == {}
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
    for event in CHANGING:
        jobs = runner.runs(case)[event, UNTESTED]
        assert not [call for job in jobs for call in job.databricks]
        if runner.runs(case)[event, NORMAL]:
            assert [job.result for job in jobs] == ["failure"]


@each_of_gitlab
def test_nobody_can_start_a_deploy_before_the_test_is_over(case: Case, renderer: Renderer) -> None:
    """A manual job waits for the stages before its own, or for what it needs instead."""
    pipeline = yaml.safe_load(tree_of(renderer, **case.answers)[".gitlab-ci.yml"])
    test = pipeline["test"]
    assert not test.get("allow_failure")
    for target in case.targets:
        job = pipeline[f"deploy-{target}"]
        stages = [pipeline["stages"].index(each["stage"]) for each in (test, job)]
        assert stages == sorted(set(stages))
        needed = [each["needs"] for each in (job, *job["rules"]) if "needs" in each]
        assert all("test" in each for each in needed)


@each(lambda case: case.include_staging)
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


@each(lambda case: not case.reader_service_principal)
def test_without_a_reader_nobody_looks_for_drift(case: Case, runner: Runner) -> None:
    assert runner.runs(case)["nightly", NORMAL] == []


@each_system
def test_an_update_is_proposed_and_a_conflict_is_noticed(case: Case, runner: Runner) -> None:
    weathers = [Weather(update=update) for update in ("nothing", "changes", "conflict")]
    for jobs, outcome in zip(
        runner.weathers(case, "weekly", weathers), ("nothing", "updated", "by-hand"), strict=True
    ):
        (job,) = jobs
        pushes = [
            call.words for call in job.calls if call.words[0] == "git" and "push" in call.words
        ]
        assert len(pushes) == (outcome == "updated")
        for words in pushes:
            _, force, where, what = words[words.index("push") :]
            assert (force, what) == ("--force", "template-update")
            assert where == "origin" or where.endswith(f"@gitlab.com/{REPOSITORY}.git")
        texts = "\n".join(call.text for call in job.calls)
        if outcome == "nothing":
            assert job.result == "success"
            assert not re.search(r"gh (pr|issue)|merge_requests|/issues|az repos", texts)
        elif outcome == "updated":
            assert job.result == "success"
            assert re.search(r"gh pr create|merge_requests|az repos pr create", texts)
        else:
            assert re.search(r"gh issue|/issues", texts) or job.result == "failure"


@each(lambda case: case.ci == "github" and case.promotion == "branches")
def test_the_app_of_github_may_do_no_more_than_an_update_takes(case: Case, runner: Runner) -> None:
    ((job,),) = runner.weathers(case, "weekly", [Weather(update="changes")])
    (words,) = (call.words for call in job.calls if "create-github-app-token" in call.text)
    asked = {word for word in words if word.startswith(("permission-", "owner", "repositories"))}
    needed = ("contents", "pull-requests", "workflows")
    assert asked == {f"permission-{each}=write" for each in needed}


# WHAT PEOPLE SET UP ---------------------------------------------------------------
CUSTOM = {"protected_branches": False, "custom_branch_policies": True}


@pytest.fixture
def asked(case: Case, renderer: Renderer, tmp_path: Path) -> list[Command]:
    """The commands that set up a repo."""
    return commands(setup_of(renderer, case), tmp_path)


def environments(case: Case) -> set[str]:
    """Returns the environments, each of which has an identity."""
    return {*case.targets, *(["plan"] if case.reader_service_principal else [])}


def sources(case: Case, environment: str) -> set[tuple[str, str]]:
    """Returns the branches and tags that an environment is for; none where it is for all."""
    if environment in ("dev", "plan"):
        return set()
    main, tags = {("branch", "main")}, {("tag", "v*")}
    if environment == "template-update":
        return main
    return tags if (case.promotion, environment) == ("tags", "prod") else main | tags


@each_case
def test_schemas_are_made_by_the_service_principal_of_a_target_and_by_developers_in_dev(
    case: Case, asked: list[Command], renderer: Renderer
) -> None:
    made = {
        (command.after("-t"), *command.words[3:5], re.search(r"--arg who (\S+)", command.text)[1])
        for command in asked
        if command.words[:3] == ("databricks", "grants", "update")
        and "CREATE_SCHEMA" in command.text
    }
    answers = answered(renderer, **case.answers)
    expected = {
        ("dev", "0"),
        *((each, answers.read(f"{each}_service_principal")) for each in case.targets),
    }
    assert made == {
        (target, "catalog", answers.read(f"{target}_catalog"), who) for target, who in expected
    }


@each_of_github
def test_an_environment_of_github_is_guarded(case: Case, asked: list[Command]) -> None:
    made: dict[str, dict[str, Any]] = {}
    policies: dict[str, set[tuple[str, str]]] = {}
    for command in asked:
        if found := re.search(rf"repos/{REPOSITORY}/environments/([\w-]+)(/\S+)?", command.text):
            if found[2]:
                kind, name = (re.search(rf"{key}=(\S+)", command.text) for key in ("type", "name"))
                policies.setdefault(found[1], set()).add((kind[1], name[1]))
            else:
                made[found[1]] = json.loads(command.body or "{}")
    assert made.keys() == environments(case) | {"template-update"}
    for name, settings in made.items():
        assert policies.get(name, set()) == sources(case, name)
        assert settings.get("deployment_branch_policy") == (CUSTOM if name in policies else None)
    assert made["prod"]["reviewers"]
    assert made["prod"]["prevent_self_review"] is True


@each(lambda case: case.ci == "azure_devops")
def test_an_environment_of_azure_is_guarded(case: Case, renderer: Renderer) -> None:
    rows = re.findall(r"^\| (\w+) \| (exclusive.*) \|$", setup_of(renderer, case), re.MULTILINE)
    checks = {target: checks.split("; ") for target, checks in rows}
    assert checks.keys() == set(case.targets)
    for target in case.targets:
        refs = sorted(
            f"refs/{'heads' if k == 'branch' else 'tags'}/{n}" for k, n in sources(case, target)
        )
        control = [f"branch control: `{', '.join(refs)}`"] * bool(refs)
        approval = ["approval by someone other than who started the run"] * (target == "prod")
        assert checks[target] == ["exclusive lock", *control, *approval]


@each(lambda case: case.ci != "azure_devops" and case.ci_auth == "secret")
def test_a_secret_is_seen_in_its_environment_alone(case: Case, asked: list[Command]) -> None:
    """On GitLab, also by no job of a branch that is not protected, where that may not deploy."""
    option = {"github": "--env", "gitlab": "--scope"}[case.ci]
    kept = [each for each in asked if " set DATABRICKS_CLIENT_SECRET " in each.text]
    assert {each.after(option) for each in kept} == environments(case)
    for each in kept if case.ci == "gitlab" else []:
        assert "--masked" in each.words
        assert ("--protected" in each.words) == bool(sources(case, each.after(option)))


@each_of_gitlab
def test_the_token_for_updates_is_seen_by_their_job_alone(
    case: Case, asked: list[Command], renderer: Renderer
) -> None:
    (token,) = (each for each in asked if " set UPDATE_TOKEN " in each.text)
    assert {"--masked", "--protected"} <= set(token.words)
    jobs = gitlab.jobs_of(tree_of(renderer, **case.answers))
    places = {
        name: job["environment"]["name"] for name, job in jobs.items() if "environment" in job
    }
    seeing = [name for name, place in places.items() if place == token.after("--scope")]
    assert seeing == ["template-update"]


@each(lambda case: case.ci_auth == "federation" and case.cloud == "aws")
def test_databricks_trusts_the_tokens_that_ci_gives(
    case: Case, asked: list[Command], runner: Runner
) -> None:
    trusted: dict[str, list[dict[str, Any]]] = {}
    for command in asked:
        if "service-principal-federation-policy" in command.words:
            policy = json.loads(command.after("--json"))["oidc_policy"]
            trusted.setdefault(command.after("create").removeprefix("id-"), []).append(policy)
    assert trusted.keys() == environments(case)
    jobs = [job for jobs in runner.runs(case).values() for job in jobs if job.databricks]
    audiences = {job.audience for job in jobs}
    for environment, policies in trusted.items():
        assert {each for policy in policies for each in policy["audiences"]} == audiences
        subjects = {policy["subject"] for policy in policies}
        if case.ci == "github":
            assert [each.partition(":")[2] for each in subjects] == [f"environment:{environment}"]
        elif case.ci == "gitlab":
            tiers = {"dev": "development", "plan": "other", "prod": "production"}
            tier = f"deployment_tier:{tiers.get(environment, environment)}"
            guarded = bool(sources(case, environment))
            refs = [True] if guarded else [True, False]
            assert subjects == {
                f"project_path:{REPOSITORY}:ref_protected:{ref}:environment_protected:{guarded}".lower()
                + f":{tier}"
                for ref in refs
            }
        else:
            assert subjects == {f"p://{REPOSITORY}/sales-pipeline"}


# THE PAGE ------------------------------------------------------------------------


def test_the_page_says_what_runs(runner: Runner, request: pytest.FixtureRequest) -> None:
    shown = [case for case in CASES if case.reader_service_principal and case.cloud == "aws"]
    text = page({case: runner.runs(case) for case in shown})
    if request.config.getoption("--rewrite-golden"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "run: nox -s docs"
