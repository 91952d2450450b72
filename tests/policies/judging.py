"""Judges bundles by policies, for the tests."""

from __future__ import annotations

import textwrap
from pathlib import Path

from bundles import write_bundle

from bundlewright.checking import check
from bundlewright.settings import read_settings


def judge(folder: Path, policies: str, bundle: str) -> list[str]:
    """Says what policies, but no rules, find in a bundle: a line a finding.

    Args:
        folder: where to write both.
        policies: a policy file.
        bundle: the bundle, as `write_bundle` takes it.
    """
    (folder / "policies.yml").write_text(textwrap.dedent(policies))
    (folder / "bundlewright.toml").write_text('policies = ["policies.yml"]')
    root = str(write_bundle(folder, bundle))
    lines = []
    for finding in check(root, settings=read_settings(root)).findings:
        if not finding.code.startswith("BW"):
            where = f"{finding.file}:{finding.line}:{finding.column}"
            targets = f" [{', '.join(finding.targets)}]" if finding.targets else ""
            lines.append(f"{where}: {finding.severity} {finding.code} {finding.message}{targets}")
    return lines
