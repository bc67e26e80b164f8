"""Checks of the model packages that SageMaker models are made from."""

from typing import Any

from msgspec import UNSET

from checks.aws.sagemaker.addresses import containers_of
from checks.aws.sagemaker.packages import named_alone, package_of
from checks.aws.sagemaker.resources import Model, ModelPackage
from scanner.model.checks import check
from scanner.model.nouns import Resource, Severity, Verdict, failed, not_applicable, passed, unknown
from scanner.model.views import View

_NOT_APPROVED = ("Rejected", "PendingManualApproval")


@check(
    id="MLP-1110",
    severity=Severity.MEDIUM,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(ModelPackage,),
    blind_to=(),
)
def sagemaker_model_package_unapproved(model: Model, view: View) -> Verdict:
    """Model is made from a model package that is not approved.

    Packages without a status, which are in no group, ask for no approval.

    ## Why it matters
    A status of `Rejected` or `PendingManualApproval` says that nobody stands for this version, or that somebody decided
    against it. A model that was made from it before goes on serving, and can be deployed again.

    ## How to fix
    Evaluate the version and approve it, or move the endpoint to a model that is made from an approved one and delete
    this model.

    Console: Models, the model group, the version, Update status. CLI:
    `aws sagemaker update-model-package --model-package-arn … --model-approval-status Approved`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html
    """
    if containers_of(model) is None:
        return unknown("primary_container", "containers")
    statuses: dict[str, str] = {}
    unclear = []
    for _, arn in named_alone(model):
        package = package_of(view, model, arn)
        if not isinstance(package, Resource) or package.approval_status is UNSET:
            unclear.append(f"approval status of {arn}")
        elif package.approval_status is not None:
            statuses[package.id] = package.approval_status
    refused = [id for id, status in statuses.items() if status in _NOT_APPROVED]
    evidence: dict[str, Any] = {"ModelPackage.approval_status": statuses}
    if refused:
        said = ", ".join(f"{id.partition('/')[2]} is {statuses[id]}" for id in refused)
        return failed(said, path=(model.id, refused[0]), **evidence)
    later = [id for id, status in statuses.items() if status != "Approved"]
    if unclear or later:
        return unknown(*unclear, *(f"what {statuses[id]} of {id} means" for id in later))
    if not statuses:
        return not_applicable("is made from no package that has an approval status")
    return passed("made from approved packages", **evidence)
