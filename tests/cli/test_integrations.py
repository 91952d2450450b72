"""What other tools start the checker with: pre-commit, GitHub's action, GitLab's component."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bundles import write_bundle

from bundlewright import __version__

REPO = Path(__file__).resolve().parents[2]
GOOD = "bundle: {name: good}\n"
BAD = "bundle: {name: bad}\nresources: {jobs: none}\n"


def script(folder: Path, text: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs a shell script in a folder, with the command of this environment on PATH."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", text],
        cwd=folder,
        env={**os.environ, "PATH": path, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "good", GOOD)
    write_bundle(tmp_path / "bad", BAD)
    (tmp_path / "README.yml").write_text("a: 1\n")
    return tmp_path


def test_pre_commit_checks_the_bundles_that_files_are_in(bundles: Path) -> None:
    [hook] = yaml.safe_load((REPO / ".pre-commit-hooks.yaml").read_text())
    write_bundle(bundles / "good", GOOD + "@ src/a.py\n")
    named = script(bundles, f"{hook['entry']} README.yml good/src/a.py good/databricks.yml")
    assert (named.returncode, named.stderr) == (0, "")
    assert named.stdout == "good: no findings in target default\n"
    assert (
        script(bundles, f"{hook['entry']} bad/databricks.yml good/databricks.yml").returncode == 1
    )
    none = script(bundles, f"{hook['entry']} README.yml")
    assert (none.returncode, none.stdout, none.stderr) == (0, "", "")
    pattern = re.compile(hook["files"])
    for name in ("databricks.yml", "a.yaml", "src/a.py", "src/a.sql", "dash.lvdash.json"):
        assert pattern.search(name)
    assert not pattern.search("README.md")


def test_a_file_in_no_bundle_cannot_be_checked(bundles: Path) -> None:
    process = script(bundles, "bundlewright check README.yml")
    assert process.returncode == 2
    assert "no databricks.yml" in process.stderr


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"path": "good"}, 0),
        ({"path": "bad"}, 1),
        ({"path": "bad", "profile": "strict", "strict": "true"}, 1),
    ],
)
def test_the_action_annotates(bundles: Path, inputs: dict[str, str], code: int) -> None:
    action = yaml.safe_load((REPO / "action.yml").read_text())
    defaults = {name: one["default"] for name, one in action["inputs"].items()}
    given = defaults | inputs
    setup, step = action["runs"]["steps"]
    assert re.fullmatch(r"astral-sh/setup-uv@[0-9a-f]{40}", setup["uses"])
    environ = {"BUNDLE": given["path"], "PROFILE": given["profile"]}
    environ["STRICT"] = "yes" if given["strict"] == "true" else ""
    assert environ.keys() == step["env"].keys()
    # Without the network: the command of this environment in place of one that uv installs.
    text = step["run"].replace(
        'uv tool run --from "$GITHUB_ACTION_PATH" bundlewright', "bundlewright"
    )
    assert text != step["run"]
    process = script(bundles, text, GITHUB_WORKSPACE=str(bundles), **environ)
    assert (process.returncode, process.stderr) == (code, "")
    assert ("::error file=bad/databricks.yml,line=2" in process.stdout) == (code == 1)


def component(inputs: dict[str, str]) -> dict[str, object]:
    """The jobs of the component for some inputs, as GitLab makes them."""
    text = (REPO / "templates" / "check.yml").read_text()
    spec, _, jobs = text.partition("\n---\n")
    defaults = yaml.safe_load(spec)["spec"]["inputs"]
    for name, one in defaults.items():
        value = inputs.get(name, one["default"])
        jobs = jobs.replace(
            f"$[[ inputs.{name} ]]", str(value).lower() if value in (True, False) else value
        )
    assert "$[[" not in jobs
    return yaml.safe_load(jobs)


@pytest.mark.parametrize(("path", "code", "count"), [("good", 0, 0), ("bad", 1, 1)])
def test_the_component_reports(bundles: Path, path: str, code: int, count: int) -> None:
    job = component({"path": path})["bundlewright"]
    environ = {
        name: str(value).lower() if value is False else value
        for name, value in job["variables"].items()
    }
    process = script(bundles, "\n".join(job["script"]), CI_PROJECT_DIR=str(bundles), **environ)
    assert (process.returncode, process.stderr) == (code, "")
    report = json.loads((bundles / job["artifacts"]["reports"]["codequality"]).read_text())
    assert [entry["location"]["path"] for entry in report] == [f"{path}/databricks.yml"] * count


def test_the_component_is_valid(tmp_path: Path) -> None:
    (tmp_path / ".gitlab-ci.yml").write_text(yaml.safe_dump(component({})))
    command = [
        *(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"),
        *("--data-transform", "gitlab-ci", str(tmp_path / ".gitlab-ci.yml")),
    ]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout


def test_the_release_that_users_are_told_to_take_is_this_one() -> None:
    for name in ("templates/check.yml", "docs/checking.md"):
        text = (REPO / name).read_text(encoding="utf-8")
        assert set(re.findall(r"v(\d+\.\d+\.\d+)", text)) == {__version__}, name
