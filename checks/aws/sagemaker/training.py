"""Checks of SageMaker training jobs of the last thirty days."""

from msgspec import UNSET

from checks.aws.blind_spots import KEY_MANAGER
from checks.aws.keys import lacks
from checks.aws.names import is_directory_bucket
from checks.aws.sagemaker.references import has_nvme
from checks.aws.sagemaker.resources import FINISHED, TrainingJob, TrainingResources
from checks.blind_spots import IMAGE_VARIABLES, TRAINING_CODE, UNSHAPED
from scanner.model.checks import check
from scanner.model.nouns import (
    Severity,
    Verdict,
    failed,
    failed_unless_known,
    not_applicable,
    passed,
    unknown,
    unobserved,
)
from scanner.model.trust import Foreign


def _is_undecided(resources: TrainingResources) -> bool:
    """Whether the instance type is still to be chosen among several."""
    return bool(resources.instance_preferences) and resources.selected_instance_type is None


def _counts(resources: TrainingResources) -> set[int | None]:
    """How many instances there are; several numbers while the choice is open, None for one that was not told."""
    if _is_undecided(resources):
        return {preference.instance_count for preference in resources.instance_preferences or ()}
    counts = [group.instance_count for group in resources.instance_groups or ()]
    if not counts:
        return {resources.selected_instance_count if resources.instance_count is None else resources.instance_count}
    known = [count for count in counts if count is not None]
    return {sum(known) if len(known) == len(counts) else None}


def _types(resources: TrainingResources) -> list[str]:
    """Instance types of the job, or all it may get while the choice is open."""
    if _is_undecided(resources):
        return [each.instance_type for each in resources.instance_preferences or () if each.instance_type is not None]
    groups = (group.instance_type for group in resources.instance_groups or ())
    named = (resources.instance_type, resources.selected_instance_type, *groups)
    return [name for name in named if name is not None]


@check(id="MLP-1301", severity=Severity.MEDIUM, objective="encryption-in-transit", since="0.1.0", blind_to=())
def sagemaker_training_inter_container_traffic_unencrypted(job: TrainingJob) -> Verdict:
    """Distributed training job sends data between its instances in clear text.

    An absent setting is off. A job of one instance has no such traffic.

    ## Why it matters
    Workers exchange gradients and parameters, from which training examples can be reconstructed, across the network
    between hosts; algorithms do not encrypt it by themselves.

    ## How to fix
    Turn encryption on for the next run of the job; it adds to the training time of some algorithms.

    CLI: `aws sagemaker create-training-job --enable-inter-container-traffic-encryption`. SageMaker SDK:
    `encrypt_inter_container_traffic=True` on the estimator.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html
    """
    encrypted = job.encrypt_inter_container_traffic
    if encrypted is UNSET:
        return unknown("encrypt_inter_container_traffic")
    if encrypted:
        return passed("traffic between instances is encrypted", encrypt_inter_container_traffic=True)
    if job.resources is UNSET:
        return unknown("resources")
    if job.resources is None:
        return not_applicable("runs on no instances of its own")
    counts = _counts(job.resources)
    known = {count for count in counts if count is not None}
    if known != counts or (min(known) < 2 <= max(known)):
        return unknown("resources (InstanceCount)")
    if max(known) < 2:
        return not_applicable("runs on one instance")
    said = " or ".join(map(str, sorted(known)))
    return failed(f"{said} instances exchange data in clear text", encrypt_inter_container_traffic=encrypted)


@check(id="MLP-1302", severity=Severity.HIGH, objective="network-isolation", since="0.1.0", blind_to=())
def sagemaker_training_network_isolation_disabled(job: TrainingJob) -> Verdict:
    """Training containers can open network connections.

    An absent setting is off. Of a serverless job, whose code is of SageMaker, AWS does not say whether it has one.

    ## Why it matters
    Training code pulls in dozens of packages and sees all training data. With the network open, one malicious package
    is enough to send that data, or the finished model, to somebody else.

    ## How to fix
    Run the job with isolation; SageMaker still delivers input and fetches output. A job that must reach other services
    belongs in a VPC with narrow endpoints.

    CLI: `aws sagemaker create-training-job --enable-network-isolation`. SageMaker SDK: `enable_network_isolation=True`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html
    """
    if job.enable_network_isolation is UNSET:
        return unknown("enable_network_isolation")
    if job.enable_network_isolation:
        return passed("network isolation is on", enable_network_isolation=True)
    if job.resources is UNSET:
        return unknown("resources")
    if job.resources is None:
        return unknown("whether a serverless job can be isolated")
    return failed("network isolation is off", enable_network_isolation=job.enable_network_isolation)


@check(id="MLP-1303", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0", blind_to=())
def sagemaker_training_outside_vpc(job: TrainingJob) -> Verdict:
    """Training job is not attached to a VPC.

    ## Why it matters
    Training data then travels over a network that SageMaker owns, and neither the endpoint policies nor the flow logs
    of your VPC limit or record where the job connects to.

    ## How to fix
    Run the job in private subnets with an S3 gateway endpoint whose policy names your buckets.

    CLI: `aws sagemaker create-training-job --vpc-config …`. SageMaker SDK: `subnets=…, security_group_ids=…`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
    """
    if job.subnets is UNSET:
        return unknown("subnets")
    if job.subnets:
        return passed("attached to a VPC", subnets=job.subnets)
    return failed("not attached to a VPC", subnets=job.subnets)


@check(id="MLP-1304", severity=Severity.MEDIUM, objective="key-management", since="0.1.0", blind_to=(KEY_MANAGER,))
def sagemaker_training_volume_without_customer_key(job: TrainingJob) -> Verdict:
    """Storage volumes of the training job are not encrypted with a customer managed key.

    Instance types with NVMe disks take no key. A job that names several types and has not got one yet is judged by all
    of them, if they are alike.

    ## Why it matters
    The volumes hold the downloaded training data and checkpoints. Under a key that AWS manages you cannot see who
    decrypts them nor cut access by disabling the key.

    ## How to fix
    Name a KMS key for the volumes of the next run.

    CLI: `VolumeKmsKeyId` in `--resource-config` of `aws sagemaker create-training-job`. SageMaker SDK:
    `volume_kms_key=…`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    if job.resources is UNSET:
        return unknown("resources")
    if job.resources is None:
        return not_applicable("runs on no instances of its own")
    lack = lacks(job.resources.volume_kms_key_id)
    if not lack:
        return passed("the volumes have a key", resources=job.resources)
    nvme = [has_nvme(name) for name in _types(job.resources)]
    if any(nvme) and (all(nvme) or not _is_undecided(job.resources)):
        return not_applicable("instance types with NVMe disks take no key")
    if not nvme or any(nvme):
        return unknown("which of its instance types is chosen")
    return failed(f"the volumes have {lack}", resources=job.resources)


@check(
    id="MLP-1305",
    severity=Severity.MEDIUM,
    objective="key-management",
    since="0.1.0",
    blind_to=(KEY_MANAGER, TRAINING_CODE),
)
def sagemaker_training_output_without_customer_key(job: TrainingJob) -> Verdict:
    """Model written by the training job is not encrypted with a customer managed key.

    SageMaker takes no key for output in a directory bucket (S3 Express One Zone).

    ## Why it matters
    The artifact is the value of the work and may reveal its training data. Without a key of your own, read access to
    the bucket is all that is needed to copy it.

    ## How to fix
    Name a KMS key for the output of the next run and let the execution role use it.

    CLI: `KmsKeyId` in `--output-data-config` of `aws sagemaker create-training-job`. SageMaker SDK: `output_kms_key=…`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html
    """
    if job.output is UNSET:
        return unknown("output")
    if job.output is None:
        return not_applicable("writes no output of its own")
    lack = lacks(job.output.kms_key_id)
    if not lack:
        return passed("the output has a key", output=job.output)
    if is_directory_bucket(job.output.s3_output_path or ""):
        return not_applicable("output in a directory bucket takes no key")
    return failed(f"the output has {lack}", output=job.output)


@check(id="MLP-1306", severity=Severity.HIGH, objective="secrets-protection", since="0.1.0", blind_to=(UNSHAPED,))
def sagemaker_training_hyperparameter_secret(job: TrainingJob) -> Verdict:
    """A hyperparameter or argument of the training job holds what looks like a credential.

    Only the names of hyperparameters and of options on the command line are kept and shown, never their values.

    ## Why it matters
    Hyperparameters and arguments are stored with the job for ever and shown in clear text to everyone who may describe
    or search jobs, and experiment trackers copy them further.

    ## How to fix
    Rotate the credential, keep it in AWS Secrets Manager and let the training script fetch it with the role of the job.

    SageMaker SDK: take it out of `hyperparameters=`, and of `container_arguments=`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
    - https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html
    """
    fields = ("suspicious_hyperparameters", "suspicious_arguments")
    found = {field: names for field in fields if (names := getattr(job, field)) is not UNSET}
    if named := [name for names in found.values() for name in names or ()]:
        return failed(f"look like credentials: {', '.join(named)}", **found)
    if missing := unobserved(job, *fields):
        return missing
    return passed("no hyperparameter or argument looks like a credential", **found)


@check(
    id="MLP-1307",
    severity=Severity.HIGH,
    objective="secrets-protection",
    since="0.1.0",
    blind_to=(UNSHAPED, IMAGE_VARIABLES),
)
def sagemaker_training_environment_secret(job: TrainingJob) -> Verdict:
    """Environment of the training job holds what looks like a credential.

    Only the names of variables are kept and shown, never their values.

    ## Why it matters
    The environment is stored with the job for ever, shown in clear text to everyone who may describe it, and readable
    by every package that the training script imports.

    ## How to fix
    Rotate the credential, keep it in AWS Secrets Manager and let the training script fetch it with the role of the job.

    SageMaker SDK: take it out of `environment=`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
    - https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html
    """
    names = job.suspicious_environment
    if names is UNSET:
        return unknown("suspicious_environment")
    if names:
        return failed(f"look like credentials: {', '.join(names)}", suspicious_environment=names)
    return passed("no variable looks like a credential", suspicious_environment=names)


@check(id="MLP-1308", severity=Severity.HIGH, objective="hardened-workspaces", since="0.1.0", blind_to=())
def sagemaker_training_remote_debug_enabled(job: TrainingJob) -> Verdict:
    """Operators can open a shell in the containers of the training job.

    An absent setting is off. Of a finished job the setting says nothing any more: nobody can open a shell in it.

    ## Why it matters
    A shell in the training container reads the whole data set and the credentials of the role, and can change the model
    that is being trained without a trace in the job's definition.

    ## How to fix
    Switch remote debugging off on the running job, and leave it out of regular runs.

    CLI: `aws sagemaker update-training-job --remote-debug-config EnableRemoteDebug=false`. SageMaker SDK:
    `enable_remote_debug=False`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/train-remote-debugging.html
    """
    if job.status in FINISHED or job.status == "Deleting":  # only finished ones are deleted
        return not_applicable("finished: nobody can open a shell in it", status=job.status)
    if missing := unobserved(job, "status", "enable_remote_debug"):
        return missing
    if job.enable_remote_debug:
        return failed("remote debugging is on", status=job.status, enable_remote_debug=True)
    return passed("remote debugging is off", status=job.status, enable_remote_debug=job.enable_remote_debug)


@check(id="MLP-1311", severity=Severity.MEDIUM, objective="artifact-integrity", since="0.1.0", blind_to=())
def sagemaker_training_image_unpinned(job: TrainingJob) -> Verdict:
    """Training job names its image by a tag instead of a digest.

    ## Why it matters
    Whoever may push to the repository can move a tag, and the next run trains with code that nobody reviewed. Nor can
    the run be repeated: the tag may hold something else by then.

    ## How to fix
    Name the image by digest, `…/repository@sha256:…`, and make the tags of the repository immutable.

    CLI: `TrainingImage` in `--algorithm-specification` of `aws sagemaker create-training-job`. SageMaker SDK:
    `image_uri=…`.

    ## References
    - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
    """
    if job.training_image is UNSET:
        return unknown("training_image")
    if job.training_image is None:
        return not_applicable("names an algorithm, not an image")
    if "@sha256:" in job.training_image:
        return passed("the image is named by digest", training_image=job.training_image)
    return failed("the image is not named by digest", training_image=job.training_image)


@check(
    id="MLP-1312",
    severity=Severity.MEDIUM,
    objective="approved-sources",
    since="0.1.0",
    blind_to=(),
    decided_by=("repository_access_mode",),
)
def sagemaker_training_image_not_from_private_registry(job: TrainingJob) -> Verdict:
    """Training image is not pulled from a private registry through the VPC.

    An absent access mode is `Platform`.

    ## Why it matters
    With platform access SageMaker fetches the image itself, outside the network paths you control, so neither a VPC
    endpoint policy nor a private registry limits which code sees the training data.

    ## How to fix
    `Vpc` access is for Docker registries in your VPC that are not Amazon ECR: keep the image in one, with a certificate
    of a known authority and, if it asks for a password, a function that tells it, and run the job with a VPC
    configuration. Name the image there by digest too. Images of AWS, and others that are to stay in ECR, cannot be
    pulled so: declare their registry in `[[trust.registries]]`.

    CLI: `TrainingImageConfig={TrainingRepositoryAccessMode=Vpc}` in `--algorithm-specification`.

    At the end of `mlposture.toml`:

        [[trust.registries]]
        value = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/serving"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/docker-containers-adapt-your-own-private-registry.html
    """
    mode = job.repository_access_mode
    if mode == "Vpc":
        return passed("the image is pulled through the VPC", repository_access_mode=mode)
    if mode not in ("Platform", None):
        return unknown("repository_access_mode")
    if job.training_image is UNSET:
        return unknown("training_image")
    if job.training_image is None:
        return not_applicable("names an algorithm, not an image")
    foreign = (Foreign.registry(job.training_image),)
    said = "the image is not pulled through the VPC"
    known = f"pulled from outside the VPC: {job.training_image}"
    return failed_unless_known(
        foreign, said, known=known, repository_access_mode=mode, training_image=job.training_image
    )
