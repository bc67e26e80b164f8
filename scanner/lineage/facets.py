"""Data sets as events of ours name them, with their facets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner import HOME
from scanner.lineage.dataset_names import Place
from scanner.lineage.event_writing import SCHEMA

#: The facet of ours that says that what led to some data was not followed to its beginning.
CUT = "mlposture_cut"


def facet(content: dict[str, Any]) -> dict[str, Any]:
    """A facet of ours with this content."""
    return {"_producer": HOME, "_schemaURL": f"{SCHEMA}BaseFacet", **content}


def data_at(
    where: Place, *, model: bool = False, version: str = "", role: str = "", alias: Iterable[Place] = ()
) -> dict[str, Any]:
    """The data set at a place; `alias` are other places of the same data, `role` is what it is read for."""
    names = [(one.namespace, one.path or "/") for one in alias if one != where]
    return data_named(where.namespace, where.path or "/", model=model, version=version, role=role, alias=names)


def data_named(
    namespace: str, name: str, *, model: bool, version: str, role: str, alias: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """The data set of this name."""
    facets: dict[str, Any] = {}
    if version:
        facets["version"] = facet({"datasetVersion": version})
    if model:
        facets["datasetType"] = facet({"datasetType": "MODEL"})
    if role:
        facets["tags"] = facet({"tags": [{"key": "role", "value": role, "source": "mlposture"}]})
    if others := [{"namespace": one, "name": other, "type": "TABLE"} for one, other in alias]:
        facets["symlinks"] = facet({"identifiers": others})
    return {"namespace": namespace, "name": name, "facets": facets}
