"""Files that are named, built and uploaded: what rules decide beyond their examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import codes, findings, write_bundle

from bundlewright.bundle import files
from bundlewright.bundle.model import Bundle
from bundlewright.checking import check

HEAD = "bundle: {name: b}\n"
NOTEBOOK = "\n# Databricks notebook source\n"
JOB = HEAD + "resources: {jobs: {j: {name: j, tasks: [{task_key: t, %s}]}}}\n"
RUN = JOB % "notebook_task: {notebook_path: %s}"
CLUSTER = "existing_cluster_id: 0923-164208-meows279"
WHEEL = "python_wheel_task: {package_name: %s, entry_point: %s}, libraries: [{whl: %s}]"
PROJECT = '\n@ pyproject.toml\n[project]\nname = "My.Sales"\n[project.scripts]\nload = "x:y"\n'
BUILD = "artifacts: {a: {type: whl, build: uv build}}\n"


def of(folder: Path, text: str, *wanted: str) -> list[tuple[str, str]]:
    found = [one for one in findings(folder, text) if one.code in wanted]
    return [(one.message, one.hint) for one in found]


@pytest.mark.parametrize(
    ("written", "there", "hint"),
    [
        ("src/NB.py", "src/nb.py", "there is 'src/nb.py': upper and lower case matter"),
        ("Src/nb.py", "src/nb.py", "there is 'src/nb.py': upper and lower case matter"),
        (r"src\nb.py", "src/nb.py", r"write 'src/nb.py': only Windows has '\' in paths"),
        ("../src/nb.py", "src/nb.py", "file they stand in; there is a 'src/nb.py'"),
        ("src/nb", "src/nb.py", "did you mean 'src/nb.py'?"),
        ("src/nb.py", "src/x.py", "paths are relative to the file they stand in"),
    ],
)
def test_a_missing_file_has_a_hint_to_the_one_meant(
    tmp_path: Path, written: str, there: str, hint: str
) -> None:
    text = RUN % f"'{written}'" + f"@ {there}" + NOTEBOOK
    [(_, found)] = of(tmp_path, text, "BW601")
    assert found.endswith(hint)


def test_a_path_is_taken_as_spelled_where_the_system_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("")
    monkeypatch.setattr(files, "_IGNORES_CASE", True)
    exists = files.os.path.exists
    monkeypatch.setattr(files.os.path, "exists", lambda path: exists(path.lower()))
    assert files.exists_as_spelled(str(tmp_path / "src" / "a.py").lower())
    assert not files.exists_as_spelled(str(tmp_path / "src" / "A.py"))
    assert not files.exists_as_spelled(str(tmp_path / "Src" / "a.py"))


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("notebook_task: {notebook_path: out/a.py}", True),
        (f"{CLUSTER}, spark_python_task: {{python_file: out/b.py}}", True),
        ("notebook_task: {notebook_path: src/a.py}", False),
        ("notebook_task: {notebook_path: /Workspace/out/a}", False),
    ],
)
def test_what_git_ignores_is_not_there_at_run_time(tmp_path: Path, kind: str, found: bool) -> None:
    text = JOB % kind + "@ .gitignore\nout\n@ out/a.py" + NOTEBOOK + "@ out/b.py\nx\n@ src/a.py"
    assert ("BW611" in codes(tmp_path, text + NOTEBOOK)) == found


@pytest.mark.parametrize(
    ("base", "dev", "prod", "left_behind_by"),
    [
        ("", "", "{exclude: ['src/*.py']}", ["prod"]),
        ("", "{exclude: [src]}", "{exclude: [src/a.py]}", ["dev", "prod"]),
        ("", "{include: [out/a.py]}", "", ["prod"]),
        ("{include: [out/a.py]}", "{include: [x]}", "", []),
        ("", "{include: [out]}", "{include: ['out/*']}", []),
        ("", "{include: [out]}", "{include: [out], exclude: [out]}", ["prod"]),
        ("", "{include: [out]}", "{include: ['${resources.jobs.j.id}']}", []),
    ],
)
def test_each_target_has_its_own_uploads(
    tmp_path: Path, base: str, dev: str, prod: str, left_behind_by: list[str]
) -> None:
    name = "out/a.py" if "out" in base + dev else "src/a.py"
    targets = {"dev": dev, "prod": prod}
    sections = ", ".join(f"{key}: {{sync: {sync or '{}'}}}" for key, sync in targets.items())
    text = f"{RUN % name}sync: {base or '{}'}\ntargets: {{{sections}}}\n@ {name}{NOTEBOOK}"
    found = check(write_bundle(tmp_path, text + "@ .gitignore\nout/\n")).findings
    messages = [one.message for one in found if one.code in ("BW611", "BW619")]
    assert [message.split("'")[1] for message in messages] == left_behind_by


def test_what_no_target_uploads_is_said_once(tmp_path: Path) -> None:
    text = RUN % "src/a.py" + "sync: {exclude: [src]}\ntargets: {dev: {sync: {exclude: [b]}}}\n"
    found = of(tmp_path, text + "@ src/a.py" + NOTEBOOK, "BW611", "BW619")
    message = "'src/a.py' is not uploaded: sync.exclude has 'src'"
    assert found == [(message, "take it out of sync.exclude")]


def test_a_dashboard_is_read_by_the_cli_wherever_git_looks(tmp_path: Path) -> None:
    text = "resources: {dashboards: {d: {display_name: d, warehouse_id: w, file_path: d.json}}}\n"
    text = HEAD + text + '@ d.json\n{"pages": []}\n@ .gitignore\n*.json\n'
    assert of(tmp_path, text, "BW611", "BW616") == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "'d.json' is not a dashboard"),
        ('{"datasets": []}', "'d.json' is not a dashboard"),
    ],
)
def test_what_is_no_dashboard(tmp_path: Path, content: str, message: str) -> None:
    text = "resources: {dashboards: {d: {display_name: d, warehouse_id: w, file_path: d.json}}}\n"
    [(found, _)] = of(tmp_path, f"{HEAD}{text}@ d.json\n{content}\n", "BW616")
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("content", "fault", "place"),
    [
        ("{'pages': []}", """unexpected "'\"""", (1, 2)),
        ('{\n  "pages": [\n    1 2\n  ]\n}', "unexpected '2'", (3, 7)),
        ('{\n  "pages": ["a\n"]}', "unexpected '\\n'", (2, 15)),
        ('{"pages": ["a', "a text does not end", (1, 12)),
        ('{"pages": [', "it ends too early", (1, 12)),
        ("", "it ends too early", (1, 1)),
        ("[" * 100_000, "it is nested too deeply", (1, 1)),
    ],
)
def test_what_is_no_json_is_shown_in_its_file(
    tmp_path: Path, content: str, fault: str, place: tuple[int, int]
) -> None:
    resource = "%s: {d: {display_name: d, warehouse_id: w, file_path: ../d.json}}"
    text = f"{HEAD}include: [r/*.yml]\n@ r/x.yml\nresources: {{{resource % 'dashboards'}}}\n"
    write_bundle(tmp_path, text)
    (tmp_path / "d.json").write_bytes(content.encode())
    [found] = [one for one in check(tmp_path).findings if one.code == "BW616"]
    assert found.message == f"the dashboard is not JSON: {fault}"
    assert (found.file, found.line, found.column) == ("d.json", *place)
    assert found.related == ((("r/x.yml", 1, 75), "named here"),)
    (tmp_path / "r" / "x.yml").write_text(f"resources: {{{resource % 'alerts'}}}\n")
    [found] = [one for one in check(tmp_path).findings if one.code == "BW617"]
    assert found.message == f"'d.json' is not JSON: {fault}"
    assert found.related == ((("d.json", *place), "here"),)


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize(
    "task",
    [
        "notebook_task: {notebook_path: nb.py, source: GIT}",
        f"{CLUSTER}, spark_python_task: {{python_file: nb.py, source: GIT}}",
        "sql_task: {warehouse_id: w, file: {path: nb.py, source: GIT}}",
    ],
)
def test_what_comes_from_git_needs_a_repository(tmp_path: Path, task: str, there: bool) -> None:
    text = JOB % task + (f"@ nb.py{NOTEBOOK}" if there else "")
    [(message, hint)] = of(tmp_path / "none", text, "BW601")
    assert message.endswith("'nb.py' is to come from Git, but the job has no git_source")
    assert hint == "add git_source to the job, or leave source out"
    source = "git_source: {git_url: https://x/y, git_provider: gitHub, git_branch: main}"
    assert of(tmp_path / "git", text.replace("name: j", f"name: j, {source}"), "BW601") == []
    report = check(tmp_path / "none", profile="cli")
    if "notebook_task" in task:
        assert bool(report.count("error")) != there


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/Users/ada@example.com/a", True),
        ("/Workspace/Users/ada@example.com/a", True),
        ("/Repos/team/a", True),
        ("/Workspace/Shared/a", False),
        ("/Workspace/Users/${workspace.current_user.userName}/a", False),
        ("/Users/11111111-2222-3333-4444-555555555555/a", False),
    ],
)
def test_folders_of_one_person(tmp_path: Path, path: str, found: bool) -> None:
    assert ("BW608" in codes(tmp_path, RUN % path)) == found


@pytest.mark.parametrize(
    ("task", "rest", "found"),
    [
        (WHEEL % ("p", "e", "dist/*.whl"), "", True),
        (WHEEL % ("p", "e", "./dist/p-1.whl"), "", True),
        (WHEEL % ("p", "e", "dist/*.whl"), "@ dist/p-1.whl\n", False),
        (WHEEL % ("p", "e", "dist/*.whl"), "artifacts: {a: {type: whl}}\n", False),
        (WHEEL % ("p", "e", "dist/*.whl"), "targets: {t: {artifacts: {a: {build: x}}}}\n", False),
        (WHEEL % ("p", "e", "dist/*.whl"), "@ setup.py\n", False),
        (WHEEL % ("p", "e", "dist/*.whl"), "experimental: {scripts: {prebuild: x}}\n", False),
        (WHEEL % ("p", "e", "/Volumes/a/b/c/p.whl"), "", False),
        (WHEEL % ("p", "e", "dbfs:/p.whl"), "", False),
        (WHEEL % ("p", "e", "'${var.w}'"), "", False),
    ],
)
def test_libraries_must_be_there_or_be_built(
    tmp_path: Path, task: str, rest: str, found: bool
) -> None:
    assert ("BW614" in codes(tmp_path, JOB % f"{CLUSTER}, {task}" + rest)) == found


def test_wheels_of_an_environment_must_be_there_too(tmp_path: Path) -> None:
    text = HEAD + "resources: {jobs: {j: {name: j, environments: [{environment_key: e, spec: "
    text += "{environment_version: '4', dependencies: [./d/*.whl, requests, 'a @ https://x/a.whl']}"
    text += "}], tasks: [{task_key: t, environment_key: e, python_wheel_task: {package_name: p,"
    text += " entry_point: e}}]}}}\n"
    [finding] = [one for one in findings(tmp_path, text) if one.code == "BW614"]
    assert "./d/*.whl" in finding.message
    assert (finding.line, finding.column) == (2, text.splitlines()[1].index("./d") + 1)


@pytest.mark.parametrize(
    ("package", "entry_point", "message"),
    [
        ("my-sales", "load", None),
        ("my_sales", "load", None),
        ("MY.SALES", "load", None),
        ("sales", "load", "the bundle builds no package 'sales', but my-sales"),
        ("my_sales", "laod", "package 'my_sales' has no entry point 'laod'"),
        ("my_sales", "run", None),  # a function of the package
        ("other", "run", None),  # a module of the project
        ("'${var.p}'", "load", None),
    ],
)
def test_a_wheel_task_runs_what_the_wheel_has(
    tmp_path: Path, package: str, entry_point: str, message: str | None
) -> None:
    text = JOB % f"{CLUSTER}, {WHEEL % (package, entry_point, 'dist/*.whl')}" + BUILD + PROJECT
    text += "@ src/my_sales/__init__.py\ndef run(): ...\n@ src/other/__init__.py\n"
    found = [one for one, _ in of(tmp_path, text, "BW615")]
    assert found == ([message] if message else [])


@pytest.mark.parametrize(
    "rest",
    [
        BUILD + "@ pyproject.toml\n[project\n",
        BUILD + "@ pyproject.toml\n[project]\ndynamic = ['name']\n",
        BUILD + "@ setup.py\nsetup(name='x')\n",
        "artifacts: {a: {type: whl, build: x, path: lib}}" + PROJECT,
        "artifacts: {a: {type: whl, build: x, path: '${var.p}'}}" + PROJECT,
    ],
)
def test_a_project_that_says_too_little_is_not_judged(tmp_path: Path, rest: str) -> None:
    text = JOB % f"{CLUSTER}, {WHEEL % ('sales', 'load', 'dist/*.whl')}" + rest
    assert of(tmp_path, text, "BW615") == []


def test_a_package_may_come_from_elsewhere(tmp_path: Path) -> None:
    task = f"{CLUSTER}, {WHEEL % ('sales', 'load', 'dist/*.whl}, {pypi: {package: sales}')}"
    assert of(tmp_path, JOB % task + BUILD + PROJECT, "BW615") == []


def test_scripts_of_poetry_and_other_entry_points_count(tmp_path: Path) -> None:
    poetry = '\n@ pyproject.toml\n[tool.poetry]\nname = "p"\n[tool.poetry.scripts]\nload = "x:y"\n'
    text = JOB % f"{CLUSTER}, {WHEEL % ('p', 'load', 'dist/*.whl')}" + BUILD + poetry
    text += "@ p/__init__.py\n"
    assert of(tmp_path, text, "BW615") == []
    assert of(tmp_path, text.replace("entry_point: load", "entry_point: lod"), "BW615") != []


@pytest.mark.parametrize(
    ("artifact", "there", "severity"),
    [
        ("type: whl, path: lib", "pyproject.toml", "error"),
        ("type: whl, path: lib", "setup.py", None),
        ("type: whl, path: lib, build: uv build", "pyproject.toml", None),
        ("type: whl, path: lib, build: uv build", "a.py", "warning"),
        ("type: whl, path: lib, build: cd a && uv build", "a.py", None),
        ("type: whl, path: lib, build: make", "a.py", None),
        ("type: jar, path: lib, build: mvn package", "a.py", None),
    ],
)
def test_a_wheel_is_built_from_a_project(
    tmp_path: Path, artifact: str, there: str, severity: str | None
) -> None:
    text = f"{HEAD}artifacts: {{a: {{{artifact}}}}}\n@ lib/{there}\n\n"
    found = [one.severity for one in findings(tmp_path, text) if one.code == "BW613"]
    assert found == ([severity] if severity else [])


@pytest.mark.parametrize(
    "settings",
    [
        '[tool.hatch.build.targets.wheel]\npackages = ["pkg/sales"]',
        '[tool.setuptools.packages.find]\nwhere = ["pkg"]',
        '[tool.setuptools.package-dir]\n"" = "pkg"',
        '[tool.poetry]\npackages = [{include = "sales", from = "pkg"}]',
        '[tool.uv.build-backend]\nmodule-root = "pkg"',
    ],
)
def test_packages_lie_where_the_project_says(tmp_path: Path, settings: str) -> None:
    project = '\n@ pyproject.toml\n[project]\nname = "sales"\n[project.scripts]\nload = "x:y"\n'
    text = JOB % f"{CLUSTER}, {WHEEL % ('sales', 'laod', 'dist/*.whl')}" + BUILD + project
    text += f"{settings}\n@ pkg/sales/__init__.py\n"
    assert of(tmp_path, text + "def main(): ...\n", "BW615") == [
        ("package 'sales' has no entry point 'laod'", "did you mean 'load'?")
    ]
    assert of(tmp_path, text + "def laod(): ...\n", "BW615") == []


def test_an_option_of_pip_names_a_file_or_folder(tmp_path: Path) -> None:
    text = HEAD + "resources: {jobs: {j: {name: j, environments: [{environment_key: e, spec: "
    text += "{environment_version: '4', dependencies: [-r a.txt, -e ./lib, -r none.txt, -e none,"
    text += " -r /Workspace/x.txt, --editable none]}}]}}}\n@ a.txt\nx\n@ lib/pyproject.toml\nx\n"
    messages = [message for message, _ in of(tmp_path, text, "BW601")]
    assert messages == [
        "file 'none.txt' does not exist",
        "file or folder 'none' does not exist",
    ]


def test_a_bundle_whose_sync_is_hidden_is_not_judged(tmp_path: Path) -> None:
    text = RUN % "out/a.py" + "sync: {paths: ['${var.p}']}\nvariables: {p: {default: .}}\n"
    text += "@ out/a.py" + NOTEBOOK + "@ .gitignore\nout\n"
    assert of(tmp_path, text, "BW607", "BW611") == []
    assert Bundle(tmp_path).uploads().root is None


def test_files_outside_are_uploaded_with_their_folder(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "a.py").write_text(NOTEBOOK.lstrip())
    (tmp_path / "b").mkdir()
    text = RUN % "../shared/a.py"
    assert "BW607" in codes(tmp_path / "b", text)
    assert check(tmp_path / "b", profile="cli").count("error") == 1
    assert "BW607" not in codes(tmp_path / "b", text + "sync: {paths: [., ../shared]}\n")


@pytest.mark.parametrize(
    ("field", "profile", "severity"),
    [
        ("exclude", "recommended", "info"),  # a fresh checkout has no __pycache__
        ("exclude", "cli", "warning"),
        ("include", "recommended", "warning"),
        ("include", "cli", "warning"),
    ],
)
def test_a_pattern_of_sync_that_matches_no_file(
    tmp_path: Path, field: str, profile: str, severity: str
) -> None:
    text = f"{HEAD}sync: {{{field}: ['**/__pycache__/*']}}\n"
    found = findings(tmp_path, text, info=True, profile=profile)
    assert [(one.code, one.severity) for one in found] == [("BW604", severity)]


@pytest.mark.parametrize(
    ("artifact", "project", "told"),
    [
        ("type: whl, build: uv build", "[project]\nname = sales", "line 2"),
        ("type: whl, path: lib", "a = [1,\n\n[b]", "line 3"),  # setup.py reads it, too
        ("type: whl, path: lib, build: make", "[project", "line 1"),
        ("path: lib, build: uv build", "name = ", None),
        ("type: jar, path: lib, build: mvn package", "name = ", None),
        ("type: whl, path: lib, build: uv build", "[project]\nname = 'sales'", None),
        ("type: whl, path: none, build: uv build", "name = ", None),
        ("type: whl, path: lib, files: [{source: '*.whl'}]", "name = ", None),  # nothing is built
    ],
)
def test_a_project_of_an_artifact_is_toml(
    tmp_path: Path, artifact: str, project: str, told: str | None
) -> None:
    folder = "lib/" if "path" in artifact else ""
    text = f"{HEAD}artifacts: {{a: {{{artifact}}}}}\n@ {folder}pyproject.toml\n{project}\n"
    text += f"@ {folder}setup.py\nx\n@ lib/a.whl\nx\n"
    found = [one for one in findings(tmp_path, text) if one.code == "BW620"]
    assert [one.severity for one in found] == (["error"] if told else [])
    assert all(told in one.message and one.file == "databricks.yml" for one in found)
