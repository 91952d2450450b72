#!/usr/bin/env bash
# Tries a pull request out in a copy of its own: deploys, runs and verifies it; then destroys it.
# usage: scripts/integration.sh try|destroy <number of the pull request>
set -euo pipefail

export BUNDLE_VAR_pull_request=$2

if [ "$1" = destroy ]; then
  exec python3 scripts/destroy.py pr
fi

databricks bundle deploy --target pr
databricks bundle run --target pr all_of_retail
databricks bundle run --target pr all_of_retail_smoke
