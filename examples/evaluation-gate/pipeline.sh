#!/bin/sh
# Trains, evaluates by group, asks the gate, and deploys only what it lets pass: `pipeline.sh age` is stopped, `pipeline.sh
# all` is not. PYTHON has mlflow, scikit-learn and fairlearn; mlposture may be elsewhere. Everything is left in the
# working folder.
set -eu
here=$(dirname "$0")
export MLFLOW_DISABLE_TELEMETRY=true

"${PYTHON:-python3}" "$here/train.py" --features "${1:-all}"

# The digest of what is deployed, not of what the evaluation says that it is of.
digest=$("${PYTHON:-python3}" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' \
  model.joblib)
mlposture gate progression --systems "$here/ai-systems.yaml" --evaluation evaluation.json --model-digest "$digest" \
  -o gate.json -o md:summary.md -o gate.xml

echo "deployed: model.joblib, $digest"
