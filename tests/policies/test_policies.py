"""Which policies there are, what they judge, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from judging import judge

from bundlewright.policies import BadPolicy, load

POLICY = "policies:\n- {code: A1, message: M, for: job, schema: {required: [x]}}\n"
SHOW_ALL = "policies: [{code: A1, message: M, for: FOR, schema: {not: {}}}]"
BUNDLE = """\
bundle: {name: b}
targets:
  dev: {mode: development}
  prod: {mode: production}
  prod_eu: {mode: production}
resources:
  jobs:
    etl:
      job_clusters:
        - job_cluster_key: main
          new_cluster:
            num_workers: 1
      tasks:
        - task_key: a
          for_each_task:
            task:
              task_key: b
              new_cluster:
                num_workers: 2
        - task_key: c
          libraries:
            - pypi: {package: x}
  pipelines:
    flow:
      clusters:
        - label: default
  clusters:
    adhoc:
      num_workers: 3
"""


@pytest.mark.parametrize(
    ("subject", "lines"),
    [
        ("job", [9]),
        ("task", [14, 17, 20]),
        ("cluster", [12, 19, 26, 29]),
        ("target", [3, 4, 5]),
        ("[job, resources.clusters.*]", [9, 29]),
        ("resources.*.*", [9, 25, 29]),
        ("resources.jobs.etl", [9]),
        ("resources.jobs.*.tasks.*", [14, 20]),
        ("resources.jobs.*.tasks.*.libraries.*.pypi", [22]),
        ("resources.volumes.*", []),
        ("resources.jobs.*.schedule", []),
        ("bundle.name", [1]),
    ],
)
def test_subjects(subject: str, lines: list[int], tmp_path: Path) -> None:
    found = judge(tmp_path, SHOW_ALL.replace("FOR", subject), BUNDLE)
    assert [int(line.split(":")[1]) for line in found] == lines


@pytest.mark.parametrize(
    ("condition", "targets"),
    [
        ("targets: prod", "[prod]"),
        ("targets: [prod, dev, other]", "[dev, prod]"),
        ("mode: production", "[prod, prod_eu]"),
        ("mode: development", "[dev]"),
        ("mode: production, targets: [dev, prod]", "[prod]"),
        ("severity: error", "M"),
    ],
)
def test_targets(condition: str, targets: str, tmp_path: Path) -> None:
    policies = f"policies: [{{code: A1, message: M, for: job, schema: {{not: {{}}}}, {condition}}}]"
    (line,) = judge(tmp_path, policies, BUNDLE)
    assert line.endswith(targets)


@pytest.mark.parametrize(
    ("presets", "own", "found"),
    [
        ("{cost: '1'}", "", []),
        ("{cost: '1'}", "tags: {team: t}", []),
        ("{cost: '1'}", "tags: {cost: '2'}", ["6:20: error A1 M: found '2'"]),
        ("{cost: '2'}", "tags: {team: t}", ["2:24: error A1 M: found '2'"]),
        ("{team: t}", "tags: {team: t}", ["6:13: error A1 M: 'cost' is missing"]),
        ("'${workspace.x}'", "tags: {team: t}", []),
    ],
)
def test_tags_of_presets_count(presets: str, own: str, found: list[str], tmp_path: Path) -> None:
    policies = """\
        policies:
          - code: A1
            message: M
            for: job
            schema:
              required: [tags]
              properties: {tags: {required: [cost], properties: {cost: {const: "1"}}}}
        """
    bundle = f"bundle: {{name: b}}\npresets: {{tags: {presets}}}\nresources:\n jobs:\n  etl:\n      {own}\n      name: etl\n"  # noqa: E501
    assert judge(tmp_path, policies, bundle) == [f"databricks.yml:{line}" for line in found]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "1:1: a policy file is a map with a list 'policies'"),
        ("", "1:1: a policy file is a map"),
        ("policies: {}\n", "1:1: a policy file is a map"),
        ("policies: [\n", "2:1: "),
        ("policies: []\npolicies: []\n", "2:1: key 'policies' stands twice"),
        ("policies: []\nrules: []\n", "2:1: unknown key 'rules'"),
        ("policies:\n- x\n", "2:3: a policy is a map"),
        (POLICY.replace("for", "four"), "2:26: unknown key 'four': did you mean 'for'?"),
        (POLICY.replace("message: M, ", ""), "2:3: the policy has no 'message'"),
        (POLICY.replace("schema: {required: [x]}", "schema: "), "2:3: the policy has no 'schema'"),
        (POLICY.replace("M", "[M]"), "2:23: 'message' must be a text"),
        (POLICY.replace("A1", "acme-1"), "2:10: 'code' must be capital letters and then digits"),
        (POLICY.replace("A1", "BW901"), "2:10: code BW901 is bundlewright's own"),
        (POLICY + POLICY[10:], "3:3: code A1 is taken by policies.yml:2"),
        (POLICY.replace("for", "severity: bad, for"), "2:36: 'severity' must be one of error, wa"),
        (POLICY.replace("for", "severity: [error], for"), "2:36: 'severity' must be one of"),
        (POLICY.replace("for", "mode: prod, for"), "2:32: 'mode' must be one of development, pr"),
        (POLICY.replace("for", "ignorable: no, for"), "2:37: 'ignorable' must be true or false"),
        (POLICY.replace("for", "targets: [], for"), "2:35: 'targets' must be the name of a target"),
        (POLICY.replace("job", "jobs"), "since 'jobs' is unknown: did you mean 'job'?"),
        (POLICY.replace("job", "resources.job.*"), "'job' is unknown: did you mean 'jobs'?"),
        (POLICY.replace("job", "resources.jobs.*.tasks.a"), "'a' is unknown: spell it like"),
        (POLICY.replace("job", "'resources.jobs.*.tasks[*]'"), "unknown: did you mean 'tasks'?"),
        (POLICY.replace("{required: [x]}", "[x]"), "'schema' must be a map"),
        (POLICY.replace("[x]", "x"), "2:55: not a JSON Schema: 'x' is not of type 'array'"),
        (POLICY.replace("required: [x]", "pattern: '['"), "2:54: not a JSON Schema: '[' is not"),
        (POLICY.replace("required", "requried"), "2:45: unknown keyword 'requried': did you mean"),
        (POLICY.replace("required: [x]", "$schema: x"), "2:45: unknown keyword '$schema'"),
        (POLICY.replace("required: [x]", "properties: {a: {requird: [x]}}"), "2:62: unknown keyw"),
        (
            POLICY.replace("required: [x]", "$ref: 'https://example.com/s.json'"),
            "2:51: $ref 'https://example.com/s.json' leads to no part of the schema",
        ),
        (POLICY.replace("required: [x]", "$ref: '#/$defs/y'"), "2:51: $ref '#/$defs/y' leads"),
        (POLICY.replace("required: [x]", "$ref: '#/title', title: x"), "leads to no part"),
        (POLICY.replace("required: [x]", "$ref: '#'"), "the schema at '#' leads back to itself"),
        (
            POLICY.replace("required: [x]", "items: {anyOf: [{}, {$ref: '#/items'}]}"),
            "leads back to itself without end",
        ),
    ],
)
def test_bad_policies_are_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "policies.yml").write_text(text)
    with pytest.raises(BadPolicy) as refusal:
        load(["policies.yml"], str(tmp_path))
    assert str(refusal.value).startswith("policies.yml:")
    assert message in str(refusal.value)


def test_a_schema_may_refer_to_its_parts(tmp_path: Path) -> None:
    schema = (
        "{$ref: '#/$defs/a~1b', $defs: {a/b: {properties: {tags: {$ref: '#'}}, required: [x]}}}"
    )
    policies = f"policies: [{{code: A1, message: M, for: job, schema: {schema}}}]"
    assert judge(tmp_path, policies, BUNDLE) == ["databricks.yml:9:7: error A1 M: 'x' is missing"]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with policies that must not be run."""
    folder = tmp_path / "site/some_policies"
    (folder / "inner").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('this package was run')")
    (folder / "inner/__init__.py").write_text("raise SystemExit('this package was run')")
    (folder / "bundlewright-policies.yml").write_text(POLICY)
    (folder / "inner/more.yml").write_text(POLICY.replace("A1", "A2"))
    (folder.parent / "some_module.py").write_text("raise SystemExit('this module was run')")
    monkeypatch.syspath_prepend(str(folder.parent))
    monkeypatch.setitem(sys.modules, "made_up", ModuleType("made_up"))
    return folder


def test_policies_of_a_package_are_read_and_the_package_is_not_run(package: Path) -> None:
    loaded = load(["package:some_policies", "package:some_policies/inner/more.yml"], "/nowhere")
    assert [(policy.code, policy.place) for policy in loaded] == [
        ("A1", ("package:some_policies", 2, 3)),
        ("A2", ("package:some_policies/inner/more.yml", 2, 3)),
    ]
    assert "some_policies" not in sys.modules


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("package:absent_policies", "package 'absent_policies' is not installed beside bundlewrig"),
        ("package:some_policies/no.yml", "package 'some_policies' has no file 'no.yml'"),
        ("package:some_module", "package 'some_module' has no file 'bundlewright-policies.yml'"),
        ("package:some_policies.inner", "'some_policies.inner' is not the name of a top-level"),
        ("package:", "'' is not the name of a top-level package"),
        ("package:sys", "has no file"),
        ("package:made_up", "is not installed"),
        ("no.yml", "no.yml:1:1: cannot be read: No such file"),
        (".", "cannot be read: not a regular file"),
    ],
)
def test_sources_that_are_not_there(source: str, message: str, package: Path) -> None:
    with pytest.raises(BadPolicy, match=r"^\S+:1:1: ") as refusal:
        load([source], str(package))
    assert message in str(refusal.value)


def test_a_policy_explains_itself(tmp_path: Path) -> None:
    entry = "{code: A1, message: M, why: W, hint: H, for: job, ignorable: false, schema: {}}"
    (tmp_path / "p.yml").write_text(f"policies: [{entry}]")
    (policy,) = load(["p.yml"], str(tmp_path))
    assert policy.documentation == "M\n\nW\n\nHint: H\n\nFrom p.yml:1."
    assert policy.ignorable is False


def test_no_comment_silences_a_policy_that_is_not_ignorable(tmp_path: Path) -> None:
    policies = """\
        policies:
          - {code: A1, message: M, for: job, schema: {required: [x]}, ignorable: false}
          - {code: A2, message: M, for: job, schema: {required: [x]}}
        """
    bundle = """\
        bundle: {name: b}
        resources:
          jobs:
            etl:  # bundlewright: ignore[A1, A2] not for us
              name: etl
        """
    assert judge(tmp_path, policies, bundle) == ["databricks.yml:5:7: error A1 M: 'x' is missing"]


def test_jsonschema_is_loaded_for_policies_only(tmp_path: Path) -> None:
    (tmp_path / "databricks.yml").write_text("bundle: {name: b}\n")
    program = """if True:
        import sys
        from bundlewright.cli import run
        run(["check"])
        assert not {"jsonschema", "referencing", "bundlewright.policies"} & set(sys.modules)
        """
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
