"""Whether an earlier scan would have had a failure, by what it looked at."""

from __future__ import annotations

import pytest
from factories.aws import HERE
from support import registered

from scanner.history.looked_at import Place, View
from scanner.model.collectors import COLLECTORS
from scanner.model.nouns import ANYWHERE, Scope

registered()
ACCOUNT = (HERE.provider, HERE.account)
OTHER = (HERE.provider, "444455556666")
REGIONAL = next(kind for kind, one in sorted(COLLECTORS.items()) if one.per == "region")
GLOBAL = next(kind for kind, one in sorted(COLLECTORS.items()) if one.per == "account")


def view(*regions: str, checks: tuple[str, ...] = ("MLP-1001",), blind: tuple[str, ...] = ()) -> View:
    return View(
        frozenset(checks),
        frozenset((ACCOUNT, region) for region in regions),
        frozenset((ACCOUNT, check) for check in blind),
    )


def place(region: str = HERE.region, kind: str = REGIONAL, *, joined: bool = False) -> Place:
    return Place("MLP-1001", kind, Scope(*ACCOUNT, region), joined)


@pytest.mark.parametrize(
    ("seen", "where", "why"),
    [
        (view(HERE.region), place(), ""),
        (view(HERE.region), place(f"{HERE.region}-b"), ""),
        (view(HERE.region), place("us-east-1"), f"nobody asked {HERE.account} in us-east-1"),
        (view(ANYWHERE), place("us-east-1"), f"nobody asked {HERE.account} in us-east-1"),
        (view(ANYWHERE), place("us-east-1", GLOBAL), ""),
        (view(HERE.region), place("us-east-1", GLOBAL), f"nobody asked {HERE.account} in us-east-1"),
        (view(ANYWHERE), place("us-east-1", "aws.of.an.older.version"), ""),
        (view(HERE.region, checks=()), place(), "its check was not run"),
        (view(HERE.region, blind=("MLP-1001",)), place(), f"not all of {HERE.account} could be judged by MLP-1001"),
        (view(HERE.region, blind=("MLP-1002",)), place(), ""),
    ],
)
def test_why_a_scan_may_have_missed_a_failure(seen: View, where: Place, why: str) -> None:
    assert seen.misses(where, {ACCOUNT: (HERE.region, "us-east-1")}) == why


@pytest.mark.parametrize(
    ("asked", "missed"),
    [
        ({ACCOUNT: (HERE.region,)}, False),
        ({ACCOUNT: (HERE.region, "us-east-1")}, True),
        ({ACCOUNT: (HERE.region,), OTHER: ("us-east-1",)}, False),
        ({ACCOUNT: (HERE.region,), ("gcp", HERE.account): ("us-east-1",)}, False),
    ],
)
def test_a_path_may_lead_through_what_was_not_asked(
    asked: dict[tuple[str, str], tuple[str, ...]], missed: bool
) -> None:
    assert bool(view(HERE.region).misses(place(joined=True), asked)) is missed
    assert not view(HERE.region).misses(place(), asked)
