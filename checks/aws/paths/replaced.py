"""Whether the artifact that a registered version names is still the object that was registered."""

from typing import Any

from msgspec import UNSET

from checks.aws.paths.artifact_objects import artifact_sources
from checks.aws.paths.served_packages import served_packages
from checks.aws.s3.resources import ArtifactObject
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown
from scanner.model.views import View


@check(
    id="MLP-5309",
    severity=Severity.HIGH,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(ModelPackage, Model, Endpoint, EndpointConfig, InferenceComponent, ArtifactObject),
    blind_to=("what instances that already run have loaded", "artifacts that are prefixes"),
)
def sagemaker_served_package_artifact_replaced(package: ModelPackage, view: View) -> Verdict:
    """Artifact of a model package that serves is another object than the one that was registered.

    The registry states the entity tag (ETag) of the object that a version was registered with, and S3 the one that the
    object has now. They differ after an upload of other content, and as well after one of the same content in other
    parts or encrypted anew with a key of KMS: the object was written again in each case, and nobody sees from here
    what is in it. Packages without an entity tag, prefixes, and what AWS publishes are left out. Objects are listed
    where AI systems are declared.

    ## Why it matters
    The address of an approved version stays the same whatever lies there. When the endpoint scales or is updated, its
    next instance is given what nobody evaluated or approved under this version.

    ## How to fix
    Find out who wrote the object, in CloudTrail's data events or the access logs of the bucket. Where it is a new
    model, register it as a version of its own, under a key of its own, and have that approved. Where it is not, restore
    the earlier version of the object. Let only the pipeline that registers models write there.

    CLI: `aws s3api list-object-versions --bucket … --prefix …`, `aws sagemaker create-model-package`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelPackageContainerDefinition.html
    - https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry.html
    """
    served = view.derive(served_packages)
    way = served.paths.get(package.id)
    if way is None:
        return not_applicable("nothing serves it") if served.all_of(package) else unknown("whether an endpoint runs it")
    path = (package.id, *way)
    sources = view.derive(artifact_sources).of.get(package.id)
    if sources is None:
        return unknown("inference_specification", "source_algorithms", path=path)
    stated = [one for one in sources if one.etag and one.object]
    now = [view.get(ArtifactObject, id) for id in dict.fromkeys(one.object for one in stated)]
    known = {one.id: one for one in now if isinstance(one, ArtifactObject) and _is_seen(one)}
    evidence: dict[str, Any] = {
        "inference_specification": {one.uri: one.etag for one in stated},
        "ArtifactObject.etag": {id: one.etag for id, one in known.items()},
        "ArtifactObject.last_modified": {id: one.last_modified for id, one in known.items()},
    }
    there = [one for one in stated if one.object in known and known[one.object].exists]
    if other := [one.uri for one in there if known[one.object].etag != one.etag]:
        more = f" and {len(other) - 1} more" if len(other) > 1 else ""
        return failed(f"another object than the registered one lies at {other[0]}{more}", path=path, **evidence)
    if len(known) < len(now):
        return unknown("ArtifactObject.exists", "ArtifactObject.etag", "ArtifactObject.last_modified", path=path)
    if not served.all_of(package):  # an endpoint that nobody saw may run another specification of it
        return unknown("whether other endpoints run it", path=path)
    if not stated:
        return not_applicable("the registry states no entity tag of an object of its artifact")
    if len(there) < len(stated):
        return not_applicable("an object of its artifact is not there any more")
    return passed("each object is the one that was registered", path=path, **evidence)


def _is_seen(found: ArtifactObject) -> bool:
    return UNSET not in (found.exists, found.etag, found.last_modified)
