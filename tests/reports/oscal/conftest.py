"""OSCAL of the systems of the demo organisation, of one that others may have named, and of all frameworks."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import pytest
from msgspec.structs import replace
from oscal_files import Files
from scanning import PROVIDERS, calm
from support import ROOT

from reports.oscal import render
from reports.oscal.catalogs import framework_catalog, objectives_catalog
from reports.oscal.mapping import mapping_collection
from scanner.cli.evidence_building import Judged, dossier_of, judged
from scanner.cli.evidence_files import make as make_dossier
from scanner.evidence.dossier_types import ControlPage, Dossier
from scanner.frameworks import known, load
from scanner.model.claims import Evidence, Kind

AS_OF = "2026-11-22"
SYSTEMS = ("ticket-sentiment", "fraud-scoring", "retina-diagnosis")
#: More than the demo organisation names: configuration benchmarks, of which rows pass and fail, and an exception.
MORE = {
    "[nist-ai-rmf-1.0]": "[nist-ai-rmf-1.0, aws-fsbp]",
    "iso-42001, nist-ai-rmf-1.0, iso-27001]": "iso-42001, nist-ai-rmf-1.0, iso-27001, cis-azure-6.0]",
    "    documents: #": """\
    exceptions:
      - objective: least-privilege
        resource: "*"
        reason: Accepted until the move
        approved_by: head of platform
        expires: 2027-01-31
    documents: #""",
}


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """The demo organisation, judged from saved inventories."""
    folder = tmp_path_factory.mktemp("oscal")
    manifest = (ROOT / "examples" / "ai-systems.yaml").read_text(encoding="utf-8")
    for old, new in MORE.items():
        assert old in manifest
        manifest = manifest.replace(old, new)
    (folder / "ai-systems.yaml").write_text(manifest, encoding="utf-8")
    for provider in PROVIDERS:
        calm(provider)[0].save(folder / f"{provider}.json")
    return judged(
        [str(folder / f"{provider}.json") for provider in PROVIDERS],
        {"systems": str(folder / "ai-systems.yaml"), "framework": known(), "as_of": AS_OF},
    )


@pytest.fixture(scope="session")
def dossiers(found: Judged) -> dict[str, Dossier]:
    return {name: dossier_of(name, found) for name in SYSTEMS}


@pytest.fixture(scope="session")
def rendered(found: Judged, dossiers: dict[str, Dossier]) -> dict[str, Files]:
    """The files of each system."""
    return {name: dict(render(dossier, found.catalogue)) for name, dossier in dossiers.items()}


@pytest.fixture(scope="session")
def customer(found: Judged) -> Files:
    """The files of a system for who is not to know what its resources, accounts and people are called."""
    files = make_dossier("ticket-sentiment", found, "customer", signed=False).files
    return {name.removeprefix("oscal/"): b"".join(made) for name, made in files.items() if name.startswith("oscal/")}


@pytest.fixture(scope="session")
def hostile(make: Any, found: Judged, dossiers: dict[str, Dossier]) -> Files:
    """The files of a system whose names, messages and documents are whatever others may write."""
    dossier, texts = dossiers["ticket-sentiment"], make.HOSTILE
    observations = [
        replace(one, name=text, message=text, path=(text,), evidence={text: text, "x": ""})
        for one, text in zip(dossier.observations, texts, strict=False)
    ]
    part = next(part for part in dossier.parts if part.framework == "nist-ai-rmf-1.0")
    sections = [replace(one, pages=tuple(map(hostile_page, one.pages, cycle(texts)))) for one in part.sections]
    strange = replace(
        dossier,
        cover=replace(dossier.cover, name="", organisation=texts[1], selectors=texts, blind=texts),
        observations=(*observations, *dossier.observations[len(texts) :]),
        parts=(replace(part, sections=tuple(sections)),),
    )
    return dict(render(strange, found.catalogue))


def hostile_page(page: ControlPage, text: str) -> ControlPage:
    said = Evidence(kind=Kind.DECLARED, text=text, by=text, source=text)
    return replace(page, state=replace(page.state, title=text, why=text, other=(said,)))


@pytest.fixture(scope="session")
def every(dossiers: dict[str, Dossier]) -> Files:
    """The catalogues of all frameworks that are shipped, and the mapping of all."""
    cover, catalogue = dossiers["ticket-sentiment"].cover, load(known())
    frameworks = list(catalogue.frameworks.values())
    made = [objectives_catalog(cover, catalogue), mapping_collection(cover, catalogue, frameworks)]
    return dict([*made, *(framework_catalog(cover, one) for one in frameworks)])
