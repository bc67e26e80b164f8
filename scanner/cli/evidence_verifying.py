"""Verifying a dossier: its files, its signature, its claims and its commitments, and what is said of each."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from scanner import __version__
from scanner.cli.evidence_files import COMMITMENTS, DOSSIER, INVENTORY, TRUST
from scanner.cli.evidence_signing import is_signed, public_key
from scanner.cli.evidence_text import replayed_lines
from scanner.evidence.commitments import Commitments, Secrets, commitment, shown
from scanner.evidence.dossier_types import Observation
from scanner.evidence.replay import replay
from scanner.model.errors import CannotScan, InputError
from scanner.model.sanitize import clean
from scanner.model.trust import Entry
from scanner.objects.transfer import reading
from scanner.store.inventory import Inventory
from scanner.store.sealed_folder import SIGNATURE, Looked, look

T = TypeVar("T")

#: No signature has as many bytes; more of one is not read.
_LONGEST = 1 << 10
_NO_TIME = "a signature shows that nothing was changed since and who holds the key, not when it was made"


_NOT_SIGNED = "not signed: whoever can write there can make the digests anew; compare the SHA-256 with one you know"


class _Cover(Struct, frozen=True):
    """What the cover says of where all comes from."""

    inventories: tuple[str, ...]
    tool: str


class _Dossier(Struct, frozen=True):
    """Of a dossier, what claims are followed back by."""

    cover: _Cover
    observations: tuple[Observation, ...]


def verify_dossier(
    folder: str, key: str | None, claims: Sequence[str], inventories: Sequence[str], secrets: str | None
) -> tuple[bool, list[str]]:
    """Whether all is as it was written, and what there is to say. Raises InputError where that is not to be known."""
    if secrets and not claims:
        raise InputError(f"--secrets {secrets}: say with --claim which commitment (id-…) is to be opened")
    if inventories and not claims:
        raise InputError("--inventory: is for the replay of claims; say with --claim which")
    looked = look(Path(folder))
    same, said = _signature(Path(folder), looked, key)
    lines = [*(f"{folder}: {problem}" for problem in looked.problems), *_files(folder, looked), *said]
    same = same and not looked.problems
    if claims and not same:
        lines.append("no claim was followed back, as the dossier is not as it was written")
    elif claims:
        followed = (
            _opened(Path(folder), secrets, claims) if secrets else _replayed(Path(folder), claims, inventories, looked)
        )
        for right, some in followed:
            same = same and right
            lines += ["", *some]
    return same, [clean(line) for line in lines]


def _files(folder: str, looked: Looked) -> Iterator[str]:
    count = len(looked.manifest.files)
    if not looked.problems:
        yield f"{folder}: {count} files are as manifest.json lists them, and its SHA-256 is {looked.sha256}"


def _signature(folder: Path, looked: Looked, key: str | None) -> tuple[bool, list[str]]:
    """Whether nothing is wrong with the signature, and what there is to say of it."""
    wanted, signed_by = public_key(key) if key else "", looked.manifest.signed_by
    if not signed_by:
        return not wanted, [f"{folder}: not signed" if wanted else f"{folder}: {_NOT_SIGNED}"]
    if wanted and wanted != signed_by:
        return False, [f"{folder}: signed by another key ({signed_by}) than {key}"]
    if any(problem.startswith(f"{SIGNATURE}:") for problem in looked.problems):  # no file, or none that is one
        return False, []
    try:
        with (folder / SIGNATURE).open("rb") as file:
            valid = is_signed(looked.content, file.read(_LONGEST), signed_by)
    except OSError as error:
        return False, [f"{folder / SIGNATURE}: {error.strerror}"]
    except CannotScan as error:
        return True, [f"{folder}: the signature was not looked at: {error}"]
    if not valid:
        return False, [f"{folder / SIGNATURE}: is not the signature of manifest.json by {signed_by}"]
    whose = f"the key in {key}" if wanted else f"the key {signed_by}; whose that is, --public-key FILE tells"
    return True, [f"{folder}: signed by {whose}; {_NO_TIME}"]


# -- claims ------------------------------------------------------------------------------------------------------------


def _replayed(
    folder: Path, claims: Sequence[str], inventories: Sequence[str], looked: Looked
) -> Iterator[tuple[bool, list[str]]]:
    """Each claim, followed back."""
    from scanner.model.registry import kinds, load

    if looked.manifest.audience == "customer":
        raise InputError(
            f"{folder}: is for a customer, and does not hold what claims rest on; replay them from the auditor's "
            "dossier, or open a commitment with --secrets"
        )
    dossier = _read(folder / DOSSIER, _Dossier)
    trust = _read(folder / TRUST, tuple[Entry, ...])
    checks, collectors = load()
    classes = kinds(collectors.values())
    if inventories:
        inventory = _whole(inventories, dossier.cover.inventories)
    else:
        inventory = Inventory.load(folder / INVENTORY, classes)
    for claim in claims:
        told = _chosen(claim, dossier.observations)
        found = replay(told, inventory, checks, classes, trust)
        lines = list(replayed_lines(found))
        if found.problems and dossier.cover.tool != f"mlposture {__version__}":
            lines.append(f"  it was made by {dossier.cover.tool}, and this is mlposture {__version__}")
        yield not found.problems, lines


def _whole(paths: Sequence[str], digests: Sequence[str]) -> Inventory:
    """The inventories that a cover names, as they were judged. Raises InputError if they are others."""
    from scanner.cli.judging import load_saved
    from scanner.evaluate.unasked import note_unasked

    inventory, checks, collectors = load_saved(paths)
    if sorted(inventory.digests) != sorted(digests):
        raise InputError(
            f"--inventory: the dossier rests on inventories with the SHA-256 {', '.join(digests)}, "
            f"and not on {', '.join(inventory.digests)}"
        )
    note_unasked(inventory, checks, collectors)
    return inventory


def _chosen(claim: str, observations: Sequence[Observation]) -> Observation:
    """The one claim that begins so. Raises InputError."""
    found = [one for one in observations if claim and one.claim.startswith(claim)]
    if len(found) != 1:
        what = "no claim of this dossier begins" if not found else f"{len(found)} claims begin"
        raise InputError(f"--claim {claim}: {what} with that; ids of claims are in {DOSSIER}, as `claim`")
    return found[0]


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: not what a dossier has there: {error}") from error


# -- commitments -------------------------------------------------------------------------------------------------------


def _opened(folder: Path, secrets: str, claims: Sequence[str]) -> Iterator[tuple[bool, list[str]]]:
    """What each of these commitments stands for. Raises InputError where nothing opens it."""
    known = _read(folder / COMMITMENTS, Commitments).commitments if (folder / COMMITMENTS).is_file() else ()
    if not known:
        raise InputError(f"{folder}: holds no commitments; only a dossier for a customer does")
    with reading(secrets) as path:
        openings = _read(path, Secrets).openings
    for claim in claims:
        found = [name for name in openings if name.startswith(claim)]
        if len(found) != 1:
            what = "nothing opens it" if not found else f"{len(found)} commitments begin with that"
            raise InputError(f"--secrets {secrets}: {claim}: {what}")
        [name] = found
        full = commitment(openings[name])
        if name != shown(full) or full not in known:
            yield False, [f"{name}: does not stand for what {secrets} says"]
        else:
            yield True, [f"{name}: stands for {openings[name].value}", f"  its commitment in full is {full}"]
