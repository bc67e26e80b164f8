"""What those outside an account may do with its buckets: by the policy, by the ACL."""

from collections.abc import Iterable, Iterator

from msgspec import UNSET, Struct
from msgspec.structs import replace

from checks.aws.iam.answers import NO, UNKNOWN, YES, Answer
from checks.aws.iam.conditions import Keys, choices
from checks.aws.iam.matching import Places
from checks.aws.iam.policy import Documents
from checks.aws.iam.principals import EVERYBODY, STRANGER, Caller, Named, named
from checks.aws.iam.requests import SOMETHING, keys_of_account, keys_of_owner, keys_of_service
from checks.aws.iam.statements import Rule, Rules, rules_of_resource
from checks.aws.names import account_of
from checks.aws.s3.deliveries import delivering, for_any_account, service_of
from checks.aws.s3.exposure import blocked, restricted, unread_levels
from checks.aws.s3.limits import Limit, limits_of, nowhere
from checks.aws.s3.resources import Bucket
from scanner.model.patterns import pattern
from scanner.model.trust import Foreign

_ACCOUNT = pattern(r"(?<!\d)\d{12}(?!\d)")
_AUTHENTICATED = "/groups/global/AuthenticatedUsers"
_ALL = "/groups/global/AllUsers"


_ANY_SERVICE, _SERVICE_NAME = "any service", "aws:principalservicename"
#: Keys of a condition by which a statement for everybody is one for services.
_OF_SERVICES = ("aws:principalisawsservice", _SERVICE_NAME, "aws:principalservicenameslist")


class Actions(Struct, frozen=True):
    """Actions in lower case, by what they are about."""

    on_objects: tuple[str, ...] = ()
    on_bucket: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return self.on_objects + self.on_bucket


class Outsider(Struct, frozen=True):
    """Somebody outside the account whom a policy may let in, and what is known of his requests."""

    label: str
    caller: Caller
    keys: Keys
    #: Whether it is somebody outside, as far as that could be told.
    outside: Answer = YES
    #: What it may be known by; None for somebody who is nobody's.
    foreign: Foreign | None = None


class Reached(Struct, frozen=True):
    """Who may, by name; what keeps from telling more; and what they are known by, if all of them are by something."""

    by: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    foreign: tuple[Foreign, ...] = ()


def reached_by_policy(bucket: Bucket, actions: Actions) -> Reached:
    """Outsiders whom the policy lets take any of these actions on the bucket or some of its objects."""
    if bucket.policy is UNSET:
        return Reached(unclear=("policy",))
    rules = rules_of_resource(bucket.policy)
    asking = (_asking(each, bucket) for each in outsiders(bucket, rules))
    found = [(each, _reaches(each, rules, bucket, actions)) for each in asking]
    who = [each for each, answer in found if answer is YES and each.outside is YES]
    by = tuple(dict.fromkeys(each.label for each in who))
    known = tuple(dict.fromkeys(each.foreign for each in who if each.foreign is not None))
    foreign = known if all(each.foreign is not None for each in who) else ()
    doubts = [doubt for each, answer in found if answer is not NO for doubt in _doubts(each, answer, rules, actions)]
    unclear = tuple(dict.fromkeys(doubts))
    if not (by or unclear):
        return Reached()
    held = restricted(bucket)
    if held is YES:
        return Reached()
    if held is UNKNOWN:
        needed = ["policy_is_public"] * (bucket.policy_is_public is UNSET) + unread_levels(bucket)
        return Reached(unclear=(*needed, *unclear))
    return Reached(by, unclear, foreign)


def _asking(each: Outsider, bucket: Bucket) -> Outsider:
    """An outsider with what is known of his requests for this bucket."""
    return replace(each, keys={**each.keys, **keys_of_owner(bucket.scope.account)})


def _reaches(each: Outsider, rules: Rules, bucket: Bucket, actions: Actions) -> Answer:
    documents = Documents(each.caller, resource=rules)
    objects, itself = Places([], [f"{bucket.id}/"]), Places([bucket.id], [])
    asked = [(action, objects) for action in actions.on_objects] + [(action, itself) for action in actions.on_bucket]
    best: Answer = NO
    for action, places in asked:
        found = documents.reach(action, places, each.keys)
        if found.name:
            return YES
        best = UNKNOWN if found.maybe else best
    return best


def _doubts(each: Outsider, answer: Answer, rules: Rules, actions: Actions) -> Iterator[str]:
    """What keeps from telling whether an outsider may: whose he is, keys of conditions, or who a principal is."""
    if each.outside is UNKNOWN:
        yield f"whose {each.label} is"
    if answer is YES:
        return
    keys = [
        key
        for action in actions.all
        for rule in rules.about(action).rules
        for picked, certain in choices([rule.condition], each.keys)
        for key in (rule.condition.unclear(picked) if certain else sorted(rule.condition.keys))
    ]
    yield from (f"what {key} of the policy comes to" for key in dict.fromkeys(keys))
    if not keys:
        yield "what the principals of the policy come to"


def outsiders(bucket: Bucket, rules: Rules) -> Iterator[Outsider]:
    """Everybody outside the account of a bucket whom its policy may let in, and each kind of stranger once.

    Services are none of them, whether they are named as such or by an account of AWS.
    """
    limits, elsewhere = limits_of(rules), nowhere(rules)
    seen: set[Named] = set()
    wide = False
    for rule in rules.rules:
        if rule.denies:
            continue
        if "NotPrincipal" in rule.statement:
            wide = True
            continue
        for one in named(rule.statement.get("Principal")):
            wide = wide or one.everybody
            if one.kind == "Service":
                yield from _served(one.text, rule, bucket.scope.account)
            elif one not in seen:
                yield from _outsider(one, bucket, limits, elsewhere)
            seen.add(one)
        if "Principal" not in rule.statement:
            yield Outsider("a principal that is not named", Caller(account=STRANGER), {}, outside=UNKNOWN)
    if wide:
        spared = {one for rule in rules.rules if rule.denies for one in named(rule.statement.get("NotPrincipal") or {})}
        for one in sorted(spared - seen, key=lambda each: each.text):
            yield from _outsider(one, bucket, limits, elsewhere)
        yield from _everybody(rules, bucket.scope.account, limits, elsewhere)


def _everybody(rules: Rules, account: str, limits: tuple[Limit, ...], elsewhere: Keys) -> Iterator[Outsider]:
    """Of a policy that lets everybody in: strangers, and who is let in, or spared by what denies all others."""
    keys = {**keys_of_account(STRANGER, stranger=True), **elsewhere}
    yield Outsider(EVERYBODY, Caller(account=STRANGER), keys)
    for limit in limits:
        keys = {**keys_of_account(STRANGER), **limit.keys}
        yield Outsider(f"everybody {limit.label}", Caller(account=STRANGER), keys, foreign=limit.foreign)
    for other in _other_accounts(rules.rules, account):
        known = Foreign.account(other)
        yield Outsider(other, Caller(account=other), keys_of_account(other), foreign=known)
        yield Outsider(other, Caller(service=SOMETHING), keys_of_service(other), foreign=known)


def _other_accounts(rules: Iterable[Rule], account: str) -> list[str]:
    """Numbers of other accounts in conditions."""
    tests = (test for rule in rules for test in rule.condition.tests if test is not None)
    return sorted({number for test in tests for text in test.values for number in _ACCOUNT.findall(text)} - {account})


def _outsider(one: Named, bucket: Bucket, limits: tuple[Limit, ...], elsewhere: Keys) -> Iterator[Outsider]:
    ours = one.kind == "Federated" and account_of(one.text) == bucket.scope.account
    if ours or one.gone or delivering(one.account or one.text):
        return
    if one.account and one.account != bucket.scope.account:
        caller, keys = Caller(account=one.account, arn=one.arn), keys_of_account(one.account, one.arn)
        known = Foreign.account(one.account)
        yield Outsider(one.account, caller, {**keys, **elsewhere}, foreign=known)
        for limit in limits:
            yield Outsider(
                f"{one.account} {limit.label}", caller, {**keys, **limit.keys}, foreign=known | limit.foreign
            )
    elif one.kind == "CanonicalUser" and one.text != bucket.owner_id:
        outside = YES if bucket.owner_id else UNKNOWN
        yield Outsider(f"canonical user {one.text}", Caller(canonical=one.text), {}, outside)
    elif not one.understood or one.kind == "Federated":
        yield Outsider(f"principal {one.text}", Caller(account=STRANGER, unclear=one.text), {}, outside=UNKNOWN)


def _served(service: str, rule: Rule, account: str) -> Iterator[Outsider]:
    """Accounts that a service may act there for by name: their distributions, buckets and logs."""
    for other in _other_accounts([rule], account):
        caller, keys = Caller(service=service), keys_of_service(other)
        yield Outsider(f"{other} through {service}", caller, keys, foreign=Foreign.account(other))


def _services(rule: Rule) -> Iterator[Named]:
    """Whom a statement names; of one for everybody, the services that its condition speaks of."""
    for one in named(rule.statement.get("Principal")):
        if not one.everybody:
            yield one
        elif not rule.condition.keys.isdisjoint(_OF_SERVICES):
            tests = (test for test in rule.condition.tests if test is not None and test.key == _SERVICE_NAME)
            told = [text for test in tests if not test.negated for text in test.values]
            yield from (Named("Service", text) for text in told or (SOMETHING,))


def services_let_in(bucket: Bucket, actions: Actions) -> Reached:
    """Services that the policy lets take any of these actions on behalf of whatever account asks them to."""
    if bucket.policy is UNSET:
        return Reached(unclear=("policy",))
    rules = rules_of_resource(bucket.policy)
    principals = (one for rule in rules.rules if not rule.denies for one in _services(rule))
    by: dict[str, None] = {}
    unclear: list[str] = []
    for one in dict.fromkeys(principals):
        name = _ANY_SERVICE if one.text == SOMETHING else service_of(one)
        if not name:
            continue
        caller = Caller(service=one.text) if one.kind == "Service" else Caller(account=one.account, arn=one.arn)
        keys = {**keys_of_service(STRANGER), "aws:principalservicename": (one.text,)}
        each = _asking(Outsider(name, caller, keys), bucket)
        asked = for_any_account(rules, one)
        answer = _reaches(each, asked, bucket, actions)
        if answer is YES:
            by[name] = None
        elif answer is UNKNOWN:
            unclear += _doubts(each, answer, asked, actions)
    return Reached(tuple(by), tuple(dict.fromkeys(unclear)))


def reached_by_acl(bucket: Bucket, *permissions: str) -> Reached:
    """Outsiders to whom the ACL grants one of these permissions, with what is in effect."""
    if bucket.grants is UNSET:
        return Reached(unclear=("grants",))
    by: list[str] = []
    unclear: list[str] = []
    for grant in bucket.grants or ():
        grantee = grant.grantee
        if grantee is None or grant.permission not in (*permissions, "FULL_CONTROL"):
            continue
        if (grantee.uri or "").endswith((_ALL, _AUTHENTICATED)):
            ignored = blocked(bucket, "ignore_public_acls")
            if ignored is NO:
                by.append(EVERYBODY)
            elif ignored is UNKNOWN:
                unclear += unread_levels(bucket)
        elif grantee.uri is None and grantee.id != bucket.owner_id and not delivering(grantee.id or ""):
            if grantee.id and bucket.owner_id:
                by.append(f"canonical user {grantee.id}")
            else:
                unclear.append("owner_id" if grantee.id else "whom the ACL grants to")
    return Reached(tuple(dict.fromkeys(by)), tuple(dict.fromkeys(unclear)))
