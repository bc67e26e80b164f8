"""Checks of SageMaker endpoints."""

from msgspec import UNSET

from checks.aws.marketplace import is_sold
from checks.aws.sagemaker.addresses import containers_of
from checks.aws.sagemaker.packages import named_alone
from checks.aws.sagemaker.references import all_variants, config_of, instance_types, model_of
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, Model
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown
from scanner.model.views import View

_CHANGING = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")
#: An endpoint whose creation failed can only be deleted.
_GONE = ("Failed", "Deleting")
_BROKEN = ("Failed", "UpdateRollbackFailed", "OutOfService")


@check(
    id="MLP-1251",
    severity=Severity.LOW,
    objective="rollback-kill-switch",
    since="0.1.0",
    needs=(EndpointConfig, Model),
    blind_to=("what the alarms watch",),
)
def sagemaker_endpoint_auto_rollback_missing(endpoint: Endpoint, view: View) -> Verdict:
    """Endpoint was deployed without alarms that roll a bad version back.

    Endpoints on Inf1 instances and those with models of AWS Marketplace cannot have them, and one that failed or is
    being deleted gets no other version.

    ## Why it matters
    A model that fails or slows down under real traffic then stays in production until somebody notices. With alarms
    SageMaker returns to the previous version by itself while the deployment is under watch.

    ## How to fix
    Update the endpoint with a blue/green or rolling policy and CloudWatch alarms on errors and latency.

    Terraform: `deployment_config { auto_rollback_configuration { alarms { alarm_name = … } } }` on
    `aws_sagemaker_endpoint`. CLI: `AutoRollbackConfiguration` in `--deployment-config` of
    `aws sagemaker update-endpoint`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
    """
    if endpoint.rollback_alarms is UNSET:
        return unknown("rollback_alarms")
    if endpoint.rollback_alarms:
        return passed("alarms roll a bad version back", rollback_alarms=endpoint.rollback_alarms)
    if endpoint.status is UNSET:
        return unknown("status")
    if endpoint.status in _GONE:
        return not_applicable(f"the status is {endpoint.status}", status=endpoint.status)
    config = config_of(endpoint, view)
    if config is None or config.variants is UNSET or config.shadow_variants is UNSET:
        return unknown("EndpointConfig.variants", path=(endpoint.id,))
    types = instance_types(all_variants(config))
    if any(name.startswith("ml.inf1.") for name in types):
        return not_applicable("endpoints on Inf1 instances cannot have alarms", **{"EndpointConfig.variants": types})
    models = [model_of(endpoint, variant, view) for variant in all_variants(config)]
    if UNSET in models or any(containers_of(model) is None for model in models if isinstance(model, Model)):
        return unknown("Model.primary_container", "Model.containers", path=(endpoint.id, config.id))
    bought = [arn for model in models if isinstance(model, Model) for _, arn in named_alone(model) if is_sold(arn)]
    if bought:
        return not_applicable(
            "endpoints with models of AWS Marketplace cannot have alarms", **{"Model.containers": bought}
        )
    return failed("no alarm rolls a bad version back", rollback_alarms=endpoint.rollback_alarms)


@check(id="MLP-1252", severity=Severity.INFORMATIONAL, objective="resilience-recovery", since="0.1.0", blind_to=())
def sagemaker_endpoint_failed(endpoint: Endpoint) -> Verdict:
    """Endpoint is out of service or its last change failed.

    ## Why it matters
    A failed endpoint serves nobody, or serves an older model than its configuration says, while its instances may go on
    costing money and its role stays attached.

    ## How to fix
    Read the failure reason, then update the endpoint to a working configuration or delete it.

    CLI: `aws sagemaker describe-endpoint --endpoint-name …` shows `FailureReason`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
    """
    if endpoint.status == "InService":
        return passed("in service", status="InService")
    if endpoint.status in _BROKEN:
        return failed(f"the status is {endpoint.status}", status=endpoint.status)
    if endpoint.status in _CHANGING:
        return not_applicable("the endpoint is changing")
    return unknown("status")
