"""What a bundle builds.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/settings#artifacts
"""

import os

from bundlewright.bundle.access import items_of, known, maps_of, place_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.files import files_matching
from bundlewright.finding import ERROR, WARNING
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule
from bundlewright.toml import parse_toml


@rule("BW605", ERROR, on="target", cli=ERROR, having=("artifacts",))
def artifact_without_content(target):
    """An artifact says neither how it is built nor which files it is.

    Only a wheel can do without: it is then built in its folder.

    Fails:
        artifacts:
          tools:
            type: jar
            path: .
    Passes:
        artifacts:
          tools:
            type: jar
            path: .
            build: mvn package
            files:
              - source: target/*.jar
    """
    for key, artifact in target.section("artifacts").items():
        path = ("artifacts", key)
        if artifact is None:
            yield Problem(f"artifact {key!r} is empty", path, "define it or remove it")
        elif (
            isinstance(artifact, Map)
            and not (artifact.get("build") or artifact.get("files"))
            and artifact.get("type") != "whl"
        ):
            message = f"artifact {key!r} has neither a build command nor files"
            yield Problem(message, path, "add build or files")


@rule("BW612", ERROR, on="target", cli=ERROR, having=("artifacts",))
def artifact_file_missing(target):
    """An artifact is not built but consists of files, and there is none.

    Fails:
        artifacts:
          tools:
            type: jar
            files:
              - source: target/*.jar
    Passes:
        artifacts:
          tools:
            type: jar
            build: mvn package
            files:
              - source: target/*.jar
    """
    for key, artifact in maps_of(target.section("artifacts")):
        if artifact.get("build"):
            continue
        file = place_at(target.config, ("artifacts", key))[0]
        for index, entry in items_of(artifact, "files"):
            source = entry.get("source")
            if not isinstance(source, str) or not known(source):
                continue
            if not files_matching(target.bundle, file, source):
                path = ("artifacts", key, "files", index, "source")
                message = f"{source!r} of artifact {key!r} matches no file"
                yield Problem(message, path, "add build, or the file")


_BUILDERS = Pattern(
    r"\s*(?:uv build|poetry build|hatch build|python3? -m build|flit build)\b[^&;|]*"
)
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


@rule("BW613", ERROR, on="target", having=("artifacts",))
def artifact_without_project(target):
    """A wheel is to be built in a folder that holds nothing to build it from.

    Without a `build` command the CLI runs `setup.py`; a project with only a `pyproject.toml` needs
    one, such as `uv build --wheel`.

    Fails:
        artifacts:
          sales:
            type: whl
            path: .
        @ pyproject.toml
        [project]
        name = "sales"
    Passes:
        artifacts:
          sales:
            type: whl
            path: .
            build: uv build --wheel
        @ pyproject.toml
        [project]
        name = "sales"
    """
    bundle = target.bundle
    for key, artifact in maps_of(target.section("artifacts")):
        folder = _folder_of(target, key, artifact)
        if artifact.get("type") != "whl" or folder is None or not bundle.exists(folder):
            continue
        build = artifact.get("build")
        there = [name for name in _PROJECT_FILES if bundle.is_file(os.path.join(folder, name))]
        path = ("artifacts", key)
        name = bundle.relative(folder)
        if not build and not artifact.get("files") and "setup.py" not in there:
            hint = "add build, such as: uv build --wheel" if there else "name the project's folder"
            message = f"artifact {key!r} has no build command, and there is no setup.py in {name!r}"
            yield Problem(message, path, hint)
        elif isinstance(build, str) and _BUILDERS.fullmatch(build) and not there:
            message = f"there is no Python project in {name!r} for artifact {key!r} to build"
            place = (*path, "path") if artifact.get("path") else path
            yield Problem(message, place, "name the project's folder", severity=WARNING)


@rule("BW620", ERROR, on="target", having=("artifacts",))
def broken_project(target):
    """A wheel is to be built from a project whose `pyproject.toml` is not valid TOML.

    The build fails, and the deploy with it.

    Fails:
        artifacts:
          sales:
            type: whl
            build: uv build --wheel
        @ pyproject.toml
        [project]
        name = sales
    Passes:
        artifacts:
          sales:
            type: whl
            build: uv build --wheel
        @ pyproject.toml
        [project]
        name = "sales"
    """
    for key, artifact in maps_of(target.section("artifacts")):
        folder = _folder_of(target, key, artifact)
        is_built = artifact.get("build") or not artifact.get("files")
        if artifact.get("type") != "whl" or folder is None or not is_built:
            continue
        file = os.path.join(folder, "pyproject.toml")
        text = target.bundle.text_of(file)
        if text is not None:
            try:
                parse_toml(text)
            except ValueError as error:
                fault = f"{target.bundle.relative(file)}: not valid TOML: {error}"
                yield Problem(f"artifact {key!r} cannot be built: {fault}", ("artifacts", key))


def _folder_of(target, key, artifact):
    """The absolute path of the folder that an artifact is built in; None where none can tell."""
    folder = artifact.get("path")
    if not folder:
        return target.bundle.root
    if not isinstance(folder, str) or not known(folder):
        return None
    file = place_at(target.config, ("artifacts", key, "path"))[0]
    return target.bundle.absolute(file, folder)
