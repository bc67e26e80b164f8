#!/usr/bin/env bash
# Upload to code scanning. How that ended is kept: the reports are to be there whatever became of the alerts.
set -euo pipefail

more=()
[ "$SYNC" != true ] || more=(--sync-suppressions --report "$REPORTS/report.json")
code=0
"$RUNNER_TEMP/mlposture-$EXTRA/bin/mlposture" upload github --sarif "$REPORTS/report.sarif" "${more[@]}" || code=$?
echo "exit-code=$code" >> "$GITHUB_OUTPUT"
