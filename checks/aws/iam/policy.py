"""A small IAM policy resolver in three values: what a role may do, as far as its own policies were read.

It knows identity policies (managed and inline) and the permissions boundary; wildcards, NotAction and NotResource; and
that an explicit Deny wins. It does not evaluate conditions: an Allow that carries one gives `unknown` unless another
statement allows without, a Deny that carries one keeps an answer from being `yes`. Organisation policies (SCPs, RCPs),
session policies and resource policies are not visible to it, so `yes` means "nothing on the role stops it".
"""

import enum
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from msgspec import UNSET, Struct

from checks.aws.iam.resources import Policy, Role
from scanner import patterns


class Answer(enum.StrEnum):
    """Whether something is allowed."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
_VARIABLE = patterns.pattern(r"\$\{[^}]*\}")
_PROBE = "mlposture-probe"


def both(*answers: Answer) -> Answer:
    """Conjunction: `no` decides."""
    return NO if NO in answers else UNKNOWN if UNKNOWN in answers else YES


def either(*answers: Answer) -> Answer:
    """Disjunction: `yes` decides."""
    return YES if YES in answers else UNKNOWN if UNKNOWN in answers else NO


def opposite(answer: Answer) -> Answer:
    return {YES: NO, NO: YES}.get(answer, UNKNOWN)


class Question(Struct, frozen=True):
    """May this action be taken on this resource? `chosen`: condition keys (lower case) whose value the caller picks."""

    action: str
    resource: str
    chosen: frozenset[str] = frozenset()


def allows(role: Role, action: str, resource: str, *, chosen: Collection[str] = ()) -> Answer:
    """Whether the role's policies, within its boundary, let it take an action on a resource (both without wildcards).

    An Allow whose only condition is on keys in `chosen` counts as unconditional. `no` takes that every policy was read,
    even where those that were suffice: nothing is said to be out of reach on half a view.
    """
    question = Question(action, resource, frozenset(key.lower() for key in chosen))
    within = YES if role.boundary is None else decide([role.boundary or None], question)
    answer = both(decide(policies_of(role), question), within)
    return UNKNOWN if answer is NO and not read_in_full(role) else answer


def read_in_full(role: Role) -> bool:
    """Whether every policy on the role was read, its boundary too."""
    found = [*policies_of(role), *([] if role.boundary is None else [role.boundary or None])]
    return all(policy is not None and policy.document is not UNSET for policy in found)


def is_admin(role: Role) -> Answer:
    """Whether the role may do everything, or may give itself whatever it lacks."""
    account = role.id.split(":")[4]
    partition = role.id.split(":")[1]
    everything = both(
        allows(role, f"{_PROBE}:AnyAction", f"arn:{partition}:{_PROBE}:eu-west-1:{account}:any/thing"),
        allows(role, "s3:DeleteObject", f"arn:{partition}:s3:::{_PROBE}/any/thing"),
        allows(role, "iam:CreateUser", f"arn:{partition}:iam::{account}:user/{_PROBE}"),
    )
    if everything is YES:
        return YES
    return either(everything, _changes_itself(role))


def _changes_itself(role: Role) -> Answer:
    """Whether the role may give itself any permission; within a boundary only if it may take that off."""
    grants = [allows(role, action, role.id) for action in ("iam:PutRolePolicy", "iam:AttachRolePolicy")]
    own = [policy.arn for policy in role.attached_policies or () if policy.arn and ":iam::aws:" not in policy.arn]
    grants += [allows(role, "iam:CreatePolicyVersion", arn) for arn in own]
    free = YES if role.boundary is None else allows(role, "iam:DeleteRolePermissionsBoundary", role.id)
    return both(either(*grants), free)


def policies_of(role: Role) -> list[Policy | None]:
    """The identity policies of a role; None stands for those that could not be listed."""
    found: list[Policy | None] = []
    for policies in (role.attached_policies, role.inline_policies):
        if policies is UNSET:
            found.append(None)
        else:
            found.extend(policies or ())
    return found


def decide(policies: Iterable[Policy | None], question: Question) -> Answer:
    """What a set of policies says together; one that was not read may allow anything, but is not taken to deny."""
    allowed = denied = NO
    for policy in policies:
        if policy is None or policy.document is UNSET:
            allowed = either(allowed, UNKNOWN)
            continue
        for statement in statements(policy.document):
            if statement.get("Effect") == "Deny":
                denied = either(denied, _applies(statement, question, chosen=frozenset()))
            elif statement.get("Effect") == "Allow":
                allowed = either(allowed, _applies(statement, question, chosen=question.chosen))
    return both(allowed, opposite(denied))


def statements(document: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Statements of a policy document, which may be one object instead of a list."""
    return [statement for statement in listed((document or {}).get("Statement")) if isinstance(statement, Mapping)]


def listed(value: Any) -> list[Any]:
    """A member that may be one value or a list of them."""
    return list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]


def condition_keys(statement: Mapping[str, Any]) -> frozenset[str]:
    """Keys that a statement's condition tests, in lower case."""
    blocks = (statement.get("Condition") or {}).values()
    return frozenset(str(key).lower() for block in blocks if isinstance(block, Mapping) for key in block)


def covers_action(statement: Mapping[str, Any], action: str) -> Answer:
    """Whether a statement speaks of an action."""
    return _member(statement, "Action", "NotAction", action.lower(), fold=True)


def covers_resource(statement: Mapping[str, Any], resource: str) -> Answer:
    """Whether a statement speaks of a resource."""
    return _member(statement, "Resource", "NotResource", resource, fold=False)


def _applies(statement: Mapping[str, Any], question: Question, *, chosen: frozenset[str]) -> Answer:
    covered = covers_action(statement, question.action)
    if covered is NO:  # most statements are about something else; spare them the rest
        return NO
    keys = condition_keys(statement)
    unconditional = not statement.get("Condition") or (keys and keys <= chosen)
    return both(covered, covers_resource(statement, question.resource), YES if unconditional else UNKNOWN)


def _member(statement: Mapping[str, Any], name: str, negated: str, value: str, *, fold: bool) -> Answer:
    if name in statement:
        return _any_matches(statement[name], value, fold=fold)
    if negated in statement:
        return opposite(_any_matches(statement[negated], value, fold=fold))
    return UNKNOWN


def _any_matches(patterns: Any, value: str, *, fold: bool) -> Answer:
    return either(NO, *(_matches(str(p).lower() if fold else str(p), value) for p in listed(patterns)))


def _matches(pattern: str, value: str) -> Answer:
    if "${" in pattern:  # a policy variable: its value is not known here
        return UNKNOWN if glob(_VARIABLE.sub("*", pattern), value) else NO
    return YES if glob(pattern, value) else NO


@lru_cache(maxsize=65536)  # the same few patterns meet the same few actions for every role
def glob(pattern: str, value: str) -> bool:
    """Whether a pattern of `*` and `?` matches all of a value. Never slower than the product of their lengths."""
    if pattern in ("*", value):
        return True
    at = star = 0
    anchor = -1
    index = 0
    while index < len(value):
        if at < len(pattern) and pattern[at] == "*":
            anchor, star = at, index
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", value[index]):
            at += 1
            index += 1
        elif anchor >= 0:  # let the last star take one more character
            star += 1
            at, index = anchor + 1, star
        else:
            return False
    return not pattern[at:].strip("*")
