"""Checks of SageMaker endpoints."""

from typing import Any

from msgspec import UNSET

from checks.aws.marketplace import is_sold
from checks.aws.sagemaker.addresses import containers_of
from checks.aws.sagemaker.packages import named_alone
from checks.aws.sagemaker.references import (
    all_variants,
    answers,
    components,
    config_of,
    instance_types,
    model_names,
    models_of,
)
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, InferenceComponent, Model
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
    needs=(EndpointConfig, InferenceComponent, Model),
    blind_to=("what the alarms watch",),
    decided_by=("rollback_alarms",),
)
def sagemaker_endpoint_auto_rollback_missing(endpoint: Endpoint, view: View) -> Verdict:
    """Endpoint was deployed without alarms that roll a bad version back.

    Endpoints on Inf1 instances and those with models of AWS Marketplace cannot have them, and one that failed or is
    being deleted gets no other version. Where inference components serve, each is deployed by itself, with alarms of
    its own.

    ## Why it matters
    A model that fails or slows down under real traffic then stays in production until somebody notices. With alarms
    SageMaker returns to the previous version by itself while the deployment is under watch.

    ## How to fix
    Update the endpoint with a blue/green or rolling policy and CloudWatch alarms on errors and latency.

    Terraform: `deployment_config { auto_rollback_configuration { alarms { alarm_name = … } } }` on
    `aws_sagemaker_endpoint`. CLI: `AutoRollbackConfiguration` in `--deployment-config` of
    `aws sagemaker update-endpoint` and, for inference components, `aws sagemaker update-inference-component`.

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
    models = models_of(endpoint, config, view)
    if UNSET in models or any(containers_of(model) is None for model in models if isinstance(model, Model)):
        return unknown("Model.primary_container", "Model.containers", path=(endpoint.id, config.id))
    bought = [arn for model in models if isinstance(model, Model) for _, arn in named_alone(model) if is_sold(arn)]
    if bought:
        return not_applicable(
            "endpoints with models of AWS Marketplace cannot have alarms", **{"Model.containers": bought}
        )
    if set(model_names(all_variants(config))) == {None}:
        return _judge_components(endpoint, config, view)
    return failed("no alarm rolls a bad version back", rollback_alarms=endpoint.rollback_alarms)


def _judge_components(endpoint: Endpoint, config: EndpointConfig, view: View) -> Verdict:
    """Of an endpoint that only inference components run on: whether each was deployed with alarms."""
    index = view.derive(components)
    found = [view.get(InferenceComponent, id) for id in index.of(endpoint)]
    seen = [one for one in found if isinstance(one, InferenceComponent) and answers(one) is not False]
    shown = {one.name: one.rollback_alarms for one in seen if UNSET not in (one.status, one.rollback_alarms)}
    bare = sorted(name for name, alarms in shown.items() if not alarms)
    evidence: dict[str, Any] = {
        "rollback_alarms": endpoint.rollback_alarms,
        "InferenceComponent.rollback_alarms": shown,
    }
    if bare:
        return failed(f"no alarm rolls a bad version back: {', '.join(bare)}", **evidence)
    if UNSET in found or len(shown) < len(seen) or not index.whole.at(endpoint.scope):
        return unknown("InferenceComponent.rollback_alarms", path=(endpoint.id, config.id))
    if not seen:
        return failed("no alarm rolls a bad version back", rollback_alarms=endpoint.rollback_alarms)
    return passed(f"alarms roll a bad version back: {', '.join(sorted(shown))}", **evidence)


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
