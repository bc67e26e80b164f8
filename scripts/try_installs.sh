#!/usr/bin/env bash
# Install every extra into a clean environment and scan simulated clouds from there; see scripts/try_installs.py.
set -euo pipefail
cd "$(dirname "$0")/.."
make --silent setup
exec .venv/bin/python scripts/try_installs.py "$@"
