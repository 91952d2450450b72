"""Says in Markdown what a deploy would change: for a pull request, or in search of drift."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

# Actions that lose what a resource holds: https://docs.databricks.com/dev-tools/cli/bundle-commands
DESTRUCTIVE = ("delete", "recreate")


def plan(target: str) -> dict[str, list[str]]:
    """Ask the CLI what a deploy to a target would do.

    Returns:
        The resources by the action that is planned for them.

    Raises:
        SystemExit: the CLI failed, and has said why on stderr.
    """
    command = ["databricks", "bundle", "plan", "--target", target, "--output", "json"]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if process.returncode:
        raise SystemExit(f"No plan for {target}: `{' '.join(command)}` failed.")
    actions: dict[str, list[str]] = {}
    # Nothing else of the plan is shown: it holds the settings of each resource.
    for resource, change in json.loads(process.stdout).get("plan", {}).items():
        if (action := change.get("action", "skip")) != "skip" and not change.get("gone"):
            actions.setdefault(action, []).append(resource.removeprefix("resources."))
    return actions


def section(target: str, actions: dict[str, list[str]]) -> str:
    """Return the Markdown about a target, with the destructive actions first."""
    lines = [f"### {target}", ""]
    if not actions:
        return "\n".join([*lines, "Nothing to change.", ""])
    lost = sum(len(actions.get(action, [])) for action in DESTRUCTIVE)
    if lost:
        lines += [f"**Destructive: {lost} to be deleted or made anew, with what they hold.**", ""]
    for action in sorted(actions, key=lambda action: (action not in DESTRUCTIVE, action)):
        mark = f"**{action}**" if action in DESTRUCTIVE else action
        lines += [f"- {mark} `{resource}`" for resource in sorted(actions[action])]
    return "\n".join([*lines, ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="+", metavar="target")
    parser.add_argument("--bundle", help="its name, where the pull request may touch others, too")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it to a file, too")
    parser.add_argument("--expect-none", action="store_true", help="exit with 1 on any change")
    options = parser.parse_args()
    plans = {target: plan(target) for target in options.targets}
    title = f"## Plan of {options.bundle}" if options.bundle else "## Plan"
    text = "\n".join([title, "", *(section(*item) for item in plans.items())])
    print(text)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")
    return 1 if options.expect_none and any(plans.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
