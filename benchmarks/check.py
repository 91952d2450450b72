"""How long `bundlewright check` takes from process start, and what memory, by the size of a bundle.

Prints a table: bundles of 1, 100 and 1,000 jobs of 10 tasks each, with one target and with three,
for bundlewright and, side by side, for other tools that are on PATH. Times are of whole processes
with all targets judged, the best and the median of some runs.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bundlewright

SCHEMA = Path(bundlewright.__file__).parent / "schema" / "bundle.schema.json"
TARGETS = ("dev", "staging", "prod")
HEAD = """\
bundle:
  name: bench
include:
  - resources/*.yml
variables:
  catalog:
    default: main
targets:
"""
TARGET = """\
  {name}:
    default: {default}
    workspace:
      host: https://dbc-00000000-0001.cloud.databricks.com
    variables:
      catalog: {name}
"""
JOB = """\
resources:
  jobs:
    job_{number}:
      name: job_{number}
      max_concurrent_runs: 1
      tags:
        team: data
      schedule:
        quartz_cron_expression: 0 0 2 * * ?
        timezone_id: Europe/Berlin
      job_clusters:
        - job_cluster_key: main
          new_cluster:
            spark_version: 17.3.x-scala2.13
            node_type_id: m6id.xlarge
            autoscale:
              min_workers: 1
              max_workers: 4
      tasks:
"""
TASK = """\
        - task_key: task_{number}
          depends_on: [{upstream}]
          job_cluster_key: main
          notebook_task:
            notebook_path: ../src/step.py
            base_parameters:
              catalog: ${{var.catalog}}
          max_retries: 2
          timeout_seconds: 3600
"""


def write_bundle(folder: Path, jobs: int, targets: int) -> None:
    """Writes a sound bundle, one job a file."""
    names = TARGETS[:targets]
    text = [TARGET.format(name=name, default=str(name == "dev").lower()) for name in names]
    (folder / "resources").mkdir(parents=True)
    (folder / "src").mkdir()
    (folder / "databricks.yml").write_text(HEAD + "".join(text))
    (folder / "src" / "step.py").write_text("# Databricks notebook source\n")
    tasks = [
        TASK.format(number=task, upstream=f"{{task_key: task_{task - 1}}}" if task else "")
        for task in range(10)
    ]
    for number in range(jobs):
        job = JOB.format(number=number) + "".join(tasks)
        (folder / "resources" / f"job_{number}.yml").write_text(job)


def commands(targets: int) -> dict[str, list[list[str]]]:
    """Returns what each tool that is on PATH must run to judge a bundle in all its targets."""
    found = {"bundlewright": [[sys.executable, "-m", "bundlewright", "check"]]}
    if cli := shutil.which("databricks"):  # it looks at one target at a time, and needs a workspace
        names = TARGETS[:targets]
        found["databricks"] = [[cli, "bundle", "validate", "--target", name] for name in names]
    if schema := shutil.which("check-jsonschema"):  # it knows fields and values only
        check = [schema, "--schemafile", str(SCHEMA), "databricks.yml"]
        found["check-jsonschema"] = [["sh", "-c", f"exec {shlex.join(check)} resources/*.yml"]]
    return found


def measure(commands: list[list[str]], folder: Path, runs: int) -> tuple[str, ...]:
    """Returns best and median wall time in s, peak memory in MB, and the highest exit code."""
    times, peak, code = [], 0, 0
    for _ in range(runs):
        start = time.perf_counter()
        for command in commands:
            process = subprocess.Popen(
                command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            _, status, usage = os.wait4(process.pid, 0)
            peak = max(peak, usage.ru_maxrss)
            code = max(code, os.waitstatus_to_exitcode(status))
        times.append(time.perf_counter() - start)
    best, median = min(times), statistics.median(times)
    return f"{best:.3f}", f"{median:.3f}", f"{peak / 1024:.0f}", str(code)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="runs a measurement; default: 5")
    parser.add_argument("--slow-runs", type=int, default=1, help="of other tools; default: 1")
    options = parser.parse_args()
    # Installed packages are compiled; a checkout may not be.
    compileall.compile_dir(Path(bundlewright.__file__).parent, quiet=1)
    print("| jobs of 10 tasks | targets | tool | best s | median s | peak MB | exit |")
    print("| ---: | ---: | --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for jobs in (1, 100, 1000):
            for targets in (1, 3):
                bundle = Path(folder, f"{jobs}-{targets}")
                write_bundle(bundle, jobs, targets)
                for tool, steps in commands(targets).items():
                    runs = options.runs if tool == "bundlewright" else options.slow_runs
                    row = (str(jobs), str(targets), tool, *measure(steps, bundle, runs))
                    print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
