"""The journal keeps what finished, forgets what did not, and gives resources back as they were put in."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest
from factories.aws import HERE, model, notebook
from support import all_cases, all_kinds

from checks.aws.sagemaker.resources import Model, NotebookInstance
from scanner.model.errors import InputError
from scanner.model.nouns import Gap, Listing, Reason, Scope
from scanner.model.origins import Seen
from scanner.model.sanitize import REDACTED
from scanner.store.journal import Facts, Journal

THERE = Scope("aws", HERE.account, "us-east-1")
OTHER = Scope("aws", "444455556666", HERE.region)
KIND = NotebookInstance.kind


def listing(observed: int, scope: Scope = HERE) -> Facts:
    return Facts(listings=(Listing(kind=KIND, scope=scope, complete=True, observed=observed),))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "x.journal")


def test_what_somebody_else_says_of_a_unit_is_redacted(journal: Journal, tmp_path: Path) -> None:
    said = Gap(
        kind=KIND, operation="sagemaker:ListNotebookInstances", scope=HERE, reason=Reason.DENIED, permission="",
        detail="AKIAIOSFODNN7EXAMPLE may not",
    )  # fmt: skip
    other = Journal(tmp_path / "other.journal", alone=True)
    other.finish(other.begin(KIND, HERE), [], Facts(listings=listing(0).listings, gaps=(said,)), whole=True)
    other.close()

    [gap] = journal.absorb(other.path, NotebookInstance, HERE).gaps
    assert gap.detail == f"{REDACTED} may not"


def test_what_was_killed_is_forgotten_and_what_finished_is_kept(journal: Journal) -> None:
    unit = journal.begin(KIND, HERE)
    journal.write(unit, [notebook("a")])
    journal.finish(unit, [notebook("b")], listing(2), whole=True)
    journal.write(journal.begin(KIND, THERE), [msgspec.structs.replace(notebook("c"), scope=THERE)])
    # Nothing is closed: this is what a process that was killed leaves.

    again = Journal(journal.path)
    again.forget_unfinished()

    assert again.finished() == {(KIND, HERE): listing(2)}
    assert [r.name for r in again.all(NotebookInstance)] == ["a", "b"]


def test_a_unit_that_was_stopped_is_seen_now_and_done_again_later(journal: Journal) -> None:
    unit = journal.begin(KIND, HERE)
    journal.finish(unit, [notebook("a")], listing(1), whole=False)
    assert [r.name for r in journal.all(NotebookInstance)] == ["a"]

    assert journal.finished() == {}
    journal.forget_unfinished()
    assert journal.count() == 0


def test_a_unit_that_ends_after_its_scan_does_not_count(journal: Journal) -> None:
    unit = journal.begin(KIND, HERE)
    journal.write(unit, [notebook("a")])
    journal.seal()
    with pytest.raises(RuntimeError, match="the scan is over"):
        journal.finish(unit, [notebook("b")], listing(2), whole=True)

    assert [r.name for r in journal.all(NotebookInstance)] == ["a"]
    assert journal.finished() == {}


def test_a_journal_of_nothing_is_kept_where_a_scan_goes_on_from_it(tmp_path: Path) -> None:
    for kept in (True, False):
        path = tmp_path / f"{kept}.journal"
        journal = Journal(path)
        journal.kept = kept
        journal.close()
        assert path.exists() is kept


def test_beginning_a_unit_anew_duplicates_nothing(journal: Journal) -> None:
    journal.write(journal.begin(KIND, HERE), [notebook("a"), notebook("b")])
    journal.finish(journal.begin(KIND, HERE), [notebook("a")], listing(1), whole=True)

    assert [r.name for r in journal.all(NotebookInstance)] == ["a"]
    assert len(journal.all(NotebookInstance)) == journal.count() == 1


@pytest.mark.parametrize("order", [(HERE, THERE), (THERE, HERE)])
def test_of_two_units_the_one_that_sorts_last_counts(journal: Journal, order: tuple[Scope, Scope]) -> None:
    for scope in order:
        seen = notebook("a", root_access="Enabled" if scope == THERE else "Disabled")
        journal.finish(journal.begin(KIND, scope), [seen], listing(1, scope), whole=True)

    assert max(order) == THERE
    found = journal.get(NotebookInstance, notebook("a").id)
    assert found is not None
    assert found.root_access == "Enabled"
    assert [r.root_access for r in journal.all(NotebookInstance)] == ["Enabled"]
    assert journal.count() == 1


def test_many_come_back_sorted_in_pieces_and_by_account(journal: Journal) -> None:
    names = [f"n{number:04}" for number in range(1500)]
    journal.put(notebook(name) for name in reversed(names))
    theirs = msgspec.structs.replace(notebook("theirs"), scope=OTHER)
    journal.put([theirs, model("m")])

    assert [r.name for r in journal.all(NotebookInstance, HERE.account)] == names
    assert [r.name for r in journal.all(NotebookInstance, OTHER.account)] == ["theirs"]
    assert journal.kinds() == (Model.kind, KIND)
    assert len(journal.all(NotebookInstance)) == 1501
    assert not journal.all(NotebookInstance, "777788889999")


def test_every_resource_of_every_case_comes_back_as_it_was() -> None:
    for cases in all_cases().values():
        for case in cases:
            for resource in (case.resource, *case.others):
                journal = Journal()
                journal.put([resource])
                assert journal.get(all_kinds()[type(resource).kind], resource.id) == resource


def test_credentials_are_not_written(journal: Journal) -> None:
    journal.put([notebook("a", subnet_id="AKIAIOSFODNN7EXAMPLE")])

    (document,) = journal.documents(KIND)
    assert b"AKIA" not in document
    assert REDACTED.encode() in document


def test_names_that_utf_8_cannot_hold_are_kept_apart(journal: Journal) -> None:
    journal.put([notebook("a\ud800"), notebook("a\ud801")])
    assert journal.count() == 2


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    path.write_text("nothing of the kind, but long enough to look at" * 50)
    with pytest.raises(InputError, match="not a journal"):
        Journal(path)

    good = Journal(tmp_path / "y.journal")
    good.set_meta("schema", "mlposture/journal/v9")
    with pytest.raises(InputError, match="v9"):
        Journal(tmp_path / "y.journal")


def test_a_journal_that_nothing_came_into_is_removed(journal: Journal) -> None:
    journal.set_meta("scan", "{}")
    journal.close()
    assert journal.path is not None
    assert not list(journal.path.parent.iterdir())


def test_one_that_something_came_into_stays_and_is_private(tmp_path: Path) -> None:
    from scanner.store.journals import new_journal

    with new_journal(str(tmp_path / "x.journal")) as journal:
        journal.finish(journal.begin(KIND, HERE), [], listing(0), whole=True)

    (left,) = tmp_path.iterdir()
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    with pytest.raises(InputError, match="--resume --journal"), new_journal(str(left)):
        pass


READ = {"sagemaker:DescribeNotebookInstance": Seen("2026-11-22T12:00:00+00:00", "0" * 64)}


def origins(journal: Journal) -> list[object]:
    return [msgspec.json.decode(body).get("read") for body in journal.documents_with_origins(KIND)]


def test_what_a_resource_was_read_from_stays_beside_it(journal: Journal, tmp_path: Path) -> None:
    found = msgspec.structs.replace(notebook("a"), read=READ)
    other = Journal(tmp_path / "other.journal", alone=True)
    other.finish(other.begin(KIND, HERE), [found], listing(1), whole=True)
    other.close()
    journal.absorb(other.path, NotebookInstance, HERE)
    expected = [msgspec.to_builtins(READ)]

    assert origins(journal) == expected
    assert origins(Journal(journal.path)) == expected, "a resumed scan has it still"
    assert [r.read for r in journal.all(NotebookInstance)] == [msgspec.UNSET], "who judges decodes none of it"
    assert b'"read"' not in b"".join(journal.documents(KIND))
    journal.export(tmp_path / "found", KIND, HERE.account)
    assert origins(Journal(tmp_path / "found", alone=True)) == [None], "who follows references has no use for it"


@pytest.mark.parametrize(
    "read",
    [
        b'{"sagemaker:DescribeNotebookInstance": 1}',
        b'{"not an operation": {"at": "2026-11-22T12:00:00+00:00", "sha256": "' + b"0" * 64 + b'"}}',
        b'{"o": {"at": "never", "sha256": "' + b"0" * 64 + b'"}}',
        b'{"o": {"at": "2026-11-22T12:00:00+00:00", "sha256": "no"}}',
        b'{"o": {"at": "2026-11-22T12:00:00+00:00", "sha256": "' + b"0" * 64 + b'", "reply": {"a": 1}}}',
    ],
)
def test_what_somebody_else_says_was_read_has_to_be_possible(journal: Journal, tmp_path: Path, read: bytes) -> None:
    other = Journal(tmp_path / "other.journal", alone=True)
    other.finish(other.begin(KIND, HERE), [notebook("a")], listing(1), whole=True)
    other._db.execute("UPDATE resources SET read = ?", (read,))
    other.close()
    with pytest.raises(InputError, match="it holds no unit of work"):
        journal.absorb(other.path, NotebookInstance, HERE)
