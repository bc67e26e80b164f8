from factories.aws import component, specified
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.sagemaker.resources import ComponentContainer, ComponentSpecification

CLEAN = ComponentContainer(environment={}, suspicious_environment=())
SECRET = ComponentContainer(environment={}, suspicious_environment=("DB_PASSWORD",))


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
        Case("a model, which is judged by itself", NOT_APPLICABLE, specified(model_name="sentiment")),
        Case("describe was denied", UNKNOWN, component(status="InService", endpoint_name="sentiment")),
    ],
}
