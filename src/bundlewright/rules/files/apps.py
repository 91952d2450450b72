"""The code of apps.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/resources#app
"""

from bundlewright.bundle.access import known, place_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR
from bundlewright.rules import Problem, rule


@rule("BW606", ERROR, on="target", cli=ERROR, kinds=("apps",))
def app_without_one_source(target):
    """An app has no source code, has it twice, or shares its folder with another app.

    Fails:
        resources:
          apps:
            front:
              name: front
    Passes:
        resources:
          apps:
            front:
              name: front
              source_code_path: front
        @ front/app.py
        print("front")
    """
    users = {}
    for key in target.keys("apps"):
        path = ("resources", "apps", key)
        app = target.value(path)
        if not isinstance(app, Map):
            continue
        folder, repository = app.get("source_code_path"), app.get("git_source")
        if not folder and not repository:
            yield Problem(f"app {key!r} has no source code", path, "add source_code_path")
        elif folder and repository:
            message = f"app {key!r} has a source_code_path and a git_source"
            yield Problem(message, (*path, "git_source"), "keep one", of_key=True)
        elif isinstance(folder, str) and known(folder):
            place = place_at(target.merged, (*path, "source_code_path"))
            file = target.bundle.absolute(place[0], folder)
            if file in users:
                message = f"app {key!r} has the source_code_path of app {users[file]!r}"
                yield Problem(message, (*path, "source_code_path"))
            users.setdefault(file, key)
