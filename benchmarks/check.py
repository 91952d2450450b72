"""How long `bundlewright check` takes from process start, and what memory, by the size of a bundle.

Prints a table: bundles of 1, 100 and 1,000 jobs of 10 tasks each, with one target and with three.
Times are of whole processes, the best and the median of some runs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
    names = ["dev", "staging", "prod"][:targets]
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


def measure(command: list[str], folder: Path, runs: int) -> tuple[float, float, float]:
    """Returns the best and the median wall time in seconds, and the peak memory in MB."""
    times, peak = [], 0
    for _ in range(runs):
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        times.append(time.perf_counter() - start)
        peak = max(peak, usage.ru_maxrss)
        if status:
            raise SystemExit(f"{' '.join(command)} failed in {folder}")
    return min(times), statistics.median(times), peak / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="processes a measurement; default: 5")
    runs = parser.parse_args().runs
    check = [sys.executable, "-m", "bundlewright", "check"]
    print("| jobs of 10 tasks | targets | best s | median s | peak MB |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for jobs in (1, 100, 1000):
            for targets in (1, 3):
                bundle = Path(folder, f"{jobs}-{targets}")
                write_bundle(bundle, jobs, targets)
                best, median, peak = measure(check, bundle, runs)
                print(
                    f"| {jobs} | {targets} | {best:.3f} | {median:.3f} | {peak:.0f} |", flush=True
                )


if __name__ == "__main__":
    main()
