"""Destroys a copy of the bundle, in dev or of a pull request, with all that its runs have made.

`databricks bundle destroy` alone stops at a model that has versions, which Unity Catalog does not
delete: https://github.com/databricks/cli/issues/1848
"""

import argparse
import json
import subprocess
import sys
from typing import Any


def databricks(*arguments: str) -> Any:
    """Return what the CLI answers in JSON; null where it fails, and has said why on stderr."""
    command = ["databricks", *arguments, "--output", "json"]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    return None if process.returncode else json.loads(process.stdout)


def main() -> int:
    """Destroy the target that the command line names; return the status of the process."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("target")
    target = ("--target", parser.parse_args().target)
    summary = databricks("bundle", "summary", *target)
    if summary is None:
        return 1
    if summary["bundle"].get("mode") != "development":
        raise SystemExit(f"{target[1]} is no copy: `databricks bundle destroy` asks what to lose.")
    # A resource that is not deployed has no ID.
    models = summary.get("resources", {}).get("registered_models", {}).values()
    for name in (model["id"] for model in models if model.get("id")):
        for version in databricks("model-versions", "list", name, *target) or []:
            number = str(version["version"])
            subprocess.run(["databricks", "model-versions", "delete", name, number, *target])
    destroy = ["databricks", "bundle", "destroy", *target, "--auto-approve"]
    return subprocess.run(destroy).returncode


if __name__ == "__main__":
    sys.exit(main())
