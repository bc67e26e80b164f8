#!/usr/bin/env bash
# Send findings to Security Hub, as a role of its own. How that ended is kept, as with code scanning.
set -euo pipefail

# shellcheck disable=SC2034 # identity.sh reads them
PROVIDER="" SERVICE_ACCOUNT="" TENANT_ID="" CLIENT_ID=""
# shellcheck source=deploy/github/identity.sh
. "$GITHUB_ACTION_PATH/deploy/github/identity.sh"

read -r -d '' -a given <<< "$MORE" || true # at spaces and ends of lines
code=0
"$RUNNER_TEMP/mlposture-$EXTRA/bin/mlposture" upload security-hub --asff "$REPORTS/report.asff.json" "${given[@]}" || code=$?
echo "exit-code=$code" >> "$GITHUB_OUTPUT"
