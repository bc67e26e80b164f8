from factories.aws import IMAGE, chain, container, from_package, model, package, single
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.sagemaker.resources import ModelPackage

ONE = single(from_package())
TWO = chain(from_package(), from_package("classify/1"))


CASES = {
    "sagemaker_model_package_unapproved": [
        Case("approved", PASS, ONE, package(approval_status="Approved")),
        Case(
            "by its name alone",
            PASS,
            single(container(model_package_name="sentiment/3")),
            package(approval_status="Approved"),
        ),
        Case("rejected", FAIL, ONE, package(approval_status="Rejected")),
        Case("nobody has decided", FAIL, ONE, package(approval_status="PendingManualApproval")),
        Case(
            "one of two is rejected",
            FAIL,
            TWO,
            package(approval_status="Approved"),
            package("classify/1", approval_status="Rejected"),
        ),
        Case("one of two is not seen", UNKNOWN, TWO, package(approval_status="Approved"), package("classify/1")),
        Case("in no group", NOT_APPLICABLE, ONE, package(approval_status=None)),
        Case("a status of a later version", UNKNOWN, ONE, package(approval_status="ApprovedForStaging")),
        Case("the package was not described", UNKNOWN, ONE, package()),
        Case("it does not exist any more", UNKNOWN, ONE),
        Case("packages were not read", UNKNOWN, ONE, incomplete=[ModelPackage]),
        Case("no package", NOT_APPLICABLE, single(container(IMAGE))),
        Case("describe was denied", UNKNOWN, model()),
    ],
}
