"""Populations hold what was seen and say how far that is all, and a sample can be drawn again by anybody."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import pytest
from dossiers import CLOUD, MANIFEST, SYSTEMS, all_judged, compiled, inventory, saved_after
from support import all_kinds
from worlds.base import Fault

from scanner.cli.evidence_building import dossier_of, judged
from scanner.evidence.populations import KNOWN, Population, answering, populations_of, sample
from scanner.frameworks import load
from scanner.model.errors import InputError
from scanner.model.nouns import Holds


@cache
def populations(system: str) -> dict[str, Population]:
    found = populations_of(compiled(system), all_judged().inventory, all_kinds())
    return {one.id: one for one in found}


def test_controls_that_populations_answer_exist_and_kinds_do() -> None:
    frameworks = load(("soc2", "iso-42001", "eu-ai-act")).frameworks
    for known in KNOWN.values():
        for framework, ids in known.controls.items():
            assert set(ids) <= {row.id for row in frameworks[framework].controls}
        for kind, fields in known.kinds.items():
            assert set(fields) <= set(all_kinds()[kind].__struct_fields__)
    identities = {all_kinds()[kind].holds for kind in KNOWN["principals"].kinds}
    assert identities == {Holds.IDENTITY}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_population_is_all_of_its_kinds_that_the_system_holds(system: str) -> None:
    dossier = compiled(system)
    for id, one in populations(system).items():
        held = [resource for resource in dossier.resources if resource.kind in KNOWN[id].kinds]
        assert [(item.kind, item.id) for item in one.items] == [(resource.kind, resource.id) for resource in held]
        assert (one.count, one.complete, one.why_incomplete) == (len(held), True, ())
        assert one.count > 0
        assert one.operations == tuple(sorted({origin.operation for each in held for origin in each.origins}))
        listed = [listing for listing in all_judged().inventory.listings.values() if listing.kind in one.kinds]
        assert one.pages == sum(listing.pages for listing in listed)
        assert bool(one.pages) == (id != "principals"), "identities are asked for one by one"
        assert dossier.cover.first <= one.first <= one.last <= dossier.cover.last
        assert [reader.provider for reader in one.read_by] == [CLOUD[system]]
        assert all(reader.name for reader in one.read_by)


def test_changes_are_not_read_and_answer_no_control() -> None:
    found = populations("fraud-scoring")["endpoint-changes"]
    assert found.controls == {}
    assert "does not read changes" in found.limits[0]


def test_approvals_are_those_that_were_recorded(tmp_path: Path) -> None:
    manifest = tmp_path / "s.yaml"
    manifest.write_text(MANIFEST.read_text().replace("endpoint/sentiment-*", "*"))
    found = judged([inventory("aws")], {"systems": str(manifest), "framework": ()})
    [versions, *_] = populations_of(dossier_of("ticket-sentiment", found), found.inventory, all_kinds())
    recorded = {item.name: [(each.status, each.by, each.at) for each in item.approvals] for item in versions.items}
    assert recorded["from-registry"] == [("Approved", "not read", "not read")]
    assert recorded["ensemble-from-registry"] == [("Rejected", "not read", "not read")]
    assert recorded["sentiment-good"] == []
    packages = {item.id for item in versions.items if item.kind == "aws.sagemaker.ModelPackage"}
    assert {each.recorded_in for item in versions.items for each in item.approvals} <= packages


def test_a_listing_that_was_refused_makes_a_population_incomplete(tmp_path: Path) -> None:
    saved = saved_after(
        tmp_path / "i.json", "gcp", lambda world: world.faults.append(Fault("aiplatform.models.list", "deny"))
    )
    found = judged([saved], {"systems": str(MANIFEST), "framework": ()})
    [versions, *_] = populations_of(dossier_of("fraud-scoring", found), found.inventory, all_kinds())
    assert not versions.complete
    assert versions.why_incomplete[0].startswith("gcp.vertex_ai.Model: ")
    assert "listings are incomplete" in versions.why_incomplete[0]


def test_a_sample_is_drawn_by_seed_and_id_alone() -> None:
    population = populations("fraud-scoring")["model-versions"]
    drawn = sample(population, 3, "2026")
    ids = [item.id for item in population.items]
    by_hand = sorted(ids, key=lambda one: hashlib.sha256(f"2026\n{one}".encode()).hexdigest())
    assert [item.id for item in drawn] == by_hand[:3]
    assert sample(population, 2, "2026") == drawn[:2]
    assert len(sample(population, 99, "2026")) == population.count
    others = [[item.id for item in sample(population, 3, str(seed))] for seed in range(20)]
    assert len({tuple(other) for other in others}) > 5


@pytest.mark.parametrize(("control", "ids"), [("CC8.1", ["model-versions"]), ("soc2:CC6.1", ["principals"])])
def test_a_control_is_answered_from_its_population(control: str, ids: list[str]) -> None:
    assert [one.id for one in answering(populations("fraud-scoring").values(), control)] == ids


@pytest.mark.parametrize("control", ["CC1.1", "iso-42001:CC8.1", "", "CC8"])
def test_a_control_that_no_population_answers_is_refused(control: str) -> None:
    with pytest.raises(InputError, match=r"no population answers it; there are some for .*soc2:CC8\.1"):
        answering(populations("fraud-scoring").values(), control)
