"""A scan in parts, judged together, says what the scan of all at once says; and saved files are read piece by piece."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from commandline import mlposture, said
from factories.aws import HERE, bucket, model, notebook
from scanning import document, running
from support import NOW, all_kinds, inventory_of, registered
from test_cli import settled

from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import Endpoint, Model, NotebookInstance
from scanner.cli.config import parse_shard
from scanner.evaluate.unasked import note_unasked
from scanner.model.errors import InputError
from scanner.model.nouns import Resource, Scope
from scanner.store.inventory import Inventory, InventoryView
from scanner.store.journal import Facts, Journal
from scanner.store.merge import load_all
from scanner.store.saved import Shard

AWS = ("444455556666", "555566667777", "666677778888")
FULL, SPARE, UNSEEN = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3))
THERE = Scope("aws", AWS[0], "us-east-1")


def aws() -> dict[str, Any]:
    made = document("aws")
    made["organization"] = [{"id": id, "name": id, "status": "ACTIVE"} for id in (made["account"], *AWS)]
    made["assumable"] = {f"arn:aws:iam::{id}:role/mlposture-reader": id for id in AWS[:-1]}
    return made


def gcp() -> dict[str, Any]:
    """The demo project twice, under another name and number the second time."""
    made = document("gcp")
    for api in ("aiplatform.googleapis.com/v1", "notebooks.googleapis.com/v2"):
        for collection in made["collections"][api].values():
            text = json.dumps([entry for entry in collection if str(entry.get("name", "")).startswith("projects/")])
            text = text.replace("123456789012", "210987654321").replace("example-fraud-prod", "example-fraud-lab")
            collection.extend(json.loads(text))
    return made


def azure() -> dict[str, Any]:
    made = document("azure")
    made["more_subscriptions"] = [
        {"subscriptionId": SPARE, "displayName": "Spare"},
        {"subscriptionId": UNSEEN, "displayName": "Closed", "reader": False},
    ]
    return made


ORGANISATIONS: dict[str, tuple[Callable[[], dict[str, Any]], tuple[str, ...]]] = {
    "aws": (aws, ("aws", "--organization")),
    "gcp": (gcp, ("gcp", "--organization", "500000000001")),
    "azure": (azure, ("azure",)),
}


@pytest.mark.parametrize("provider", ORGANISATIONS)
def test_the_parts_of_a_scan_merge_to_the_report_of_the_whole(provider: str, tmp_path: Path) -> None:
    made, asked = ORGANISATIONS[provider]
    common = ("scan", *asked, "--verdicts", "all", "--fail-on", "never", "--no-cache")
    with running(provider, made()):
        whole = mlposture(*common, "-o", "whole.json", cwd=tmp_path)
        assert (whole.returncode, said(whole.stderr)) == (0, "")
        for number in range(1, 5):
            part = mlposture(
                *common, "--shard", f"{number}/4", "--save-inventory", f"{number}.inventory.json",
                "-o", f"{number}.json", "-o", f"{number}.sarif", cwd=tmp_path,
            )  # fmt: skip
            assert (part.returncode, said(part.stderr)) == (0, "")
    parts = [f"{number}.inventory.json" for number in (3, 1, 4, 2)]
    options = ("--verdicts", "all", "--fail-on", "never")
    merged = mlposture(
        "merge", *parts, *options, "-o", "merged.json", "--save-inventory", "all.inventory.json", cwd=tmp_path
    )
    again = mlposture("evaluate", "all.inventory.json", *options, "-o", "again.json", cwd=tmp_path)

    assert (merged.returncode, merged.stderr) == (again.returncode, again.stderr) == (0, "")
    names = ("whole", "merged", "again")
    reports = [settled(json.loads((tmp_path / f"{name}.json").read_text())) for name in names]
    for report in reports:
        report["scan"].pop("arguments")
    assert reports[0] == reports[1] == reports[2]
    assert len({finding["resource"]["account"] for finding in reports[0]["findings"]}) >= (
        2 if provider == "gcp" else 1
    )
    scopes = [json.loads((tmp_path / f"{number}.json").read_text())["scan"]["scopes"] for number in range(1, 5)]
    assert sum(bool(some) for some in scopes) > 1
    taken = [json.loads((tmp_path / part).read_text())["taken_at"] for part in parts]
    assert json.loads((tmp_path / "all.inventory.json").read_text())["taken_at"] == min(taken)


def test_a_part_that_no_account_falls_to_is_a_valid_report_of_nothing(tmp_path: Path) -> None:
    with running("aws") as world:
        empty = next(n for n in range(1, 9) if not Shard(n, 8, ("aws",)).holds(str(world.document["account"])))
        done = mlposture(
            "scan", "aws", "--shard", f"{empty}/8", "-o", "x.json", "-o", "x.sarif", "--save-inventory", "i.json",
            "--fail-on-incomplete", cwd=tmp_path,
        )  # fmt: skip
        assert not any(request.operation.startswith("sagemaker:") for request in world.log)
    judged = mlposture("evaluate", "i.json", "-o", "y.json", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (judged.returncode, judged.stderr) == (0, "")
    first, second = (settled(json.loads((tmp_path / f"{name}.json").read_text())) for name in "xy")
    assert (first["scan"]["scopes"], first["findings"], first["gaps"]) == ([], [], [])
    assert first["scan"].pop("arguments")
    second["scan"].pop("arguments")
    assert first == second
    assert json.loads((tmp_path / "x.sarif").read_text())["runs"] == []


def test_a_configuration_file_can_name_the_part(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('shard = "9/2"\n[aws]\n')
    done = mlposture("scan", "--config", "x.toml", cwd=tmp_path)

    assert done.returncode == 2
    assert "--shard 9/2: give a part and how many there are" in done.stderr


@pytest.mark.parametrize("text", ["", "1", "0/3", "4/3", "1/0", "a/b", "-1/3", "1/3/5", "1/999999999", "²/3"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--shard"):
        parse_shard(text, ("aws",))


def test_every_account_falls_to_one_part() -> None:
    accounts = [f"{n:012d}" for n in range(2000)]
    parts = [[a for a in accounts if parse_shard(f"{n}/7", ("aws",)).holds(a)] for n in range(1, 8)]

    assert sorted(a for part in parts for a in part) == accounts
    assert min(map(len, parts)) > 200


# -- merging -----------------------------------------------------------------------------------------------------------


def at(resource: Any, scope: Scope) -> Any:
    return msgspec.structs.replace(resource, scope=scope)


def test_a_part_given_twice_counts_once_and_two_views_of_one_place_are_refused(tmp_path: Path) -> None:
    first, copy, other = (tmp_path / name for name in ("1.json", "2.json", "3.json"))
    inventory_of(notebook("a")).save(first)
    copy.write_bytes(first.read_bytes())
    inventory_of(notebook("b")).save(other)

    assert [r.name for r in load_all([first, copy, first], all_kinds()).of(NotebookInstance)] == ["a"]
    with pytest.raises(InputError, match="given twice") as error:
        load_all([first, other], all_kinds())
    assert str(first) in str(error.value)
    assert str(other) in str(error.value)
    with pytest.raises(InputError, match=r"none\.json: No such file"):
        load_all([first, tmp_path / "none.json"], all_kinds())


def test_the_merged_was_taken_when_the_oldest_was_and_holds_all(tmp_path: Path) -> None:
    older, newer = inventory_of(notebook("a")), inventory_of(at(notebook("b"), THERE))
    older.taken_at = NOW - timedelta(days=3)
    newer.save(tmp_path / "1.json")
    older.save(tmp_path / "2.json")
    merged = load_all([tmp_path / "1.json", tmp_path / "2.json"], all_kinds())

    assert merged.taken_at == older.taken_at
    assert merged.scopes == (HERE, THERE)
    assert merged.listings == older.listings | newer.listings
    assert merged.count() == 2


@pytest.mark.parametrize(("hours", "code"), [(2, 0), (72, 2)])
def test_what_was_seen_on_several_days_is_no_scan_of_one_day_in_a_history(
    hours: int, code: int, tmp_path: Path
) -> None:
    older, newer = inventory_of(notebook("a")), inventory_of(at(notebook("b"), THERE))
    older.taken_at = NOW - timedelta(hours=hours)
    older.save(tmp_path / "1.json")
    newer.save(tmp_path / "2.json")
    done = mlposture(
        "merge", "1.json", "2.json", "--fail-on", "never", "--store", "sqlite:///h.db", cwd=tmp_path
    )  # fmt: skip

    assert done.returncode == code, done.stderr
    assert ("a history knows one time of a scan" in done.stderr) == (code == 2)
    assert (tmp_path / "h.db").exists() == (code == 0)


def test_of_two_names_of_an_account_the_newer_counts_in_any_order(tmp_path: Path) -> None:
    for name, day in (("old", 1), ("new", 2)):
        part = inventory_of(at(notebook(name), Scope("aws", "1", name)))
        part.taken_at += timedelta(days=day)
        part.names = {("aws", "1"): f"{name} name", ("aws", name): name}
        part.accounts = set(part.names)
        part.save(tmp_path / name)

    for order in (("old", "new"), ("new", "old")):
        merged = load_all([tmp_path / name for name in order], all_kinds())
        assert merged.names == {("aws", "1"): "new name", ("aws", "old"): "old", ("aws", "new"): "new"}


def test_of_a_resource_that_two_accounts_saw_the_same_view_counts_as_in_one_scan(tmp_path: Path) -> None:
    ours, theirs = bucket("b", versioning="Enabled"), at(bucket("b", versioning="Suspended"), THERE)
    journal = Journal()
    for seen in (theirs, ours):
        unit = journal.begin(Bucket.kind, Scope("aws", seen.scope.account))
        journal.finish(unit, [seen], Facts(), whole=True)
    scanned = list(journal.all(Bucket))
    for name, seen in (("1", ours), ("2", theirs)):
        inventory_of(seen).save(tmp_path / name)

    assert [r.versioning for r in scanned] == ["Suspended"]
    for order in ("12", "21"):
        assert load_all([tmp_path / name for name in order], all_kinds()).of(Bucket) == tuple(scanned)


def test_nothing_follows_from_absence_where_a_kind_was_not_asked_for(tmp_path: Path) -> None:
    checks, collectors = registered()
    check = next(c for c in checks.values() if Model in (c.kind, *c.needs) and Bucket in (c.kind, *c.needs))
    asked, unasked = inventory_of(model("a")), inventory_of(at(model("b"), THERE))
    unasked.listings = {key: listing for key, listing in unasked.listings.items() if key[0] != Bucket.kind}
    for name, inventory in (("1", asked), ("2", unasked)):
        inventory.save(tmp_path / name)
    merged = load_all([tmp_path / "1", tmp_path / "2"], all_kinds())
    assert InventoryView(merged, (Bucket,)).get(Bucket, "arn:aws:s3:::elsewhere") is None
    note_unasked(merged, (check,), collectors)

    assert InventoryView(merged, (Bucket,)).get(Bucket, "arn:aws:s3:::elsewhere") is msgspec.UNSET
    assert {(gap.kind, gap.scope.account) for gap in merged.gaps} == {(Bucket.kind, THERE.account)}


@pytest.mark.parametrize(("kind", "complete"), [(Model, False), (Endpoint, True)])
def test_what_one_part_of_an_account_alone_followed_is_incomplete(
    kind: type[Resource], complete: bool, tmp_path: Path
) -> None:
    elsewhere = Scope(HERE.provider, HERE.account, "us-east-1")
    for name, seen, listed in (("1", model("a"), (Model, Bucket)), ("2", at(model("b"), elsewhere), (kind,))):
        part = inventory_of(seen)
        part.listings = {key: one for key, one in part.listings.items() if key[0] in {each.kind for each in listed}}
        part.save(tmp_path / name)
    merged = load_all([tmp_path / "1", tmp_path / "2"], all_kinds(), collectors=registered()[1])

    assert merged.listings[Bucket.kind, HERE].complete is complete
    assert [gap.kind for gap in merged.gaps] == ([] if complete else [Bucket.kind])


def test_missing_parts_are_named(tmp_path: Path) -> None:
    with running("aws"):
        for number in (1, 3):
            mlposture("scan", "aws", "--shard", f"{number}/3", "--save-inventory", f"{number}.json", cwd=tmp_path)
    done = mlposture("merge", "1.json", "3.json", "--fail-on", "never", cwd=tmp_path)

    assert done.returncode == 0
    assert "of 3 parts, these are missing: 2" in done.stderr


# -- reading piece by piece --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 0, 1, 4])
def test_any_layout_of_an_inventory_is_read(indent: int | None, tmp_path: Path) -> None:
    made = inventory_of(*(notebook(f'"{{[\\ {n}' + "é" * n) for n in range(40)), at(notebook("there"), THERE))
    made.save(tmp_path / "1")
    read = json.loads((tmp_path / "1").read_text())
    (tmp_path / "2").write_text(json.dumps(dict(reversed(read.items())), indent=indent, ensure_ascii=not indent))
    back = Inventory.load(tmp_path / "2", all_kinds())

    assert back.of(NotebookInstance) == made.of(NotebookInstance)
    assert (back.scopes, back.gaps, back.listings, back.taken_at) == (made.scopes, made.gaps, made.listings, NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "x",
        lambda text: text.replace('"gaps":', '"gaps"'),
        lambda text: text.replace('"gaps": [', '"gaps": [,'),
        lambda text: text.replace('"resources": {', '"resources": ['),
        lambda text: text.replace('"resources": {', '"resources": {"x": ,'),
        lambda text: text.replace('"schema":', '"scopes": [], "schema":'),
        lambda text: text[: text.index('"resources"')].rstrip().rstrip(",") + "}",
    ],
)
def test_what_is_broken_is_refused(change: Callable[[str], str], tmp_path: Path) -> None:
    inventory_of(notebook("a")).save(tmp_path / "i.json")
    (tmp_path / "i.json").write_text(change((tmp_path / "i.json").read_text()))

    with pytest.raises(InputError, match=r"i\.json: not an inventory"):
        Inventory.load(tmp_path / "i.json", all_kinds())


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    made = inventory_of(notebook("a"))
    made.listings = dict(list(made.listings.items())[:2])
    made.save(tmp_path / "i.json")
    whole = (tmp_path / "i.json").read_bytes().rstrip()
    for length in range(len(whole)):
        (tmp_path / "i.json").write_bytes(whole[:length])
        with pytest.raises(InputError):
            Inventory.load(tmp_path / "i.json", all_kinds())


MEASURE = """
import resource, sys
from pathlib import Path
from scanner.store.inventory import Inventory
from scanner.model.registry import kinds, load
known = kinds(load()[1].values())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
loaded = Inventory.load(Path(sys.argv[1]), known)
print(loaded.count(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("lines", [True, False])
def test_a_large_file_takes_little_memory(lines: bool, tmp_path: Path) -> None:
    path = tmp_path / "i.json"
    inventory_of(notebook("a", role_arn="x" * 900)).save(path)
    head, tail = path.read_bytes().split(b'   {"id"')
    one, end = tail.split(b"\n", 1)
    with path.open("wb") as file:
        file.write(head)
        for n in range(12_000):
            file.write(
                b"," * (n > 0) + b"\n" * lines + b'   {"id"' + one.replace(b":notebook-instance/a", b":n/%d" % n)
            )
        file.write(b"\n" + end)
    size = path.stat().st_size
    done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    count, kilobytes = map(int, done.stdout.split())

    assert count == 12_000
    assert kilobytes * 1024 < size / 2, f"{kilobytes} kB for a file of {size // 1024} kB"
