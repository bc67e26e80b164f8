"""Checks of inference components: their own settings, and those of their endpoint's configuration."""

from msgspec import UNSET

from checks.aws.sagemaker.addresses import specifications_of
from checks.aws.sagemaker.hubs import hub_sources, trusting
from checks.aws.sagemaker.references import isolated
from checks.aws.sagemaker.resources import ComponentContainer, Endpoint, EndpointConfig, InferenceComponent
from checks.blind_spots import DOWNLOADS, IMAGE_SETTINGS, IMAGE_VARIABLES, UNSHAPED
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown
from scanner.model.views import View


def unless_deleted(component: InferenceComponent, verdict: Verdict) -> Verdict:
    """The verdict, unless the component is being deleted, or nobody saw whether it is."""
    if component.status is UNSET:
        return unknown("status")
    return not_applicable("is being deleted", status=component.status) if component.status == "Deleting" else verdict


def _if_for_components(config: EndpointConfig, verdict: Verdict) -> Verdict:
    """The verdict, if inference components run here: on variants that name no model."""
    if config.variants is UNSET:
        return unknown("variants")
    if all(variant.model_name is not None for variant in config.variants or ()):
        return not_applicable("its models bring settings of their own")
    return verdict


@check(id="MLP-1212", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0", blind_to=())
def sagemaker_endpoint_config_component_network_isolation_disabled(config: EndpointConfig) -> Verdict:
    """Inference components on the endpoint can open network connections.

    An absent setting is off. Inference components run on variants that name no model; other models bring a setting of
    their own, which MLP-1101 judges.

    ## Why it matters
    A model artifact can carry code. With the network open, that code can fetch a second stage or send inference input
    out, and the setting of the endpoint is the only one there is for all components on it.

    ## How to fix
    Configurations are immutable: create a new one with isolation on and move the endpoint to it. Containers that need
    other AWS services cannot be isolated; attach the endpoint to a VPC with narrow endpoints instead.

    CLI: `aws sagemaker create-endpoint-config --enable-network-isolation`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html
    """
    isolated = config.enable_network_isolation
    if isolated is UNSET:
        return unknown("enable_network_isolation")
    if isolated:
        return passed("network isolation is on", enable_network_isolation=True)
    return _if_for_components(config, failed("network isolation is off", enable_network_isolation=isolated))


@check(id="MLP-1213", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0", blind_to=())
def sagemaker_endpoint_config_component_outside_vpc(config: EndpointConfig) -> Verdict:
    """Inference components on the endpoint are not attached to a VPC.

    Inference components run on variants that name no model; other models bring a VPC of their own, which MLP-1102
    judges.

    ## Why it matters
    The components download artifacts and reach other services over a network that SageMaker owns: endpoint policies,
    security groups and flow logs of your VPC do not apply to the traffic of your inference code.

    ## How to fix
    Configurations are immutable: create a new one with private subnets and security groups, with an S3 gateway endpoint
    in the VPC, and move the endpoint to it.

    CLI: `aws sagemaker create-endpoint-config --vpc-config …`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
    """
    if config.subnets is UNSET:
        return unknown("subnets")
    if config.subnets:
        return passed("attached to a VPC", subnets=config.subnets)
    return _if_for_components(config, failed("not attached to a VPC", subnets=config.subnets))


@check(
    id="MLP-1261",
    severity=Severity.HIGH,
    objective="secrets-protection",
    since="0.1.0",
    blind_to=(UNSHAPED, IMAGE_VARIABLES),
)
def sagemaker_component_environment_secret(component: InferenceComponent) -> Verdict:
    """Environment of an inference component holds what looks like a credential.

    Only the names of variables are kept and shown, never their values. Where the component names a model, MLP-1106
    judges the environment of that.

    ## Why it matters
    Everyone who may describe the component reads its environment in clear text, and so does any code inside the
    container, including code that a model artifact brings along.

    ## How to fix
    Rotate the credential, keep it in AWS Secrets Manager and let the container fetch it with the execution role of the
    endpoint. Then update the component without the variable.

    CLI: `Environment` of `Container` in `--specification` of `aws sagemaker update-inference-component`.

    ## References
    - https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceComponentContainerSpecification.html
    """
    containers = _containers(component)
    if isinstance(containers, Verdict):
        return containers
    names = sorted({name for container in containers for name in container.suspicious_environment or ()})
    if names:
        said = f"variables that look like credentials: {', '.join(names)}"
        return unless_deleted(component, failed(said, specification=names))
    return passed("no variable looks like a credential", specification=names)


@check(
    id="MLP-1262",
    severity=Severity.HIGH,
    objective="approved-sources",
    since="0.1.0",
    needs=(Endpoint, EndpointConfig),
    blind_to=(DOWNLOADS,),
)
def sagemaker_component_hub_source_unpinned(component: InferenceComponent, view: View) -> Verdict:
    """Inference component downloads weights from a public hub without a pinned commit.

    Adapters, tokenizers and draft models count. Which variable tells the commit depends on the image. Behind network
    isolation of the endpoint's configuration nothing can be downloaded. Where the component names a model, MLP-1107
    judges that.

    ## Why it matters
    The container fetches whatever the hub repository holds at the moment a copy starts. Its owner, or whoever takes
    over an abandoned name, can replace the weights that your endpoint serves.

    ## How to fix
    Copy the reviewed weights to a bucket of your own and name them as `ArtifactUrl`, or at least set the revision to a
    full commit id: `HF_MODEL_REVISION`, `HF_REVISION` with the large model inference images, `SM_VLLM_REVISION` or
    `SM_SGLANG_REVISION` with those for vLLM and SGLang. Then update the component.

    CLI: `Environment` of `Container` in `--specification` of `aws sagemaker update-inference-component`.

    ## References
    - https://huggingface.co/docs/hub/security
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceComponentContainerSpecification.html
    - https://github.com/aws/deep-learning-containers
    """
    containers = _containers(component)
    if isinstance(containers, Verdict):
        return containers
    images = [each.deployed_image.specified_image if each.deployed_image else None for each in containers]
    found = (hub_sources(each, image) for each, image in zip(containers, images, strict=True))
    sources = dict.fromkeys(source for several in found for source in several)
    if not sources:
        return not_applicable("downloads nothing from a hub")
    if loose := [source for source, pinned in sources if not pinned]:
        return _unless_isolated(component, view, failed(f"no pinned commit of {', '.join(loose)}", specification=loose))
    return passed("every hub source is pinned to a commit", specification=[source for source, _ in sources])


def _unless_isolated(component: InferenceComponent, view: View, verdict: Verdict) -> Verdict:
    """The verdict, unless the endpoint keeps its components from the network, or nobody saw whether it does."""
    shut = isolated(component, view)
    if shut is UNSET:
        return unknown("EndpointConfig.enable_network_isolation")
    if shut:
        said = "network isolation is on: no download succeeds"
        return not_applicable(said, **{"EndpointConfig.enable_network_isolation": True})
    return unless_deleted(component, verdict)


@check(id="MLP-1263", severity=Severity.HIGH, objective="artifact-integrity", since="0.1.0", blind_to=(IMAGE_SETTINGS,))
def sagemaker_component_remote_code_trusted(component: InferenceComponent) -> Verdict:
    """Inference component runs code that comes with the downloaded weights.

    The images for vLLM and SGLang take a variable without a value for the bare option, which is on. Where the component
    names a model, MLP-1108 judges that.

    ## Why it matters
    Trusting remote code executes Python files of the model repository when it is loaded, with the execution role of
    the endpoint, beside all other components on the instance.

    ## How to fix
    Remove the variable and use an architecture that the serving image knows, or review the code, build it into the
    image and leave the switch off. Then update the component.

    CLI: `Environment` of `Container` in `--specification` of `aws sagemaker update-inference-component`.

    ## References
    - https://huggingface.co/docs/hub/security
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceComponentContainerSpecification.html
    - https://github.com/aws/deep-learning-containers
    """
    containers = _containers(component)
    if isinstance(containers, Verdict):
        return containers
    names = sorted({name for container in containers for name in trusting(container)})
    if names:
        verdict = failed(f"remote code is trusted: {', '.join(names)}", specification=names)
        return unless_deleted(component, verdict)
    return passed("remote code is not trusted", specification=names)


def _containers(component: InferenceComponent) -> list[ComponentContainer] | Verdict:
    """Containers that a component brings by itself, or why there is nothing to judge."""
    specifications = specifications_of(component)
    if specifications is None:
        return unknown("specification", "specifications")
    containers = [each.container for each in specifications if each.container is not None]
    return containers or not_applicable("has no container of its own")
