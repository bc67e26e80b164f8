"""Where a scan can be believed on what it does not report."""

from __future__ import annotations

import pytest

from reports.extent import Extents, Looked, covers
from scanner.model.nouns import Status


def looked(report) -> dict[tuple[str, str], Looked]:
    return {(one.scope.account, one.scope.region): one for one in Extents(report).looked()}


def test_a_scope_is_judged_where_its_listing_is_complete(make):
    found = looked(make.mixed_report())
    here = found["111122223333", "eu-west-1"]
    assert here.judged == ("MLP-1901", "MLP-4901")
    assert not here.whole  # there are gaps, but everything was listed
    elsewhere = found["111122223333", "us-east-1"]
    assert (elsewhere.judged, elsewhere.whole) == ((), False)
    assert here.extent == elsewhere.extent == "aws.sagemaker.NotebookInstance eu-west-1 us-east-1"
    assert found["example-fraud-dev", "global"].judged == ("MLP-2901",)


def test_what_is_unknown_and_not_in_the_report_is_not_judged(make):
    hidden = make.notebook("hidden", direct_internet_access="Disabled")
    [shown] = looked(make.report_of(hidden)).values()
    [kept] = looked(make.report_of(hidden, verdicts=frozenset({Status.FAIL}))).values()
    assert shown.judged == ("MLP-1901", "MLP-4901")
    assert kept.judged == ("MLP-1901",)
    assert not shown.whole and not kept.whole


def test_a_resource_is_placed_where_its_kind_was_listed(make):
    def place(region: str, listed: str) -> str:
        bucket = make.bucket("b", versioning=True, scope=make.Scope("gcp", "p", region))
        listing = make.Listing(kind=make.Bucket.kind, scope=make.Scope("gcp", "p", listed), complete=True)
        report = make.report_of(listings=[listing])
        return Extents(report).place(bucket)

    assert place("europe-west1", "europe-west1") == "europe-west1"
    assert place("europe-west1-b", "europe-west1") == "europe-west1"
    assert place("europe-west1", "global") == "global"
    assert place("europe-west1", "us-central1") == "global"


@pytest.mark.parametrize(
    ("extent", "earlier", "expected"),
    [("a b c", "a b", True), ("a b", "a b", True), ("a b", "a c", False), ("a", "", False), ("", "", False)],
)
def test_an_extent_covers_what_is_part_of_it(extent, earlier, expected):
    assert covers(extent, earlier) is expected


def test_a_long_extent_is_a_digest_that_nothing_is_part_of(make):
    listings = [make.Listing(kind=f"aws.example.Kind{n}", scope=make.HERE, complete=True) for n in range(200)]
    long = Extents(make.report_of(listings=listings)).of(make.HERE)
    more = Extents(make.report_of(listings=[*listings, *make.empty_report().listings])).of(make.HERE)
    assert len(long) == len(more) == 64
    assert covers(long, long)
    assert not covers(more, long)
