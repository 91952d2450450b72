"""The repos whose delivery is proven, and what runs in them for each event."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import azure
import github
import gitlab
import rendering
from events import EVENTS, Event
from filelock import FileLock
from recorder import SEEN_BY_CI, Bench, Job, Weather
from rendering import Answers, Renderer

READER = "6f1a2b3c-0d4e-4f5a-8b6c-7d8e9f0a1b2c"
CI_FILES = (".github/workflows/", ".gitlab-ci.yml", "azure-pipelines")
SETUP = "docs/setup.md"
NORMAL = Weather(plan="nothing")
UNTESTED = Weather(failing="^uv run pytest")
BROKEN_STAGING = Weather(failing="^databricks bundle run .*staging")
# The events after which something is deployed, or a pull request tried out.
CHANGING = ("pull_request", "develop", "main", "tag", "manual_dev", "rollback_prod")

Runs = dict[tuple[str, Weather], list[Job]]  # by event and weather


@dataclass(frozen=True)
class Case:
    """The answers that decide how a repo is delivered."""

    ci: str
    promotion: str
    include_staging: bool
    ci_auth: str
    reader_service_principal: str
    cloud: str = "aws"

    @property
    def answers(self) -> dict[str, Any]:
        return vars(self) | {"try_out": self.try_out}

    @property
    def try_out(self) -> bool:
        """Whether each pull request has a copy of its own, which adds a job to it alone."""
        return self.promotion == "trunk" and not self.reader_service_principal

    @property
    def targets(self) -> list[str]:
        return ["dev", "staging", "prod"] if self.include_staging else ["dev", "prod"]

    def __str__(self) -> str:
        staging = "staging" if self.include_staging else "no_staging"
        reader = "reader" if self.reader_service_principal else "no_reader"
        return "-".join((self.ci, self.promotion, staging, self.ci_auth, reader, self.cloud))


def cases() -> list[Case]:
    """Returns each CI system by each way of promotion and identity, with and without staging.

    Every second one has a reader, which adds jobs and changes nothing else, and some without it try
    pull requests out; the cloud makes a difference where Azure DevOps signs in to Azure.
    """
    found = []
    for ci, promotion, staging, auth in product(
        *(("github", "gitlab", "azure_devops"), ("branches", "trunk", "tags")),
        *((True, False), ("federation", "secret")),
    ):
        reader = READER if (auth == "federation") == staging else ""
        case = Case(ci, promotion, staging, auth, reader)
        found.append(case)
        if (ci, auth) == ("azure_devops", "federation"):
            found.append(Case(ci, promotion, staging, auth, reader, "azure"))
    return found


CASES = cases()


def answered(renderer: Renderer, **given: Any) -> Answers:
    """Returns some answers, and the defaults for all others."""
    answers = Answers(renderer, lambda name, _: answers.recall(renderer.default, name), given)
    return answers


def setup_of(renderer: Renderer, case: Case) -> str:
    """Returns the page that says what is set up once."""
    tree = renderer.tree(answered(renderer, **case.answers), lambda path: path == SETUP)
    return tree[SETUP].decode()


def tree_of(renderer: Renderer, **given: Any) -> rendering.Tree:
    """Returns the files of a repo that its CI sees."""
    wanted = (*CI_FILES, *SEEN_BY_CI)
    return renderer.tree(answered(renderer, **given), lambda path: path.startswith(wanted))


def play(case: Case, bench: Bench, wanted: list[tuple[str, Weather]]) -> Runs:
    """Returns what runs for events in some weathers."""
    asked: list[tuple[Event, Weather]] = [(EVENTS[name], weather) for name, weather in wanted]
    if case.ci == "gitlab":
        stored = gitlab.SECRETS if case.ci_auth == "secret" else ("COMMENT_TOKEN",)
        played = gitlab.run(bench, asked, stored)
    else:
        run = github.run if case.ci == "github" else azure.run
        played = {each: run(bench, *each) for each in asked}
    return dict(zip(wanted, (played[each] for each in asked), strict=True))


class Runner:
    """Plays what is asked for, once in all processes of a test session.

    Args:
        folder: shared by these processes.
        own: of this process alone.
    """

    def __init__(self, renderer: Renderer, folder: Path, own: Path):
        self.renderer = renderer
        self.folder = folder
        self.own = own
        self.kept: dict[str, Runs] = {}

    def runs(self, case: Case) -> Runs:
        """Returns what runs for every event, and what still does where something fails."""
        wanted = [(name, NORMAL) for name in EVENTS]
        wanted += [(name, UNTESTED) for name in CHANGING]
        if case.include_staging:
            wanted += [(event, BROKEN_STAGING) for event in ("main", "tag")]
        return self.recalled(str(case), case, wanted)

    def weathers(self, case: Case, event: str, weathers: list[Weather]) -> list[list[Job]]:
        """Returns what runs for one event in each weather."""
        wanted = [(event, weather) for weather in weathers]
        runs = self.recalled(f"{case}-{event}-{hash_of(weathers)}", case, wanted)
        return [runs[each] for each in wanted]

    def recalled(self, name: str, case: Case, wanted: list[tuple[str, Weather]]) -> Runs:
        if name not in self.kept:
            path = self.folder / f"{name}.pickle"
            with FileLock(self.folder / f"{name}.lock"):
                if not path.exists():
                    tree = tree_of(self.renderer, **case.answers)
                    bench = Bench(tree, self.own / name)
                    path.write_bytes(pickle.dumps(play(case, bench, wanted)))
                self.kept[name] = pickle.loads(path.read_bytes())
        return self.kept[name]


def hash_of(weathers: list[Weather]) -> str:
    words = (f"{each.failing}{each.plan}{each.update}" for each in weathers)
    return "".join(filter(str.isalnum, "".join(words)))[:80]


def shared(folder: Path) -> Path:
    """Returns the folder that all processes of pytest-xdist have in common."""
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
