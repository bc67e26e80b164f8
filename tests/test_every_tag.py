"""Every kind that people can tag has its tags or labels in three states, and nobody mistakes unread ones for none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from msgspec import UNSET
from support import fail_with, inventory_of, registered
from worlds import gcp_discovery
from worlds.azure_models import TYPES, Model, fields

from scanner.model.collectors import Collector
from scanner.model.decode import FieldPlan, decode, plans
from scanner.model.nouns import Resource, Scope
from scanner.systems.tags import Tags
from scripts.build_google_shapes import APIS

COLLECTORS = registered()[1]
#: Kinds whose replies have tags or labels that are none of theirs, with the reason.
OF_OTHERS = {"gcp.iam.ProjectPolicy": "the labels are those of the project, and no resource in it has them"}
#: Kinds whose tags are among the properties of a reply, which the models of these tests do not reach into.
IN_PROPERTIES = {f"azure.machine_learning.{name}" for name in ("DataVersion", "ModelVersion", "MonitorSchedule")}
TAGGED = {
    kind: plan
    for kind, made in sorted(COLLECTORS.items())
    for plan in plans(made.kind)
    if plan.name in ("tags", "labels")
}


def replied(collector: Collector) -> Iterator[str]:
    """Which of the members that hold tags the reply of some operation of a collector has, by its models."""
    for operation in {plan.operation.partition("#")[0] for plan in plans(collector.kind)}:
        if collector.provider == "azure":
            shape = TYPES.get(operation.removesuffix("/read"), {})
            yield from {"tags"} & set(fields(shape) if isinstance(shape, Model) else shape)
        elif collector.provider == "gcp":
            yield from {"labels", "userLabels"} & set(of_google(operation))


def of_google(operation: str) -> Iterable[str]:
    """The members of what an operation of Google Cloud gets or lists."""
    for api in filter(None, (gcp_discovery.load(*version) for version in APIS)):
        for method in (method for methods in api.routes.values() for method in methods):
            if method.permission == operation and method.http == "GET":
                schema = api.schemas[method.response]
                if method.lists and (key := api.items_key(method)):
                    schema = api.schemas[schema["properties"][key]["items"]["$ref"]]
                yield from schema.get("properties", {})


def test_what_people_can_tag_has_a_field_for_it() -> None:
    found = {kind: members for kind, made in COLLECTORS.items() if (members := set(replied(made)))}

    fail_with(
        f"{kind}: its replies have {', '.join(members)}, which people write: give it a field of that name"
        for kind, members in found.items()
        if kind not in TAGGED and kind not in OF_OTHERS
    )
    assert OF_OTHERS.keys() <= found.keys() - TAGGED.keys()
    assert {kind for kind in TAGGED if not kind.startswith("aws.")} <= found.keys() | IN_PROPERTIES


@pytest.mark.parametrize("kind", TAGGED)
def test_tags_have_three_states(kind: str) -> None:
    plan = TAGGED[kind]

    assert tags_of(kind, plan, UNSET) is None, "not observed"
    assert tags_of(kind, plan, {}) == {}, "observed, and there are none"
    assert tags_of(kind, plan, within(plan, {"team": "ml", "gone": None})) == {"team": "ml"}
    assert tags_of(kind, plan, within(plan, ["team"])) is None, "not of the type that it has to be"


def within(plan: FieldPlan, value: object) -> object:
    """A reply that has a value where the plan looks for it."""
    for member in reversed(plan.path):
        value = {member: value}
    return value


def tags_of(kind: str, plan: FieldPlan, reply: object) -> object:
    """What selectors see of a resource of which one reply came, or none."""
    made, _ = decode(COLLECTORS[kind].kind, {plan.operation: reply}, **identity(kind))  # type: ignore[dict-item]
    if kind == "aws.tagging.TaggedResource":
        resource: Resource = COLLECTORS["aws.sagemaker.Endpoint"].kind(**identity(kind))
        return Tags(inventory_of(made), COLLECTORS).of(resource)
    inventory = inventory_of(made)
    [kept] = inventory.all(type(made))
    return Tags(inventory, COLLECTORS).of(kept)


def identity(kind: str) -> dict[str, object]:
    return {"id": "arn:aws:sagemaker:eu-west-1:1:endpoint/x", "name": "x", "scope": Scope(kind.partition(".")[0], "1")}
