"""Proves that `copier update` brings the template's changes and keeps every edit of the owners."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import rendering
import yaml
from conftest import commit, copier, git
from ruamel.yaml import YAML

JOB = "resources/jobs/sales_pipeline.job.yml"


@pytest.fixture
def repo(template_repo: Path, tmp_path: Path) -> Path:
    """A committed repo made from the template's tag v1.0.0."""
    return start(template_repo, tmp_path / "repo")


def start(template: Path | str, repo: Path, *options: str) -> Path:
    process = copier("copy", "--trust", "--defaults", *options, template, repo)
    assert process.returncode == 0, process.stdout + process.stderr
    commit(repo, "Start")
    return repo


def update(repo: Path, *options: str) -> str:
    """Updates a repo, expects success and returns what was on the screen."""
    process = copier("update", "--trust", "--defaults", *options, cwd=repo)
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout + process.stderr


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def job_in(template: Path) -> Path:
    return template / "template/resources/jobs/[[package_name]].job.yml.jinja"


def edit_as_its_owners_would(repo: Path, root: Path | None = None) -> None:
    """Changes code, job and README, adds a file, removes another, and commits.

    Args:
        repo: the folder of the bundle.
        root: the folder of the repository, where that is another.
    """
    code = repo / "src/sales_pipeline/etl/load.py"
    code.write_text(code.read_text() + "\n\nOWN_CONSTANT = 42\n")
    yaml_file = YAML()
    yaml_file.width = 200
    yaml_file.preserve_quotes = True
    yaml_file.indent(mapping=2, sequence=4, offset=2)
    job = yaml_file.load(repo / JOB)
    job["resources"]["jobs"]["sales_pipeline"]["description"] = "Our revenue."
    yaml_file.dump(job, repo / JOB)
    readme = repo / "README.md"
    readme.write_text(readme.read_text() + "\n## On call\n\nCall Ada.\n")
    (repo / "docs").mkdir(exist_ok=True)  # early releases write no docs
    (repo / "docs/own.md").write_text("Ours.\n")
    (repo / "fixtures/products.csv").unlink()
    commit(root or repo, "Our changes")


def assert_edits_are_there(repo: Path) -> None:
    assert (repo / "src/sales_pipeline/etl/load.py").read_text().endswith("OWN_CONSTANT = 42\n")
    job = yaml.safe_load((repo / JOB).read_text())
    assert job["resources"]["jobs"]["sales_pipeline"]["description"] == "Our revenue."
    assert (repo / "README.md").read_text().endswith("## On call\n\nCall Ada.\n")
    assert (repo / "docs/own.md").read_text() == "Ours.\n"
    assert not (repo / "fixtures/products.csv").exists()
    assert git(repo, "ls-files", "--unmerged") == ""


def fix_the_template(template_repo: Path, tag: str = "v1.1.0") -> None:
    """Releases a change to a file that owners edit, a new file and a removed one."""
    job = job_in(template_repo)
    replace(job, "no_alert_for_skipped_runs: true", "no_alert_for_skipped_runs: false")
    (template_repo / "template/CONTRIBUTING.md").write_text("New in the template.\n")
    etl = template_repo / "template/src/[[package_name]]/etl"
    (etl / "tables.py.jinja").rename(etl / "storage.py.jinja")
    for folder in (etl, template_repo / "includes/content/example/etl"):
        for module in folder.glob("*.py*"):
            text = module.read_text().replace("from . import tables", "from . import storage")
            module.write_text(text)
    commit(template_repo, "A fix", tag=tag)


def assert_fix_is_there(repo: Path) -> None:
    job = yaml.safe_load((repo / JOB).read_text())["resources"]["jobs"]["sales_pipeline"]
    assert job["notification_settings"]["no_alert_for_skipped_runs"] is False
    assert (repo / "CONTRIBUTING.md").read_text() == "New in the template.\n"
    assert (repo / "src/sales_pipeline/etl/storage.py").exists()
    assert not (repo / "src/sales_pipeline/etl/tables.py").exists()


def test_edits_and_fix_are_both_there(template_repo: Path, repo: Path) -> None:
    edit_as_its_owners_would(repo)
    fix_the_template(template_repo)
    update(repo)
    assert_edits_are_there(repo)
    assert_fix_is_there(repo)


def test_an_untouched_repo_becomes_what_a_new_one_is(
    template_repo: Path, repo: Path, tmp_path: Path
) -> None:
    fix_the_template(template_repo)
    update(repo)
    start(template_repo, tmp_path / "new")
    assert rendering.read_tree(repo) == rendering.read_tree(tmp_path / "new")


def test_an_update_in_a_folder_leaves_the_rest_of_the_repository(
    template_repo: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    bundles = [root / "bundles" / name for name in ("sales", "returns")]
    for bundle in bundles:
        answers = (f"project_name={bundle.name}", f"folder=bundles/{bundle.name}")
        options = [f"--data={each}" for each in (*answers, "package_name=sales_pipeline")]
        process = copier("copy", "--trust", "--defaults", *options, template_repo, bundle)
        assert process.returncode == 0, process.stdout + process.stderr
        assert not (bundle / ".git").exists()
    (root / "README.md").write_text("Ours.\n")
    commit(root, "Start")
    edit_as_its_owners_would(bundles[0], root)
    fix_the_template(template_repo)
    before = rendering.read_tree(root)

    update(bundles[0])

    assert_edits_are_there(bundles[0])
    assert_fix_is_there(bundles[0])
    after = rendering.read_tree(root)
    own = "bundles/sales/"
    assert {path: after[path] for path in after if not path.startswith(own)} == {
        path: before[path] for path in before if not path.startswith(own)
    }


def test_an_update_to_the_same_release_changes_nothing(repo: Path) -> None:
    edit_as_its_owners_would(repo)
    before = rendering.read_tree(repo)
    update(repo)
    assert rendering.read_tree(repo) == before


def test_hostile_answers_survive_an_update(template_repo: Path, tmp_path: Path) -> None:
    """Recorded answers are data: none is rendered again."""
    text = "{{ 1 + 1 }} [[ 2 + 2 ]] [% if %] 'it''s' # \\n é 🚚"
    repo = start(template_repo, tmp_path / "repo", "--data", f"description={text}")
    fix_the_template(template_repo)
    update(repo)
    assert yaml.safe_load((repo / rendering.ANSWERS_FILE).read_text())["description"] == text
    job = yaml.safe_load((repo / JOB).read_text())["resources"]["jobs"]["sales_pipeline"]
    assert job["description"] == text


def test_an_answer_can_be_changed(repo: Path) -> None:
    edit_as_its_owners_would(repo)
    output = update(repo, "--vcs-ref", ":current:", "--data", "ci=gitlab")
    (offer,) = re.findall("to have them back: git restore (.*)", output)
    assert ".github/workflows/ci.yml" in offer.split()
    assert (repo / ".gitlab-ci.yml").exists()
    assert not (repo / ".github").exists()
    assert_edits_are_there(repo)


def test_from_a_git_url(template_repo: Path, tmp_path: Path) -> None:
    repo = start(f"git+file://{template_repo}", tmp_path / "repo")
    edit_as_its_owners_would(repo)
    fix_the_template(template_repo)
    update(repo)
    assert_edits_are_there(repo)
    assert_fix_is_there(repo)


def test_from_a_relative_path(
    template_repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copier stores a source as it was typed, which would not be found from inside the repo."""
    (tmp_path / "projects").mkdir()
    monkeypatch.chdir(tmp_path / "projects")
    repo = start("../bundlewright", tmp_path / "projects/repo")
    fix_the_template(template_repo)
    monkeypatch.chdir(repo)
    update(repo)
    assert_fix_is_there(repo)


def test_a_merge_that_breaks_the_bundle_says_so(template: Path, tmp_path: Path) -> None:
    """Their job starts one of the template's, which the next release drops; git merges that."""
    source = tmp_path / "bundlewright"
    shutil.copytree(template, source)
    dropped = source / "template/resources/jobs/cleanup.job.yml"
    dropped.write_text(job_file("cleanup", "notebook_task: {notebook_path: ../../src/load.py}"))
    commit(source, "First release", tag="v1.0.0")
    repo = start(source, tmp_path / "repo")
    own = repo / "resources/jobs/own.job.yml"
    own.write_text(job_file("own", "run_job_task: {job_id: '${resources.jobs.cleanup.id}'}"))
    commit(repo, "A job of ours")
    dropped.unlink()
    (source / "template/CONTRIBUTING.md").write_text("New in the template.\n")
    commit(source, "Drop a job", tag="v1.1.0")

    process = copier("update", "--trust", "--defaults", cwd=repo)
    assert process.returncode != 0
    assert "resources/jobs/own.job.yml:7" in process.stdout
    assert "cleanup" in process.stdout
    assert "The update is complete in the working tree" in process.stderr
    assert "Traceback" not in process.stderr
    # Nothing is lost, neither theirs nor the template's.
    assert own.exists()
    assert (repo / "CONTRIBUTING.md").exists()


def job_file(name: str, task: str) -> str:
    return f"""\
resources:
  jobs:
    {name}:
      name: {name}
      tasks:
        - task_key: {name}
          {task}
"""


@pytest.mark.parametrize("conflict", ["inline", "rej"])
def test_a_conflict_is_named_and_fails(conflict: str, template_repo: Path, repo: Path) -> None:
    """The same line changed on both sides; Copier alone would end with 0."""
    line = "no_alert_for_canceled_runs: true"
    replace(repo / JOB, line, f"{line} # ours")
    commit(repo, "Ours")
    replace(job_in(template_repo), line, f"{line} # theirs")
    commit(template_repo, "Theirs", tag="v1.1.0")

    process = copier("update", "--trust", "--defaults", "--conflict", conflict, cwd=repo)
    assert process.returncode != 0
    named = JOB if conflict == "inline" else f"{JOB}.rej"
    assert f"The update left merge conflicts to resolve in {named}." in process.stderr
    both = (repo / JOB).read_text() + (repo / named).read_text()
    assert f"{line} # ours" in both
    assert f"{line} # theirs" in both


@pytest.mark.parametrize(("version", "sha"), rendering.releases())
def test_a_repo_of_an_earlier_release(version: str, sha: str, tmp_path: Path) -> None:
    """Every release's repos reach what is in the working tree now, with their edits."""
    source = tmp_path / "bundlewright"
    git(tmp_path, "clone", "--quiet", "--no-checkout", str(rendering.ROOT), source.name)
    git(source, "checkout", "--quiet", sha)
    for tag in git(source, "tag").split():
        git(source, "tag", "--delete", tag)
    git(source, "tag", f"v{version}")
    repo = start(source, tmp_path / "repo")
    edit_as_its_owners_would(repo)

    for part in rendering.TEMPLATE_PARTS:
        if (source / part).is_dir():
            shutil.rmtree(source / part)
        elif (source / part).exists():
            (source / part).unlink()
    shutil.copytree(rendering.copy_template(tmp_path / "now"), source, dirs_exist_ok=True)
    fix_the_template(source, tag="v9999")
    update(repo)
    assert_edits_are_there(repo)
    assert_fix_is_there(repo)
