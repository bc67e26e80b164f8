"""Whether somebody stood between the registration of what serves and its approval."""

from datetime import datetime

from msgspec import UNSET

from checks.aws.paths.served_packages import served_packages
from checks.aws.sagemaker.people import different_people
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

_UNAPPROVED = ("Rejected", "PendingManualApproval")


@check(
    id="MLP-5503",
    severity=Severity.LOW,
    objective="human-approval",
    since="0.1.0",
    needs=(Model, Endpoint, EndpointConfig, InferenceComponent),
    blind_to=("whether the last change was the approval", "whether one person has several identities"),
    recorded=True,  # who changed it last need not be who approved it
)
def sagemaker_model_package_registered_as_approved(package: ModelPackage, view: View) -> Verdict:
    """Model package that serves was registered as approved.

    One that was never changed has the status that it was registered with. Of one that was changed later, only who
    changed it last is recorded. That it was somebody else than who registered it proves no approval; whether the same
    person gave it is unknown. Versions that are not approved are for MLP-1110; packages in no group have no status.

    ## Why it matters
    The registry has a status for a person to decide, and the pipeline that trained the model decided it: whatever comes
    out of training may serve, and the record says approved.

    ## How to fix
    Register versions as `PendingManualApproval`, and let somebody else set the status after a look at the evaluation,
    with an identity of their own. Where people decide before the registration, as in a review of the pipeline, suppress
    this with where that is recorded.

    Python: `approval_status="PendingManualApproval"` of the step that registers. CLI:
    `aws sagemaker create-model-package --model-approval-status PendingManualApproval`, then
    `aws sagemaker update-model-package --model-package-arn … --model-approval-status Approved`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html
    """
    if missing := unobserved(package, "approval_status", "creation_time", "last_modified_time"):
        return missing
    if package.approval_status is None or package.approval_status in _UNAPPROVED:
        return not_applicable("it is not approved", approval_status=package.approval_status)
    served = view.derive(served_packages)
    followed = served.all_of(package)
    way = served.paths.get(package.id)
    if way is None:
        return not_applicable("no endpoint in service runs it") if followed else unknown("what endpoints run")
    path = (package.id, *way)
    made, changed = package.creation_time, package.last_modified_time
    if package.approval_status != "Approved" or not isinstance(made, datetime):
        return unknown("approval_status", "creation_time", path=path)
    shown = {"approval_status": "Approved", "creation_time": made, "last_modified_time": changed}
    if not isinstance(changed, datetime) or changed <= made:
        return failed("it was approved as it was registered", path=path, **shown)
    if package.created_by is UNSET or package.last_modified_by is UNSET:
        return unknown("created_by", "last_modified_by", path=path)
    if not followed:
        return unknown("what endpoints run", path=path)
    if different_people(package.created_by, package.last_modified_by):
        people = {"created_by": package.created_by, "last_modified_by": package.last_modified_by}
        return passed("somebody else changed it after it was registered", path=path, **shown, **people)
    return unknown("who approved it", path=path)
