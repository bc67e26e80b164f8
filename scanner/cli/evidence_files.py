"""The files of a dossier: what each is, and what goes into it for whom."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

import msgspec

from scanner import __version__
from scanner.cli.evidence_building import Judged, dossier_of
from scanner.evidence.commitments import Committer, Secrets
from scanner.evidence.part import part_of
from scanner.evidence.populations import populations_of
from scanner.evidence.withholding import Withholding
from scanner.model.registry import kinds, load
from scanner.store.sealed_folder import FolderManifest

if TYPE_CHECKING:
    from scanner.evidence.dossier_types import Dossier

Audience = Literal["auditor", "customer"]
Files = Mapping[str, Iterable[bytes]]

DOSSIER, INVENTORY, TRUST, COMMITMENTS = "dossier.json", "inventory.json", "trust.json", "commitments.json"
_WHAT = {
    "record.html": "what the system is, how it is classified and how it stands, in short",
    "dossier.html": "the whole dossier, to read and to print",
    DOSSIER: "the same for machines; docs/reference/dossier-v1.schema.json describes it",
    INVENTORY: "the part of the saved inventory that every claim rests on",
    TRUST: "the entries of [trust] that verdicts may rest on",
    COMMITMENTS: "the commitments that stand for ids, names and people, in full; the dossier shows how each begins",
    "populations/": "what samples are drawn from: mlposture evidence sample {folder} --control CC8.1 --n 25 --seed S",
    "oscal/": "the same as OSCAL 1.2.1",
    "manifest.json": "the size and the SHA-256 of each file",
    "manifest.json.sig": "the Ed25519 signature of manifest.json",
}


class Made(msgspec.Struct, frozen=True):
    """A dossier as it is to be written, and what opens its commitments, if it has any."""

    dossier: "Dossier"
    head: FolderManifest
    files: Files
    secrets: Secrets | None = None


def make(name: str, found: Judged, audience: Audience, *, signed: bool) -> Made:
    """The files of the dossier of a system. Raises InputError if the manifest declares none of this id."""
    from reports.json_dossier_v1 import render

    checks, collectors = load()
    classes = kinds(collectors.values())
    dossier = dossier_of(name, found)
    part = part_of(dossier, found.inventory, checks, classes, found.trust)
    populations = list(populations_of(dossier, found.inventory, classes))
    files: dict[str, Iterable[bytes]] = {}
    committer = None
    if audience == "customer":
        committer = Committer()
        withholding = Withholding(dossier, (part,), committer)
        dossier = withholding.dossier(dossier)
        populations = [withholding.population(one) for one in populations]
        files[COMMITMENTS] = tuple(render(committer.made()))
    else:
        files[INVENTORY] = part.pieces()
        files[TRUST] = render(found.trust)
    files[DOSSIER] = render(dossier)
    files |= {f"populations/{one.id}.json": render(one) for one in populations}
    files |= dict(_rendered(dossier, found))
    files["README.txt"] = (_readme(dossier, audience, [*files, "manifest.json"], signed=signed).encode(),)
    head = FolderManifest(
        tool=f"mlposture {__version__}",
        system=name,
        audience=audience,
        inventories=found.inventory.digests,
        files=(),
    )
    return Made(dossier, head, files, committer.secrets() if committer else None)


def _rendered(dossier: "Dossier", found: Judged) -> Iterator[tuple[str, Iterable[bytes]]]:
    """What the formats make of a dossier."""
    from reports.dossier import render, render_record
    from reports.oscal import render as render_oscal

    yield "dossier.html", (render(dossier),)
    yield "record.html", (render_record(dossier),)
    for path, content in render_oscal(dossier, found.catalogue):
        yield f"oscal/{path}", (content,)


def _readme(dossier: "Dossier", audience: Audience, paths: Iterable[str], *, signed: bool) -> str:
    """What each file is, and how to verify it."""
    there = [*paths, *(["manifest.json.sig"] if signed else [])]
    lines = [
        f"{name:<20} {what.format(folder='DIR')}"
        for name, what in _WHAT.items()
        if any(path == name or (name.endswith("/") and path.startswith(name)) for path in there)
    ]
    return "\n".join(
        (
            f"Evidence on the AI system {dossier.cover.system}, as of {dossier.cover.as_of}.",
            "",
            *(textwrap.fill(limit, 110) for limit in dossier.cover.limits),
            "",
            *lines,
            "",
            "mlposture evidence verify DIR                     was a file changed, removed or added?",
            *(_VERIFY[audience]),
            *([_SIGNED] if signed else [_UNSIGNED]),
            "",
        )
    )


_VERIFY = {
    "auditor": (
        "mlposture evidence verify DIR --claim ID          follow a claim back to the saved value and the digest of",
        "                                                  the reply, and judge it anew",
        "Without this tool: the SHA-256 of each file is in manifest.json (sha256sum FILE).",
    ),
    "customer": (
        "Ids of resources, accounts and principals, names and people are replaced by commitments (id-…); equal ones",
        "stand for the same. Who made this dossier can open any of them. With an opening that you are given:",
        "mlposture evidence verify DIR --secrets FILE --claim id-…",
    ),
}
_SIGNED = (
    "mlposture evidence verify DIR --public-key FILE   is it signed by the holder of this key?\n"
    "A signature shows that nothing was changed since, and who holds the key. It does not show when it was made."
)
_UNSIGNED = (
    "It is not signed: whoever can write to this folder can make the digests anew. Compare the SHA-256 of\n"
    "manifest.json with the one that you were told."
)
