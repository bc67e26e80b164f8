#!/usr/bin/env bash
# Install mlposture, from the commit that the action is used at, into an environment of its own. All that is downloaded is
# held against the hashes of the lock file.
set -euo pipefail

case "$EXTRA" in
  aws | gcp | azure | all) ;;
  *)
    echo "::error::extra is '$EXTRA'; it is one of aws, gcp, azure and all"
    exit 2
    ;;
esac
place="$RUNNER_TEMP/mlposture-$EXTRA"
[ ! -x "$place/bin/mlposture" ] || exit 0 # from an earlier use in this job

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "::error::mlposture needs Python 3.11 or newer; have actions/setup-python give it"
  exit 2
}
python3 -m venv "$place"
pip() { "$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$@"; }
pip --require-hashes -r "$GITHUB_ACTION_PATH/requirements/$EXTRA.txt" -r "$GITHUB_ACTION_PATH/requirements/build.txt"
pip --no-build-isolation "$GITHUB_ACTION_PATH"
"$place/bin/mlposture" --version
