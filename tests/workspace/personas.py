"""Deploys, runs, checks and destroys the personas on a real workspace: `nox -s workspace`.

The workspace is the one that DATABRICKS_HOST or DATABRICKS_CONFIG_PROFILE names, with the login of
the Databricks CLI: a service principal by OAuth, or a person. Serverless compute is all that it has
to have, so that the free edition will do. BUNDLEWRIGHT_CATALOG names a catalog in which that login
may create schemas; `workspace` by default, as the free edition has it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rendering

# What a workspace without clusters has no place for, and what somebody would have to set up first.
LEFT_OUT = (
    *("runtime", "cluster_profile", "cluster_size", "spot", "photon", "sizing"),
    *("instance_pool_id", "cluster_policy_id", "dev_cluster_id"),
    *("webhook", "secret_scope", "budget_policy_id", "workspaces", "catalogs"),
)
CLOUDS = {"azuredatabricks.net": "azure", "gcp.databricks.com": "gcp"}
MINUTES = 60  # after which a command is given up


def on_serverless(
    persona: str, answers: dict[str, Any], host: str, catalog: str, warehouse: str
) -> dict[str, Any]:
    """Returns the answers of a persona as a workspace with serverless compute alone can run it.

    Its names are the same each time, so that a run also takes away what a killed one has left.
    """
    name = f"bw_{persona}"
    kept = {key: value for key, value in answers.items() if key not in LEFT_OUT}
    workloads = [each for each in kept.get("workloads", ["python"]) if each != "jar"]
    if kept.get("schedule") == "table_update":  # of tables that nobody has there
        kept |= {"schedule": "none"}
        kept.pop("trigger_tables", None)
    return kept | {
        "project_name": name.replace("_", "-"),
        "package_name": name,
        "cloud": next((cloud for end, cloud in CLOUDS.items() if host.endswith(end)), "aws"),
        "workloads": workloads or ["python"],
        "compute": "serverless",
        "dev_host": host,
        "dev_catalog": catalog,
        "dev_schema": name,
        "dev_warehouse_id": warehouse,
    }


class Run:
    """The commands that one persona takes, and how they ended."""

    def __init__(self, persona: str, repo: Path):
        self.persona = persona
        self.repo = repo
        self.failed: list[str] = []

    def step(self, *command: str) -> bool:
        """Runs a command in the repo, shows what it prints, and says whether it succeeded."""
        text = " ".join(command)
        print(f"--- {self.persona}: {text}", flush=True)
        began = time.monotonic()
        try:
            code = subprocess.run(command, cwd=self.repo, timeout=MINUTES * 60).returncode
        except (OSError, subprocess.TimeoutExpired) as error:
            print(error)
            code = 1
        if code:
            self.failed.append(text)
        print(f"--- {'failed' if code else 'done'} in {time.monotonic() - began:.0f} s", flush=True)
        return code == 0

    def prove(self, answers: dict[str, Any]) -> None:
        """Deploys, runs and checks the persona, up to the first step that fails."""
        bundle = ("databricks", "bundle")
        steps = [
            (*bundle, "validate", "--strict", "--target", "dev"),
            (*bundle, "deploy", "--target", "dev"),
            (*bundle, "run", "--target", "dev", answers["package_name"]),
            ("uv", "run", "tests/workspace/test_workspace.py"),
        ]
        if answers.get("ci") != "none":
            steps[2:2] = [
                (sys.executable, "scripts/plan.py", "--expect-none", "dev"),
                (*bundle, "run", "--target", "dev", f"{answers['package_name']}_smoke"),
            ]
        all(self.step(*step) for step in steps)

    def destroy(self) -> None:
        """Destroys what is deployed, as far as that goes."""
        if (self.repo / "scripts/destroy.py").exists():
            self.step(sys.executable, "scripts/destroy.py", "dev")
        else:
            self.step("databricks", "bundle", "destroy", "--target", "dev", "--auto-approve")


def ask(*command: str) -> Any:
    """Returns what the CLI answers in JSON; ends the process where it fails."""
    process = subprocess.run(
        ["databricks", *command, "--output", "json"], stdout=subprocess.PIPE, text=True, check=False
    )
    if process.returncode:
        sys.exit(f"`databricks {' '.join(command)}` failed, so no persona was deployed.")
    return json.loads(process.stdout)


def main(chosen: list[str]) -> int:
    known = rendering.personas()
    if unknown := set(chosen) - known.keys():
        sys.exit(f"There is no persona {', '.join(sorted(unknown))}: {', '.join(known)}.")
    host = ask("auth", "describe")["details"]["host"].rstrip("/")
    warehouses = ask("warehouses", "list")
    if not warehouses:
        sys.exit(f"{host} has no SQL warehouse: create one, a serverless one of the smallest size.")
    catalog = os.environ.get("BUNDLEWRIGHT_CATALOG", "workspace")
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        template = rendering.copy_template(Path(folder, "template"))
        for persona in chosen or known:
            answers = on_serverless(
                persona, known[persona], host, catalog, str(warehouses[0]["id"])
            )
            repo = rendering.render(template, Path(folder, persona), answers)
            run = Run(persona, repo)
            runs.append(run)
            try:
                run.prove(answers)
            finally:
                run.destroy()
    print(f"\nOn {host}, catalog {catalog}:")
    for run in runs:
        print(f"{run.persona}: {'FAILED at ' + ', '.join(run.failed) if run.failed else 'passed'}")
    return 1 if any(run.failed for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
