"""Joined paths: what reaches a served model through its artifact, its role or a notebook."""

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, Struct

from checks.aws.iam.answers import NO, UNKNOWN, YES
from checks.aws.iam.matching import Targets
from checks.aws.iam.policy import Powers, is_admin_seen
from checks.aws.iam.resources import Role
from checks.aws.names import is_aws_content, location, named, object_arn, partition_of
from checks.aws.s3.exposure import public_grants, public_ways
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.ownership import bucket_of, judge_ownership
from checks.aws.sagemaker.references import all_variants, containers_of, model_uris, opaque_packages
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, Model, NotebookInstance
from scanner.check import check
from scanner.inventory import View
from scanner.model import (
    Exposure,
    Observed,
    Resource,
    Severity,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
)

_ARCHIVE = (".tar.gz", ".tgz")
_IDLE = ("Stopped", "Failed", "Deleting")
#: An endpoint keeps answering while it is changed or maintained, and after a change that could not be rolled back.
_SERVING = ("InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed")
_NOT_SERVING = ("Creating", "Deleting", "Failed", "OutOfService")


@check(
    id="MLP-4101",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.INTERNET,
)
def sagemaker_model_artifact_bucket_public(model: Model, view: View) -> Verdict:
    """Artifact of the model lies in a bucket that is open to the public.

    Counts what is in effect: a public policy unless `RestrictPublicBuckets` is on, a public ACL unless
    `IgnorePublicAcls` is on, for the bucket or for the account.

    ## Why it matters
    The weights can be downloaded by anybody, and with a grant that includes writing anybody can replace the archive
    whose code runs on your endpoint at the next scale-out.

    ## How to fix
    Turn on Block Public Access for the bucket and the account, remove the public statement or grant, and compare the
    artifact with the one that was trained before serving it again.

    CLI: `aws s3api put-public-access-block --bucket …`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    if containers_of(model) is None:
        return unknown("primary_container", "containers")
    uris = model_uris(model)
    places = [location(uri) for uri in uris]
    names = sorted({place[0] for place in places if place is not None and not is_aws_content(place[0])})
    safe: dict[str, tuple[str, ...]] = {}
    unclear = ["an address that names no bucket"] * (None in places)
    unclear += [f"artifact of {package}" for package in opaque_packages(model)]
    for name in names:
        bucket = bucket_of(view, model, name)
        if not isinstance(bucket, Resource) or bucket.owned is UNSET:
            unclear.append(f"bucket {name}")
        elif bucket.owned:
            ways = public_ways(bucket)
            if ways:
                found = {**joined(bucket, "policy_is_public"), "Bucket.grants": public_grants(bucket)}
                return failed(f"{name} is public by {' and '.join(ways)}", path=(model.id, bucket.id), **found)
            if ways is None:
                unclear.append(f"access to {name}")
            safe[name] = public_grants(bucket)
    if unclear:
        return unknown(*unclear)
    if not safe:
        return not_applicable("has no artifact in a bucket of this account")
    evidence: dict[str, Any] = {"Bucket.grants": safe}
    return passed(f"not public: {', '.join(safe)}", **evidence)


@check(
    id="MLP-4102",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
)
def sagemaker_model_artifact_bucket_takeover(model: Model, view: View) -> Verdict:
    """Artifact of the model is taken from a bucket that is missing or belongs to another account.

    Buckets that AWS publishes models from do not count. A refused request alone is no proof: without the right to list
    buckets the verdict stays open unless two requests, with and without naming this account as the owner, differ.

    ## Why it matters
    Whoever owns the bucket decides what the model is. A missing bucket can be created by anyone under the same name;
    the next start of an instance then unpacks their archive and runs their code with the model's role.

    ## How to fix
    Copy a checked artifact to a bucket of this account and create the model anew from there. If the bucket is missing,
    claim the name first, empty and private. A bucket of another account of yours can be recorded as an exception.

    Terraform: `model_data_url` on `aws_sagemaker_model`. CLI: `aws s3api create-bucket --bucket …`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    if containers_of(model) is None:
        return unknown("primary_container", "containers")
    uris, packages = model_uris(model), opaque_packages(model)
    nothing = "has no artifact in a bucket of ours"
    return judge_ownership(model, view, uris, nothing=nothing, packages=packages, containers=uris)


@check(
    id="MLP-4103",
    severity=Severity.HIGH,
    objective="least-privilege",
    since="0.1.0",
    needs=(EndpointConfig, Model, Role),
)
def sagemaker_endpoint_role_administrative(endpoint: Endpoint, view: View) -> Verdict:
    """Endpoint in service runs a model with an administrative role.

    Shadow variants count: they run on copies of the same requests. Organisation policies (SCPs) are not visible to this
    check; they may take away what the role allows.

    ## Why it matters
    Inference code parses input from callers, and model archives can carry code. A flaw in either then runs with
    administrative rights: from one request to the whole account.

    ## How to fix
    Give the model a role that reads its artifact and image and writes logs, nothing else. Models are immutable: create
    a new one and move the endpoint to it.

    Terraform: `execution_role_arn` on `aws_sagemaker_model`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    if endpoint.status in _NOT_SERVING:
        return not_applicable("the endpoint is not in service")
    if endpoint.status not in _SERVING:
        return unknown("status")
    config = _config(endpoint, view)
    if config is None or config.variants is UNSET or config.shadow_variants is UNSET:
        return unknown("endpoint_config_name", "EndpointConfig", path=(endpoint.id,))
    names: list[str] = []
    unclear: list[str] = []
    for arn, between in _roles(endpoint, config, view):
        role = view.get(Role, arn) if arn else UNSET
        answer = is_admin_seen(view, role) if isinstance(role, Resource) else UNKNOWN
        if answer is YES and isinstance(role, Resource):
            path = (endpoint.id, *between, role.id)
            return failed(f"{role.name} is administrative", path=path, **joined(role, "name"))
        (names if answer is NO else unclear).append(arn.rpartition("/")[2] if arn else "Role")
    if unclear or not names:
        return unknown("what the serving role allows", path=(endpoint.id, config.id))
    evidence: dict[str, Any] = {"Role.name": sorted(set(names))}
    return passed(f"not administrative: {', '.join(sorted(set(names)))}", **evidence)


def _config(endpoint: Endpoint, view: View) -> EndpointConfig | None:
    """Configuration of an endpoint; None where it was not observed (also if it was deleted under the endpoint)."""
    if not isinstance(endpoint.endpoint_config_name, str):
        return None
    return named(view, EndpointConfig, endpoint, "endpoint-config", endpoint.endpoint_config_name) or None


def _roles(endpoint: Endpoint, config: EndpointConfig, view: View) -> Iterator[tuple[str, tuple[str, ...]]]:
    """ARN of each role that serves, with the ids on the way to it; an empty ARN where it was not observed."""
    for variant in all_variants(config):
        if variant.model_name is None:  # its models are inference components, which run as the configuration's role
            yield config.execution_role_arn or "", (config.id,)
            continue
        model = named(view, Model, endpoint, "model", variant.model_name)
        if isinstance(model, Resource):
            yield model.execution_role_arn or "", (config.id, model.id)
        else:
            yield "", (config.id,)


class Served(Struct, frozen=True):
    """Artifacts of all endpoints in service, in buckets of ours; `complete` unless some could not be followed.

    `paths` leads from each object back to an endpoint. `reach` fills with what each role may
    write: the first object, if any, and whether that of some is unknown.
    """

    objects: Targets
    paths: dict[str, tuple[str, ...]]
    complete: bool
    reach: dict[str, tuple[str, bool]]


def served_artifacts(view: View) -> Served:
    """Every artifact that an endpoint in service runs from a bucket of this account, once per object.

    Those in other accounts are left out: to write there takes a bucket policy that nobody here can read.
    """
    endpoints = view.all(Endpoint)
    paths: dict[str, tuple[str, ...]] = {}
    complete = endpoints.complete
    for endpoint in endpoints:
        if endpoint.status in _NOT_SERVING:
            continue
        config = _config(endpoint, view) if endpoint.status in _SERVING else None
        if config is None or config.variants is UNSET or config.shadow_variants is UNSET:
            complete = False
            continue
        for variant in all_variants(config):
            if variant.model_name is None:
                complete = False
                continue
            model = named(view, Model, endpoint, "model", variant.model_name)
            if not isinstance(model, Resource) or containers_of(model) is None:
                complete = False
                continue
            complete = complete and not opaque_packages(model)
            for uri in model_uris(model):
                owned, objects = _owned(view, model, uri)
                complete = complete and owned is not UNSET
                for artifact in objects if owned else ():
                    paths.setdefault(artifact, (model.id, config.id, endpoint.id))
    return Served(Targets(paths), paths, complete, {})


def _owned(view: View, model: Model, uri: str) -> tuple[Observed[bool], tuple[str, ...]]:
    """Whether an artifact lies in a bucket of this account, and the ARN of the object.

    An address that is no archive may be a prefix, which many models lie under: then of some object below it, too.
    """
    place = location(uri)
    if place is None:
        return UNSET, ()
    if is_aws_content(place[0]):
        return False, ()
    bucket = bucket_of(view, model, place[0])
    name, key = place
    keys = (key,) if key.endswith(_ARCHIVE) or not key.strip("/") else (key, key.rstrip("/") + "/")
    objects = tuple(dict.fromkeys(object_arn(partition_of(model.id), name, each) for each in keys))
    return bucket.owned if isinstance(bucket, Resource) else UNSET, objects


@check(
    id="MLP-4104",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket, Role, Endpoint, EndpointConfig, Model),
    exposure=Exposure.INTERNET,
)
def sagemaker_notebook_writes_served_artifact(nb: NotebookInstance, view: View) -> Verdict:
    """Notebook with direct internet access may overwrite the artifact of a served model.

    Judged by the policies of the notebook's role. Bucket policies and organisation policies (SCPs) are not evaluated;
    they may take away what the role allows.

    ## Why it matters
    Code on the notebook, brought in by any package or repository from the internet, can swap the archive that an
    endpoint in service loads. The path leads from an experiment straight into production without a deployment.

    ## How to fix
    Break the path at either end: put the notebook in a VPC without direct internet access, and let only the deployment
    pipeline write where served artifacts lie, with a role of its own.

    Terraform: `direct_internet_access = "Disabled"` on `aws_sagemaker_notebook_instance`; drop `s3:PutObject` on the
    artifact prefix from its role.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    if nb.direct_internet_access == "Disabled":
        return passed("no direct internet access", direct_internet_access="Disabled")
    if nb.direct_internet_access != "Enabled":
        return unknown("direct_internet_access")
    if not isinstance(nb.status, str):
        return unknown("status")
    if nb.status in _IDLE:
        return not_applicable("the notebook does not run")
    role = view.get(Role, nb.role_arn) if isinstance(nb.role_arn, str) else UNSET
    if role is None:
        return not_applicable("the role does not exist any more")
    if role is UNSET:
        return unknown("role_arn", "Role")
    return _judge_reach(nb, role, view.derive(served_artifacts))


def _judge_reach(nb: NotebookInstance, role: Role, served: Served) -> Verdict:
    evidence = {"direct_internet_access": nb.direct_internet_access, "role_arn": nb.role_arn, **joined(role, "name")}
    if role.id not in served.reach:
        found = Powers(role).over(served.objects, "s3:PutObject")
        served.reach[role.id] = (served.objects.names[found.first()] if found.yes else "", bool(found.maybe))
    artifact, unclear = served.reach[role.id]
    if artifact:
        path = (nb.id, role.id, *served.paths[artifact])
        return failed(f"{role.name} may write {artifact}", path=path, **evidence)
    if unclear or not served.complete:
        return unknown("whether the role may write a served artifact", path=(nb.id, role.id))
    if not served.paths:
        return not_applicable("no endpoint in service has an artifact in a bucket of ours")
    return passed(f"{role.name} may write no served artifact", **evidence)
