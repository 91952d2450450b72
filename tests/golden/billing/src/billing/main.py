"""Command line of the job's tasks: one entry point a step."""

import argparse
from collections.abc import Sequence

from pyspark.sql import SparkSession

from .etl import extract as extract_step
from .etl import load as load_step
from .etl import transform as transform_step


def extract(arguments: Sequence[str] | None = None) -> None:
    """Run the extract step.

    Args:
        arguments: ``--catalog``, ``--schema`` and ``--source``; those of the process by default.
    """
    options = _parse("extract", arguments)
    extract_step.run(_spark(), options.catalog, options.schema, options.source)


def transform(arguments: Sequence[str] | None = None) -> None:
    """Run the transform step.

    Args:
        arguments: ``--catalog``, ``--schema`` and ``--entity``; those of the process by default.
    """
    options = _parse("transform", arguments)
    transform_step.run(_spark(), options.catalog, options.schema, options.entity)


def load(arguments: Sequence[str] | None = None) -> None:
    """Run the load step.

    Args:
        arguments: ``--catalog`` and ``--schema``; those of the process by default.
    """
    options = _parse("load", arguments)
    load_step.run(_spark(), options.catalog, options.schema)


def _parse(task: str, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the options. Every task takes them all: a job may hand its parameters to each task."""
    everything = transform_step.ALL
    entities = (everything, *transform_step.CLEANERS)
    parser = argparse.ArgumentParser(prog=task)
    parser.add_argument("--catalog", required=True, help="catalog of the tables")
    parser.add_argument("--schema", required=True, help="schema of the tables")
    parser.add_argument("--source", required=task == "extract", help="folder of the CSV files")
    parser.add_argument("--entity", default=everything, choices=entities)
    return parser.parse_args(arguments)


def _spark() -> SparkSession:
    """Return the session that Databricks, or a test, has already started."""
    return SparkSession.builder.getOrCreate()
