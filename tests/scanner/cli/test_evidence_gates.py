"""Results of the evaluation gate in dossiers: as they stand there, of the declared digest, of this system alone."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from commandline import mlposture
from dossiers import MANIFEST, build, inventory, read
from made_dossiers import system

from scanner.cli.evidence_gates import gates_of
from scanner.evidence.dossier_types import Piece
from scanner.gate.gate_types import Answer, GateResult, Signature
from scanner.model.claims import Kind
from scanner.model.errors import InputError
from scanner.systems.manifest import Document

MODEL = "5" * 64
NAME = "retina-diagnosis"


def result(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "tool": "mlposture 0.0.0", "system": "sentiment", "name": "Ticket sentiment", "answer": Answer.MET,
        "made_at": datetime(2026, 11, 20, 12, 0, tzinfo=UTC), "why": ("of 1 threshold: 0 against, 1 met",),
        "model": MODEL, "model_known_by": "--model-digest", "manifest": "ai-systems.yaml",
        "manifest_sha256": "ef" * 32, "correction": "none",
    }  # fmt: skip
    return msgspec.json.encode(GateResult(**(fields | changes)))


def document(uri: str, sha256: str) -> Document:
    return Document(fills=("Annex IV(2)(g)",), title="Test report", uri=uri, sha256=sha256, date=date(2026, 11, 20))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def found(folder: Path, *documents: Document, given: tuple[str, ...] = ()) -> tuple[Piece, ...]:
    return gates_of(system(documents=documents), str(folder / "ai-systems.yaml"), given)


@pytest.mark.parametrize("answer", Answer)
def test_a_declared_result_is_recorded_whatever_it_answers(answer: Answer, tmp_path: Path) -> None:
    content = result(answer=answer, signature=Signature(name="Ada Example", public_key="ab" * 32))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "gate.json").write_bytes(content)
    [one] = found(tmp_path, document("docs/gate.json", sha256(content)))

    assert (one.kind, one.by, str(one.on), one.source, one.sha256) == (
        Kind.RECORDED, "Ada Example", "2026-11-20", "docs/gate.json", sha256(content),
    )  # fmt: skip
    assert one.text == (
        f"the gate answered “{answer}” of model {MODEL} (of 1 threshold: 0 against, 1 met); "
        "its SHA-256 is the declared one; the signature was not looked at"
    )


def test_of_a_file_that_is_not_of_the_declared_digest_nothing_is_taken(tmp_path: Path) -> None:
    (tmp_path / "gate.json").write_bytes(result())
    [one] = found(tmp_path, document("gate.json", "ab" * 32))

    assert (one.kind, "not of the SHA-256 that is declared" in one.text) == (Kind.MISSING, True)
    assert "met" not in one.text


def test_of_another_systems_result_nothing_is_taken(tmp_path: Path) -> None:
    content = result(system="other")
    (tmp_path / "gate.json").write_bytes(content)
    [one] = found(tmp_path, document("gate.json", sha256(content)))
    assert (one.kind, "is of another AI system" in one.text) == (Kind.MISSING, True)

    with pytest.raises(InputError, match="is of the AI system 'other', and this is 'sentiment'"):
        found(tmp_path, given=(str(tmp_path / "gate.json"),))


def test_a_given_file_says_whether_it_is_declared_and_is_told_once(tmp_path: Path) -> None:
    content = result()
    (tmp_path / "gate.json").write_bytes(content)
    path = str(tmp_path / "gate.json")

    [alone] = found(tmp_path, given=(path, path))
    [unknown] = found(tmp_path, document("gate.json", "..."))
    [both] = found(tmp_path, document("gate.json", sha256(content)), given=(path,))
    assert "the manifest declares no such document; it is not signed" in alone.text
    assert "it is declared without its SHA-256" in unknown.text
    assert "its SHA-256 is the declared one" in both.text


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"schema": "other"}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_result_is_a_document_like_others_and_refused_where_it_is_given(
    content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "gate.json").write_bytes(content)

    assert found(tmp_path, document("gate.json", sha256(content))) == ()
    with pytest.raises(InputError, match="is no result of the evaluation gate"):
        found(tmp_path, given=(str(tmp_path / "gate.json"),))


@pytest.mark.parametrize(
    "uri",
    ["../gate.json", "/{}/gate.json", "https://northwind.example/gate.json", "link.json", "file:///{}/gate.json",
     "absent.json", "folder.json", "gate.txt", "x\0.json"],
)  # fmt: skip
def test_no_file_is_read_but_those_in_the_folder_of_the_manifest(uri: str, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "gate.json").write_bytes(result())
    (inner / "gate.txt").write_bytes(result())
    (inner / "folder.json").mkdir()
    (inner / "link.json").symlink_to(tmp_path / "gate.json")

    assert found(inner, document(uri.format(tmp_path), sha256(result()))) == ()


def test_a_dossier_shows_the_answer_of_a_result_as_recorded_and_no_control_changes_for_it(tmp_path: Path) -> None:
    """By the real command: at the item of Annex IV, in MEASURE 2.11, and to a customer without names."""
    content = result(system=NAME, signature=Signature(name="Ada Example", public_key="ab" * 32))
    (tmp_path / "gate.json").write_bytes(content)
    more = ("--framework", "eu-ai-act", "--framework", "nist-ai-rmf-1.0")
    build(tmp_path / "plain", NAME, *more)
    build(tmp_path / "gated", NAME, *more, "--gate", str(tmp_path / "gate.json"))
    build(tmp_path / "theirs", NAME, *more, "--gate", str(tmp_path / "gate.json"), "--audience", "customer")
    plain, gated = read(tmp_path / "plain"), read(tmp_path / "gated")

    assert gated["state"] == plain["state"]
    parts = {part["framework"]: part for part in gated["parts"]}
    [item] = [row for row in parts["eu-ai-act"]["items"] if row["id"] == "Annex IV(2)(g)"]
    [piece] = [one for one in item["pieces"] if one["kind"] == "recorded"]
    assert (piece["by"], piece["sha256"]) == ("Ada Example", sha256(content))
    pages = [page for section in parts["nist-ai-rmf-1.0"]["sections"] for page in section["pages"]]
    [measure] = [page for page in pages if page["state"]["id"] == "MEASURE 2.11"]
    assert [(one["kind"], one["sha256"]) for one in measure["declared"]] == [("recorded", sha256(content))]
    assert "signed test report" not in json.dumps(parts["eu-ai-act"]["items"])

    theirs = b"".join(path.read_bytes() for path in (tmp_path / "theirs").rglob("*") if path.is_file())
    assert b"Ada Example" not in theirs and str(tmp_path).encode() not in theirs
    assert "the gate answered “met”" in theirs.decode()
    assert mlposture("evidence", "verify", str(tmp_path / "gated")).returncode == 0


@pytest.mark.parametrize(("name", "says"), [("absent.json", "No such file"), ("", "directory")])
def test_a_file_that_cannot_be_read_is_one_sentence_and_no_dossier(name: str, says: str, tmp_path: Path) -> None:
    done = mlposture(
        "evidence", NAME, "--systems", str(MANIFEST), "--inventory", inventory("azure"), "--gate",
        str(tmp_path / name), "-o", str(tmp_path / "d"),
    )  # fmt: skip

    assert (done.returncode, (tmp_path / "d").exists()) == (2, False)
    assert says in done.stderr and "Traceback" not in done.stderr
