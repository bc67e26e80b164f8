#!/usr/bin/env bash
# Install mlposture from this copy of the repository into an environment of its own:
#   deploy/install.sh aws|gcp|azure|all PLACE
# All that is downloaded is held against the hashes of the lock file.
set -euo pipefail

extra="$1" place="$2"
source="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
case "$extra" in
  aws | gcp | azure | all) ;;
  *)
    echo "there is no extra '$extra'; it is one of aws, gcp, azure and all" >&2
    exit 2
    ;;
esac
[ ! -x "$place/bin/mlposture" ] || exit 0 # an earlier step did it

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "mlposture needs Python 3.11 or newer" >&2
  exit 2
}
python3 -m venv "$place"
pip() { "$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$@"; }
pip --require-hashes -r "$source/requirements/$extra.txt" -r "$source/requirements/build.txt"
pip --no-build-isolation "$source"
"$place/bin/mlposture" --version
