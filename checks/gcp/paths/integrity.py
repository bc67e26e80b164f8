"""Who may replace what is being served."""

from typing import Any

from msgspec import UnsetType

from checks.blind_spots import DOWNLOADS
from checks.gcp.blind_spots import ACCOUNT_GRANTS, MACHINE
from checks.gcp.iam.disabled import disabled, excuse
from checks.gcp.iam.grants import said, shown
from checks.gcp.iam.resources import FolderPolicy, OrganizationPolicy, ProjectPolicy, Role, ServiceAccount
from checks.gcp.names import bucket_id, project_id
from checks.gcp.notebooks.resources import Instance
from checks.gcp.notebooks.running import standing_still
from checks.gcp.reach import NAMED, allowing, replaceable, serving
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Endpoint, Model
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, passed, unknown, unobserved
from scanner.model.views import View


@check(
    id="MLP-4204",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Endpoint, Model, Bucket, ServiceAccount, ProjectPolicy, FolderPolicy, OrganizationPolicy, Role),
    exposure=Exposure.INTERNET,
    blind_to=(ACCOUNT_GRANTS, MACHINE, DOWNLOADS),
    decided_by=("disable_public_ip",),
)
def vertex_workbench_public_with_write_to_served_artifacts(instance: Instance, view: View) -> Verdict:
    """Workbench instance on the internet can replace the artifacts of a model in production.

    ## Why it matters
    The notebook has a public address and its service account may overwrite files in a bucket from which an endpoint's
    model comes. Whoever gets into the notebook can swap the weights, and so decide what the next upload, deployment or
    server that reads them serves, without any right on the endpoint. A stopped notebook has no address. Rights on
    the folders and the organisation above count as well; who is in a group cannot be seen, and leaves the verdict open.
    So does a retention period of the bucket, which keeps objects that are younger than it, a hold that each new object
    gets, and a role on a managed folder, as it is not asked which objects that holds. What no longer gets a token, as
    its account is disabled or gone, replaces nothing.

    ## How to fix
    Break the path where it is cheapest: give the notebook's account read access only, let nobody but the training
    pipeline write to the artifact bucket, and create the instance without a public address.

    CLI: `gcloud storage buckets remove-iam-policy-binding gs://BUCKET --member=serviceAccount:EMAIL --role=ROLE`.

    ## References
    - https://cloud.google.com/storage/docs/access-control/iam-roles
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/create
    """
    if missing := unobserved(instance, "disable_public_ip"):
        return missing
    if instance.disable_public_ip:
        return passed("it has no public IP address", disable_public_ip=True)
    if verdict := standing_still(instance):
        return verdict
    served = view.derive(serving)
    emails = _accounts(instance, view)
    if emails is None:
        return unknown("service_accounts")
    reach = {email: replaceable(view, email) for email in emails}
    off = disabled(view, [email for email in emails if reach[email].first])
    if taken := [email for email in emails if reach[email].first and email not in {account.name for account in off}]:
        email = min(taken, key=lambda each: reach[each].first)
        bucket = reach[email].first
        by = allowing(view, bucket, email)
        policies = sorted({grant.policy for grant in by} - {bucket_id(bucket)})
        return failed(
            f"{email} may replace objects in {bucket}, from which a model in production comes, by {said(by)}",
            path=(instance.id, *policies, bucket_id(bucket), *served.shown_by[bucket]),
            disable_public_ip=instance.disable_public_ip,
            service_accounts=[email],
            **{"Bucket.name": bucket},
            **shown(by),
        )
    pairs = [(bucket, email) for email in emails for bucket in reach[email].doubts]
    doubts = [f"what {email} may do in {bucket}" for bucket, email in sorted(pairs, key=lambda pair: pair[0])]
    if len(doubts) > NAMED:
        doubts[NAMED:] = ["and more of these"]
    if not served.complete:
        doubts.insert(0, "all models in production")
    if doubts:
        return unknown(*doubts)
    if off:
        return excuse(off)
    buckets: Any = served.buckets
    return passed(
        "its service account cannot replace the artifacts of a model in production",
        service_accounts=emails,
        **{"Bucket.name": buckets},
    )


def _accounts(instance: Instance, view: View) -> list[str] | None:
    """What an instance runs as: the accounts it names, else the project's default one; None if that is not known."""
    if isinstance(instance.service_accounts, UnsetType):
        return None
    emails = [account.email for account in instance.service_accounts or () if account.email]
    if emails:
        return emails
    policy = view.get(ProjectPolicy, project_id(instance.scope.account))
    if not isinstance(policy, ProjectPolicy) or not policy.number:
        return None
    return [f"{policy.number.removeprefix('projects/')}-compute@developer.gserviceaccount.com"]
