"""The wheels and JARs that tasks install.

Sources: https://docs.databricks.com/aws/en/dev-tools/bundles/library-dependencies and
https://packaging.python.org/en/latest/specifications/pyproject-toml/
"""

import functools
import os
import re

from bundlewright.bundle.access import items_of, known, maps_of, place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.files import files_matching
from bundlewright.bundle.paths import REMOTE
from bundlewright.finding import ERROR
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, did_you_mean, rule
from bundlewright.toml import parse_toml


def _local_wheels(task, job):
    """The local wheels and JARs that a task installs.

    Returns:
        (path, value, holder) triples: `holder` is the task, or the `spec` of its environment.
    """
    for index, library in items_of(task, "libraries"):
        for field in ("whl", "jar"):
            value = library.get(field)
            if isinstance(value, str) and known(value) and not REMOTE.match(value):
                yield ("libraries", index, field), value, task
    spec, dependencies = _environment_of(task, job)
    for index, value in enumerate(dependencies):
        if not isinstance(value, str) or not known(value) or " @ " in value:
            continue
        if value.endswith(".whl") and not REMOTE.match(value):
            yield ("dependencies", index), value, spec


def _environment_of(task, job):
    """The `spec` of the environment that a task runs in, and its dependencies."""
    key = task.get("environment_key")
    for _, environment in items_of(job, "environments") if key else ():
        spec = environment.get("spec")
        if environment.get("environment_key") == key and isinstance(spec, Map):
            dependencies = spec.get("dependencies")
            return spec, dependencies if isinstance(dependencies, list) else []
    return None, []


@functools.lru_cache(maxsize=1)
def _may_build(bundle):
    """Whether a deploy may make files: by an artifact, a script, or a setup.py beside the bundle.

    Args:
        bundle: the `Bundle`; what any of its targets has counts.
    """
    targets = [target for _, target in maps_of(bundle.declared_targets())]
    if any(holder.get("artifacts") for holder in (bundle.config, *targets)):
        return True
    scripts = value_at(bundle.config, ("experimental", "scripts"))
    return bool(scripts) or bundle.is_file(os.path.join(bundle.root, "setup.py"))


@rule("BW614", ERROR, on="task", having=("libraries", "environment_key"))
def missing_library(task, job, resource):
    """A task installs a wheel or JAR of the bundle that is not there and that nothing builds.

    `bundle validate` lets it pass; the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  python_wheel_task:
                    package_name: sales
                    entry_point: load
                  libraries:
                    - whl: dist/*.whl
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  python_wheel_task:
                    package_name: sales
                    entry_point: load
                  libraries:
                    - whl: dist/*.whl
        artifacts:
          sales:
            type: whl
            build: uv build --wheel
        @ pyproject.toml
        [project]
        name = "sales"
        [project.scripts]
        load = "sales:load"
    """
    if _may_build(resource.bundle):
        return
    for path, value, holder in _local_wheels(task, job):
        place = place_at(holder, path)
        if not files_matching(resource.bundle, place[0], value):
            message = f"{value!r} matches no file, and the bundle builds none"
            hint = "declare what builds it under artifacts"
            yield Problem(message, path if holder is task else (), hint, place=place)


class _Project:
    """A Python project as its pyproject.toml has it.

    Attributes:
        name: its name, as `_canonical` has it.
        entry_points: the names of its scripts and other entry points; None where they are dynamic.
        folder: where it is.
        sources: the folders, relative to that, in which its packages may lie.
    """

    __slots__ = ("entry_points", "folder", "name", "sources")


def _project_in(bundle, folder):
    """The `_Project` in a folder; None where it is none or says too little of itself."""
    text = bundle.text_of(os.path.join(folder, "pyproject.toml"))
    if text is None:
        return None
    try:
        data = parse_toml(text)
    except ValueError:
        return None
    poetry = value_at(data, ("tool", "poetry"))
    poetry = poetry if isinstance(poetry, dict) else {}
    project = data.get("project") if isinstance(data.get("project"), dict) else {}
    name = project.get("name") or poetry.get("name")
    if not isinstance(name, str):
        return None
    found = _Project()
    found.name = _canonical(name)
    found.folder = folder
    found.sources = _sources_in(data.get("tool"))
    groups = project.get("entry-points")
    tables = [project.get("scripts"), project.get("gui-scripts"), poetry.get("scripts")]
    for more in (groups, poetry.get("plugins")):
        tables += more.values() if isinstance(more, dict) else ()
    found.entry_points = [key for table in tables if isinstance(table, dict) for key in table]
    dynamic = project.get("dynamic")
    if isinstance(dynamic, list) and {"scripts", "entry-points"} & set(map(str, dynamic)):
        found.entry_points = None
    return found


# The folders in which the packages of a project mostly lie, and what says that they do elsewhere:
# the packages themselves, or the folders that hold them.
_SOURCES = ("", "src", "python", "lib")
_SOURCE_SETTINGS = (
    ("hatch", "build", "packages"),
    ("hatch", "build", "targets", "wheel", "packages"),
    ("pdm", "build", "package-dir"),
    ("poetry", "packages"),
    ("setuptools", "package-dir"),
    ("setuptools", "packages", "find", "where"),
    ("uv", "build-backend", "module-root"),
)


def _sources_in(tools):
    """The folders in which packages may lie by the settings of the tools that build them."""
    named = []
    for path in _SOURCE_SETTINGS:
        value = value_at(tools, path)
        values = value if isinstance(value, list) else [value]
        for one in values:
            named += one.values() if isinstance(one, dict) else [one]
    named = [one for one in named if isinstance(one, str)]
    return list(dict.fromkeys([*_SOURCES, *named, *map(os.path.dirname, named)]))


def _canonical(name):
    """A package's name as installers compare it, see https://peps.python.org/pep-0503/."""
    return re.sub(r"[-_.]+", "-", name).lower()


@rule("BW615", ERROR, on="task", having=("python_wheel_task",))
def unknown_entry_point(task, job, resource):
    """A wheel task runs a package or an entry point that the bundle's wheel does not have.

    The wheel is built from the project whose `pyproject.toml` names the package and its scripts.
    A name that is no entry point is still called as a function of the package.

    Fails:
        artifacts:
          sales:
            type: whl
            build: uv build --wheel
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  python_wheel_task:
                    package_name: orders
                    entry_point: load
                  libraries:
                    - whl: dist/*.whl
        @ pyproject.toml
        [project]
        name = "sales"
        [project.scripts]
        load = "sales:load"
    Passes:
        artifacts:
          sales:
            type: whl
            build: uv build --wheel
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  python_wheel_task:
                    package_name: sales
                    entry_point: load
                  libraries:
                    - whl: dist/*.whl
        @ pyproject.toml
        [project]
        name = "sales"
        [project.scripts]
        load = "sales:load"
    """
    wheel = task["python_wheel_task"]
    package = wheel.get("package_name") if isinstance(wheel, Map) else None
    if not isinstance(package, str) or not known(package) or not _only_local(task, job):
        return
    projects = _projects_of(task, job, resource.bundle)
    if not projects:
        return
    named = [project for project in projects if project.name == _canonical(package)]
    if not named and any(_has_module(resource.bundle, one, package) for one in projects):
        return  # it may be called by the name that it is imported by
    if not named:
        names = sorted({project.name for project in projects})
        message = f"the bundle builds no package {package!r}, but {' and '.join(names)}"
        hint = did_you_mean(package, names) or "name the package that pyproject.toml names"
        yield Problem(message, ("python_wheel_task", "package_name"), hint)
        return
    entry_point = wheel.get("entry_point")
    if not isinstance(entry_point, str) or not known(entry_point):
        return
    for project in named:
        if project.entry_points is None or entry_point in project.entry_points:
            return
        if _may_be_function(resource.bundle, project, entry_point):
            return
    message = f"package {package!r} has no entry point {entry_point!r}"
    hint = did_you_mean(entry_point, named[0].entry_points)
    hint = hint or "add it under [project.scripts] in pyproject.toml"
    yield Problem(message, ("python_wheel_task", "entry_point"), hint)


def _only_local(task, job):
    """Whether all that a task installs comes from the bundle: else the package may be in that."""
    libraries = [library for _, library in items_of(task, "libraries")]
    _, dependencies = _environment_of(task, job)
    local = list(_local_wheels(task, job))
    return 0 < len(local) == len(libraries) + len(dependencies)


@functools.lru_cache(maxsize=1)  # asked for one task after another
def _built_folders(bundle):
    """The folders of the projects that a bundle, or a target of it, builds."""
    targets = [target for _, target in maps_of(bundle.declared_targets())]
    artifacts = [
        artifact
        for holder in (bundle.config, *targets)
        for _, artifact in maps_of(holder.get("artifacts"))
    ]
    folders = set()
    for artifact in artifacts:
        folder = artifact.get("path")
        if folder is None:
            folders.add(bundle.root)
        elif isinstance(folder, str) and known(folder):
            folders.add(bundle.absolute(place_at(artifact, ("path",))[0], folder))
    return folders


def builds_package(bundle, name):
    """Whether a bundle builds the Python package of a name."""
    projects = [_project_in(bundle, folder) for folder in _built_folders(bundle)]
    return any(project and project.name == _canonical(name) for project in projects)


def is_another_package(requirement, name):
    """Whether a requirement is certain to be no package of a name, but another of an index."""
    match = _REQUIREMENT.fullmatch(requirement) if isinstance(requirement, str) else None
    return bool(match) and _canonical(match[1]) != _canonical(name)


_REQUIREMENT = Pattern(r"([A-Za-z0-9][\w.-]*?)(?<!\.whl)\s*(?:\[[\w\s,.-]*\])?\s*(?:[=<>!~;].*)?")


def _projects_of(task, job, bundle):
    """The projects that a task's local wheels are built from; none where that is not certain."""
    folders = _built_folders(bundle)
    projects = []
    for path, value, holder in _local_wheels(task, job):
        wheel = bundle.absolute(place_at(holder, path)[0], value)
        folder = os.path.dirname(os.path.dirname(wheel))
        project = _project_in(bundle, folder) if folder in folders else None
        if project is None:
            return []
        projects.append(project)
    return projects


def _has_module(bundle, project, name):
    return any(
        bundle.exists(os.path.join(project.folder, folder, f"{name}{extension}"))
        for folder in project.sources
        for extension in ("", ".py")
    )


def _may_be_function(bundle, project, name):
    """Whether a package may define, or import, a function of a name for itself."""
    module = project.name.replace("-", "_")
    for folder in project.sources:
        text = bundle.text_of(os.path.join(project.folder, folder, module, "__init__.py"))
        if text is not None:
            return name in text or "import *" in text
    return True
