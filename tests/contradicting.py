"""Pairs of verdicts that cannot both stand, and the inventories that they are looked for in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from support import FAIL, PASS, UNKNOWN, Case, all_cases, inventory_of, registered

from checks.aws.iam.resources import Role
from checks.aws.names import location
from checks.aws.s3.resources import Bucket as S3Bucket
from checks.aws.sagemaker.addresses import component_uris, config_uris, job_uris, model_uris
from checks.aws.sagemaker.ownership import bucket_of
from checks.aws.sagemaker.resources import EndpointConfig, InferenceComponent, Model, TrainingJob
from checks.azure.ids import arm_id, workspace_of
from checks.azure.machine_learning.resources import Compute
from checks.gcp.names import bucket_id
from checks.gcp.paths.artifacts import model_buckets
from checks.gcp.vertex_ai.resources import Endpoint
from scanner.model.checks import Check
from scanner.model.nouns import Resource, Status, Verdict
from scanner.store.inventory import Inventory, InventoryView

#: Ids of what the other check of a pair judges, for a resource that one check judged.
Related = Callable[[Any, Verdict, Inventory], Iterable[str]]
CHECKS: dict[str, Check] = {check.slug: check for check in registered()[0].values()}


class Pair(NamedTuple):
    """If `one` says `says` of a resource, `other` says `never` of none that is `related` to it, if `both` holds."""

    one: str
    says: Status
    other: str
    never: Status
    related: Related
    both: Callable[[Verdict, Verdict], bool] = lambda *_: True

    def __str__(self) -> str:
        return f"{self.one} {self.says} and {self.other} {self.never}"


# -- how resources are related -----------------------------------------------------------------------------------------


def same(resource: Resource, verdict: Verdict, inventory: Inventory) -> Iterable[str]:
    return (resource.id,)


def along(resource: Resource, verdict: Verdict, inventory: Inventory) -> Iterable[str]:
    """What the verdict went through."""
    return verdict.path


def s3_buckets(resource: Any, verdict: Verdict, inventory: Inventory) -> Iterator[str]:
    uris = {
        Model: model_uris,
        InferenceComponent: component_uris,
        EndpointConfig: config_uris,
        TrainingJob: job_uris,
    }[type(resource)](resource)
    for place in filter(None, map(location, uris)):
        found = bucket_of(InventoryView(inventory, (S3Bucket,)), resource, place[0])
        if isinstance(found, S3Bucket) and found.scope.account == resource.scope.account:
            yield found.id


def named_roles(resource: Resource, verdict: Verdict, inventory: Inventory) -> Iterable[str]:
    """The roles that a verdict of ours shows by name."""
    shown = verdict.evidence.get("Role.name", ())
    return [role.id for role in inventory.of(Role) if role.name in ([shown] if isinstance(shown, str) else shown)]


def gcs_buckets(model: Any, verdict: Verdict, inventory: Inventory) -> Iterable[str]:
    return (
        [] if model.artifact_uri is UNSET or model.container_buckets is UNSET else map(bucket_id, model_buckets(model))
    )


def endpoints_of_members(policy: Any, verdict: Verdict, inventory: Inventory) -> Iterator[str]:
    """Endpoints of the project that serve as one of the accounts that the verdict names."""
    members = " ".join(map(str, verdict.evidence.get("bindings", ())))
    for endpoint in inventory.of(Endpoint):
        models = endpoint.deployed_models or ()
        if endpoint.scope.account == policy.name and any(
            each.service_account and f"serviceAccount:{each.service_account}" in members for each in models
        ):
            yield endpoint.id


def its_storage(workspace: Any, verdict: Verdict, inventory: Inventory) -> Iterable[str]:
    return [arm_id(workspace.storage_account)] if isinstance(workspace.storage_account, str) else []


def its_computes(workspace: Resource, verdict: Verdict, inventory: Inventory) -> Iterable[str]:
    return [compute.id for compute in inventory.of(Compute) if workspace_of(compute.id) == workspace.id]


def shown(field: str) -> Callable[[Verdict, Verdict], bool]:
    """The first verdict rests on a field."""
    return lambda one, other: field in one.evidence


# -- the pairs ---------------------------------------------------------------------------------------------------------


def agreeing(joined: str, single: str, related: Related) -> tuple[Pair, Pair]:
    """Two checks that ask the same question, one of what the other joins."""
    return Pair(joined, PASS, single, FAIL, related), Pair(joined, FAIL, single, PASS, along)


def exclusive(one: str, other: str, related: Related = same) -> tuple[Pair, Pair]:
    """If one check fails, the question of the other does not arise."""
    return Pair(one, FAIL, other, PASS, related), Pair(one, FAIL, other, FAIL, related)


def unreachable(closed: str, *opened: str) -> list[Pair]:
    """What cannot be reached is not open either."""
    return [Pair(closed, PASS, each, FAIL, same) for each in opened]


_FOREIGN = (
    "sagemaker_model_artifact_bucket_takeover",
    "sagemaker_component_artifact_bucket_takeover",
    "sagemaker_endpoint_config_data_capture_bucket_foreign",
    "sagemaker_endpoint_config_async_output_bucket_foreign",
    "sagemaker_endpoint_config_core_dump_bucket_foreign",
    "sagemaker_training_output_bucket_foreign",
    "sagemaker_training_input_bucket_foreign",
    "sagemaker_training_code_bucket_foreign",
)
_TAKEOVER = (
    "vertex_model_artifact_bucket_takeover",
    "vertex_workbench_script_bucket_takeover",
    "vertex_custom_job_bucket_takeover",
)
_OF_STORAGE = (
    "azure_ml_storage_anonymous_access_allowed",
    "azure_ml_storage_shared_key_access",
    "azure_ml_storage_open_network",
)
_NETWORK, _ANONYMOUS = "StorageAccount.network_default_action", "StorageAccount.allow_blob_public_access"

AWS = (
    *agreeing("sagemaker_model_artifact_bucket_public", "s3_ml_bucket_public", s3_buckets),
    *agreeing("sagemaker_component_artifact_bucket_public", "s3_ml_bucket_public", s3_buckets),
    *agreeing("sagemaker_notebook_role_administrative", "iam_ml_role_administrative", named_roles),
    *agreeing("sagemaker_endpoint_role_administrative", "iam_ml_role_administrative", named_roles),
    *(Pair(each, FAIL, "s3_sagemaker_default_bucket_squattable", PASS, along) for each in _FOREIGN),
    *(Pair(each, FAIL, "s3_ml_bucket_public", FAIL, along) for each in _FOREIGN),
    Pair(
        _FOREIGN[0],
        PASS,
        "s3_sagemaker_default_bucket_squattable",
        FAIL,
        s3_buckets,
        lambda one, other: "-an" not in one.message,  # no default bucket has a name that is reserved for its account
    ),
    *unreachable("s3_ml_bucket_public_access_unblocked", "s3_ml_bucket_public"),
    *unreachable("sagemaker_notebook_direct_internet_access", "sagemaker_notebook_writes_served_artifact"),
    *unreachable("sagemaker_model_network_isolation_disabled", "sagemaker_model_hub_source_unpinned"),
    Pair(
        "sagemaker_notebook_platform_unsupported",
        FAIL,
        "sagemaker_notebook_operating_system_unmaintained",
        PASS,
        same,
    ),
    *exclusive(
        "sagemaker_model_image_not_from_private_registry", "sagemaker_model_pipeline_image_not_from_private_registry"
    ),
)
GCP = (
    *agreeing("vertex_model_artifact_bucket_public", "gcp_ml_bucket_public", gcs_buckets),
    *unreachable("gcp_ml_bucket_public_access_not_prevented", "gcp_ml_bucket_public"),
    *unreachable("vertex_workbench_public_ip", "vertex_workbench_public_with_write_to_served_artifacts"),
    *exclusive("vertex_custom_job_without_service_account", "vertex_custom_job_default_service_account"),
    *(pair for each in _TAKEOVER for pair in exclusive(each, "gcp_ml_bucket_public", along)),
    Pair(
        "gcp_project_act_as_every_service_account",
        FAIL,
        "vertex_endpoint_identity_can_take_over_project",
        PASS,
        endpoints_of_members,
    ),
)
AZURE = (
    Pair("azure_ml_workspace_public_network_access", FAIL, "azure_ml_workspace_public_behind_vnet", PASS, same),
    Pair("azure_ml_workspace_public_network_access", PASS, "azure_ml_workspace_public_behind_vnet", FAIL, same),
    *exclusive("azure_ml_workspace_without_private_endpoint", "azure_ml_workspace_public_behind_vnet"),
    Pair("azure_ai_account_open_ip_rule", FAIL, "azure_ai_account_public_network_access", PASS, same),
    Pair("azure_ai_account_open_ip_rule", PASS, "azure_ai_account_public_network_access", FAIL, same),
    *agreeing("azure_ml_workspace_sensitive_data_in_public_storage", "azure_ml_storage_open_network", its_storage),
    Pair("azure_ml_workspace_storage_open_to_anonymous", FAIL, "azure_ml_storage_open_network", PASS, along),
    Pair("azure_ml_workspace_storage_open_to_anonymous", FAIL, _OF_STORAGE[0], PASS, along),
    Pair("azure_ml_workspace_storage_open_to_anonymous", PASS, _OF_STORAGE[0], FAIL, along, shown(_ANONYMOUS)),
    Pair("azure_ml_workspace_storage_open_to_anonymous", PASS, _OF_STORAGE[2], FAIL, along, shown(_NETWORK)),
    *(pair for each in _OF_STORAGE for pair in exclusive("azure_ml_workspace_storage_missing", each, along)),
    *agreeing("azure_ml_workspace_datastores_use_access_keys", "azure_ml_storage_shared_key_access", along),
    *unreachable(
        "azure_ml_compute_public_ip",
        "azure_ml_compute_instance_ssh_open",
        "azure_ml_compute_cluster_remote_login_open",
        "azure_ml_compute_exposed_and_can_replace_serving_model",
    ),
    *unreachable("azure_ml_compute_instance_ssh_open", "azure_ml_compute_exposed_and_can_replace_serving_model"),
    Pair(
        "azure_ml_compute_outside_network",
        PASS,
        "azure_ml_compute_cluster_remote_login_open",
        FAIL,
        same,
        lambda one, other: "subnet_id" in other.evidence,  # nobody chose: the network decides
    ),
    Pair(
        "azure_ml_workspace_managed_network_not_isolated", PASS, "azure_ml_compute_outside_network", FAIL, its_computes
    ),
    Pair("azure_ml_workspace_managed_network_not_isolated", FAIL, "azure_ml_compute_outside_network", PASS, along),
    Pair("azure_ml_workspace_v1_legacy_mode", FAIL, "azure_ml_workspace_managed_network_not_isolated", FAIL, same),
    Pair(
        "azure_ml_online_deployment_public_egress",
        PASS,
        "azure_ml_workspace_managed_network_not_isolated",
        FAIL,
        along,
        shown("Workspace.outbound_rules"),
    ),
)
PAIRS: dict[str, tuple[Pair, ...]] = {"aws": AWS, "gcp": GCP, "azure": AZURE, "mlflow": (), "lineage": ()}


# -- looking for them --------------------------------------------------------------------------------------------------


class Met(NamedTuple):
    """Two verdicts on related resources; a contradiction if the pair says so."""

    pair: Pair
    ids: tuple[str, str]
    verdicts: tuple[Verdict, Verdict]

    @property
    def contradictory(self) -> bool:
        return self.verdicts[1].status is self.pair.never and self.pair.both(*self.verdicts)

    def __str__(self) -> str:
        said = " / ".join(verdict.message for verdict in self.verdicts)
        return f"{self.pair} of {' and '.join(self.ids)}: {said}"


def meetings(pair: Pair, inventory: Inventory) -> Iterator[Met]:
    """Where in an inventory `one` says so, and `other` judges something related, whatever it says."""
    one, other = CHECKS[pair.one], CHECKS[pair.other]
    views = InventoryView(inventory, one.needs), InventoryView(inventory, other.needs)
    for resource in inventory.of(one.kind):
        verdict = one(resource, views[0])
        for id in pair.related(resource, verdict, inventory) if verdict.status is pair.says else ():
            found = inventory.find(other.kind, id)
            given = other(found, views[1]) if found is not None else None
            if given is not None and given.status is not UNKNOWN:
                yield Met(pair, (resource.id, id), (verdict, given))


#: So many cases of two checks are put together.
_MOST = 240


def states(pair: Pair) -> Iterator[Inventory]:
    """Inventories made of the cases of both checks: each alone, and each with what the cases of the other set.

    Of very many together, every so manieth.
    """
    kinds = CHECKS[pair.one].kind, CHECKS[pair.other].kind
    tables = all_cases()[pair.one], all_cases()[pair.other]
    for case in (*tables[0], *tables[1]):
        yield case.inventory()
    together = [(kinds[1], case, given) for case in tables[0] for given in tables[1]]
    together += [(kinds[0], case, given) for case in tables[1] for given in tables[0]]
    for kind, case, given in together[:: len(together) // _MOST + 1]:
        own = [case.resource, *case.others]
        changed = [_as(each, given.resource) if type(each) is kind else each for each in own]
        if changed != own:
            yield _together(changed, given, case)


def _as(resource: Any, given: Any) -> Any:
    """A resource with all that another one of its kind sets."""
    values = {name: getattr(given, name) for name in given.__struct_fields__ if name not in Resource.__struct_fields__}
    return msgspec.structs.replace(
        resource, **{name: value for name, value in values.items() if not isinstance(value, UnsetType)}
    )


def _together(resources: list[Any], given: Case, case: Case) -> Inventory:
    known = {(type(each), each.id) for each in resources}
    more = [each for each in given.others if (type(each), each.id) not in known]
    return inventory_of(*resources, *more, incomplete={*case.incomplete, *given.incomplete})
