"""What the rules on compute decide beyond their examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import findings, write_bundle

from bundlewright.checking import check
from bundlewright.finding import ERROR
from bundlewright.fixing import plan

FAMILY = "BW4"


def found(folder: Path, text: str) -> list[tuple[str, str]]:
    """The code and severity of each finding of the family in a bundle."""
    report = findings(folder, f"bundle: {{name: b}}\n{text}", info=True)
    return [(one.code, one.severity) for one in report if one.code.startswith(FAMILY)]


def job(tasks: str, more: str = "") -> str:
    return f"resources: {{jobs: {{etl: {{name: etl, tasks: [{tasks}]{more}}}}}}}\n"


def task(more: str, key: str = "load") -> str:
    return f"{{task_key: {key}, {more}}}"


NOTEBOOK = "notebook_task: {notebook_path: /x}"
NEW = "new_cluster: {spark_version: 17.3.x-scala2.13, node_type_id: i3.xlarge, num_workers: 1%s}"
CLUSTER = ", job_clusters: [{job_cluster_key: main, " + NEW % "" + "}]"
ENVIRONMENT = ", environments: [{environment_key: e, spec: {environment_version: '4'}}]"


@pytest.mark.parametrize(
    ("tasks", "more", "expected"),
    [
        (task(f"job_cluster_key: main, {NOTEBOOK}"), CLUSTER, []),
        (task(f"job_cluster_key: '${{var.key}}', {NOTEBOOK}"), CLUSTER, []),
        (f"{task(NOTEBOOK)}, '${{var.task}}'", CLUSTER, []),
        (task(NOTEBOOK), CLUSTER, [("BW406", "warning")]),
        (
            task(
                "for_each_task: {inputs: '[1]', task: "
                + task(f"job_cluster_key: main, {NOTEBOOK}", "inner")
                + "}"
            ),
            CLUSTER,
            [],
        ),
        (
            task(f"job_cluster_key: main, existing_cluster_id: x, environment_key: e, {NOTEBOOK}"),
            f"{CLUSTER}{ENVIRONMENT}",
            [("BW408", "error")],
        ),
        (
            task(
                f"{NEW.replace('17.3.x-scala2.13', '12.2.x-scala2.12') % ''}, {NOTEBOOK},"
                " libraries: [{whl: ./a.whl}]"
            ),
            "",
            [("BW450", "error")],
        ),
    ],
)
def test_tasks_are_placed(
    tmp_path: Path, tasks: str, more: str, expected: list[tuple[str, str]]
) -> None:
    variables = "variables: {key: {lookup: {cluster: c}}, task: {lookup: {cluster: c}}}\n"
    assert found(tmp_path, variables + job(tasks, more)) == expected


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        ("existing_cluster_id: x", [("BW409", "info")]),
        ("existing_cluster_id: x, job_cluster_key: main", [("BW408", "error")]),
    ],
)
def test_one_mistake_with_a_cluster_is_one_finding(
    tmp_path: Path, compute: str, expected: list[tuple[str, str]]
) -> None:
    production = "targets: {p: {mode: production, workspace: {root_path: /x}}}\n"
    text = production + job(task(f"{compute}, {NOTEBOOK}"), CLUSTER)
    assert [one for one in found(tmp_path, text) if one[0] != "BW406"] == expected


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        (NEW % "", [("BW408", "error")]),
        (NEW % ", policy_id: p", []),
        (NEW.replace("17.3", "19") % "", []),
        (NEW.replace("17.3", "19") % ", dependency_mode: DEPENDENCY_MODE_CLUSTER_LIBRARIES", 1),
        (NEW % ", dependency_mode: DEPENDENCY_MODE_ENVIRONMENTS", []),
        ("existing_cluster_id: x", [("BW408", "warning")]),
    ],
)
def test_an_environment_is_for_clusters_that_take_one(
    tmp_path: Path, compute: str, expected: list[tuple[str, str]] | int
) -> None:
    text = job(task(f"environment_key: e, {compute}, {NOTEBOOK}"), ENVIRONMENT)
    assert found(tmp_path, text) == ([("BW408", "error")] if expected == 1 else expected)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("environment_version: '4'", []),
        ("environment_version: 4", []),
        ("environment_version: 4-scala-preview", []),
        ("environment_version: '${var.v}'", []),
        ("base_environment: /Workspace/env.yaml", []),
        ("project_environment: /Workspace/pyproject.toml", []),
        ("client: '2'", [("BW412", "warning")]),
        ("dependencies: [pandas]", [("BW411", "warning")]),
        ("environment_version: '4.0'", [("BW413", "error")]),
        ("environment_version: latest", [("BW413", "error")]),
        ("environment_version: '0'", [("BW413", "error")]),
        ("environment_version: '4', base_environment: /e.yaml", [("BW414", "error")]),
        ("project_environment: /p.toml, dependencies: [pandas]", [("BW414", "error")]),
    ],
)
def test_environments_have_one_version(
    tmp_path: Path, spec: str, expected: list[tuple[str, str]]
) -> None:
    variables = "variables: {v: {lookup: {cluster: c}}}\n"
    environments = f", environments: [{{environment_key: e, spec: {{{spec}}}}}]"
    text = job(task(f"environment_key: e, {NOTEBOOK}"), environments)
    assert found(tmp_path, variables + text) == expected


def cluster(fields: str) -> str:
    return f"resources: {{clusters: {{adhoc: {{cluster_name: a, {fields}}}}}}}\n"


WHOLE = "spark_version: 17.3.x-scala2.13, node_type_id: i3.xlarge, "


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("14.3.x-scala2.12", []),
        ("15.4.x-cpu-ml-scala2.12", []),
        ("16.4.x-scala2.12", []),
        ("16.4.x-gpu-ml-scala2.13", []),
        ("17.3.x-aarch64-scala2.13", []),
        ("18.x-scala2.13", []),
        ("16.x-snapshot-scala2.12", [("BW416", "warning")]),
        ("16.x-scala2.12", [("BW415", "error")]),
        ("18.1.x-scala2.13", []),
        ("19.x-cpu-ml-scala2.13", []),
        ("custom:my-image", []),
        ("${var.version}", []),
        ("13.3.x-scala2.12", [("BW416", "warning")]),
        ("17.2.x-scala2.13", [("BW416", "warning")]),
        ("10.3.x-scala2.12", [("BW416", "error")]),
        ("7.3.x-hls-scala2.12", [("BW416", "error")]),
        ("auto:latest", [("BW417", "info")]),
        ("15.4.x-scala2.13", [("BW415", "error")]),
        ("17.3.x-scala2.12", [("BW415", "error")]),
        ("15.5.x-scala2.12", [("BW415", "error")]),
        ("99.1.x-scala2.13", [("BW415", "error")]),
        ("3.5.0", [("BW415", "error")]),
        ("latest", [("BW415", "error")]),
        ("15.4 LTS", [("BW415", "error")]),
        ("15.4.x", [("BW415", "error")]),
    ],
)
def test_runtimes(tmp_path: Path, version: str, expected: list[tuple[str, str]]) -> None:
    variables = "variables: {version: {lookup: {cluster: c}}}\n"
    fields = f"spark_version: '{version}', node_type_id: i3.xlarge, num_workers: 1"
    assert found(tmp_path, variables + cluster(fields)) == expected


@pytest.mark.parametrize(
    ("version", "hint"),
    [("15.4", "15.4.x-scala2.12"), ("16.4 LTS", "16.4.x-scala2.12"), ("3.5.0", "17.3.x-scala2.13")],
)
def test_the_runtime_that_was_meant_is_named(tmp_path: Path, version: str, hint: str) -> None:
    text = cluster(f"spark_version: {version}, node_type_id: i3.xlarge, num_workers: 1")
    [one] = findings(tmp_path, f"bundle: {{name: b}}\n{text}")
    assert hint in one.hint


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            f"{WHOLE} num_workers: 1, is_single_node: true, kind: CLASSIC_PREVIEW",
            "is_single_node makes the cluster a single node",
        ),
        (
            f"{WHOLE} num_workers: 2, spark_conf: "
            "{spark.master: 'local[*]', spark.databricks.cluster.profile: singleNode}",
            "spark.databricks.cluster.profile makes",
        ),
        (f"{WHOLE} num_workers: 1, instance_pool_id: p", "cannot be set together with"),
        (
            "spark_version: 13.2.x-cpu-ml-scala2.12, node_type_id: n, num_workers: 1",
            "runtime '13.2.x-cpu-ml-scala2.12' is no longer",
        ),
    ],
)
def test_messages_name_what_is_written(tmp_path: Path, fields: str, message: str) -> None:
    [one] = findings(tmp_path, f"bundle: {{name: b}}\n{cluster(fields)}")
    assert message in one.message


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (f"{WHOLE} num_workers: 1", []),
        ("policy_id: p", []),
        ("spark_version: 17.3.x-scala2.13, instance_pool_id: p, num_workers: 1", []),
        (f"{WHOLE} is_single_node: true, kind: CLASSIC_PREVIEW", []),
        (f"{WHOLE} is_single_node: true, policy_id: p", []),
        (f"{WHOLE} autoscale: {{min_workers: 1, max_workers: 1}}", []),
        (f"{WHOLE} autoscale: {{min_workers: '2', max_workers: '1'}}", [("BW423", "error")]),
        (f"{WHOLE} num_workers: -1", [("BW423", "error")]),
        (f"{WHOLE} num_workers: 0", [("BW405", "warning")]),
        (WHOLE.rstrip(", "), [("BW426", "warning")]),
        (
            f"{WHOLE} spark_conf: "
            "{spark.master: 'local[*]', spark.databricks.cluster.profile: singleNode}",
            [],
        ),
        ("spark_version: 17.3.x-scala2.13", [("BW426", "error")]),
        (f"{WHOLE} num_workers: 1, instance_pool_id: p", [("BW427", "warning")]),
        (
            f"{WHOLE} num_workers: 2, spark_conf: "
            "{spark.master: 'local[*]', spark.databricks.cluster.profile: singleNode}",
            [("BW424", "warning")],
        ),
        (f"{WHOLE} num_workers: 1, use_ml_runtime: true", [("BW425", "error")]),
        (f"{WHOLE} num_workers: 1, aws_attributes: {{availability: SPOT}}", [("BW430", "info")]),
        (f"{WHOLE} num_workers: 1, data_security_mode: NONE", [("BW432", "info")]),
        (f"{WHOLE} num_workers: 1, autotermination_minutes: 0", [("BW433", "warning")]),
        (f"{WHOLE} num_workers: 1, autotermination_minutes: 20000", [("BW433", "error")]),
    ],
)
def test_clusters(tmp_path: Path, fields: str, expected: list[tuple[str, str]]) -> None:
    assert found(tmp_path, cluster(fields)) == expected


def test_a_job_cluster_has_no_idle_time(tmp_path: Path) -> None:
    new = NEW % ", autotermination_minutes: 30"
    assert found(tmp_path, job(task(f"{new}, {NOTEBOOK}"))) == [("BW433", "warning")]


WHEEL = "python_wheel_task: {package_name: p, entry_point: e}"
JAR = "spark_jar_task: {main_class_name: M}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{WHEEL}, {NEW % ''}", [("BW420", "error")]),
        (f"{WHEEL}, {NEW % ''}, libraries: [{{jar: /Volumes/a/b/c/x.jar}}]", [("BW420", "error")]),
        (f"{WHEEL}, {NEW % ''}, libraries: [{{whl: /Volumes/a/b/c/x.whl}}]", []),
        (f"{WHEEL}, {NEW % ''}, libraries: [{{pypi: {{package: p}}}}]", []),
        (f"{WHEEL}, {NEW % ''}, libraries: '${{var.l}}'", []),
        (f"{WHEEL}, {NEW % ', policy_id: p'}", [("BW420", "warning")]),
        (f"{WHEEL}, {NEW % ', docker_image: {url: x}'}", []),  # the image brings it
        (f"{JAR}, {NEW % ', docker_image: {url: x}'}", []),
        (f"{WHEEL}, existing_cluster_id: x", [("BW420", "warning")]),
        (f"{WHEEL}, existing_cluster_id: '${{var.l}}'", []),
        (f"{JAR}, {NEW % ''}", [("BW420", "error")]),
        (f"{JAR}, {NEW % ''}, libraries: [{{maven: {{coordinates: a}}}}]", []),
        (f"{NOTEBOOK}, libraries: [{{pypi: {{package: p}}}}]", [("BW419", "error")]),
        (f"{NOTEBOOK}, libraries: []", []),
        (f"{NOTEBOOK}, existing_cluster_id: x, libraries: [{{pypi: {{package: p}}}}]", []),
        (f"{NOTEBOOK}, {NEW % ''}, libraries: [{{egg: /x.egg}}]", [("BW421", "error")]),
        (
            f"{NOTEBOOK}, existing_cluster_id: x, libraries: [{{egg: /x.egg}}]",
            [("BW421", "warning")],
        ),
        (f"{NOTEBOOK}, existing_cluster_id: x, libraries: [{{whl: dbfs:/x.whl}}]", 422),
        (f"{NOTEBOOK}, existing_cluster_id: x, libraries: [{{whl: 'dbfs:/Volumes/x.whl'}}]", []),
    ],
)
def test_libraries(tmp_path: Path, text: str, expected: list[tuple[str, str]] | int) -> None:
    variables = "variables: {l: {lookup: {cluster: c}}}\n"
    expected = [("BW422", "warning")] if expected == 422 else expected
    assert found(tmp_path, variables + job(task(text))) == expected


@pytest.mark.parametrize(
    ("dependencies", "is_lacking"),
    [
        ("[requests==2.32.3, 'pandas[all]~=2.2']", True),
        ("[requests, ../dist/*.whl]", False),
        ("[My_Sales>=1]", False),
        ("[my-sales]", False),
        ("[-r requirements.txt]", False),
        ("['x @ https://example.com/x.zip']", False),
        ("['${var.l}']", False),
    ],
)
def test_the_wheel_of_the_bundle_is_no_other_package(
    tmp_path: Path, dependencies: str, is_lacking: bool
) -> None:
    runs = "environment_key: e, python_wheel_task: {package_name: my_sales, entry_point: e}"
    spec = f"{{environment_version: '4', dependencies: {dependencies}}}"
    text = job(task(runs), f", environments: [{{environment_key: e, spec: {spec}}}]")
    text += "variables: {l: {lookup: {cluster: c}}}\n"
    project = "\n@ pyproject.toml\n[project]\nname = 'my.sales'\n"
    built = text + "artifacts: {a: {type: whl, build: uv build}}" + project
    assert (("BW420", "warning") in found(tmp_path / "a", built)) == is_lacking
    assert "BW420" not in dict(found(tmp_path / "b", text + project))  # it may be of an index


HOSTS = """\
variables:
  node: {default: i3.xlarge}
  cluster: {type: complex, default: {node_type_id: i3.xlarge}}
targets:
  aws: {default: true, workspace: {host: https://dbc-1-2.cloud.databricks.com}}
  azure: {workspace: {host: https://adb-1.2.azuredatabricks.net/}}
  gcp: {workspace: {host: https://1.2.gcp.databricks.com}}
  unknown: {workspace: {host: https://databricks.example.com}}
"""


@pytest.mark.parametrize(
    ("node", "targets"),
    [
        ("i3.xlarge", ("azure", "gcp")),
        ("rd-fleet.2xlarge", ("azure", "gcp")),
        ("c5.metal", ("azure", "gcp")),
        ("Standard_D4ds_v5", ("aws", "gcp")),
        ("n2-highmem-4", ("aws", "azure")),
        ("a2-highgpu-1g", ("aws", "azure")),
        ("c3-standard-4-lssd", ("aws", "azure")),
        ("${var.node}", ("azure", "gcp")),
        ("something", ()),
    ],
)
def test_node_types_are_of_the_cloud(tmp_path: Path, node: str, targets: tuple[str, ...]) -> None:
    fields = f"spark_version: 17.3.x-scala2.13, num_workers: 1, node_type_id: '{node}'"
    report = findings(tmp_path, f"bundle: {{name: b}}\n{HOSTS}{cluster(fields)}")
    assert tuple(name for one in report if one.code == "BW434" for name in one.targets) == targets


def test_a_cluster_in_a_loop_is_of_the_cloud(tmp_path: Path) -> None:
    inner = task(f"{NEW % ''}, {NOTEBOOK}", "inner")
    report = findings(
        tmp_path,
        f"bundle: {{name: b}}\n{HOSTS}"
        + job(task(f"for_each_task: {{inputs: '[1]', task: {inner}}}")),
    )
    assert [one.targets for one in report if one.code == "BW434"] == [("azure",), ("gcp",)]


def test_a_cluster_from_a_variable_is_of_the_cloud(tmp_path: Path) -> None:
    text = HOSTS + job(task(f"new_cluster: '${{var.cluster}}', {NOTEBOOK}"))
    assert ("BW434", "error") in found(tmp_path, text)


IDS = """\
bundle: {name: b}
variables:
  a_cluster: {lookup: {cluster: c}}
  a_pool: {lookup: {instance_pool: p}}
  a_warehouse: {lookup: {warehouse: w}}
  a_principal: {lookup: {service_principal: s}}
resources:
  clusters: {c: {spark_version: 17.3.x-scala2.13, instance_pool_id: x, num_workers: 1}}
  dashboards:
    d: {display_name: d, warehouse_id: "${resources.sql_warehouses.w.id}", file_path: d.lvdash.json}
  instance_pools: {p: {instance_pool_name: p, node_type_id: i3.xlarge}}
  pipelines: {s: {name: s, catalog: c, schema: s, libraries: [{notebook: {path: /x}}]}}
  sql_warehouses: {w: {name: w, cluster_size: Small}}
  jobs:
    child: {name: child, tasks: [{task_key: t, notebook_task: {notebook_path: /x}}]}
    etl: {name: etl, tasks: [{task_key: t, %s}]}
@ d.lvdash.json
{}
"""


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        (f"existing_cluster_id: '${{resources.clusters.c.id}}', {NOTEBOOK}", None),
        (
            f"existing_cluster_id: '${{resources.instance_pools.p.id}}', {NOTEBOOK}",
            "instance_pools",
        ),
        # The field of another kind of resource may hold the right ID.
        (f"existing_cluster_id: '${{resources.pipelines.s.spec}}', {NOTEBOOK}", None),
        ("run_job_task: {job_id: '${resources.jobs.child.id}'}", None),
        ("run_job_task: {job_id: '${resources.pipelines.s.id}'}", "pipelines"),
        ("run_job_task: {job_id: '${resources.pipelines.s.pipeline_id}'}", "pipelines"),
        ("pipeline_task: {pipeline_id: '${resources.jobs.child.id}'}", "jobs"),
        ("dashboard_task: {dashboard_id: '${resources.dashboards.d.id}'}", None),
        ("dashboard_task: {dashboard_id: '${resources.sql_warehouses.w.id}'}", "sql_warehouses"),
        (
            "dashboard_task: {dashboard_id: '${resources.dashboards.d.id}',"
            " warehouse_id: '${resources.dashboards.d.warehouse_id}'}",
            None,
        ),
        (f"existing_cluster_id: '${{var.a_cluster}}', {NOTEBOOK}", None),
        (f"existing_cluster_id: '${{var.a_pool}}', {NOTEBOOK}", "instance_pools"),
        ("pipeline_task: {pipeline_id: '${var.a_warehouse}'}", "sql_warehouses"),
        ("pipeline_task: {pipeline_id: '${var.a_principal}'}", "service_principals"),
        (
            "notebook_task: {notebook_path: /x,"
            " base_parameters: {job_id: '${resources.pipelines.s.id}'}}",
            None,
        ),
    ],
)
def test_an_id_is_that_of_the_right_kind(tmp_path: Path, fields: str, wrong: str | None) -> None:
    errors = [one for one in findings(tmp_path, IDS % fields) if one.severity == ERROR]
    assert [one.code for one in errors] == (["BW428"] if wrong else [])
    assert all(f"one of the {wrong}" in one.message for one in errors)


def test_what_a_lookup_finds_is_a_matter_of_the_target(tmp_path: Path) -> None:
    text = IDS % f"existing_cluster_id: '${{var.a_cluster}}', {NOTEBOOK}"
    more = "targets: {a: {}, b: {variables: {a_cluster: {lookup: {job: j}}}}}\n"
    found = findings(tmp_path, text.replace("resources:\n", f"{more}resources:\n", 1))
    assert [one.targets for one in found if one.code == "BW428"] == [("b",)]


PIPELINE = "resources: {pipelines: {p: {name: p, %s}}}\n@ src/a.sql\nSELECT 1\n@ doc/a.md\nx\n"
SOURCE = "libraries: [{file: {path: src/a.sql}}]"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (f"catalog: c, schema: s, {SOURCE}", []),
        (f"catalog: c, schema: s, channel: preview, edition: advanced, {SOURCE}", []),
        (f"schema: s, storage: /x, {SOURCE}", []),
        (f"catalog: c, storage: /x, {SOURCE}", [("BW438", "error")]),
        (f"catalog: c, target: s, schema: s, {SOURCE}", [("BW438", "error")]),
        (f"catalog: c, target: s, {SOURCE}", [("BW439", "info")]),
        (f"serverless: true, {SOURCE}", [("BW437", "error")]),
        (f"catalog: c, serverless: true, clusters: [], {SOURCE}", []),
        (f"edition: GOLD, {SOURCE}", [("BW440", "error")]),
        (f"clusters: [{{label: main, num_workers: 1}}], {SOURCE}", [("BW440", "error")]),
        (f"notifications: [{{alerts: [on-failure]}}], {SOURCE}", [("BW440", "error")]),
        ("catalog: c", [("BW441", "error")]),
        ("librarys: [{file: {path: src/a.sql}}]", []),
        (f"environment: {{environment_version: '4'}}, {SOURCE}", []),
        (f"environment: {{environment_version: '99'}}, {SOURCE}", [("BW413", "error")]),
        ("gateway_definition: {connection_name: c}", []),
        ("libraries: '${var.l}'", []),
        ("libraries: [{glob: {include: src/**}}]", []),
        ("libraries: [{glob: {include: src/a.sql}}]", []),
        ("libraries: [{glob: {include: ./**}}]", []),
        ("libraries: [{glob: {include: /Workspace/x/**}}]", []),
        ("libraries: [{glob: {include: '${workspace.file_path}/x/**'}}]", []),
        ("libraries: [{glob: {include: src}}]", [("BW443", "error")]),
        ("libraries: [{glob: {include: src/*.sql}}]", [("BW443", "error")]),
        ("libraries: [{glob: {include: none/**}}]", [("BW443", "error")]),
        ("libraries: [{glob: {include: doc/**}}]", [("BW443", "error")]),
    ],
)
def test_pipelines(tmp_path: Path, fields: str, expected: list[tuple[str, str]]) -> None:
    variables = "variables: {l: {lookup: {cluster: c}}}\n"
    assert found(tmp_path, variables + PIPELINE % fields) == expected


@pytest.mark.parametrize(
    ("text", "unsafe", "fixed"),
    [
        (
            job(
                task(f"environment_key: e, {NOTEBOOK}"),
                ", environments: [{environment_key: e, spec: {client: '2'}}]",
            ),
            False,
            "environment_version: '2'",
        ),
        (
            cluster("spark_version: '15.4', node_type_id: n, num_workers: 1"),
            True,
            "15.4.x-scala2.12",
        ),
        (
            cluster(
                "spark_version: 14.3.x-photon-scala2.12, runtime_engine: PHOTON, "
                "node_type_id: n, num_workers: 1"
            ),
            False,
            "spark_version: 14.3.x-scala2.12",
        ),
        (PIPELINE % f"catalog: c, target: s, {SOURCE}", True, "schema: s"),
    ],
)
def test_fixes(tmp_path: Path, text: str, unsafe: bool, fixed: str) -> None:
    write_bundle(tmp_path, f"bundle: {{name: b}}\n{text}")
    changes = plan(
        check(tmp_path), lambda unsaved: check(tmp_path, unsaved=unsaved), unsafe
    ).changes
    assert fixed in changes["databricks.yml"][1].decode()


@pytest.mark.parametrize(
    "text",
    [
        cluster("spark_verson: 17.3.x-scala2.13, node_typ_id: i3.xlarge, num_worker: 1"),
        job(
            task(f"environment_key: e, {NOTEBOOK}"),
            ", environments: [{environment_key: e, spec: {enviroment_version: '4'}}]",
        ),
        job(task(f"{WHEEL}, {NEW % ''}, librarys: [{{whl: /Volumes/a/b/c/x.whl}}]")),
        PIPELINE % f"serverless: true, catlog: c, {SOURCE}",
    ],
)
def test_a_misspelt_field_is_not_a_missing_one_too(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == []
