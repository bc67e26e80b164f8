"""Checks of SageMaker models."""

from typing import Any

from msgspec import UNSET

from checks.aws.sagemaker.references import artifact_uris, containers_of, label
from checks.aws.sagemaker.resources import Container, Model
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.patterns import pattern

#: Variables that name a hub repository, and those that serving images which know them read its revision from.
_HUB = {
    "HF_MODEL_ID": ("HF_MODEL_REVISION", "HF_REVISION", "OPTION_REVISION", "SM_VLLM_REVISION"),
    "OPTION_MODEL_ID": ("OPTION_REVISION", "HF_REVISION"),
    "SM_VLLM_MODEL": ("SM_VLLM_REVISION",),
}
_REMOTE_CODE = (
    "HF_TRUST_REMOTE_CODE",
    "HF_MODEL_TRUST_REMOTE_CODE",
    "TRUST_REMOTE_CODE",
    "OPTION_TRUST_REMOTE_CODE",
    "SM_VLLM_TRUST_REMOTE_CODE",
)
_COMMIT = pattern(r"[0-9a-f]{40}")
# Old repositories have no owner in their name: `gpt2`.
_HUB_ID = pattern(r"\w[\w.\-]*(?:/[\w.\-]+)?")
_REGISTRY_MODES = ("Platform", "Vpc", None)


@check(id="MLP-1101", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0")
def sagemaker_model_network_isolation_disabled(model: Model) -> Verdict:
    """Model containers can open network connections.

    An absent setting is off. Serverless endpoints do not support the setting.

    ## Why it matters
    A model artifact can carry code. With the network open, that code can fetch a second stage or send inference input
    out; with isolation SageMaker cuts all traffic of the container, even to S3.

    ## How to fix
    Models are immutable: create a new one with isolation on and move the endpoint to it. A container that needs other
    AWS services cannot be isolated; attach it to a VPC with narrow endpoints instead.

    Terraform: `enable_network_isolation = true` on `aws_sagemaker_model`. CLI:
    `aws sagemaker create-model --enable-network-isolation`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """
    isolated = model.enable_network_isolation
    if isolated is UNSET:
        return unknown("enable_network_isolation")
    if isolated:
        return passed("network isolation is on", enable_network_isolation=True)
    return failed("network isolation is off", enable_network_isolation=isolated)


@check(id="MLP-1102", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0")
def sagemaker_model_outside_vpc(model: Model) -> Verdict:
    """Model is not attached to a VPC.

    ## Why it matters
    Its containers download artifacts and reach other services over a network that SageMaker owns: endpoint policies,
    security groups and flow logs of your VPC do not apply to the traffic of your inference code.

    ## How to fix
    Create a new model with private subnets and security groups, and an S3 gateway endpoint in the VPC; then move the
    endpoint to it.

    Terraform: `vpc_config` on `aws_sagemaker_model`. CLI: `aws sagemaker create-model --vpc-config …`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
    """
    if model.subnets is UNSET:
        return unknown("subnets")
    if model.subnets:
        return passed("attached to a VPC", subnets=model.subnets)
    return failed("not attached to a VPC", subnets=model.subnets)


def _judge_registry(containers: tuple[Container, ...], field: str) -> Verdict:
    """Judge the images of these containers; `field` is where they were observed."""
    own_images = [container for container in containers if container.image is not None]
    if not own_images:
        return not_applicable("its images come from a model package")
    # Two containers of a chain may have the same label.
    modes = [(label(c), c.image_config.repository_access_mode if c.image_config else None) for c in own_images]
    if not {mode for _, mode in modes} <= set(_REGISTRY_MODES):
        return unknown(f"{field} (a registry access mode of a later version)")
    evidence: dict[str, Any] = {field: [{"container": name, "repository_access_mode": mode} for name, mode in modes]}
    public = list(dict.fromkeys(name for name, mode in modes if mode != "Vpc"))
    if public:
        return failed(f"not pulled through the VPC: {', '.join(public)}", **evidence)
    return passed("every image is pulled through the VPC", **evidence)


@check(id="MLP-1103", severity=Severity.MEDIUM, objective="approved-sources", since="0.1.0")
def sagemaker_model_image_not_from_private_registry(model: Model) -> Verdict:
    """Image of the model's container is not pulled from a private registry through the VPC.

    An absent access mode is `Platform`. For models of several containers see
    `sagemaker_model_pipeline_image_not_from_private_registry`.

    ## Why it matters
    With platform access SageMaker fetches the image itself, outside the network paths you control, so neither a VPC
    endpoint policy nor a private registry limits which images may serve.

    ## How to fix
    Keep the image in a registry that your VPC reaches and create the model with `Vpc` access and a VPC configuration.

    Terraform: `primary_container { image_config { repository_access_mode = "Vpc" } }` on `aws_sagemaker_model`. CLI:
    `ImageConfig={RepositoryAccessMode=Vpc}` in `--primary-container`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-containers-inference-private.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """
    if missing := unobserved(model, "primary_container", "containers"):
        return missing
    if model.containers or not model.primary_container:
        return not_applicable("not a model of one container")
    return _judge_registry((model.primary_container,), "primary_container")


@check(id="MLP-1104", severity=Severity.MEDIUM, objective="approved-sources", since="0.1.0")
def sagemaker_model_pipeline_image_not_from_private_registry(model: Model) -> Verdict:
    """An image of the model's container chain is not pulled from a private registry through the VPC.

    An absent access mode is `Platform`.

    ## Why it matters
    One container of a chain that SageMaker fetches outside your network paths is enough to see, and to change, every
    request that passes through the pipeline.

    ## How to fix
    Keep all images in a registry that your VPC reaches and set `Vpc` access on each container.

    Terraform: `container { image_config { repository_access_mode = "Vpc" } }` on `aws_sagemaker_model`. CLI:
    `ImageConfig={RepositoryAccessMode=Vpc}` in every item of `--containers`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-containers-inference-private.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """
    if model.containers is UNSET:
        return unknown("containers")
    if not model.containers:
        return not_applicable("not a model of several containers")
    return _judge_registry(model.containers, "containers")


@check(id="MLP-1105", severity=Severity.MEDIUM, objective="artifact-integrity", since="0.1.0")
def sagemaker_model_image_unpinned(model: Model) -> Verdict:
    """Model names an image by a tag instead of a digest.

    ## Why it matters
    Whoever may push to the repository can move a tag. The next scale-out or update of the endpoint then runs code that
    nobody reviewed, while the model's definition looks unchanged.

    ## How to fix
    Name the image by digest, `…/repository@sha256:…`, in a new model, and make the tags of the repository immutable.

    Terraform: `image` of `primary_container` or `container` on `aws_sagemaker_model`.

    ## References
    - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
    """
    containers = containers_of(model)
    if containers is None:
        return unknown("primary_container", "containers")
    images = [container.image for container in containers if container.image is not None]
    if not images:
        return not_applicable("its images come from a model package")
    loose = [image for image in images if "@sha256:" not in image]
    if loose:
        return failed(f"not named by digest: {', '.join(loose)}", containers=images)
    return passed("every image is named by digest", containers=images)


@check(id="MLP-1106", severity=Severity.HIGH, objective="secrets-protection", since="0.1.0")
def sagemaker_model_environment_secret(model: Model) -> Verdict:
    """Environment of a model container holds what looks like a credential.

    Only the names of variables are kept and shown, never their values.

    ## Why it matters
    Everyone who may describe the model reads its environment in clear text, and so does any code inside the container,
    including code that a model artifact brings along.

    ## How to fix
    Rotate the credential, keep it in AWS Secrets Manager and let the container fetch it with its execution role. Then
    create the model anew without the variable.

    Terraform: `environment` of `primary_container` or `container` on `aws_sagemaker_model`.

    ## References
    - https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
    """
    containers = containers_of(model)
    if containers is None:
        return unknown("primary_container", "containers")
    names = sorted({name for container in containers for name in container.suspicious_environment or ()})
    if names:
        return failed(f"variables that look like credentials: {', '.join(names)}", containers=names)
    return passed("no variable looks like a credential", containers=names)


@check(id="MLP-1107", severity=Severity.HIGH, objective="approved-sources", since="0.1.0")
def sagemaker_model_hub_source_unpinned(model: Model) -> Verdict:
    """Serving container downloads weights from a public hub without a pinned commit.

    ## Why it matters
    The container fetches whatever the hub repository holds at the moment an instance starts. Its owner, or whoever
    takes over an abandoned name, can replace the weights that your endpoint serves.

    ## How to fix
    Copy the reviewed weights to a bucket of your own and point the model there, or at least set the revision to a full
    commit id: `HF_MODEL_REVISION`, or `HF_REVISION` with the large model inference images.

    Terraform: `environment` of `primary_container` on `aws_sagemaker_model`.

    ## References
    - https://huggingface.co/docs/hub/security
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
    """
    containers = containers_of(model)
    if containers is None:
        return unknown("primary_container", "containers")
    sources = [source for container in containers for source in _hub_sources(container)]
    if not sources:
        return not_applicable("downloads nothing from a hub")
    loose = [source for source, pinned in sources if not pinned]
    if loose:
        return failed(f"no pinned commit of {', '.join(loose)}", containers=loose)
    return passed("every hub source is pinned to a commit", containers=[source for source, _ in sources])


def _hub_sources(container: Container) -> list[tuple[str, bool]]:
    """Hub repositories that the container downloads, and whether it is told which commit of each."""
    environment = container.environment or {}
    found = []
    for name, revisions in _HUB.items():
        given = [environment[revision] for revision in revisions if environment.get(revision)]
        if _HUB_ID.fullmatch(environment.get(name, "")):
            found.append((environment[name], bool(given) and all(map(_COMMIT.fullmatch, given))))
    return found


@check(id="MLP-1108", severity=Severity.HIGH, objective="artifact-integrity", since="0.1.0")
def sagemaker_model_remote_code_trusted(model: Model) -> Verdict:
    """Serving container runs code that comes with the downloaded weights.

    ## Why it matters
    Trusting remote code executes Python files of the model repository when it is loaded, with the execution role of
    the endpoint. A poisoned repository becomes code execution inside your account.

    ## How to fix
    Remove the variable and use an architecture that the serving image knows, or review the code, build it into the
    image and leave the switch off.

    Terraform: `environment` of `primary_container` on `aws_sagemaker_model` without `HF_MODEL_TRUST_REMOTE_CODE`,
    `OPTION_TRUST_REMOTE_CODE` and the like.

    ## References
    - https://huggingface.co/docs/hub/security
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
    """
    containers = containers_of(model)
    if containers is None:
        return unknown("primary_container", "containers")
    environments = [container.environment or {} for container in containers]
    trusting = sorted(
        {n for env in environments for n in _REMOTE_CODE if env.get(n, "").lower() in ("true", "1", "yes")}
    )
    if trusting:
        return failed(f"remote code is trusted: {', '.join(trusting)}", containers=trusting)
    return passed("remote code is not trusted", containers=trusting)


@check(id="MLP-1109", severity=Severity.MEDIUM, objective="artifact-integrity", since="0.1.0")
def sagemaker_model_outside_registry(model: Model) -> Verdict:
    """Model takes its artifact straight from S3 instead of a registered model package.

    ## Why it matters
    A raw address has no version, approval status, lineage or recorded digest. Nothing tells whether the object served
    today is the one that was evaluated.

    ## How to fix
    Register the artifact as a version in a model package group, have it approved, and create the model from the
    package.

    Terraform: `model_package_name` of `primary_container` on `aws_sagemaker_model`. CLI:
    `aws sagemaker create-model --containers ModelPackageName=…`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry.html
    """
    containers = containers_of(model)
    if containers is None:
        return unknown("primary_container", "containers")
    raw = [uri for c in containers if c.model_package_name is None for uri in artifact_uris(c)]
    packages = [c.model_package_name for c in containers if c.model_package_name is not None]
    if raw:
        return failed(f"not from a model package: {', '.join(raw)}", containers=raw)
    if not packages:
        return not_applicable("has no artifact of its own")
    return passed("every artifact comes from a model package", containers=packages)
