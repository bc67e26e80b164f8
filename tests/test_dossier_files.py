"""The files of a dossier, by the real command: a change is found, nothing is lost, a signature is that of one key."""

from __future__ import annotations

import json
import os
import random
import shutil
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
    MANIFEST,
    SOC2,
    build,
    files,
    inventory,
    read,
    soc2_dossier,
)
from support import ROOT

from scanner.store.sealed_folder import FolderManifest, write_folder


@pytest.fixture(scope="module")
def made() -> Path:
    """The dossier of the fraud service; no test changes it."""
    return soc2_dossier()


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
    assert "in your copy of mlposture, run: pip install '.[sign]'" in asked.stderr


@pytest.mark.parametrize("kind", ["link", "pipe", "large", "empty"])
def test_a_signature_that_is_no_file_or_too_large_is_none(kind: str, signed: Path, keys: Path, tmp_path: Path) -> None:
    target = tmp_path / "d"
    shutil.copytree(signed, target)
    there = target / "manifest.json.sig"
    if kind in ("large", "empty"):
        os.truncate(there, 1 << 40 if kind == "large" else 0)
    else:
        there.rename(tmp_path / "elsewhere")
        there.symlink_to(tmp_path / "elsewhere") if kind == "link" else os.mkfifo(there)
    done = mlposture("evidence", "verify", str(target), "--public-key", str(keys / "own.public.pem"))
    assert done.returncode == 1
    assert ("is a link or no file" if kind in ("link", "pipe") else "is not the signature") in done.stdout
