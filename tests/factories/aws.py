"""AWS resources for tests. Every field is `UNSET` unless given: a case names only what its verdict rests on.

But for notebooks: they run, unless a case says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from checks.aws.cloudwatch.resources import Alarm
from checks.aws.codepipeline.resources import DeclaredPipeline
from checks.aws.datazone.resources import CatalogLineage, CatalogRun
from checks.aws.glue.resources import Table
from checks.aws.iam.resources import (
    BoundaryDecision,
    Evaluation,
    OrganizationsDecision,
    Policy,
    ResourceResult,
    Role,
    Simulation,
)
from checks.aws.logs.resources import DeclaredLogGroup, LogGroup
from checks.aws.macie.resources import BucketCoverage, coverage_id
from checks.aws.names import foreign_bucket_id, seen_from
from checks.aws.s3.resources import (
    AccountBucket,
    ArtifactObject,
    Bucket,
    DataFolder,
    Grant,
    Grantee,
    ModelFolder,
    PublicAccessBlock,
)
from checks.aws.sagemaker.resources import (
    ArtifactLineage,
    ComponentContainer,
    ComponentSpecification,
    Container,
    DataSource,
    Endpoint,
    EndpointConfig,
    FeatureGroup,
    ImageConfig,
    InferenceComponent,
    InferenceSpecification,
    LineageStep,
    Model,
    ModelCard,
    ModelPackage,
    MonitoringSchedule,
    NamedModelCard,
    NotebookInstance,
    OfflineStorage,
    PackageContainer,
    S3DataSource,
    TrainingJob,
    Variant,
)
from checks.aws.sns.resources import Topic
from checks.aws.tagging.resources import TaggedResource
from scanner.cards.card_files import Document
from scanner.cards.sheet_files import SheetFile
from scanner.lineage.dataset_names import place_of
from scanner.lineage.run_parts import Data
from scanner.model.nouns import Resource, Scope

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "999988887777"
REGION = "eu-west-1"
HERE = Scope("aws", ACCOUNT, REGION)
EVERYWHERE = Scope("aws", ACCOUNT)
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/sentiment"
PINNED = f"{IMAGE}@sha256:{'a' * 64}"


def arn(kind: str, name: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind}/{name}"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def notebook(name: str = "research", **fields: Any) -> NotebookInstance:
    made = {"status": "InService", **fields}
    return NotebookInstance(id=arn("notebook-instance", name), name=name, scope=HERE, **made)


def container(image: str | None = None, *, access: str | None = None, **fields: Any) -> Container:
    config = ImageConfig(repository_access_mode=access) if access else None
    return Container(image=image, image_config=config, **fields)


def s3_source(uri: str) -> DataSource:
    return DataSource(s3_data_source=S3DataSource(s3_uri=uri))


def model(name: str = "sentiment", **fields: Any) -> Model:
    return Model(id=arn("model", name), name=name, scope=HERE, **fields)


def single(primary: Container, name: str = "sentiment", **fields: Any) -> Model:
    """A model of one container."""
    return model(name, primary_container=primary, containers=None, **fields)


def chain(*containers: Container, **fields: Any) -> Model:
    """A model of several containers, which has no primary one."""
    return model(primary_container=None, containers=containers, **fields)


def package(name: str = "sentiment/3", **fields: Any) -> ModelPackage:
    return ModelPackage(id=arn("model-package", name), name=name, scope=HERE, **fields)


def packaged(*containers: PackageContainer, name: str = "sentiment/3", **fields: Any) -> ModelPackage:
    """A package of these containers, which is made from no algorithm."""
    first = InferenceSpecification(containers=containers)
    defaults = {"additional_inference_specifications": None, "source_algorithms": None}
    return package(name, **{"inference_specification": first, **defaults, **fields})


def model_card(name: str = "sentiment", **fields: Any) -> ModelCard:
    """A card that says it is of the package `sentiment/3`."""
    return ModelCard(id=arn("model-card", name), name=name, scope=HERE, **fields)


def named_card(name: str = "sentiment", **fields: Any) -> NamedModelCard:
    """A card of a model that is made from no package."""
    return NamedModelCard(id=arn("model-card", name), name=name, **{"scope": HERE, **fields})


def model_folder(address: str, *documents: Document, **fields: Any) -> ModelFolder:
    """The folder of an artifact, with these documents; nothing was refused unless `refused` says so."""
    known = {"documents": documents, "refused": (), **fields}
    return ModelFolder(id=seen_from(address, HERE.account), name=address.removeprefix("s3://"), scope=HERE, **known)


def artifact_object(address: str, etag: Any, **fields: Any) -> ArtifactObject:
    """What lies at an address that a package names; there, unless `exists` says otherwise."""
    known = {"exists": True, "etag": etag, "last_modified": datetime(2026, 11, 9, tzinfo=UTC), **fields}
    return ArtifactObject(id=seen_from(address, HERE.account), name=address.removeprefix("s3://"), scope=HERE, **known)


def data_folder(address: str, *documents: SheetFile, **fields: Any) -> DataFolder:
    """A folder of training data, with these documents; nothing was refused unless `refused` says so."""
    known = {"documents": documents, "refused": (), **fields}
    return DataFolder(id=seen_from(address, HERE.account), name=address.removeprefix("s3://"), scope=HERE, **known)


def packed(image: str = IMAGE, **fields: Any) -> PackageContainer:
    """A container of a package."""
    return PackageContainer(image=image, **fields)


def from_package(name: str = "sentiment/3", **fields: Any) -> Container:
    """A container that names a model package and nothing else."""
    return Container(model_package_name=name if name.startswith("arn:") else arn("model-package", name), **fields)


def served_from(uri: str, name: str = "sentiment", **fields: Any) -> Model:
    return single(container(IMAGE, model_data_url=uri), name, **fields)


def variant(**fields: Any) -> Variant:
    return Variant(**{"variant_name": "main", **fields})


def config(name: str = "sentiment-1", **fields: Any) -> EndpointConfig:
    return EndpointConfig(id=arn("endpoint-config", name), name=name, scope=HERE, **fields)


def endpoint(name: str = "sentiment", **fields: Any) -> Endpoint:
    return Endpoint(id=arn("endpoint", name), name=name, scope=HERE, **fields)


def schedule(name: str = "drift", **fields: Any) -> MonitoringSchedule:
    """A schedule that monitors the endpoint `sentiment`."""
    known = {"endpoint_name": "sentiment", "monitoring_type": "DataQuality", "had_no_data": None, **fields}
    return MonitoringSchedule(id=arn("monitoring-schedule", name), name=name, scope=HERE, **known)


def log_group(name: str = "/aws/sagemaker/Endpoints/sentiment", **fields: Any) -> LogGroup:
    return LogGroup(id=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}", name=name, scope=HERE, **fields)


def declared_pipeline(name: str = "release", **fields: Any) -> DeclaredPipeline:
    return DeclaredPipeline(id=f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{name}", name=name, scope=HERE, **fields)


def declared_log_group(name: str = "/app/triage", **fields: Any) -> DeclaredLogGroup:
    id = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"
    return DeclaredLogGroup(id=id, name=name, scope=HERE, **fields)


def alarm(name: str = "errors", **fields: Any) -> Alarm:
    known = {"endpoint_names": ("sentiment",), "alarm_names": (), "forwarded_by": (), **fields}
    return Alarm(id=f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}", name=name, scope=HERE, **known)


def topic(name: str = "on-call", **fields: Any) -> Topic:
    return Topic(id=f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}", name=name, scope=HERE, **fields)


def component(name: str = "chat", **fields: Any) -> InferenceComponent:
    return InferenceComponent(id=arn("inference-component", name), name=name, scope=HERE, **fields)


def specified(container: ComponentContainer | None = None, model_name: str | None = None, **fields: Any) -> Any:
    """An inference component of one specification, in service on an endpoint."""
    one = ComponentSpecification(container=container, model_name=model_name)
    defaults = {"status": "InService", "endpoint_name": "sentiment", "specifications": None}
    return component(**{"specification": one, **defaults, **fields})


def component_from(uri: str, **fields: Any) -> InferenceComponent:
    made: InferenceComponent = specified(ComponentContainer(artifact_url=uri), **fields)
    return made


def artifact_lineage(uri: Any, *steps: LineageStep, name: str = "sentiment-1", **fields: Any) -> ArtifactLineage:
    found = {"uri": uri, "models": (arn("model", "sentiment"),), "steps": steps, "cut": False, **fields}
    return ArtifactLineage(id=arn("artifact", name), name=name, scope=HERE, **found)


def catalog(*runs: CatalogRun, name: str = "northwind", **fields: Any) -> CatalogLineage:
    """A domain of SageMaker Catalog all of whose events were read."""
    id = f"arn:aws:datazone:{REGION}:{ACCOUNT}:domain/dzd_{name}"
    known = {"domain_version": "V2", "managed_by": ACCOUNT, "runs": runs, "cut": None, "unread": 0, **fields}
    return CatalogLineage(id=id, name=name, scope=HERE, **known)


def catalog_run(number: int, reads: tuple[str, ...], *writes: str, state: str = "COMPLETE") -> CatalogRun:
    """A run in the events of a domain."""
    id, name = f"0199aaaa-0000-7000-8000-{number:012d}", f"job-{number}"
    sides = {"inputs": tuple(map(_named, reads)), "outputs": tuple(map(_named, writes))}
    return CatalogRun(id=id, state=state, job_namespace="emr", job_name=name, **sides)


def _named(uri: str) -> Data:
    where = place_of(uri)
    return Data(namespace=where.namespace, name=where.path or "/", alias=(), described=())


def job(name: str = "nightly", **fields: Any) -> TrainingJob:
    return TrainingJob(id=arn("training-job", name), name=name, scope=HERE, **fields)


def table(
    location: str = "s3://northwind-example-data/tickets/", name: str = "support.tickets", **fields: Any
) -> Table:
    """A table with a description, and comments at two of its three columns."""
    said = {"location": location, "description": "filled", "columns": 3, "described_columns": 2, **fields}
    path = f"table/{name.replace('.', '/')}"
    return Table(id=f"arn:aws:glue:{REGION}:{ACCOUNT}:{path}", name=name, scope=HERE, **said)


def feature_group(name: str = "customers", offline: str = "", **fields: Any) -> FeatureGroup:
    """A feature group that exists, with records at `offline`, if that is given."""
    stored = {"offline_storage": OfflineStorage(resolved_output_s3_uri=offline)} if offline else {}
    return FeatureGroup(
        id=arn("feature-group", name), name=name, scope=HERE, **{"status": "Created", **stored, **fields}
    )


def tagged(resource: Resource, **tags: str) -> TaggedResource:
    """The tags that a resource has; `_` in a name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in tags.items()}
    return TaggedResource(id=resource.id, name=resource.name, scope=resource.scope, tags=named or None)


def bucket(name: str = "northwind-example-models", **fields: Any) -> Bucket:
    return Bucket(id=f"arn:aws:s3:::{name}", name=name, scope=EVERYWHERE, **fields)


def ours(name: str = "northwind-example-models", **fields: Any) -> Bucket:
    return bucket(name, exists=True, owned=True, **fields)


def foreign(name: str = "fabrikam-example-weights") -> Bucket:
    return bucket(name, exists=True, owned=False)


def missing(name: str = "northwind-example-deleted") -> Bucket:
    return bucket(name, exists=False, owned=None)


def of_sibling(name: str = "northwind-example-models", **fields: Any) -> Bucket:
    """A bucket of another account of the same scan, as that account sees it."""
    there = Scope("aws", OTHER_ACCOUNT)
    return Bucket(id=f"arn:aws:s3:::{name}", name=name, scope=there, exists=True, owned=True, **fields)


def listed_by_sibling(name: str = "northwind-example-models") -> AccountBucket:
    """A bucket that another account of the same scan has, and where nothing of that account refers to it."""
    return AccountBucket(id=f"arn:aws:s3:::{name}", name=name, scope=Scope("aws", OTHER_ACCOUNT))


def seen_from_here(name: str = "northwind-example-models") -> Bucket:
    """A bucket of another account, as ours sees it beside that account."""
    seen = foreign_bucket_id(f"arn:aws:s3:::{name}", ACCOUNT)
    return Bucket(id=seen, name=name, scope=EVERYWHERE, exists=True, owned=False)


def block(**switches: bool) -> PublicAccessBlock:
    return PublicAccessBlock(**switches)


ALL_BLOCKED = PublicAccessBlock(
    block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=True
)


#: No ACL has an effect.


def grant(group: str, permission: str = "READ") -> Grant:
    uri = f"http://acs.amazonaws.com/groups/{group}"
    return Grant(grantee=Grantee(type="Group", uri=uri), permission=permission)


def granted_to(canonical_user: str, permission: str) -> Grant:
    return Grant(grantee=Grantee(type="CanonicalUser", id=canonical_user), permission=permission)


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **members}


def deny(action: Any, resource: Any = "*", **members: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **members}


def role(name: str = "serving", **fields: Any) -> Role:
    return Role(id=role_arn(name), name=name, scope=EVERYWHERE, **fields)


def role_with(*statements: dict[str, Any], name: str = "serving", **fields: Any) -> Role:
    """A role with one inline policy, no managed ones and no boundary, unless given."""
    inline = (Policy(name="own", document=document(*statements)),)
    return role(name, **{"attached_policies": (), "inline_policies": inline, "boundary": None, **fields})


def simulation(
    of: Role,
    actions: Iterable[str],
    *resources: str,
    decision: str = "allowed",
    by_scps: bool | None = None,
    by_boundary: bool | None = None,
    missing: tuple[str, ...] = (),
) -> Simulation:
    """What the policy simulator says alike of actions of a role on resources."""
    edge = None if by_boundary is None else BoundaryDecision(allowed_by_permissions_boundary=by_boundary)
    scps = None if by_scps is None else OrganizationsDecision(allowed_by_organizations=by_scps)
    results = tuple(
        ResourceResult(
            eval_resource_name=resource,
            eval_resource_decision=decision,
            missing_context_values=missing,
            permissions_boundary_decision_detail=edge,
        )
        for resource in resources
    )
    evaluations = tuple(
        Evaluation(eval_action_name=action, organizations_decision_detail=scps, resource_specific_results=results)
        for action in actions
    )
    context = {"aws:PrincipalArn": of.id}
    return Simulation(id=of.id, name=of.name, scope=EVERYWHERE, evaluations=evaluations, context=context)


def unanswered(of: Role) -> Simulation:
    """What is left of a simulation that was refused."""
    return Simulation(id=of.id, name=of.name, scope=EVERYWHERE)


def coverage(name: str = "northwind-example-models", **fields: Any) -> BucketCoverage:
    """What Macie does with a bucket: nothing yet."""
    nothing = dict.fromkeys(("last_automated", "in_job", "last_job_run", "error_code"))
    made = {**nothing, "automated": "NOT_MONITORED", "in_job": "FALSE", **fields}
    return BucketCoverage(id=coverage_id("aws", REGION, ACCOUNT, name), name=name, scope=HERE, **made)
