#!/usr/bin/env bash
# End as the scan did, or as an upload that went wrong. What was not seen, is not in the alerts, or was told to nobody is
# always said.
set -euo pipefail

code="$SCAN_CODE"
for upload in "${UPLOAD_CODE:-0}" "${SECURITY_HUB_CODE:-0}"; do
  if { [ "$code" = 0 ] || [ "$code" = 4 ]; } && [ "$upload" != 0 ]; then
    code="$upload"
  fi
done
if [ "$code" = 0 ] && [ "${NOTIFY_CODE:-0}" != 0 ]; then
  code=4
fi
if [ "$code" = 4 ] && [ "$FAIL_ON_INCOMPLETE" != true ]; then
  echo "::warning::not all was observed, uploaded or told; this is no pass for what was not"
  code=0
fi
exit "$code"
