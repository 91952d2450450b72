"""Arithmetic of sizes: how many workers a job should have, and how much time.

The figures are starting points: change them to what you learn.
"""

import math
from dataclasses import dataclass

GB = 10**9  # bytes
GB_PER_WORKER = 16  # of compressed table files: minutes of reading for four cores
WORKERS = (1, 20)  # at least, at most

ENOUGH_RUNS = 5  # that succeeded
TIMES_AVERAGE = 3
TIMES_LONGEST = 1.5
ROUNDED_TO = 300  # seconds
TIMEOUT = (900, 86400)  # seconds, at least and at most
SLOW = 0.5  # of the timeout: somebody should look before the run is stopped


@dataclass(frozen=True)
class History:
    """How long the successful runs of a job, or of one of its tasks, took.

    Args:
        task: key of the task; empty for the job as a whole.
        runs: how many there were.
        average: of their durations, in seconds.
        longest: of their durations, in seconds.
    """

    task: str
    runs: int
    average: float
    longest: float


@dataclass(frozen=True)
class Proposal:
    """A setting, and why.

    Args:
        task: key of the task; empty for what belongs to the whole job.
        setting: its name in the bundle.
        value: what is proposed.
        reason: the figures that it follows from.
    """

    task: str
    setting: str
    value: int
    reason: str


def clamp(value: int, bounds: tuple[int, int]) -> int:
    """Return the value, or the bound that it lies beyond."""
    least, most = bounds
    return max(least, min(value, most))


def workers(size_in_bytes: int) -> dict[str, int]:
    """Return how many workers there should be at least and at most, by the names of the variables.

    Args:
        size_in_bytes: of the tables that the job reads.
    """
    most = clamp(math.ceil(size_in_bytes / GB / GB_PER_WORKER), WORKERS)
    return {"min_workers": clamp(most // 4, WORKERS), "max_workers": most}


def timeout(history: History) -> int | None:
    """Return after how many seconds a run hangs; null where too few have succeeded to tell.

    One run that was long does not set the pace, but what has succeeded before is not stopped.
    """
    if history.runs < ENOUGH_RUNS:
        return None
    seconds = max(TIMES_AVERAGE * history.average, TIMES_LONGEST * history.longest)
    return clamp(math.ceil(seconds / ROUNDED_TO) * ROUNDED_TO, TIMEOUT)


def propose(size_in_bytes: int, histories: list[History]) -> list[Proposal]:
    """Return what follows from the size of the tables and the times of past runs.

    Args:
        size_in_bytes: of the tables that the job reads; zero if there are none.
        histories: of the job and its tasks.
    """
    proposals = []
    if size_in_bytes:
        reason = f"{size_in_bytes / GB:.1f} GB of tables"
        proposals += [Proposal("", *sized, reason) for sized in workers(size_in_bytes).items()]
    for history in sorted(histories, key=lambda history: history.task):
        if seconds := timeout(history):
            reason = (
                f"{history.runs} runs, {history.average:.0f} s on average, "
                f"{history.longest:.0f} s at most"
            )
            proposals.append(Proposal(history.task, "timeout_seconds", seconds, reason))
            if not history.task:
                proposals.append(Proposal("", "slow_seconds", int(SLOW * seconds), reason))
    return proposals


def as_yaml(job: str, proposals: list[Proposal]) -> str:
    """Return proposals as they are spelled below a target in databricks.yml.

    Args:
        job: key of the job in the bundle.
        proposals: those of ``propose``.
    """
    text = []
    if variables := [each for each in proposals if not each.task]:
        text += ["variables:", *(f"  {_line(each)}" for each in variables)]
    if tasks := [each for each in proposals if each.task]:
        text += ["resources:", "  jobs:", f"    {job}:", "      tasks:"]
        for each in tasks:
            text += [f"        - task_key: {each.task}", f"          {_line(each)}"]
    return "\n".join(text)


def _line(proposal: Proposal) -> str:
    return f"{proposal.setting}: {proposal.value} # {proposal.reason}"
