"""What a workload that serves may do."""

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from checks.aws.blind_spots import OTHER_IDENTITIES
from checks.aws.iam.answers import NO, UNKNOWN, YES
from checks.aws.iam.policy import administrators, is_admin_seen, shown
from checks.aws.iam.resources import Role
from checks.aws.names import account_of, named, scope_of
from checks.aws.paths.serving import NOT_SERVING, SERVING
from checks.aws.sagemaker.references import all_variants, config_of, model_names
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, Model
from scanner.model.checks import check
from scanner.model.nouns import Resource, Severity, Verdict, failed, joined, not_applicable, passed, unknown
from scanner.model.views import View


@check(
    id="MLP-4103",
    severity=Severity.HIGH,
    objective="least-privilege",
    since="0.1.0",
    needs=(EndpointConfig, Model, Role),
    blind_to=(OTHER_IDENTITIES,),
)
def sagemaker_endpoint_role_administrative(endpoint: Endpoint, view: View) -> Verdict:
    """Endpoint in service runs a model with an administrative role.

    Shadow variants count: they run on copies of the same requests. Organisation policies (SCPs) are not visible to this
    check; they may take away what the role allows.

    ## Why it matters
    Inference code parses input from callers, and model archives can carry code. A flaw in either then runs with
    administrative rights: from one request to the whole account.

    ## How to fix
    Give the model a role that reads its artifact and image and writes logs, nothing else. Models are immutable: create
    a new one and move the endpoint to it.

    Terraform: `execution_role_arn` on `aws_sagemaker_model`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    if endpoint.status in NOT_SERVING:
        return not_applicable("the endpoint is not in service")
    if endpoint.status not in SERVING:
        return unknown("status")
    config = config_of(endpoint, view)
    if config is None or config.variants is UNSET or config.shadow_variants is UNSET:
        return unknown("endpoint_config_name", "EndpointConfig", path=(endpoint.id,))
    names: list[str] = []
    gone: list[str] = []
    unclear: list[str] = []
    for arn, between in _roles(endpoint, config, view):
        role = view.get(Role, arn, scope_of(arn)) if arn else UNSET
        if role is None and account_of(arn) == endpoint.scope.account:
            gone.append(arn.rpartition("/")[2])
            continue
        answer = is_admin_seen(view, role) if isinstance(role, Resource) else UNKNOWN
        if answer is YES and isinstance(role, Resource):
            path = (endpoint.id, *between, role.id)
            rule = view.derive(administrators).look_up(role)[1]
            by = shown(role, rule.policy, rule.statement) if rule is not None else {}
            return failed(f"{role.name} is administrative", path=path, **joined(role, "name"), **by)
        (names if answer is NO else unclear).append(arn.rpartition("/")[2] if arn else "Role")
    if unclear or not (names or gone):
        return unknown("what the serving role allows", path=(endpoint.id, config.id))
    if not names:
        return not_applicable(f"does not exist any more: {', '.join(sorted(set(gone)))}")
    evidence: dict[str, Any] = {"Role.name": sorted(set(names))}
    return passed(f"not administrative: {', '.join(sorted(set(names)))}", **evidence)


def _roles(endpoint: Endpoint, config: EndpointConfig, view: View) -> Iterator[tuple[str, tuple[str, ...]]]:
    """ARN of each role that serves, with the ids on the way to it; an empty ARN where it was not observed."""
    for name in model_names(all_variants(config)):
        if name is None:  # its models are inference components, which run as the configuration's role
            yield config.execution_role_arn or "", (config.id,)
            continue
        model = named(view, Model, endpoint, "model", name)
        if isinstance(model, Resource):
            yield model.execution_role_arn or "", (config.id, model.id)
        else:
            yield "", (config.id,)
