"""What somebody else can put themselves in the place of."""

from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.ownership import judge_ownership
from checks.aws.sagemaker.packages import artifacts
from checks.aws.sagemaker.resources import Model, ModelPackage
from checks.blind_spots import DOWNLOADS
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, unknown
from scanner.model.views import View


@check(
    id="MLP-4102",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket, ModelPackage),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(DOWNLOADS,),
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
    claim the name first, empty and private. A bucket of a partner, or of yours elsewhere, is declared:
    `trust.buckets = [{value = "s3://NAME", reason = "…"}]` in `mlposture.toml`.

    Terraform: `model_data_url` on `aws_sagemaker_model`. CLI: `aws s3api create-bucket --bucket …`.

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
