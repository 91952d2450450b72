"""Fields that references name, circles of resources, and what becomes of variables."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import codes, findings, write_bundle

from bundlewright.checking import check
from bundlewright.fixing import plan

RESOURCES = """\
bundle: {name: b}
variables: {kind: {default: a}}
resources:
  jobs:
    etl: {name: etl, description: "%s", tasks: [{task_key: t, notebook_task: {notebook_path: /x}}]}
  pipelines: {sales: {name: sales, catalog: main, libraries: [{notebook: {path: /y}}]}}
  apps: {front: {name: front, source_code_path: .}}
  volumes: {v: {name: v, catalog_name: main, schema_name: s, comment: "${var.kind}"}}
"""


@pytest.mark.parametrize(
    ("reference", "severity", "hint"),
    [
        ("pipelines.sales.id", None, ""),
        ("pipelines.sales.url", None, ""),
        ("pipelines.sales.pipeline_id", None, ""),  # the service fills it in
        ("apps.front.service_principal_client_id", None, ""),
        ("pipelines.sales.permissions.object_id", None, ""),
        ("pipelines.sales.library[0].notebook[0].path", None, ""),  # as Terraform has it
        ("pipelines.sales.libraries[0].notebook.path", None, ""),
        ("pipelines.sales.idd", "error", "did you mean 'id'?"),
        ("volumes.v.schema_nam", "error", "did you mean 'schema_name'?"),
        ("volumes.v.owner_of_all", "warning", ""),
        ("pipelines.sales.libraries[0].notebook.pth", "warning", ""),
        ("pipelines.sales", "error", "such as ${resources.pipelines.sales.id}"),
    ],
)
def test_fields_of_resources(
    tmp_path: Path, reference: str, severity: str | None, hint: str
) -> None:
    found = findings(tmp_path, RESOURCES % f"${{resources.{reference}}}")
    assert [(one.code, one.severity) for one in found] == (
        [("BW212", severity)] if severity else []
    )
    assert all(hint in one.hint for one in found)


JOBS = """\
bundle: {name: b}
resources:
  jobs:
    a: {name: a, description: "%s", tasks: [{task_key: t, notebook_task: {notebook_path: /x}}]}
    b: {name: b, description: "%s", tasks: [{task_key: t, notebook_task: {notebook_path: /x}}]}
"""


@pytest.mark.parametrize(
    ("of_a", "of_b", "message"),
    [
        ("", "${resources.jobs.a.id}", None),
        ("${resources.jobs.a.id}", "", "jobs.a refers to itself"),
        ("${resources.jobs.a.name}", "", None),  # that is known before
        ("${resources.jobs.a.description}", "", "jobs.a refers to itself"),
        ("${resources.jobs.b.id}", "${resources.jobs.a.name}", None),
        ("${resources.jobs.b.id}", "${resources.jobs.a.id}", "jobs.a -> jobs.b -> jobs.a"),
        ("${resources.jobs.b.id}", "${resources.jobs.a.description}", "jobs.a -> jobs.b -> jobs.a"),
    ],
)
def test_circles_of_resources(tmp_path: Path, of_a: str, of_b: str, message: str | None) -> None:
    found = [one for one in findings(tmp_path, JOBS % (of_a, of_b)) if one.code == "BW213"]
    assert len(found) == (message is not None)
    assert all(message in one.message for one in found)


def test_permissions_are_given_once_their_resource_is_there(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
resources:
  apps:
    front:
      name: front
      source_code_path: .
      resources: [{name: etl, job: {id: "${resources.jobs.etl.id}", permission: CAN_VIEW}}]
  jobs:
    etl:
      name: etl
      tasks: [{task_key: t, notebook_task: {notebook_path: /x}}]
      permissions:
        - service_principal_name: ${resources.apps.front.service_principal_client_id}
          level: CAN_VIEW
"""
    assert codes(tmp_path, text) == []


def test_a_circle_of_jobs_that_run_each_other_is_told_once(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
resources:
  jobs:
    a: {name: a, tasks: [{task_key: t, run_job_task: {job_id: "${resources.jobs.b.id}"}}]}
    b: {name: b, tasks: [{task_key: t, run_job_task: {job_id: "${resources.jobs.a.id}"}}]}
"""
    assert codes(tmp_path, text) == ["BW326"]


NAMED = "bundle: {name: b}\nvariables: {catalog: {default: main}}\nresources: %s\n"


@pytest.mark.parametrize(
    ("name", "severity", "mended"),
    [
        ("x_${var.catalog}", None, None),
        ("x_${catalog_of}", None, None),  # another tool's
        ("x_${VAR} ${env.HOME}", None, None),
        ("x_${var.cat_${var.catalog}}", None, None),  # works in two rounds
        ("x_${ var.catalog }", "error", "x_${var.catalog}"),
        ("x_${vars.catalog}", "error", "x_${var.catalog}"),
        ("x_${bundel.target}", "error", "x_${bundle.target}"),
        ("x_${ var.nope }", "warning", None),
        ("x_${var.1a}", "warning", None),
        ("x_${catalog}", "warning", None),
    ],
)
def test_what_is_taken_literally(
    tmp_path: Path, name: str, severity: str | None, mended: str | None
) -> None:
    text = NAMED % f'{{schemas: {{s: {{name: "{name}", catalog_name: c}}}}}}'
    root = write_bundle(tmp_path, text)
    found = [one for one in check(root).findings if one.code == "BW209"]
    assert [one.severity for one in found] == ([severity] if severity else [])
    made = plan(check(root), lambda unsaved: check(root, unsaved=unsaved), False)
    after = {name: new.decode() for name, (_, new) in made.changes.items()}
    assert after == ({"databricks.yml": text.replace(name, mended)} if mended else {})


@pytest.mark.parametrize(
    ("definition", "found"),
    [
        ("{default: a}", []),
        ("{default: {a: b}}", ["BW214"]),
        ("{default: [a]}", ["BW214"]),
        ("{type: complex, default: {a: b}}", []),
        ("{type: complex, default: a}", ["BW214"]),
        ("{type: complex, default: '${bundle.name}'}", []),
        ("{lookup: {cluster: a}}", []),
    ],
)
def test_types_of_variables(tmp_path: Path, definition: str, found: list[str]) -> None:
    text = f"bundle: {{name: b}}\nvariables: {{v: {definition}}}\npresets: {{tags: '${{var.v}}'}}\n"
    told = [one for one in findings(tmp_path, text, info=True) if one.code == "BW214"]
    assert [(one.code, one.severity) for one in told] == [(code, "info") for code in found]


@pytest.mark.parametrize(
    ("targets", "profile", "found"),
    [
        ("a: {}, b: {}", "recommended", [("info", ())]),
        ("a: {variables: {v: x}}, b: {}, c: {}", "recommended", [("warning", ("b", "c"))]),
        ("a: {variables: {v: {lookup: {job: x}}}}, b: {}", "recommended", [("warning", ("b",))]),
        ("a: {variables: {v: x}}, b: {variables: {v: ''}}", "recommended", []),
        ("a: {variables: {v: x}}, b: {}", "cli", [("error", ("b",))]),
        ("a: {}, b: {}", "cli", [("error", ())]),
    ],
)
def test_a_variable_without_a_value_was_forgotten_where_another_target_gives_one(
    tmp_path: Path, targets: str, profile: str, found: list[tuple[str, tuple[str, ...]]]
) -> None:
    text = f"bundle: {{name: b}}\nvariables: {{v: {{description: x}}}}\ntargets: {{{targets}}}\n"
    told = findings(tmp_path, text, info=True, profile=profile)
    assert [(one.severity, one.targets) for one in told if one.code == "BW202"] == found


@pytest.mark.parametrize(
    ("text", "unused"),
    [
        ("presets: {name_prefix: '${var.a}'}", ["b"]),
        ("presets: {name_prefix: '${variables.a} ${ var.b }'}", []),
        ("presets: {name_prefix: '${var.a[0].x}'}", ["b"]),
        ("presets: {name_prefix: '${var.${bundle.target}}'}", []),  # any
        ("targets: {t: {variables: {a: x}}}", ["a", "b"]),
        ("targets: {t: {variables: {b: '${var.a}'}}}", ["b"]),
        ("python: {resources: ['resources:load']}", []),  # who knows what that uses
        ("include: [more.yml]\n@ more.yml\npresets: {name_prefix: '${var.a}${var.b}'}", []),
    ],
)
def test_unused_variables(tmp_path: Path, text: str, unused: list[str]) -> None:
    head = "bundle: {name: b}\nvariables:\n  a: {default: x}\n  b: {default: x}\n"
    found = [one for one in findings(tmp_path, head + text, info=True) if one.code == "BW215"]
    assert [one.path[1] for one in found] == unused


def test_values_that_change_nothing(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
variables: {catalog: {default: main}, number: {default: "1"}}
presets: {name_prefix: "${var.catalog}${var.number}"}
targets:
  dev: {variables: {catalog: main, number: 1}, default: true}
  test: {variables: {catalog: {default: main}}}
  prod: {variables: {catalog: prod}}
@ .databricks/bundle/dev/variable-overrides.json
{"catalogue": "x", "number": "2"}
"""
    found = findings(tmp_path, text, info=True, profile="strict")
    told = [(one.code, one.targets, one.hint) for one in found if one.code in ("BW216", "BW217")]
    assert told == [
        ("BW216", ("dev",), "did you mean 'catalog'?"),
        ("BW217", ("dev",), "remove it"),
        ("BW217", ("test",), "remove it"),
    ]
