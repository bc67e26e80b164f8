"""What of an inventory's lineage a dossier draws: what lies around the jobs and endpoints of its system."""

from __future__ import annotations

from typing import Any

import pytest
from dossiers import SYSTEMS, all_judged, compiled
from msgspec.structs import replace

from scanner.cli.evidence_lineage import lineage_of
from scanner.lineage.events import NotAnEvent
from scanner.model.collectors import COLLECTORS
from scanner.store.inventory import Inventory


@pytest.mark.parametrize("system", SYSTEMS)
def test_all_endpoints_of_a_system_are_drawn_with_what_they_serve(system: str) -> None:
    dossier = compiled(system)
    drawn = dossier.lineage
    assert drawn is not None
    names = {node.label.partition("/")[0] for node in drawn.nodes if node.sort == "endpoint"}
    served = {edge.target for edge in drawn.edges if not edge.perhaps}

    assert names >= {one.name for one in dossier.resources if one.kind.endswith((".Endpoint", ".OnlineEndpoint"))}
    assert [number for number, node in enumerate(drawn.nodes) if node.sort == "endpoint" and number in served]
    assert all(edge.source < len(drawn.nodes) and edge.target < len(drawn.nodes) for edge in drawn.edges)


def test_of_a_system_without_jobs_and_endpoints_nothing_is_drawn() -> None:
    dossier = compiled("fraud-scoring")
    buckets = [one for one in dossier.resources if one.kind == "gcp.storage.Bucket"]

    assert buckets
    assert lineage_of(buckets, all_judged().inventory, COLLECTORS) is None
    gone = [replace(one, name=f"{one.name}-gone") for one in dossier.resources]
    assert lineage_of(gone, all_judged().inventory, COLLECTORS) is None


def test_where_lineage_of_a_cloud_was_cut_off_it_is_said() -> None:
    system = compiled("ticket-sentiment")
    inventory = Inventory(all_judged().inventory.taken_at)
    held = [one for one in system.resources if one.kind == "aws.sagemaker.Endpoint"]
    for kind in ("Endpoint", "EndpointConfig", "Model", "ArtifactLineage"):
        resources = all_judged().inventory.all(COLLECTORS[f"aws.sagemaker.{kind}"].kind)
        inventory.store.put(replace(one, cut=True) if kind == "ArtifactLineage" else one for one in resources)
    drawn, whole = lineage_of(held, inventory, COLLECTORS), system.lineage

    assert drawn is not None and whole is not None
    assert (drawn.cut, whole.cut) == (1, 0)


def test_what_makes_no_event_ends_no_dossier(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(event: Any) -> Any:
        raise NotAnEvent("a name in it is empty")

    monkeypatch.setattr("scanner.cli.evidence_lineage.read_event", refuse)
    assert lineage_of(compiled("fraud-scoring").resources, all_judged().inventory, COLLECTORS) is None
