"""Tags and labels: who claims by them, what is said where they were not observed, and where they contradict a claim."""

from __future__ import annotations

import pytest
from declaring import declared, demo_graph, selecting
from factories.aws import endpoint, notebook, tagged
from support import inventory_of, registered

from checks.gcp.vertex_ai.resources import CustomJob
from scanner.model.nouns import Resource, Scope
from scanner.systems.assign import assign
from scanner.systems.graph import Graph
from scanner.systems.manifest import Include
from scanner.systems.names import Key
from scanner.systems.tags import Tags, providers_by_tags

COLLECTORS = registered()[1]
TEAM = {"team": "ml"}


def graph_of(*resources: Resource) -> Graph:
    return Graph(inventory_of(*resources), COLLECTORS)


@pytest.mark.parametrize(
    ("include", "kind"),
    [
        (Include(provider="aws", tags={"ai-system": "ticket-sentiment"}), "aws.sagemaker.Endpoint"),
        (Include(provider="gcp", labels={"ai-system": "fraud-scoring"}), "gcp.vertex_ai.Endpoint"),
        (Include(provider="azure", tags={"ai-system": "retina-diagnosis"}), "azure.machine_learning.OnlineEndpoint"),
    ],
    ids=["aws", "gcp", "azure"],
)
def test_what_is_tagged_is_claimed_with_what_it_leads_to(include: Include, kind: str) -> None:
    claimed = assign(declared(tagged=selecting(include)), demo_graph(include.provider)).systems["tagged"].claimed

    said = {str(via) for key, via in claimed.items() if key.kind == kind}
    assert said == {"selected by include 1, by what its tags record"}
    assert {via.recorded for via in claimed.values()} == {True, False}, "what the joins lead to was observed"


def test_a_selector_by_tags_that_were_not_observed_is_not_assigned() -> None:
    seen, unseen, other = notebook("seen"), notebook("unseen"), endpoint()
    selectors = {
        "some": Include(provider="aws", tags=TEAM),
        "none": Include(provider="aws", tags={"team": "other"}),
        "endpoint": Include(provider="aws", arns=(other.id,), tags=TEAM),
    }
    manifest = declared(**{name: selecting(include) for name, include in selectors.items()})
    found = assign(manifest, graph_of(seen, unseen, other, tagged(seen, **TEAM), tagged(other)))
    what = "aws.sagemaker.NotebookInstance, of which tags were not observed; scan with --systems, and look at its gaps"

    assert {name: set(claims.claimed) for name, claims in found.systems.items()} == {
        "some": {Key(seen.kind, seen.id)},
        "none": set(),
        "endpoint": set(),
    }
    assert found.warnings == (
        f"system some: include 1: cannot be decided for {what}",
        f"system none: include 1: not assigned: cannot be decided for {what}",
        "system endpoint: include 1: matches nothing in the inventory; correct it, or remove it",
    )


def test_tags_of_what_belongs_to_nobody_are_no_resources() -> None:
    graph = graph_of(notebook(), tagged(notebook(), **TEAM), tagged(endpoint(), **TEAM))

    assert [*map(graph.names.key, range(len(graph)))] == [Key(notebook().kind, notebook().id)]


def test_a_tag_that_names_another_system_is_warned_of() -> None:
    notebooks = [notebook(name) for name in ("a", "b", "c", "shared")]
    systems = ("other", "other", "mine", "second")
    tags = [tagged(one, ai_system=system) for one, system in zip(notebooks, systems, strict=True)]
    job = CustomJob(
        id="//aiplatform.googleapis.com/projects/p/locations/l/customJobs/1",
        name="1",
        scope=Scope("gcp", "p", "l"),
        labels={"ai_system": "Mine"},
    )
    unclaimed = (endpoint(), tagged(endpoint(), ai_system="other"))
    mine = selecting(Include(provider="aws", arns=(notebook("*").id,)), Include(provider="gcp", ids=(job.id,)))
    second = selecting(Include(provider="aws", arns=(notebook("shared").id,)))
    found = assign(declared(mine=mine, second=second), graph_of(*notebooks, *tags, job, *unclaimed))

    said = "whose tag or label"
    assert found.warnings == (
        f"system mine: claims {notebooks[0].kind} {notebooks[0].id} and 1 more, {said} ai-system names 'other'; "
        "correct one of the two",
        f"system mine: claims {job.kind} {job.id}, {said} ai_system names 'Mine'; correct one of the two",
    )


def test_whoever_may_tag_cannot_fill_the_screen() -> None:
    notebooks = [notebook(str(number)) for number in range(50)]
    tags = [tagged(one, ai_system=f"{one.name}\n{'x' * 300}") for one in notebooks]
    everything = selecting(Include(provider="aws", accounts=("111122223333",)))
    found = assign(declared(mine=everything), graph_of(*notebooks, *tags))

    assert len(found.warnings) == 21
    assert found.warnings[-1] == "and 30 more tags name another system than the one that claims the resource"
    assert all("\n" not in text and len(text) < 300 for text in found.warnings)


def test_what_a_manifest_selects_by_is_known() -> None:
    by_labels, by_tags = Include(provider="gcp", labels=TEAM), Include(provider="azure", tags=TEAM)
    manifest = declared(a=selecting(by_labels, Include(provider="aws", regions=("eu-west-1",))), b=selecting(by_tags))

    assert providers_by_tags(manifest) == {"gcp", "azure"}


def test_tags_of_any_spelling_of_an_arn_are_found() -> None:
    capital = notebook("Research")
    written = tagged(notebook("research"), **TEAM)

    assert Tags(inventory_of(capital, written), COLLECTORS).of(capital) == TEAM
