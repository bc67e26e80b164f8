"""Writing a dossier: where it may go, who signs it, what is kept beside it."""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec

from scanner.cli.config import refuse_undecoded
from scanner.cli.evidence_building import judged
from scanner.cli.evidence_files import COMMITMENTS, Made, make
from scanner.cli.evidence_history import check_period
from scanner.cli.evidence_signing import signer
from scanner.cli.process import say
from scanner.evidence.dossier_types import Bears
from scanner.model.errors import InputError, NotWritten
from scanner.model.sanitize import clean
from scanner.objects.addresses import parse
from scanner.store.sealed_folder import check_folder, write_folder


def write_dossier(system: str, output: str, inventories: Sequence[str], options: Mapping[str, Any]) -> str:
    """Write the dossier of a system; what there is to say of it. Raises InputError, and leaves all as it was."""
    refuse_undecoded({"output": output, **options})
    check_period(options)
    audience, key = options["audience"], options.get("sign_key")
    target = _target(output)
    kept = target.with_name(f"{target.name}-secrets.json")
    if audience == "customer" and kept.exists():
        raise InputError(
            f"{kept}: is there already, and may open a dossier that you gave away; move it, then try again"
        )
    signing = signer(key) if key else None
    made = make(system, judged(inventories, options), audience, signed=signing is not None)
    _refuse_unassessed(made, options["framework"])
    if made.secrets is not None:
        _write_secrets(kept, made)
    try:
        sha256 = write_folder(target, made.head, made.files, signing)
    except BaseException:
        if made.secrets is not None and not _is_there(target, made):
            kept.unlink(missing_ok=True)
        raise
    _warn(made)
    return "\n".join(clean(line) for line in _said(output, made, sha256, kept))


def _is_there(target: Path, made: Made) -> bool:
    """Whether the folder came to its place all the same: a signal may come just after that."""
    path = target / COMMITMENTS
    return path.is_file() and path.read_bytes() == b"".join(made.files[COMMITMENTS])


def _target(output: str) -> Path:
    if parse(output) is not None or output == "-":
        raise InputError(f"-o {output}: a dossier is a folder of files; write it to a disk, and copy it from there")
    target = Path(os.path.abspath(output))  # noqa: PTH100 - a link stays a link, and `resolve` would follow it
    check_folder("-o", target)
    return target


def _refuse_unassessed(made: Made, frameworks: Sequence[str]) -> None:
    """Raise InputError for a framework that the system is not assessed by, as it names others."""
    there = [part.framework for part in made.dossier.parts]
    if missing := [name for name in frameworks if name not in there]:
        named = ", ".join(made.dossier.declared.frameworks)
        raise InputError(
            f"--framework {missing[0]}: the AI system {made.dossier.cover.system} names others ({named}); "
            "add it to its frameworks in the manifest"
        )


def _write_secrets(path: Path, made: Made) -> None:
    """Keep what opens commitments, for its owner alone."""
    content = msgspec.json.format(msgspec.json.encode(made.secrets), indent=1) + b"\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise NotWritten(f"{path}: {error.strerror}") from error


def _warn(made: Made) -> None:
    if not all(one.origins for one in made.dossier.resources):
        say("the inventory does not say which replies all of it comes from: its claims lead to no digest; scan anew")
    origins = [origin for one in made.dossier.resources for origin in one.origins]
    if origins and not all(origin.kept for origin in origins):
        say(
            "the inventory was saved without --keep-replies: digests of replies are in the dossier, but nobody can "
            "make them again, and fields are not compared with what the provider said"
        )


def _said(output: str, made: Made, sha256: str, kept: Path) -> list[str]:
    seen, cover = made.dossier.observations, made.dossier.cover
    counts = ", ".join(f"{sum(one.bears == word for one in seen)} {word}" for word in get_args(Bears))
    lines = [
        f"{output}: {len(made.files)} files on the AI system {cover.system}",
        f"observations: {counts}; gaps: {len(cover.not_seen)}; open questions about the manifest: {len(cover.open)}",
        f"SHA-256 of its manifest, to be noted elsewhere: {sha256}",
        f"to verify it: mlposture evidence verify {shlex.quote(output)}",
    ]
    if made.secrets is not None:
        lines.append(f"{kept} opens its {len(made.secrets.openings)} commitments; keep it, and do not give it away")
    return lines
