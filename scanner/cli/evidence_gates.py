"""Results of the evaluation gate that a dossier shows: files that are given, or that the manifest declares."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from scanner.cli.evidence_served import compared
from scanner.evidence.dossier_types import Piece
from scanner.gate.gate_types import GateResult
from scanner.model.claims import Kind
from scanner.model.errors import InputError
from scanner.objects.addresses import parse
from scanner.objects.transfer import content
from scanner.systems.manifest import Document, System

if TYPE_CHECKING:
    from checks.across.serving_now import ServedNow

_LARGEST = 10_000_000
_UNKNOWN = "..."


def gates_of(
    system: System, manifest: str, given: Sequence[str], served: "Callable[[], ServedNow] | None" = None
) -> tuple[Piece, ...]:
    """The results in these files, and in declared documents that lie beside the manifest, each once.

    Beside each stands whether what serves now is its model, where `served` says what that is.

    A declared document is read where its address is a relative one that stays in the manifest's folder and ends in
    `.json`; one that is no result of the gate is a document like others. Raises InputError for a given file that holds
    no result of this system.
    """
    found: dict[str, tuple[GateResult, Piece]] = {}
    for name in given:
        held = content(name, _LARGEST, "any result of the gate", option="--gate")
        result = _result(held)
        if result is None:
            raise InputError(
                f"--gate {name}: is no result of the evaluation gate; `mlposture gate SYSTEM -o gate.json` writes one"
            )
        if result.system != system.id:
            raise InputError(f"--gate {name}: is of the AI system {result.system!r}, and this is {system.id!r}")
        digest = hashlib.sha256(held).hexdigest()
        declared = next((one for one in system.documents if one.sha256 == digest), None)
        found[digest] = result, _recorded(result, name, digest, declared)
    told = [one for document in system.documents for one in _declared(document, system, manifest, found)]
    now = served() if served is not None and found else None
    beside = [compared(result, piece.source, now) for result, piece in found.values()] if now is not None else []
    return (*(piece for _, piece in found.values()), *told, *(one for one in beside if one is not None))


def _declared(
    document: Document, system: System, manifest: str, found: dict[str, tuple[GateResult, Piece]]
) -> Iterator[Piece]:
    """What a declared document is to say that is a result of the gate; one that counts goes to `found`."""
    held = _beside(manifest, document.uri)
    result = _result(held) if held is not None else None
    if held is None or result is None:
        return
    digest = hashlib.sha256(held).hexdigest()
    what = f"“{document.title}” is declared as a result of the gate"
    if document.sha256 not in (_UNKNOWN, digest):
        text = f"{what}, and the file there is not of the SHA-256 that is declared: nothing of it is taken"
        yield Piece(kind=Kind.MISSING, text=text, source=document.uri, sha256=digest)
    elif result.system != system.id:
        text = f"{what}, and is of another AI system: nothing of it is taken"
        yield Piece(kind=Kind.MISSING, text=text, source=document.uri, sha256=digest)
    else:
        found.setdefault(digest, (result, _recorded(result, document.uri, digest, document)))


def _beside(manifest: str, uri: str) -> bytes | None:
    """The document at an address, if it lies in the folder of the manifest, and is small enough to be a result."""
    where = PurePosixPath(uri)
    if parse(manifest) is not None or ":" in uri or where.suffix != ".json":
        return None
    try:
        folder = Path(manifest).resolve().parent
        path = (folder / where).resolve()
        if path.is_relative_to(folder) and path.is_file() and path.stat().st_size <= _LARGEST:
            return path.read_bytes()
    except (OSError, ValueError):  # it stays what is declared, and no more
        pass
    return None


def _result(content: bytes) -> GateResult | None:
    try:
        return msgspec.json.decode(content, type=GateResult)
    except (msgspec.DecodeError, RecursionError):
        return None


def _recorded(result: GateResult, source: str, digest: str, declared: Document | None) -> Piece:
    """The answer as it stands there: nobody verified it, and nobody looked at the signature."""
    if declared is None:
        said = "the manifest declares no such document"
    elif declared.sha256 == _UNKNOWN:
        said = "it is declared without its SHA-256"
    else:
        said = "its SHA-256 is the declared one"
    signed = "; the signature was not looked at" if result.signature else "; it is not signed"
    why = f" ({'; '.join(result.why)})" if result.why else ""
    return Piece(
        kind=Kind.RECORDED,
        text=f"the gate answered “{result.answer}” of model {result.model or 'unknown'}{why}; {said}{signed}",
        by=result.signature.name if result.signature else "",
        on=result.made_at.date(),
        source=source,
        sha256=digest,
    )
