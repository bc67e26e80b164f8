#!/usr/bin/env bash
# End as the scan did, or as an upload that went wrong. What was not seen, or is not in the alerts, is always said.
set -euo pipefail

code="$SCAN_CODE"
if { [ "$code" = 0 ] || [ "$code" = 4 ]; } && [ "${UPLOAD_CODE:-0}" != 0 ]; then
  code="$UPLOAD_CODE"
fi
if [ "$code" = 4 ] && [ "$FAIL_ON_INCOMPLETE" != true ]; then
  echo "::warning::not all was observed or uploaded; this is no pass for what was not"
  code=0
fi
exit "$code"
