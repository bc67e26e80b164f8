"""The example of the evaluation gate: a pipeline that is stopped, and passes after a change.

Needs mlflow, scikit-learn and fairlearn in an environment of their own: `make .venv-mlflow/.ready`, or
MLPOSTURE_MLFLOW.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from commandline import MLPOSTURE
from support import ROOT

from scanner.model.evaluations import subgroup

EXAMPLE = ROOT / "examples" / "evaluation-gate"


def python() -> str | None:
    """The Python that has MLflow, if this machine has one."""
    own = ROOT / ".venv-mlflow" / "bin" / "python"
    return os.environ.get("MLPOSTURE_MLFLOW") or (str(own) if own.with_name("mlflow").exists() else None)


def pipeline(features: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(MLPOSTURE).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", str(EXAMPLE / "pipeline.sh"), features],
        cwd=folder,
        env={**os.environ, "PYTHON": str(python()), "PATH": path},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.skipif(
    python() is None, reason="MLflow is not installed: make .venv-mlflow/.ready, or set MLPOSTURE_MLFLOW"
)
def test_the_pipeline_is_stopped_and_passes_after_a_change(tmp_path: Path) -> None:
    stopped = pipeline("age", tmp_path)
    against = json.loads((tmp_path / "gate.json").read_bytes())

    assert stopped.returncode == 1, stopped.stdout + stopped.stderr
    assert "deployed" not in stopped.stdout
    assert [one["answer"] for one in against["thresholds"]] == ["against", "against"]

    passed = pipeline("all", tmp_path)
    met = json.loads((tmp_path / "gate.json").read_bytes())

    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "deployed: model.joblib" in passed.stdout
    assert [one["answer"] for one in met["thresholds"]] == ["met", "met"]
    assert met["evaluation"]["model_digest"] == met["model"] != against["model"]
    assert met["evaluation"]["data_digest"] not in met["evaluation"]["trained_on"]
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        names = {name for (name,) in database.execute("SELECT metric_name FROM logged_model_metrics")}
    groups = {(found.metric, *found.group.items()) for name in names if (found := subgroup(name))}
    assert {("mae", ("sex", "1")), ("mae", ("sex", "2")), ("mae", ("age_band", "50 and over"))} <= groups
