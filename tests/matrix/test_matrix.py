"""Proves the combinations of all choices: what is rendered checks clean in every target.

Questions are read from `copier.yml`: a new one, or a new choice, is part of the matrix by itself.
docs/combinations.md tells which combinations are rendered, and why these are enough.
"""

from __future__ import annotations

import ast
import functools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePath

import covering
import pytest
import rendering
import sqlglot
import yaml
from covering import Row
from rendering import Renderer, Tree

from bundlewright.checking import check

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# What `databricks.yml` and the resources may name. Tests and CI are left out: no bundle reads them.
BUNDLE = ("databricks.yml", "resources/", "src/", "fixtures/", "dbt/", "jar/", "pyproject.toml")
CODE = ("src/", "tests/", "pyproject.toml")
PIECES = 8  # for pytest-xdist to share out


@pytest.fixture(scope="session")
def rows(renderer: Renderer) -> list[Row]:
    return covering.choose(renderer)


@pytest.mark.parametrize("piece", range(PIECES))
def test_every_bundle_checks_clean(
    piece: int, rows: list[Row], renderer: Renderer, tmp_path: Path
) -> None:
    complaints: list[str] = []
    for row in rows[piece::PIECES]:
        answers = covering.answers_to(renderer, row | real_answers(renderer, row))
        tree = renderer.tree(answers, lambda path: path.startswith(BUNDLE))
        rendering.write_tree(tmp_path, tree)
        report = check(tmp_path, profile="strict")
        complaints += [f"{row}: {each}" for each in report.findings]
        if len(complaints) > 5:
            break
    assert not complaints, "\n".join(complaints)


def real_answers(renderer: Renderer, row: Row) -> dict[str, str]:
    """Returns answers in place of all those of a row that the template says are placeholders."""
    answers = covering.answers_to(renderer, row)
    return {
        name: answers.read(name).replace("0000000", "1234567").replace("@example.com", "@corp.net")
        for name in answers.read("placeholders")
    }


def test_the_docs_count_the_combinations(renderer: Renderer) -> None:
    page = (rendering.ROOT / "docs/combinations.md").read_text(encoding="utf-8")
    assert f" {covering.ways(renderer):,} combinations" in page


def test_every_three_choices_are_made_together(rows: list[Row], renderer: Renderer) -> None:
    """Any three choices of any questions, unless one of them is never asked with the others."""
    when = covering.needs(renderer)
    every = covering.all_triples(covering.factors())
    left = {frozenset(triple) for triple in every if covering.together(dict(triple), when)}
    for row in rows:
        left -= covering.triples(covering.values_of(row))
        if not left:
            return
    pytest.fail("\n".join(str(dict(triple)) for triple in left))


def test_every_content_of_a_file_is_in_some_repo(
    contents: set[tuple[str, bytes]], renderer: Renderer
) -> None:
    """Whatever is answered, a file says nothing that is not checked; large files aside."""
    missing = [answers for answers, item in covering.contents(renderer) if item not in contents]
    assert not missing


def test_no_combination_is_refused(renderer: Renderer) -> None:
    """The defaults of the other questions pass their validators, whatever is chosen."""
    for name in renderer.questions:
        for answers, value in renderer.explore(lambda answers, name=name: answers.read(name)):
            assert value is not None, answers.chosen


def test_every_file_is_well_formed(contents: set[tuple[str, bytes]], renderer: Renderer) -> None:
    """Each distinct content of each file parses and has no layout that betrays a template."""
    wrong: set[str] = set()
    environment = renderer.environment
    delimiters = {environment.block_start_string, environment.comment_start_string}
    for path, content in contents:
        text = content.decode()
        try:
            if path.endswith((".yml", ".yaml")):
                yaml.load(text, yaml.CSafeLoader)
            elif path.endswith(".toml"):
                tomllib.loads(text)
            elif path.endswith(".json"):
                json.loads(text)
            elif path.endswith(".py"):
                ast.parse(text)
            elif path.endswith(".sql") and path.startswith(("src/sql/", "src/monitoring/")):
                sqlglot.parse(text, read="databricks")
        except (yaml.YAMLError, ValueError, SyntaxError, sqlglot.ParseError) as error:
            wrong.add(f"{path}: {error}")
        if not path.endswith(".csv") and text:
            if re.search(r"[ \t]$", text, re.MULTILINE):
                wrong.add(f"{path}: spaces at the end of a line")
            if not text.endswith("\n") or text.endswith("\n\n") or text.startswith("\n"):
                wrong.add(f"{path}: does not begin with text and end with one newline")
            if "\n\n\n" in text and not path.endswith(".py"):
                wrong.add(f"{path}: two blank lines in a row")
            if any(delimiter in text for delimiter in delimiters):
                wrong.add(f"{path}: template syntax")
    assert not wrong, "\n".join(sorted(wrong))


def test_every_resource_is_in_a_file_of_its_name(contents: set[tuple[str, bytes]]) -> None:
    for path, content in contents:
        if path.startswith("resources/samples/"):
            assert set(yaml.load(content, yaml.CSafeLoader)) == {"targets"}
        elif path.startswith("resources/"):
            _, kinds, name = path.split("/")
            ((kind, resources),) = yaml.load(content, yaml.CSafeLoader)["resources"].items()
            (key,) = resources
            assert (kind, f"{key}.{kind.removesuffix('s')}.yml") == (kinds, name)


def test_every_step_has_a_module_and_a_task(rows: list[Row], renderer: Renderer) -> None:
    """The jobs run all steps and no others, by files or entry points that are there."""
    wrong: dict[str, Row] = {}
    for row in rows:
        tree = renderer.tree(
            covering.answers_to(renderer, row), lambda path: path.startswith(BUNDLE)
        )
        table = tree["src/sales_pipeline/steps.py"].decode()
        steps = dict(re.findall(r'^    "(\w+)": "([\w.]+)",$', table, re.MULTILINE))
        modules = {f"src/sales_pipeline/{name.replace('.', '/')}.py" for name in steps.values()}
        jobs = [
            content.decode()
            for path, content in tree.items()
            if path.startswith(("resources/jobs/", "resources/samples/"))
        ]
        run = set(re.findall(r"(?<=/src/)\w+(?=\.py)|(?<=entry_point: )\w+", "\n".join(jobs)))
        offered = {PurePath(path).stem for path in tree if re.fullmatch(r"src/\w+\.py", path)}
        project = tomllib.loads(tree["pyproject.toml"].decode())["project"]
        offered |= project.get("scripts", {}).keys()
        wrong |= dict.fromkeys((steps.keys() ^ run) | (run ^ offered), row)
        wrong |= dict.fromkeys(modules - tree.keys(), row)
    assert not wrong


def test_nothing_is_left_over(rows: list[Row], renderer: Renderer) -> None:
    """Something uses every variable of the bundle, file of a query, and module of the package."""
    unused: dict[str, Row] = {}
    for row in rows:
        tree = renderer.tree(
            covering.answers_to(renderer, row), lambda path: path.startswith(BUNDLE)
        )
        used = {name for path, content in tree.items() for name in named(path, content)}
        there = {f"${{var.{name}}}" for name in variables(tree["databricks.yml"])}
        there |= {
            PurePath(path).name
            for path in tree
            if path.startswith(("src/sql/", "src/dashboards/", "src/sales_pipeline/"))
        }
        unused |= dict.fromkeys(there - used - {"__init__.py", "main.py", "steps.py"}, row)
    assert not unused


@functools.cache
def variables(content: bytes) -> set[str]:
    return yaml.load(content, yaml.CSafeLoader)["variables"].keys()


@functools.cache
def named(path: str, content: bytes) -> set[str]:
    """Returns the variables, the files of queries and the modules that a file refers to."""
    text = content.decode()
    if not path.endswith(".py"):
        return set(re.findall(r"\$\{var\.\w+\}|[\w.]+\.(?:sql|json)\b", text))
    modules = re.findall(r'"\w+\.(\w+)"', text)  # as steps.py names them
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            modules += [*(node.module or "").split("."), *(alias.name for alias in node.names)]
    return {f"{module}.py" for module in modules}


def test_no_code_is_left_over(rows: list[Row], renderer: Renderer) -> None:
    """The package uses every function, class and constant that it has; its tests do not count."""
    unused: dict[str, Row] = {}
    for row in rows:
        tree = renderer.tree(
            covering.answers_to(renderer, row), lambda path: path.startswith("src/")
        )
        code = {path: content for path, content in tree.items() if path.endswith(".py")}
        used = {name for content in code.values() for name in read_in(content)}
        for path, content in code.items():
            if path.startswith("src/sales_pipeline/") and path != "src/sales_pipeline/main.py":
                defined = defined_in(PurePath(path).stem, content)
                unused |= {f"{path}: {name}": row for name, as_ in defined if not used & as_}
    assert not unused


@functools.cache
def read_in(content: bytes) -> set[str]:
    """Returns what a file reads: names, `.attribute`, and `module.attribute` of what has a name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(f".{node.attr}")
            if isinstance(node.value, ast.Name):
                found.add(f"{node.value.id}.{node.attr}")
    return found


@functools.cache
def defined_in(module: str, content: bytes) -> list[tuple[str, frozenset[str]]]:
    """Returns the public names of a module, methods included, and what using one looks like.

    Steps find `run` by its module.
    """
    found: list[tuple[str, frozenset[str]]] = []
    tree = ast.parse(content)
    for owner in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]:
        names: list[str] = []
        for node in owner.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names.append(node.name)
            elif isinstance(node, ast.Assign):
                targets = [target for one in node.targets for target in ast.walk(one)]
                names += [target.id for target in targets if isinstance(target, ast.Name)]
        for name in names:
            used_as = {name, f"{module}.{name}"} if owner is tree else {f".{name}"}
            if name != "run" and not name.startswith("_"):
                found.append((name, frozenset(used_as)))
    return found


# isort and the formatter see the name: it sorts, and it makes lines longer.
@pytest.mark.parametrize("package", ["sales_pipeline", "a", "z" * 60])
def test_all_code_is_linted_and_formatted(
    package: str, rows: list[Row], renderer: Renderer, tmp_path: Path
) -> None:
    """ruff, as the generated repo configures it, has nothing to say about any content."""
    code: dict[bytes, set[tuple[str, bytes]]] = {}  # by what ruff reads in pyproject.toml
    for row in rows:
        answers = covering.answers_to(renderer, row | {"package_name": package})
        tree = renderer.tree(answers, lambda path: path.startswith(CODE))
        settings = tree.pop("pyproject.toml").partition(b"[tool.ruff]")[2]
        code.setdefault(settings, set()).update(tree.items())
    for settings, files in code.items():
        contents: dict[str, list[bytes]] = {}
        for path, content in sorted(files):
            contents.setdefault(path, []).append(content)
        pyproject = b'[project]\nrequires-python = ">=3.10"\n[tool.ruff]' + settings
        for number in range(max(map(len, contents.values()))):
            repo = {path: several[number % len(several)] for path, several in contents.items()}
            folder = tmp_path / f"{len(settings)}-{number}"
            rendering.write_tree(folder, repo | {"pyproject.toml": pyproject})
    complaints: set[str] = set()
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "--quiet"]
        process = subprocess.run(
            [*ruff, "--output-format=concise", "."], cwd=tmp_path, capture_output=True, text=True
        )
        assert process.returncode in (0, 1), process.stderr
        complaints |= {line.partition("/")[2] for line in process.stdout.splitlines()}
    assert not complaints, "\n".join(sorted(complaints))


@pytest.fixture(scope="session")
def contents(rows: list[Row], renderer: Renderer) -> set[tuple[str, bytes]]:
    """Each content of each file that some combination gives, but for the answers file."""

    def trees() -> Iterator[Tree]:
        for row in rows:
            answers = covering.answers_to(renderer, row)
            yield renderer.tree(answers, lambda path: path != rendering.ANSWERS_FILE)

    return {item for tree in trees() for item in tree.items()}
