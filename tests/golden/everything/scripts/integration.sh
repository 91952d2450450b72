#!/usr/bin/env bash
# Tries a pull request out in a copy of its own: deploys, seeds, runs and verifies it; then destroys the copy.
# usage: scripts/integration.sh try|destroy <number of the pull request>
set -euo pipefail

export BUNDLE_VAR_pull_request=$2
schema=all_of_retail_pr_$2

if [ "$1" = destroy ]; then
  status=0
  databricks bundle destroy --target pr --auto-approve || status=1
  # With the tables that the steps wrote, which are not the bundle's.
  databricks schemas delete --force "dev.$schema" || status=1
  exit "$status"
fi

# Pipelines read volumes, not the files of a workspace.
databricks schemas create "$schema" dev
databricks volumes create dev "$schema" samples MANAGED
databricks fs cp --recursive fixtures "dbfs:/Volumes/dev/$schema/samples"
export BUNDLE_VAR_source="/Volumes/dev/$schema/samples"
databricks bundle deploy --target pr
databricks bundle run --target pr all_of_retail_tables
databricks bundle run --target pr all_of_retail
databricks bundle run --target pr all_of_retail_smoke
