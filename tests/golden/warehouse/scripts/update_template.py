"""Merges the newest release of the template into the branch template-update, for people to review.

Prints `nothing`, `updated` (a commit is on the branch) or `by-hand` (it cannot be merged alone).
The file update.md says more, for the pull request or the issue.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ANSWERS = Path(".copier-answers.yml")
BRANCH = "template-update"
AUTHOR = "template update"  # as CI names itself
REPORT = Path("update.md")
TEMPLATE = "https://github.com/bundlewright/bundlewright"
COPIER = "copier@9.19.1"
UPDATE = ["uvx", COPIER, "update", "--trust", "--defaults", "--skip-answered", "--conflict=inline"]


def output(*command: str) -> str:
    """Return what a command prints."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def release() -> str:
    """Return the release of the template that the repo is at."""
    found = re.search(r"^_commit: v?(\S+)$", ANSWERS.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else "unknown"


def changes(before: str, after: str) -> str:
    """Return what the template's changelog says about the releases after `before`.

    A template that cannot be cloned, or has no such changelog, is left unquoted.
    """
    with tempfile.TemporaryDirectory() as folder:
        clone = ["git", "clone", "--quiet", "--depth=1", f"--branch=v{after}", TEMPLATE, folder]
        changelog = Path(folder, "CHANGELOG.md")
        if subprocess.run(clone).returncode or not changelog.exists():
            return f"What changed: {TEMPLATE}"
        sections = re.split(r"^(?=## )", changelog.read_text(encoding="utf-8"), flags=re.MULTILINE)
    names = [re.match(r"## (\S+)", section) for section in sections]
    listed = [name[1] if name else "" for name in names]
    until = listed.index(before) if before in listed else len(listed)
    since = listed.index(after) if after in listed else 1
    return "".join(sections[since:until]).strip()


def unmerged() -> list[str]:
    """Return the files with conflicts, which Copier's exit status does not tell."""
    conflicts = output("git", "diff", "--name-only", "--diff-filter=U").splitlines()
    return conflicts + output("git", "ls-files", "--others", "--", "*.rej").splitlines()


def taken() -> bool:
    """Return whether somebody else has commits on the branch, which a new one would lose."""
    if not output("git", "branch", "--remotes", "--list", f"origin/{BRANCH}"):
        return False
    authors = output("git", "log", "--format=%an", f"HEAD..origin/{BRANCH}").splitlines()
    return any(author != AUTHOR for author in authors)


def main() -> str:
    if taken():
        raise SystemExit(f"Somebody works on {BRANCH}: merge it, and delete it.")
    before = release()
    subprocess.run(["git", "switch", "--quiet", "--force-create", BRANCH], check=True)
    # Its own check of the merged bundle is part of the update.
    update = subprocess.run(UPDATE, stdout=sys.stderr)
    conflicts = unmerged()
    if not output("git", "status", "--porcelain"):
        if update.returncode:
            raise SystemExit("Copier failed before it changed anything.")
        return "nothing"
    after = release()
    lines = [f"The template went from {before} to {after}.", "", changes(before, after), ""]
    if conflicts or update.returncode:
        lines += ["It needs a person:", "", "```sh", " ".join(UPDATE), "```", ""]
        lines += [f"- conflict in `{path}`" for path in conflicts]
        if not conflicts:
            lines += ["The merged bundle has findings: see the log of this run."]
        REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return "by-hand"
    subprocess.run(["git", "add", "--all"], check=True)
    message = f"Update the template to {after}"
    subprocess.run(["git", "commit", "--quiet", f"--message={message}"], check=True)
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "updated"


if __name__ == "__main__":
    print(main())
