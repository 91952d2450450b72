"""What Databricks adds to Spark's declarative pipelines, as far as a local run needs it.

Loaded before the pipeline's own files, in the same process. It stands in for Auto Loader and for
expectations, so that the files run as they are deployed.
"""

import re

from pyspark import pipelines as dp
from pyspark.pipelines.spark_connect_graph_element_registry import SparkConnectGraphElementRegistry
from pyspark.sql import SparkSession

spark = SparkSession.active()
register_sql = SparkConnectGraphElementRegistry.register_sql


def kept(drop, fail):
    """Return the condition under which a row is kept; one that breaks a rule of `fail` raises."""
    stops = [f"WHEN NOT ({rule}) THEN raise_error('broken: {name}')" for name, rule in fail.items()]
    keeps = " AND ".join(f"({rule})" for rule in drop.values()) or "true"
    return f"CASE {' '.join(stops)} ELSE {keeps} END" if stops else keeps


def in_parentheses(text, start):
    """Return the items between the parentheses that open at `start`, and where they close."""
    depth, item, items = 0, start + 1, []
    for token in re.finditer(r"'(?:[^'\\]|\\.)*'|[(),]", text[start:]):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0 or (depth == 1 and token[0] == ","):
            items.append(text[item : start + token.start()].strip())
            item = start + token.end()
        if depth == 0:
            return items, item
    raise ValueError(f"no closing parenthesis: {text[start:]}")


def without_read_files(statement):
    """Read the files by a view of its own: Spark has no function for that in SQL."""
    call = re.search(r"STREAM read_files(?=\()", statement)
    if not call:
        return statement
    (path, *options), end = in_parentheses(statement, call.end())
    named = dict(re.fullmatch(r"(\w+) => '?(.*?)'?", option).groups() for option in options)
    view = f"files_{abs(hash(path))}"

    @dp.temporary_view(name=view)
    def files():
        reader = spark.readStream.format(named.pop("format")).schema(named.pop("schema"))
        return reader.options(**named).load(path.strip("'")).select("*", "_metadata")

    return f"{statement[: call.start()]}STREAM({view}){statement[end:]}"


def without_constraints(statement):
    """Apply expectations as a filter."""
    opening = re.search(r"\((?=\s*CONSTRAINT)", statement)
    if not opening:
        return statement
    constraints, end = in_parentheses(statement, opening.start())
    rules = {"DROP ROW": {}, "FAIL UPDATE": {}, None: {}}
    for constraint in constraints:
        pattern = r"CONSTRAINT (\w+) EXPECT \((.*)\)(?:\s+ON VIOLATION (DROP ROW|FAIL UPDATE))?"
        name, rule, action = re.fullmatch(pattern, constraint, re.DOTALL).groups()
        rules[action][name] = rule
    clauses, query = re.split(r"\bAS\s+(?=SELECT\b)", statement[end:], maxsplit=1)
    condition = kept(rules["DROP ROW"], rules["FAIL UPDATE"])
    return f"{statement[: opening.start()]}{clauses}AS SELECT * FROM ({query}) WHERE {condition}"


def register(registry, text, path):
    """Register the statements of a file in the SQL that Spark itself knows."""
    text = re.sub(r"\$\{(.+?)\}", lambda parameter: spark.conf.get(parameter[1]), text)
    text = re.sub(r"OR REFRESH |CLUSTER BY \([^)]*\)", "", text)
    for statement in re.split(r";\s*(?:\n|$)", text):
        if statement.strip():
            translated = without_constraints(without_read_files(statement))
            register_sql(registry, f"{translated};", path)


SparkConnectGraphElementRegistry.register_sql = register
