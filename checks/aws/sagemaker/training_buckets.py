"""Checks of the buckets that SageMaker training jobs read from and write to."""

from msgspec import UNSET

from checks.aws.blind_spots import PROFILER_RULES, TOLD_BUCKETS
from checks.aws.s3.resources import AccountBucket, Bucket
from checks.aws.sagemaker.addresses import CODE, INPUTS, OUTPUTS, addresses, unread_inputs
from checks.aws.sagemaker.ownership import judge_ownership
from checks.aws.sagemaker.resources import TrainingJob
from checks.blind_spots import TRAINING_CODE
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, unknown, unobserved
from scanner.model.views import View


@check(
    id="MLP-1309",
    severity=Severity.HIGH,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(TOLD_BUCKETS, TRAINING_CODE, PROFILER_RULES),
    also=(AccountBucket,),
)
def sagemaker_training_output_bucket_foreign(job: TrainingJob, view: View) -> Verdict:
    """Training job writes its model, checkpoints or tensors to a bucket that is missing or not yours.

    What the debugger, TensorBoard and the profiler write counts. Accounts of the same scan are yours.

    ## Why it matters
    Whoever owns the bucket owns the model: they can copy it, and swap it before it is deployed. A bucket that does not
    exist can be registered by anyone, after which the next run delivers to them.

    ## How to fix
    Write all output to buckets of this account. Delete job templates and pipelines that name the old bucket, or claim
    its name again. A bucket of a partner, or of yours elsewhere, is declared in `[[trust.buckets]]`.

    CLI: `--output-data-config`, `--checkpoint-config`, `--debug-hook-config`, `--tensor-board-output-config` and
    `--profiler-config` of `aws sagemaker create-training-job`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "s3://NAME"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DebugHookConfig.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TensorBoardOutputConfig.html
    """
    fields = [place.partition(".")[0] for place in OUTPUTS]
    if missing := unobserved(job, *fields):
        return missing
    written = {field: value for field in fields if (value := getattr(job, field)) is not None}
    return judge_ownership(job, view, addresses(job, OUTPUTS), nothing="writes to no bucket", **written)


@check(
    id="MLP-1310",
    severity=Severity.MEDIUM,
    objective="training-data-integrity",
    since="0.1.0",
    needs=(Bucket,),
    blind_to=(TOLD_BUCKETS, TRAINING_CODE),
    also=(AccountBucket,),
)
def sagemaker_training_input_bucket_foreign(job: TrainingJob, view: View) -> Verdict:
    """Training job reads data from a bucket that is missing or not yours.

    Buckets that AWS publishes sample data from do not count. Accounts of the same scan are yours. Of a manifest the
    verdict stays open unless the manifest itself is not yours: it lists where the data lies, and no scan reads it.

    ## Why it matters
    The owner of the bucket decides what the model learns and may change the data between two runs. Nothing in your
    account records that, which is how poisoned training data arrives unseen.

    ## How to fix
    Copy the data into a bucket of this account, check it there and train from the copy. A bucket of a partner, or of
    yours elsewhere, is declared in `[[trust.buckets]]`.

    CLI: `S3Uri` in `--input-data-config` of `aws sagemaker create-training-job`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "s3://NAME"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    if job.inputs is UNSET:
        return unknown("inputs")
    uris, unread = addresses(job, INPUTS), unread_inputs(job)
    return judge_ownership(job, view, uris, nothing="reads from no bucket", unread=unread, inputs=job.inputs)


@check(
    id="MLP-1313",
    severity=Severity.HIGH,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(TRAINING_CODE,),
    also=(AccountBucket,),
)
def sagemaker_training_code_bucket_foreign(job: TrainingJob, view: View) -> Verdict:
    """Training job downloads the code that it runs from a bucket that is missing or not yours.

    The hyperparameter `sagemaker_submit_directory` and the variable `SAGEMAKER_SUBMIT_DIRECTORY` name it, and inputs
    with a script that the command line runs are it. Accounts of the same scan are yours.

    ## Why it matters
    The container unpacks that archive and runs it with the role of the job, beside the training data. Its owner, or
    whoever takes over the name of a missing bucket, runs code of their choice there.

    ## How to fix
    Keep the code in a bucket of this account, where only the pipeline may write, or build it into the image. A bucket
    of a partner, or of yours elsewhere, is declared in `[[trust.buckets]]`.

    SageMaker SDK: `code_location=…` on the estimator.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "s3://NAME"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-train-storage-env-var-summary.html
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    if job.code_uris is UNSET:
        return unknown("code_uris")
    uris = addresses(job, CODE)
    return judge_ownership(job, view, uris, nothing="downloads no code from a bucket", code_uris=job.code_uris)
