"""What is not seen night after night, and what is newly so: in the message, in JSON, in Markdown and in the trend."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest
from factories.aws import HERE
from msgspec.structs import replace
from nights import CHECK, CLOSED, OPEN, THERE, UNSEEN, Nights, lab
from support import ROOT

from reports import json_v1, markdown
from reports.notification import message
from reports.trend_text import trend_text
from scanner.cli.notified_report import read_message
from scanner.history.earlier import Earlier
from scanner.history.reading import read_report
from scanner.history.store import Store, open_store
from scanner.history.trend import trend
from scanner.history.unseen_before import NOWHERE, as_before, kept, marks
from scanner.model.history import AsBefore
from scanner.model.nouns import Gap, Listing, Reason, Scope
from scanner.model.reported import Report, Unanswered

ACCOUNT = (HERE.provider, HERE.account)
_FIELD = "nobody could read direct_internet_access"
_LIST = "the list of aws.sagemaker.NotebookInstance in eu-west-1 is not complete"
_NOTHING = "Since the last scan: nothing new in what was seen"
#: What is there, whether the list of it is complete, what the message says of the night, and the trend of its scan.
NIGHTS = (
    ((OPEN, OPEN), True, "This scan: 2 failures, 2 high among them, nothing earlier to compare with", ""),
    ((UNSEEN, OPEN), True, f"{_NOTHING}, 1 not seen because {_FIELD}; not everything was seen: 1 unknown verdict.",
     "partial"),
    ((UNSEEN, OPEN), True,
     f"{_NOTHING}, 1 not seen as before; as before, not everything was seen: 1 unknown verdict.", "partial as before"),
    ((UNSEEN, UNSEEN), True,
     f"{_NOTHING}, 1 newly not seen because {_FIELD}, 1 not seen as before; not everything was seen: 1 unknown "
     "verdict, and as before 1 unknown verdict.", "partial"),
    # The same two, for another reason.
    ((), False, f"{_NOTHING}, 2 not seen because {_LIST}; not everything was seen: 1 gap.", "partial"),
    ((), False, f"{_NOTHING}, 2 not seen as before; as before, not everything was seen: 1 gap.", "partial as before"),
    # One is seen again: what is left is as before.
    ((OPEN,), False, f"{_NOTHING}, 1 not seen as before; as before, not everything was seen: 1 gap.",
     "partial as before"),
    ((OPEN, CLOSED), True, "Since the last scan: nothing new, 1 fixed.", ""),
    ((UNSEEN, CLOSED), True, f"{_NOTHING}, 1 not seen because {_FIELD}; not everything was seen: 1 unknown verdict.",
     "partial"),
)  # fmt: skip


def notebooks(states: tuple[object, ...]) -> list[object]:
    return [lab(name, state) for name, state in zip("ab", states, strict=False)]


def told_of(report: Report, folder: Path) -> str:
    """The line, which a report says of itself, and which its JSON says again."""
    made = message(report)
    (folder / "report.json").write_bytes(b"".join(json_v1.render(report)))
    assert read_message(folder / "report.json", "report.json") == made
    return made.text


def test_what_is_not_seen_as_before_is_said_apart(tmp_path: Path) -> None:
    nights = Nights(f"sqlite:///{tmp_path}/history.db")
    for states, complete, said, _ in NIGHTS:
        report = nights.scan(*notebooks(states), complete=complete)
        assert told_of(report, tmp_path).startswith(said)
        quoted = b"".join(markdown.render(report)).decode().replace("\\", "")
        assert said in quoted or "nothing earlier" in said
        assert ("> **Not everything was seen, as before:" in quoted) is ("; as before, " in said)
    with open_store(nights.url) as store:
        scans = store.scans()
        assert list(store.verify()) == []
        lines = list(trend_text(trend(scans, store.spans(), lambda _: ()), "x"))
    found = [re.search(r"\d\d:\d\d (partial(?: as before)?|)", line) for line in lines if " 2026-" in line]
    assert [one[1] for one in found if one] == [extent for *_, extent in NIGHTS]


def test_a_job_that_shows_counts_alone_counts_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nights = Nights(f"sqlite:///{tmp_path}/history.db")
    for names in ("a", "a", "ab"):
        report = nights.scan(*[lab(name, UNSEEN) for name in names])
    told_of(report, tmp_path)
    runpy.run_path(str(ROOT / "deploy" / "github" / "counts.py"))["main"](str(tmp_path / "report.json"))
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if "unknown" in line] == ["| unknown | 2 |", "| unknown, as before | 1 |"]


def test_each_account_has_a_last_scan_of_its_own(tmp_path: Path) -> None:
    """A scan of another account in between makes nothing new, and lends nothing."""
    nights = Nights(f"sqlite:///{tmp_path}/history.db")
    here, there = lab("a", UNSEEN), lab("b", UNSEEN, THERE)
    nights.scan(lab("a"), lab("b", OPEN, THERE), scopes=(HERE, THERE))
    nights.scan(here)
    assert "1 not seen because" in message(nights.scan(there, scopes=(THERE,))).text
    again = message(nights.scan(here, there, scopes=(HERE, THERE)))
    assert (again.not_seen, again.not_seen_as_before, again.unknown_as_before, again.as_before) == (2, 2, 2, True)


def test_a_history_of_before_there_were_marks_makes_nothing_as_before_of_gaps(tmp_path: Path) -> None:
    """Failures have their reason there, gaps and verdicts do not."""
    nights = Nights(f"sqlite:///{tmp_path}/history.db")
    nights.scan(lab("a"))
    nights.scan(lab("a", UNSEEN))
    with open_store(nights.url) as store:
        report = nights.judge(_Older(store), lab("a", UNSEEN))
    made = message(report)
    assert (made.not_seen_as_before, made.unknown_as_before, made.as_before) == (1, 0, False)
    assert made.text == f"{_NOTHING}, 1 not seen as before; not everything was seen: 1 unknown verdict."


class _Older:
    """A history whose scans have no marks."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def earlier(self) -> Earlier:
        found = self._store.earlier()
        found.unseen = {account: {} for account in found.unseen}
        return found


def test_a_report_as_baseline_says_what_it_did_not_see(tmp_path: Path) -> None:
    nights = Nights(f"sqlite:///{tmp_path}/history.db")
    nights.scan(lab("a"), lab("b"))
    before = nights.scan(lab("a", UNSEEN), lab("b"))
    (tmp_path / "before.json").write_bytes(b"".join(json_v1.render(before)))
    [carried] = json.loads((tmp_path / "before.json").read_bytes())["history"]["carried"]
    assert (carried["as_before"], carried["why"]) == (False, "not observed: direct_internet_access")
    earlier = Earlier()
    read_report(tmp_path / "before.json", earlier)
    report = nights.judge(_Holding(earlier), lab("a", UNSEEN), lab("b", UNSEEN))
    assert message(report).text.startswith(f"{_NOTHING}, 1 newly not seen because {_FIELD}, 1 not seen as before; ")


class _Holding:
    def __init__(self, earlier: Earlier) -> None:
        self._earlier = earlier

    def earlier(self) -> Earlier:
        return self._earlier


US = replace(HERE, region="us-east-1")
GAP = Gap(kind="aws.x", operation="x:List", scope=HERE, reason=Reason.DENIED, permission="x:List", detail="Denied 1")
OPEN_VERDICT = Unanswered(provider="aws", account=HERE.account, reason="not observed: policy", count=3, checks=(CHECK,))
LISTING = Listing(kind="aws.x", scope=HERE, complete=False)


@pytest.mark.parametrize(
    ("gaps", "unanswered", "listings", "said"),
    [
        ([GAP], [OPEN_VERDICT], [LISTING], AsBefore(gaps=1, unknown=3, whole=True)),
        ([], [], [], AsBefore(whole=True)),
        # What a provider says, and how often it said so of one list, is of that night.
        ([replace(GAP, detail="Denied 2", count=7)], [], [], AsBefore(gaps=1, whole=True)),
        # Another region or reason: as many of one reason are as before, and no more.
        ([replace(GAP, scope=US)], [], [], AsBefore(gaps=1, whole=True)),
        ([GAP, replace(GAP, scope=US)], [], [], AsBefore(gaps=1)),
        ([replace(GAP, reason=Reason.THROTTLED)], [], [], AsBefore()),
        ([replace(GAP, operation="x:Get", permission="x:Get")], [], [], AsBefore()),
        ([replace(GAP, scope=THERE)], [], [], AsBefore()),
        ([replace(GAP, scope=Scope("aws", "", ""))], [], [], AsBefore()),
        ([], [replace(OPEN_VERDICT, count=5)], [], AsBefore(unknown=3)),
        ([], [replace(OPEN_VERDICT, count=1)], [], AsBefore(unknown=1, whole=True)),
        ([], [replace(OPEN_VERDICT, reason="not observed: tags")], [], AsBefore()),
        ([GAP], [], [LISTING, replace(LISTING, kind="aws.y")], AsBefore(gaps=1)),
    ],
)
def test_as_before_is_of_an_account_for_the_same_reason_and_as_often(gaps, unanswered, listings, said) -> None:
    before = marks([GAP], [OPEN_VERDICT], [LISTING, replace(LISTING, complete=True, kind="aws.z")], {ACCOUNT})
    assert as_before(marks(gaps, unanswered, listings, {ACCOUNT}), before) == said


def test_what_is_of_no_account_is_noted_and_what_is_too_much_is_never_as_before() -> None:
    nowhere = marks([replace(GAP, scope=Scope("aws", "", ""))], [], [], {ACCOUNT})
    assert nowhere.keys() == {NOWHERE}
    assert as_before(nowhere, {NOWHERE: kept(nowhere, NOWHERE)}).whole
    many = marks([replace(GAP, operation=f"x:List{number}") for number in range(300)], [], [], {ACCOUNT})
    assert as_before(many, {ACCOUNT: kept(many, ACCOUNT)}) == AsBefore(gaps=200)
