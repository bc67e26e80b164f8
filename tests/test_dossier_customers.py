"""Dossiers for customers, by the real command: names stay out, and what stands for them can be opened."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from commandline import mlposture
from dossiers import (
    CLOUD,
    MANIFEST,
    SOC2,
    SYSTEMS,
    all_judged,
    build,
    compiled,
    endpoints,
    files,
    inventory,
    parts,
    read,
)
from scanning import document, running, take_inventory
from support import ROOT

from scanner.cli import evidence_writing
from scanner.store import sealed_folder
from scanner.store.inventory import Inventory


def names_of(system: str) -> set[str]:
    """Ids, names, accounts with theirs, and principals of the cloud of a system, and the people of the manifest."""
    found = Inventory.load(Path(inventory(CLOUD[system])), parts()[1])
    texts = {principal.name for principal in found.principals} | set(found.names.values())
    texts |= {account for _, account in found.accounts}
    for kind in found.store.kinds():
        for content in found.store.documents(kind):
            one = json.loads(content)
            texts |= {one["id"], one["name"], one["scope"]["account"]}
    for one in all_judged().owners.manifest.systems:
        act = one.classification.eu_ai_act
        people = (one.owner.team, one.owner.contact, one.owner.regulatory_contact, act.decided_by)
        texts |= {*people, *(each.approved_by for each in (*one.documents, *one.excluded_controls))}
        texts |= {each.set_by for each in one.expectations.thresholds}
    return {text for text in texts if text}


#: Names that are words, too: a stage, what two services do, and how objectives speak of law.
WORDS = {"pilot", "scoring", "sentiment", "legal"}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_customer_learns_no_id_no_account_and_no_name(system: str, tmp_path: Path) -> None:
    build(tmp_path / "d", system, "--audience", "customer")
    written = b"".join(files(tmp_path / "d").values()).decode()
    names = {name for name in names_of(system) - WORDS if not name.startswith("roles/")}  # Google's own for everybody
    assert len(names) > 80
    names |= set(SYSTEMS) - {system}
    assert [name for name in sorted(names) if name in written] == []
    assert not {"inventory.json", "trust.json"} & files(tmp_path / "d").keys()
    assert mlposture("evidence", "verify", str(tmp_path / "d")).returncode == 0
    assert stat.S_IMODE((tmp_path / "d-secrets.json").stat().st_mode) == 0o600


def test_a_name_of_several_words_and_signs_is_kept_from_a_customer(tmp_path: Path) -> None:
    name = "Zebra (Quagga), team Okapi; a=b | <i>"
    changed = document("gcp")
    for endpoint in endpoints(changed):
        endpoint["displayName"] = name
        for deployed in endpoint.get("deployedModels", ()):
            deployed["displayName"] = name
    saved = tmp_path / "i.json"
    with running("gcp", changed):
        take_inventory("gcp").save(saved)
    for audience in ("auditor", "customer"):
        build(tmp_path / audience, "fraud-scoring", *SOC2, "--audience", audience, inventories=(str(saved),))
    plain, theirs = (b"".join(files(tmp_path / one).values()) for one in ("auditor", "customer"))
    assert name.encode() in plain
    assert not [word for word in (b"Zebra", b"Quagga", b"Okapi") if word in theirs]


def test_a_customer_does_not_learn_who_answered_what(tmp_path: Path) -> None:
    answers = (ROOT / "examples" / "triage-fraud-scoring.yaml").read_text()
    path = tmp_path / "answers.yaml"
    path.write_text(answers.replace("answered_by: legal", "answered_by: Ada B. Example"))
    build(tmp_path / "plain", "fraud-scoring", "--answers", str(path))
    build(tmp_path / "d", "fraud-scoring", "--answers", str(path), "--audience", "customer")
    plain, theirs = (b"".join(files(tmp_path / name).values()) for name in ("plain", "d"))
    assert b"Ada B. Example" in plain
    assert b"Ada" not in theirs


def test_a_commitment_stands_for_one_value_and_is_opened_by_it_alone(tmp_path: Path) -> None:
    target, secrets = tmp_path / "d", tmp_path / "d-secrets.json"
    build(target, "fraud-scoring", *SOC2, "--audience", "customer")
    plain = compiled("fraud-scoring")
    told, openings = read(target), json.loads(secrets.read_text())["openings"]

    by_claim = {one.claim: one for one in plain.observations}
    assert len(told["observations"]) == len(by_claim)
    for theirs in told["observations"]:
        ours = by_claim.pop(openings[theirs["claim"]]["value"])
        assert openings[theirs["resource"]]["value"] == ours.resource
        assert (theirs["bears"], theirs["check"]) == (ours.bears, ours.check)
        assert all(character.isprintable() for character in theirs["message"])
    assert len({opening["value"] for opening in openings.values()}) == len(openings)
    claim = told["observations"][0]["claim"]
    opened = mlposture("evidence", "verify", str(target), "--secrets", str(secrets), "--claim", claim)
    assert opened.returncode == 0
    assert f"{claim}: stands for {openings[claim]['value']}" in opened.stdout

    one = {"schema": "mlposture/dossier-secrets/v1", "openings": {claim: openings[claim]}}
    (tmp_path / "one.json").write_text(json.dumps(one))
    alone = mlposture("evidence", "verify", str(target), "--secrets", str(tmp_path / "one.json"), "--claim", claim)
    one["openings"][claim]["value"] = "another"
    (tmp_path / "lie.json").write_text(json.dumps(one))
    lie = mlposture("evidence", "verify", str(target), "--secrets", str(tmp_path / "lie.json"), "--claim", claim)
    unknown = mlposture("evidence", "verify", str(target), "--secrets", str(secrets), "--claim", "id-0000000000000000")
    assert (alone.returncode, lie.returncode, unknown.returncode) == (0, 1, 2)
    assert "does not stand for what" in lie.stdout
    assert "nothing opens it" in unknown.stderr


def test_what_opens_a_dossier_that_was_given_away_is_not_lost(tmp_path: Path) -> None:
    build(tmp_path / "d", "fraud-scoring", *SOC2, "--audience", "customer")
    before = files(tmp_path)
    done = mlposture(
        "evidence", "fraud-scoring", "--systems", str(MANIFEST), "--inventory", inventory("gcp"),
        "--audience", "customer", "-o", str(tmp_path / "d"),
    )  # fmt: skip
    assert done.returncode == 2
    assert "may open a dossier that you gave away" in done.stderr
    assert files(tmp_path) == before


def test_two_dossiers_have_no_commitment_in_common(tmp_path: Path) -> None:
    for name in ("a", "b"):
        build(tmp_path / name, "fraud-scoring", *SOC2, "--audience", "customer")
    first, second = (set(read(tmp_path / name, "commitments.json")["commitments"]) for name in ("a", "b"))
    assert len(first) == len(second) > 100
    assert not first & second


def test_claims_of_a_customers_dossier_are_not_replayed(tmp_path: Path) -> None:
    build(tmp_path / "d", "fraud-scoring", *SOC2, "--audience", "customer")
    claim = read(tmp_path / "d")["observations"][0]["claim"]
    done = mlposture("evidence", "verify", str(tmp_path / "d"), "--claim", claim)
    assert done.returncode == 2
    assert "replay them from the auditor's dossier, or open a commitment with --secrets" in done.stderr


@pytest.mark.parametrize("put", [False, True])
def test_a_signal_takes_away_what_opens_a_dossier_only_if_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put: bool
) -> None:
    rmtree = shutil.rmtree

    def stopped(path: Path, **how: Any) -> None:
        rmtree(path, **how)
        raise KeyboardInterrupt

    where = (evidence_writing, "write_folder") if not put else (sealed_folder.shutil, "rmtree")
    monkeypatch.setattr(*where, stopped if put else mock.Mock(side_effect=KeyboardInterrupt))
    done = mlposture(
        "evidence", "fraud-scoring", "--systems", str(MANIFEST), "--inventory", inventory("gcp"), *SOC2,
        "--audience", "customer", "-o", str(tmp_path / "d"),
    )  # fmt: skip
    monkeypatch.undo()
    assert done.returncode == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == (["d", "d-secrets.json"] if put else [])
    if put:
        openings = tmp_path / "d-secrets.json"
        name = next(iter(json.loads(openings.read_text())["openings"]))
        opened = mlposture("evidence", "verify", str(tmp_path / "d"), "--secrets", str(openings), "--claim", name)
        assert opened.returncode == 0
