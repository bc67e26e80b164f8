"""Checks of SageMaker models."""

from typing import Any

from msgspec import UNSET

from checks.aws.sagemaker.addresses import containers_of, hub_contents, weight_uris
from checks.aws.sagemaker.hubs import hub_sources, trusting
from checks.aws.sagemaker.packages import Contents, contents
from checks.aws.sagemaker.references import Hosting, hosting, isolated, label
from checks.aws.sagemaker.resources import (
    Container,
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    PackageContainer,
    ServingContainer,
)
from checks.blind_spots import DOWNLOADS, IMAGE_SETTINGS, IMAGE_VARIABLES, UNSHAPED
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
from scanner.model.trust import Foreign, few
from scanner.model.views import View

_REGISTRY_MODES = ("Platform", "Vpc", None)


def _unless_decided_elsewhere(model: Model, view: View, verdict: Verdict) -> Verdict:
    """The verdict, unless the way the model is served leaves the setting no effect.

    Serverless variants do not support it. Inference components take it from the configuration of their endpoint: that
    decides for a model that they alone serve, as they do all without a role.
    """
    if model.execution_role_arn is UNSET:
        return unknown("execution_role_arn")
    if model.execution_role_arn is None:
        return not_applicable("without a role only inference components serve it, with their endpoint's settings")
    found = view.derive(hosting)
    if found.whole.at(model.scope) and found.of(model) == {Hosting.COMPONENT}:
        return not_applicable("served by inference components alone, with their endpoint's settings")
    return _unless_serverless(model, view, verdict)


def _unless_serverless(model: Model, view: View, verdict: Verdict) -> Verdict:
    found = view.derive(hosting)
    ways = found.of(model)
    if Hosting.INSTANCES in ways:
        return verdict
    if not found.whole.at(model.scope):
        return unknown("EndpointConfig.variants", "InferenceComponent.specification")
    if Hosting.SERVERLESS in ways:
        return not_applicable("served by serverless variants alone, which do not support it")
    return verdict


@check(
    id="MLP-1101",
    severity=Severity.MEDIUM,
    objective="network-isolation",
    since="0.1.0",
    needs=(EndpointConfig, InferenceComponent),
    blind_to=(),
    decided_by=("enable_network_isolation",),
)
def sagemaker_model_network_isolation_disabled(model: Model, view: View) -> Verdict:
    """Model containers can open network connections.

    An absent setting is off. Serverless variants do not support it, and inference components take it from the
    configuration of their endpoint, which MLP-1212 judges.

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
    - https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """
    isolated = model.enable_network_isolation
    if isolated is UNSET:
        return unknown("enable_network_isolation")
    if isolated:
        return passed("network isolation is on", enable_network_isolation=True)
    off = failed("network isolation is off", enable_network_isolation=isolated)
    return _unless_decided_elsewhere(model, view, off)


@check(
    id="MLP-1102",
    severity=Severity.MEDIUM,
    objective="network-isolation",
    since="0.1.0",
    needs=(EndpointConfig, InferenceComponent),
    blind_to=(),
    decided_by=("subnets",),
)
def sagemaker_model_outside_vpc(model: Model, view: View) -> Verdict:
    """Model is not attached to a VPC.

    Serverless variants do not support it, and inference components take it from the configuration of their endpoint,
    which MLP-1213 judges.

    ## Why it matters
    Its containers download artifacts and reach other services over a network that SageMaker owns: endpoint policies,
    security groups and flow logs of your VPC do not apply to the traffic of your inference code.

    ## How to fix
    Create a new model with private subnets and security groups, and an S3 gateway endpoint in the VPC; then move the
    endpoint to it.

    Terraform: `vpc_config` on `aws_sagemaker_model`. CLI: `aws sagemaker create-model --vpc-config …`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
    """
    if model.subnets is UNSET:
        return unknown("subnets")
    if model.subnets:
        return passed("attached to a VPC", subnets=model.subnets)
    return _unless_decided_elsewhere(model, view, failed("not attached to a VPC", subnets=model.subnets))


def _judge_registry(model: Model, view: View, containers: tuple[Container, ...], field: str) -> Verdict:
    """Judge the images of these containers of a model; `field` is where they were observed."""
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
        said = f"not pulled through the VPC: {', '.join(public)}"
        images = [str(c.image) for c, (_, mode) in zip(own_images, modes, strict=True) if mode != "Vpc"]
        known = f"pulled from outside the VPC: {few(list(dict.fromkeys(images)))}"
        verdict = failed_unless_known(tuple(map(Foreign.registry, images)), said, known=known, **evidence)
        return _unless_serverless(model, view, verdict)
    if len(own_images) < len(containers):  # a package does not say how its images are pulled
        return unknown(*(f"registry of {label(container)}" for container in containers if container.image is None))
    return passed("every image is pulled through the VPC", **evidence)


@check(
    id="MLP-1103",
    severity=Severity.MEDIUM,
    objective="approved-sources",
    since="0.1.0",
    needs=(EndpointConfig, InferenceComponent),
    blind_to=(),
    decided_by=("primary_container",),
)
def sagemaker_model_image_not_from_private_registry(model: Model, view: View) -> Verdict:
    """Image of the model's container is not pulled from a private registry through the VPC.

    An absent access mode is `Platform`. Serverless variants know no other. For models of several containers see
    `sagemaker_model_pipeline_image_not_from_private_registry`.

    ## Why it matters
    With platform access SageMaker fetches the image itself, outside the network paths you control, so neither a VPC
    endpoint policy nor a private registry limits which images may serve.

    ## How to fix
    `Vpc` access is for Docker registries in your VPC that are not Amazon ECR: keep the image in one, with a certificate
    of a known authority and, if it asks for a password, a function that tells it, and create the model with a VPC
    configuration. Name the image there by digest too. Images of AWS, and others that are to stay in ECR, cannot be
    pulled so: declare their registry in `[[trust.registries]]`.

    Terraform: `primary_container { image_config { repository_access_mode = "Vpc" } }` on `aws_sagemaker_model`. CLI:
    `ImageConfig={RepositoryAccessMode=Vpc}` in `--primary-container`.

    At the end of `mlposture.toml`:

        [[trust.registries]]
        value = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/serving"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-containers-inference-private.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """
    if missing := unobserved(model, "primary_container", "containers"):
        return missing
    if model.containers or not model.primary_container:
        return not_applicable("not a model of one container")
    return _judge_registry(model, view, (model.primary_container,), "primary_container")


@check(
    id="MLP-1104",
    severity=Severity.MEDIUM,
    objective="approved-sources",
    since="0.1.0",
    needs=(EndpointConfig, InferenceComponent),
    blind_to=(),
    decided_by=("containers",),
)
def sagemaker_model_pipeline_image_not_from_private_registry(model: Model, view: View) -> Verdict:
    """An image of the model's container chain is not pulled from a private registry through the VPC.

    An absent access mode is `Platform`.

    ## Why it matters
    One container of a chain that SageMaker fetches outside your network paths is enough to see, and to change, every
    request that passes through the pipeline.

    ## How to fix
    `Vpc` access is for Docker registries in your VPC that are not Amazon ECR: keep all images in one, with a
    certificate of a known authority and, if it asks for a password, a function that tells it, and set `Vpc` access on
    each container. Name the images there by digest too. Images of AWS, and others that are to stay in ECR, cannot be
    pulled so: declare their registry in `[[trust.registries]]`.

    Terraform: `container { image_config { repository_access_mode = "Vpc" } }` on `aws_sagemaker_model`. CLI:
    `ImageConfig={RepositoryAccessMode=Vpc}` in every item of `--containers`.

    At the end of `mlposture.toml`:

        [[trust.registries]]
        value = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/serving"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-containers-inference-private.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """
    if model.containers is UNSET:
        return unknown("containers")
    if not model.containers:
        return not_applicable("not a model of several containers")
    return _judge_registry(model, view, model.containers, "containers")


def _has_digest(container: ServingContainer) -> bool:
    """Whether an image is named by digest. A model package may record the digest beside the name."""
    recorded = container.image_digest if isinstance(container, PackageContainer) else None
    return bool(recorded) or "@sha256:" in (container.image or "")


def _unread(what: str, found: Contents) -> Verdict:
    return unknown(*(f"{what} of {arn}" for arn in found.unread))


@check(
    id="MLP-1105",
    severity=Severity.MEDIUM,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(ModelPackage,),
    blind_to=(),
)
def sagemaker_model_image_unpinned(model: Model, view: View) -> Verdict:
    """Model names an image by a tag instead of a digest.

    Images of the model package that it is made from count; there, a digest may be recorded beside the name.

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
    found = contents(view, model)
    if found is None:
        return unknown("primary_container", "containers")
    images = {container.image: _has_digest(container) for container in found.containers if container.image is not None}
    loose = [image for image, pinned in images.items() if not pinned]
    if loose:
        return failed(f"not named by digest: {', '.join(loose)}", containers=list(images))
    if found.unread:
        return _unread("image", found)
    if not images:
        return not_applicable("names no image")
    return passed("every image is named by digest", containers=list(images))


@check(
    id="MLP-1106",
    severity=Severity.HIGH,
    objective="secrets-protection",
    since="0.1.0",
    needs=(ModelPackage,),
    blind_to=(UNSHAPED, IMAGE_VARIABLES),
)
def sagemaker_model_environment_secret(model: Model, view: View) -> Verdict:
    """Environment of a model container holds what looks like a credential.

    Only the names of variables are kept and shown, never their values. Variables of the model package that it is made
    from count.

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
    found = contents(view, model)
    if found is None:
        return unknown("primary_container", "containers")
    names = sorted({name for container in found.containers for name in container.suspicious_environment or ()})
    if names:
        return failed(f"variables that look like credentials: {', '.join(names)}", containers=names)
    if found.unread:
        return _unread("environment", found)
    return passed("no variable looks like a credential", containers=names)


@check(
    id="MLP-1107",
    severity=Severity.HIGH,
    objective="approved-sources",
    since="0.1.0",
    needs=(ModelPackage, Endpoint, EndpointConfig, InferenceComponent),
    blind_to=(DOWNLOADS,),
    decided_by=("containers",),
)
def sagemaker_model_hub_source_unpinned(model: Model, view: View) -> Verdict:
    """Serving container downloads weights from a public hub without a pinned commit.

    Adapters, tokenizers and draft models count. Of `HF_MODEL_ID`, the images for text generation inference, vLLM and
    SGLang read the revision from variables of their own. Behind network isolation nothing can be downloaded; that of a
    model which inference components alone serve is a setting of their endpoints' configurations. Nor is anything where
    `HF_HUB_OFFLINE` is on, but by images for text embeddings inference.

    ## Why it matters
    The container fetches whatever the hub repository holds at the moment an instance starts. Its owner, or whoever
    takes over an abandoned name, can replace the weights that your endpoint serves.

    ## How to fix
    Copy the reviewed weights to a bucket of your own and point the model there, or at least set the revision to a full
    commit id: `HF_MODEL_REVISION`, `HF_REVISION` with the large model inference images, `SM_VLLM_REVISION` or
    `SM_SGLANG_REVISION` with those for vLLM and SGLang. Adapters have no such variable: bring them in the artifact.

    Terraform: `environment` of `primary_container` on `aws_sagemaker_model`.

    ## References
    - https://huggingface.co/docs/hub/security
    - https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html
    - https://github.com/aws/deep-learning-containers
    """
    if model.enable_network_isolation is UNSET:
        return unknown("enable_network_isolation")
    if model.enable_network_isolation:
        return not_applicable("network isolation is on: no download succeeds", enable_network_isolation=True)
    found = contents(view, model)
    if found is None:
        return unknown("primary_container", "containers")
    sources = [source for container in found.containers for source in hub_sources(container, container.image)]
    loose = [source for source, pinned in sources if not pinned]
    if loose:
        loosely = failed(f"no pinned commit of {', '.join(loose)}", containers=loose)
        return _unless_components_are_isolated(model, view, loosely)
    if found.unread:
        return _unread("environment", found)
    if not sources:
        return not_applicable("downloads nothing from a hub")
    return passed("every hub source is pinned to a commit", containers=[source for source, _ in sources])


def _unless_components_are_isolated(model: Model, view: View, verdict: Verdict) -> Verdict:
    """The verdict, unless inference components alone serve the model, on endpoints that keep it from the network."""
    found = view.derive(hosting)
    if found.of(model) - {Hosting.COMPONENT}:
        return verdict
    shut = [isolated(component, view) for component in found.components_of(model)]
    if any(each is not UNSET and not each for each in shut):
        return verdict
    if not found.whole.at(model.scope):
        return unknown("EndpointConfig.variants", "InferenceComponent.specification")
    if not shut:
        return verdict
    if UNSET in shut:
        return unknown("EndpointConfig.enable_network_isolation")
    said = "network isolation of every endpoint that serves it is on: no download succeeds"
    return not_applicable(said, **{"EndpointConfig.enable_network_isolation": True})


@check(
    id="MLP-1108",
    severity=Severity.HIGH,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(ModelPackage,),
    blind_to=(IMAGE_SETTINGS,),
)
def sagemaker_model_remote_code_trusted(model: Model, view: View) -> Verdict:
    """Serving container runs code that comes with the downloaded weights.

    The images for vLLM and SGLang take a variable without a value for the bare option, which is on.

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
    - https://github.com/aws/deep-learning-containers
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
    """
    found = contents(view, model)
    if found is None:
        return unknown("primary_container", "containers")
    names = sorted({name for container in found.containers for name in trusting(container)})
    if names:
        return failed(f"remote code is trusted: {', '.join(names)}", containers=names)
    if found.unread:
        return _unread("environment", found)
    return passed("remote code is not trusted", containers=names)


@check(id="MLP-1109", severity=Severity.MEDIUM, objective="artifact-integrity", since="0.1.0", blind_to=(DOWNLOADS,))
def sagemaker_model_outside_registry(model: Model) -> Verdict:
    """Model takes its artifact straight from S3 instead of a registered model package.

    A version of content of a SageMaker hub counts as registered.

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
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html
    """
    containers = containers_of(model)
    if containers is None:
        return unknown("primary_container", "containers")
    loose = [container for container in containers if container.model_package_name is None]
    raw = [uri for container in loose for uri in weight_uris(container) if uri not in hub_contents(container)]
    versions = [container.model_package_name for container in containers if container.model_package_name is not None]
    versions += [arn for container in containers for arn in hub_contents(container).values()]
    if raw:
        return failed(f"not from a model package: {', '.join(raw)}", containers=raw)
    if not versions:
        return not_applicable("has no artifact of its own")
    return passed("every artifact is a registered version", containers=versions)
