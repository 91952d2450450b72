# /// script
# requires-python = ">=3.10"
# dependencies = ["copier>=9.18.0,<10"]
# ///
"""Hands a Cookiecutter project over to Copier, which renders the same template and can update it.

Cookiecutter has written one file, `.front-door.json`, with the answers it took; Copier does the
rest in its place. Cookiecutter renders this hook before running it, so it holds no Jinja: answers
arrive as data and cannot become code. Where Cookiecutter's environment has no Copier, uv or pipx
runs this file again with what its header asks for.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

MARKER = Path(".front-door.json")


def main() -> int:
    try:
        from copier import run_copy
        from copier.errors import UserMessageError
    except ModuleNotFoundError:
        return elsewhere()
    door = json.loads(MARKER.read_text(encoding="utf-8"))
    MARKER.unlink()
    answers = {key: value for key, value in door.items() if not key.startswith("_")}
    others = answers.pop("other_questions")
    try:
        run_copy(
            source(door),
            Path.cwd(),
            answers,
            vcs_ref=door["_checkout"],
            defaults=others == "take the defaults",
            overwrite=True,
            unsafe=True,  # whoever let Cookiecutter run this hook trusts the template
        )
    except (UserMessageError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def elsewhere() -> int:
    """Runs this file where Copier is, with the first runner on PATH."""
    for runner in (["uv", "run", "--script"], ["pipx", "run"]):
        if shutil.which(runner[0]):
            return subprocess.run([*runner, __file__], check=False).returncode
    print(
        "This template is rendered by Copier, which is not installed here: "
        f"{sys.executable} -m pip install copier",
        file=sys.stderr,
    )
    return 1


def source(door: dict[str, str]) -> str:
    """Returns where the template came from, in the form in which Copier finds it again."""
    template = door["_template"]
    # A hook is not told where Cookiecutter was started: the shell's folder, or that of the output.
    for start in (os.environ.get("PWD", ""), door["_output_dir"]):
        folder = Path(start, Path(template).expanduser())
        if folder.is_absolute() and (folder / "copier.yml").is_file():
            return str(folder.resolve())
    if template.endswith(".zip"):
        return door["_repo_dir"]
    if template.startswith("bb:"):
        return f"https://bitbucket.org/{template.removeprefix('bb:')}.git"
    if template.startswith("file://"):
        return f"git+{template}"
    return template


if __name__ == "__main__":
    sys.exit(main())
