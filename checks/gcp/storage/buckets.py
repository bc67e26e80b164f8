"""Checks of the buckets that ML resources refer to and that belong to the scanned projects."""

from typing import Any

from checks.gcp.storage.lifecycle import kept_for
from checks.gcp.storage.public import INHERITS, openness
from checks.gcp.storage.resources import Bucket
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.numbers import whole

_DAY = 86400
#: How long what was overwritten has to be kept: longer than the seven days that Cloud Storage keeps by itself.
_LEAST_DAYS = 30
#: The fields that say what is kept of an object that somebody overwrites.
_KEEPS = ("versioning", "lifecycle", "retention_period", "soft_delete", "event_based_hold")


@check(
    id="MLP-2401",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=(),
    decided_by=("public_access_prevention",),
)
def gcp_ml_bucket_public(bucket: Bucket) -> Verdict:
    """Bucket of an ML workload is open to everyone.

    ## Why it matters
    Training data, training packages and model weights in a bucket that allUsers or allAuthenticatedUsers may use can be
    copied by anyone; where the role writes, anyone can also poison them. All authenticated users means every Google
    account in the world, not those of your organisation. Grants on managed folders inside the bucket count as well. No
    grant counts where the bucket or an organisation policy prevents public access, or an IP filter limits who comes in.

    ## How to fix
    Remove the members, and turn public access prevention on so that they cannot come back.

    CLI: `gcloud storage buckets update gs://BUCKET --public-access-prevention`, then `gcloud storage buckets
    remove-iam-policy-binding`. Terraform: `public_access_prevention = "enforced"` on `google_storage_bucket`.

    ## References
    - https://cloud.google.com/storage/docs/public-access-prevention
    - https://cloud.google.com/storage/docs/managed-folders
    - https://cloud.google.com/storage/docs/ip-filtering-overview
    """
    if excuse := _not_ours(bucket):
        return excuse
    found = openness(bucket)
    if found.missing:
        return unknown(*found.missing)
    return (failed if found.open else passed)(found.message, **found.shown)


@check(
    id="MLP-2402",
    severity=Severity.MEDIUM,
    objective="public-exposure",
    since="0.1.0",
    blind_to=(),
    decided_by=("public_access_prevention",),
)
def gcp_ml_bucket_public_access_not_prevented(bucket: Bucket) -> Verdict:
    """Bucket of an ML workload does not enforce public access prevention.

    ## Why it matters
    Without it a single binding or object access list, made by mistake, opens training data or model weights to the
    internet at once. The setting refuses such grants and overrules those that exist. A bucket that inherits it is
    protected where the organisation policy that is effective in its project says so.

    ## How to fix
    CLI: `gcloud storage buckets update gs://BUCKET --public-access-prevention`. Terraform: `public_access_prevention =
    "enforced"` on `google_storage_bucket`. For all buckets: the organisation policy
    `constraints/storage.publicAccessPrevention`.

    ## References
    - https://cloud.google.com/storage/docs/public-access-prevention
    """
    if excuse := _not_ours(bucket) or unobserved(bucket, "public_access_prevention"):
        return excuse
    shown: dict[str, Any] = {"public_access_prevention": bucket.public_access_prevention}
    if bucket.public_access_prevention == "enforced":
        return passed("public access is prevented", **shown)
    if bucket.public_access_prevention not in INHERITS:
        return unknown("public_access_prevention")
    if missing := unobserved(bucket, "prevented_by_policy"):
        return missing
    shown["prevented_by_policy"] = bucket.prevented_by_policy
    if bucket.prevented_by_policy:
        return passed("an organisation policy prevents public access", **shown)
    return failed("neither the bucket nor an organisation policy prevents public access", **shown)


@check(id="MLP-2403", severity=Severity.MEDIUM, objective="least-privilege", since="0.1.0", blind_to=())
def gcp_ml_bucket_object_access_lists(bucket: Bucket) -> Verdict:
    """Bucket of an ML workload grants access object by object.

    ## Why it matters
    Without uniform access every object carries its own list, which no review of the bucket's policy shows: one object
    with the weights can be open while the bucket looks closed.

    ## How to fix
    Move the grants that are needed into the bucket's policy, then turn uniform access on.

    CLI: `gcloud storage buckets update gs://BUCKET --uniform-bucket-level-access`. Terraform:
    `uniform_bucket_level_access = true` on `google_storage_bucket`.

    ## References
    - https://cloud.google.com/storage/docs/uniform-bucket-level-access
    """
    if excuse := _not_ours(bucket) or unobserved(bucket, "uniform_access"):
        return excuse
    if bucket.uniform_access:
        return passed("access is uniform", uniform_access=True)
    return failed("objects have access lists of their own", uniform_access=bucket.uniform_access)


@check(
    id="MLP-2404",
    severity=Severity.MEDIUM,
    objective="resilience-recovery",
    since="0.1.0",
    blind_to=(),
)
def gcp_ml_bucket_without_versions(bucket: Bucket) -> Verdict:
    """Bucket of an ML workload keeps neither old versions nor, for a month, what was overwritten.

    ## Why it matters
    When an artifact or a dataset is overwritten, by accident or by someone who poisons it, there is nothing to compare
    with and nothing to go back to once the days of soft deletion are over, seven unless they were changed. A retention
    period forbids overwriting for as long as it lasts, and so does a hold that each new object gets. Less than 30 days
    of a period is less than it takes to notice; rules of the lifecycle that delete earlier versions sooner count.

    ## How to fix
    Turn object versioning on with a lifecycle rule that ends old versions, lengthen soft deletion, or set a retention
    period for data that must not change. A bucket with a hierarchical namespace takes no versioning; lengthen soft
    deletion there.

    CLI: `gcloud storage buckets update gs://BUCKET --versioning`, or `--soft-delete-duration=30d`. Terraform:
    `versioning { enabled = true }`, `soft_delete_policy { … }` or `retention_policy { … }` on `google_storage_bucket`.

    ## References
    - https://cloud.google.com/storage/docs/object-versioning
    - https://cloud.google.com/storage/docs/soft-delete
    - https://cloud.google.com/storage/docs/bucket-lock
    - https://cloud.google.com/storage/docs/object-holds
    - https://cloud.google.com/storage/docs/hns-overview
    """
    if excuse := _not_ours(bucket) or unobserved(bucket, *_KEEPS):
        return excuse
    shown: dict[str, Any] = {name: getattr(bucket, name) for name in _KEEPS}
    versions = kept_for(bucket.lifecycle or (), _LEAST_DAYS) if bucket.versioning else 0
    if versions == _LEAST_DAYS:
        return passed("what was overwritten can be restored", **shown)
    if bucket.event_based_hold:
        return passed("nothing can be overwritten before somebody releases it", **shown)
    periods = {name: whole(str(shown[name] or 0)) for name in ("retention_period", "soft_delete")}
    if strange := [name for name, seconds in periods.items() if seconds is None]:
        return unknown(*strange)
    retained, soft = ((seconds or 0) // _DAY for seconds in periods.values())
    # What a lifecycle deletes is deleted softly as well.
    days = max(retained, soft + (versions or 0))
    if versions is None and days < _LEAST_DAYS:
        return unknown("which objects rules of the lifecycle delete earlier versions of")
    if days >= _LEAST_DAYS:
        return passed(f"for {days} days nothing is lost by overwriting", **shown)
    if days:
        return failed(f"what was overwritten is lost after {days} days", **shown)
    return failed("what is overwritten is lost", **shown)


@check(
    id="MLP-2405",
    severity=Severity.MEDIUM,
    objective="key-management",
    since="0.1.0",
    blind_to=(),
    decided_by=("kms_key",),
)
def gcp_ml_bucket_without_own_key(bucket: Bucket) -> Verdict:
    """Bucket of an ML workload does not encrypt with a key of your own by default.

    ## Why it matters
    Training data and weights written here are encrypted with Google's key, so access to them cannot be withdrawn by
    disabling a key, and their decryption appears in no log of yours. A bucket without a key by default that refuses
    Google's takes only what its writers encrypt with a key of theirs.

    ## How to fix
    Set a Cloud KMS key in the bucket's location as its default; rewrite the objects that are there already.

    CLI: `gcloud storage buckets update gs://BUCKET --default-encryption-key=…`. Terraform: `encryption {
    default_kms_key_name = … }` on `google_storage_bucket`.

    ## References
    - https://cloud.google.com/storage/docs/encryption/customer-managed-keys
    """
    if excuse := _not_ours(bucket) or unobserved(bucket, "kms_key"):
        return excuse
    if bucket.kms_key:
        return passed("its default is a key of your own", kms_key=bucket.kms_key)
    mode = bucket.google_key_restriction
    match mode:
        case "FullyRestricted":
            return passed("nothing may be encrypted with Google's key", kms_key=None, google_key_restriction=mode)
        case "NotRestricted" | None:
            return failed("its default is Google's key", kms_key=None, google_key_restriction=mode)
        case _:
            return unknown("google_key_restriction")


def _not_ours(bucket: Bucket) -> Verdict | None:
    """Why a bucket is not judged: only what its owner can change, on a bucket that exists, is."""
    if missing := unobserved(bucket, "exists", "project"):
        return missing
    if not bucket.exists:
        return not_applicable("it does not exist", exists=False)
    if bucket.project is None:
        return not_applicable("it belongs to no project of this scan", project=None)
    return None
