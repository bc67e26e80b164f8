#!/usr/bin/env bash
# Scan, and keep the reports and the exit code: the job fails at its end, when all was reported. Without a report, here.
set -euo pipefail

read -r -d '' -a arguments <<< "$SCAN" || true # at spaces and ends of lines
# shellcheck source=deploy/github/identity.sh
. "$GITHUB_ACTION_PATH/deploy/github/identity.sh"

reports="$(mktemp -d "$RUNNER_TEMP/mlposture-reports.XXXXXX")"
scan() {
  "$RUNNER_TEMP/mlposture-$EXTRA/bin/mlposture" scan "${arguments[@]}" -o "$reports/report.json" \
    --fail-on "$FAIL_ON" --fail-on-incomplete --no-progress "$@"
}
code=0
if [ "$SHOWN" = all ]; then
  more=()
  [ -z "$SECURITY_HUB" ] || more=(-o "asff:$reports/report.asff.json")
  scan -o "$reports/report.sarif" -o "$reports/report.html" -o "md:$reports/summary.md" "${more[@]}" || code=$?
  [ ! -s "$reports/summary.md" ] || cat "$reports/summary.md" >> "$GITHUB_STEP_SUMMARY"
else
  # Whoever is told is told counts, too, and here: no later step has a report.
  [ -z "$NOTIFY" ] || export MLPOSTURE_NOTIFY_URL="$NOTIFY" MLPOSTURE_NOTIFY_KEY="$NOTIFY_KEY"
  scan --notify-counts > /dev/null 2>&1 || code=$?
  [ ! -s "$reports/report.json" ] \
    || python3 "$GITHUB_ACTION_PATH/deploy/github/counts.py" "$reports/report.json" | tee -a "$GITHUB_STEP_SUMMARY"
fi
if [ ! -s "$reports/report.json" ]; then
  echo "::error::the scan ended with $code and without a report, see docs/reference/exit-codes.md of mlposture"
  exit "$((code ? code : 70))"
fi
[ "$SHOWN" = all ] || rm -r "$reports"
printf 'exit-code=%s\nreports=%s\n' "$code" "$([ "$SHOWN" != all ] || echo "$reports")" >> "$GITHUB_OUTPUT"
