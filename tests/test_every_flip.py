"""Each boolean or enum a check reads, flipped alone in the world, flips exactly the verdicts that depend on it."""

from __future__ import annotations

import difflib
import itertools
import re
import typing
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
import pytest
from contradicting import PAIRS, Met, Pair, meetings, same
from flipping import COMPUTED, Flip, Rig, Wire, rigged
from rescanning import scan
from scanning import PROVIDERS, document, world_class
from support import FAIL, fail_with, registered
from watching import spelled_fields
from worlds.base import World
from worlds.leaves import Leaf, changed

from scanner.model import decode
from scanner.model.decode import FieldPlan, plans
from scanner.model.nouns import Resource

COLLECTORS = registered()[1]
#: The leaves of a provider are divided by family, so that they can be flipped in several processes.
CHUNKS = 5

#: Members that a check reads and that no single flip in the demo organisation can decide, with the reason.
EXCUSED = {
    Wire(
        "sagemaker_endpoint_auto_rollback_missing", "ProductionVariants.InstanceType"
    ): "only Inf1 instances take no alarms, and the few types that are tried hold none of them",
    Wire(
        "sagemaker_endpoint_auto_rollback_missing", "InferenceComponentStatus"
    ): "of the components of the demo none has an alarm, so that one more or less that counts changes nothing",
    Wire(
        "sagemaker_model_pipeline_image_not_from_private_registry", "Containers.ImageConfig.RepositoryAccessMode"
    ): "of the two containers of the demo's pipeline only one says where its image is from, and it takes both to pass",
    Wire(
        "sagemaker_endpoint_config_async_output_without_customer_key",
        "ServerSideEncryptionConfiguration.Rules.ApplyServerSideEncryptionByDefault.SSEAlgorithm",
    ): "the demo's asynchronous endpoint writes to a bucket without a key by default, and one flip gives it none",
    **{
        Wire(
            "vertex_endpoint_logs_expire_early", f"deployedModels.{member}"
        ): "no single flip leaves an endpoint of the demo without a model that logs something"
        for member in ("disableContainerLogging", "enableAccessLogging")
    },
    Wire(
        "vertex_endpoint_requests_not_logged", "state"
    ): "the one monitoring job of the demo beside an endpoint that logs nothing itself logs next to nothing",
    Wire(
        "vertex_served_model_lineage_names_no_data", "state"
    ): "two executions of the demo read data, so that it takes both to have failed",
    Wire(
        "vertex_served_model_data_from_public_gcs_bucket", "origin.sourceType"
    ): "tells people what reported a process; the verdict goes by what that read",
    Wire(
        "azure_ml_workspace_sensitive_data_in_public_storage", "properties.publicNetworkAccess"
    ): "the storage of the demo's sensitive workspace has public access off, and denies by default as well",
    **{
        Wire(check, "properties.resourceAssociation.accessMode"): "the demo's one account in a perimeter leaves its"
        " network to it, in whichever mode; the cases of these checks have others"
        for check in (
            "azure_ml_storage_open_network",
            "azure_ml_workspace_sensitive_data_in_public_storage",
            "azure_ml_workspace_storage_open_to_anonymous",
        )
    },
    **{
        Wire(check, "properties.properties.state"): "of the states that are tried in place of Running, in none an"
        " instance stands still; the cases of these checks name such states"
        for check in (
            "azure_ml_compute_exposed_and_can_get_ai_account_keys",
            "azure_ml_compute_exposed_and_can_replace_serving_model",
            "azure_ml_compute_public_ip",
        )
    },
    **{
        Wire(check, "properties.principalType"): "of what the demo has, one AI account alone has a role through a group"
        for check in (
            "azure_ml_compute_exposed_and_can_get_ai_account_keys",
            "azure_ml_compute_exposed_and_can_replace_serving_model",
            "azure_ml_compute_identity_privileged",
            "azure_ml_endpoint_identity_privileged",
            "azure_ml_workspace_identity_privileged",
        )
    },
    **{
        Wire(check, "InferenceComponentStatus"): "no inference component of the demo is a model made from a package"
        for check in (
            "sagemaker_model_card_incomplete",
            "sagemaker_model_card_not_approved_by_another",
            "sagemaker_model_card_of_another_model",
            "sagemaker_model_card_older_than_model",
            "sagemaker_model_package_registered_as_approved",
            "sagemaker_served_package_without_model_card",
        )
    },
    **{
        Wire(check, "ModelCard.ModelCardStatus"): "the demo's package has a second card, and that decides"
        for check in (
            "sagemaker_model_card_of_another_model",
            "sagemaker_model_card_older_than_model",
            "sagemaker_served_package_without_model_card",
        )
    },
    Wire("mlflow_model_version_without_signature", "data.tags.value"): "the tag that it reads holds no yes or no",
    Wire(
        "mlflow_model_version_without_signature", "current_stage"
    ): "the version of the demo whose run notes a model has an alias as well",
}

#: Operations whose replies no model describes.
UNMODELLED = {"Microsoft.Storage/checknameavailability/read"}


@cache
def world(provider: str) -> World:
    """A world that need not run, to be asked about the provider's model."""
    return world_class(provider)(document(provider))


@pytest.fixture(scope="module")
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with rigged(request.param) as made:
        yield made


def families(rig: Rig, chunk: int) -> list[list[Leaf]]:
    """Every CHUNKS-th family of leaves, each family whole."""
    names = sorted({leaf.family for leaf in rig.leaves})
    return [[leaf for leaf in rig.leaves if leaf.family == name] for name in names[chunk::CHUNKS]]


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("rig", PROVIDERS, indirect=True)
def test_a_flip_changes_what_depends_on_it_and_nothing_else(rig: Rig, chunk: int) -> None:
    leaves = [leaf for family in families(rig, chunk) for leaf in family]
    flips = list(rig.flips(leaves))

    if len({leaf.family for leaf in rig.leaves}) >= CHUNKS:  # some sources have few families
        assert flips, "a chunk has no leaf to flip: lower CHUNKS"
    fail_with(line for flip in flips for line in rig.wrong(flip))
    fail_with(sorted({str(met) for flip in flips for met in contradictions(rig, flip)}))
    unproven = rig.expected(flip.leaf for flip in flips) - rig.proven(flips) - EXCUSED.keys()
    fail_with(
        f"{wire.slug} reads {wire.member}, and no verdict changes when that does: correct the path of the field or the "
        "check, give the demo organisation a resource that hangs on it, or say in EXCUSED why none can"
        for wire in sorted(unproven)
        if not rig.decides_elsewhere(wire, leaves)
    )


def contradictions(rig: Rig, flip: Flip) -> Iterator[Met]:
    """Verdicts that a flip turned, and that contradict others. Those of the calm world have a test of their own."""
    turned = {change.slug for change in flip.changes}
    for pair in PAIRS[rig.provider]:
        if turned & {pair.one, pair.other}:
            yield from (met for met in meetings(pair, flip.inventory) if met.contradictory)


@pytest.mark.parametrize("rig", PROVIDERS, indirect=True)
def test_flips_are_looked_for_everywhere_they_show(rig: Rig) -> None:
    """The flips above collect anew what asks the operations that show the leaf; a scan of everything finds no more."""
    by_collectors: dict[frozenset[str], list[Leaf]] = defaultdict(list)
    for leaf in rig.leaves:
        asking = {kind for kind, made in COLLECTORS.items() if leaf.operations & set(made.operations)}
        by_collectors[frozenset(asking)].append(leaf)
    for leaves in by_collectors.values():
        turned: Any = rig.document
        for leaf in leaves:
            other = changed(turned, leaf.path, leaf.alternatives[0])
            turned = other if rig.turn(other) else turned
        assert rig.turn(turned)
        narrow = rig.calm.again(rig.connected, frozenset().union(*(leaf.operations for leaf in leaves))).inventory
        full = scan(rig.calm.plan, rig.connected)
        fail_with(
            f"{kind} shows a leaf of {leaves[0].family} that this does not say: add its operation to "
            f"the sources, in tests/worlds/{made.provider}_leaves.py"
            for kind, made in COLLECTORS.items()
            if narrow.of(made.kind) != full.of(made.kind)
        )


@pytest.mark.parametrize("rig", PROVIDERS, indirect=True)
def test_the_calm_world_is_seen_whole_and_watching_changes_nothing(rig: Rig) -> None:
    fail_with(
        f"{gap.kind}: {gap.operation} gives a gap ({gap.detail}): have tests/worlds/{rig.provider}.py answer it"
        for gap in rig.calm.inventory.gaps
    )
    fail_with(
        f"{key[0]} judges {key[1]} otherwise when its reads are watched: correct tests/watching.py"
        for key, (verdict, _) in rig.watched.items()
        if verdict is None or verdict.status is not rig.verdicts[key]
    )
    assert rig.read_leaves, "no check reads any leaf: correct the sources of the leaves"


@pytest.mark.parametrize("kind", sorted(COLLECTORS))
def test_every_path_is_one_of_the_providers(kind: str) -> None:
    """A path that no reply has would go unnoticed: its field is never seen, and a default is judged instead."""
    fail_with(
        f"{kind}.{field}: the provider's model has no such member: correct the path of its `Read`"
        for field in loose(COLLECTORS[kind].provider, plans(COLLECTORS[kind].kind))
    )


def loose(provider: str, fields: tuple[FieldPlan, ...]) -> list[str]:
    """Fields whose path the provider's model does not have."""
    return [
        field.name
        for field in fields
        if (operation := field.operation.partition("#")[0]) not in UNMODELLED
        and not world(provider).knows(operation, field.path)
    ]


@pytest.mark.parametrize("kind", sorted(COLLECTORS))
def test_every_field_says_where_it_comes_from(kind: str) -> None:
    declared = {plan.name for plan in plans(COLLECTORS[kind].kind)}
    computed = {field for name, field in COMPUTED if name == kind}

    fields = set(spelled_fields(COLLECTORS[kind].kind))

    fail_with(
        f"{kind}.{field} does not say where it comes from: give it a `Read`, or put it into COMPUTED of "
        "tests/flipping.py"
        for field in sorted(fields - declared - computed)
    )
    fail_with(
        f"{kind}.{field} is in COMPUTED of tests/flipping.py and has a `Read`, or is gone: remove it there"
        for field in sorted(computed & declared | computed - fields)
    )


@pytest.mark.parametrize("kind", sorted(COLLECTORS))
def test_no_two_fields_would_fit_each_others_members_better(kind: str) -> None:
    fail_with(
        f"{kind}: {one} and {other} would fit each other's members better: exchange their paths, or name them after "
        "the members that they read"
        for one, other in crossed(plans(COLLECTORS[kind].kind))
    )


def crossed(fields: tuple[FieldPlan, ...]) -> list[tuple[str, str]]:
    """Pairs of fields of one type whose names are nearer to each other's members than to their own."""
    return [
        (one.name, other.name)
        for one, other in itertools.combinations(fields, 2)
        if typing.get_args(one.type)[0] == typing.get_args(other.type)[0]
        and nearness(one, other) + nearness(other, one) > nearness(one, one) + nearness(other, other)
    ]


def nearness(field: FieldPlan, source: FieldPlan) -> float:
    """How much the name of a field looks like the end of the operation and path of a source."""
    operation = source.operation.partition("#")[0].removesuffix("/read")
    steps = [step.lower() for step in (re.split(r"[/:.]", operation)[-1], *source.path)]
    ends = ("".join(steps[start:]) for start in range(len(steps)))
    return max(difflib.SequenceMatcher(None, field.name.replace("_", ""), end).ratio() for end in ends)


# -- this test can fail ------------------------------------------------------------------------------------------------

NOTEBOOK: type[Resource] = COLLECTORS["aws.sagemaker.NotebookInstance"].kind
INTERNET, ROOT = "direct_internet_access", "root_access"


def rewired(**sources: tuple[str, ...]) -> tuple[FieldPlan, ...]:
    """The plans of notebook instances with other paths for some fields."""
    return tuple(msgspec.structs.replace(plan, path=sources.get(plan.name, plan.path)) for plan in plans(NOTEBOOK))


@pytest.mark.parametrize("rig", ["aws"], indirect=True)
def test_a_crossed_wire_is_caught(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots that are filled from each other's member: a flip changes the verdict of a check that reads another."""
    swapped = rewired(**{INTERNET: ("RootAccess",), ROOT: ("DirectInternetAccess",)})
    leaves = [leaf for leaf in rig.leaves if leaf.member == "DirectInternetAccess"]
    monkeypatch.setitem(decode._PLANS, NOTEBOOK, swapped)
    broken = Rig("aws", rig.world, rig.connected)
    flips = list(broken.flips(leaves))

    wrong = [line for flip in flips for line in broken.wrong(flip)]
    assert wrong
    assert all("DirectInternetAccess" in line and "sagemaker_notebook_root_access_enabled" in line for line in wrong)
    proven = {wire.slug for wire in broken.proven(flips)}
    assert "sagemaker_notebook_direct_internet_access" in {wire.slug for wire in broken.expected(leaves)} - proven
    assert crossed(swapped) == [(INTERNET, ROOT)]


@pytest.mark.parametrize("rig", ["aws"], indirect=True)
def test_a_contradiction_of_a_flip_is_caught(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root access is on wherever the internet is open, and no pair forbids that; one that did would be found."""
    pair = Pair("sagemaker_notebook_direct_internet_access", FAIL, "sagemaker_notebook_root_access_enabled", FAIL, same)
    monkeypatch.setitem(PAIRS, "aws", [pair])
    leaves = [leaf for leaf in rig.leaves if leaf.member == "RootAccess" and leaf.value == "Disabled"]
    flips = list(rig.flips(leaves))

    assert any(str(met) for flip in flips for met in contradictions(rig, flip))


@pytest.mark.parametrize("rig", ["aws"], indirect=True)
def test_a_loose_wire_is_caught(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path that no reply has: no flip changes anything, and the provider's model does not know it."""
    missing = rewired(**{ROOT: ("RootAccessEnabled",)})
    monkeypatch.setitem(decode._PLANS, NOTEBOOK, missing)
    broken = Rig("aws", rig.world, rig.connected)
    leaves = [leaf for leaf in rig.leaves if leaf.member == "RootAccess"]
    flips = list(broken.flips(leaves))

    assert not [change for flip in flips for change in flip.changes]
    assert loose("aws", missing) == [ROOT]
