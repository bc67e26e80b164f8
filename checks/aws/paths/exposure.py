"""What is open to those who should not see it."""

from typing import Any

from msgspec import UNSET

from checks.aws.blind_spots import ACCESS_POINTS, OBJECT_ACLS
from checks.aws.names import is_aws_content, location
from checks.aws.s3.exposure import public_grants, public_statement, public_ways
from checks.aws.s3.resources import AccountBucket, Bucket
from checks.aws.sagemaker.addresses import component_uris
from checks.aws.sagemaker.components import unless_deleted
from checks.aws.sagemaker.ownership import bucket_of
from checks.aws.sagemaker.packages import Artifacts, artifacts
from checks.aws.sagemaker.resources import InferenceComponent, Model, ModelPackage
from checks.blind_spots import DOWNLOADS
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Resource,
    Severity,
    Status,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved,
)
from scanner.model.views import View


@check(
    id="MLP-4101",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    needs=(Bucket, ModelPackage),
    exposure=Exposure.INTERNET,
    blind_to=(ACCESS_POINTS, OBJECT_ACLS, DOWNLOADS),
    also=(AccountBucket,),
)
def sagemaker_model_artifact_bucket_public(model: Model, view: View) -> Verdict:
    """Artifact of the model lies in a bucket that is open to the public.

    Counts what is in effect: a public policy unless `RestrictPublicBuckets` is on, a public ACL unless
    `IgnorePublicAcls` is on, for the bucket or for the account, as MLP-1407 does.

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
    loaded = artifacts(view, model)
    if loaded is None:
        return unknown("primary_container", "containers")
    return _judge_public(model, view, loaded)


@check(
    id="MLP-4111",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.INTERNET,
    blind_to=(ACCESS_POINTS, DOWNLOADS),
    also=(AccountBucket,),
)
def sagemaker_component_artifact_bucket_public(component: InferenceComponent, view: View) -> Verdict:
    """Artifact of the inference component lies in a bucket that is open to the public.

    Counts what is in effect, as MLP-4101 does, which judges the models that components name. Adapters count.

    ## Why it matters
    The weights can be downloaded by anybody, and with a grant that includes writing anybody can replace what the
    endpoint loads at the next scale-out: an adapter is enough to change every answer.

    ## How to fix
    Turn on Block Public Access for the bucket and the account, remove the public statement or grant, and compare the
    artifact with the one that was trained before serving it again.

    CLI: `aws s3api put-public-access-block --bucket …`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceComponentContainerSpecification.html
    """
    if missing := unobserved(component, "specification", "specifications"):
        return missing
    verdict = _judge_public(component, view, Artifacts.alone(component_uris(component)))
    return unless_deleted(component, verdict) if verdict.status is Status.FAIL else verdict


def _judge_public(resource: Resource, view: View, loaded: Artifacts) -> Verdict:
    """Fail if an artifact is in a public bucket of an account of the scan."""
    places = {uri: location(uri) for uri in loaded.uris}
    here = resource.scope.region
    ours = {uri: place[0] for uri, place in places.items() if place and not is_aws_content(place[0], here)}
    names = {name: loaded.uris[uri] for uri, name in ours.items()}
    safe: dict[str, tuple[str, ...]] = {}
    unclear = ["an address that names no bucket"] * (None in places.values())
    unclear += loaded.unread
    for name, between in sorted(names.items()):
        bucket = bucket_of(view, resource, name)
        if not isinstance(bucket, Resource) or bucket.owned is UNSET:
            unclear.append(f"bucket {name}")
        elif bucket.owned:
            ways, missing = public_ways(bucket)
            if ways:
                found = {**joined(bucket, "policy_is_public"), "Bucket.grants": public_grants(bucket)}
                if "policy" in ways and (statement := public_statement(bucket)):
                    found["Bucket.policy"] = statement
                return failed(
                    f"{name} is public by {' and '.join(ways)}", path=(resource.id, *between, bucket.id), **found
                )
            if missing:
                unclear.append(f"access to {name}")
            safe[name] = public_grants(bucket)
    if unclear:
        return unknown(*unclear)
    if not safe:
        return not_applicable("has no artifact in a bucket of this account")
    evidence: dict[str, Any] = {"Bucket.grants": safe}
    return passed(f"not public: {', '.join(safe)}", **evidence)
