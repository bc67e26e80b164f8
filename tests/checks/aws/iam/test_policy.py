"""The policy resolver against an independent one over a small universe, and properties that hold for any policy."""

from __future__ import annotations

import fnmatch
import re

from factories.aws import ACCOUNT, allow, deny, document, role, role_arn, role_with
from hypothesis import given
from hypothesis import strategies as st

from checks.aws.iam.answers import NO, UNKNOWN, YES, both, either, opposite
from checks.aws.iam.matching import glob
from checks.aws.iam.policy import allows, is_admin
from checks.aws.iam.resources import Policy

ACTIONS = ["s3:GetObject", "s3:PutObject", "iam:PassRole"]
RESOURCES = ["arn:aws:s3:::a/x", "arn:aws:s3:::a/y", "arn:aws:s3:::b/x"]
CONDITION = {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}

action_patterns = st.sampled_from(["*", "s3:*", "S3:getobject", "s3:?etObject", "s3:PutObject", "iam:Pass*", "kms:*"])
resource_patterns = st.sampled_from(
    ["*", "arn:aws:s3:::a/*", "arn:aws:s3:::?/x", "arn:aws:s3:::b/x", "arn:aws:kms:::*"]
)
one_or_more = lambda items: st.one_of(items, st.lists(items, min_size=1, max_size=3))  # noqa: E731


@st.composite
def statements(draw, effects=("Allow", "Deny"), conditional=True):
    made = {
        "Effect": draw(st.sampled_from(effects)),
        draw(st.sampled_from(["Action", "NotAction"])): draw(one_or_more(action_patterns)),
        draw(st.sampled_from(["Resource", "NotResource"])): draw(one_or_more(resource_patterns)),
    }
    if conditional and draw(st.booleans()):
        made["Condition"] = CONDITION
    return made


def questions():
    return [(action, resource) for action in ACTIONS for resource in RESOURCES]


def plainly(statement_list, action, resource):
    """What AWS answers where no condition is involved, written down without the resolver."""

    def speaks(statement, name, value, *, fold):
        patterns = statement.get(name, statement.get(f"Not{name}"))
        patterns = [patterns] if isinstance(patterns, str) else patterns
        regexes = [re.compile(fnmatch.translate(p.lower() if fold else p)) for p in patterns]
        return any(r.match(value.lower() if fold else value) for r in regexes) is (name in statement)

    hits = {
        s["Effect"]
        for s in statement_list
        if speaks(s, "Action", action, fold=True) and speaks(s, "Resource", resource, fold=False)
    }
    return YES if hits == {"Allow"} else NO


@given(st.lists(statements(conditional=False), max_size=5))
def test_agrees_with_a_plain_reading(made):
    for action, resource in questions():
        assert allows(role_with(*made), action, resource) is plainly(made, action, resource)


@given(st.lists(statements(), max_size=5))
def test_conditions_lie_between_never_and_always_met(made):
    """Unknown may be anything, but a yes or no must hold whether or not the conditions are met."""
    bare = [{name: value for name, value in s.items() if name != "Condition"} for s in made]
    unmet = [s for s in made if "Condition" not in s]
    for action, resource in questions():
        answer = allows(role_with(*made), action, resource)
        if answer is not UNKNOWN:
            assert answer is plainly(unmet, action, resource)
            assert answer is plainly(bare, action, resource) or "Deny" in {s["Effect"] for s in made}


@given(st.lists(statements(), max_size=4), st.sampled_from(ACTIONS), st.sampled_from(RESOURCES))
def test_an_unconditional_deny_wins(made, action, resource):
    assert allows(role_with(*made, deny(action, resource)), action, resource) is NO


@given(st.lists(statements(effects=("Allow",)), max_size=4), statements(effects=("Allow",)))
def test_another_allow_never_takes_away(made, more):
    rank = [NO, UNKNOWN, YES]
    for action, resource in questions():
        before, after = (allows(role_with(*found), action, resource) for found in (made, [*made, more]))
        assert rank.index(after) >= rank.index(before)


@given(st.lists(statements(), max_size=4), st.lists(statements(), max_size=4))
def test_a_boundary_only_takes_away(made, edge):
    boundary = Policy(name="edge", document=document(*edge))
    for action, resource in questions():
        granted = allows(role_with(*made), action, resource)
        within = allows(role_with(*edge), action, resource)
        assert allows(role_with(*made, boundary=boundary), action, resource) is both(granted, within)


@given(st.lists(statements(), max_size=4))
def test_what_was_not_read_never_gives_a_no(made):
    hidden = (Policy(name="hidden", arn="arn:aws:iam::aws:policy/Hidden"),)
    for action, resource in questions():
        known = allows(role_with(*made), action, resource)
        assert allows(role_with(*made, attached_policies=hidden), action, resource) is (
            YES if known is YES else UNKNOWN
        )
        assert allows(role_with(*made, boundary=hidden[0]), action, resource) is UNKNOWN


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_glob_is_that_of_the_shell(pattern, value):
    assert glob(pattern, value) is bool(re.match(fnmatch.translate(pattern), value))


def test_glob_takes_no_exponential_time():
    assert not glob("*a" * 200 + "b", "a" * 2000)


def test_three_valued_logic():
    assert both(YES, UNKNOWN) is UNKNOWN
    assert both(NO, UNKNOWN) is NO
    assert either(YES, UNKNOWN) is YES
    assert either(NO, UNKNOWN) is UNKNOWN
    assert opposite(UNKNOWN) is UNKNOWN


def test_a_variable_that_is_known_stands_for_its_value():
    roles = "arn:aws:iam::${aws:PrincipalAccount}:role/*"
    passing = role_with(allow("iam:PassRole", roles))
    assert allows(passing, "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/other") is YES
    assert allows(passing, "iam:PassRole", "arn:aws:iam::444455556666:role/other") is NO
    spared = role_with(allow("iam:PassRole", "*"), deny("iam:PassRole", roles))
    assert allows(spared, "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/other") is NO


def test_a_policy_variable_may_be_anything():
    own_prefix = role_with(allow("s3:PutObject", "arn:aws:s3:::a/${aws:PrincipalTag/team}/*"))

    assert allows(own_prefix, "s3:PutObject", "arn:aws:s3:::a/someone/x") is UNKNOWN
    assert allows(own_prefix, "s3:PutObject", "arn:aws:s3:::b/someone/x") is NO


def test_a_policy_variable_without_a_value_is_like_nothing():
    """The name of a user, in a policy that is on a role."""
    someone = "arn:aws:s3:::a/someone/x"
    for text, expected in (("${aws:username}", NO), ("${aws:username, 'someone'}", UNKNOWN)):
        assert allows(role_with(allow("s3:PutObject", f"arn:aws:s3:::a/{text}/*")), "s3:PutObject", someone) is expected
        prefixed = role_with(allow("s3:ListBucket", Condition={"StringLike": {"s3:prefix": f"home/{text}/*"}}))
        assert allows(prefixed, "s3:ListBucket", "arn:aws:s3:::a") is expected
    spared = role_with(allow("s3:*"), deny("s3:*", "arn:aws:s3:::a/${aws:username}/*"))
    assert allows(spared, "s3:PutObject", someone) is YES


def test_a_condition_on_what_the_caller_chooses_is_none():
    passing = role_with(allow("iam:PassRole", Condition={"StringLike": {"iam:PassedToService": "*"}}))

    assert allows(passing, "iam:PassRole", role_arn("x")) is YES


def test_one_statement_need_not_be_in_a_list():
    lone = Policy(name="lone", document={"Version": "2012-10-17", "Statement": allow("*")})

    assert is_admin(role(attached_policies=(lone,), inline_policies=(), boundary=None)) is YES


def test_a_statement_without_a_resource_is_not_understood():
    assert allows(role_with({"Effect": "Allow", "Action": "*"}), "s3:GetObject", RESOURCES[0]) is UNKNOWN
