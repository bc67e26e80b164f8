"""Many names matched at once, and many questions asked of one role, give what one at a time does."""

from __future__ import annotations

from factories.aws import allow, deny, document, role_with
from hypothesis import example, given
from hypothesis import strategies as st

from checks.aws.iam.answers import NO, UNKNOWN, YES, Marks, both, either, opposite
from checks.aws.iam.matching import Targets, by_service, glob, speaks_of
from checks.aws.iam.policy import Powers, allows
from checks.aws.iam.resources import Policy

VARIABLE = "${aws:username}"
names = st.lists(st.text("ab/", max_size=5), max_size=12)
patterns = st.lists(st.sampled_from(["a", "b", "/", "*", "?", VARIABLE]), max_size=5).map("".join)
answers = st.sampled_from([YES, NO, UNKNOWN])
CONDITION = {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}
OBJECTS = [f"arn:aws:s3:::{bucket}/{key}" for bucket in ("a", "ab", "b") for key in ("x", "xy", "y/x")]


def answer(marks: Marks, place: int):
    return YES if marks.yes >> place & 1 else UNKNOWN if marks.maybe >> place & 1 else NO


def plainly(pattern: str, value: str):
    if VARIABLE in pattern:
        return UNKNOWN if glob(pattern.replace(VARIABLE, "*"), value) else NO
    return YES if glob(pattern, value) else NO


@given(names, st.lists(patterns, max_size=4))
@example(["", "a"], [""])
@example(["a", "a\U0010ffff", "b"], ["a*"])
def test_targets(found, wanted):
    targets = Targets(found)
    marks = targets.matched(wanted)

    assert targets.names == tuple(sorted(set(found)))
    assert [answer(marks, place) for place in range(len(targets.names))] == [
        either(NO, *(plainly(pattern, name) for pattern in wanted)) for name in targets.names
    ]
    assert not marks.yes & marks.maybe
    assert targets.matched(wanted) == marks


def test_more_patterns_than_are_remembered():
    targets = Targets(f"{number}/x" for number in range(3000))

    for number in range(3000):
        place = targets.names.index(f"1{number}/x") if number < 1000 else -1
        assert targets.matched([f"?{number}/x"]).first() == place


@given(st.lists(st.tuples(answers, answers), max_size=8))
def test_marks_are_answers_side_by_side(pairs):
    def marks(side):
        return Marks(*(sum(1 << i for i, pair in enumerate(pairs) if pair[side] is value) for value in (YES, UNKNOWN)))

    everything = (1 << len(pairs)) - 1
    for place, (one, other) in enumerate(pairs):
        assert answer(marks(0).both(marks(1)), place) is both(one, other)
        assert answer(marks(0).either(marks(1)), place) is either(one, other)
        assert answer(marks(0).opposite(everything), place) is opposite(one)
        assert answer(marks(0).doubted(), place) is both(one, UNKNOWN)
    assert marks(0).first() == next((i for i, pair in enumerate(pairs) if pair[0] is YES), -1)


@given(st.lists(st.sampled_from(["*", "s3:*", "S3:Get*", "?3:GetObject", "s?:*", "s3", "iam:*", f"{VARIABLE}:*"])))
def test_actions_by_service(wanted):
    for action in ("s3:getobject", "iam:passrole", "s3"):
        assert speaks_of(by_service(tuple(wanted)), action) is either(
            NO, *(plainly(pattern.lower(), action) for pattern in wanted)
        )


@st.composite
def policies(draw):
    found = st.lists(st.sampled_from(["*", "arn:aws:s3:::a/*", "arn:aws:s3:::*/x", "arn:aws:s3:::b/?", OBJECTS[0]]))
    made = []
    for resources in draw(st.lists(found, max_size=4)):
        member = draw(st.sampled_from(["Resource", "NotResource"]))
        statement = draw(st.sampled_from([allow, deny]))(draw(st.sampled_from(["s3:*", "s3:Put*", "kms:*"])))
        condition = {"Condition": CONDITION} if draw(st.booleans()) else {}
        made.append({**{k: v for k, v in statement.items() if k != "Resource"}, member: resources, **condition})
    return made


@given(policies(), st.one_of(st.none(), policies()), st.booleans())
def test_a_role_asked_about_many_objects_answers_as_for_each(own, edge, hidden):
    boundary = None if edge is None else Policy(name="edge", document=document(*edge))
    fields = {"attached_policies": (Policy(name="hidden"),)} if hidden else {}
    role = role_with(*own, boundary=boundary, **fields)
    marks = Powers(role).over(Targets(OBJECTS), "s3:PutObject")

    for place, name in enumerate(sorted(OBJECTS)):
        assert answer(marks, place) is allows(role, "s3:PutObject", name)
