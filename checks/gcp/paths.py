"""Joined findings: from a model, an endpoint or a notebook to the bucket and the identity behind it."""

from typing import Any

from msgspec import UnsetType

from checks.gcp.iam.grants import held_in, is_broad, member
from checks.gcp.iam.resources import ProjectPolicy, Role
from checks.gcp.names import PROJECTS, bucket_id, bucket_of, full_name, owned_by_google
from checks.gcp.notebooks.resources import Instance
from checks.gcp.reach import NAMED, replaceable, serving
from checks.gcp.storage.public import public_roles
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Endpoint, Model
from scanner.check import check
from scanner.inventory import View
from scanner.model import Exposure, Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved


@check(
    id="MLP-4201",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.INTERNET,
)
def vertex_model_artifact_bucket_public(model: Model, view: View) -> Verdict:
    """Model has its artifact in a bucket that is open to everyone.

    ## Why it matters
    Anyone can download the weights, and so copy the model or study it for ways around it. Where the public role writes,
    anyone can replace them, and the next upload or deployment from that path serves the attacker's model.

    ## How to fix
    Remove allUsers and allAuthenticatedUsers from the bucket's policy and turn public access prevention on. If a public
    member could write, upload the model again from artifacts whose origin you know.

    CLI: `gcloud storage buckets update gs://BUCKET --public-access-prevention`. Terraform: `public_access_prevention =
    "enforced"` on `google_storage_bucket`.

    ## References
    - https://cloud.google.com/storage/docs/public-access-prevention
    - https://cloud.google.com/vertex-ai/docs/model-registry/import-model
    """
    bucket = _artifact_bucket(model, view)
    if isinstance(bucket, Verdict):
        return bucket
    path = (model.id, bucket.id)
    if missing := unobserved(bucket, "exists"):
        return missing
    if not bucket.exists:
        return not_applicable("the artifact bucket does not exist", **joined(bucket, "exists"))
    if missing := unobserved(bucket, "public_access_prevention"):
        return missing
    prevention = joined(bucket, "public_access_prevention")
    if bucket.public_access_prevention == "enforced":
        return passed("the artifact bucket prevents public access", path=path, **prevention)
    if missing := unobserved(bucket, "bindings", "uniform_access"):
        return missing
    public = public_roles(bucket.bindings)
    shown = {**prevention, "Bucket.bindings": public, "artifact_uri": model.artifact_uri}
    if public:
        return failed(f"everyone has a role on the artifact bucket {bucket.name}", path=path, **shown)
    if not bucket.uniform_access:
        return unknown("the access lists of single objects", path=path)
    return passed("no role on the artifact bucket is given to everyone", path=path, **shown)


@check(
    id="MLP-4202",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
)
def vertex_model_artifact_bucket_takeover(model: Model, view: View) -> Verdict:
    """Model points to an artifact bucket that does not exist or belongs to someone else.

    ## Why it matters
    Bucket names are shared by the whole world. Once a bucket is deleted anyone may create it anew and put their own
    files at the model's path; a bucket of a stranger's project is theirs to change already. Whatever loads the
    artifact from there, a redeployment, a retraining, a server that reads its storage address, then runs what they put
    there.

    ## How to fix
    If the bucket is missing, create it in your project before anyone else does, without putting anything back blindly.
    Upload the model again from a bucket that you own and delete the version that points elsewhere. If the bucket
    belongs to another project of yours, include that project in the scan.

    CLI: `gcloud storage buckets create gs://BUCKET --project=PROJECT --public-access-prevention`.

    ## References
    - https://cloud.google.com/storage/docs/buckets
    - https://cloud.google.com/vertex-ai/docs/model-registry/import-model
    """
    bucket = _artifact_bucket(model, view)
    if isinstance(bucket, Verdict):
        return bucket
    path = (model.id, bucket.id)
    if missing := unobserved(bucket, "exists", "project"):
        return missing
    shown = {**joined(bucket, "exists", "project"), "artifact_uri": model.artifact_uri}
    if not bucket.exists:
        return failed(f"the artifact bucket {bucket.name} does not exist", path=path, **shown)
    if bucket.project is None:
        return failed(f"the artifact bucket {bucket.name} belongs to another project", path=path, **shown)
    return passed("the artifact bucket exists and is yours", path=path, **shown)


@check(
    id="MLP-4203",
    severity=Severity.HIGH,
    objective="least-privilege",
    since="0.1.0",
    needs=(ProjectPolicy, Role),
)
def vertex_endpoint_identity_can_take_over_project(endpoint: Endpoint, view: View) -> Verdict:
    """Endpoint serves a model whose service account administers the project.

    ## Why it matters
    A serving container takes input from outside and loads files that others made. If its account is owner or editor,
    has an administrator's role or may act as other accounts, one flaw in the server is enough to take the project, its
    data and every other model with it. Rights that come through groups, folders or the organisation are not seen here.

    ## How to fix
    Deploy the model with a service account that may do only what serving takes, or with none: then the container has no
    access to the project at all. Remove the roles named in the finding.

    CLI: `gcloud projects remove-iam-policy-binding PROJECT --member=serviceAccount:EMAIL --role=ROLE`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/general/custom-service-account
    - https://cloud.google.com/iam/docs/using-iam-securely
    """
    if missing := unobserved(endpoint, "deployed_models"):
        return missing
    if not endpoint.deployed_models:
        return not_applicable("nothing is deployed on it", deployed_models=[])
    emails = sorted({model.service_account for model in endpoint.deployed_models if model.service_account})
    if not emails:
        return passed("its models run without a service account", deployed_models=[])
    policy_id = full_name(PROJECTS, f"projects/{endpoint.scope.account}")
    policy = view.get(ProjectPolicy, policy_id)
    if not isinstance(policy, ProjectPolicy) or unobserved(policy, "bindings"):
        return unknown("ProjectPolicy.bindings")
    roles = held_in(view, policy, map(member, emails))
    path = (endpoint.id, policy_id)
    answers = {role: is_broad(view, role) for role in sorted(roles.sure | roles.conditional)}
    broad = sorted(role for role in roles.sure if answers[role])
    if broad:
        return failed(
            f"its service account has {', '.join(broad)}",
            path=path,
            deployed_models=emails,
            **{"ProjectPolicy.bindings": broad},
        )
    if open_questions := sorted(role for role, answer in answers.items() if answer is not False):
        return unknown(*open_questions, path=path)
    return passed(
        "its service accounts have no administrator's role",
        path=path,
        deployed_models=emails,
        **{"ProjectPolicy.bindings": sorted(roles.sure)},
    )


@check(
    id="MLP-4204",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Endpoint, Model, Bucket, ProjectPolicy, Role),
    exposure=Exposure.INTERNET,
)
def vertex_workbench_public_with_write_to_served_artifacts(instance: Instance, view: View) -> Verdict:
    """Workbench instance on the internet can replace the artifacts of a model in production.

    ## Why it matters
    The notebook has a public address and its service account may overwrite files in a bucket from which an endpoint's
    model comes. Whoever gets into the notebook can swap the weights, and so decide what the next upload, deployment or
    server that reads them serves, without any right on the endpoint. Rights that come through groups, folders or the
    organisation are not seen here.

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
    served = view.derive(serving)
    emails = _accounts(instance, view)
    if emails is None:
        return unknown("service_accounts")
    reach = {email: replaceable(view, email) for email in emails}
    if taken := [email for email in emails if reach[email].first]:
        email = min(taken, key=lambda each: reach[each].first)
        bucket = reach[email].first
        return failed(
            f"{email} may replace objects in {bucket}, from which a model in production comes",
            path=(instance.id, bucket_id(bucket), *served.shown_by[bucket]),
            disable_public_ip=instance.disable_public_ip,
            service_accounts=[email],
            **{"Bucket.name": bucket},
        )
    pairs = [(bucket, email) for email in emails for bucket in reach[email].doubts]
    doubts = [f"what {email} may do in {bucket}" for bucket, email in sorted(pairs, key=lambda pair: pair[0])]
    if len(doubts) > NAMED:
        doubts[NAMED:] = ["and more of these"]
    if not served.complete:
        doubts.insert(0, "all models in production")
    if doubts:
        return unknown(*doubts)
    buckets: Any = served.buckets
    return passed(
        "its service account cannot replace the artifacts of a model in production",
        service_accounts=emails,
        **{"Bucket.name": buckets},
    )


def _artifact_bucket(model: Model, view: View) -> Bucket | Verdict:
    """The bucket that holds a model's artifact, or the verdict that there is none to judge."""
    if missing := unobserved(model, "artifact_uri"):
        return missing
    name = bucket_of(model.artifact_uri)
    if name is None:
        return not_applicable("it has no artifact in a bucket", artifact_uri=model.artifact_uri)
    if owned_by_google(name):
        return not_applicable("its artifact is one that Google publishes", artifact_uri=model.artifact_uri)
    bucket = view.get(Bucket, bucket_id(name))
    return bucket if isinstance(bucket, Bucket) else unknown(f"bucket {name}")


def _accounts(instance: Instance, view: View) -> list[str] | None:
    """What an instance runs as: the accounts it names, else the project's default one; None if that is not known."""
    if isinstance(instance.service_accounts, UnsetType):
        return None
    emails = [account.email for account in instance.service_accounts or () if account.email]
    if emails:
        return emails
    policy = view.get(ProjectPolicy, full_name(PROJECTS, f"projects/{instance.scope.account}"))
    if not isinstance(policy, ProjectPolicy) or not policy.number:
        return None
    return [f"{policy.number.removeprefix('projects/')}-compute@developer.gserviceaccount.com"]
