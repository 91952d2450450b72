"""Command line of the tasks: one entry point a step."""

import argparse
import inspect
from collections.abc import Sequence

from pyspark.sql import SparkSession

from . import steps


def copy_samples(arguments: Sequence[str] | None = None) -> None:
    """Run the step copy_samples."""
    _run("copy_samples", arguments)


def extract(arguments: Sequence[str] | None = None) -> None:
    """Run the step extract."""
    _run("extract", arguments)


def transform(arguments: Sequence[str] | None = None) -> None:
    """Run the step transform."""
    _run("transform", arguments)


def load(arguments: Sequence[str] | None = None) -> None:
    """Run the step load."""
    _run("load", arguments)


def train_model(arguments: Sequence[str] | None = None) -> None:
    """Run the step train_model."""
    _run("train_model", arguments)


def score_batch(arguments: Sequence[str] | None = None) -> None:
    """Run the step score_batch."""
    _run("score_batch", arguments)


def replay(arguments: Sequence[str] | None = None) -> None:
    """Run the step replay."""
    _run("replay", arguments)


def _run(name: str, arguments: Sequence[str] | None) -> None:
    """Read the options that a step takes, and run it.

    Args:
        name: the step.
        arguments: options such as ``--catalog=main``; those of the process by default.
    """
    parser = argparse.ArgumentParser(prog=name, allow_abbrev=False)
    parser.add_argument("--catalog", required=True, help="catalog of the tables")
    parser.add_argument("--schema", required=True, help="schema of the tables")
    parser.add_argument("--run_id", default="", help="run of the job")
    for own in steps.own_parameters(steps.find(name)):
        if own.name != "run_id":
            required = own.default is inspect.Parameter.empty
            parser.add_argument(f"--{own.name}", required=required, default=own.default)
    # A job may hand all its parameters to each task, the ones a step has no use for too.
    options = vars(parser.parse_known_args(arguments)[0])
    steps.execute(name, SparkSession.builder.getOrCreate(), options.__getitem__)
