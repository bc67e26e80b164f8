"""Cases of the checks of MLflow servers, and what the list of holes says."""

from __future__ import annotations

import pytest
from factories.mlflow import server
from support import FAIL, PASS, UNKNOWN, Case, judged

from checks.mlflow.server.collect import ORIGIN
from checks.mlflow.server.holes import holes, holes_of, ordered

OPEN = {"anonymous_status": 200, "anonymous_answer": True}
CLOSED = {"anonymous_status": 401, "anonymous_answer": False}
REFUSED = {"anonymous_status": 403, "anonymous_answer": False}
LOGIN = {"anonymous_status": 302, "anonymous_answer": False}
NAMED = {"status": 200, "asked_with": "basic"}

CASES = {
    "mlflow_server_answers_without_credentials": [
        Case("answers anybody", FAIL, server(**OPEN, status=200, asked_with=None)),
        Case("answers anybody, whatever it is sent", FAIL, server(**OPEN, **NAMED)),
        Case("wants credentials", PASS, server(**CLOSED)),
        Case("refuses who has none, and knows ours", PASS, server(**REFUSED, **NAMED)),
        Case("leads who has none to a sign-in", PASS, server(**LOGIN, **NAMED)),
        Case("shows who has none a page", PASS, server(anonymous_status=200, anonymous_answer=False, **NAMED)),
        Case("refuses the host name", UNKNOWN, server(**REFUSED, status=403, asked_with="basic")),
        Case("refuses us, who have none", UNKNOWN, server(**REFUSED, status=403, asked_with=None)),
        Case("redirects us, who have none", UNKNOWN, server(**LOGIN, status=302, asked_with=None)),
        Case("not asked", UNKNOWN, server(**NAMED)),
    ],
    "mlflow_server_version_with_published_hole": [
        Case("old", FAIL, server(version="2.9.0")),
        Case("before a rule was wanted for each route", FAIL, server(version="3.15.2")),
        Case("a candidate of what mends the last one", FAIL, server(version="3.16.0rc0")),
        Case("mended", PASS, server(version="3.16.0")),
        Case("newer", PASS, server(version="3.17.2")),
        Case("says nothing", UNKNOWN, server(version=None)),
        Case("built by another", UNKNOWN, server(version="3.9.0+vendor.3")),
        Case("not seen", UNKNOWN, server()),
    ],
    "mlflow_server_lets_any_origin_read": [
        Case("echoes any, with credentials", FAIL, server(allow_origin=ORIGIN, allow_credentials="true")),
        Case("any, and wants none", FAIL, server(allow_origin="*", allow_credentials=None, **OPEN)),
        Case("echoes any, and wants none", FAIL, server(allow_origin=ORIGIN, allow_credentials=None, **OPEN)),
        Case("any, without credentials", PASS, server(allow_origin="*", allow_credentials=None, **CLOSED)),
        # which no browser heeds
        Case("any, with credentials", PASS, server(allow_origin="*", allow_credentials="true", **CLOSED)),
        Case("one", PASS, server(allow_origin="https://app.northwind.example", allow_credentials="true")),
        Case("none", PASS, server(allow_origin=None, allow_credentials=None)),
        Case("any, and nobody knows who may read", UNKNOWN, server(allow_origin="*", allow_credentials=None)),
        Case("not asked", UNKNOWN, server()),
    ],
}


def test_holes_are_in_order_and_each_has_a_source() -> None:
    order = [ordered(hole.fixed) for hole in holes()]

    assert None not in order
    assert order == sorted(order)
    assert [hole.id for hole in holes() if not hole.source.startswith("https://")] == []
    names = [name for hole in holes() for name in (hole.id, *hole.also)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("hole", holes(), ids=lambda hole: hole.id)
def test_a_hole_is_mended_by_its_version_and_not_before(hole: object) -> None:
    major, minor, patch, _ = ordered(hole.fixed) or ()

    assert hole not in (holes_of(hole.fixed) or ())
    assert hole in (holes_of(f"{hole.fixed}rc0") or ())
    assert hole in (holes_of("1.0.0") or ())
    assert hole not in (holes_of(f"{major}.{minor}.{patch + 1}") or ())


def test_the_message_names_what_mends_all_of_it() -> None:
    verdict = judged("mlflow_server_version_with_published_hole", server(version="3.9.0"))

    assert verdict.message == "has CVE-2026-2652, CVE-2026-3198, mlflow/mlflow#25308; 3.16.0 has none of these"
