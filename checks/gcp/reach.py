"""Which buckets that production loads models from a service account may replace objects in.

Few buckets differ in whom they let in, and few accounts are named anywhere: buckets are put into groups that are alike
for every account they do not name, a group is asked about once, and the answer for accounts that nobody names is known
beforehand.
"""

import heapq
from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from checks.gcp.iam.grants import OPAQUE, Grant, may_replace, member, members_of, replacing
from checks.gcp.iam.lapse import in_time
from checks.gcp.iam.resources import Binding, Condition, ProjectPolicy
from checks.gcp.names import AIPLATFORM, bucket_id, full_name, project_id
from checks.gcp.paths.artifacts import model_buckets
from checks.gcp.storage.public import EVERYONE
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Endpoint, Model
from scanner.model.nouns import unobserved
from scanner.model.numbers import whole
from scanner.model.views import View, remembered

#: So many open questions are named one by one; a reader needs no more to see what to grant the scanner.
NAMED = 20
#: Seconds; a shorter retention period keeps no artifact that a model came from.
_DAY = 86400
#: A role on a managed folder counts for a part of a bucket.
_IN_A_FOLDER = Condition(title="in a managed folder")


class Serving(Struct, frozen=True):
    """Buckets that production loads models from, sorted, and a model and its endpoint that show each.

    `complete` says whether every served model was seen.
    """

    buckets: list[str]
    shown_by: dict[str, tuple[str, str]]
    complete: bool


def serving(view: View) -> Serving:
    """The buckets behind all deployed models, for `view.derive`."""
    endpoints = view.all(Endpoint)
    complete = endpoints.complete and view.all(Model).complete
    found: dict[str, tuple[str, str]] = {}
    for endpoint in endpoints:
        if isinstance(endpoint.deployed_models, UnsetType):
            complete = False
            continue
        for deployed in endpoint.deployed_models or ():
            model = deployed_model(view, deployed.model or "", deployed.model_version_id)
            if model is None or unobserved(model, "artifact_uri", "container_buckets"):
                complete = False
                continue
            for name in model_buckets(model):
                found.setdefault(name, (model.id, endpoint.id))
    return Serving(sorted(found), found, complete)


def deployed_model(view: View, name: str, version: str | None) -> Model | None:
    """The very version that is deployed; None if it was not observed."""
    base = full_name(AIPLATFORM, name.partition("@")[0])
    exact = view.get(Model, f"{base}@{version}")
    if isinstance(exact, Model):
        return exact
    default = view.get(Model, base)
    return default if isinstance(default, Model) and version in (None, default.version) else None


class Replaceable(Struct, frozen=True):
    """The first bucket whose objects an account may replace, empty if there is none; then those it is unknown of."""

    first: str
    doubts: tuple[str, ...]


def replaceable(view: View, email: str) -> Replaceable:
    """Among all buckets that production loads models from. Of the doubts, no more than `NAMED` and one are given."""
    return remembered(view, _replaceable, email)


def _replaceable(email: str, view: View) -> Replaceable:
    return view.derive(_groups).ask(view, email)


class _Group(Struct, frozen=True):
    """Buckets of one project that are alike for every account that none of them names.

    `stranger` is the answer for an account that the project does not name either.
    """

    buckets: list[str]
    stranger: bool | None


class _Groups(Struct, frozen=True):
    """All buckets that production loads models from, by the policy of their project, and where accounts are named.

    `unclear` are those that nothing can be said about, `unknown` those with an unknown answer for strangers, `first` is
    the first that everybody may replace. `naming` are the buckets, `touched` the policies that name a member.
    """

    by_policy: dict[str, list[_Group]]
    unclear: list[str]
    unknown: list[str]
    first: str
    naming: dict[str, list[str]]
    touched: dict[str, list[str]]

    def ask(self, view: View, email: str) -> Replaceable:
        """What one account may replace: never less than one that is named nowhere, nor less where it is named."""
        name = member(email)
        own, touched = self.naming.get(name, []), self.touched.get(name, [])
        answers = [([bucket], _may_replace(view, bucket, email)) for bucket in own]
        apart = frozenset(own)
        for group in (group for policy in touched for group in self.by_policy[policy]):
            example = next((bucket for bucket in group.buckets if bucket not in apart), None)
            answers += [(group.buckets, _may_replace(view, example, email))] if example else []
        parts = [_apart(view, buckets) for buckets, answer in answers if answer]
        if firsts := [free[0] for free, _ in parts if free] + [self.first] * bool(self.first):
            return Replaceable(min(firsts), ())
        open_questions = [buckets for buckets, answer in answers if answer is None] + [kept for _, kept in parts]
        doubts = heapq.merge(self.unclear, self.unknown, *open_questions)
        return Replaceable("", tuple(islice((bucket for bucket, _ in groupby(doubts)), NAMED + 1)))


def _groups(view: View) -> _Groups:
    alike: dict[tuple[str, frozenset[tuple[str, str, bool]]], list[str]] = {}
    naming: dict[str, list[str]] = {}
    unclear: list[str] = []
    for name in view.derive(serving).buckets:
        found = _settings(view, name)
        if found is None:
            unclear.append(name)
        elif found:
            bucket, policy = found
            entries = frozenset(_entries(in_time(bindings_in(bucket), view.taken_at)))
            shared = frozenset(entry for entry in entries if not entry[1].startswith(member("")))
            alike.setdefault((policy.id, shared), []).append(name)
            for named in sorted({who for _, who, _ in entries - shared}):
                naming.setdefault(named, []).append(name)
    by_policy: dict[str, list[_Group]] = {}
    for (policy_id, _), names in alike.items():
        by_policy.setdefault(policy_id, []).append(_Group(names, _may_replace(view, names[0], "")))
    groups = [group for found in by_policy.values() for group in found]
    free, kept = _apart(view, (name for group in groups if group.stranger for name in group.buckets))
    return _Groups(
        by_policy=by_policy,
        unclear=unclear,
        unknown=sorted([*kept, *(name for group in groups if group.stranger is None for name in group.buckets)]),
        first=min(free, default=""),
        naming=naming,
        touched=_naming(view, by_policy),
    )


def _naming(view: View, policies: Iterable[str]) -> dict[str, list[str]]:
    """Those of these policies that name a member, by member."""
    found: dict[str, list[str]] = {}
    for policy in policies:
        seen = view.get(ProjectPolicy, policy)
        for who in members_of(view, seen) if isinstance(seen, ProjectPolicy) else ():
            found.setdefault(who, []).append(policy)
    return found


def _entries(bindings: Iterable[Binding]) -> Iterator[tuple[str, str, bool]]:
    """Role, member and whether there is a condition, of what can matter to a service account."""
    for binding in bindings:
        for who in binding.members or ():
            if who in EVERYONE or who.startswith(("serviceAccount:", "project", *OPAQUE)):
                yield binding.role or "", who, binding.condition is not None


def _settings(view: View, name: str) -> "tuple[Bucket, ProjectPolicy] | tuple[()] | None":
    """A bucket and the policy of its project; empty for a bucket that does not exist, None if not all was observed."""
    bucket = view.get(Bucket, bucket_id(name))
    if not isinstance(bucket, Bucket) or isinstance(bucket.exists, UnsetType):
        return None
    if not bucket.exists:
        return ()
    if not bucket.project or UNSET in (bucket.bindings, bucket.folder_bindings):
        return None
    policy = view.get(ProjectPolicy, project_id(bucket.project))
    if not isinstance(policy, ProjectPolicy) or isinstance(policy.bindings, UnsetType):
        return None
    return bucket, policy


def _may_replace(view: View, name: str, email: str) -> bool | None:
    found = _settings(view, name)
    if not found:
        return None
    bucket, policy = found
    return may_replace(view, policy, bindings_in(bucket), email)


def bindings_in(bucket: Bucket) -> tuple[Binding, ...]:
    """Who has which role on a bucket, and on managed folders in it: which of its objects these hold is not asked."""
    inside = (replace(binding, condition=_IN_A_FOLDER) for binding in bucket.folder_bindings or ())
    return (*(bucket.bindings or ()), *inside)


def _apart(view: View, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Of buckets that an account may write to those whose objects it may replace, and those that may keep them."""
    found: tuple[list[str], list[str]] = [], []
    for name in names:
        found[_keeps(view, name)].append(name)
    return found


def _keeps(view: View, name: str) -> bool:
    """Whether a retention period keeps objects, for a day or more, from being replaced: how old they are is not read.

    Nor is whether somebody released them, where each new object is held. What was not observed may keep them.
    """
    bucket = view.get(Bucket, bucket_id(name))
    if not isinstance(bucket, Bucket) or bucket.event_based_hold is UNSET or bucket.event_based_hold:
        return True
    period = bucket.retention_period
    if period is None:
        return False
    seconds = whole(period) if isinstance(period, str) else None
    return seconds is None or seconds >= _DAY


def allowing(view: View, name: str, email: str) -> list[Grant]:
    """The grants by which an account may replace objects of a bucket."""
    found = _settings(view, name)
    return replacing(view, found[1], found[0], email) if found else []
