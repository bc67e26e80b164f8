#!/usr/bin/env bash
# Tell whoever listens, once all else is done. How that ended is kept: it is the last word, and the scan's comes first.
set -euo pipefail

code=0
"$RUNNER_TEMP/mlposture-$EXTRA/bin/mlposture" upload webhook --report "$REPORTS/report.json" || code=$?
echo "exit-code=$code" >> "$GITHUB_OUTPUT"
