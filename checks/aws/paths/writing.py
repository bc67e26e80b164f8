"""Which served artifact a role may write: by its own policies, by those of the bucket, within one account or across.

Bucket policies that treat all roles of their account alike, as most do, are worked out once for the account. What then
seems to be allowed is asked again exactly, with the policies of role and bucket together.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from checks.aws.iam.answers import NO, NOTHING, UNKNOWN, Marks
from checks.aws.iam.conditions import Keys
from checks.aws.iam.matching import Places, Targets
from checks.aws.iam.policy import Documents, Powers, Reach
from checks.aws.iam.principals import EVERYBODY, Caller, known_by, named, sessions_of
from checks.aws.iam.requests import SOMETHING, keys_of_own, keys_of_owner, keys_of_role, session_of
from checks.aws.iam.resources import Role
from checks.aws.iam.statements import Rule, Rules, rule_of, rules_of_resource
from checks.aws.paths.serving import Served, served_artifacts
from checks.aws.s3.exposure import keys_of_insiders, restricted
from checks.aws.s3.outsiders import reached_by_acl
from checks.aws.s3.resources import Bucket
from scanner.model.nouns import Resource
from scanner.model.views import View, remembered

PUT = "s3:PutObject"
#: Who may set the policy of a bucket lets himself write there, and who may delete it takes away what keeps him out.
SET, DELETE = "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"
_PUT = PUT.lower()
#: So many buckets that may come into question are asked exactly for one role.
_MOST = 32
_NONE = Rules((), read_in_full=True)
_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_ALL = Rules((rule_of(_EVERYTHING),), read_in_full=True)


class Write(Struct, frozen=True):
    """What a role may write: an artifact or prefix (empty if none), what the action is taken on by name, an object
    there or the bucket, and the statement that lets it, of a policy of the role or, where `policy` is empty, of the
    bucket. `unclear` says that it may or may not write something."""

    place: str = ""
    name: str = ""
    action: str = PUT
    policy: str = ""
    statement: Mapping[str, Any] = {}
    unclear: bool = False


class Doors(Struct, frozen=True):
    """What the policies of the buckets of served artifacts say to some roles.

    `passing` are the artifacts that the buckets let a role write which has every right, and one that has none. `named`
    are ids of buckets that speak of a role, of its sessions or of an account by name; under `*` those that may let
    anybody in. `unread` are the artifacts in buckets whose policy or ACL was not read.
    """

    passing: tuple[Marks, Marks]
    named: dict[str, list[str]]
    unread: int


class Index(Struct, frozen=True):
    """What has been worked out of a view: the doors to the roles of each account, and what each role may write."""

    doors: dict[str, Doors]
    writes: dict[str, Write]


def _index(_: View) -> Index:
    return Index({}, {})


def _doors(view: View, account: str) -> Doors:
    """What the buckets of an account say to its own roles."""
    known = view.derive(_index).doors
    if account not in known:
        served = view.derive(served_artifacts)
        passing, bare, unread = NOTHING, NOTHING, 0
        named_in: dict[str, list[str]] = {}
        for id in served.buckets_of.get(account, ()):
            bucket = view.get(Bucket, id)
            if not isinstance(bucket, Resource) or bucket.policy is UNSET:
                unread |= served.marks_of(id)
                continue
            rules = rules_of_resource(bucket.policy).about(_PUT)
            for name in {name for rule in rules.rules for name in _speaks_of(rule, account)}:
                named_in.setdefault(name, []).append(id)
            more = _treats_all(rules, bucket, served)
            passing, bare = passing.either(more[0]), bare.either(more[1])
        known[account] = Doors((passing, bare), named_in, unread)
    return known[account]


def doors_to_others(view: View) -> Doors:
    """What all buckets say to the roles of other accounts; to be derived once, where some role would write there."""
    served = view.derive(served_artifacts)
    named_in: dict[str, list[str]] = {}
    unread = 0
    for id in served.buckets:
        bucket = view.get(Bucket, id)
        if not isinstance(bucket, Resource) or bucket.policy is UNSET or bucket.grants is UNSET:
            unread |= served.marks_of(id)
            continue
        rules = rules_of_resource(bucket.policy).about(_PUT).rules
        names = {one for rule in rules if not rule.denies for one in _lets_in(rule, bucket.scope.account)}
        acl = reached_by_acl(bucket, "WRITE")
        for name in names | ({EVERYBODY} if acl.by or acl.unclear else set()):
            named_in.setdefault(name, []).append(id)
    return Doors((NOTHING, NOTHING), named_in, unread)


def _speaks_of(rule: Rule, account: str) -> Iterator[str]:
    """Roles of an account that a statement may treat otherwise than its others; the account where any may be."""
    if not rule.condition.keys.isdisjoint(("aws:principalarn", "aws:userid")):
        yield account
    for member in ("Principal", "NotPrincipal"):
        for one in named(rule.statement[member]) if member in rule.statement else ():
            if one.account == account and not one.whole_account:
                yield known_by(one.text)


def _lets_in(rule: Rule, account: str) -> Iterator[str]:
    """Roles and accounts outside that a statement lets in; `*` where it may be anybody."""
    if "Principal" not in rule.statement:
        yield EVERYBODY
        return
    for one in named(rule.statement["Principal"]):
        if one.account != account and one.kind != "Service":
            yield one.account if one.whole_account else known_by(one.text) if one.account else EVERYBODY


def _treats_all(rules: Rules, bucket: Bucket, served: Served) -> tuple[Marks, Marks]:
    """What a bucket lets a role of its account write that has every right, and one that has none."""
    account = bucket.scope.account
    arn = f"arn:aws:iam::{account}:role/{SOMETHING}"
    keys = {**keys_of_role(arn, _PUT, keys_of_insiders(bucket)), "aws:userid": session_of(SOMETHING)}
    inside = served.places_in(bucket.id).targets
    full, bare = (
        Documents(Caller(account=account, arn=arn), own, resource=rules).decide(_PUT, inside, keys)
        for own in (_ALL, _NONE)
    )
    targets = served.places.targets
    return targets.marked(inside, full), targets.marked(inside, bare)


def writes(view: View, role: Role) -> Write:
    """The first served artifact that a role may write, looked up once for each role."""
    known = view.derive(_index).writes
    if role.id not in known:
        known[role.id] = _writes(view, Powers(role))
    return known[role.id]


def _writes(view: View, powers: Powers) -> Write:
    served, doors = view.derive(served_artifacts), _doors(view, powers.account)
    unclear = not powers.read_in_full
    asked: set[str] = set()
    for id in _candidates(view, powers, served, doors):
        if not id:
            unclear = True
        elif id not in asked:
            asked.add(id)
            if len(asked) > _MOST:
                return Write(unclear=True)
            found = _writes_to(view, powers, served, id)
            if found.place:
                return found
            unclear = unclear or found.unclear
    found = _lets_itself(view, powers, served)
    return found if found.place else Write(unclear=unclear or found.unclear)


def _lets_itself(view: View, powers: Powers, served: Served) -> Write:
    """What the role may write once it has set or deleted the policy of a bucket of its account."""
    buckets = Targets(served.buckets_of.get(powers.account, ()))
    granting = remembered(view, _granting_changes, powers.account)
    mine = Rules((rule_of({**_EVERYTHING, "Principal": {"AWS": powers.role.id}}),), True, of_resource=True)
    unclear = False
    for action, left in ((SET, mine), (DELETE, replace(_NONE, of_resource=True))):
        may = powers.over(buckets, action, known=keys_of_own(powers.account))
        unclear = unclear or bool(may.maybe)
        for id in dict.fromkeys((*buckets.chosen(may.yes), *granting)):
            found = _after(view, powers, served, id, action, left)
            if found.place:
                return found
            unclear = unclear or found.unclear
    return Write(unclear=unclear)


def _after(view: View, powers: Powers, served: Served, id: str, action: str, left: Rules) -> Write:
    """What a role may write to a bucket whose policy it has changed, and which then has these rules."""
    bucket = view.get(Bucket, id)
    rules = rules_of_resource(bucket.policy if isinstance(bucket, Resource) else UNSET)
    inside = keys_of_insiders(bucket) if isinstance(bucket, Resource) else keys_of_own(powers.account)
    keys = powers.keys(action.lower(), inside)
    changes = powers.documents(rules).decide(action.lower(), Targets([id]), keys)
    if not (changes.yes or changes.maybe):
        return Write()
    found = powers.documents(left).reach(_PUT, served.places_in(id), powers.keys(_PUT, inside))
    rule = powers.allowing(action, id, keys) or _granting(rules, id, action)
    if changes.yes and found.name and rule is not None:
        return Write(found.place, id, action, rule.policy, rule.statement)
    return Write(unclear=bool(found.name or found.maybe))


def _granting_changes(account: str, view: View) -> tuple[str, ...]:
    """Ids of an account's buckets with served artifacts whose own policies let somebody change them."""
    found = []
    for id in view.derive(served_artifacts).buckets_of.get(account, ()):
        bucket = view.get(Bucket, id)
        rules = rules_of_resource(bucket.policy if isinstance(bucket, Resource) else None)
        if any(not rule.denies for action in (SET, DELETE) for rule in rules.about(action.lower()).rules):
            found.append(id)
    return tuple(found)


def _candidates(view: View, powers: Powers, served: Served, doors: Doors) -> Iterator[str]:
    """Ids of buckets that a role may write to, as far as one side goes; the likely ones first.

    An empty one says that it may or may not write to one that is not asked.
    """
    targets = served.places.targets
    spelled, _ = powers.documents().spelled_out(_PUT, served.places)
    below = dict.fromkeys(map(served.bucket_of, spelled.values()))
    own = powers.over(targets, _PUT, known=keys_of_own(powers.account))
    seeming = own.both(doors.passing[0]).either(doors.passing[1])
    at_home = served.marks_in(powers.account)
    yield from (served.bucket_of(served.places.place(name)) for name in targets.chosen(seeming.yes))
    yield from (id for id in below if served.buckets[id].account == powers.account)
    itself = (powers.role.id, sessions_of(powers.role.id), powers.account)
    for name in itself:
        yield from doors.named.get(name, ())
    if seeming.maybe or doors.unread:
        yield ""
    abroad = powers.over(targets, _PUT)
    hit = (abroad.yes | abroad.maybe) & ~at_home
    if hit or any(served.buckets[id].account != powers.account for id in below):
        others = view.derive(doors_to_others)
        for name in (*itself, EVERYBODY):
            yield from (id for id in others.named.get(name, ()) if served.buckets[id].account != powers.account)
        if others.unread & ~at_home:
            yield ""


def _writes_to(view: View, powers: Powers, served: Served, id: str) -> Write:
    bucket = view.get(Bucket, id)
    if not isinstance(bucket, Resource):
        return Write(unclear=True)
    owner = bucket.scope.account
    rules = rules_of_resource(bucket.policy)
    inside = keys_of_insiders(bucket) if owner == powers.account else keys_of_owner(owner)
    keys = powers.keys(_PUT, inside)
    places = served.places_in(id)
    if owner == powers.account:
        found = powers.documents(rules).reach(_PUT, places, keys)
    else:
        found = _across(powers, bucket, rules, places, keys)
    if not found.name:
        return Write(unclear=found.maybe)
    rule = powers.allowing(_PUT, found.name, keys) or _granting(rules, found.name, _PUT)
    policy, statement = (rule.policy, rule.statement) if rule is not None else ("", {})
    return Write(found.place, found.name, PUT, policy, statement)


def _across(powers: Powers, bucket: Bucket, rules: Rules, places: Places, keys: Keys) -> Reach:
    """What a role reaches in a bucket of another account, which has to let it in: by its policy or its ACL."""
    own = powers.documents().reach(_PUT, places, keys)
    if not (own.name or own.maybe):
        return own
    found = powers.documents(rules, crosses=True).reach(_PUT, places, keys)
    held = restricted(bucket) if found.name or found.maybe else NO
    if held is not NO:
        found = Reach(maybe=held is UNKNOWN)
    if found.name:
        return found
    acl = reached_by_acl(bucket, "WRITE")
    if EVERYBODY in acl.by and own.name:
        return own
    return Reach(maybe=found.maybe or bool(acl.by or acl.unclear))


def _granting(rules: Rules, name: str, action: str) -> Rule | None:
    """The statement of a bucket's policy that lets somebody take an action on something."""
    about = rules.about(action.lower()).rules
    return next((rule for rule in about if not rule.denies and rule.holds_for(Targets([name]), {}).yes), None)
