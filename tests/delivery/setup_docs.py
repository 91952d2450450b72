"""Runs the commands of docs/setup.md with a recorder in place of all that leads out of the repo."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from events import REPOSITORY

# `jq` makes a secret of an answer, or of words what stands for JSON; a variable of GitLab is not
# there to be updated.
TOOLS = r"""
record() {
  local line
  printf -v line '%s\x1f' "$@"
  if [[ " $* " == *" --input - "* ]]; then line+=$(cat); fi
  printf '%s\x1e' "$line" >>"$RECORD"
}
for tool in databricks gh glab az git uvx; do eval "$tool() { record $tool \"\$@\"; }"; done
glab() { record glab "$@"; [[ $2 != update ]]; }
jq() { [[ $1 == -n ]] && echo "${*:2}" || echo made-up; }
"""
OWNER, NAME = REPOSITORY.split("/")
PLACEHOLDERS = {"organization": OWNER, "group": OWNER, "repository": NAME, "project": NAME}


@dataclass(frozen=True)
class Command:
    """A command that people are to run, and what it is given with `--input -`."""

    words: tuple[str, ...]
    body: str

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def after(self, option: str) -> str:
        """Returns the word after an option; empty where that is not given."""
        return self.words[self.words.index(option) + 1] if option in self.words else ""


def commands(page: str, folder: Path) -> list[Command]:
    """Returns what the page has people run.

    Args:
        folder: where they run it.
    """
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    found = 1
    while found:  # the inner ones first
        script, found = re.subn(r"<([a-z][^<>]*)>", filled, script)
    record = folder / "record"
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", TOOLS + script],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "RECORD": str(record)},
        input="made-up\n" * 9,  # what is typed in
        capture_output=True,
        text=True,
        check=False,
    )
    lines = record.read_text(encoding="utf-8").split("\x1e")[:-1]
    parts = [line.split("\x1f") for line in lines]
    return [Command(tuple(words), body) for *words, body in parts]


def filled(match: re.Match[str]) -> str:
    """Returns what stands for a placeholder: of `<id of sales-pipeline-dev>` this is `id-dev`."""
    whose = re.fullmatch(r"id of [\w-]+-(\w+)", match[1])
    return f"id-{whose[1]}" if whose else PLACEHOLDERS.get(match[1], "0")
