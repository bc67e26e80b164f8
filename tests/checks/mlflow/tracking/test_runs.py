"""Cases of the checks of runs, and what is kept of what looks like a credential."""

from __future__ import annotations

from factories.mlflow import run
from support import FAIL, PASS, UNKNOWN, Case

from checks.mlflow.secrecy import cleared, suspicious

CASES = {
    "mlflow_run_records_secret": [
        Case("a parameter", FAIL, run(secrets=("params/db_password",))),
        Case("nothing", PASS, run(secrets=())),
        Case("not seen", UNKNOWN, run()),
    ],
}
SECRET = {"key": "db_password", "value": "not-a-real-password-Example1"}
PLAIN = {"key": "depth", "value": "6"}


def test_the_value_of_what_looks_like_a_credential_is_not_kept() -> None:
    kept = cleared({"params": [SECRET, PLAIN], "tags": None, "name": "x"}, "params", "tags")

    assert kept == {"params": [{"key": "db_password", "value": None}, PLAIN], "tags": None, "name": "x"}
    assert suspicious([SECRET, PLAIN]) == ("db_password",)


def test_what_is_no_list_of_pairs_holds_none() -> None:
    for odd in (None, "text", 5, {"key": "x"}, [None, "text", {"value": "x"}, {"key": 5, "value": "x"}]):
        assert suspicious(odd) == ()
        assert cleared({"params": odd}, "params") == {"params": odd}
