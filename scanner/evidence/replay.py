"""A claim of a dossier, followed back to the saved inventory and to what was kept of the replies, and judged anew."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from scanner.evaluate.judge import Judgement, fingerprint, judge, shown
from scanner.evaluate.score import finding_score
from scanner.evaluate.trusting import Trusting
from scanner.evidence.compiling import bears_of, origins_of
from scanner.evidence.dossier_types import Observation, Origin
from scanner.evidence.part import Noting
from scanner.model.checks import Check
from scanner.model.decode import FieldPlan, decode, plans
from scanner.model.documents import Decoders
from scanner.model.errors import InputError
from scanner.model.nouns import Reply, Resource, Scope, Status, Verdict, plain
from scanner.model.own import HIDDEN
from scanner.model.provenance import LEFT_OUT
from scanner.model.sanitize import REDACTED, TOO_DEEP, encode, map_strings, redact
from scanner.model.trust import Entry
from scanner.store.inventory import Inventory
from scanner.systems.names import Key

AS_KEPT = "as in the kept reply"
DIFFERS = "differs from the kept reply"
REDACTED_THERE = "redacted in what was kept, so that the two cannot be compared"
NOT_KEPT = "only the digest of the reply was kept"
COMPUTED = "worked out by the collector from what it read, and not one member of a reply"
UNSEEN = "not observed"
_TAKEN_OUT = (REDACTED, LEFT_OUT, TOO_DEEP, HIDDEN)


class Field(Struct, frozen=True, kw_only=True):
    """A field of a resource: its saved value, and how that compares with what was kept of the reply of `operation`."""

    name: str
    value: Any
    operation: str
    compared: str


class Followed(Struct, frozen=True, kw_only=True):
    """A resource that a claim rests on, its fields, and the items that these were read from."""

    kind: str
    id: str
    name: str
    origins: tuple[Origin, ...]
    fields: tuple[Field, ...]

    @property
    def differing(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.compared == DIFFERS)


class Replayed(Struct, frozen=True, kw_only=True):
    """A claim that was followed back. `problems` are what is not as the dossier says; none, and it is the same."""

    observation: Observation
    bears: str
    message: str
    evidence: Mapping[str, Any]
    resources: tuple[Followed, ...]
    problems: tuple[str, ...]


def replay(
    observation: Observation,
    inventory: Inventory,
    checks: Mapping[str, Check],
    kinds: Mapping[str, type[Resource]],
    trust: Sequence[Entry],
) -> Replayed:
    """Follow one claim back. Raises InputError if this version has no such check, or the inventory no such resource."""
    check = checks.get(observation.check)
    if check is None:
        raise InputError(f"{observation.check}: this version has no such check; use the version that the cover names")
    subject = inventory.find(check.kind, observation.resource)
    if subject is None:
        raise InputError(f"the inventory holds no {observation.kind} {observation.resource}")
    view = Noting(inventory, check)
    verdict = shown(Judgement(check, subject, judge(check, subject, view, trusting=Trusting(inventory, trust))))
    evidence, message = _evidence(check, verdict), redact(verdict.message)
    bears = bears_of(verdict.status, evidence, recorded=check.recorded)
    resources = tuple(_followed(observation, inventory, view, kinds))
    return Replayed(
        observation=observation,
        bears=bears,
        message=message,
        evidence=evidence,
        resources=resources,
        problems=(
            *_differences(observation, bears, message, evidence, verdict.path, fingerprint(check.id, subject)),
            *_renamed(observation, check, subject),
            *_unlike(observation, resources),
        ),
    )


def _evidence(check: Check, verdict: Verdict) -> dict[str, Any]:
    """The evidence of a verdict as a dossier shows it."""
    found: dict[str, Any] = map_strings(msgspec.json.decode(encode(plain(verdict.evidence))), redact)
    if verdict.status is Status.FAIL:
        _, found["score"] = finding_score(check.severity, check.exposure, check.kind.holds)
    return found


def _differences(
    told: Observation, bears: str, message: str, evidence: Mapping[str, Any], path: tuple[str, ...], claim: str
) -> Iterator[str]:
    """What the dossier says otherwise than the verdict that was given anew."""
    if told.claim != claim:
        yield f"its id would be {claim}"
    if told.bears != bears:
        yield f"the dossier says {told.bears}, and judged anew it is {bears}"
    if told.message != message:
        yield f"the dossier says “{told.message}”, and judged anew it is “{message}”"
    shown = plain(told.evidence)
    if other := sorted(name for name in {*shown, *evidence} if shown.get(name, UNSET) != evidence.get(name, UNSET)):
        yield f"the evidence in the dossier is not that of the verdict given anew: {', '.join(other)}"
    if told.path != path:
        yield f"the dossier says a path over {_over(told.path)}, and judged anew it is over {_over(path)}"


def _over(path: Sequence[str]) -> str:
    return ", ".join(path) or "nothing"


def _renamed(told: Observation, check: Check, subject: Resource) -> Iterator[str]:
    """What the dossier calls the check and the resource otherwise than they are."""
    right = {
        "title": check.title,
        "severity": str(check.severity),
        "objective": check.objective,
        "kind": subject.kind,
        "name": redact(subject.name),
        "scope": subject.scope,
        "console_url": redact(subject.console_url),
    }
    for field, value in right.items():
        if (said := getattr(told, field)) != value:
            yield f"the dossier says {field} {_brief(said)}, and it is {_brief(value)}"


def _brief(value: Any) -> str:
    return f"{value.provider} {value.account} {value.region}" if isinstance(value, Scope) else f"“{value}”"


def _unlike(told: Observation, resources: Sequence[Followed]) -> Iterator[str]:
    """What the dossier or the inventory says otherwise than what was kept."""
    for one in resources:
        if (one.kind, one.id) == (told.kind, told.resource) and _marks(told.origins) != _marks(one.origins):
            yield f"the digests beside {one.id} in the dossier are not those in the inventory"
        if one.differing:
            yield f"{one.kind} {one.id}: saved otherwise than in the kept reply: {', '.join(one.differing)}"


def _marks(origins: Sequence[Origin]) -> set[tuple[str, str, str]]:
    """Origins, but for whether the item was kept: an inventory may have lost that, and says the same."""
    return {(one.operation, one.at, one.sha256) for one in origins}


def _followed(
    told: Observation, inventory: Inventory, view: Noting, kinds: Mapping[str, type[Resource]]
) -> Iterator[Followed]:
    """The resource of a claim, and those that its check looked at and that its path or its evidence names."""
    named = {name.rpartition(".")[0] for name in told.evidence}
    wanted: dict[str, set[str]] = {told.kind: {told.resource}}
    on_path = {Key(kind, id) for kind in view.whole for id in told.path}
    for key in sorted(view.found | on_path):
        if key.id in told.path or key.kind.rpartition(".")[2] in named:
            wanted.setdefault(key.kind, set()).add(key.id)
    for kind, ids in wanted.items():
        yield from _found(kind, ids, inventory, kinds)


def _found(
    kind: str, wanted: set[str], inventory: Inventory, kinds: Mapping[str, type[Resource]]
) -> Iterator[Followed]:
    decoders = Decoders()
    for content in inventory.store.documents_with_origins(kind):
        resource: Resource = decoders.decode(kinds[kind], content)
        if resource.id in wanted:
            yield Followed(
                kind=kind,
                id=resource.id,
                name=resource.name,
                origins=origins_of(resource.read),
                fields=tuple(compare(resource)),
            )


def compare(resource: Resource) -> Iterator[Field]:
    """The fields of a resource, each beside what was kept of the reply that it was read from."""
    read = {} if resource.read is UNSET else resource.read
    replies = {name: msgspec.json.decode(seen.reply) for name, seen in read.items() if seen.reply is not UNSET}
    declared = {plan.name: plan for plan in plans(type(resource))}
    for name in type(resource).__struct_fields__:
        if name in Resource.__struct_fields__:
            continue
        value = getattr(resource, name)
        plan = declared.get(name)
        if value is UNSET:
            yield Field(name=name, value=None, operation=plan.operation if plan else "", compared=UNSEEN)
        elif plan is None:
            yield Field(name=name, value=plain(value), operation="", compared=COMPUTED)
        else:
            operation, compared = _compared(resource, plan, read, replies)
            yield Field(name=name, value=plain(value), operation=operation, compared=compared)


def _compared(
    resource: Resource, plan: FieldPlan, read: Mapping[str, Any], replies: Mapping[str, Reply]
) -> tuple[str, str]:
    """From which operation a field was read, and whether it is what was kept of that.

    A bulk source that says the same (Search, for DescribeModel) stands under its own name.
    """
    sources = [plan.operation] if plan.operation in read else sorted(read)
    saved = plain(getattr(resource, plan.name))
    compared = (plan.operation, NOT_KEPT)
    for source in sources:
        if source not in replies:
            continue
        made, problems = decode(type(resource), {plan.operation: replies[source]}, id="", name="", scope=resource.scope)
        value = plain(getattr(made, plan.name)) if getattr(made, plan.name) is not UNSET else None
        if not problems and value == saved:
            return source, AS_KEPT
        text = encode((value, saved, [str(each) for each in problems])).decode()
        compared = (source, REDACTED_THERE if any(mark in text for mark in _TAKEN_OUT) else DIFFERS)
    return compared
