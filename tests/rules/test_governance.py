"""Rules on targets where configuration comes from elsewhere: variables, targets, other files."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import findings

TASKS = "tasks: [{task_key: t, notebook_task: {notebook_path: /x}}]"
JOB = f"{{name: etl, {TASKS}}}"
UNKNOWN = "variables: {v: {lookup: {cluster: c}}}\n"


def told(folder: Path, text: str, *wanted: str) -> list[tuple[str, tuple[str, ...]]]:
    """The findings with some codes, as (code and severity, targets) pairs."""
    found = findings(folder, f"bundle: {{name: b}}\n{text}", info=True, profile="strict")
    return [(f"{one.code} {one.severity}", one.targets) for one in found if one.code in wanted]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            f"include: [prod.yml]\nresources: {{jobs: {{etl: {JOB}}}}}\n@ prod.yml\n"
            "targets: {prod: {resources: {jobs: {elt: {max_concurrent_runs: 2}}}}}",
            ["BW718 error"],
        ),
        (
            "include: [jobs.yml]\n"
            "targets: {prod: {resources: {jobs: {etl: {max_concurrent_runs: 2}}}}}\n"
            f"@ jobs.yml\nresources: {{jobs: {{etl: {JOB}}}}}",
            [],
        ),
        (
            f"targets: {{dev: {{resources: {{jobs: {{etl: {JOB}}}}}}},"
            " prod: {resources: {jobs: {etl: {max_concurrent_runs: 2}}}}}",
            ["BW718 warning"],
        ),
        (
            f"{UNKNOWN}resources: {{jobs: {{etl: {JOB}}}}}\n"
            "targets: {prod: {resources: {jobs: {elt: '${var.v}', elx: {tasks: '${var.v}'}}}}}",
            [],
        ),
        (f"resources: {{jobs: {{etl: {JOB}}}}}\ntargets: {{prod: {{resources: {{jobs: ~}}}}}}", []),
        # What the schema says of a resource that is not whole is enough.
        ("targets: {prod: {resources: {dashboards: {d: {file_path: x}}}}}", ["BW107 error"] * 2),
        ("targets: {prod: {resources: {sql_warehouses: {w: {}}}}}", ["BW107 error"]),
    ],
)
def test_overrides_of_what_is_not_there(tmp_path: Path, text: str, found: list[str]) -> None:
    assert [told for told, _ in told(tmp_path, text, "BW718", "BW107")] == found


TWO = """\
variables: {n: {default: x}}
resources: %s
targets: {dev: {default: true}, prod: {variables: {n: "%s"}}}
"""


@pytest.mark.parametrize(
    ("resources", "in_prod", "found"),
    [
        # Of one name in one target only.
        ("{pipelines: {a: {name: '${var.n}'}, b: {name: y}}}", "y", ["BW719 error"]),
        ("{pipelines: {a: {name: '${var.n}'}, b: {name: y}}}", "z", []),
        # Unity Catalog has all names in small letters; experiments do not.
        (
            "{volumes: {a: {name: '${var.n}', catalog_name: c, schema_name: s},"
            " b: {name: Y, catalog_name: C, schema_name: s}}}",
            "y",
            ["BW719 error"],
        ),
        ("{experiments: {a: {name: '/${var.n}'}, b: {name: /Y}}}", "y", []),
        # A name that is judged once must not stand for another one.
        ("{schemas: {s: {name: '${var.n}', catalog_name: c}}}", "daily sales", ["BW730 error"]),
        ("{schemas: {s: {name: '${var.n}', catalog_name: c}}}", "daily-sales", ["BW730 info"]),
        ("{apps: {a: {name: '${var.n}', source_code_path: .}}}", "My_App", ["BW730 error"]),
        ("{secret_scopes: {s: {name: '${var.n}'}}}", "a b", ["BW730 error"]),
        ("{secret_scopes: {s: {name: '${var.n}'}}}", "team@a.b-c_d", []),
        ("{jobs: {j: {name: '${var.n}'}}}", "Daily sales (EU)", []),
    ],
)
def test_names_from_variables(
    tmp_path: Path, resources: str, in_prod: str, found: list[str]
) -> None:
    text = TWO % (resources, in_prod)
    assert told(tmp_path, text, "BW719", "BW730") == [(one, ("prod",)) for one in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("variables: {r: {default: a/b}}\nworkspace: {root_path: '${var.r}'}", ["BW727 error"]),
        ("workspace: {root_path: '~'}", ["BW727 error"]),
        ("workspace: {root_path: /x, state_path: '${workspace.root_path}/state'}", []),
        (f"{UNKNOWN}workspace: {{root_path: '${{var.v}}/x', host: '${{var.v}}'}}", []),
        ("targets: {dev: {workspace: {host: 'http://a.b'}}}", ["BW732 warning"]),
        ("workspace: {host: 'https://adb-1.2.azuredatabricks.net:443/?o=1'}", []),
        ("workspace: {host: 'HTTPS://a.cloud.databricks.com'}", []),
        ("workspace: {host: 'https://a b'}", ["BW732 error"]),
        # One place, said in two files.
        (
            "include: [t.yml]\ntargets: {a: {workspace: {host: 'https://x.y', root_path: /x}}}\n"
            "@ t.yml\ntargets: {b: {workspace: {host: 'https://x.y', root_path: /x/}}}",
            ["BW733 warning"],
        ),
        # Without a host, each may have its own.
        ("workspace: {root_path: /x}\ntargets: {a: {default: true}, b: {}}", []),
        (
            "workspace: {host: 'https://x.y', root_path: '/x/${bundle.environment}'}\n"
            "targets: {a: {default: true}, b: {}}",
            [],
        ),
    ],
)
def test_places(tmp_path: Path, text: str, found: list[str]) -> None:
    assert [told for told, _ in told(tmp_path, text, "BW727", "BW732", "BW733")] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("presets: {tags: {team: 'a&b'}}", 1),
        ("variables: {t: {default: 'a&b'}}\npresets: {tags: {team: '${var.t}'}}", 1),
        (f"{UNKNOWN}presets: {{tags: {{'${{var.v}}&': '${{var.v}}&', n: 1, e: ''}}}}", 0),
        ("resources: {pipelines: {p: {name: p, tags: {team: 'a&b'}}}}", 1),
        ("resources: {pipelines: {p: {name: p, clusters: [{custom_tags: {team: 'a&b'}}]}}}", 1),
        ("resources: {instance_pools: {p: {custom_tags: {Name: mine}}}}", 1),
        ("resources: {jobs: {j: {name: j, tags: {Name: mine}}}}", 0),
        ("resources: {jobs: {j: {job_clusters: [{new_cluster: {custom_tags: {'a&b': x}}}]}}}", 1),
        ("resources: {jobs: {j: {tasks: [{new_cluster: {custom_tags: {team: 'a&b'}}}]}}}", 1),
        (
            "variables: {c: {type: complex, default: {custom_tags: {team: 'a&b'}}}}\n"
            "resources: {jobs: {j: {job_clusters: [{new_cluster: '${var.c}'}]}}}",
            1,
        ),
        ("resources: {jobs: {j: {job_clusters: [{new_cluster: 5}], tags: [a]}}}", 0),
        ("targets: {dev: {resources: {jobs: {j: {name: j, tags: {team: 'a&b'}}}}}}", 1),
    ],
)
def test_tags_wherever_they_stand(tmp_path: Path, text: str, found: int) -> None:
    host = "workspace: {host: 'https://a.cloud.databricks.com'}\n"
    assert len(told(tmp_path, host + text, "BW729")) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "variables: {g: {default: a}}\npermissions:\n"
            "  - {group_name: '${var.g}', level: CAN_VIEW}\n  - {group_name: a, level: CAN_RUN}",
            ["BW721 warning"],
        ),
        (
            f"{UNKNOWN}permissions:\n  - {{group_name: '${{var.v}}', level: CAN_VIEW}}\n"
            "  - {group_name: '${var.v}', level: CAN_RUN}\n  - '${var.v}'",
            [],
        ),
        (f"{UNKNOWN}resources: {{jobs: {{j: {{permissions: '${{var.v}}'}}}}}}", []),
        (
            "include: [more.yml]\npermissions: [{group_name: a, level: CAN_VIEW}]\n"
            "@ more.yml\npermissions: [{level: CAN_MANAGE}]",
            ["BW720 error"],
        ),
        (
            "targets: {dev: {resources: {jobs: {j: {permissions: [{level: CAN_VIEW}]}}}}}",
            ["BW720 error"],
        ),
    ],
)
def test_principals(tmp_path: Path, text: str, found: list[str]) -> None:
    assert [told for told, _ in told(tmp_path, text, "BW720", "BW721")] == found


PROD = "workspace: {root_path: /Workspace/x}, git: {branch: main}, mode: production"


@pytest.mark.parametrize(
    ("run_as", "job", "found"),
    [
        ("{service_principal_name: '${var.v}'}", JOB, []),
        ("'${var.v}'", JOB, []),
        ("~", "{name: etl, run_as: {service_principal_name: a}}", []),
        ("~", "{name: etl, run_as: {user_name: a@b.c}}", ["BW736 info"]),
        ("{service_principal_name: a}", "{name: e, run_as: {user_name: a@b.c}}", ["BW736 info"]),
        ("{user_name: a@b.c}", "{name: e, run_as: {service_principal_name: a}}", []),
        ("{user_name: a@b.c}", JOB, ["BW736 info"]),
        ("~", f"{{name: etl, run_as: '${{var.v}}', {TASKS}}}", []),
        ("{service_principal_name: a}", "{permissions: '${var.p}'}", ["BW722 warning"]),
    ],
)
def test_production(tmp_path: Path, run_as: str, job: str, found: list[str]) -> None:
    text = f"""\
variables:
  v: {{lookup: {{cluster: c}}}}
  p: {{type: complex, default: [{{group_name: users, level: CAN_MANAGE}}]}}
resources: {{jobs: {{etl: {job}}}}}
targets: {{dev: {{mode: development, default: true}}, prod: {{run_as: {run_as}, {PROD}}}}}
"""
    codes = ("BW722", "BW723", "BW728", "BW736", "BW737")
    assert told(tmp_path, text, *codes) == [(one, ("prod",)) for one in found]


def test_the_home_that_a_bundle_gives_all_targets_is_that_of_production_too(tmp_path: Path) -> None:
    text = """\
variables: {home: {default: ~/x}}
workspace: {root_path: "${var.home}"}
targets: {dev: {mode: development}, prod: {mode: production}, test: {mode: development}}
"""
    assert told(tmp_path, text, "BW728") == [("BW728 info", ("prod",))]
