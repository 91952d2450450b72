"""Checks the bundle that Copier has just written (`copier copy`) or merged (`copier update`).

Copier runs this file with its own interpreter, inside the generated repo: as a task after a copy,
as a migration after an update. It has no rules of its own and executes nothing of that repo.

Exit status: 1 after errors, and after an update that left merge conflicts; else 0. A copy that
fails leaves its destination as it was, unless --overwrite let it replace what was there. An update
that fails has been merged all the same and stays in the working tree; the status is for CI, since
`copier update` itself ends with 0 on conflicts.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import moves

TEMPLATE = Path(__file__).resolve().parent.parent
# Copier names its answers file when the template passes `_copier_conf.answers_file` on.
ANSWERS = Path(sys.argv[1] if len(sys.argv) > 1 else ".copier-answers.yml")
# With --overwrite, a file may have replaced one that was there before.
OVERWRITTEN = sys.argv[2:3] == ["overwritten"]

# Started with the template's `src` in the place of the current folder, so that no module of the
# generated repo can be imported by accident.
CHECKER = """\
import sys
sys.path[0] = sys.argv.pop(1)
import bundlewright.checking
import bundlewright.__main__
"""


def main() -> int:
    operation = os.environ.get("COPIER_OPERATION")
    conflicts = merge_conflicts() if operation == "update" else []
    if conflicts:
        say(f"The update left merge conflicts to resolve in {', '.join(conflicts)}.")
    command = checker_command()
    if command is None:
        say(
            "The bundle was NOT validated: PyYAML is missing here, and neither uv nor pipx can "
            f"fetch it. Validate it with: {by_hand()}"
        )
        valid = True  # as far as is known
    else:
        # Placeholders are said below, by the names of their answers.
        checked = subprocess.run([*command, "check", "--ignore", "BW764", "."], check=False)
        valid = checked.returncode == 0
    answers = recorded()
    folder = folder_in_repository()
    if operation == "copy" and not valid:
        undo_copy()
    else:
        say_where_ci_is_read(answers, folder)
    if valid and (names := moves.placeholders(answers)):
        given = " ".join(f"--data {name}=..." for name in names)
        say(f"Placeholders are left: uvx copier update --trust --defaults {given}")
    if operation == "update":
        before, commit, kept = committed()
        for line in moves.advice(before, answers, commit, kept, folder or ""):
            say(line)
    deleted = ("diff", "-z", "--name-only", "--relative", "--diff-filter=D")
    if operation == "update" and (removed := git(*deleted)):
        say(f"The update removed files; to have them back: git restore {shlex.join(removed)}")
        if resources := [path for path in removed if path.startswith("resources/")]:
            say(f"The next deploy deletes what {', '.join(resources)} declared. To keep it, run")
            say("`databricks bundle deployment unbind <key> --target <target>` for each target,")
            say("before that deploy and from the commit before this update.")
    if operation == "update" and (conflicts or not valid):
        say("The update is complete in the working tree: mend what is named above, then commit it.")
    return 0 if valid and not conflicts else 1


def checker_command() -> list[str] | None:
    """Returns the command of the template's own checker; None when what it needs is nowhere."""
    for command in (
        [sys.executable, "-c", CHECKER, str(TEMPLATE / "src")],
        ["uv", "tool", "run", "--from", str(TEMPLATE), "bundlewright"],
        ["pipx", "run", "--spec", str(TEMPLATE), "bundlewright"],
    ):
        if shutil.which(command[0]):
            probe = subprocess.run([*command, "--version"], capture_output=True, check=False)
            if probe.returncode == 0:
                return command
    return None


def recorded() -> moves.Answers:
    """Returns the answers in the working tree."""
    return moves.read(ANSWERS.read_text(encoding="utf-8") if ANSWERS.is_file() else "")


def committed() -> tuple[moves.Answers, str, list[str]]:
    """Returns the answers of the last commit, its name, and the keys of what holds data there."""
    folders = ("resources/schemas", "resources/volumes", "resources/registered_models")
    files = git("ls-tree", "-r", "-z", "--name-only", "HEAD", *folders)
    [commit] = git("rev-parse", "--short", "HEAD", end="\n") or [""]
    lines = git("show", f"HEAD:./{ANSWERS}", end="\n")
    return moves.read("\n".join(lines)), commit, [Path(one).name.partition(".")[0] for one in files]


def by_hand() -> str:
    """Returns the command that installs the checker from the template's source and runs it."""
    source = recorded().get("_src_path", str(TEMPLATE))
    for short, host in {"gh:": "github.com", "gl:": "gitlab.com"}.items():
        if source.startswith(short):
            source = f"https://{host}/{source.removeprefix(short).lstrip('/')}"
    if "://" in source and not source.startswith("git+"):
        source = f"git+{source}"
    return f"pip install {shlex.quote(source)} && bundlewright check {shlex.quote(str(Path.cwd()))}"


def merge_conflicts() -> list[str]:
    """Returns the files with unmerged index entries or conflict markers, and the rejected hunks."""
    unmerged = git("ls-files", "-z", "--unmerged")
    marked = git("grep", "-z", "--untracked", "--name-only", "-e", "^<<<<<<< before updating")
    rejected = git("ls-files", "-z", "--others", "--", "*.rej")
    return sorted({entry.rpartition("\t")[2] for entry in unmerged + marked + rejected})


def undo_copy() -> None:
    """Leaves the destination as it was, as far as that is known, and says what was done."""
    if OVERWRITTEN:
        say("The bundle would not deploy. With --overwrite, its files may have replaced others,")
        say("so none is removed from a folder that was there before.")
        overwritten = git("diff", "-z", "--name-only", "--relative")
    else:
        overwritten = remove_copy()
        say("The copy was undone, because its bundle would not deploy.")
    if overwritten:
        say(f"Git has what it overwrote: git restore {shlex.join(overwritten)}")


def remove_copy() -> list[str]:
    """Removes from the current folder what this copy added to it.

    Copier itself removes a destination only when it created it. A file is of this copy when the
    same answers render it again, byte for byte, and it is no older than the template's folder: of a
    template in git, that is the clone which Copier makes anew for each run.

    Returns:
        The files that git tracks and that were overwritten: they stay as they are.
    """
    import yaml
    from copier import run_copy

    def content(path: Path) -> object:
        if path.name != ANSWERS.name:
            return path.read_bytes()
        # The second rendering names another source.
        recorded = yaml.safe_load(path.read_bytes())
        return {key: value for key, value in recorded.items() if not key.startswith("_")}

    repo = Path.cwd()
    began = TEMPLATE.stat().st_mtime
    tracked = set(git("ls-files", "-z"))
    overwritten = []
    with TemporaryDirectory() as folder:
        again = Path(folder, repo.name)
        options = {"defaults": True, "quiet": True, "skip_tasks": True}
        answers = content(repo / ANSWERS) if (repo / ANSWERS).is_file() else {}
        run_copy(str(TEMPLATE), again, answers, answers_file=ANSWERS, vcs_ref="HEAD", **options)
        for rendered in sorted(again.rglob("*"), reverse=True):  # children before their folders
            name = rendered.relative_to(again)
            path = repo / name
            if rendered.is_dir():
                if path.is_dir() and not any(path.iterdir()):
                    path.rmdir()
            elif (
                path.is_file()
                and path.stat().st_mtime >= began
                and content(path) == content(rendered)
            ):
                if name.as_posix() in tracked:
                    overwritten.append(str(name))
                else:
                    path.unlink()
    return sorted(overwritten)


def folder_in_repository() -> str | None:
    """Returns the path of the current folder in its repository; None where there is none."""
    lines = git("rev-parse", "--show-prefix", end="\n")
    return lines[0].rstrip("/") if lines else None


def say_where_ci_is_read(answers: moves.Answers, folder: str | None) -> None:
    """Says where the repo lies in a repository that holds more, as far as its CI does not fit.

    Args:
        answers: the answers in the working tree.
        folder: see `folder_in_repository`.
    """
    if folder is None or answers.get("ci") == "none":
        return
    if answers.get("folder", "") != folder:
        if folder:
            say(
                f"This folder is {folder} of a repository, at whose root CI is read. Make it fit by"
            )
        else:
            say(f"CI would run in {answers['folder']}, but this is the root. Make it fit by")
        say(f"  copier update --trust --defaults --data folder={shlex.quote(folder)}")
        return
    if not folder:
        return
    name = answers.get("project_name", "")
    root = Path(*[".."] * len(Path(folder).parts), ".github/workflows")
    for workflow in sorted(Path(".github/workflows").glob("*.yml")):
        own = f"{name}.yml" if workflow.stem == "ci" else f"{name}-{workflow.name}"
        copy = root / own
        if not copy.is_file() or copy.read_bytes() != workflow.read_bytes():
            say("GitHub reads workflows at the root only:")
            source, target = workflow.as_posix(), shlex.quote(copy.as_posix())
            say(f"  mkdir -p {root.as_posix()} && cp {source} {target}")


def git(*arguments: str, end: str = "\0") -> list[str]:
    """Returns git's answer item by item; an empty list outside a repository and without git."""
    if not shutil.which("git"):
        return []
    process = subprocess.run(
        ["git", *arguments],
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
    return process.stdout.split(end)[:-1]


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
