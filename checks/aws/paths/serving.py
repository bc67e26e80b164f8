"""What is being served, followed from each endpoint: for the joined checks."""

from msgspec import UNSET, Struct

from checks.aws.iam.matching import Targets
from checks.aws.names import is_aws_content, location, named, object_arn, partition_of
from checks.aws.sagemaker.addresses import containers_of, model_uris, unread_artifacts
from checks.aws.sagemaker.ownership import bucket_of
from checks.aws.sagemaker.references import all_variants, config_of
from checks.aws.sagemaker.resources import Endpoint, Model
from scanner.model.nouns import Observed, Resource
from scanner.model.views import View

_ARCHIVE = (".tar.gz", ".tgz")
#: An endpoint keeps answering while it is changed or maintained, and after a change that could not be rolled back.
SERVING = ("InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed")
NOT_SERVING = ("Creating", "Deleting", "Failed", "OutOfService")


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
        if endpoint.status in NOT_SERVING:
            continue
        config = config_of(endpoint, view) if endpoint.status in SERVING else None
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
            complete = complete and not unread_artifacts(model)
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
    if not isinstance(bucket, Resource) or bucket.owned is UNSET:
        return UNSET, objects
    return bucket.owned and bucket.scope.account == model.scope.account, objects
