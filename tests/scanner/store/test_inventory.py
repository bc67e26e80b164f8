"""Inventories save, load and refuse what does not fit; views refuse what was not declared."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from factories.aws import HERE, notebook
from msgspec import UNSET
from support import NOW, all_kinds, inventory_of

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.model.errors import InputError
from scanner.model.nouns import Gap, Listing, Reason
from scanner.model.sanitize import REDACTED
from scanner.store.inventory import Inventory, InventoryView

ROLE = "arn:aws:iam::111122223333:role/serving"


def test_what_is_saved_comes_back_with_its_three_states(tmp_path: Path) -> None:
    made = inventory_of(notebook("a", root_access="Enabled", kms_key_id=None), notebook("b"))
    made.gaps = (
        Gap(
            kind="k", operation="o:ListX", scope=HERE, reason=Reason.DENIED, permission="o:ListX", detail="no", count=2
        ),
    )
    made.save(tmp_path / "i.json")
    back = Inventory.load(tmp_path / "i.json", all_kinds())

    first, second = back.of(NotebookInstance)
    assert (first.root_access, first.kms_key_id, first.subnet_id) == ("Enabled", None, UNSET)
    assert second == notebook("b")
    assert (back.taken_at, back.scopes, back.gaps, back.listings) == (NOW, made.scopes, made.gaps, made.listings)


def test_what_accounts_are_called_comes_back_and_older_files_do_not_say_it(tmp_path: Path) -> None:
    made = inventory_of(notebook("a"))
    made.accounts = {("aws", HERE.account), ("aws", "444455556666")}
    made.names = {("aws", HERE.account): "Northwind Labs"}
    made.save(tmp_path / "i.json")
    text = (tmp_path / "i.json").read_text()
    (tmp_path / "older.json").write_text(text.replace(',"name":"Northwind Labs"', ""))
    back, older = (Inventory.load(tmp_path / name, all_kinds()) for name in ("i.json", "older.json"))

    assert text.count("Northwind Labs") == 1
    assert (back.accounts, back.names) == (made.accounts, made.names)
    assert (older.accounts, older.names) == (made.accounts, {})


def test_saving_twice_gives_the_same_bytes_whatever_the_order(tmp_path: Path) -> None:
    inventory_of(notebook("a"), notebook("b")).save(tmp_path / "1.json")
    inventory_of(notebook("b"), notebook("a")).save(tmp_path / "2.json")

    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "not an inventory"),
        ("{}", "not an inventory"),
        ('{"schema": 1}', "not an inventory"),
        ("[]", "not an inventory"),
    ],
)
def test_what_is_no_inventory_is_refused_by_name(content: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "i.json"
    path.write_text(content)

    with pytest.raises(InputError, match=says) as error:
        Inventory.load(path, all_kinds())
    assert str(path) in str(error.value)


def test_other_schemas_kinds_and_types_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "i.json"
    inventory_of(notebook("a", root_access="Enabled")).save(path)
    good = msgspec.json.decode(path.read_bytes())

    for change, says in (
        ({"schema": "mlposture/inventory/v9"}, "v9"),
        ({"schema": "mlposture/report/v1"}, "which --save-inventory writes"),
        ({"resources": {"aws.sagemaker.Teapot": [{}]}}, "Teapot"),
        ({"resources": {NotebookInstance.kind: [{"id": 1}]}}, "does not fit"),
    ):
        path.write_bytes(msgspec.json.encode({**good, **change}))
        with pytest.raises(InputError, match=says):
            Inventory.load(path, all_kinds())


def test_what_would_break_later_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "i.json"
    inventory_of(notebook("a")).save(path)
    good = msgspec.json.decode(path.read_bytes())
    [one] = good["resources"][NotebookInstance.kind]

    for change, says in (
        ({"scopes": []}, "covers no account"),
        ({"taken_at": "2026-11-22T12:00:00"}, "timezone"),
        ({"taken_at": "9999-12-31T23:59:59-14:00"}, "out of range"),
        ({"resources": {NotebookInstance.kind: [1]}}, "does not fit"),
        (
            {"resources": {NotebookInstance.kind: [{**one, "cached": {"any": "0001-01-01T00:00:00+14:00"}}]}},
            "out of range",
        ),
    ):
        path.write_bytes(msgspec.json.encode({**good, **change}))
        with pytest.raises(InputError, match=says):
            Inventory.load(path, all_kinds())
    for content in (b'{"schema": "\xff"}', b'{"x":' + b"[" * 200_000, path.read_bytes()[:200]):
        path.write_bytes(content)
        with pytest.raises(InputError, match="not an inventory"):
            Inventory.load(path, all_kinds())


def test_a_name_that_utf8_cannot_hold_is_saved_as_its_escape(tmp_path: Path) -> None:
    inventory_of(notebook("a\ud800b")).save(tmp_path / "i.json")

    assert Inventory.load(tmp_path / "i.json", all_kinds()).of(NotebookInstance)[0].name == "a\\ud800b"


def test_credentials_inside_settings_are_not_saved(tmp_path: Path) -> None:
    path = tmp_path / "i.json"
    inventory_of(notebook("a", kms_key_id="key of AKIAIOSFODNN7EXAMPLE", role_arn=ROLE)).save(path)
    [back] = Inventory.load(path, all_kinds()).of(NotebookInstance)

    assert "AKIAIOSFODNN7EXAMPLE" not in path.read_text()
    assert back.kms_key_id == f"key of {REDACTED}"
    assert back.role_arn == ROLE


def test_a_view_refuses_kinds_that_were_not_declared() -> None:
    view = InventoryView(inventory_of(notebook()), needs=())

    with pytest.raises(LookupError, match="needs"):
        view.get(NotebookInstance, "x")
    with pytest.raises(LookupError, match="needs"):
        view.all(NotebookInstance)


def test_absence_is_known_only_where_everything_was_seen() -> None:
    whole = InventoryView(inventory_of(notebook()), needs=(NotebookInstance,))
    partly = InventoryView(inventory_of(notebook(), incomplete=(NotebookInstance,)), needs=(NotebookInstance,))
    nothing = InventoryView(Inventory(NOW), needs=(NotebookInstance,))

    assert whole.get(NotebookInstance, "other") is None
    assert partly.get(NotebookInstance, "other") is UNSET
    assert nothing.get(NotebookInstance, "other") is UNSET
    assert [v.all(NotebookInstance).complete for v in (whole, partly, nothing)] == [True, False, False]


def test_a_failed_write_leaves_the_old_file_and_no_debris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "i.json"
    path.write_text("old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))

    with pytest.raises(OSError, match="No space"):
        inventory_of(notebook()).save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["i.json"]
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("reasons", "refused", "out_of_reach"),
    [
        ([Reason.DENIED, Reason.NOT_ENABLED], True, False),
        ([Reason.UNREACHABLE, Reason.TIMEOUT], False, True),
        ([Reason.DENIED, Reason.UNREACHABLE], False, False),
        ([Reason.STOPPED], False, False),
        ([Reason.ERROR, Reason.THROTTLED], False, False),
    ],
)
def test_nothing_was_seen_whatever_the_reasons_until_one_thing_was(
    reasons: list[Reason], refused: bool, out_of_reach: bool
) -> None:
    inventory = Inventory(NOW)
    kind = NotebookInstance.kind
    inventory.listings[kind, HERE] = Listing(kind=kind, scope=HERE, complete=False)
    inventory.gaps = tuple(
        Gap(kind=kind, operation="x", scope=HERE, reason=reason, permission="", detail="") for reason in reasons
    )
    assert (inventory.unseen(), inventory.refused(), inventory.out_of_reach()) == (True, refused, out_of_reach)

    inventory.add(notebook("seen"))  # of a list that was read in part
    assert not (inventory.unseen() or inventory.refused() or inventory.out_of_reach())


def test_where_nothing_was_to_be_seen_nothing_is_missing() -> None:
    assert not Inventory(NOW).unseen()
