"""Drawings of jobs say what the jobs say, in every format and whatever the job holds."""

from __future__ import annotations

import re
import textwrap
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bundlewright.graph import FORMATS, draw
from bundlewright.graph.model import Node, columns, job_graph

GATE = yaml.safe_load("""
tasks:
  - task_key: extract
    notebook_task: {notebook_path: /extract}
  - task_key: is_good
    depends_on: [{task_key: extract}]
    condition_task: {left: "{{tasks.extract.values.score}}", op: GREATER_THAN, right: "90"}
  - task_key: load
    depends_on: [{task_key: is_good, outcome: "true"}]
    sql_task: {file: {path: load.sql}}
  - task_key: end
    depends_on: [{task_key: is_good, outcome: "false"}]
    disabled: true
    run_job_task: {job_id: "${resources.jobs.alarm.id}"}
  - task_key: tables
    depends_on: [{task_key: load}, {task_key: end}]
    run_if: AT_LEAST_ONE_SUCCESS
    for_each_task:
      inputs: '["a", "b"]'
      concurrency: 2
      task:
        task_key: table
        spark_python_task: {python_file: table.py}
  - task_key: report
    depends_on: [{task_key: tables}]
    dashboard_task: {dashboard_id: "1"}
""")


def test_gate_as_text() -> None:
    assert draw(GATE, "etl", "text") == textwrap.dedent("""\
        etl

        extract               notebook
        └─ is_good            condition     {{tasks.extract.values.score}} > 90
           ├─ load (if true)  sql
           ├─ end (if false)  run job       alarm; disabled
           └─ tables          for each      REST
              ├─ each: table  spark python
              └─ report       dashboard     1
        """).replace(
        "REST", 'after load, end; over ["a", "b"]; concurrency 2; run if at least one success'
    )


def test_gate_as_mermaid() -> None:
    assert draw(GATE, "etl", "mermaid") == textwrap.dedent("""\
        ---
        title: "etl"
        ---
        flowchart LR
            t_extract["extract<br>notebook"]
            t_is_good{{"is_good<br>condition<br>{{tasks.extract.values.score}} #62; 90"}}
            t_load["load<br>sql"]
            t_end["end<br>run job<br>alarm<br>disabled"]
            t_tables[["tables<br>for each<br>over [#34;a#34;, #34;b#34;]<br>concurrency 2<br>REST"]]
            t_report["report<br>dashboard<br>1"]
            t_extract --> t_is_good
            t_is_good -->|"true"| t_load
            t_is_good -->|"false"| t_end
            t_load --> t_tables
            t_end --> t_tables
            t_tables --> t_report
            classDef disabled opacity:0.5,stroke-dasharray:5 4
            class t_end disabled
        """).replace("REST", "run if at least one success<br>each#58; table, spark python")


def test_gate_as_dot() -> None:
    nodes, edges = read_dot(draw(GATE, "etl", "dot"))
    graph = job_graph(GATE, "etl")
    assert nodes == {word: node.label for node, word in graph.ids().items()}
    assert [("t_is_good", "t_load", "true"), ("t_is_good", "t_end", "false")] == edges[1:3]
    assert len(edges) == 6


def test_gate_as_svg() -> None:
    root = ElementTree.fromstring(draw(GATE, "etl", "svg"))
    groups = {
        title.text: group.get("class")
        for group in root.iter(f"{SVG}g")
        if (title := group.find(f"{SVG}title")) is not None
    }
    assert root.findtext(f"{SVG}title") == "etl"
    assert groups["end, run job, alarm, disabled"] == "plain disabled"
    assert groups["table, spark python"] == "plain"  # within the loop's
    assert groups["is_good, condition, {{tasks.extract.values.score}} > 90"] == "condition"
    outcomes = [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "outcome"]
    assert outcomes == ["true", "false"]


@pytest.mark.parametrize(
    ("task", "lines"),
    [
        ({"notebook_task": {}, "run_if": "ALL_SUCCESS"}, ["notebook"]),
        ({"python_wheel_task": None, "sql_task": {}}, ["sql"]),
        ({"notebook_task": {}, "sql_task": {}}, ["notebook + sql"]),
        ({"run_if": "ALL_DONE"}, ["nothing to run", "run if all done"]),
        ({"notebook_task": {}, "disabled": "yes"}, ["notebook", "disabled"]),
        ({"pipeline_task": {"pipeline_id": "${resources.pipelines.p.id}"}}, ["pipeline", "p"]),
        ({"run_job_task": {"job_id": "${var.job}"}}, ["run job", "${var.job}"]),
        ({"condition_task": {"left": 1, "op": "LESS_THAN_OR_EQUAL"}}, ["condition", '1 <= ""']),
        (
            {"condition_task": {"left": "a", "op": "LIKE", "right": True}},
            ["condition", "a LIKE true"],
        ),
        ({"condition_task": "a == b"}, ["condition", '"" ? ""']),
        ({"for_each_task": {"inputs": "x" * 100}}, ["for each", f"over {'x' * 79}…"]),
    ],
)
def test_what_is_said_of_a_task(task: dict[str, Any], lines: list[str]) -> None:
    [node] = job_graph({"tasks": [task]}, "job").nodes
    assert node.key == "tasks[0]"
    assert node.lines == lines


def test_dependencies_that_lead_nowhere_or_back() -> None:
    job = yaml.safe_load("""
    tasks:
      - {task_key: a, sql_task: {}, depends_on: [{task_key: c}, {task_key: gone}]}
      - {task_key: b, sql_task: {}, depends_on: [{task_key: a}, {task_key: "${var.x}"}]}
      - {task_key: c, sql_task: {}, depends_on: [{task_key: b}, {task_key: c, outcome: true}]}
    """)
    assert draw(job, "job", "text") == textwrap.dedent("""\
        job

        gone      missing     not a task of this job
        └─ a      sql         after c (a circle), gone
        ${var.x}  unresolved  only known at deployment
        b         sql         after a, ${var.x}
        └─ c      sql         after b, c (if true) (a circle)
        """)
    mermaid = draw(job, "job", "mermaid")
    assert "    t_c -.-> t_a\n" in mermaid
    assert '    t_c -.->|"true"| t_c\n' in mermaid
    assert "    class t_gone,t__var_x_ absent\n" in mermaid


def test_a_long_list_of_dependencies_is_cut() -> None:
    keys = [f"t{number}" for number in range(9)]
    job = {"tasks": [*map(task, keys), task("all", *keys)]}
    assert draw(job, "job", "text").endswith("sql  after t0, t1, t2, t3, t4, t5 and 3 more\n")


def test_a_job_without_tasks() -> None:
    assert draw({}, "job", "text") == "job\n\nno tasks\n"


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ('say "hi" # now', "say #34;hi#34; #35; now"),
        ("<b> & `c`", "#60;b#62; #38; #96;c#96;"),
        ("%%{init: {}}%%", "#37;#37;{init#58; {}}#37;#37;"),
        ("$$x$$ \\n", "#36;#8203;#36;x#36;#8203;#36; #92;#8203;n"),
        ("fa:fa-car", "fa#58;#8203;fa-car"),
        ("end", "end"),
    ],
)
def test_mermaid_takes_no_text_for_syntax(text: str, spelled: str) -> None:
    node = draw({"tasks": [task(text)]}, "job", "mermaid").splitlines()[4]
    assert re.fullmatch(rf' +t_\w+\["{re.escape(spelled)}<br>sql"\]', node, re.ASCII)


def test_a_directive_in_the_title_stays_text() -> None:
    title = draw({}, 'a "%%{init: {}}%%"', "mermaid").splitlines()[1]
    assert "%" not in title
    assert yaml.safe_load(title) == {"title": 'a "%%{init: {}}%%"'}


def test_dot_takes_no_text_for_syntax() -> None:
    job = {"tasks": [task('\\N "a" &lt; <b>')]}
    assert r'    t__N_a_lt_b_ [label="\\N \"a\" &amp;lt; <b>\nsql"]' in draw(job, "job", "dot")


def test_svg_takes_no_text_for_markup() -> None:
    text = '<b> & "c" ]]>'
    one = {**task(text, text), "depends_on": [{"task_key": text, "outcome": text}]}
    root = ElementTree.fromstring(draw({"tasks": [one]}, text, "svg"))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert texts == [text, text, "sql", text]


def test_tasks_whose_keys_are_spelled_alike_stay_apart() -> None:
    job = {"tasks": [task("a b"), task("a-b", "a b"), task("a_b_2", "a-b")]}
    nodes, edges = read_dot(draw(job, "job", "dot"))
    assert list(nodes) == ["t_a_b", "t_a_b_2", "t_a_b_2_2"]
    assert [edge[:2] for edge in edges] == [("t_a_b", "t_a_b_2"), ("t_a_b_2", "t_a_b_2_2")]


# Anything that YAML can hold, in the places where a job's graph is read.
KEYS = st.sampled_from(["a", "b", "end", 'x"y', "${var.x}", "", 3, None, True]) | st.text()
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
DEPENDENCIES = st.lists(
    ANYTHING | st.fixed_dictionaries({"task_key": KEYS}, optional={"outcome": ANYTHING}), max_size=4
)


def tasks(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    condition = st.fixed_dictionaries({}, optional=dict.fromkeys(("left", "op", "right"), ANYTHING))
    loop = st.fixed_dictionaries(
        {"task": inner}, optional=dict.fromkeys(("inputs", "concurrency"), ANYTHING)
    )
    optional = {
        "task_key": KEYS | ANYTHING,
        "depends_on": DEPENDENCIES | ANYTHING,
        "condition_task": condition | ANYTHING,
        "for_each_task": loop | ANYTHING,
        "run_job_task": ANYTHING,
        "run_if": ANYTHING,
        "disabled": ANYTHING,
    }
    return st.fixed_dictionaries({}, optional=optional)


JOBS = ANYTHING | st.fixed_dictionaries(
    {"tasks": st.lists(tasks(tasks(ANYTHING)) | ANYTHING, max_size=6)}
)


@settings(max_examples=300, deadline=None)
@given(job=JOBS, title=st.text())
def test_any_job_is_drawn_whole(job: Any, title: str) -> None:
    graph = job_graph(job, title)
    listed = job.get("tasks") if isinstance(job, dict) else None
    listed = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    assert len([node for node in graph.nodes if not node.absent]) == len(listed)
    drawings = {name: draw(job, title, name) for name in FORMATS}
    every_node = [node for outer in graph.nodes for node in with_inner(outer)]

    lines = drawings["text"].splitlines()
    assert len(lines) == 2 + (len(every_node) or 1)
    for node in every_node:
        assert any(node.key in line for line in lines)

    nodes, edges = read_dot(drawings["dot"])
    assert list(nodes.values()) == [node.label for node in graph.nodes]
    assert len(edges) == len(graph.edges)

    unspelled = re.sub(r"#(\d+);", lambda match: chr(int(match[1])), drawings["mermaid"])
    for node in every_node:
        assert node.key in unspelled.replace("\u200b", "")

    root = ElementTree.fromstring(drawings["svg"])
    titles = [element.text for element in root.iter(f"{SVG}title")]
    assert titles[1:] == [", ".join(node.label) for node in every_node]


def acyclic(befores: list[set[int]]) -> list[dict[str, Any]]:
    return [
        task(f"<{number}>", *(f"<{other}>" for other in before if other < number))
        for number, before in enumerate(befores)
    ]


ACYCLIC_JOBS = (
    st.lists(st.sets(st.integers(0, 11), max_size=4), min_size=1, max_size=12)
    .flatmap(lambda befores: st.permutations(acyclic(befores)))
    .map(lambda shuffled: {"tasks": shuffled})
)


@settings(max_examples=100, deadline=None)
@given(job=ACYCLIC_JOBS)
def test_text_lists_each_task_after_all_that_it_waits_for(job: dict[str, Any]) -> None:
    lines = draw(job, "job", "text").splitlines()[2:]
    place = {re.search(r"<\d+>", line)[0]: number for number, line in enumerate(lines)}
    assert len(place) == len(job["tasks"])
    for one in job["tasks"]:
        for dependency in one["depends_on"]:
            assert place[dependency["task_key"]] < place[one["task_key"]]


@settings(max_examples=100, deadline=None)
@given(job=ACYCLIC_JOBS)
def test_boxes_of_the_svg_stand_apart_and_arrows_point_right(job: dict[str, Any]) -> None:
    root = ElementTree.fromstring(draw(job, "job", "svg"))
    width, height = float(root.get("width")), float(root.get("height"))
    boxes = []
    for group in root.iter(f"{SVG}g"):
        box = group.find(f"{SVG}rect[@class='box']")
        if box is not None:
            x, y, w, h = (float(box.get(name)) for name in ("x", "y", "width", "height"))
            boxes.append((x, y, x + w, y + h))
            assert x >= 0 <= y
            assert x + w <= width
            assert y + h <= height
            for text in group.findall(f"{SVG}text"):
                size = 13 if text.get("class") == "key" else 11
                assert float(text.get("x")) + columns(text.text) * size * 0.6 <= x + w
                assert y < float(text.get("y")) < y + h
    assert len(boxes) == len(job["tasks"])
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[:number]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
    for path in root.iterfind(f".//{SVG}path[@class='edge']"):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.get("d"))]
        assert numbers[0] < numbers[-2]


def test_the_box_of_a_loop_holds_the_inner_one() -> None:
    wide = "表" * 30
    loop = {"task_key": "loop", "for_each_task": {"task": task(wide)}}
    root = ElementTree.fromstring(draw({"tasks": [loop]}, "job", "svg"))
    outer, inner = (
        [float(box.get(name)) for name in ("x", "y", "width", "height")]
        for box in root.iterfind(f".//{SVG}rect[@class='box']")
    )
    texts = [float(text.get("y")) for text in root.iterfind(f".//{SVG}g[@class='loop']/{SVG}text")]
    assert outer[0] < inner[0]
    assert max(texts) < inner[1]
    assert inner[0] + inner[2] < outer[0] + outer[2]
    assert inner[1] + inner[3] < outer[1] + outer[3]
    assert inner[2] > 60 * 13 * 0.6  # such characters take two columns


def test_the_svg_orders_boxes_so_that_arrows_do_not_cross() -> None:
    job = {"tasks": [task("a"), task("b"), task("after b", "b"), task("after a", "a")]}
    root = ElementTree.fromstring(draw(job, "job", "svg"))
    tops = {
        text.text: float(text.get("y")) for text in root.iterfind(f".//{SVG}text[@class='key']")
    }
    assert tops["a"] == tops["after a"] < tops["b"] == tops["after b"]


@pytest.mark.parametrize("format", FORMATS)
def test_a_chain_longer_than_calls_can_be_deep(format: str) -> None:
    chain = [task("t0"), *(task(f"t{number}", f"t{number - 1}") for number in range(1, 1200))]
    assert "t1199" in draw({"tasks": chain}, "job", format)


SVG = "{http://www.w3.org/2000/svg}"
STRING = r'"(?:[^"\\]|\\.)*"'
ATTRIBUTE = rf"\w+=(?:{STRING}|\w+)"
STATEMENT = re.compile(
    rf"    (?:(?P<source>\w+) -> )?(?P<node>\w+)(?: \[(?P<listed>{ATTRIBUTE}(?:, {ATTRIBUTE})*)\])?"
)


def task(key: str, *before: str) -> dict[str, Any]:
    depends_on = [{"task_key": one} for one in before]
    return {"task_key": key, "sql_task": {}, "depends_on": depends_on}


def with_inner(node: Node) -> list[Node]:
    return [node, *with_inner(node.inner)] if node.inner else [node]


def read_dot(text: str) -> tuple[dict[str, list[str]], list[tuple[str, str, str]]]:
    """The labels of nodes and the (source, target, label) of edges; fails on what is no DOT."""
    first, *lines, last = text.rstrip("\n").split("\n")
    assert (first, last) == ("digraph job {", "}")
    nodes, edges = {}, []
    for line in lines:
        statement = STATEMENT.fullmatch(line)
        assert statement, line
        attributes = dict(
            attribute.split("=", 1)
            for attribute in re.findall(ATTRIBUTE, statement["listed"] or "")
        )
        label = attributes.get("label", '""')[1:-1]
        label = re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], label)
        texts = label.replace("&amp;", "&").split("\n")
        if statement["source"]:
            edges.append((statement["source"], statement["node"], texts[0]))
        elif statement["node"] not in ("graph", "node", "edge"):
            nodes[statement["node"]] = texts
    return nodes, edges
