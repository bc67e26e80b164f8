"""The resolver against a slow reading of the same documents, and against examples that AWS documents.

`POLICY_SETS` in the environment says how many sets of policies are made up; a hundred for each test unless given.
"""

from __future__ import annotations

import os
from itertools import product

import pytest
from factories.aws import ACCOUNT, OTHER_ACCOUNT, allow, deny, document, role_arn, role_with
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_policies import verdict

from checks.aws.iam.answers import NO, UNKNOWN, YES
from checks.aws.iam.matching import Places, Targets, below, glob
from checks.aws.iam.policy import Powers
from checks.aws.iam.resources import Policy
from checks.aws.iam.statements import rules_of_resource

many = settings(
    max_examples=int(os.environ.get("POLICY_SETS", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

ROLE = role_arn("serving")
ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
OBJECTS = ["arn:aws:s3:::a/x", "arn:aws:s3:::a/y", "arn:aws:s3:::b/x"]
LOST = "AROAEXAMPLE000000ROLE"
#: What the resolver knows of a request of the role, what the role picks, and what nobody knows.
KNOWN = {
    "aws:principalaccount": ACCOUNT,
    "aws:principalarn": ROLE,
    "aws:sourceaccount": None,
    "aws:viaawsservice": "false",
}
PICKED = {
    "aws:securetransport": ["true", "false"],
    "aws:requestedregion": ["eu-west-1", "us-east-1", "another"],
    "s3:x-amz-acl": [None, "private", "bucket-owner-full-control", "another"],
}
HIDDEN = {
    "aws:sourcevpce": [None, "vpce-1", "another"],
    "aws:multifactorauthage": [None, "10", "100"],
}
TESTS = [
    {"Bool": {"aws:SecureTransport": "false"}},
    {"Bool": {"aws:SecureTransport": True}},
    {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}},
    {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
    {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    {"StringNotEquals": {"S3:X-Amz-Acl": "bucket-owner-full-control"}},
    {"StringNotEqualsIfExists": {"s3:x-amz-acl": ["private", "bucket-owner-full-control"]}},
    {"Null": {"s3:x-amz-acl": "true"}},
    {"Null": {"s3:x-amz-acl": False}},
    {"StringEquals": {"aws:PrincipalAccount": [ACCOUNT]}},
    {"StringNotEquals": {"aws:PrincipalAccount": OTHER_ACCOUNT}},
    {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/s*"}},
    {"ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/other"}},
    {"StringLike": {"aws:PrincipalArn": "*:role/*"}},
    {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    {"StringEqualsIfExists": {"aws:SourceAccount": OTHER_ACCOUNT}},
    {"ForAllValues:StringEquals": {"aws:SourceAccount": OTHER_ACCOUNT}},
    {"ForAnyValue:StringNotEquals": {"aws:SourceAccount": OTHER_ACCOUNT}},
    {"Bool": {"aws:ViaAWSService": "true"}},
    {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
    {"StringEquals": {"s3:x-amz-acl": "private", "aws:RequestedRegion": "us-east-1"}},
]
OPEN_TESTS = [
    {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
    {"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}},
    {"Null": {"aws:SourceVpce": "true"}},
    {"NumericLessThan": {"aws:MultiFactorAuthAge": "50"}},
    {"StringEquals": {"aws:SourceVpce": "vpce-1", "aws:PrincipalAccount": OTHER_ACCOUNT}},
]
PRINCIPALS = [
    "*",
    {"AWS": "*"},
    {"AWS": ROLE},
    {"AWS": [ACCOUNT, OTHER_ACCOUNT]},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    {"AWS": [ROLE, f"arn:aws:iam::{ACCOUNT}:root"]},
    {"AWS": role_arn("other")},
    {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:role/serving"},
    {"AWS": [LOST]},
    {"Service": "logging.s3.amazonaws.com"},
]

actions = st.sampled_from(["*", "s3:*", "S3:Put*", "s3:?etObject", "s3:PutObject", "s3:*Object", "iam:*"])
resources = st.sampled_from(["*", "arn:aws:s3:::a/*", "arn:aws:s3:::*/x", "arn:aws:s3:::b/?", OBJECTS[0]])
one_or_more = lambda items: st.one_of(items, st.lists(items, min_size=1, max_size=2))  # noqa: E731


@st.composite
def statement(draw, *, of_resource=False, tests=TESTS):
    made = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(one_or_more(actions)),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(one_or_more(resources)),
    }
    if draw(st.booleans()):
        made["Condition"] = draw(st.sampled_from(tests))
    if of_resource:
        made[draw(st.sampled_from(["Principal"] * 4 + ["NotPrincipal"]))] = draw(st.sampled_from(PRINCIPALS))
    return made


def sets(tests):
    own = st.lists(statement(tests=tests), max_size=3)
    theirs = st.lists(statement(of_resource=True, tests=tests), max_size=3)
    return st.tuples(own, st.one_of(st.none(), own), theirs, st.sampled_from([ACCOUNT, OTHER_ACCOUNT]))


def resolved(documents, action, target):
    """What the resolver says. A boundary or a policy of the resource that is `...` was not read."""
    own, edge, theirs, owner = documents
    hidden = Policy(name="edge")
    boundary = None if edge is None else hidden if edge is ... else Policy(name="edge", document=document(*edge))
    policy = rules_of_resource(hidden.document if theirs is ... else document(*theirs))
    powers = Powers(role_with(*own, boundary=boundary))
    return powers.over(Targets([target]), action, resource=policy, crosses=owner != ACCOUNT).of(0)


def slowly(documents, action, target):
    """What the slow reading says, and whether AWS leaves something open that it may hang on."""
    own, edge, theirs, _ = documents
    everything = [*own, *(edge or []), *theirs]
    named = {key.lower() for s in everything for block in s.get("Condition", {}).values() for key in block}
    picked = {key: values for key, values in PICKED.items() if key in named}
    hidden = {key: values for key, values in HIDDEN.items() if key in named}
    questions = ["NotPrincipal"] * ("NotPrincipal" in str(theirs))
    questions += ["loose"] * (edge is not None and ("'*'" in str(theirs) or "NotPrincipal" in str(theirs)))
    return verdict(action, target, ROLE, documents, KNOWN, picked, hidden, questions), bool(questions)


@many
@given(sets(TESTS), st.sampled_from(ACTIONS), st.sampled_from(OBJECTS))
def test_agrees_with_a_slow_reading(documents, action, target):
    found = str(resolved(documents, action, target))
    expected, is_open = slowly(documents, action, target)

    assert found == expected or (is_open and found == "unknown")


@many
@given(sets(TESTS + OPEN_TESTS * 3), st.sampled_from(ACTIONS), st.sampled_from(OBJECTS))
def test_says_nothing_wrong_where_keys_are_not_known(documents, action, target):
    found = str(resolved(documents, action, target))

    assert found in ("unknown", slowly(documents, action, target)[0])


@many
@given(sets(TESTS + OPEN_TESTS), st.sampled_from(ACTIONS), st.sampled_from(OBJECTS), st.sampled_from([1, 2]))
def test_a_document_that_was_denied_leaves_it_unknown(documents, action, target, which):
    without = [*documents[:which], ..., *documents[which + 1 :]]

    assert resolved(without, action, target) is UNKNOWN


@many
@given(sets(TESTS))
def test_many_objects_at_once_give_what_each_does(documents):
    own, edge, theirs, owner = documents
    boundary = None if edge is None else Policy(name="edge", document=document(*edge))
    powers = Powers(role_with(*own, boundary=boundary))
    policy = rules_of_resource(document(*theirs))
    marks = powers.over(Targets(OBJECTS), ACTIONS[1], resource=policy, crosses=owner != ACCOUNT)

    assert [marks.of(place) for place in range(3)] == [resolved(documents, ACTIONS[1], name) for name in OBJECTS]


# -- prefixes ----------------------------------------------------------------------------------------------------------

LETTERS = "ab/"
KEYS = ["".join(key) for size in range(5) for key in product(LETTERS + "q", repeat=size)]
key_patterns = st.lists(st.sampled_from([*LETTERS, "*", "?"]), max_size=5).map("".join)


@given(key_patterns, st.text(LETTERS, max_size=2))
def test_names_below_a_prefix(pattern, prefix):
    """Some are found if there are any, and each is one. `q` stands for whatever no pattern spells out."""
    found = below(pattern, prefix)

    assert all(name.startswith(prefix) and glob(pattern, name) for name in found)
    assert bool(found) or not any(key.startswith(prefix) and glob(pattern, key) for key in KEYS)


@given(st.lists(key_patterns, max_size=3), st.lists(st.text(LETTERS, max_size=2), min_size=1, max_size=4))
def test_parts_of_prefixes_that_patterns_spell_out(patterns, prefixes):
    places = Places([], prefixes)
    found, _ = places.spelled_out(patterns)

    for name, prefix in found.items():
        assert name.startswith(prefix) and any(glob(pattern, name) for pattern in patterns)
    for prefix in prefixes:
        if any(below(pattern, prefix) for pattern in patterns):
            everything = any(glob(pattern, prefix + "q" * size) for pattern in patterns for size in range(9, 14))
            assert everything or any(name.startswith(prefix) for name in found)


PLACE = "arn:aws:s3:::a/p/"
below_place = st.sampled_from(["*", "a", "a*", "*a", "?", "a?", "??*", "*b*", "a/*", "*/b"]).map(
    lambda rest: PLACE + rest
)
object_patterns = st.one_of(st.sampled_from(["*", "arn:aws:s3:::a/*", "arn:aws:s3:::a/*a", "*b"]), below_place)


@st.composite
def on_objects(draw, effects):
    effect, member = draw(st.sampled_from(effects)), draw(st.sampled_from(["Resource", "Resource", "NotResource"]))
    return {"Effect": effect, "Action": "s3:PutObject", member: draw(one_or_more(object_patterns))}


@many
@given(st.lists(on_objects(["Allow"]), max_size=2), st.lists(on_objects(["Allow", "Deny"]), max_size=3))
def test_a_prefix_is_reached_where_an_object_below_it_is(one, more):
    edge = Policy(name="edge", document=document(*more))
    for role in (role_with(*one, *more), role_with(*one, boundary=edge)):
        powers = Powers(role)
        found = powers.documents().reach("s3:putobject", Places([], [PLACE]), {})
        below_it = Targets(PLACE + key for key in KEYS)
        some = powers.over(below_it, "s3:PutObject")

        if found.name:
            assert found.place == PLACE and powers.allow("s3:PutObject", found.name) is YES
        else:
            assert found.maybe or not some.yes


def test_an_object_that_only_empty_stars_leave_over_is_reached():
    some = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{PLACE}*b*"}
    longer = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"{PLACE}??*"}
    found = Powers(role_with(some, longer)).documents().reach("s3:putobject", Places([], [PLACE]), {})

    assert found.name == f"{PLACE}b"


def test_an_object_that_two_denials_spare_is_reached():
    spared = ("arn:aws:s3:::a/*a", f"{PLACE}a?")
    denials = [{"Effect": "Deny", "Action": "s3:PutObject", "NotResource": each} for each in spared]
    role = role_with({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}, *denials)
    found = Powers(role).documents().reach("s3:putobject", Places([], [PLACE]), {})

    assert found.maybe or found.name


@many
@given(st.lists(on_objects(["Allow"]), max_size=2), st.lists(on_objects(["Deny"]), max_size=2))
def test_where_one_policy_narrows_it_is_known_whether_a_prefix_is_reached(one, more):
    plain = [s for s in more if "Resource" in s]
    powers = Powers(role_with(*one, *plain))
    found = powers.documents().reach("s3:putobject", Places([], [PLACE]), {})

    assert bool(found.name) is bool(powers.over(Targets(PLACE + key for key in KEYS), "s3:PutObject").yes)
    assert not found.maybe


# -- examples that AWS documents ---------------------------------------------------------------------------------------

BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
OBJECT = f"{BUCKET}/x"
AUDIT = "arn:aws:iam::123456789012:role/audit"
TO_ROLE = allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": ROLE})
EXAMPLES = [
    # reference_policies_evaluation-logic_policy-eval-basics.html: in one account either side is enough, no side is not
    ("nothing is allowed to begin with", [], None, [], ACCOUNT, NO),
    ("the identity alone", [allow("s3:*")], None, [], ACCOUNT, YES),
    ("the resource alone", [], None, [TO_ROLE], ACCOUNT, YES),
    ("a deny of the resource", [allow("s3:*")], None, [deny("s3:*", Principal="*")], ACCOUNT, NO),
    # reference_policies_evaluation-logic-cross-account.html: two accounts, both sides
    ("the identity alone, across accounts", [allow("s3:*")], None, [], OTHER_ACCOUNT, NO),
    ("the resource alone, across accounts", [], None, [TO_ROLE], OTHER_ACCOUNT, NO),
    ("both, across accounts", [allow("s3:*")], None, [TO_ROLE], OTHER_ACCOUNT, YES),
    (
        "the account is trusted, across accounts",
        [allow("s3:*")],
        None,
        [allow("s3:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})],
        OTHER_ACCOUNT,
        YES,
    ),
    # access_policies_boundaries.html: the intersection, also of what the resource grants to the ARN of a role
    ("beyond the boundary", [allow("s3:*")], [allow("ec2:*")], [], ACCOUNT, NO),
    ("the resource alone, beyond the boundary", [], [allow("ec2:*")], [TO_ROLE], ACCOUNT, NO),
    ("the resource alone, within the boundary", [], [allow("s3:*")], [TO_ROLE], ACCOUNT, YES),
    # reference_policies_elements_principal.html: an account delegates to its own policies
    (
        "the own account is named, and nothing more",
        [],
        None,
        [allow("s3:*", Principal={"AWS": ACCOUNT})],
        ACCOUNT,
        NO,
    ),
    # reference_policies_elements_notprincipal.html
    (
        "everybody but another account is denied",
        [allow("s3:*")],
        None,
        [deny("s3:*", [BUCKET, f"{BUCKET}/*"], NotPrincipal={"AWS": ["arn:aws:iam::123456789012:root", AUDIT]})],
        ACCOUNT,
        NO,
    ),
    (
        "everybody but the role and its account is denied",
        [allow("s3:*")],
        None,
        [deny("s3:*", [BUCKET, f"{BUCKET}/*"], NotPrincipal={"AWS": [f"arn:aws:iam::{ACCOUNT}:root", ROLE]})],
        ACCOUNT,
        YES,
    ),
    # example-bucket-policies.html: plain HTTP is denied; the caller uses TLS
    (
        "plain HTTP is denied",
        [allow("s3:*")],
        None,
        [deny("s3:*", [BUCKET, f"{BUCKET}/*"], Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})],
        ACCOUNT,
        YES,
    ),
    # example-bucket-policies-vpc-endpoint.html: only from one endpoint; whether the role is there was not seen
    (
        "only from a VPC endpoint",
        [allow("s3:*")],
        None,
        [
            deny(
                "s3:*",
                [BUCKET, f"{BUCKET}/*"],
                Principal="*",
                Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0abcdef1234567890"}},
            )
        ],
        ACCOUNT,
        UNKNOWN,
    ),
    # reference_policies_examples_aws_deny-requested-region.html
    (
        "other regions are denied",
        [
            allow("*"),
            {
                "Effect": "Deny",
                "NotAction": ["cloudfront:*", "iam:*", "route53:*", "support:*"],
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}},
            },
        ],
        None,
        [],
        ACCOUNT,
        YES,
    ),
    # id_roles_use_revoke-sessions.html: older sessions are denied; a new one may be had
    (
        "older sessions are denied",
        [allow("s3:*"), deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": "2026-05-01T23:00:00Z"}})],
        None,
        [],
        ACCOUNT,
        YES,
    ),
]


@pytest.mark.parametrize(
    ("own", "edge", "theirs", "owner", "expected"),
    [pytest.param(*rest, id=name) for name, *rest in EXAMPLES],
)
def test_documented_examples(own, edge, theirs, owner, expected):
    assert resolved((own, edge, theirs, owner), "s3:GetObject", OBJECT) is expected


def test_what_keeps_an_answer_from_being_given_is_named():
    guarded = role_with(
        allow("s3:PutObject", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1", "s3:x-amz-acl": "private"}}),
        attached_policies=(Policy(name="hidden", arn="arn:aws:iam::aws:policy/Hidden"),),
    )

    assert Powers(guarded).unclear(["s3:PutObject"]) == (
        "attached_policies",
        "what aws:sourcevpce is in its requests",
    )


def test_the_statement_that_allows_is_given():
    reading, writing = allow("s3:GetObject"), allow("s3:Put*", f"{BUCKET}/*")
    found = Powers(role_with(reading, writing)).allowing("s3:PutObject", OBJECT)

    assert found is not None
    assert (found.policy, found.statement) == ("own", writing)
