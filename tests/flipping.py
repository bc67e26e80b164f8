"""One demo world that stays up while leaf after leaf of its document is flipped, and what each flip may change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import product
from typing import Any, NamedTuple

from rescanning import Again, Calm, connected_to
from scanning import document, running
from support import registered
from watching import WHOLE, Seen, deepest, observe
from worlds.base import World, WorldError
from worlds.leaves import Leaf, Path, changed

from scanner.model.checks import Check
from scanner.model.decode import plans
from scanner.model.nouns import Status, Verdict
from scanner.store.inventory import Inventory, InventoryView

JUDGED = (Status.PASS, Status.FAIL)
#: Of an enum that some check reads, at most so many other values are tried, spread over all (there are 276 machines).
MOST = 5

#: Where fields come from that a collector computes: operation and member. Nothing for those that no boolean or enum of
#: a world can change: they follow from names, addresses, error codes and what looks like a secret.
COMPUTED: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    **{("aws.glue.Table", field): () for field in ("columns", "described_columns", "description")},
    ("aws.cloudwatch.Alarm", "alarm_names"): (),
    ("aws.cloudwatch.Alarm", "endpoint_names"): (),
    ("aws.cloudwatch.Alarm", "forwarded_by"): (),
    ("aws.iam.Role", "attached_policies"): (("iam:GetPolicyVersion", "PolicyVersion.Document"),),
    ("aws.iam.Role", "boundary"): (("iam:GetPolicyVersion", "PolicyVersion.Document"),),
    ("aws.iam.Role", "inline_policies"): (("iam:GetRolePolicy", "PolicyDocument"),),
    ("aws.iam.Role", "details_from"): (),
    ("aws.iam.Simulation", "context"): (),
    ("aws.codepipeline.DeclaredPipeline", "exists"): (),
    ("aws.logs.DeclaredLogGroup", "exists"): (),
    ("aws.logs.DeclaredLogGroup", "forwarded_by"): (),
    ("aws.logs.LogGroup", "endpoint_name"): (),
    ("aws.logs.LogGroup", "forwarded_by"): (),
    ("aws.s3.Bucket", "exists"): (),
    ("gcp.iam.ProjectPolicy", "above"): (),
    ("gcp.iam.ProjectPolicy", "holds_ml"): (),
    ("aws.s3.Bucket", "is_default_name"): (),
    ("aws.s3.Bucket", "owned"): (),
    ("aws.s3.Bucket", "region"): (),
    **{("aws.datazone.CatalogLineage", field): () for field in ("runs", "cut", "unread")},
    **{("aws.sagemaker.ArtifactLineage", field): () for field in ("models", "steps", "cut")},
    **{("gcp.data_lineage.DataLineage", field): () for field in ("model", "data", "cut")},
    ("gcp.data_lineage.DataLineage", "steps"): (("datalineage.processes.get", "origin.sourceType"),),
    **{("gcp.vertex_ai.ModelLineage", field): () for field in ("uri", "models", "cut")},
    ("gcp.vertex_ai.ModelLineage", "steps"): (("aiplatform.artifacts.queryArtifactLineageSubgraph", "state"),),
    ("aws.s3.ArtifactObject", "exists"): (),
    ("aws.sagemaker.ModelPackage", "mlflow_names"): (("sagemaker:DescribeModelPackage", "CustomerMetadataProperties"),),
    ("aws.s3.ModelFolder", "documents"): (("s3:GetObject", "Body"),),
    ("aws.s3.ModelFolder", "refused"): (),
    ("gcp.storage.ArtifactFiles", "more"): (),
    ("gcp.storage.ModelFolder", "documents"): (("storage.objects.get", "size"),),
    ("gcp.storage.ModelFolder", "refused"): (),
    ("aws.s3.DataFolder", "documents"): (("s3:GetObject", "Body"),),
    ("aws.s3.DataFolder", "refused"): (),
    ("gcp.storage.DataFolder", "documents"): (("storage.objects.get", "size"),),
    ("gcp.storage.DataFolder", "refused"): (),
    ("mlflow.tracking.EvaluationTable", "columns"): (("mlflow:GetArtifact", "columns"),),
    ("mlflow.tracking.EvaluationTable", "rows"): (("mlflow:GetArtifact", "data"),),
    ("mlflow.tracking.EvaluationTable", "problem"): (),
    ("mlflow.tracking.EvaluationTable", "digest"): (),
    ("gcp.bigquery.Table", "description"): (),
    ("gcp.bigquery.Table", "catalog"): (),
    ("aws.sagemaker.Model", "details_from"): (),
    ("aws.sagemaker.ModelCard", "approved_by"): (),
    ("aws.sagemaker.ModelCard", "approved_version"): (),
    ("aws.sagemaker.MonitoringSchedule", "had_no_data"): (),
    ("aws.sns.Topic", "confirmed"): (),
    ("aws.sns.Topic", "pending"): (),
    ("aws.sagemaker.TrainingJob", "code_uris"): (),
    ("aws.sagemaker.TrainingJob", "details_from"): (),
    ("azure.machine_learning.DataVersion", "description"): (),
    ("gcp.logging.DeclaredLogBucket", "exists"): (),
    ("gcp.logging.LogSink", "takes"): (),
    ("gcp.monitoring.AlertPolicy", "endpoint_ids"): (),
    ("gcp.monitoring.AlertPolicy", "may_watch"): (),
    **{("azure.machine_learning.Job", field): () for field in ("data", "plain_data", "unclear_data", "outputs")},
    ("azure.machine_learning.ModelVersion", "card"): (),
    ("azure.insights.DiagnosticSetting", "endpoint_id"): (),
    ("azure.insights.ActionGroup", "programs"): (),
    ("azure.insights.ActionGroup", "readers"): (
        ("Microsoft.Insights/actionGroups/read", "properties.emailReceivers.status"),
    ),
    **{("azure.insights.LogAlert", field): () for field in ("endpoint_ids", "may_watch")},
    ("azure.insights.MetricAlert", "endpoint_ids"): (),
    ("azure.insights.ProcessingRule", "always"): (),
    ("azure.insights.DiagnosticSetting", "table_ids"): (
        ("Microsoft.Insights/diagnosticSettings/read", "properties.logs.enabled"),
    ),
    ("azure.machine_learning.MonitorSchedule", "deployment_id"): (),
    ("azure.machine_learning.OnlineDeployment", "suspicious_variables"): (),
    ("azure.storage.ModelFolder", "documents"): (
        ("Microsoft.MachineLearningServices/workspaces/datastores/read", "properties.datastoreType"),
    ),
    ("azure.storage.ModelFolder", "refused"): (),
    ("azure.operational_insights.DeclaredLogTable", "exists"): (),
    ("azure.storage.StorageAccount", "exists"): (),
    ("azure.storage.StorageAccount", "moved_to"): (),
    ("lineage.openlineage.LineageDataset", "alias"): (),
    ("lineage.openlineage.LineageDataset", "described"): (),
    ("lineage.openlineage.LineageDataset", "model"): (),
    ("lineage.openlineage.LineageDataset", "namespace"): (),
    ("lineage.openlineage.LineageJob", "namespace"): (),
    ("mlflow.registry.ModelVersion", "aliases"): (),
    ("mlflow.registry.ModelVersion", "logged_model"): (),
    ("mlflow.registry.ModelVersion", "run"): (),
    ("mlflow.server.Server", "asked_with"): (),
    ("mlflow.tracking.Run", "secrets"): (),
    ("gcp.iam.ServiceAccount", "email"): (),
    ("gcp.iam.ServiceAccount", "exists"): (),
    ("gcp.notebooks.Instance", "project_metadata"): (),
    ("gcp.notebooks.Instance", "project_scripts"): (),
    ("gcp.notebooks.Instance", "scripts"): (),
    ("gcp.notebooks.Instance", "script_buckets"): (),
    ("gcp.notebooks.Instance", "secrets"): (),
    ("gcp.notebooks.Instance", "serial_port_prohibited"): (),
    ("gcp.storage.Bucket", "exists"): (),
    ("gcp.storage.Bucket", "folder_bindings"): (),
    ("gcp.storage.Bucket", "open_folders"): (),
    ("gcp.storage.Bucket", "prevented_by_policy"): (),
    ("gcp.storage.Bucket", "project"): (),
    ("gcp.storage.Bucket", "owners"): (),
    ("gcp.storage.Bucket", "shares_parent"): (),
    ("gcp.vertex_ai.CustomJob", "container_buckets"): (),
    ("gcp.vertex_ai.CustomJob", "secrets"): (),
    ("gcp.vertex_ai.Dataset", "buckets"): (),
    ("gcp.vertex_ai.Dataset", "description"): (),
    ("gcp.vertex_ai.Dataset", "sources"): (),
    ("gcp.vertex_ai.TrainingPipeline", "dataset"): (),
    ("gcp.vertex_ai.Model", "card"): (),
    ("gcp.vertex_ai.Model", "container_buckets"): (),
    ("gcp.vertex_ai.Model", "remote_code"): (),
    ("gcp.vertex_ai.Model", "mlflow_names"): (),
    ("gcp.vertex_ai.Model", "secrets"): (),
    ("gcp.vertex_ai.ModelEvaluation", "groups"): (),
}

#: Leaves by which a collector or a request chooses what to look at: they decide whether a resource is there at all.
CHOOSING = {
    ("Microsoft.CognitiveServices/accounts/read", "kind"): "only accounts for generative models are collected",
    ("logging.buckets.list", "lifecycleState"): "one that is being deleted is left out",
    ("iam.serviceAccountKeys.list", "keys.keyType"): "only keys that users keep are asked for",
}


class Change(NamedTuple):
    """A verdict that a flip changed; None is a resource that is not there."""

    slug: str
    id: str
    before: Status | None
    after: Status | None


class Flip(NamedTuple):
    """What became of the verdicts when one leaf had another value."""

    leaf: Leaf
    value: bool | str
    changes: tuple[Change, ...]
    inventory: Inventory


class Wire(NamedTuple):
    """A check, and one member of a reply that it judges by."""

    slug: str
    member: str


@cache
def wires_of(kind: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Operation and member that each field of a kind declares to come from."""
    declared = {field: sources for (name, field), sources in COMPUTED.items() if name == kind}
    for plan in plans(registered()[1][kind].kind):
        declared[plan.name] = ((plan.operation.partition("#")[0], ".".join(plan.path)),)
    return declared


def members(seen: Seen) -> Iterator[tuple[str, str]]:
    """Operation and member behind something that a check read."""
    # What a collector puts together has no members of the provider's.
    inner = () if (seen.kind, seen.field) in COMPUTED else tuple(step for step in seen.inner if step != WHOLE)
    for operation, path in wires_of(seen.kind).get(seen.field, ()):
        yield operation, ".".join((path, *inner) if path else inner)


def is_of(seen: Seen, leaf: Leaf) -> bool:
    """Whether what was read is a member of the resource that the leaf belongs to."""
    return any(same(seen.id, name) for name in leaf.resources)


def covers(seen: Seen, leaf: Leaf) -> bool:
    """Whether what was read is, or holds, the leaf: of the same resource and operation, one member inside the other."""
    return is_of(seen, leaf) and any(
        operation == source and (_within(shown, member) or _within(member, shown))
        for operation, member in members(seen)
        for source, shown in leaf.sources
    )


def _alike(leaf: Leaf, other: Leaf) -> bool:
    return leaf.family == other.family or leaf.value == other.value


def _within(inner: str, outer: str) -> bool:
    return not outer or f"{inner}.".startswith(f"{outer}.")


@cache
def same(id: str, name: str) -> bool:
    """Whether an id of the scanner's is the name in the world file, or ends in it, or is what it ends in."""
    id, name = id.lower(), name.lower()
    pairs = ((id, name), (name, id))
    return id == name or any(long.endswith(sign + short.lstrip(sign)) for long, short in pairs for sign in "/:")


class Rig:
    """A running demo world with one connected provider and what a calm scan of it gave."""

    def __init__(self, provider: str, world: World, connected: Any) -> None:
        self.provider = provider
        self.world = world
        self.connected = connected
        self.document = document(provider)
        self.leaves = list(world.leaves())
        self.checks: dict[str, Check] = {c.slug: c for c in registered()[0].values() if c.providers == {provider}}
        self._seen: dict[frozenset[tuple[Path, bool | str]], Again | None] = {}
        self.turn(self.document)
        # No leaf shows in tags or files, nor in what a scan verifies; to ask that for each flip takes most of the time.
        self.calm = Calm(provider, connected, verify=False, tags=False, documents=False)
        self.verdicts = self.calm.verdicts
        self.watched = {key: self.watch(key, self.calm.inventory) for key in self.verdicts}
        self.reads = {key: reads for key, (_, reads) in self.watched.items()}
        everything = {seen for reads in self.reads.values() for seen in reads}
        self.read_leaves = {leaf.path for leaf in self.leaves if any(covers(seen, leaf) for seen in everything)}

    def watch(self, key: tuple[str, str], inventory: Inventory) -> tuple[Verdict | None, set[Seen]]:
        """The verdict of a check on a resource, and what it looked at; nothing where the resource is not there."""
        check = self.checks[key[0]]
        resource = inventory.find(check.kind, key[1])
        if resource is None:
            return None, set()
        verdict, view = observe(check, resource, inventory)
        return verdict, deepest(view.reads)

    # -- flipping --------------------------------------------------------------------------------------------------

    def flips(self, leaves: Iterable[Leaf]) -> Iterator[Flip]:
        """Each leaf alone with each other value that the provider's model allows there."""
        for leaf in leaves:
            for value in self._values(leaf):
                again = self.seen((leaf, value))
                if again is not None:
                    yield Flip(leaf, value, self.changes(again), again.inventory)

    def seen(self, *turns: tuple[Leaf, bool | str]) -> Again | None:
        """What is seen of a world with these leaves so; None if the rest of the resource forbids that value."""
        key = frozenset((leaf.path, value) for leaf, value in turns)
        if key not in self._seen:
            turned = self.document
            for leaf, value in turns:
                turned = changed(turned, leaf.path, value)
            operations = frozenset().union(*(leaf.operations for leaf, _ in turns))
            self._seen[key] = self.calm.again(self.connected, operations) if self.turn(turned) else None
        return self._seen[key]

    def turn(self, document: Any) -> bool:
        """Put another document into the world; false if the provider's model forbids it."""
        try:
            self.world.replace(document)
        except WorldError:
            return False
        return True

    def _values(self, leaf: Leaf) -> tuple[bool | str, ...]:
        """Other values to try: one for a leaf that no check reads, else all, or a spread of a long enum."""
        others = leaf.alternatives if leaf.path in self.read_leaves else leaf.alternatives[:1]
        return others[:: -(-len(others) // MOST)]

    def changes(self, again: Again) -> tuple[Change, ...]:
        after = self.calm.verdicts_of(again)
        return tuple(
            Change(*key, self.verdicts.get(key), after.get(key))
            for key in sorted(self.verdicts.keys() | after.keys())
            if self.verdicts.get(key) is not after.get(key)
        )

    # -- judging ---------------------------------------------------------------------------------------------------

    def wrong(self, flip: Flip) -> list[str]:
        """Verdicts that changed although their check did not look at the flipped leaf."""
        return [
            f"{flip.leaf} = {flip.value!r} turned {change.slug} on {change.id} from {change.before} to {change.after}, "
            "which does not read it: correct the path of the field that it reads, or the sources of the leaf"
            for change in flip.changes
            if not self.explained(flip, change)
        ]

    def explained(self, flip: Flip, change: Change) -> set[Seen]:
        """What the check read, calm or flipped, that is the leaf."""
        key = (change.slug, change.id)
        reads = self.reads.get(key, set()) | self.watch(key, flip.inventory)[1]
        if CHOOSING.keys() & set(flip.leaf.sources):
            subject = Seen(self.checks[change.slug].kind.kind, change.id, "")
            return {seen for seen in reads | {subject} if is_of(seen, flip.leaf)}
        return {seen for seen in reads if covers(seen, flip.leaf)}

    def expected(self, leaves: Iterable[Leaf]) -> set[Wire]:
        """What the flips of these leaves should prove: the very members that calm passes and fails rest on."""
        wanted = {source: leaf for leaf in leaves for source in leaf.sources}
        return {
            Wire(slug, source[1])
            for (slug, id), reads in self.reads.items()
            if self.verdicts[slug, id] in JUDGED
            for seen in reads
            for source in members(seen)
            if source in wanted
        }

    def decides_elsewhere(self, wire: Wire, leaves: list[Leaf]) -> bool:
        """Whether the member decides in a world that differs in one more leaf, such as the other one of two locks.

        Locks are mostly settings of one resource, or states of several: such pairs are tried first, and of many values
        one for all pairs before the next.
        """
        pairs = sorted(self._pairs(wire, leaves), key=lambda pair: not _alike(*pair[1:]))
        return any(
            self._decides(key, (leaf, value), (other, background))
            for turn, other_turn in sorted(product(range(MOST), repeat=2), key=sum)
            for key, leaf, other in pairs
            for value in self._values(leaf)[turn : turn + 1]
            for background in self._values(other)[other_turn : other_turn + 1]
        )

    def _pairs(self, wire: Wire, leaves: list[Leaf]) -> Iterator[tuple[tuple[str, str], Leaf, Leaf]]:
        """A verdict of the check, a leaf of the member that it rests on, and another that it looked at."""
        for key, reads in self.reads.items():
            if key[0] != wire.slug or self.verdicts[key] not in JUDGED:
                continue
            near = [leaf for leaf in self.leaves if any(covers(seen, leaf) for seen in reads)]
            for leaf in leaves:
                shown = any(member == wire.member for _, member in leaf.sources)
                if shown and any(is_of(seen, leaf) for seen in reads):
                    yield from ((key, leaf, other) for other in near if other.path != leaf.path)

    def _decides(self, key: tuple[str, str], turned: tuple[Leaf, bool | str], other: tuple[Leaf, bool | str]) -> bool:
        without, both = self.seen(other), self.seen(other, turned)
        return bool(without and both) and self._verdict(key, without.inventory) is not self._verdict(
            key, both.inventory
        )

    def _verdict(self, key: tuple[str, str], inventory: Inventory) -> Status | None:
        check = self.checks[key[0]]
        resource = inventory.find(check.kind, key[1])
        return None if resource is None else check(resource, InventoryView(inventory, check.needs)).status

    def proven(self, flips: Iterable[Flip]) -> set[Wire]:
        return {
            Wire(change.slug, member)
            for flip in flips
            for change in flip.changes
            for seen in self.explained(flip, change)
            for _, member in members(seen)
        }


@contextmanager
def rigged(provider: str) -> Iterator[Rig]:
    """A rig on the demo organisation's world."""
    with running(provider) as world, connected_to(provider) as connected:
        yield Rig(provider, world, connected)
