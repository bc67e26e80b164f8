"""OSCAL 1.2.1 of a dossier: catalogues, the mapping between them, components, and a plan and results a framework.

Each framework has a plan and results of its own, since ids of controls are unique within one alone. Every document is
made of the dossier and the catalogues: no clock, no chance, so that a re-export is equal to the byte.
"""

from __future__ import annotations

from collections.abc import Iterator

from reports.oscal.catalogs import framework_catalog, objectives_catalog
from reports.oscal.components import component_definition
from reports.oscal.mapping import mapping_collection
from reports.oscal.plan import assessment_plan
from reports.oscal.results import assessment_results
from reports.oscal.reviewed import Reviewed
from scanner.evidence.dossier_types import Dossier
from scanner.frameworks import Catalogue


def render(dossier: Dossier, catalogue: Catalogue) -> Iterator[tuple[str, bytes]]:
    """The files, each with its name. `catalogue` holds the frameworks of the dossier."""
    cover = dossier.cover
    frameworks = [catalogue.frameworks[part.framework] for part in dossier.parts]
    yield objectives_catalog(cover, catalogue)
    yield from (framework_catalog(cover, framework) for framework in frameworks)
    if any(framework.mappings for framework in frameworks):
        yield mapping_collection(cover, catalogue, frameworks)
    yield component_definition(cover, catalogue)
    for part in dossier.parts:
        reviewed = Reviewed(dossier, part, catalogue)
        yield assessment_plan(reviewed)
        yield assessment_results(reviewed)
