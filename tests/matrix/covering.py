"""Chooses combinations of answers so that few of them hold what matters of all.

What they hold is told in docs/combinations.md. They are the same in every process: pytest-xdist
lets each worker choose them for itself and check its share.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import combinations, cycle, product
from typing import Any

import rendering
from rendering import Answers, Renderer, Several

Choice = tuple[str, Any]  # a factor and one of its values
Triple = frozenset[Choice]
Row = dict[str, Any]  # answers by question

# Empty is one choice of these, any text another.
OPTIONAL = {
    "cluster_policy_id": "ABC1234567890",
    "dev_cluster_id": "0123-456789-abcdefgh",
    "operator_group": "operators",
    "viewer_group": "viewers",
    "reader_service_principal": "6f1a2b3c-0d4e-4f5a-8b6c-7d8e9f0a1b2c",
    "codeowners": "@org/data-platform",
}
WORKLOADS = [f"workloads {kind}" for kind in rendering.choices("workloads")]
# What describes the machines that a job runs on, but for the optional IDs.
MACHINES = ("compute", "runtime", "cluster_profile", "cluster_size", "spot", "photon", "sizing")
# So many answers meet in these that each content cannot be checked.
LARGE = (
    *(rendering.ANSWERS_FILE, "README.md", "databricks.yml", "pyproject.toml"),
    *("resources/jobs/", "resources/pipelines/", "resources/samples/", "src/smoke.py"),
    *("docs/", "AGENTS.md"),
)


def choose(renderer: Renderer) -> list[Row]:
    """Returns the combinations that are rendered and checked."""
    covered = covering(renderer)
    rows = [asked(renderer, row) for row in covered + crossed(renderer, covered)]
    return rows + [asked(renderer, row) for row in completing(renderer, rows, covered)]


def answers_to(renderer: Renderer, row: Row) -> Answers:
    """Returns a row's answers, and the defaults of the questions that it does not ask."""
    return Answers(renderer, lambda name, options: row[name], row)


def asked(renderer: Renderer, row: Row) -> Row:
    """Returns the answers to those questions that are asked after the answers before them."""
    kept: Row = {}
    answers = answers_to(renderer, kept)
    for name in renderer.questions:
        if name in row and answers.read(f"asked {name}"):
            kept[name] = row[name]
    return kept


def choosing(renderer: Renderer, names: Iterable[str]) -> Iterator[tuple[Row, list[str]]]:
    """Yields each way to choose among some questions, and those of them that are then asked."""

    def read(answers: Answers) -> list[str]:
        there = [name for name in names if answers.read(f"asked {name}")]
        return [name for name in there if answers.read(name) is not None]

    for answers, there in renderer.explore(read):
        yield answers.chosen, there


# FACTORS: questions with choices, or each choice of a question where there can be several.


def factors() -> dict[str, list[Any]]:
    """Returns what varies and its values, in the order of the questions."""
    found: dict[str, list[Any]] = {}
    for name, details in rendering.questions().items():
        if details.get("when") is False:
            continue
        if details.get("multiselect"):
            found |= {f"{name} {choice}": [True, False] for choice in rendering.choices(name)}
        elif "choices" in details:
            found[name] = rendering.choices(name)
        elif name in OPTIONAL:
            found[name] = ["", OPTIONAL[name]]
    return found


def question_of(factor: str) -> str:
    return factor.partition(" ")[0]


def answers_of(values: dict[str, Any]) -> Row:
    """Returns the answers for a value of each factor."""
    row: Row = {}
    for factor, value in values.items():
        name, _, choice = factor.partition(" ")
        if choice:
            row.setdefault(name, Several())
            if value:
                row[name].append(choice)
        else:
            row[name] = value
    return row


def values_of(row: Row) -> dict[str, Any]:
    """Returns the values of factors that some answers give."""
    values: dict[str, Any] = {}
    for name, answer in row.items():
        if isinstance(answer, list):
            values |= {f"{name} {choice}": choice in answer for choice in rendering.choices(name)}
        else:
            values[name] = answer
    return values


def needs(renderer: Renderer) -> dict[str, list[dict[str, Any]]]:
    """Returns the values of other factors with which a question is asked; {} where it always is."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in map(question_of, factors()):
        asked = renderer.explore(lambda answers, name=name: answers.read(f"asked {name}"))
        found[name] = [values_of(answers.chosen) for answers, yes in asked if yes]
    return found


def ways(renderer: Renderer) -> int:
    """Returns how many combinations of choices there are."""
    groups: list[set[str]] = []  # of questions that are asked depending on one another
    for name, asked_with in needs(renderer).items():
        group = {name} | {question_of(factor) for need in asked_with for factor in need}
        group = group.union(*(other for other in groups if other & group))
        groups = [other for other in groups if not other & group] + [group]
    product = 1
    for group in groups:
        ordered = [name for name in renderer.questions if name in group]
        # A validator may read questions of another group, whose answers count there.
        asked = {
            tuple((name, chosen.get(name)) for name in there): there
            for chosen, there in choosing(renderer, ordered)
        }
        product *= sum(2 ** len(OPTIONAL.keys() & there) for there in asked.values())
    return product


# TRIPLES: any three choices of three factors, which are made together somewhere.


def triples(values: dict[str, Any]) -> set[Triple]:
    return {frozenset(three) for three in combinations(values.items(), 3)}


def all_triples(every: dict[str, list[Any]]) -> Iterator[tuple[Choice, ...]]:
    for names in combinations(every, 3):
        for values in product(*(every[name] for name in names)):
            yield tuple(zip(names, values, strict=True))


def together(values: dict[str, Any], when: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Returns the ways to ask for all of these choices in one repo, which runs something."""
    ways = [dict(values)]
    for factor in values:
        ways = [
            way | need
            for way in ways
            for need in when[question_of(factor)]
            if all(way.get(name, value) == value for name, value in need.items())
        ]
    return [way for way in ways if any(way.get(workload, True) for workload in WORKLOADS)]


def covering(renderer: Renderer) -> list[Row]:
    """Returns combinations that hold every three choices which can be made together.

    Each has an answer to every question, whether that is asked or not.
    """
    chance = random.Random(1)
    every = factors()
    when = needs(renderer)
    seeds = list(all_triples(every))
    chance.shuffle(seeds)
    left = set(map(frozenset, seeds))
    rows: list[Row] = []
    for seed in seeds:
        if frozenset(seed) not in left:
            continue
        ways = together(dict(seed), when)
        if not ways:
            continue
        values = dict(made := chance.choice(ways))
        for factor in chance.sample(list(every), len(every)):
            if factor not in values:
                values[factor] = best(factor, every[factor], values, left, chance)
        if not any(values[workload] for workload in WORKLOADS):
            values[chance.choice([each for each in WORKLOADS if each not in made])] = True
        rows.append(answers_of({factor: values[factor] for factor in every}))
        left -= triples(values_of(asked(renderer, rows[-1])))
    return rows


def best(
    factor: str,
    options: list[Any],
    values: dict[str, Any],
    left: set[Triple],
    chance: random.Random,
) -> Any:
    """Returns the value that makes most new triples with a sample of the values so far."""
    known = list(values.items())
    pairs = list(combinations(chance.sample(known, min(len(known), 10)), 2))

    def gain(value: Any) -> tuple[int, float]:
        new = sum(frozenset((*pair, (factor, value))) in left for pair in pairs)
        return new, chance.random()

    return max(options, key=gain)


# WHAT THE MAIN JOB IS MADE OF, and what each file can say.


def crossed(renderer: Renderer, rows: list[Row]) -> list[Row]:
    """Returns every workload alone and all together, in each pattern, on each compute, at each
    schedule; and every set of workloads in each pattern.

    All descriptions of machines take turns, and so do the other answers of `rows`.
    """
    kinds = rendering.choices("workloads")
    alone = [Several([kind]) for kind in kinds] + [Several(kinds)]
    sets = [Several(s) for n in range(1, len(kinds) + 1) for s in combinations(kinds, n)]
    machines: dict[str, list[Row]] = {}
    for described, _ in choosing(renderer, MACHINES):
        machines.setdefault(described["compute"], []).append(described)
    turns = {compute: cycle(described) for compute, described in machines.items()}

    crossed: list[Row] = [
        {"workloads": workloads, "pattern": pattern, "schedule": schedule} | next(turns[compute])
        for workloads, pattern, compute, schedule in product(
            alone,
            rendering.choices("pattern"),
            rendering.choices("compute"),
            rendering.choices("schedule"),
        )
    ]
    crossed += [
        {"workloads": workloads, "pattern": pattern}
        for workloads, pattern in product(sets, rendering.choices("pattern"))
    ]
    return [rows[number % len(rows)] | row for number, row in enumerate(crossed)]


def completing(renderer: Renderer, rows: list[Row], covered: list[Row]) -> list[Row]:
    """Returns combinations for each content of a file that no row has; not of large files."""
    trees = (renderer.tree(answers_to(renderer, row), is_small) for row in rows)
    held = {item for tree in trees for item in tree.items()}
    unset = dict.fromkeys(OPTIONAL, "")  # as in all contents that are found
    more: list[Row] = []
    for chosen, item in contents(renderer):
        if item not in held:
            held.add(item)
            more.append(covered[len(more) % len(covered)] | unset | chosen)
    return more


def contents(renderer: Renderer) -> Iterator[tuple[Row, tuple[str, bytes]]]:
    """Yields every content of every file that is not large, with answers that lead to it."""
    for source in renderer.sources:
        for answers, tree in renderer.explore(
            lambda answers, source=source: renderer.tree(answers, is_small, [source])
        ):
            for item in tree.items():
                yield answers.chosen, item


def is_small(path: str) -> bool:
    return not path.startswith(LARGE)
