from datetime import UTC, datetime

from factories.aws import config, endpoint, from_package, model, package, single, variant
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.sagemaker.resources import Endpoint, IamIdentity, UserContext

NAME = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/sentiment/3"
MADE, LATER = datetime(2026, 11, 9, 9, tzinfo=UTC), datetime(2026, 11, 10, 9, tzinfo=UTC)
ADA, GRACE = (
    UserContext(iam_identity=IamIdentity(arn=f"arn:aws:iam::111122223333:user/{name}")) for name in ("ada", "grace")
)
PIPELINE = UserContext(iam_identity=IamIdentity(arn="arn:aws:sts::111122223333:assumed-role/pipeline/SageMaker"))
SERVES = (
    single(from_package(NAME)),
    config(variants=(variant(model_name="sentiment"),), shadow_variants=None),
    endpoint(status="InService", endpoint_config_name="sentiment-1"),
)


def registered(**fields):
    """A package that was approved, and changed by somebody else after it was registered."""
    known = {"approval_status": "Approved", "creation_time": MADE, "last_modified_time": LATER}
    return package(**{**known, "created_by": ADA, "last_modified_by": GRACE, **fields})


CASES = {
    "sagemaker_model_package_registered_as_approved": [
        Case("changed later by somebody else", PASS, registered(), *SERVES),
        Case("never changed", FAIL, registered(last_modified_time=None, last_modified_by=None), *SERVES),
        Case("changed as it was made", FAIL, registered(last_modified_time=MADE), *SERVES),
        Case("changed later by who registered it", UNKNOWN, registered(last_modified_by=ADA), *SERVES),
        Case("changed later by the role that registered it", UNKNOWN,
             registered(created_by=PIPELINE, last_modified_by=PIPELINE), *SERVES),
        Case("changed later by another than the pipeline", PASS, registered(created_by=PIPELINE), *SERVES),
        Case("who changed it was not recorded", UNKNOWN, registered(last_modified_by=UserContext()), *SERVES),
        Case("who changed it is absent", UNKNOWN, registered(last_modified_by=None), *SERVES),
        Case("when it was made is absent", UNKNOWN, registered(creation_time=None), *SERVES),
        Case("waits for an approval", NOT_APPLICABLE, registered(approval_status="PendingManualApproval"), *SERVES),
        Case("rejected", NOT_APPLICABLE, registered(approval_status="Rejected"), *SERVES),
        Case("in no group", NOT_APPLICABLE, registered(approval_status=None), *SERVES),
        Case("a status of a later API version", UNKNOWN, registered(approval_status="ApprovedByVote"), *SERVES),
        Case("the package was not described", UNKNOWN, package(), *SERVES),
        Case("nothing serves it", NOT_APPLICABLE, registered(), single(from_package(NAME))),
        Case("its endpoint is down", NOT_APPLICABLE, registered(), *SERVES[:2], endpoint(status="OutOfService")),
        Case("endpoints were not read", UNKNOWN, registered(), incomplete=[Endpoint]),
        Case("the model was not described", UNKNOWN, registered(), model(), *SERVES[1:]),
    ]
}  # fmt: skip
