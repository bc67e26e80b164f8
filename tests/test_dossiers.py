"""Dossiers, by the real command: claims can be followed back, what was not seen is told, samples are drawn again."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import msgspec
import pytest
from commandline import mlposture
from dossiers import (
    MANIFEST,
    SOC2,
    SYSTEMS,
    all_judged,
    build,
    endpoints,
    files,
    inventory,
    observations,
    parts,
    read,
    saved_after,
    soc2_dossier,
)
from scanning import document, running, take_inventory
from worlds.base import Fault

from scanner.evidence.replay import AS_KEPT, NOT_KEPT, replay
from scanner.store.inventory import Inventory
from scanner.store.sealed_folder import FolderManifest, write_folder

#: Claims that are looked up for each system.
_SAMPLE = 10


@pytest.fixture(scope="module")
def made() -> Path:
    """The dossier of the fraud service; no test changes it."""
    return soc2_dossier()


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
    assert (done.returncode, done.stdout.count("the same (unknown, check, resource")) == (0, len(trusted)), done.stdout
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


def test_an_inventory_that_says_nothing_of_replies_is_told_and_no_digest_is_spoken_of(tmp_path: Path) -> None:
    """As an older version saved it."""
    older = json.loads(Path(inventory("gcp")).read_text())
    for resources in older["resources"].values():
        for one in resources:
            del one["read"]
    (tmp_path / "older.json").write_text(json.dumps(older))
    said = build(tmp_path / "d", "fraud-scoring", *SOC2, inventories=(str(tmp_path / "older.json"),))
    one = observations(tmp_path / "d")[0]
    done = mlposture("evidence", "verify", str(tmp_path / "d"), "--claim", one.claim)
    drawn = mlposture("evidence", "sample", str(tmp_path / "d"), "--control", "CC8.1", "--n", "1", "--seed", "1")
    count = len(read(tmp_path / "d")["resources"])

    assert "its claims lead to no digest" in said
    limits = " ".join(read(tmp_path / "d")["cover"]["limits"])
    assert f"no claim leads to a digest: {count} of {count} resources." in limits
    assert done.returncode == 0
    assert "evidence and path; it has no digests)" in done.stdout
    assert "by an inventory that does not say when they were read" in drawn.stdout
    assert "of which nothing was read" not in drawn.stdout


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
    assert "files are as manifest.json lists them" in done.stdout
    assert "saved otherwise than in the kept reply: enable_network_isolation" in done.stdout
    assert "judged anew it is" in done.stdout


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
    saved = saved_after(tmp_path / "i.json", "gcp", lambda world: world.faults.extend(faults), logs=())
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
    [endpoint, *_] = endpoints(changed)
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


@pytest.mark.parametrize(
    "arguments",
    [
        ("evidence", "verify", "d", "--public-key", ""),
        ("evidence", "verify", "d", "--secrets", "", "--claim", "id-0"),
        ("evidence", "fraud-scoring", "--inventory", "i.json", "-o", "d", "--sign-key", ""),
        ("evidence", "fraud-scoring", "--inventory", "i.json", "-o", "d", "--answers", ""),
        ("systems", "triage", "fraud-scoring", "--answers", ""),
    ],
)
def test_an_empty_name_does_not_count_as_an_option_that_was_left_out(arguments: tuple[str, ...]) -> None:
    """As of a variable of a shell that is not set: nothing would be signed, and no signature looked at."""
    done = mlposture(*arguments)
    assert done.returncode == 2
    assert "is empty; name a file, or leave the option out" in done.stderr
