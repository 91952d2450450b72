"""What happens to a repo, and what each CI system tells a pipeline about it.

The variables are those of
https://docs.github.com/actions/reference/workflows-and-actions/contexts,
https://docs.gitlab.com/ci/variables/predefined_variables/ and
https://learn.microsoft.com/azure/devops/pipelines/build/variables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

REPOSITORY = "acme/sales"
PROJECT = "1217"  # GitLab's number of it, which gitlab-ci-local does not let one choose
FEATURE = "feature"
TAG = "v1.2.0"
STRAY_TAG = "v9.9.9"  # of a commit that is not on main
OTHER_TAG = "nightly-1"  # which is no release
PULL_REQUEST = "refs/pull/7/merge"
# What tells the schedules of a GitLab project apart: a variable that each of them sets.
GITLAB_SCHEDULES = {"nightly": {"SCHEDULE": "drift"}, "weekly": {"SCHEDULE": "template-update"}}


@dataclass(frozen=True)
class Event:
    """Something that may start a pipeline.

    Args:
        title: how the documentation names it.
        kind: pull_request, push, manual or schedule.
        ref: what is checked out; of a pull request, the merge that GitHub makes of it.
        fork: whether the pull request comes from a copy of the repo.
        target: which one was chosen by hand.
        schedule: nightly or weekly.
        destructive: whether it was chosen by hand that a deploy may delete what holds data.
        shown: whether it has something to say on the page.
        changed: a file that the commits change, where only some files count.
    """

    title: str
    kind: str
    ref: str
    fork: bool = False
    target: str = ""
    schedule: str = ""
    destructive: bool = False
    shown: bool = True
    changed: str = "README.md"

    @property
    def name(self) -> str:
        """The branch or tag."""
        return FEATURE if self.kind == "pull_request" else self.ref.split("/", 2)[2]

    @property
    def is_branch(self) -> bool:
        return self.ref.startswith("refs/heads/")

    @property
    def is_tag(self) -> bool:
        return self.ref.startswith("refs/tags/")

    @property
    def protected(self) -> bool:
        """Whether only those may make such a commit who may deploy it."""
        return self.name in ("develop", "main") or (self.is_tag and self.name.startswith("v"))


MAIN = "refs/heads/main"
ANOTHER = f"refs/heads/{FEATURE}"
RELEASE = f"refs/tags/{TAG}"
STRAY = f"refs/tags/{STRAY_TAG}"
OTHER = f"refs/tags/{OTHER_TAG}"
EVENTS = {
    "pull_request": Event("pull request", "pull_request", PULL_REQUEST),
    "fork": Event("pull request of a fork", "pull_request", PULL_REQUEST, fork=True),
    "develop": Event("push to `develop`", "push", "refs/heads/develop"),
    "main": Event("push to `main`", "push", MAIN),
    "feature": Event("push to another branch", "push", ANOTHER),
    "tag": Event(f"tag `{TAG}`", "push", RELEASE),
    "stray_tag": Event("tag of a commit that is not on `main`", "push", STRAY),
    "other_tag": Event("another tag", "push", OTHER, shown=False),
    "manual_dev": Event("by hand: a branch to dev", "manual", ANOTHER, target="dev"),
    "manual_main": Event("by hand: `main` to prod", "manual", MAIN, target="prod"),
    "rollback_dev": Event("by hand: a tag to dev", "manual", RELEASE, target="dev"),
    "rollback_staging": Event("by hand: a tag to staging", "manual", RELEASE, target="staging"),
    "rollback_prod": Event("by hand: a tag to prod", "manual", RELEASE, target="prod"),
    "destructive_prod": Event(
        "by hand: a tag to prod, `destructive`",
        *("manual", RELEASE),
        target="prod",
        destructive=True,
        shown=False,
    ),
    "stray_staging": Event(
        "by hand: a stray tag to staging", "manual", STRAY, target="staging", shown=False
    ),
    "stray_prod": Event(
        "by hand: a tag that is not on `main` to prod", "manual", STRAY, target="prod"
    ),
    "other_dev": Event("by hand: another tag to dev", "manual", OTHER, target="dev", shown=False),
    "other_staging": Event(
        "by hand: another tag to staging", "manual", OTHER, target="staging", shown=False
    ),
    "other_prod": Event(
        "by hand: another tag to prod", "manual", OTHER, target="prod", shown=False
    ),
    "nightly": Event("every night", "schedule", MAIN, schedule="nightly"),
    "weekly": Event("every week", "schedule", MAIN, schedule="weekly"),
}


# Where a step finds the API of its CI system; a server of the tests takes its place.
API = {"url": "http://127.0.0.1:1"}


def github(event: Event, cron: str = "", inputs: dict[str, str] | None = None) -> dict[str, Any]:
    """Returns the context `github`, but for what a step or the run itself adds.

    Args:
        cron: the schedule that is due.
        inputs: what was chosen by hand.
    """
    names = {"manual": "workflow_dispatch"}
    payload: dict[str, Any] = {
        "repository": {"full_name": REPOSITORY, "default_branch": "main", "fork": False}
    }
    context: dict[str, Any] = {
        "event_name": names.get(event.kind, event.kind),
        "ref": event.ref,
        "ref_name": event.ref.split("/", 2)[2],
        "ref_type": "tag" if event.is_tag else "branch",
        "ref_protected": event.protected,
        "head_ref": "",
        "base_ref": "",
        "sha": "0123456789abcdef0123456789abcdef01234567",
        "repository": REPOSITORY,
        "repository_owner": REPOSITORY.partition("/")[0],
        "actor": "dev",
        "run_id": "4711",
        "run_number": "12",
        "run_attempt": "1",
        "token": "<token of the job>",
        "server_url": "https://github.com",
        "api_url": "https://api.github.com",
        "event": payload,
    }
    if event.kind == "pull_request":
        head = "someone/sales" if event.fork else REPOSITORY
        context |= {"head_ref": FEATURE, "base_ref": "main"}
        payload["action"] = "synchronize"
        payload["number"] = 7
        payload["pull_request"] = {
            "number": 7,
            "draft": False,
            "head": {"ref": FEATURE, "repo": {"full_name": head, "fork": event.fork}},
            "base": {"ref": "main", "repo": {"full_name": REPOSITORY}},
        }
    elif event.kind == "schedule":
        payload["schedule"] = cron
    elif event.kind == "manual":
        payload["inputs"] = inputs or {}
    return context


def gitlab(event: Event) -> dict[str, str | None]:
    """Returns the predefined variables that differ by event; None for those that are not there.

    The pipeline of a fork's merge request is one that a member has started in this project.
    """
    sources = {"pull_request": "merge_request_event", "manual": "web"}
    variables: dict[str, str | None] = {
        "CI_PIPELINE_SOURCE": sources.get(event.kind, event.kind),
        "CI_PROJECT_ID": PROJECT,
        "CI_DEFAULT_BRANCH": "main",
        "CI_API_V4_URL": f"{API['url']}/api/v4",
        "CI_COMMIT_REF_NAME": event.name,
        "CI_COMMIT_REF_PROTECTED": str(event.protected).lower(),
        "CI_COMMIT_BRANCH": event.name if event.is_branch else None,
        "CI_COMMIT_TAG": event.name if event.is_tag else None,
        "CI_MERGE_REQUEST_IID": None,
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": None,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": None,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": None,
    }
    for each in GITLAB_SCHEDULES.values():
        variables |= dict.fromkeys(each)
    if event.kind == "pull_request":
        variables |= {
            "CI_MERGE_REQUEST_IID": "7",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "99" if event.fork else PROJECT,
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": FEATURE,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        }
    return variables | GITLAB_SCHEDULES.get(event.schedule, {})


def azure(event: Event, schedule: str = "") -> dict[str, str]:
    """Returns the predefined variables that conditions read; '' for those that are not there.

    Args:
        schedule: display name of the schedule that is due.
    """
    reasons = {
        "pull_request": "PullRequest",
        "push": "IndividualCI",
        "manual": "Manual",
        "schedule": "Schedule",
    }
    request = event.kind == "pull_request"
    return {
        "Build.Reason": reasons[event.kind],
        "Build.SourceBranch": event.ref,
        "Build.SourceBranchName": event.ref.split("/")[-1],
        "Build.SourceVersion": "0123456789abcdef0123456789abcdef01234567",
        "Build.BuildId": "4711",
        "Build.BuildNumber": "20260101.1",
        "Build.Repository.ID": "5f0c",
        "Build.Repository.Name": "sales",
        "Build.Repository.Uri": "https://dev.azure.com/acme/data/_git/sales",
        "Build.CronSchedule.DisplayName": schedule,
        "Build.DefinitionName": "sales",
        "Agent.OS": "Linux",
        "Agent.TempDirectory": "",  # the folder of the run fills it in
        "Build.SourcesDirectory": "",
        "Build.ArtifactStagingDirectory": "",
        "Pipeline.Workspace": "",
        "System.AccessToken": "<token of the job>",
        "System.CollectionUri": f"{API['url']}/acme/",
        "System.TeamFoundationCollectionUri": f"{API['url']}/acme/",
        "System.TeamProject": "data",
        "System.TeamProjectId": "77",
        "System.DefaultWorkingDirectory": "",
        "System.PullRequest.IsFork": str(event.fork) if request else "",
        "System.PullRequest.PullRequestId": "7" if request else "",
        "System.PullRequest.SourceBranch": ANOTHER if request else "",
        "System.PullRequest.TargetBranch": MAIN if request else "",
    }
