"""An IAM policy resolver in three values: who may do what, as far as the policies were read.

It knows identity policies (managed and inline), the permissions boundary and the policy of the resource; wildcards,
NotAction, NotResource and NotPrincipal; the conditions with a plain meaning (`conditions`, `requests`); and that an
explicit Deny wins. In one account an Allow on either side is enough, across accounts it takes both. Policies of the
organisation (SCPs, RCPs), session policies and those of VPC endpoints are not visible to it, so `yes` means "nothing
that was read stops it". `no` takes that every policy was read, even where those that were suffice: nothing is said to
be out of reach on half a view. An identity policy that was not read may allow anything but is not taken to deny; a
policy of the resource that was not read may do either.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import UNSET, Struct

from checks.aws.iam.answers import NO, NOTHING, UNKNOWN, YES, Answer, Marks, both, either
from checks.aws.iam.conditions import Asked, Choice, Keys, choices
from checks.aws.iam.matching import Places, Targets
from checks.aws.iam.principals import SPOKEN, Caller, speaks_to
from checks.aws.iam.requests import keys_of_role, session_of
from checks.aws.iam.resources import Policy, Role
from checks.aws.iam.statements import Rule, Rules, rules_of
from checks.aws.names import account_of, partition_of
from scanner.model.views import View

_PROBE = "mlposture-probe"


class Reach(Struct, frozen=True):
    """An object that is reached and the place it counts for; none, and whether there may be one."""

    name: str = ""
    place: str = ""
    maybe: bool = False


class Documents(Struct, frozen=True):
    """What decides about the requests of a caller. No `identity`: his own policies are his own affair.

    `crosses` says that caller and resource are in different accounts.
    """

    caller: Caller
    identity: Rules | None = None
    boundary: Rules | None = None
    resource: Rules | None = None
    crosses: bool = False

    def decide(self, action: str, targets: Targets, keys: Keys) -> Marks:
        """Of which targets an action, in lower case, is allowed."""
        sets = [
            None if rules is None else rules.about(action) for rules in (self.identity, self.boundary, self.resource)
        ]
        rules_read = all(rules is None or rules.read_in_full for rules in sets)
        about = [rule for rules in sets if rules is not None for rule in rules.rules]
        if not about and rules_read and self.identity is not None:
            return NOTHING  # the answer to most questions: nobody speaks of it
        asked = [rule.condition for rule in about if rule.condition.tests]
        total = NOTHING
        for picked, certain in choices(asked, keys):
            said = [_say(rules, action, targets, picked, self.caller) for rules in sets]
            found = self._allowed(*said)
            for each in said:
                if each.denied is not NOTHING:
                    found = found.both(each.denied.opposite(targets.everything))
            total = total.either(found if certain else found.doubted())
        if self.resource is not None and not self.resource.read_in_full:
            total = total.doubted()
        return total if rules_read else Marks(total.yes, targets.everything & ~total.yes)

    def reach(self, action: str, places: Places, keys: Keys) -> Reach:
        """Whether an action is allowed on an object of some places."""
        found = self.decide(action, places.targets, keys)
        if found.yes:
            name = places.targets.names[found.first()]
            return Reach(name, places.place(name))
        below, more = self.spelled_out(action, places)
        narrow = Targets(below)
        part = self.decide(action, narrow, keys)
        if part.yes:
            name = narrow.names[part.first()]
            return Reach(name, below[name])
        return Reach(maybe=bool(found.maybe or part.maybe or more))

    def spelled_out(self, action: str, places: Places) -> tuple[dict[str, str], bool]:
        """Objects below prefixes that the rules about an action speak of, see `Places`."""
        return places.spelled_out(*self._patterns(action))

    def _patterns(self, action: str) -> Iterator[set[str]]:
        """What each set of rules spells out: as allowed, by any of them, and as spared, by each denial for itself."""
        for rules in (self.identity, self.boundary, self.resource):
            about = () if rules is None else rules.about(action).rules
            yield {pattern for rule in about if not rule.denies for pattern in rule.spelled_out()}
            yield from (set(rule.spelled_out()) for rule in about if rule.denies)

    def _allowed(self, own: "_Said", edge: "_Said", theirs: "_Said") -> Marks:
        """What is allowed, before anything is denied."""
        if self.crosses or self.identity is None:
            return own.allowed.both(edge.allowed).both(theirs.allowed)
        if self.resource is None:
            return own.allowed.both(edge.allowed)
        # Whether a grant to everybody passes a boundary is not documented.
        return own.allowed.either(theirs.granted).both(edge.allowed).either(theirs.loose.doubted())


class _Said(NamedTuple):
    """What a set of policies allows and denies; of a resource's also what it grants by itself, see `Spoken`."""

    allowed: Marks
    denied: Marks = NOTHING
    granted: Marks = NOTHING
    loose: Marks = NOTHING


def _say(rules: Rules | None, action: str, targets: Targets, keys: Keys, caller: Caller) -> _Said:
    """What is said; where there are no such rules, they allow all."""
    if rules is None:
        return _Said(Marks(targets.everything, 0))
    allowed = NOTHING if rules.read_in_full else Marks(0, targets.everything)
    denied = granted = loose = NOTHING
    for rule in rules.rules:
        found = rule.applies(action, targets, keys)
        if found is NOTHING:
            continue
        spoken = speaks_to(rule.statement, caller) if rules.of_resource else SPOKEN
        about, grant = found.when(spoken.about), found.when(spoken.grants)
        if rule.denies:
            denied = denied.either(about)
        else:
            allowed, granted = allowed.either(about), granted.either(grant)
            loose = loose.either(grant) if spoken.loose else loose
    return _Said(allowed, denied, granted, loose)


class Powers:
    """What a role may do: its policies within its boundary, made ready to be asked many questions."""

    __slots__ = ("_caller", "account", "boundary", "own", "partition", "role")

    def __init__(self, role: Role) -> None:
        self.role = role
        self.own = rules_of(policies_of(role))
        self.boundary = None if role.boundary is None else rules_of([role.boundary or None])
        self.account = account_of(role.id)
        self.partition = partition_of(role.id)
        self._caller = Caller(account=self.account, arn=role.id)

    def documents(self, resource: Rules | None = None, *, crosses: bool = False) -> Documents:
        """Its own policies and, if need be, those of a resource."""
        return Documents(self._caller, self.own, self.boundary, resource, crosses)

    def over(
        self,
        targets: Targets,
        action: str,
        *,
        known: Keys | None = None,
        resource: Rules | None = None,
        crosses: bool = False,
    ) -> Marks:
        """Over which of the targets the role may take an action. `known` are keys that the question settles."""
        folded = action.lower()
        keys = self.keys(folded, known)
        return self.documents(resource, crosses=crosses).decide(folded, targets, keys)

    def keys(self, action: str, known: Keys | None = None) -> Keys:
        """Of its request for an action, in lower case; `known` adds what the question itself settles."""
        return {**keys_of_role(self.role.id, action, known), "aws:userid": Asked(self._user_id)}

    def _user_id(self) -> Choice | None:
        return session_of(self.role.unique_id) if isinstance(self.role.unique_id, str) else None

    def allow(self, action: str, resource: str, *, known: Keys | None = None) -> Answer:
        """See `allows`."""
        return self.over(Targets([resource]), action, known=known).of(0)

    @property
    def read_in_full(self) -> bool:
        """Whether each of its own policies was read, and its boundary."""
        return self.own.read_in_full and (self.boundary is None or self.boundary.read_in_full)

    def allowing(self, action: str, resource: str, keys: Keys | None = None) -> Rule | None:
        """The statement of its own policies that allows an action on a resource."""
        folded, targets = action.lower(), Targets([resource])
        known = self.keys(folded) if keys is None else keys
        for rule in self.own.about(folded).rules:
            if not rule.denies and any(
                rule.applies(folded, targets, picked).yes for picked, _ in choices([rule.condition], known)
            ):
                return rule
        return None

    def unclear(self, actions: Collection[str]) -> tuple[str, ...]:
        """What keeps an answer about these actions from being given: fields that were not read, and condition keys."""
        fields = [name for name in ("attached_policies", "inline_policies", "boundary") if _is_unread(self.role, name)]
        keys: list[str] = []
        for action in map(str.lower, actions):
            known = self.keys(action)
            for rules in filter(None, (self.own, self.boundary)):
                for rule in rules.about(action).rules:
                    for picked, certain in choices([rule.condition], known):
                        keys += rule.condition.unclear(picked) if certain else sorted(rule.condition.keys)
        return (*fields, *(f"what {key} is in its requests" for key in dict.fromkeys(keys)))

    def administer(self) -> Answer:
        """See `is_admin`."""
        everything = self._everything(self.own, self.boundary)
        return YES if everything is YES else either(everything, self._change_themselves())

    def _everything(self, own: Rules, boundary: Rules | None = None) -> Answer:
        """Whether rules let everything through."""
        probes = (
            (f"{_PROBE}:anyaction", f"arn:{self.partition}:{_PROBE}:eu-west-1:{self.account}:any/thing"),
            ("s3:deleteobject", f"arn:{self.partition}:s3:::{_PROBE}/any/thing"),
            ("iam:createuser", f"arn:{self.partition}:iam::{self.account}:user/{_PROBE}"),
        )
        found = Documents(self._caller, own, boundary)
        asked = (found.decide(action, Targets([name]), self.keys(action)) for action, name in probes)
        return both(*(marks.of(0) for marks in asked))

    def _change_themselves(self) -> Answer:
        """Whether the role may give itself any permission; within a boundary only if that lets everything through."""
        role = self.role
        grants = [
            self.allow("iam:PutRolePolicy", role.id),
            *(self.allow("iam:AttachRolePolicy", role.id, known={"iam:policyarn": (arn,)}) for arn in self.strong),
        ]
        grants += [self.allow("iam:CreatePolicyVersion", arn) for arn in self._own_texts()]
        grants += [UNKNOWN for _ in self.set_back()]
        return both(either(*grants), self.shed_boundary())

    def _own_texts(self) -> list[str]:
        """Managed policies on the role that are of the account, and so may get another text."""
        arns = (policy.arn or "" for policy in self.role.attached_policies or ())
        return [arn for arn in arns if arn and ":iam::aws:" not in arn]

    def set_back(self) -> list[str]:
        """Policies on the role that it may, or might, set back to an older text, which may be wider."""
        return [arn for arn in self._own_texts() if self.allow("iam:SetDefaultPolicyVersion", arn) is not NO]

    def administering(self) -> Rule | None:
        """The statement that makes it administrative."""
        own = [policy.arn for policy in self.role.attached_policies or () if policy.arn]
        asked = [
            (f"{_PROBE}:AnyAction", "*"),
            ("iam:PutRolePolicy", self.role.id),
            ("iam:AttachRolePolicy", self.role.id),
        ]
        asked += [("iam:CreatePolicyVersion", arn) for arn in own]
        found = (self.allowing(action, name) for action, name in asked)
        return next((rule for rule in found if rule is not None), None)

    @property
    def administrators_policy(self) -> str:
        return self.strong[0]

    @property
    def strong(self) -> tuple[str, str]:
        """Policies of AWS that make a role administrative: the second allows it to attach the first."""
        names = ("AdministratorAccess", "IAMFullAccess")
        first, second = (f"arn:{self.partition}:iam::aws:policy/{name}" for name in names)
        return first, second

    def shed_boundary(self) -> Answer:
        """Whether no boundary holds the role: it has none, one that allows everything, or it may take off the one it
        has, put another in its place, write its text anew, or go back to an older text, which may be wider."""
        boundary = self.role.boundary
        if boundary is None or self.boundary is None:
            return YES
        wide = {"iam:permissionsboundary": (self.administrators_policy,)}
        ways = [
            self._everything(self.boundary),
            self.allow("iam:DeleteRolePermissionsBoundary", self.role.id),
            self.allow("iam:PutRolePermissionsBoundary", self.role.id, known=wide),
        ]
        if boundary is not UNSET and boundary.arn and ":iam::aws:" not in boundary.arn:
            ways.append(self.allow("iam:CreatePolicyVersion", boundary.arn))
            ways.append(both(self.allow("iam:SetDefaultPolicyVersion", boundary.arn), UNKNOWN))
        return either(*ways)


def _is_unread(role: Role, field: str) -> bool:
    found = getattr(role, field)
    policies = found if isinstance(found, tuple) else (found,)
    return any(each is UNSET or (each is not None and each.document is UNSET) for each in policies)


def allows(role: Role, action: str, resource: str) -> Answer:
    """Whether the policies of a role, within its boundary, let it take an action on a resource: no patterns."""
    return Powers(role).allow(action, resource)


def is_admin(role: Role) -> Answer:
    """Whether the role may do everything, or may give itself whatever it lacks."""
    return Powers(role).administer()


class Administrators:
    """Which roles are administrative and by which statement, each looked up once: many resources share a role."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Answer, Rule | None]] = {}

    def look_up(self, role: Role) -> tuple[Answer, Rule | None]:
        if role.id not in self._known:
            powers = Powers(role)
            answer = powers.administer()
            self._known[role.id] = answer, powers.administering() if answer is YES else None
        return self._known[role.id]


def administrators(_: View) -> Administrators:
    """To be derived once."""
    return Administrators()


def is_admin_seen(view: View, role: Role) -> Answer:
    """`is_admin`, once per role and view."""
    return view.derive(administrators).look_up(role)[0]


def policies_of(role: Role) -> list[Policy | None]:
    """The identity policies of a role; None stands for those that could not be listed."""
    found: list[Policy | None] = []
    for policies in (role.attached_policies, role.inline_policies):
        if policies is UNSET:
            found.append(None)
        else:
            found.extend(policies or ())
    return found


def shown(role: Role, policy: str, statement: Mapping[str, Any]) -> dict[str, Any]:
    """Evidence of a joined check: a statement, under the field of the role that its policy is in."""
    inline = any(each.name == policy for each in role.inline_policies or ())
    return {"Role.inline_policies" if inline else "Role.attached_policies": {policy: statement}}
