"""From files to targets: includes, merges, variables, references, places."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import write_bundle

from bundlewright.bundle.access import place_at
from bundlewright.bundle.files import NoBundle, expand_glob, find_root
from bundlewright.bundle.merge import Conflict, merge
from bundlewright.bundle.model import Bundle
from bundlewright.bundle.target import Target


def target(folder: Path, text: str, name: str = "default", **environ: str) -> Target:
    return Target(Bundle(write_bundle(folder, text)), name, environ)


def test_files_are_merged_and_know_where_each_value_came_from(tmp_path: Path) -> None:
    bundle = Bundle(
        write_bundle(
            tmp_path,
            """\
            include: [resources/*.yml]
            resources:
              jobs:
                etl: {name: etl}
            @ resources/b.yml
            resources:
              jobs:
                etl: {tags: {team: b}}
            @ resources/a.yml
            resources:
              jobs:
                etl: {tags: {team: a, cost: a}}
            """,
        )
    )
    assert [document.name for document in bundle.documents] == [
        *("databricks.yml", "resources/a.yml", "resources/b.yml")
    ]
    etl = bundle.config["resources"]["jobs"]["etl"]
    assert etl == {"name": "etl", "tags": {"team": "b", "cost": "a"}}
    path = ("resources", "jobs", "etl", "tags")
    assert place_at(bundle.config, (*path, "team"))[0] == "resources/b.yml"
    assert place_at(bundle.config, (*path, "cost"))[0] == "resources/a.yml"
    assert place_at(bundle.config, ("resources", "jobs", "etl", "name"))[0] == "databricks.yml"


def test_globs_match_as_gos_do(tmp_path: Path) -> None:
    for name in ("a.yml", ".b.yml", "x/c.yml", "x/y/d.yml", "e.txt", "[f].yml", "g1.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    def matches(pattern: str) -> list[str]:
        return sorted(expand_glob(str(tmp_path), pattern))

    assert matches("*.yml") == [".b.yml", "[f].yml", "a.yml", "g1.yml"]
    assert matches("**/*.yml") == ["x/c.yml"]
    assert matches("./x/?.yml") == ["x/c.yml"]
    assert matches("[a-c].yml") == ["a.yml"]
    assert matches("[^a]1.yml") == ["g1.yml"]
    assert matches(r"\[f].yml") == matches(r"\[*.yml") == ["[f].yml"]
    assert matches("a.yml") == ["a.yml"]
    assert matches("a.yml/*") == matches("nope.yml") == matches("[z-a]") == []


def test_a_bundle_is_found_from_within_it(tmp_path: Path) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\n@ src/x/y.py\n")
    for path in (tmp_path, tmp_path / "src" / "x", tmp_path / "databricks.yml"):
        assert find_root(str(path)) == (str(tmp_path), "databricks.yml")


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("@ src/x.py\n", "src", "no databricks.yml"),
        ("@ bundle.yml\n", ".", "several root files"),
        ("", "nowhere", "does not exist"),
        ("@ src/x.py\n", "src/x.py", "no databricks.yml"),
    ],
)
def test_where_there_is_no_bundle_a_sentence_says_so(
    tmp_path: Path, text: str, path: str, words: str
) -> None:
    write_bundle(tmp_path, text)
    if "no databricks.yml" in words:
        (tmp_path / "databricks.yml").unlink()
    with pytest.raises(NoBundle, match=words):
        find_root(str(tmp_path / path))


def test_a_target_overrides_maps_deep_and_lists_by_key(tmp_path: Path) -> None:
    config = target(
        tmp_path,
        """\
        resources:
          jobs:
            etl:
              max_concurrent_runs: 1
              tasks:
                - {task_key: a, timeout_seconds: 1, max_retries: 1}
                - {task_key: b}
              job_clusters:
                - job_cluster_key: main
                  new_cluster: {num_workers: 1, spark_version: x}
        targets:
          prod:
            resources:
              jobs:
                etl:
                  max_concurrent_runs: 2
                  tasks:
                    - {task_key: a, timeout_seconds: 2}
                    - {task_key: c}
                  job_clusters:
                    - job_cluster_key: main
                      new_cluster: {num_workers: 9}
        """,
        "prod",
    ).whole()
    assert config["resources"]["jobs"]["etl"] == {
        "max_concurrent_runs": 2,
        "tasks": [
            {"task_key": "a", "timeout_seconds": 2, "max_retries": 1},
            {"task_key": "b"},
            {"task_key": "c"},
        ],
        "job_clusters": [
            {"job_cluster_key": "main", "new_cluster": {"num_workers": 9, "spark_version": "x"}}
        ],
    }
    place = place_at(config, ("resources", "jobs", "etl", "tasks", 0, "timeout_seconds"))
    assert place == ("databricks.yml", 18, 46)


def test_targets_do_not_change_each_other(tmp_path: Path) -> None:
    bundle = Bundle(
        write_bundle(
            tmp_path,
            """\
            variables: {size: {default: 1}}
            resources:
              jobs:
                etl: {tasks: [{task_key: a, max_retries: "${var.size}"}]}
                other: {name: other}
            targets:
              dev: {resources: {jobs: {etl: {tasks: [{task_key: a, timeout_seconds: 5}]}}}}
              prod: {variables: {size: 9}}
            """,
        )
    )
    dev, prod = Target(bundle, "dev", {}), Target(bundle, "prod", {})
    in_dev, in_prod = dev.resource("jobs", "etl").config, prod.resource("jobs", "etl").config
    assert in_dev["tasks"] == [{"task_key": "a", "max_retries": 1, "timeout_seconds": 5}]
    assert in_prod["tasks"] == [{"task_key": "a", "max_retries": 9}]
    # What no target touches is one object in all of them.
    other = ("resources", "jobs", "other")
    assert dev.value(other) is prod.value(other) is not None


def test_sections_that_a_target_replaces_or_moves(tmp_path: Path) -> None:
    config = target(
        tmp_path,
        """\
        bundle: {name: b, git: {branch: develop}}
        run_as: {user_name: someone}
        targets:
          prod:
            mode: production
            git: {branch: main}
            run_as: {service_principal_name: x}
        """,
        "prod",
    ).whole()
    assert config["run_as"] == {"service_principal_name": "x"}
    assert config["bundle"] == {"name": "b", "git": {"branch": "main"}, "mode": "production"}


VARIABLES = """\
variables:
  plain: {default: 3}
  text: {default: "x${var.plain}"}
  flag: {default: true}
  cluster: {type: complex, default: {size: {workers: 4}, nodes: [a, "${var.text}"]}}
  chosen: {default: 1}
  map: {type: complex, default: {a: 1}}
  looked_up: {lookup: {cluster: main}}
  nested: {default: "${var.${var.name_of}}"}
  name_of: {default: plain}
presets:
  tags:
    value: %s
targets:
  dev:
    variables:
      chosen: 2
      map: {a: 2, b: 3}
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${var.plain}", 3),
        ("${var.text}", "x3"),
        ("${var.flag}/${var.plain}", "true/3"),
        ("${var.cluster.size.workers}", 4),
        ("${var.cluster.nodes[1]}", "x3"),
        ("${var.cluster}", {"size": {"workers": 4}, "nodes": ["a", "x3"]}),
        ("${var.chosen}", 2),
        ("${var.map}", {"a": 2, "b": 3}),
        ("${var.nested}", 3),
        ("${variables.plain.value}", 3),
        ("${bundle.target}", "dev"),
        ("${var.looked_up}", "${var.looked_up}"),
        ("${workspace.current_user.userName}", "${workspace.current_user.userName}"),
        ("${workspace.file_path}/x", "${workspace.file_path}/x"),
        ("${resources.jobs.x.id}", "${resources.jobs.x.id}"),
        ("${env.HOME} ${ var.plain } ${var.1a} $var.plain", None),
    ],
)
def test_references_resolve(tmp_path: Path, text: str, value: object) -> None:
    dev = target(tmp_path, VARIABLES % f'"{text}"', "dev")
    expected = text if value is None else value
    assert dev.config["presets"]["tags"]["value"] == expected
    assert dev.settings.references.problems == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${var.nope}", "variable 'nope' is not defined"),
        ("${var.cluster.nope}", "var.cluster has no field 'nope'"),
        ("${var.cluster.nodes[7]}", "has no item 7"),
        ("${var.plain.x}", "is a number"),
        ("${workspace.rootpath}", "workspace.rootpath does not exist"),
        ("a ${var.cluster}", "a map cannot stand inside a text"),
    ],
)
def test_references_that_lead_nowhere_are_problems(tmp_path: Path, text: str, words: str) -> None:
    dev = target(tmp_path, VARIABLES % f'"{text}"', "dev")
    [(path, problem)] = dev.settings.references.problems
    assert path == ("presets", "tags", "value")
    assert words in problem.message


def test_values_from_outside_win(tmp_path: Path) -> None:
    text = """\
        variables: {a: {default: 1}, b: {default: 1}, c: {}}
        presets: {tags: {x: "${var.a}${var.b}"}}
        @ .databricks/bundle/default/variable-overrides.json
        {"a": 2, "c": 2}
        """
    resolved = target(tmp_path, text, BUNDLE_VAR_b="3")
    assert resolved.config["presets"]["tags"]["x"] == "23"
    assert resolved.unassigned == []


def test_kinds_that_do_not_merge_conflict() -> None:
    from bundlewright.bundle.document import Document, parse

    base = parse("a: {b: {c: 1}}", Document("base.yml")).data
    override = parse("a: {b: text}", Document("override.yml")).data
    with pytest.raises(Conflict) as conflict:
        merge(base, override)
    assert conflict.value.path == ("a", "b")
    assert conflict.value.place == ("override.yml", 1, 8)
