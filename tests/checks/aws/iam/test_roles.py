from factories.aws import allow, deny, document, role, role_arn, role_with
from support import FAIL, PASS, UNKNOWN, Case, judged

from checks.aws.iam.resources import Policy

FULL_ACCESS = Policy(
    name="AmazonSageMakerFullAccess", arn="arn:aws:iam::aws:policy/AmazonSageMakerFullAccess", document=document()
)
HIDDEN = Policy(name="hidden", arn="arn:aws:iam::aws:policy/Hidden")
S3_ONLY = Policy(name="edge", arn="arn:aws:iam::111122223333:policy/edge", document=document(allow("s3:*")))
IAM_ONLY = Policy(name="edge", arn=S3_ONLY.arn, document=document(allow("iam:PutRolePolicy")))
IAM_WITH_EDGE = Policy(
    name="edge",
    arn=S3_ONLY.arn,
    document=document(allow(["iam:PutRolePolicy", "iam:DeleteRolePermissionsBoundary"])),
)
IAM_ALL = Policy(name="edge", arn=S3_ONLY.arn, document=document(allow("iam:*")))
ANY = Policy(name="edge", arn=S3_ONLY.arn, document=document(allow("*")))
ELSEWHERE = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}
NO_HOME = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
OWN = Policy(name="own", arn="arn:aws:iam::111122223333:policy/own", document=document())
IAM_FULL_ACCESS = "arn:aws:iam::aws:policy/IAMFullAccess"
OURS = {"StringEquals": {"aws:ResourceAccount": "111122223333"}}
DENIED = Case("its policies were denied", UNKNOWN, role())


def edged(actions, boundary):
    return role_with(allow(actions), boundary=boundary)


def changing(policy: str | None, action: str = "iam:CreatePolicyVersion"):
    return role_with(allow(action, policy), attached_policies=(OWN,))


ENDED = {"DateLessThan": {"aws:CurrentTime": "2024-01-31T00:00:00Z"}}
BEGUN = {"DateGreaterThanEquals": {"aws:CurrentTime": "2024-01-31T00:00:00Z"}}
ENDED_BY_COUNT = {"NumericLessThan": {"aws:EpochTime": "1706659200"}}
LATER = {"DateGreaterThan": {"aws:CurrentTime": "2999-01-31T00:00:00Z"}}
NOT_YET_ENDED = {"DateLessThan": {"aws:CurrentTime": "2999-01-31T00:00:00Z"}}
OUR_ORGANISATION = {"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}
OTHER_ORGANISATIONS = {"StringNotEqualsIfExists": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}
ONE_ORGANISATION = {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}}
BY_A_TEMPLATE = {"ForAnyValue:StringEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]}}
BY_A_SERVICE = {"Bool": {"aws:ViaAWSService": "true"}}
BY_ITSELF = {"Bool": {"aws:ViaAWSService": "false"}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
TO_SAGEMAKER = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}

CASES = {
    "iam_ml_role_administrative": [
        Case("one bucket", PASS, role_with(allow("s3:GetObject", "arn:aws:s3:::northwind-example-models/*"))),
        Case("everything", FAIL, role_with(allow("*"))),
        Case("everything, spelled otherwise", FAIL, role_with(allow("*:*", "arn:aws:*"))),
        Case(
            "everything, said by what it is not",
            FAIL,
            role_with({"Effect": "Allow", "NotAction": "a:b", "Resource": "*"}),
        ),
        Case("all but identities", PASS, role_with({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})),
        Case("may change its own policies", FAIL, role_with(allow("iam:PutRolePolicy", role_arn("serving")))),
        Case("may change other roles", PASS, role_with(allow("iam:PutRolePolicy", role_arn("other")))),
        Case("may change a policy of ours that it has", FAIL, changing(OWN.arn)),
        Case("may change a policy that it has not", PASS, changing("arn:aws:iam::111122223333:policy/other")),
        Case("everything, in some regions", FAIL, role_with(allow("*"), deny("*", Condition=ELSEWHERE))),
        Case("everything, in regions without IAM", PASS, role_with(allow("*"), deny("*", Condition=NO_HOME))),
        Case("may write its own policies, within a boundary of everything", FAIL, edged("iam:PutRolePolicy", ANY)),
        Case("may put another boundary", FAIL, edged(["iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"], IAM_ALL)),
        Case("may write its boundary anew", FAIL, edged(["iam:PutRolePolicy", "iam:CreatePolicyVersion"], IAM_ALL)),
        Case(
            "may go back to an older boundary",
            UNKNOWN,
            edged(["iam:PutRolePolicy", "iam:SetDefaultPolicyVersion"], IAM_ALL),
        ),
        Case(
            "may attach one policy to itself",
            PASS,
            role_with(allow("iam:AttachRolePolicy", Condition={"ArnEquals": {"iam:PolicyARN": OWN.arn}})),
        ),
        Case(
            "may attach to itself what allows it to attach all",
            FAIL,
            role_with(allow("iam:AttachRolePolicy", Condition={"ArnEquals": {"iam:PolicyARN": IAM_FULL_ACCESS}})),
        ),
        Case("may go back to an older text of its policy", UNKNOWN, changing(OWN.arn, "iam:SetDefaultPolicyVersion")),
        Case("may go back to older texts of others", PASS, changing(role_arn("x"), "iam:SetDefaultPolicyVersion")),
        Case("everything, within a boundary", PASS, role_with(allow("*"), boundary=S3_ONLY)),
        Case("may change its own policies, within a boundary", PASS, role_with(allow("*"), boundary=IAM_ONLY)),
        Case(
            "may change its own policies and take off the boundary", FAIL, role_with(allow("*"), boundary=IAM_WITH_EDGE)
        ),
        Case("everything, within a boundary that was denied", UNKNOWN, role_with(allow("*"), boundary=HIDDEN)),
        Case("everything, with a second factor", UNKNOWN, role_with(allow("*", Condition=MFA))),
        Case("everything, through CloudFormation", UNKNOWN, role_with(allow("*", Condition=BY_A_TEMPLATE))),
        Case("everything, through services", UNKNOWN, role_with(allow("*", Condition=BY_A_SERVICE))),
        Case(
            "everything, and denied but through services",
            UNKNOWN,
            role_with(allow("*"), deny("*", Condition=BY_ITSELF)),
        ),
        Case("everything, and denied through services", FAIL, role_with(allow("*"), deny("*", Condition=BY_A_SERVICE))),
        Case("everything, for a term that has ended", PASS, role_with(allow("*", Condition=ENDED))),
        Case("everything, until a second that has passed", PASS, role_with(allow("*", Condition=ENDED_BY_COUNT))),
        Case("everything, since a day that has passed", FAIL, role_with(allow("*", Condition=BEGUN))),
        Case("everything, until a day to come", UNKNOWN, role_with(allow("*", Condition=NOT_YET_ENDED))),
        Case("everything, from a day to come", UNKNOWN, role_with(allow("*", Condition=LATER))),
        Case(
            "everything, and denied until a day that has passed",
            FAIL,
            role_with(allow("*"), deny("*", Condition=ENDED)),
        ),
        Case("everything, and all of it denied", PASS, role_with(allow("*"), deny("*"))),
        Case("everything, whatever a hidden policy adds", FAIL, role_with(allow("*"), attached_policies=(HIDDEN,))),
        Case("the text of a policy was denied", UNKNOWN, role_with(attached_policies=(HIDDEN,))),
        DENIED,
    ],
    "iam_ml_role_sagemaker_full_access": [
        Case("not attached", PASS, role(attached_policies=(HIDDEN,))),
        Case("attached", FAIL, role(attached_policies=(HIDDEN, FULL_ACCESS))),
        Case(
            "a policy of ours by that name",
            PASS,
            role(
                attached_policies=(
                    Policy(
                        name="AmazonSageMakerFullAccess",
                        arn="arn:aws:iam::111122223333:policy/AmazonSageMakerFullAccess",
                    ),
                )
            ),
        ),
        DENIED,
    ],
    "iam_ml_role_passes_any_role": [
        Case("one role", PASS, role_with(allow("iam:PassRole", role_arn("serving")))),
        Case("any role", FAIL, role_with(allow("iam:PassRole"))),
        Case("any role, to one service", FAIL, role_with(allow("iam:PassRole", Condition=TO_SAGEMAKER))),
        Case("any role, with a second factor", UNKNOWN, role_with(allow("iam:PassRole", Condition=MFA))),
        Case(
            "any role, in some region, which may not count",
            UNKNOWN,
            role_with(allow("iam:PassRole", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})),
        ),
        Case("any role, through CloudFormation", UNKNOWN, role_with(allow("iam:PassRole", Condition=BY_A_TEMPLATE))),
        Case("everything of IAM", FAIL, role_with(allow("iam:*", "arn:aws:iam::111122223333:role/*"))),
        DENIED,
    ],
    "iam_ml_role_s3_unrestricted": [
        Case("one bucket", PASS, role_with(allow("s3:*", "arn:aws:s3:::northwind-example-models*"))),
        Case("reading everywhere", PASS, role_with(allow("s3:Get*"))),
        Case("everything everywhere", FAIL, role_with(allow("s3:*"))),
        Case("every object everywhere", FAIL, role_with(allow("s3:*Object", "arn:aws:s3:::*/*"))),
        Case("everything of the account's own", FAIL, role_with(allow("s3:*", Condition=OURS))),
        Case(
            "everything of some other account's",
            PASS,
            role_with(allow("s3:*", Condition={"StringEquals": {"s3:ResourceAccount": "999988887777"}})),
        ),
        Case("everything of the organisation's own", FAIL, role_with(allow("s3:*", Condition=OUR_ORGANISATION))),
        Case("nothing of others", FAIL, role_with(allow("s3:*"), deny("s3:*", Condition=OTHER_ORGANISATIONS))),
        Case("everything of an organisation", UNKNOWN, role_with(allow("s3:*", Condition=ONE_ORGANISATION))),
        Case("all but one bucket", FAIL, role_with(allow("s3:*"), deny("s3:*", "arn:aws:s3:::northwind-example-x*"))),
        Case(
            "from one network", UNKNOWN, role_with(allow("s3:*", Condition={"StringEquals": {"aws:SourceVpce": "v"}}))
        ),
        DENIED,
    ],
}


def test_an_older_text_is_named():
    found = judged("iam_ml_role_administrative", changing(OWN.arn, "iam:SetDefaultPolicyVersion"))

    assert found.missing == (f"what an older text of {OWN.arn} allows",)


def test_an_unknown_verdict_names_what_it_hangs_on():
    found = judged("iam_ml_role_passes_any_role", role_with(allow("iam:PassRole", Condition=MFA)))

    assert found.missing == ("what aws:multifactorauthpresent is in its requests",)
