"""What somebody else can put themselves in the place of."""

from checks.aws.s3.resources import AccountBucket, Bucket
from checks.aws.sagemaker.addresses import component_uris
from checks.aws.sagemaker.components import unless_deleted
from checks.aws.sagemaker.ownership import judge_ownership
from checks.aws.sagemaker.packages import artifacts
from checks.aws.sagemaker.resources import InferenceComponent, Model, ModelPackage
from checks.blind_spots import DOWNLOADS
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Status, Verdict, unknown, unobserved
from scanner.model.views import View


@check(
    id="MLP-4102",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket, ModelPackage),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(DOWNLOADS,),
    also=(AccountBucket,),
)
def sagemaker_model_artifact_bucket_takeover(model: Model, view: View) -> Verdict:
    """Artifact of the model is taken from a bucket that is missing or belongs to another account.

    Buckets that AWS publishes models from and those of other accounts of the same scan do not count, nor do missing
    ones whose name is of this account's regional namespace, where nobody else can make one. A refused request alone is
    no proof: without the right to list buckets the verdict stays open unless two requests, with and without naming this
    account as the owner, differ.

    ## Why it matters
    Whoever owns the bucket decides what the model is. A missing bucket can be created by anyone under the same name;
    the next start of an instance then unpacks their archive and runs their code with the model's role.

    ## How to fix
    Copy a checked artifact to a bucket of this account and create the model anew from there. If the bucket is missing,
    claim the name first, empty and private. A bucket of a partner, or of yours elsewhere, is declared in
    `[[trust.buckets]]`.

    Terraform: `model_data_url` on `aws_sagemaker_model`. CLI: `aws s3api create-bucket --bucket …`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "s3://NAME"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
    """
    loaded = artifacts(view, model)
    if loaded is None:
        return unknown("primary_container", "containers")
    nothing, uris = "has no artifact in a bucket of ours", tuple(loaded.uris)
    return judge_ownership(
        model, view, uris, nothing=nothing, unread=loaded.unread, between=loaded.uris, containers=uris
    )


@check(
    id="MLP-4112",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(DOWNLOADS,),
    also=(AccountBucket,),
)
def sagemaker_component_artifact_bucket_takeover(component: InferenceComponent, view: View) -> Verdict:
    """Inference component takes its artifact from a bucket that is missing or belongs to another account.

    Judged as MLP-4102 judges the models that components name. Adapters count.

    ## Why it matters
    Whoever owns the bucket decides what the endpoint answers. A missing bucket can be created by anyone under the same
    name; the next copy of the component then loads their weights or their adapter.

    ## How to fix
    Copy a checked artifact to a bucket of this account and update the component. If the bucket is missing, claim the
    name first, empty and private. A bucket of a partner, or of yours elsewhere, is declared in `[[trust.buckets]]`.

    CLI: `aws sagemaker update-inference-component --specification Container={ArtifactUrl=…}`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "s3://NAME"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceComponentContainerSpecification.html
    """
    if missing := unobserved(component, "specification", "specifications"):
        return missing
    uris = component_uris(component)
    nothing = "has no artifact in a bucket of ours"
    verdict = judge_ownership(component, view, uris, nothing=nothing, specification=uris)
    return unless_deleted(component, verdict) if verdict.status is Status.FAIL else verdict
