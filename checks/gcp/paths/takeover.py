"""What somebody else can put themselves in the place of."""

from msgspec.structs import replace

from checks.blind_spots import DOWNLOADS, TRAINING_CODE
from checks.gcp.names import bucket_of, nobody_may_create
from checks.gcp.notebooks.resources import Instance
from checks.gcp.paths.artifacts import artifact_buckets, observed, ours, unread
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.containers import job_buckets
from checks.gcp.vertex_ai.resources import CustomJob, Model
from checks.worst import worst
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Resource,
    Severity,
    Status,
    Verdict,
    failed,
    failed_unless_known,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved,
    unobserved_joined,
)
from scanner.model.trust import Foreign
from scanner.model.views import View


@check(
    id="MLP-4202",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(DOWNLOADS,),
    decided_by=("Bucket.exists", "Bucket.project"),
)
def vertex_model_artifact_bucket_takeover(model: Model, view: View) -> Verdict:
    """Model points to an artifact bucket that does not exist or belongs to someone else.

    ## Why it matters
    Bucket names are shared by the whole world. Once a bucket is deleted anyone may create it anew and put their own
    files at the model's path; a bucket of a stranger's project is theirs to change already. Whatever loads the
    artifact from there, a redeployment, a retraining, a server that reads its storage address, then runs what they put
    there. A project below the same folder or organisation, where that can be read, is no stranger's. A bucket named as
    a domain can be created by the owner of the domain alone: the verdict on it is open.

    ## How to fix
    If the bucket is missing, create it in your project before anyone else does, without putting anything back blindly.
    Upload the model again from a bucket that you own and delete the version that points elsewhere. If the bucket
    belongs to another project of yours, include that project in the scan. A bucket of a partner, or of yours elsewhere,
    is declared in `[[trust.buckets]]`.

    CLI: `gcloud storage buckets create gs://BUCKET --project=PROJECT --public-access-prevention`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "gs://NAME"
        reason = "…"

    ## References
    - https://cloud.google.com/storage/docs/buckets
    - https://cloud.google.com/storage/docs/domain-name-verification
    - https://cloud.google.com/vertex-ai/docs/model-registry/import-model
    """
    buckets = artifact_buckets(model, view)
    if isinstance(buckets, Verdict):
        return buckets
    return _worst(model, buckets, "artifact bucket")


@check(
    id="MLP-4205",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=("addresses inside scripts that are files",),
    decided_by=("Bucket.exists", "Bucket.project"),
)
def vertex_workbench_script_bucket_takeover(instance: Instance, view: View) -> Verdict:
    """Workbench instance runs a script from a bucket that does not exist or belongs to someone else.

    ## Why it matters
    Start-up, post-start-up and shutdown scripts run as root, with the service account of the instance. Whoever creates
    the missing bucket, or owns the foreign one, decides what the script is the next time the instance starts. An
    instance without a start-up or shutdown script of its own runs the one that the project's metadata name. A bucket
    that is named as a domain can be created by the owner of the domain alone, so that the verdict on it is open. So is
    that on a missing or foreign bucket that a script in metadata names: it may only write there.

    ## How to fix
    Create the missing bucket in your project before anyone else does, or put the script into a bucket of yours and set
    the metadata key to its new address. A bucket of a partner, or of yours elsewhere, is declared in
    `[[trust.buckets]]`.

    CLI: `gcloud storage buckets create gs://BUCKET --project=PROJECT --public-access-prevention`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "gs://NAME"
        reason = "…"

    ## References
    - https://cloud.google.com/compute/docs/instances/startup-scripts/linux
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-metadata
    - https://cloud.google.com/storage/docs/domain-name-verification
    """
    if missing := unobserved(instance, "scripts", "script_buckets"):
        return missing
    scripts = [*(instance.scripts or ()), *(instance.project_scripts or ())]
    names = ours(name for uri in scripts if (name := bucket_of(uri)))
    verdicts = [_worst(instance, observed(names, view), "script bucket")] if names else []
    inside = [name for name in ours(instance.script_buckets or ()) if name not in names]
    verdicts += [_used(instance, each) for each in observed(inside, view)]
    found = worst(verdicts) if verdicts else None
    if missing := unobserved(instance, "project_scripts"):
        if found is None or found.status is not Status.FAIL:
            return missing
        if found.foreign:  # trust in the bucket of one script says nothing of others
            return replace(found, missing=(*found.missing, *missing.missing))
    return found or not_applicable("it runs no script from a bucket", scripts=scripts)


@check(
    id="MLP-4206",
    severity=Severity.HIGH,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(TRAINING_CODE,),
    decided_by=("Bucket.exists", "Bucket.project"),
)
def vertex_custom_job_bucket_takeover(job: CustomJob, view: View) -> Verdict:
    """Custom job names a bucket that does not exist or belongs to someone else.

    ## Why it matters
    The next run of the job reads its packages or its data from there, or writes its checkpoints and weights to it.
    Whoever creates the missing bucket, or owns the foreign one, decides what is trained and gets what was learnt. A
    bucket that is named as a domain can be created by the owner of the domain alone: the verdict on it is open. Buckets
    that the training code names by itself are not seen.

    ## How to fix
    Create the missing bucket in your project before anyone else does, and start jobs with buckets of yours. If the
    bucket belongs to another project of yours, include that project in the scan. A bucket of a partner, or of yours
    elsewhere, is declared in `[[trust.buckets]]`.

    CLI: `gcloud storage buckets create gs://BUCKET --project=PROJECT --public-access-prevention`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "gs://NAME"
        reason = "…"

    ## References
    - https://cloud.google.com/storage/docs/buckets
    - https://cloud.google.com/vertex-ai/docs/training/cloud-storage-file-system
    - https://cloud.google.com/storage/docs/domain-name-verification
    """
    if missing := unobserved(job, "output_uri", "worker_pools", "container_buckets"):
        return missing
    names = ours(sorted(job_buckets(job)))
    if not names:
        return not_applicable("it names no bucket", container_buckets=[])
    return _worst(job, observed(names, view), "bucket")


def _used(instance: Instance, bucket: Bucket | str) -> Verdict:
    """The verdict on a bucket that a script names: what the script does with it is not read."""
    verdict = unread(bucket) if isinstance(bucket, str) else _judged(instance, bucket, "bucket of its script")
    if verdict.status is not Status.FAIL:
        return verdict
    return unknown(f"what its script does with a bucket of which {verdict.message}", path=verdict.path)


def _worst(resource: Resource, buckets: list[Bucket | str], what: str) -> Verdict:
    return worst(unread(each) if isinstance(each, str) else _judged(resource, each, what) for each in buckets)


def _judged(resource: Resource, bucket: Bucket, what: str) -> Verdict:
    path = (resource.id, bucket.id)
    if missing := unobserved_joined(bucket, "exists", "project", path=path):
        return missing
    shown = joined(bucket, "name", "exists", "project")
    if not bucket.exists and nobody_may_create(bucket.name):
        return passed(
            f"the {what} does not exist, and nobody may create one with Google in its name", path=path, **shown
        )
    if not bucket.exists and "." in bucket.name:
        # Only a verified owner of the domain may create such a bucket; whose the domain is, no API tells.
        return unknown(f"whose the domain {bucket.name} is, that a missing bucket is named as", path=path)
    if not bucket.exists:
        return failed(f"the {what} {bucket.name} does not exist", path=path, **shown)
    if bucket.project is not None:
        return passed(f"the {what} exists and is yours", path=path, **shown)
    if missing := unobserved_joined(bucket, "shares_parent", "owners", path=path):
        return missing
    shown |= joined(bucket, "shares_parent", "owners")
    if bucket.shares_parent:
        return passed(f"the {what} belongs to a project of the same folder or organisation", path=path, **shown)
    foreign = Foreign.bucket(f"gs://{bucket.name}")
    for owner in bucket.owners or ():
        table, _, id = owner.partition("/")
        foreign |= Foreign(((table, id),))
    said = f"the {what} {bucket.name} belongs to another project"
    return failed_unless_known((foreign,), said, known=said, path=path, **shown)
