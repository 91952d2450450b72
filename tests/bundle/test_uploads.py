"""Which files are uploaded: patterns as git reads them, and what `sync` adds and takes."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from bundles import write_bundle

from bundlewright.bundle.model import Bundle
from bundlewright.bundle.uploads import Patterns

NAMES = ("a", "b", "ab", "a.py", "b.pyc", "dist", "x y", "a.b", "[c]", "#h", "!n")
PATTERNS = (
    *("a", "a/", "/a", "*.py", "*.pyc", "!b.pyc", "dist/", "/dist", "a/b", "a/*", "a/**", "**/b"),
    *("a/**/b", "?b", "[ab]", "[!a]b", "*", "!a", "\\#h", "\\!n", "# c", "", "  ", "a ", "b\\ "),
    *("**", "**/", "/*", "!/a", "x y", "*.b", "a*", "/**/b", "\\[c\\]", "[a-c]", "[]c]", "**a"),
    *("a**b", "!*/", "!a/b", "[", "a[", "[^a]b"),
)


@pytest.mark.skipif(not shutil.which("git"), reason="needs git, which is asked the same")
@pytest.mark.parametrize("seed", range(40))
def test_patterns_are_read_as_git_reads_them(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    lines = [rng.choice(PATTERNS) for _ in range(rng.randint(1, 4))]
    (tmp_path / ".gitignore").write_text("\n".join(lines) + "\n")
    names = set()
    for _ in range(14):
        path = tmp_path / "/".join(rng.choices(NAMES, k=rng.randint(1, 4)))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
        except OSError:
            continue  # a file stands where a folder should be
        names.add(path.relative_to(tmp_path).as_posix())
    listed = [*git, "ls-files", "-o", "--exclude-standard", "-z"]
    seen = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split("\0")
    (tmp_path / "databricks.yml").write_text("bundle: {name: b}\n")
    uploads = Bundle(tmp_path).uploads()
    ours = {name for name in names if not uploads.reason_against(str(tmp_path / name))}
    assert ours == names & set(seen), lines


def test_a_pattern_that_is_wrong_matches_nothing() -> None:
    assert Patterns(["[z-a]"]).found("z") is None


@pytest.mark.parametrize(
    ("sync", "name", "reason"),
    [
        ("", "src/a.py", ""),
        ("", "out/a.py", ".gitignore has 'out/'"),
        ("", "src/tmp/a.py", "src/.gitignore has 'tmp'"),
        ("", "src/keep/a.tmp", ""),
        ("", "src/a.tmp", ".gitignore has '*.tmp'"),
        ("", ".databricks/a", ".databricks is never uploaded"),
        ("sync: {include: [out/a.py]}", "out/a.py", ""),
        ("sync: {include: [out]}", "out/b/a.py", ""),
        ("sync: {include: ['${var.x}']}", "out/a.py", ""),
        ("sync: {exclude: [src/*]}", "src/a.py", "sync.exclude has 'src/*'"),
        ("sync: {exclude: ['**/*.py', '!src/a.py']}", "src/a.py", ""),
        ("sync: {paths: [src]}", "src/a.py", ""),
        ("sync: {paths: [lib]}", "src/a.py", "it is in none of the folders of sync.paths"),
        ("sync: {paths: [lib]}\ntargets: {t: {sync: {paths: [src]}}}", "src/a.py", ""),
        ("sync: {exclude: [src], include: [src]}", "src/a.py", "sync.exclude has 'src'"),
        ("sync: {exclude: ['*.py']}\ntargets: {t: {sync: {exclude: ['!a.py']}}}", "src/a.py", ""),
        ("targets: {t: {sync: {exclude: [src]}}, u: {}}", "src/a.py", ""),
    ],
)
def test_what_is_not_uploaded_has_a_reason(
    tmp_path: Path, sync: str, name: str, reason: str
) -> None:
    text = f"bundle: {{name: b}}\n{sync}\n@ .gitignore\nout/\n*.tmp\n@ src/.gitignore\ntmp\n"
    root = write_bundle(tmp_path, text + "@ src/keep/.gitignore\n!*.tmp\n")
    found = Bundle(root).uploads().reason_against(os.path.join(root, name))
    assert (reason in found) if reason else not found, found


def test_the_folder_itself_is_uploaded_where_a_gitignore_lists_what_is_kept(tmp_path: Path) -> None:
    text = "bundle: {name: b}\n@ .gitignore\n*\n!src/\n!src/**\n"
    uploads = Bundle(write_bundle(tmp_path, text)).uploads()
    assert uploads.reason_against(str(tmp_path), True) == ""
    assert uploads.reason_against(str(tmp_path / "src" / "a.py")) == ""
    assert uploads.reason_against(str(tmp_path / "a.py")) == ".gitignore has '*'"


def test_ignores_of_the_repository_around_a_bundle_count(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("/team/b/out\n")
    root = write_bundle(tmp_path / "team" / "b", "bundle: {name: b}\n")
    found = Bundle(root).uploads().reason_against(str(root / "out" / "a.py"))
    assert found == "../../.gitignore has '/team/b/out'"
