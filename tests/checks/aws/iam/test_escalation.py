import re

import msgspec
import pytest
from factories.aws import allow, document, notebook, role, role_arn, role_with, simulation, unanswered
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, inventory_of, judged

from checks.aws.iam.escalation import Escalation
from checks.aws.iam.policy import Powers
from checks.aws.iam.resources import Policy, Role
from checks.aws.iam.ways import EXCUSED, WAYS
from checks.aws.sagemaker.resources import NotebookInstance
from scanner.store.inventory import InventoryView

CHIEF = role_with(allow("*"), name="chief")
CLERK = role_with(allow("s3:GetObject"), name="clerk")
TRAINS = allow("sagemaker:CreateTrainingJob")
TO_SAGEMAKER = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
TO_LAMBDA = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
EDGE = Policy(name="edge", arn="arn:aws:iam::111122223333:policy/edge", document=document(allow(["s3:*", "iam:*"])))
HIDDEN = Policy(name="hidden", arn="arn:aws:iam::aws:policy/Hidden")
ON_USERS = ["iam:CreateUser", "iam:AttachUserPolicy", "iam:CreateAccessKey"]
ON_ROLES = ["iam:CreateRole", "iam:AttachRolePolicy", "sts:AssumeRole"]
OWN = Policy(name="own", arn="arn:aws:iam::111122223333:policy/own", document=document())
VPC = "aws:SourceVpc"
READS_ONLY = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}}
#: May make users of some names, and what the simulator is asked about it.
MAKER = role_with(allow(ON_USERS, "arn:aws:iam::111122223333:user/made-*"))
MADE = "arn:aws:iam::111122223333:user/made-"


def passing(target, *others, **members):
    return role_with(allow("iam:PassRole", target, **members), *(others or (TRAINS,)))


THROUGH_A_SERVICE = {"StringEquals": {"aws:CalledViaFirst": "cloudformation.amazonaws.com"}}
CASES = {
    "iam_ml_role_escalates": [
        Case("reads a bucket", PASS, CLERK),
        Case("makes a user, equips it and takes its key", FAIL, role_with(allow(ON_USERS))),
        Case("does so through a service", UNKNOWN, role_with(allow(ON_USERS, Condition=THROUGH_A_SERVICE))),
        Case(
            "makes users by a name, equips them and takes their keys",
            FAIL,
            role_with(allow(ON_USERS, "arn:aws:iam::111122223333:user/made-*")),
        ),
        Case(
            "makes users by one name and equips others",
            PASS,
            role_with(
                allow(["iam:CreateUser"], "arn:aws:iam::111122223333:user/made-*"),
                allow(["iam:AttachUserPolicy"], "arn:aws:iam::111122223333:user/kept-*"),
            ),
        ),
        Case("makes a user and nothing more", PASS, role_with(allow("iam:CreateUser"))),
        Case(
            "makes a user that only reads",
            UNKNOWN,
            role_with(
                allow(["iam:CreateUser", "iam:CreateAccessKey"], "arn:aws:iam::111122223333:user/made-*"),
                allow("iam:AttachUserPolicy", Condition=READS_ONLY),
            ),
        ),
        Case("makes a role, equips it and assumes it", FAIL, role_with(allow(ON_ROLES, role_arn("made-*")))),
        Case("writes its own policy", NOT_APPLICABLE, role_with(allow("iam:PutRolePolicy", role_arn("serving")))),
        Case(
            "writes its own policy, within a boundary",
            PASS,
            role_with(
                allow("iam:PutRolePolicy", role_arn("serving")),
                boundary=Policy(
                    name="edge", arn=EDGE.arn, document=document(allow("s3:*"), allow("iam:PutRolePolicy"))
                ),
            ),
        ),
        Case("passes any role to a job", FAIL, passing("*")),
        Case("passes any role, to nothing that it starts", PASS, passing("*", allow("s3:GetObject"))),
        Case("passes any role to another service", PASS, passing("*", Condition=TO_LAMBDA)),
        Case("passes an administrator to a job", FAIL, passing(CHIEF.id), CHIEF),
        Case("passes an administrator to a job of SageMaker", FAIL, passing(CHIEF.id, Condition=TO_SAGEMAKER), CHIEF),
        Case("passes a clerk to a job", PASS, passing(CLERK.id), CLERK),
        Case("passes itself to a job", PASS, passing(role_arn("serving"))),
        Case("passes a role that is not seen", UNKNOWN, passing(role_arn("unseen"))),
        Case("passes roles by a pattern", UNKNOWN, passing(role_arn("c*")), CLERK),
        Case("writes the code of any function", FAIL, role_with(allow("lambda:UpdateFunctionCode"))),
        Case(
            "writes the code of one function",
            UNKNOWN,
            role_with(allow("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:111122223333:function:resize")),
        ),
        *(
            Case(
                f"writes the code of {what} in the region {region}",
                status,
                role_with(allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:{region}:111122223333:function:{name}")),
            )
            for region in ("us-west-2", "us-*", "ap-southeast-?", "*")
            for what, name, status in (("one function", "resize", UNKNOWN), ("any function", "*", FAIL))
        ),
        Case(
            "writes the code of any function, in no region",
            PASS,
            role_with(allow("lambda:UpdateFunctionCode", "arn:aws:lambda::111122223333:function:*")),
        ),
        Case(
            "passes a role to a job in another region",
            FAIL,
            role_with(
                allow("iam:PassRole"),
                allow("sagemaker:CreateTrainingJob", "arn:aws:sagemaker:us-*:111122223333:training-job/*"),
            ),
        ),
        Case(
            "opens any notebook",
            FAIL,
            role_with(allow("sagemaker:CreatePresignedNotebookInstanceUrl")),
            notebook(role_arn=CHIEF.id),
        ),
        Case(
            "opens any notebook, and there is none but its own",
            PASS,
            role_with(allow("sagemaker:CreatePresignedNotebookInstanceUrl")),
            notebook(role_arn=role_arn("serving")),
        ),
        Case(
            "opens any notebook, and not all were seen",
            UNKNOWN,
            role_with(allow("sagemaker:CreatePresignedNotebookInstanceUrl")),
            incomplete=[NotebookInstance],
        ),
        Case(
            "writes a policy that it has",
            NOT_APPLICABLE,
            role_with(allow("iam:CreatePolicyVersion", OWN.arn), attached_policies=(OWN,)),
        ),
        Case("a policy was denied", UNKNOWN, role_with(allow("*"), attached_policies=(HIDDEN,))),
        Case("its policies were denied", UNKNOWN, role()),
        Case("makes users, as AWS confirms", FAIL, MAKER, simulation(MAKER, ON_USERS, MADE)),
        Case("makes users, and AWS gave no answer", FAIL, MAKER, unanswered(MAKER)),
        Case("makes users, and AWS was asked about others", FAIL, MAKER, simulation(MAKER, ON_USERS, f"{MADE}q")),
        Case("makes users, and AWS would know more", FAIL, MAKER, simulation(MAKER, ON_USERS, MADE, missing=(VPC,))),
        Case("makes users, and AWS says something new", FAIL, MAKER, simulation(MAKER, ON_USERS, MADE, decision="?")),
        Case(
            "makes users, and the organisation denies the like",
            FAIL,
            MAKER,
            simulation(MAKER, ON_USERS, MADE, by_scps=False),
        ),
        Case(
            "makes users, and the organisation denies it",
            UNKNOWN,
            MAKER,
            simulation(MAKER, ON_USERS, MADE, decision="explicitDeny", by_scps=False),
        ),
        Case(
            "makes users, and AWS denies it by the boundary",
            UNKNOWN,
            MAKER,
            simulation(MAKER, ON_USERS, MADE, decision="implicitDeny", by_boundary=False),
        ),
        Case("roles were not all read", UNKNOWN, passing(CLERK.id), incomplete=[Role]),
    ],
}
#: What is of no use to a role by itself, in the catalogues' own words.
ALONE = sorted(EXCUSED)


def asked(found: Role, *around):
    view = InventoryView(inventory_of(found, *around), (Role, NotebookInstance))
    return Escalation(Powers(found), view)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_way_is_seen_alone(way):
    """A role with just the actions of a way, on everything there is, is found by it; with one less it is not."""
    actions = sorted({step.action for step in way.steps})
    attached = (OWN,) if any(step.on == "own policy" for step in way.steps) else ()
    around = notebook(role_arn=CHIEF.id)

    assert asked(role_with(allow(actions), attached_policies=attached), around).answer(way) == "yes"
    for missing in actions:
        fewer = role_with(allow([a for a in actions if a != missing]), attached_policies=attached)
        assert asked(fewer, around).answer(way) == "no"


@pytest.mark.parametrize("name", ALONE)
def test_what_is_excused_is_not_said_to_be_a_way(name):
    found = judged("iam_ml_role_escalates", role_with(allow(name)))

    assert EXCUSED[name]
    assert found.status != FAIL


def test_there_are_all_combinations_of_the_catalogues():
    assert len(WAYS) + len(EXCUSED) >= 101
    assert len({way.name for way in WAYS}) == len(WAYS)
    assert all(way.source.startswith("https://") for way in WAYS)


def test_the_statements_of_a_way_are_shown_and_the_role_that_is_passed():
    made = passing(CHIEF.id)
    found = judged("iam_ml_role_escalates", made, CHIEF)

    assert found.path == (made.id, CHIEF.id)
    assert "sagemaker:CreateTrainingJob" in found.message
    assert found.evidence["inline_policies"]["own"] in (allow("iam:PassRole", CHIEF.id), TRAINS)


def test_what_the_simulator_said_is_said_and_shown():
    confirmed = judged("iam_ml_role_escalates", MAKER, simulation(MAKER, ON_USERS, MADE))
    unasked = judged("iam_ml_role_escalates", MAKER)
    refused = judged("iam_ml_role_escalates", MAKER, unanswered(MAKER))
    asking = judged("iam_ml_role_escalates", MAKER, simulation(MAKER, ON_USERS, MADE, missing=(VPC,)))

    assert confirmed.message == f"{unasked.message}; AWS' own simulator confirms it"
    assert refused.message == f"{unasked.message}; not verified: AWS' own simulator gave no answer"
    assert asking.message == f"{unasked.message}; not verified: AWS' own simulator asks for aws:SourceVpc"
    assert [each.eval_action_name for each in confirmed.evidence["Simulation.evaluations"]] == ON_USERS
    assert confirmed.evidence["Simulation.context"] == {"aws:PrincipalArn": MAKER.id}
    assert refused.evidence == unasked.evidence


def test_what_the_organisation_denies_is_open_and_not_passed():
    """Nobody in the account sees on which conditions it is denied."""
    denied = simulation(MAKER, ON_USERS, MADE, decision="explicitDeny", by_scps=False)
    found = judged("iam_ml_role_escalates", MAKER, denied)

    assert found.status == UNKNOWN
    assert "a policy of the organisation denies this always" in found.message
    assert "iam:CreateUser" in found.message
    [first, *_] = found.evidence["Simulation.evaluations"]
    assert first.organizations_decision_detail.allowed_by_organizations is False


def test_a_way_that_is_not_denied_fails_beside_one_that_is():
    made = role_with(allow("lambda:UpdateFunctionCode"), allow(ON_USERS, "arn:aws:iam::111122223333:user/made-*"))
    [on] = {each.resource for way in WAYS if way.name == "lambda:UpdateFunctionCode" for each in requests(made, way)}
    denied = simulation(made, ON_USERS, MADE, decision="explicitDeny", by_scps=False)
    allowed = simulation(made, ["lambda:UpdateFunctionCode"], on)
    both = msgspec.structs.replace(denied, evaluations=(*denied.evaluations, *allowed.evaluations))

    assert "iam:CreateUser" in judged("iam_ml_role_escalates", made).message
    found = judged("iam_ml_role_escalates", made, both)
    assert found.status == FAIL
    assert found.message.startswith("privilege escalation by lambda:UpdateFunctionCode ")
    assert found.message.endswith("AWS' own simulator confirms it")


def requests(found, way):
    escalation = asked(found)
    assert escalation.answer(way) == "yes"
    return escalation.requests(way)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_way_can_be_asked_about(way):
    """On whole names: IAM refuses to simulate anything else."""
    actions = sorted({step.action for step in way.steps})
    attached = (OWN,) if any(step.on == "own policy" for step in way.steps) else ()
    escalation = asked(role_with(allow(actions), attached_policies=attached), notebook(role_arn=CHIEF.id))

    assert escalation.answer(way) == "yes"
    found = escalation.requests(way)
    assert sorted({request.action for request in found}) == actions
    assert all(re.fullmatch(r"arn:aws:[\w-]+:[^:]*:\d{12}:.*[^:/]", request.resource) for request in found)


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("*", "arn:aws:sagemaker:eu-west-1:111122223333:qzjxqzjxqzjx"),
        ("arn:aws:sagemaker:*:*:training-job/*", "arn:aws:sagemaker:eu-west-1:111122223333:training-job/q"),
        ("arn:aws:sagemaker:us-east-2:*:training-job/a*", "arn:aws:sagemaker:us-east-2:111122223333:training-job/aq"),
    ],
)
def test_a_way_is_asked_about_on_something_of_the_account(pattern, named):
    made = passing("*", allow("sagemaker:CreateTrainingJob", pattern))
    [way] = [way for way in WAYS if way.name == "iam:PassRole + sagemaker:CreateTrainingJob"]

    assert [each.resource for each in requests(made, way)][1:] == [named]
