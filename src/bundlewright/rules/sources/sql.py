"""SQL in source files: SQL files and cells, literal `spark.sql`, dashboards, alerts and pipelines.

Source: https://docs.databricks.com/aws/en/sql/language-manual/
"""

from bundlewright.bundle.access import place_at
from bundlewright.finding import ERROR, INFO
from bundlewright.rules import Problem, rule
from bundlewright.rules.sources.referred import KINDS, codes, judged, snippets

STATEMENTS, LITERAL, TABLE = "statements", "literal", "table"


def _found(resource, judge):
    """What a judge says of the SQL that a resource refers to, and of that which it holds.

    The judge is called with (snippet, tokens, kind) tuples: of `statements`, of the `literal` of a
    `spark.sql`, or of the name of a `table` in Python.
    """
    yield from judged(resource, _read_sql, judge)
    text = resource.config.get("query_text")
    if resource.kind == "alerts" and isinstance(text, str):
        from bundlewright.rules.sources.snippets import SQL, of_scalar

        place = place_at(resource.config, ("query_text",))
        snippet = of_scalar(text, place, resource.bundle.lines_of(place[0]), SQL)
        for problem in judge(_tokenized([(snippet, STATEMENTS)])):
            problem.path = ("query_text",)
            yield problem


def _read_sql(bundle, file):
    found = [(one, STATEMENTS) for one in snippets(bundle, file) if one.language == "sql"]
    for code in codes(bundle, file):
        from bundlewright.rules.sources.pythons import sql_in

        found += [(snippet, TABLE if is_name else LITERAL) for snippet, is_name in sql_in(code)]
    return _tokenized(found)


def _tokenized(found):
    if not found:
        return []
    from bundlewright.rules.sources.statements.tokens import tokens_of

    return [
        (snippet, tokens_of(snippet.text)[0], kind)
        for snippet, kind in found
        if "{%" not in snippet.text  # a template is SQL only once it is rendered
    ]


@rule("BW801", ERROR, on="resource", kinds=KINDS)
def broken_sql(resource):
    """A source file holds SQL that does not parse.

    The task, query or pipeline fails when it runs. Only what no version of Databricks SQL allows
    is reported: misspelt statements and clauses, brackets and quotes without their partners,
    clauses that are empty or out of order, and queries that do not parse.

    Fails:
        resources:
          jobs:
            report:
              name: report
              tasks:
                - task_key: daily
                  sql_task:
                    warehouse_id: 8a1c2b3d4e5f6a7b
                    file:
                      path: src/daily.sql
        @ src/daily.sql
        SELECT region, sum(amount),
        FROM sales
        GROUP BY region
    Passes:
        resources:
          jobs:
            report:
              name: report
              tasks:
                - task_key: daily
                  sql_task:
                    warehouse_id: 8a1c2b3d4e5f6a7b
                    file:
                      path: src/daily.sql
        @ src/daily.sql
        SELECT region, sum(amount)
        FROM sales
        WHERE day >= :day
        GROUP BY region
    """
    for problem in _found(resource, _broken):
        if problem.place is None:  # it concerns all files
            problem.place = (resource.bundle.root_name, 1, 1)
        yield problem


def _broken(sql):
    if not sql:
        return
    from bundlewright.rules.sources.statements import faults
    from bundlewright.rules.sources.statements.parsing import parser
    from bundlewright.rules.sources.statements.tokens import statements_of

    parse = parser()
    for snippet, tokens, kind in sql:
        if kind == TABLE:
            continue
        found = faults(snippet.text, parse)
        for fault in found:
            place = snippet.place(fault.at)
            yield Problem(fault.message, (), fault.hint, place=place, severity=fault.severity)
        statements = list(statements_of(tokens))
        if kind == LITERAL and len(statements) > 1 and not found and tokens[0].word != "BEGIN":
            place = snippet.place(statements[1][0].at)
            yield Problem("spark.sql runs one statement, and a second one starts here", place=place)
    if parse is None:
        message = "queries in SQL are not parsed, for sqlglot is not installed"
        yield Problem(message, (), "install it to have them judged", severity=INFO)


@rule("BW802", ERROR, on="resource", kinds=KINDS)
def no_such_statement(resource):
    """SQL tries to create something that SQL cannot create.

    Alerts, jobs, dashboards and the like are no objects of Databricks SQL: they are resources.

    Fails:
        resources:
          jobs:
            watch:
              name: watch
              tasks:
                - task_key: alert
                  sql_task:
                    warehouse_id: 8a1c2b3d4e5f6a7b
                    file:
                      path: src/alert.sql
        @ src/alert.sql
        CREATE ALERT late_orders AS SELECT count(*) FROM orders WHERE late
    Passes:
        resources:
          alerts:
            late_orders:
              display_name: late orders
              warehouse_id: 8a1c2b3d4e5f6a7b
              query_text: SELECT count(*) AS late FROM orders WHERE late
              evaluation:
                comparison_operator: GREATER_THAN
                source:
                  name: late
                threshold:
                  value:
                    double_value: 0
              schedule:
                quartz_cron_schedule: 0 0 8 * * ?
                timezone_id: UTC
    """
    yield from _found(resource, _without_object)


def _without_object(sql):
    from bundlewright.rules.sources.statements.forms import NO_SUCH_OBJECTS

    for snippet, statement in _statements(sql):
        words = [token.word for token in statement]
        if words[0] not in ("CREATE", "ALTER", "DROP"):
            continue
        at = 3 if words[1:3] in (["OR", "REPLACE"], ["OR", "REFRESH"]) else 1
        hint = NO_SUCH_OBJECTS.get(words[at]) if at < len(words) else None
        if hint:
            message = f"there is no SQL statement {words[0]} {words[at]}"
            yield Problem(message, (), hint, place=snippet.place(statement[0].at))


def _statements(sql):
    """The statements of SQL, as (snippet, tokens) pairs."""
    for snippet, tokens, kind in sql:
        if kind != TABLE:
            from bundlewright.rules.sources.statements.tokens import statements_of

            for statement in statements_of(tokens):
                yield snippet, statement


@rule("BW803", ERROR, on="resource", kinds=KINDS)
def partitioned_and_clustered(resource):
    """A table is partitioned and has liquid clustering.

    Delta tables have one of both: the statement fails, and so does a pipeline whose Python asks for
    `partition_cols` and `cluster_by`.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              serverless: true
              libraries:
                - file:
                    path: src/orders.sql
        @ src/orders.sql
        CREATE OR REFRESH STREAMING TABLE orders
        PARTITIONED BY (day)
        CLUSTER BY (customer)
        AS SELECT * FROM STREAM(raw.orders)
    Passes:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              serverless: true
              libraries:
                - file:
                    path: src/orders.sql
        @ src/orders.sql
        CREATE OR REFRESH STREAMING TABLE orders
        CLUSTER BY (day, customer)
        AS SELECT * FROM STREAM(raw.orders)
    """
    yield from _found(resource, _laid_out_twice)
    yield from judged(resource, codes, _laid_out_twice_in_python)


def _laid_out_twice(sql):
    for snippet, statement in _statements(sql):
        if statement[0].word != "CREATE":
            continue
        from bundlewright.rules.sources.statements.tokens import outside_brackets

        head = outside_brackets(statement)
        words = [token.word for token in head]
        words = words[: words.index("AS")] if "AS" in words else words
        clauses = {
            word: head[at].at
            for at, word in enumerate(words)
            if word in ("PARTITIONED", "CLUSTERED", "CLUSTER") and words[at + 1 : at + 2] == ["BY"]
        }
        clustered = clauses.pop("CLUSTER", None)
        if clustered is not None and clauses and "NONE" not in words:
            [other, *_] = clauses
            message = f"a table cannot have {other} BY and CLUSTER BY"
            hint = "keep CLUSTER BY, which takes the columns of both"
            related = ((snippet.place(clauses[other]), f"{other} BY stands here"),)
            place = snippet.place(clustered)
            yield Problem(message, (), hint, place=place, related=related)


def _laid_out_twice_in_python(found):
    for code in found:
        from bundlewright.rules.sources.pythons import calls_with

        for offset in calls_with(code, "cluster_by", "partition_cols"):
            message = "a table cannot have partition_cols and cluster_by"
            hint = "keep cluster_by, which takes the columns of both"
            yield Problem(message, (), hint, place=code.snippet.place(offset))


@rule("BW804", ERROR, on="resource", kinds=KINDS)
def unknown_system_table(resource):
    """SQL or Python reads a system table that does not exist.

    Tables are added to the `system` catalog over time. So a name that we do not know is an error
    only where we know what is meant, and else a warning.

    Fails:
        resources:
          jobs:
            runs:
              name: runs
              tasks:
                - task_key: runs
                  sql_task:
                    warehouse_id: 8a1c2b3d4e5f6a7b
                    file:
                      path: src/runs.sql
        @ src/runs.sql
        SELECT * FROM system.workflow.job_runs
    Passes:
        resources:
          jobs:
            runs:
              name: runs
              tasks:
                - task_key: runs
                  sql_task:
                    warehouse_id: 8a1c2b3d4e5f6a7b
                    file:
                      path: src/runs.sql
        @ src/runs.sql
        SELECT * FROM system.lakeflow.job_run_timeline
    """
    yield from _found(resource, _unknown_tables)


_BEFORE_A_TABLE = ("FROM", "JOIN", "TABLE", "VIEW", "USING", "STREAM", ",", "(", "")


def _unknown_tables(sql):
    for snippet, tokens, _ in sql:
        names = [token.text.strip("`").lower() for token in tokens]
        for at, name in enumerate(names):
            if name != "system" or at + 4 >= len(names):
                continue
            if names[at + 1] != "." or names[at + 3] != "." or names[at + 5 : at + 6] == ["("]:
                continue
            if at and tokens[at - 1].word not in _BEFORE_A_TABLE:
                continue
            from bundlewright.rules.sources.systemtables import system_table_fault

            fault = system_table_fault(names[at + 2], names[at + 4])
            if fault:
                severity, message, hint = fault
                place = snippet.place(tokens[at].at)
                yield Problem(message, (), hint, place=place, severity=severity)
