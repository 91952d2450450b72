"""What a check cannot see because it would have to run code of the bundle.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/python
"""

import os

from bundlewright.bundle.access import known, value_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, INFO
from bundlewright.rules import Problem, rule


def _python_sections(config):
    """The sections that make the CLI run Python code, as (path, map) pairs."""
    paths = (("python",), ("experimental", "python"))
    sections = [(path, value_at(config, path)) for path in paths]
    return [(path, section) for path, section in sections if isinstance(section, Map) and section]


@rule("BW014", INFO, on="bundle", cli=INFO, having=("experimental", "python"))
def unseen_code(bundle):
    """Code of the bundle brings resources, or changes them, and a check does not run it.

    The CLI does. What the code makes of the bundle is not judged here, and nothing is said of
    references to what it may define.

    Fails:
        python:
          venv_path: .venv
          resources:
            - resources:load_resources
        @ .venv/bin/python3
        #!/bin/sh
    Passes:
        resources:
          jobs:
            etl:
              name: etl
    """
    for path, section in _python_sections(bundle.config):
        for field, does in (("resources", "defines resources"), ("mutators", "changes resources")):
            names = section.get(field)
            if isinstance(names, list) and names:
                code = ", ".join(map(str, names))
                message = f"Python code {does} that are not seen here: {code}"
                yield Problem(message, (*path, field), place=section.places[field][0])
    scripts = value_at(bundle.config, ("experimental", "scripts"))
    if isinstance(scripts, Map) and scripts:
        path = ("experimental", "scripts")
        message = f"scripts are not run here: {', '.join(scripts)}"
        yield Problem(message, path, place=bundle.config["experimental"].places["scripts"][0])


@rule("BW015", ERROR, on="bundle", cli=ERROR, having=("experimental", "python"))
def unusable_python_section(bundle):
    """A bundle says by a section that is gone, or in two places, which Python code it has.

    Fails:
        experimental:
          pydabs:
            enabled: true
    Passes:
        python:
          venv_path: .venv
          resources:
            - resources:load_resources
        @ .venv/bin/python3
        #!/bin/sh
    """
    experimental = bundle.config.get("experimental")
    if not isinstance(experimental, Map):
        return
    pydabs = experimental.get("pydabs")
    if isinstance(pydabs, Map) and any(value not in (None, False) for value in pydabs.values()):
        path = ("experimental", "pydabs")
        message = "experimental.pydabs is no longer supported"
        yield Problem(message, path, "use python", place=experimental.places["pydabs"][0])
    sections = _python_sections(bundle.config)
    if len(sections) > 1:
        path = ("experimental", "python")
        message = "experimental.python stands beside python, which has taken its place"
        yield Problem(message, path, "keep python", place=experimental.places["python"][0])


@rule("BW016", INFO, on="bundle", cli=ERROR, having=("experimental", "python"))
def missing_environment(bundle):
    """The virtual environment that the bundle's Python code needs is not there.

    The CLI stops until someone makes it, so a fresh checkout needs that step before a deploy.

    Fails:
        python:
          venv_path: .venv
          resources:
            - resources:load_resources
    Passes:
        python:
          venv_path: .venv
          resources:
            - resources:load_resources
        @ .venv/bin/python3
        #!/bin/sh
    """
    for path, section in _python_sections(bundle.config):
        folder = section.get("venv_path")
        if not isinstance(folder, str) or not folder or not known(folder):
            continue
        places = ("bin", "python3"), ("Scripts", "python.exe")
        if not any(bundle.exists(os.path.join(bundle.root, folder, *place)) for place in places):
            message = f"there is no Python in {folder!r}"
            place = section.places["venv_path"][1]
            yield Problem(message, (*path, "venv_path"), "make it with uv sync", place=place)
