"""Python in source files: scripts, cells of notebooks, and code of pipelines.

Source: https://docs.databricks.com/aws/en/notebooks/notebook-workflows
"""

from bundlewright.bundle.access import items_of, known, value_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, did_you_mean, rule
from bundlewright.rules.schedules.triggers import STARTS
from bundlewright.rules.sources.referred import (
    codes,
    files_of,
    judged,
    remembered,
    runs_in,
    snippets,
    with_included,
)


@rule("BW811", ERROR, on="resource", kinds=("jobs", "pipelines"))
def broken_python(resource):
    """A Python source file does not compile.

    The task or pipeline fails as soon as it runs. In notebooks each cell is compiled by itself, and
    magic commands are passed over. What a newer Python than the one that runs this may accept is
    not reported.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
        @ src/load.py
        # Databricks notebook source
        orders = spark.read.table("orders"
        display(orders)
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
        @ src/load.py
        # Databricks notebook source
        orders = spark.read.table("orders")
        display(orders)
    """
    yield from judged(resource, codes, _uncompiled)


def _uncompiled(found):
    for code in found:
        if code.fault:
            offset, message = code.fault
            place = code.snippet.place(offset)
            yield Problem(f"this Python does not compile: {message}", place=place)


@rule("BW812", ERROR, on="resource", kinds=("jobs", "pipelines"))
def missing_included_notebook(resource):
    """A notebook includes a notebook with `%run` that does not exist.

    The path is relative to the notebook in which it stands, and the name has no extension. A Python
    file that is not a notebook cannot be included: import it instead.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
        @ src/load.py
        # Databricks notebook source
        # MAGIC %run ./setup
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
        @ src/load.py
        # Databricks notebook source
        # MAGIC %run ./setup
        @ src/setup.py
        # Databricks notebook source
        catalog = "main"
    """
    yield from judged(resource, runs_in, _not_included)


def _not_included(runs):
    for written, place, file, is_notebook in runs:
        if file is None:
            hint = "the path is relative to this notebook"
            yield Problem(f"%run includes {written!r}, which does not exist", (), hint, place=place)
        elif not is_notebook:
            hint = "import it, or make it a notebook: # Databricks notebook source"
            message = f"%run includes {written!r}, which is not a notebook"
            yield Problem(message, (), hint, place=place)


@rule("BW813", ERROR, on="job")
def undefined_widget(job, resource):
    """A notebook reads a parameter that nobody passes to it.

    `dbutils.widgets.get` fails unless the task or the job has a parameter of that name, or the
    notebook gives it a default, such as by `dbutils.widgets.text`. Where no schedule or trigger
    starts the job, it is a warning: who starts it may pass the parameter.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 * * ?
                timezone_id: UTC
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
                    base_parameters:
                      catalog: main
        @ src/load.py
        # Databricks notebook source
        schema = dbutils.widgets.get("schema")
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 * * ?
                timezone_id: UTC
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
                    base_parameters:
                      schema: sales
        @ src/load.py
        # Databricks notebook source
        schema = dbutils.widgets.get("schema")
    """
    for path, file in files_of(resource):
        if path[-1] == "notebook_path" and remembered(resource.bundle, _reads, file):
            yield from _undefined_widgets(job, resource.bundle, path, file)


def _reads(bundle, file):
    """Whether a notebook reads widgets, itself or in what it includes."""
    included = remembered(bundle, with_included, file)
    texts = (bundle.text_of(one) or "" for one in included)
    return any("widgets" in text for text in texts)


def _undefined_widgets(job, bundle, path, file):
    passed = _parameters(value_at(job, path[:-1]), job)
    if passed is None:
        return
    defined, read = set(passed), []
    for one in remembered(bundle, with_included, file):
        if any(included is None for _, _, included, _ in runs_in(bundle, one)):
            return
        of_file, read_there = remembered(bundle, _widgets, one)
        defined |= of_file
        read += read_there
    starts_itself = any(field in job for field in STARTS)
    for name, place in read if None not in defined else ():
        if name not in defined:
            message = f"the notebook reads parameter {name!r}, which this task does not pass"
            hint = did_you_mean(name, defined) or "add it to base_parameters, or give it a default"
            severity = ERROR if starts_itself else WARNING
            yield Problem(message, path, hint, place=place, severity=severity)


def _parameters(notebook, job):
    """The names of the parameters that a notebook task gets; None where that cannot be told."""
    passed = notebook.get("base_parameters")
    names = [parameter.get("name") for _, parameter in items_of(job, "parameters")]
    if not isinstance(passed, (Map, type(None))) or not all(map(known, names)):
        return None
    if not isinstance(job.get("parameters"), (list, type(None))):
        return None
    return {*(passed or ()), *names}


def _widgets(bundle, file):
    """The names of the widgets that a notebook defines, and (name, place) of those it reads."""
    from bundlewright.rules.sources.pythons import widgets_in
    from bundlewright.rules.sources.statements.tokens import statements_of, tokens_of

    defined, read = set(), []
    for code in codes(bundle, file):
        there, offsets = widgets_in(code)
        defined |= there
        read += [(name, code.snippet.place(offset)) for name, offset in offsets]
        if code.tree is None:
            defined.add(None)  # who knows what stands in it
    for snippet in snippets(bundle, file):
        if snippet.language == "sql":
            for statement in statements_of(tokens_of(snippet.text)[0]):
                if [token.word for token in statement[:2]] == ["CREATE", "WIDGET"]:
                    defined |= {token.text.strip("`") for token in statement[3:4]}
    return defined, read
