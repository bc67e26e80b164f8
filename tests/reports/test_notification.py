"""The line that is read first: what it claims, and what it does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from reports.json_types_v1 import SeverityCountsV1, ToolV1
from reports.notification import encoded, message, without_names, words
from reports.notification_types_v1 import NotificationV1, ReasonV1, WorstV1
from scanner.model.nouns import Severity

NOW = datetime(2026, 11, 22, 5, 17, tzinfo=UTC)
WORST = WorstV1(
    severity=Severity.CRITICAL, check="MLP-4901", title="It may do everything", kind="aws.x", name="research",
    id="arn:x", provider="aws", account="111122223333", region="eu-west-1", console_url="",
)  # fmt: skip
WHY = "the list of aws.x in eu-west-1 is not complete"


def made(states: Mapping[str, int] | None, **more) -> NotificationV1:
    given = {
        "by_severity": SeverityCountsV1(1, 2, 0, 0, 1),
        "complete": True,
        "gaps": 0,
        "unknown": 0,
        "not_seen": 0,
        "not_seen_because": [],
        "worst": None,
    }
    return NotificationV1(
        schema="mlposture/notification/v1", tool=ToolV1("mlposture", "0.1.0"), id="0" * 32, started_at=NOW,
        finished_at=NOW, text="", accounts=1, resources=9,
        states=None if states is None else dict(states), **{**given, **more},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("states", "more", "said"),
    [
        ({}, {}, "Since the last scan: nothing new."),
        ({"persisting": 4}, {}, "Since the last scan: nothing new."),
        ({"fixed": 2, "gone": 1, "suppressed": 3}, {}, "Since the last scan: nothing new, 2 fixed, 1 gone."),
        (
            {"new": 3, "reopened": 1, "fixed": 2},
            {"worst": WORST},
            "Since the last scan: 3 new and 1 reopened (worst: critical MLP-4901 It may do everything: research in aws "
            "111122223333 eu-west-1), 2 fixed.",
        ),
        (
            {"unknown": 5},
            {"not_seen": 5, "newly_not_seen_because": [ReasonV1(WHY, 5)], "complete": False, "gaps": 2},
            f"Since the last scan: nothing new in what was seen, 5 not seen because {WHY}; not everything was seen: "
            "2 gaps.",
        ),
        (
            {"unknown": 5},
            {"not_seen": 5, "newly_not_seen_because": [ReasonV1("not observed: role_arn", 3), ReasonV1(WHY, 2)]},
            "Since the last scan: nothing new in what was seen, 5 not seen, 3 of them because nobody could read "
            "role_arn.",
        ),
        (
            {"unknown": 5},
            {"not_seen": 5, "not_seen_as_before": 5, "not_seen_because": [ReasonV1(WHY, 5)], "complete": False,
             "gaps": 2, "gaps_as_before": 2, "unknown": 1, "unknown_as_before": 1, "as_before": True},
            "Since the last scan: nothing new in what was seen, 5 not seen as before; as before, not everything was "
            "seen: 2 gaps and 1 unknown verdict.",
        ),
        (
            {"unknown": 7},
            {"not_seen": 7, "not_seen_as_before": 4, "newly_not_seen_because": [ReasonV1(WHY, 3)], "complete": False,
             "gaps": 3, "gaps_as_before": 2, "unknown": 5, "unknown_as_before": 5},
            f"Since the last scan: nothing new in what was seen, 3 newly not seen because {WHY}, 4 not seen as before; "
            "not everything was seen: 1 gap, and as before 2 gaps and 5 unknown verdicts.",
        ),
        (  # a list that is not complete now has no gap of its own
            {},
            {"complete": False, "gaps": 2, "gaps_as_before": 2},
            "Since the last scan: nothing new in what was seen; not everything was seen: as before 2 gaps.",
        ),
        (
            {},
            {"complete": False, "as_before": True},
            "Since the last scan: nothing new in what was seen; as before, not everything was seen.",
        ),
        ({}, {"complete": False}, "Since the last scan: nothing new in what was seen; not everything was seen."),
        ({"persisting": 1, "not compared": 2}, {}, "Since the last scan: nothing new, 2 first looked at."),
        (
            {"not compared": 4},
            {"worst": WORST},
            "This scan: 4 failures, 1 critical and 2 high among them, nothing earlier to compare with (worst: critical "
            "MLP-4901 It may do everything: research in aws 111122223333 eu-west-1).",
        ),
        (
            None,
            {"by_severity": SeverityCountsV1(0, 0, 0, 0, 0), "complete": False, "gaps": 1, "unknown": 3},
            "This scan: no failures in what was seen, nothing earlier to compare with; not everything was seen: 1 gap "
            "and 3 unknown verdicts.",
        ),
    ],
)  # fmt: skip
def test_the_line(states, more, said):
    assert words(made(states, **more)) == said


@pytest.mark.parametrize("report", ["hostile", "shared", "mixed"])
def test_no_name_of_others_is_obeyed_or_shows_in_counts(report, make):
    built = make.REPORTS[report]()
    found = message(built)
    for text in (found.text, encoded(found).decode()):
        assert text.isprintable()
        assert len(found.text) < 1000
    bare = json.loads(encoded(without_names(found)))
    assert (bare["worst"], bare["not_seen_because"], bare["newly_not_seen_because"]) == (None, [], [])
    names = {one.resource.name for one in built.findings} | {scope.account for scope in built.scopes}
    assert not [name for name in names if name and name in bare["text"]]
