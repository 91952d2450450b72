"""Findings as people and programs read them. A report never looks at the bundle."""

import os

FORMATS = ("text", "json", "sarif", "github", "gitlab", "azure")


def sentence(finding):
    """What is wrong, and in which targets where it does not hold in all of them."""
    if not finding.targets:
        return finding.message
    return f"{finding.message} [{', '.join(finding.targets)}]"


def path_in_repository(report, file=""):
    """Where a file of a bundle stands in its repository, as the CI systems name it.

    Args:
        report: the bundle's `bundlewright.checking.Report`.
        file: the file relative to the bundle's root, or "" for its folder.

    Returns:
        The path with `/` between folders: relative to the folder that the CI system names as the
        repository's, or else to the current one; absolute for a bundle outside of them.
    """
    path = os.path.normpath(os.path.join(report.root, file))
    names = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY")
    for root in (*map(os.environ.get, names), os.getcwd()):
        if root and (path + os.sep).startswith(os.path.join(root, "")):
            path = os.path.relpath(path, root)
            break
    return path.replace(os.sep, "/")
