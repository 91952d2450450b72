"""Renders the template for tests: one repo as Copier does it, or very many without Copier's cost.

The many are rendered from the same `copier.yml` by Copier's own questions and Jinja environment,
but an answer is worked out only when something reads it. So a file is rendered once for each
distinct value of what it reads, and `explore` tries only combinations that a reader can tell apart:
the cost follows what differs, not the product of all options. A test holds it equal to Copier.
"""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path, PurePath
from typing import Any, TypeVar

import yaml
from copier import run_copy
from copier._main import Worker
from copier._settings import SettingsModel
from copier._template import load_template_config
from copier._user_data import AnswersMap, Question
from jinja2.runtime import Context, missing
from pathspec import PathSpec

ROOT = Path(__file__).resolve().parents[1]
# What a checkout of this repo needs to serve as a template, its own checker included.
TEMPLATE_PARTS = (
    *("copier.yml", "cookiecutter.json", "{{cookiecutter.project_name}}"),
    *("template", "includes", "hooks", "src", "pyproject.toml", "README.md", "LICENSE"),
)
ANSWERS_FILE = ".copier-answers.yml"

Tree = dict[str, bytes]
S = TypeVar("S")
T = TypeVar("T")


def copy_template(folder: Path) -> Path:
    """Copies what makes a template of this repo into a new folder outside git, and returns it."""
    folder.mkdir(parents=True)
    for part in TEMPLATE_PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(
                source, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
            )
        elif source.exists():
            shutil.copy2(source, folder / part)
    return folder


@functools.cache
def questions() -> dict[str, dict[str, Any]]:
    """Returns the questions of `copier.yml`, hidden ones included, in their order."""
    config = load_template_config(ROOT / "copier.yml")
    return {name: details for name, details in config.items() if not name.startswith("_")}


def choices(name: str) -> list[Any]:
    """Returns the ids that a question of `copier.yml` lets one choose from."""
    offered = questions()[name]["choices"]
    return list(offered.values() if isinstance(offered, dict) else offered)


def personas() -> dict[str, dict[str, Any]]:
    """Returns the answers of each persona."""
    paths = sorted((ROOT / "tests/personas").glob("*.yml"))
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}


def releases() -> list[tuple[str, str]]:
    """Returns version and commit of each release that CHANGELOG.md names.

    A heading reads `## 0.1.0 (2026-11-23, commit abcdef0)`.
    """
    changelog = ROOT / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8") if changelog.exists() else ""
    return re.findall(r"^## (\d\S*) \(.*\bcommit ([0-9a-f]{7,40})\)$", text, re.MULTILINE)


def render(template: Path, folder: Path, answers: dict[str, Any], **options: Any) -> Path:
    """Renders one repo with plain Copier, tasks skipped.

    Raises:
        KeyError: an answer to no question; Copier itself ignores those.
    """
    if unknown := answers.keys() - questions().keys():
        raise KeyError(f"copier.yml has no question {', '.join(sorted(unknown))}")
    options = {"defaults": True, "quiet": True, "unsafe": True, "skip_tasks": True} | options
    run_copy(str(template), folder, answers, **options)
    return folder


def read_tree(folder: Path) -> Tree:
    """Returns every file below a folder but git's own, by its path with forward slashes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def write_tree(folder: Path, tree: Tree) -> None:
    """Makes a folder hold exactly these files; touches only those that differ."""
    present = read_tree(folder)
    for path in present.keys() - tree.keys():
        (folder / path).unlink()
    for path, content in tree.items():
        if present.get(path) != content:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)


class Several(list[Any]):
    """What was chosen where several can be: a list that can be remembered as it stands."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))


ANSWERS = "__answers"  # under this name a Jinja context holds the answers it may read


class LazyContext(Context):
    """A Jinja context that asks for an answer at the moment a template reads it."""

    def resolve_or_missing(self, key: str) -> Any:
        value = super().resolve_or_missing(key)
        # A macro imported without context has no answers here either, as in Copier.
        if value is missing and ANSWERS in self.parent:
            return self.parent[ANSWERS].read(key)
        return value


@dataclass
class Known:
    """What is known of a reader: the answer it reads next, or what it returned."""

    reads: str = ""
    after: dict[Any, Known] = field(default_factory=dict)
    result: Any = missing


class Answers:
    """The answers for one repo: given, chosen or the default, each worked out when first read."""

    def __init__(
        self,
        renderer: Renderer,
        choose: Callable[[str, list[Any]], Any],
        given: dict[str, Any] | None = None,
    ):
        self.renderer = renderer
        self.choose = choose
        self.given = {} if given is None else given
        self.chosen: dict[str, Any] = {}
        self.values: dict[str, Any] = {}
        self.readers: list[dict[str, Any]] = []

    def read(self, name: str) -> Any:
        """Returns an answer, for "asked NAME" whether that is asked, `missing` for other names."""
        if name.removeprefix("asked ") not in self.renderer.questions:
            return self.renderer.surroundings.get(name, missing)
        if name not in self.values:
            self.readers.append({})  # what an answer depends on is its own affair, not its reader's
            value = self.find(name)
            self.values[name] = Several(value) if isinstance(value, list) else value
            self.readers.pop()
        if self.readers:
            self.readers[-1].setdefault(name, self.values[name])
        return self.values[name]

    def find(self, name: str) -> Any:
        if name.startswith("asked "):
            return self.recall(self.renderer.asked, name.removeprefix("asked "))
        if name in self.given:
            return self.given[name]
        options = self.recall(self.renderer.options, name)
        if options and self.read(f"asked {name}"):
            self.chosen[name] = self.choose(name, options)
            return self.chosen[name]
        return self.recall(self.renderer.default, name)

    def remembered(self) -> dict[str, Any]:
        """Returns what Copier records in the answers file."""
        asked = [name for name in self.renderer.questions if self.read(f"asked {name}")]
        source = self.renderer.surroundings["_copier_answers"]
        values = {name: self.read(name) for name in asked}
        plain = {
            name: list(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        return source | plain

    def recall(self, reader: Callable[[S, Answers], T], subject: S) -> T:
        """Returns what a reader made of a subject for the same answers, as far as it read them."""
        root = known = self.renderer.known.setdefault((reader.__name__, subject), Known())
        while known.reads:
            known = known.after.setdefault(self.read(known.reads), Known())
        if known.result is missing:
            self.readers.append({})
            result = reader(subject, self)
            known = root
            for name, value in self.readers.pop().items():
                known.reads = name
                known = known.after.setdefault(value, Known())
            known.result = result
        return known.result


class Renderer:
    """Renders the repos of one template folder outside git, for many answers."""

    def __init__(self, template: Path):
        worker = Worker(src_path=str(template), dst_path=Path("repo"), defaults=True)
        self.template = template
        self.questions = worker.template.questions_data
        self.environment = worker.jinja_env
        self.environment.context_class = LazyContext
        self.environment.from_string = functools.cache(self.environment.from_string)
        self.root = template / worker.template.subdirectory
        self.suffix = worker.template.templates_suffix
        self.exclude = exclusions(template)
        self.sources = sorted(path for path in self.root.rglob("*") if path.is_file())
        self.known: dict[tuple[str, Any], Known] = {}
        self.patterns = functools.cache(self.find_patterns)
        self.excluding = functools.cache(self.find_excluding)
        self.surroundings = {
            "_copier_answers": {"_src_path": str(template)},
            "_copier_conf": {"answers_file": PurePath(ANSWERS_FILE), "data": {}},
            "_copier_operation": "copy",
            "_copier_phase": "render",
        }

    def explore(
        self, run: Callable[[Answers], T], given: dict[str, Any] | None = None
    ) -> Iterator[tuple[Answers, T]]:
        """Calls `run` once for every combination of answers that it can tell apart.

        Args:
            run: reads answers; a question that it never reads does not multiply the calls.
            given: answers that are fixed.

        Yields:
            The answers and what `run` returned for them.
        """
        taken: list[int] = []  # the number of the option taken, in the order of reading
        while True:
            widths: list[int] = []
            answers = Answers(self, functools.partial(follow, taken, widths), given)
            yield answers, run(answers)
            while taken and taken[-1] == widths[len(taken) - 1] - 1:
                taken.pop()
            if not taken:
                return
            taken[-1] += 1

    def tree(
        self,
        answers: Answers,
        wanted: Callable[[str], bool] = lambda path: True,
        sources: list[Path] | None = None,
    ) -> Tree:
        """Returns the generated files whose path is wanted, of these sources or of all."""
        files: Tree = {}
        for source in self.sources if sources is None else sources:
            path = answers.recall(self.path, source)
            if path and wanted(path) and not self.excluded(path, answers):
                files[path] = answers.recall(self.file, source)
        return files

    def excluded(self, path: str, answers: Answers) -> bool:
        verdict = False
        for entry in self.excluding(path):
            for pattern in answers.recall(self.text, entry).splitlines():
                if matches(pattern.removeprefix("!"), path):
                    verdict = not pattern.startswith("!")
        return verdict

    def find_patterns(self, entry: str) -> set[str]:
        """Returns every pattern that a block of the table of files can give."""
        texts = (text for _, text in self.explore(functools.partial(self.text, entry)))
        return {pattern for text in texts for pattern in text.splitlines()}

    def find_excluding(self, path: str) -> list[str]:
        """Returns the blocks that may match a path; only they are then read."""
        return [
            entry
            for entry in self.exclude
            if any(matches(each.removeprefix("!"), path) for each in self.patterns(entry))
        ]

    # Readers: what they return depends on the subject and on the answers they read.

    def text(self, source: str, answers: Answers) -> str:
        return self.environment.from_string(source).render({ANSWERS: answers})

    def path(self, source: Path, answers: Answers) -> str:
        parts = source.relative_to(self.root).as_posix().removesuffix(self.suffix).split("/")
        rendered = [self.text(part, answers) for part in parts]
        return "/".join(rendered) if all(rendered) else ""

    def file(self, source: Path, answers: Answers) -> bytes:
        if not source.name.endswith(self.suffix):
            return source.read_bytes()
        context: dict[str, Any] = {ANSWERS: answers}
        if b"_copier_answers" in source.read_bytes():
            context["_copier_answers"] = answers.remembered()
        name = source.relative_to(self.template).as_posix()
        return self.environment.get_template(name).render(context).encode()

    def asked(self, name: str, answers: Answers) -> bool:
        return self.question(name, answers).get_when()

    def default(self, name: str, answers: Answers) -> Any:
        """Returns a question's default, after its own validator has seen it."""
        return self.question(name, answers).get_default()

    def options(self, name: str, answers: Answers) -> list[Any]:
        """Returns what a question lets one choose from: nothing where it takes text.

        Where several can be chosen, these are all sets that its validator accepts.
        """
        question = self.question(name, answers)
        if question.get_type_name() == "bool":
            return [False, True]
        single = [question.cast_answer(choice.value) for choice in question._formatted_choices]
        if not question.multiselect:
            return single
        sets = [Several(s) for n in range(len(single) + 1) for s in combinations(single, n)]
        return [chosen for chosen in sets if self.accepts(question, chosen)]

    def accepts(self, question: Question, answer: Any) -> bool:
        try:
            question.validate_answer(answer)
        except ValueError:
            return False
        return True

    def question(self, name: str, answers: Answers) -> Question:
        return Question(
            var_name=name,
            answers=AnswersMap(),
            context={ANSWERS: answers},
            jinja_env=self.environment,
            settings=SettingsModel(),
            **self.questions[name],
        )


def exclusions(template: Path) -> list[str]:
    """Returns the blocks of the table of files: read one by one, each reads few answers."""
    table = (template / "includes/files.jinja").read_text(encoding="utf-8")
    return re.findall(r"\[% if .*?\[% endif %\]", table, re.DOTALL)


def follow(taken: list[int], widths: list[int], name: str, options: list[Any]) -> Any:
    """Chooses the option that `taken` says, the first one after its end, and notes the width."""
    if len(widths) == len(taken):
        taken.append(0)
    widths.append(len(options))
    return options[taken[len(widths) - 1]]


@functools.cache
def matches(patterns: str, path: str) -> bool:
    return PathSpec.from_lines("gitignore", patterns.splitlines()).match_file(path)
