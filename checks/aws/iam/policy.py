"""A small IAM policy resolver in three values: what a role may do, as far as its own policies were read.

It knows identity policies (managed and inline) and the permissions boundary; wildcards, NotAction and NotResource; and
that an explicit Deny wins. It does not evaluate conditions: an Allow that carries one gives `unknown` unless another
statement allows without, a Deny that carries one keeps an answer from being `yes`. Organisation policies (SCPs, RCPs),
session policies and resource policies are not visible to it, so `yes` means "nothing on the role stops it".
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec import UNSET, Struct

from checks.aws.iam.answers import NO, NOTHING, UNKNOWN, YES, Answer, Marks, both, either, opposite
from checks.aws.iam.matching import Targets, by_service, speaks_of
from checks.aws.iam.resources import Policy, Role
from scanner.model.views import View

_PROBE = "mlposture-probe"


class Rule(Struct, frozen=True):
    """A statement made ready to be asked which actions it speaks of: its patterns by service, None if it has none.

    `but` says that the patterns are what it leaves out. The rest is read of the few statements that speak of an action.
    """

    statement: Mapping[str, Any]
    denies: bool
    actions: Mapping[str, tuple[str, ...]] | None
    but: bool

    def speaks_of(self, action: str) -> Answer:
        """Whether it is about an action, given in lower case."""
        if self.actions is None:
            return UNKNOWN
        found = speaks_of(self.actions, action)
        return opposite(found) if self.but else found

    def holds_for(self, targets: Targets) -> Marks:
        """Which of the targets it is about."""
        resources, but = _member(self.statement, "Resource")
        if resources is None:
            return Marks(0, targets.everything)
        found = targets.matched(resources)
        return found.opposite(targets.everything) if but else found

    def applies(self, action: str, targets: Targets, chosen: frozenset[str]) -> Marks:
        """For which targets it decides about an action; `chosen` are condition keys whose value the caller picks."""
        spoken = self.speaks_of(action)
        if spoken is NO:  # most statements are about something else; spare them the rest
            return NOTHING
        found = self.holds_for(targets)
        return found if spoken is YES and self._met(chosen) else found.doubted()

    def _met(self, chosen: frozenset[str]) -> bool:
        """Whether it has no condition, or as an Allow only one that the caller can meet."""
        if not self.statement.get("Condition"):
            return True
        keys = condition_keys(self.statement)
        return bool(keys) and keys <= chosen and not self.denies


class Rules(Struct, frozen=True):
    """What a set of policies says together; one that was not read may allow anything, but is not taken to deny."""

    rules: tuple[Rule, ...]
    read_in_full: bool

    def allow(self, action: str, targets: Targets, chosen: frozenset[str]) -> Marks:
        allowed = NOTHING if self.read_in_full else Marks(0, targets.everything)
        denied = NOTHING
        for rule in self.rules:
            found = rule.applies(action, targets, chosen)
            if found is not NOTHING:
                allowed, denied = (allowed, denied.either(found)) if rule.denies else (allowed.either(found), denied)
        return allowed.both(denied.opposite(targets.everything))


class Powers:
    """What a role may do: its policies within its boundary, made ready to be asked many questions."""

    __slots__ = ("_boundary", "_own", "_role")

    def __init__(self, role: Role) -> None:
        self._role = role
        self._own = rules_of(policies_of(role))
        self._boundary = None if role.boundary is None else rules_of([role.boundary or None])

    def over(self, targets: Targets, action: str, *, chosen: Collection[str] = ()) -> Marks:
        """Over which of the targets the role may take an action. See `allows`."""
        folded, keys = action.lower(), frozenset(key.lower() for key in chosen)
        found = self._own.allow(folded, targets, keys)
        complete = self._own.read_in_full
        if self._boundary is not None:
            found = found.both(self._boundary.allow(folded, targets, keys))
            complete = complete and self._boundary.read_in_full
        return found if complete else Marks(found.yes, targets.everything & ~found.yes)

    def allow(self, action: str, resource: str, *, chosen: Collection[str] = ()) -> Answer:
        """See `allows`."""
        found = self.over(Targets([resource]), action, chosen=chosen)
        return YES if found.yes else UNKNOWN if found.maybe else NO

    def administer(self) -> Answer:
        """See `is_admin`."""
        account = self._role.id.split(":")[4]
        partition = self._role.id.split(":")[1]
        everything = both(
            self.allow(f"{_PROBE}:AnyAction", f"arn:{partition}:{_PROBE}:eu-west-1:{account}:any/thing"),
            self.allow("s3:DeleteObject", f"arn:{partition}:s3:::{_PROBE}/any/thing"),
            self.allow("iam:CreateUser", f"arn:{partition}:iam::{account}:user/{_PROBE}"),
        )
        if everything is YES:
            return YES
        return either(everything, self._change_themselves())

    def _change_themselves(self) -> Answer:
        """Whether the role may give itself any permission; within a boundary only if it may take that off."""
        role = self._role
        grants = [self.allow(action, role.id) for action in ("iam:PutRolePolicy", "iam:AttachRolePolicy")]
        own = [policy.arn for policy in role.attached_policies or () if policy.arn and ":iam::aws:" not in policy.arn]
        grants += [self.allow("iam:CreatePolicyVersion", arn) for arn in own]
        free = YES if self._boundary is None else self.allow("iam:DeleteRolePermissionsBoundary", role.id)
        return both(either(*grants), free)


def allows(role: Role, action: str, resource: str, *, chosen: Collection[str] = ()) -> Answer:
    """Whether the role's policies, within its boundary, let it take an action on a resource (both without wildcards).

    An Allow whose only condition is on keys in `chosen` counts as unconditional: the caller picks their value. `no`
    takes that every policy was read, even where those that were suffice: nothing is said to be out of reach on half a
    view.
    """
    return Powers(role).allow(action, resource, chosen=chosen)


def is_admin(role: Role) -> Answer:
    """Whether the role may do everything, or may give itself whatever it lacks."""
    return Powers(role).administer()


def is_admin_seen(view: View, role: Role) -> Answer:
    """`is_admin`, once per role and view: many resources share a role."""
    known = view.derive(_administrators)
    if role.id not in known:
        known[role.id] = is_admin(role)
    return known[role.id]


def _administrators(_: View) -> dict[str, Answer]:
    return {}


def policies_of(role: Role) -> list[Policy | None]:
    """The identity policies of a role; None stands for those that could not be listed."""
    found: list[Policy | None] = []
    for policies in (role.attached_policies, role.inline_policies):
        if policies is UNSET:
            found.append(None)
        else:
            found.extend(policies or ())
    return found


def rules_of(policies: Iterable[Policy | None]) -> Rules:
    """The statements of all these policies; None stands for a policy that was not read."""
    rules: list[Rule] = []
    read_in_full = True
    for policy in policies:
        if policy is None or policy.document is UNSET:
            read_in_full = False
        else:
            rules += [rule_of(s) for s in statements(policy.document) if s.get("Effect") in ("Allow", "Deny")]
    return Rules(tuple(rules), read_in_full)


def rule_of(statement: Mapping[str, Any]) -> Rule:
    """A statement made ready to be asked."""
    actions, but = _member(statement, "Action")
    denies = statement.get("Effect") == "Deny"
    return Rule(statement, denies, None if actions is None else by_service(actions), but)


def _member(statement: Mapping[str, Any], name: str) -> tuple[tuple[str, ...] | None, bool]:
    """The patterns under a name or its opposite (None if it has neither), and whether it was the opposite."""
    for key in (name, f"Not{name}"):
        if key in statement:
            return tuple(map(str, listed(statement[key]))), key is not name
    return None, False


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
    return rule_of(statement).speaks_of(action.lower())


def covers_resource(statement: Mapping[str, Any], resource: str) -> Answer:
    """Whether a statement speaks of a resource."""
    found = rule_of(statement).holds_for(Targets([resource]))
    return YES if found.yes else UNKNOWN if found.maybe else NO
