"""Dossiers, by the real command: what is in them can be followed back, a change is found, and names stay out."""

from __future__ import annotations

import json
import random
import shutil
import stat
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema
import msgspec
import pytest
from commandline import mlposture
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from dossiers import (
    CLOUD,
    MANIFEST,
    SYSTEMS,
    all_judged,
    build,
    compiled,
    files,
    inventory,
    parts,
    read,
    saved_after,
)
from scanning import document, running, take_inventory
from support import ROOT
from worlds.base import Fault

from scanner.evidence.dossier import Observation
from scanner.evidence.replay import AS_KEPT, NOT_KEPT, replay
from scanner.store.inventory import Inventory
from scanner.store.sealed_folder import FolderManifest, write_folder

#: Claims that are looked up for each system.
_SAMPLE = 10
#: One framework makes a smaller dossier.
SOC2 = ("--framework", "soc2")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dossier of the fraud service; no test changes it."""
    target = tmp_path_factory.mktemp("made") / "fraud"
    build(target, "fraud-scoring", *SOC2)
    return target


def observations(target: Path) -> tuple[Observation, ...]:
    return msgspec.convert(read(target)["observations"], tuple[Observation, ...])


# -- claims ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_claim_comes_out_the_same_from_the_part_of_the_inventory_in_the_dossier(
    system: str, tmp_path: Path
) -> None:
    build(tmp_path / "d", system)
    checks, kinds = parts()
    part = Inventory.load(tmp_path / "d" / "inventory.json", kinds)
    told = observations(tmp_path / "d")

    assert len(told) > 100
    assert part.count() < sum(all_judged().inventory.store.sizes(kind)[1] for kind in kinds)
    for one in told:
        found = replay(one, part, checks, kinds, ())
        assert found.problems == ()
        assert found.resources[0].id == one.resource
        assert all(origin.kept for each in found.resources for origin in each.origins)
        assert not [field for each in found.resources for field in each.fields if field.compared == NOT_KEPT]


@pytest.mark.parametrize("system", SYSTEMS)
def test_any_ten_claims_lead_to_the_value_in_the_inventory_and_the_digest_of_its_reply(
    system: str, tmp_path: Path
) -> None:
    build(tmp_path / "d", system)
    seen = [one for one in observations(tmp_path / "d") if one.bears in ("for", "against") and not one.path]
    chosen = random.Random(f"{system} 2026").sample(seen, _SAMPLE)
    done = mlposture("evidence", "verify", str(tmp_path / "d"), *(f"--claim={one.claim}" for one in chosen))

    assert done.returncode == 0, done.stdout
    saved = {
        (kind, one["id"]): one
        for kind, some in read(tmp_path / "d", "inventory.json")["resources"].items()
        for one in some
    }
    compared = 0
    for one, text in zip(chosen, done.stdout.split("\nclaim ")[1:], strict=True):
        resource = saved[one.kind, one.resource]
        assert "judged anew from the saved inventory: the same" in text
        for operation, item in resource["read"].items():
            assert f"{operation}, read {item['at']}, SHA-256 {item['sha256']}: kept" in text
        for name in one.evidence.keys() & resource.keys():
            shown = json.dumps(resource[name], separators=(",", ":"), ensure_ascii=False)[:100]
            assert f"{name} = {shown}" in text
            compared += 1
    assert compared >= _SAMPLE
    assert AS_KEPT in done.stdout


def test_a_claim_that_rests_on_trust_is_replayed_by_the_entries_in_the_dossier(tmp_path: Path) -> None:
    trust = tmp_path / "trust.toml"
    key = "AKIAIOSFODNN7EXAMPLE"
    trust.write_text(f'[[trust.buckets]]\nvalue = "gs://contoso-example-weights"\nreason = "weights, {key}"\n')
    build(tmp_path / "d", "fraud-scoring", *SOC2, "--trust", str(trust))
    trusted = [one for one in observations(tmp_path / "d") if one.trusted]
    done = mlposture("evidence", "verify", str(tmp_path / "d"), *(f"--claim={one.claim}" for one in trusted))
    assert trusted
    assert (done.returncode, done.stdout.count("the same (unknown, message")) == (0, len(trusted)), done.stdout
    assert key.encode() not in b"".join(files(tmp_path / "d").values())


def test_a_claim_is_replayed_from_the_whole_inventories_that_the_cover_names(made: Path) -> None:
    [first, *_] = [one for one in observations(made) if one.path]
    claim = f"--claim={first.claim[:10]}"
    whole = mlposture("evidence", "verify", str(made), claim, "--inventory", inventory("gcp"))
    other = mlposture("evidence", "verify", str(made), claim, "--inventory", inventory("aws"))

    assert (whole.returncode, whole.stderr) == (0, "")
    assert "went through" in whole.stdout
    assert other.returncode == 2
    assert "the dossier rests on inventories with the SHA-256" in other.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--claim", "xyz"), "no claim of this dossier begins with that"),
        (("--claim", ""), "no claim of this dossier begins with that"),
        (("--inventory", "x.json"), "say with --claim which"),
        (("--secrets", "x.json"), "say with --claim which commitment"),
        (("--secrets", "x.json", "--claim", "x"), "holds no commitments"),
    ],
)
def test_a_claim_that_is_not_there_is_told(made: Path, arguments: tuple[str, ...], problem: str) -> None:
    done = mlposture("evidence", "verify", str(made), *arguments)
    assert done.returncode == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_kept_replies_digests_are_there_and_nothing_is_compared_with_them(tmp_path: Path) -> None:
    said = build(tmp_path / "d", "fraud-scoring", inventories=(inventory("gcp", keeping=False),))
    one = next(one for one in observations(tmp_path / "d") if one.bears == "against" and not one.path)
    done = mlposture("evidence", "verify", str(tmp_path / "d"), "--claim", one.claim)

    assert "saved without --keep-replies" in said
    assert done.returncode == 0
    assert "not kept (--keep-replies keeps it)" in done.stdout
    assert NOT_KEPT in done.stdout
    assert AS_KEPT not in done.stdout


def test_who_changes_a_value_and_makes_the_digests_anew_is_found_out_by_what_was_kept(tmp_path: Path) -> None:
    target = tmp_path / "d"
    build(target, "ticket-sentiment")
    one = next(one for one in observations(target) if "enable_network_isolation" in one.evidence)
    saved = read(target, "inventory.json")
    [model] = [each for each in saved["resources"][one.kind] if each["id"] == one.resource]
    model["enable_network_isolation"] = not model["enable_network_isolation"]
    content = {**files(target), "inventory.json": json.dumps(saved).encode()}
    del content["manifest.json"]
    head = msgspec.convert({**read(target, "manifest.json"), "files": []}, FolderManifest)
    write_folder(target, head, {path: (data,) for path, data in content.items()})
    done = mlposture("evidence", "verify", str(target), "--claim", one.claim)

    assert done.returncode == 1
    assert "files are as they were written" in done.stdout
    assert "saved otherwise than in the kept reply: enable_network_isolation" in done.stdout
    assert "judged anew it is" in done.stdout


# -- files -------------------------------------------------------------------------------------------------------------


def test_the_same_evidence_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    build(tmp_path / "again", "fraud-scoring", *SOC2)
    assert files(tmp_path / "again") == files(made)


def test_the_json_is_as_its_schema_says(made: Path) -> None:
    schema = json.loads((ROOT / "docs" / "reference" / "dossier-v1.schema.json").read_text())
    jsonschema.validate(read(made), schema)
    assert read(made)["schema"] == "mlposture/dossier/v1"
    assert [part["framework"] for part in read(made)["parts"]] == ["soc2"]


def test_a_byte_that_changes_is_found_in_every_file(tmp_path: Path, keys: Path) -> None:
    target = tmp_path / "d"
    build(target, "fraud-scoring", *SOC2, "--sign-key", str(keys / "own.pem"))
    chance = random.Random(2026)
    for path, content in files(target).items():
        for at in {0, len(content) // 2, len(content) - 1, *(chance.randrange(len(content)) for _ in range(3))}:
            flipped = bytearray(content)
            flipped[at] ^= 1 << chance.randrange(8)
            (target / path).write_bytes(flipped)
            done = mlposture("evidence", "verify", str(target))
            assert done.returncode in ({1, 2} if path == "manifest.json" else {1}), f"{path} {at}"
            assert path in done.stdout + done.stderr
        (target / path).write_bytes(content)
    assert mlposture("evidence", "verify", str(target)).returncode == 0


def test_what_is_changed_missing_or_additional_is_named_and_no_link_is_followed(made: Path, tmp_path: Path) -> None:
    target = tmp_path / "d"
    shutil.copytree(made, target)
    (target / "README.txt").unlink()
    (target / "trust.json").write_bytes(b"[ ]")
    (target / "notes").mkdir()
    (target / "notes" / "one.txt").write_text("a note")
    (target / "empty").mkdir()
    (target / "elsewhere").symlink_to(tmp_path)
    (target / "dossier.json").unlink()
    (target / "dossier.json").symlink_to(made / "dossier.json")
    done = mlposture("evidence", "verify", str(target), "--claim", "a")

    assert done.returncode == 1
    for said in (
        "README.txt: missing", "trust.json: changed", "notes/one.txt: additional", "empty/: additional",
        "elsewhere: additional", "dossier.json: is a link or no file, and was not followed",
        "no claim was followed back",
    ):  # fmt: skip
        assert said in done.stdout


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"files": [{"path": "../out.json", "bytes": 1, "sha256": "0" * 64}]},
            "leads out of the folder: '../out.json'",
        ),
        ({"files": [{"path": "/etc/passwd", "bytes": 1, "sha256": "0" * 64}]}, "leads out of the folder"),
        ({"files": [{"path": "a/../../b", "bytes": 1, "sha256": "0" * 64}]}, "leads out of the folder"),
        ({"files": [{"path": "a\u202e\x1b[31m/../b", "bytes": 1, "sha256": "0" * 64}]}, r"'a\\u202e\\x1b[31m/../b'"),
        ({"schema": "mlposture/dossier-manifest/v9"}, "not a manifest of a dossier: Invalid enum value"),
        ({"files": 7}, "not a manifest of a dossier: Expected `array`"),
        ({"more": 1}, "not a manifest of a dossier: Object contains unknown field"),
    ],
)
def test_a_manifest_that_is_broken_or_hostile_is_told(
    made: Path, tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    shutil.copytree(made, tmp_path / "d")
    (tmp_path / "d" / "manifest.json").write_text(json.dumps({**read(made, "manifest.json"), **change}))
    done = mlposture("evidence", "verify", str(tmp_path / "d"))
    assert done.returncode == 2
    assert problem in done.stderr
    assert "\x1b" not in done.stderr and "\u202e" not in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["nowhere", "empty", "file"])
def test_what_is_no_dossier_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    done = mlposture("evidence", "verify", str(tmp_path / name))
    assert done.returncode == 2
    assert name in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_dossier_replaces_one_that_nobody_changed_and_nothing_else(made: Path, tmp_path: Path) -> None:
    target = tmp_path / "d"
    target.mkdir()
    build(target, "fraud-scoring", *SOC2)
    build(target, "fraud-scoring", "--framework", "iso-27001")
    assert [part["framework"] for part in read(target)["parts"]] == ["iso-27001"]

    (target / "notes.txt").write_text("what the auditor asked")
    before = files(target)
    arguments = ("evidence", "fraud-scoring", "--systems", str(MANIFEST), "--inventory", inventory("gcp"), "-o")
    changed = mlposture(*arguments, str(target))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    other = mlposture(*arguments, str(tmp_path / "other"))
    bucket = mlposture(*arguments, "s3://northwind-example/d")
    nowhere = mlposture(*arguments, str(tmp_path / "no" / "d"))

    assert [one.returncode for one in (changed, other, bucket, nowhere)] == [2, 2, 2, 2]
    assert "holds a dossier that somebody changed (notes.txt: additional" in changed.stderr
    assert "is not empty, and holds no dossier" in other.stderr
    assert "write it to a disk" in bucket.stderr
    assert "does not exist" in nowhere.stderr
    assert files(target) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d", "other"]


def test_a_dossier_that_cannot_be_written_leaves_the_one_that_is_there(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "d"
    build(target, "fraud-scoring")
    before = files(target)
    monkeypatch.setattr("os.fsync", mock.Mock(side_effect=OSError(28, "No space left on device")))
    done = mlposture(
        "evidence", "fraud-scoring", "--systems", str(MANIFEST), "--inventory", inventory("gcp"), "-o", str(target)
    )
    customers = mlposture(
        "evidence", "fraud-scoring", "--systems", str(MANIFEST), "--inventory", inventory("gcp"), *SOC2,
        "--audience", "customer", "-o", str(tmp_path / "customer"),
    )  # fmt: skip
    for one in (done, customers):
        assert one.returncode == 2
        assert "No space left on device" in one.stderr
    assert files(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


# -- systems and inventories -------------------------------------------------------------------------------------------


def test_a_system_that_nobody_declares_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    done = mlposture(
        "evidence", "fraud", "--systems", str(MANIFEST), "--inventory", inventory("gcp"), "-o", str(tmp_path / "d")
    )
    assert done.returncode == 2
    assert "declares no system 'fraud'; it declares ticket-sentiment, fraud-scoring, retina-diagnosis" in done.stderr
    assert not (tmp_path / "d").exists()


def test_a_framework_that_the_system_does_not_name_is_told(tmp_path: Path) -> None:
    done = mlposture(
        "evidence", "fraud-scoring", "--systems", str(MANIFEST), "--inventory", inventory("gcp"),
        "--framework", "soc2", "--framework", "iso-42001", "-o", str(tmp_path / "d"),
    )  # fmt: skip
    assert done.returncode == 2
    assert "--framework iso-42001: the AI system fraud-scoring names others (soc2, " in done.stderr
    assert not (tmp_path / "d").exists()


def test_without_a_manifest_the_command_says_how_to_get_one(tmp_path: Path) -> None:
    done = mlposture("evidence", "fraud-scoring", "--inventory", inventory("gcp"), "-o", "d", cwd=tmp_path)
    assert done.returncode == 2
    assert "mlposture systems init" in done.stderr


def test_a_system_that_is_called_like_a_command_is_reached_by_build(tmp_path: Path) -> None:
    manifest = tmp_path / "s.yaml"
    manifest.write_text(MANIFEST.read_text().replace("id: fraud-scoring", "id: verify"))
    common = ("--systems", str(manifest), "--inventory", inventory("gcp"), "-o", str(tmp_path / "d"))
    assert mlposture("evidence", "verify", *common).returncode == 2
    assert mlposture("evidence", "build", "verify", *common).returncode == 0
    assert read(tmp_path / "d")["cover"]["system"] == "verify"
    assert "say build first" in mlposture("evidence", "--help").stdout


def test_options_may_come_before_the_system(tmp_path: Path) -> None:
    done = mlposture(
        "evidence", "--systems", str(MANIFEST), "--inventory", inventory("gcp"), "--framework", "soc2",
        "-o", str(tmp_path / "d"), "fraud-scoring",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert mlposture("evidence", "verify", str(tmp_path / "d")).returncode == 0


def test_the_cover_says_what_was_not_seen(tmp_path: Path) -> None:
    saved = saved_after(
        tmp_path / "i.json", "gcp", lambda world: world.faults.append(Fault("storage.buckets.getIamPolicy", "deny"))
    )
    build(tmp_path / "d", "fraud-scoring", inventories=(saved,))
    cover = read(tmp_path / "d")["cover"]
    [gap] = [one for one in cover["not_seen"] if one["operation"] == "storage.buckets.getIamPolicy"]
    assert (gap["reason"], gap["permission"]) == ("denied", "storage.buckets.getIamPolicy")
    assert any("may belong to it" in why for why in cover["blind"])
    checks, kinds = parts()
    part = Inventory.load(tmp_path / "d" / "inventory.json", kinds)
    told = observations(tmp_path / "d")
    assert sum(one.bears == "unknown" for one in told) > 5
    assert [replay(one, part, checks, kinds, ()).problems for one in told] == [()] * len(told)


def test_where_everything_was_refused_the_dossier_says_so_and_concludes_nothing(tmp_path: Path) -> None:
    everything = ("aiplatform", "cloudasset", "compute", "iam", "notebooks", "orgpolicy", "storage")
    faults = [Fault(f"{service}.*", "deny") for service in everything]
    faults.append(Fault("resourcemanager.*.getIamPolicy", "deny"))
    saved = saved_after(tmp_path / "i.json", "gcp", lambda world: world.faults.extend(faults))
    build(tmp_path / "d", "fraud-scoring", inventories=(saved,))
    dossier = read(tmp_path / "d")
    assert dossier["resources"] == dossier["observations"] == []
    assert dossier["cover"]["not_seen"]
    assert "nothing was found that belongs to it" in dossier["cover"]["blind"]
    words = {page["state"]["word"] for part in dossier["parts"] for one in part["sections"] for page in one["pages"]}
    assert words <= {"not assessed", "not applicable", "applicability not decided"}
    for name in ("model-versions", "principals"):
        population = read(tmp_path / "d", f"populations/{name}.json")
        assert (population["count"], population["complete"], population["first"]) == (0, False, "")
    assert mlposture("evidence", "verify", str(tmp_path / "d")).returncode == 0


def test_what_others_call_their_resources_is_shown_and_obeyed_by_nothing(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>\u202e\x1b[31m::error::../../x"
    changed = document("gcp")
    [endpoint, *_] = _endpoints(changed)
    endpoint["displayName"] = hostile
    saved = tmp_path / "i.json"
    with running("gcp", changed):
        take_inventory("gcp").save(saved)
    build(tmp_path / "d", "fraud-scoring", inventories=(str(saved),))
    text = (tmp_path / "d" / "dossier.json").read_text()
    one = next(one for one in observations(tmp_path / "d") if one.name == hostile)
    done = mlposture("evidence", "verify", str(tmp_path / "d"), "--claim", one.claim)
    assert done.returncode == 0
    assert not {"\x1b", "\u202e"} & set(text + done.stdout)
    assert set(files(tmp_path / "d")) == {*(entry["path"] for entry in read(tmp_path / "d", "manifest.json")["files"]),
                                          "manifest.json"}  # fmt: skip


def _endpoints(value: Any) -> list[Any]:
    """The endpoints of a world, wherever they are."""
    found: list[Any] = []
    todo = [value]
    for each in todo:  # grows while it is gone through
        if isinstance(each, dict):
            found += [one for one in each.get("endpoints", ()) if isinstance(one, dict)]
            todo += each.values()
        elif isinstance(each, list):
            todo += each
    return found


# -- customers ---------------------------------------------------------------------------------------------------------


def names_of(system: str) -> set[str]:
    """Ids, names, accounts and principals of the cloud of a system, and the people of the manifest."""
    found = Inventory.load(Path(inventory(CLOUD[system])), parts()[1])
    texts = {principal.name for principal in found.principals} | {account for _, account in found.accounts}
    for kind in found.store.kinds():
        for content in found.store.documents(kind):
            one = json.loads(content)
            texts |= {one["id"], one["name"], one["scope"]["account"]}
    for one in all_judged().owners.manifest.systems:
        act = one.classification.eu_ai_act
        people = (one.owner.team, one.owner.contact, one.owner.regulatory_contact, act.decided_by)
        texts |= {*people, *(each.approved_by for each in (*one.documents, *one.excluded_controls))}
    return {text for text in texts if text}


#: Names that are words, too: a stage, what the fraud service does, and how objectives speak of law.
WORDS = {"pilot", "scoring", "legal"}


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
    for endpoint in _endpoints(changed):
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

    for ours, theirs in zip(plain.observations, told["observations"], strict=True):
        assert openings[theirs["resource"]]["value"] == ours.resource
        assert openings[theirs["claim"]]["value"] == ours.claim
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


# -- signatures --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys in PEM: own and another pair, one of another kind, one that is encrypted, and a file that holds none."""
    folder = tmp_path_factory.mktemp("keys")
    pem, public = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    private, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    for name, key in (
        ("own", ed25519.Ed25519PrivateKey.generate()),
        ("another", ed25519.Ed25519PrivateKey.generate()),
        ("curve", ec.generate_private_key(ec.SECP256R1())),
    ):
        (folder / f"{name}.pem").write_bytes(key.private_bytes(pem, private, plain))
        (folder / f"{name}.public.pem").write_bytes(key.public_key().public_bytes(pem, public))
    locked = ed25519.Ed25519PrivateKey.generate().private_bytes(
        pem, private, serialization.BestAvailableEncryption(b"x")
    )
    (folder / "locked.pem").write_bytes(locked)
    (folder / "none.pem").write_text("no key")
    return folder


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Path:
    target = tmp_path_factory.mktemp("signed") / "d"
    build(target, "fraud-scoring", *SOC2, "--sign-key", str(keys / "own.pem"))
    return target


def test_a_signature_is_that_of_one_key(signed: Path, made: Path, keys: Path) -> None:
    own, another, none = (
        mlposture("evidence", "verify", str(signed), *option)
        for option in (
            ("--public-key", str(keys / "own.public.pem")),
            ("--public-key", str(keys / "another.public.pem")),
            (),
        )
    )
    unsigned = mlposture("evidence", "verify", str(made), "--public-key", str(keys / "own.public.pem"))
    assert [one.returncode for one in (own, another, none, unsigned)] == [0, 1, 0, 1]
    assert "not when it was made" in own.stdout
    assert "signed by another key" in another.stdout
    assert "whose that is, --public-key FILE tells" in none.stdout
    assert "not signed" in unsigned.stdout


def test_a_folder_that_was_made_anew_has_no_signature_of_that_key(signed: Path, keys: Path, tmp_path: Path) -> None:
    content = {**files(signed), "README.txt": b"all is well"}
    signature = content.pop("manifest.json.sig")
    old = msgspec.json.decode(content.pop("manifest.json"), type=FolderManifest)
    write_folder(
        tmp_path / "d", old, {path: (data,) for path, data in content.items()}, (old.signed_by, lambda _: signature)
    )
    (tmp_path / "d" / "manifest.json.sig").write_bytes(signature)
    done = mlposture("evidence", "verify", str(tmp_path / "d"), "--public-key", str(keys / "own.public.pem"))
    assert done.returncode == 1
    assert "is not the signature of manifest.json" in done.stdout


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("curve", "holds no Ed25519 key"),
        ("locked", "is encrypted"),
        ("none", "holds no private key in PEM"),
        ("gone", "No such file"),
    ],
)
def test_a_key_that_cannot_sign_is_told_before_anything_is_done(
    name: str, problem: str, keys: Path, tmp_path: Path
) -> None:
    done = mlposture(
        "evidence", "fraud-scoring", "--systems", str(MANIFEST), "--inventory", inventory("gcp"),
        "-o", str(tmp_path / "d"), "--sign-key", str(keys / f"{name}.pem"),
    )  # fmt: skip
    assert done.returncode == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(("name", "problem"), [("curve.public", "no Ed25519 key"), ("none", "no public key in PEM")])
def test_a_public_key_that_is_none_is_told(name: str, problem: str, keys: Path, signed: Path) -> None:
    done = mlposture("evidence", "verify", str(signed), "--public-key", str(keys / f"{name}.pem"))
    assert done.returncode == 2
    assert problem in done.stderr


def test_without_the_extra_a_dossier_is_verified_and_its_signature_is_not(
    signed: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("scanner.store.signatures")
    monkeypatch.delitem(sys.modules, "scanner.store.signatures")
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    plain = mlposture("evidence", "verify", str(signed))
    asked = mlposture("evidence", "verify", str(signed), "--public-key", str(keys / "own.public.pem"))
    assert (plain.returncode, asked.returncode) == (0, 3)
    assert "the signature was not looked at" in plain.stdout
    assert "run: pip install 'mlposture[sign]'" in asked.stderr


# -- samples -----------------------------------------------------------------------------------------------------------


def test_a_sample_can_be_drawn_again_from_the_dossier_and_of_the_system(made: Path) -> None:
    wanted = ("--control", "soc2:CC8.1", "--n", "3", "--seed", "2026")
    first, again = (mlposture("evidence", "sample", str(made), *wanted) for _ in range(2))
    of_system = mlposture(
        "evidence", "sample", "fraud-scoring", *wanted, "--systems", str(MANIFEST), "--inventory", inventory("gcp")
    )
    other = mlposture("evidence", "sample", str(made), *wanted[:-1], "2027")
    assert first.returncode == of_system.returncode == 0, first.stderr + of_system.stderr
    assert first.stdout == again.stdout == of_system.stdout != other.stdout
    assert "3 of 5 model versions of fraud-scoring" in first.stdout
    assert "aiplatform.models.list (2 pages), read from " in first.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--control", "CC1.1", "--n", "3"), "no population answers it; there are some for "),
        (("--control", "iso-42001:CC8.1", "--n", "3"), "no population answers it"),
        (("--control", "CC8.1", "--n", "0"), "x>=1"),
        (("--control", "CC8.1", "--n", "3", "--inventory", "i.json"), "leave --inventory and --systems out"),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_told(made: Path, arguments: tuple[str, ...], problem: str) -> None:
    done = mlposture("evidence", "sample", str(made), "--seed", "1", *arguments)
    assert done.returncode == 2
    assert problem in done.stderr


def test_a_sample_is_drawn_from_no_dossier_that_somebody_changed(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "d")
    (tmp_path / "d" / "README.txt").write_text("x")
    done = mlposture("evidence", "sample", str(tmp_path / "d"), "--control", "CC8.1", "--n", "1", "--seed", "1")
    nothing = mlposture("evidence", "sample", "fraud-scoring", "--control", "CC8.1", "--n", "1", "--seed", "1")
    assert (done.returncode, nothing.returncode) == (2, 2)
    assert "README.txt: changed" in done.stderr
    assert "give its --inventory, too" in nothing.stderr
