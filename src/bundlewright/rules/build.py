"""Builds `index.json` beside this file from the rules; run it as a script.

From the index a check knows which rules have something to say of a bundle, and imports only those.
"""

import json
import pkgutil
from importlib import import_module
from pathlib import Path

from bundlewright import rules

INDEX = Path(__file__).with_name("index.json")


def index() -> str:
    """The content of `index.json`: a line a rule, the arguments of `Rule` without the function."""
    for module in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."):
        if module.name != f"{rules.__name__}.build":
            import_module(module.name)
    lines = []
    for code, rule in sorted(rules.DECORATED.items()):
        facts = (rule.severity, rule.cli, rule.on, rule.profile, rule.kinds, rule.having)
        lines.append(json.dumps([code, rule.module, *facts]))
    return "[\n" + ",\n".join(lines) + "\n]\n"


if __name__ == "__main__":
    INDEX.write_text(index(), encoding="utf-8")
