# /// script
# requires-python = ">=3.10"
# dependencies = ["databricks-sdk==0.162.0"]
# ///
"""Brings a Git folder of the workspace to a branch or a tag, and makes the folder if need be.

It signs in as the CLI does, after `databricks auth login` or with a service principal's variables.
What was changed in the folder and not committed stops it.
https://docs.databricks.com/repos/automate-with-ms-entra
"""

import argparse

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError

PROVIDER = "gitHub"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", help="the folder, such as /Workspace/Shared/all-of-retail")
    parser.add_argument("--url", required=True, help="the repository, over https")
    version = parser.add_mutually_exclusive_group(required=True)
    version.add_argument("--branch")
    version.add_argument("--tag")
    options = parser.parse_args()
    # The API leaves out the root that the workspace shows.
    path = "/" + options.path.removeprefix("/Workspace").strip("/")
    try:
        repos = WorkspaceClient().repos
        known = {repo.path: repo for repo in repos.list(path_prefix=path)}
        repo = known.get(path) or repos.create(options.url, PROVIDER, path=path)
        repos.update(repo.id, branch=options.branch, tag=options.tag)
    except (DatabricksError, ValueError) as error:
        raise SystemExit(f"{options.path} stays as it is: {error}") from None
    print(f"{options.path} is at {options.branch or options.tag}.")


if __name__ == "__main__":
    main()
