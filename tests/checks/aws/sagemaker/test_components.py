from factories.aws import component, config, endpoint, specified
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.sagemaker.resources import ComponentContainer, ComponentSpecification, DeployedImage

CLEAN = ComponentContainer(environment={}, suspicious_environment=())
SECRET = ComponentContainer(environment={}, suspicious_environment=("DB_PASSWORD",))
COMMIT = "0123456789abcdef0123456789abcdef01234567"
ON = endpoint(endpoint_config_name="sentiment-1")
OPEN, ISOLATED = config(enable_network_isolation=None), config(enable_network_isolation=True)
MODEL = specified(model_name="sentiment")
DENIED = component(status="InService", endpoint_name="sentiment")


def told(image: str | None = None, **environment: str) -> ComponentContainer:
    """A container that is told of code and weights by these variables."""
    deployed = DeployedImage(specified_image=image) if image else None
    return ComponentContainer(environment=environment, suspicious_environment=(), deployed_image=deployed)


LOOSE = specified(told(HF_MODEL_ID="fabrikam/chat"))
VLLM = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/vllm:0.9"
TRUSTED = told(SM_VLLM_TRUST_REMOTE_CODE="")


CASES = {
    "sagemaker_component_environment_secret": [
        Case("nothing suspicious", PASS, specified(CLEAN)),
        Case(
            "no environment at all", PASS, specified(ComponentContainer(artifact_url="s3://northwind-example-models/a"))
        ),
        Case("a password", FAIL, specified(SECRET)),
        Case(
            "for one of several instance types",
            FAIL,
            component(
                status="InService",
                specification=None,
                specifications=(ComponentSpecification(container=CLEAN), ComponentSpecification(container=SECRET)),
            ),
        ),
        Case("a password, and it goes", NOT_APPLICABLE, specified(SECRET, status="Deleting")),
        Case("a model, which is judged by itself", NOT_APPLICABLE, MODEL),
        Case("describe was denied", UNKNOWN, DENIED),
    ],
    "sagemaker_component_hub_source_unpinned": [
        Case("no revision", FAIL, LOOSE, ON, OPEN),
        Case("a commit", PASS, specified(told(HF_MODEL_ID="fabrikam/chat", HF_MODEL_REVISION=COMMIT)), ON, OPEN),
        Case(
            "a commit that the image does not read",
            FAIL,
            specified(told(VLLM, HF_MODEL_ID="fabrikam/chat", HF_MODEL_REVISION=COMMIT)),
            *(ON, OPEN),
        ),
        Case("no revision, isolated", NOT_APPLICABLE, LOOSE, ON, ISOLATED),
        Case("no revision, configuration not seen", UNKNOWN, LOOSE, ON),
        Case("no revision, endpoint not seen", UNKNOWN, LOOSE),
        Case(
            "no revision, and it goes",
            NOT_APPLICABLE,
            specified(LOOSE.specification.container, status="Deleting"),
            ON,
            OPEN,
        ),
        Case("nothing of a hub", NOT_APPLICABLE, specified(CLEAN), ON, OPEN),
        Case("a model, which is judged by itself", NOT_APPLICABLE, MODEL, ON, OPEN),
        Case("describe was denied", UNKNOWN, DENIED, ON, OPEN),
    ],
    "sagemaker_component_remote_code_trusted": [
        Case("nothing of it", PASS, specified(CLEAN)),
        Case("switched off", PASS, specified(told(HF_TRUST_REMOTE_CODE="false"))),
        Case("trusted", FAIL, specified(TRUSTED)),
        Case("trusted, and it goes", NOT_APPLICABLE, specified(TRUSTED, status="Deleting")),
        Case("a model, which is judged by itself", NOT_APPLICABLE, MODEL),
        Case("describe was denied", UNKNOWN, DENIED),
    ],
}
