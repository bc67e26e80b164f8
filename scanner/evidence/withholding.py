"""A dossier for who is not to know what resources, accounts and people are called: commitments stand for these.

Fields that hold nothing else are replaced whole. In texts, each word is that is known to be such a name, or that looks
like an id. Of evidence only what cannot be one is left: words of the provider, numbers, times, networks of everybody;
what it loses, the message beside it loses, too.
"""

import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import fields, replace

from scanner.evidence.commitments import PATTERN, Committer
from scanner.evidence.dossier_types import Dossier, Observation
from scanner.evidence.populations import Population
from scanner.evidence.provider_words import WORDS
from scanner.model.patterns import pattern
from scanner.store.inventory import Inventory
from scanner.systems.manifest import Include, Manifest, Selectors, System

S = TypeVar("S", bound=Struct)

#: Fields that are replaced whole, by the type that has them.
_WHOLE: Mapping[str, frozenset[str]] = {
    "Accepted": frozenset({"resource", "approved_by"}),
    "Approval": frozenset({"recorded_in"}),
    "Basis": frozenset({"by"}),
    "Cover": frozenset({"selectors", "manifest", "manifest_sha256"}),
    "Document": frozenset({"uri", "approved_by"}),
    "EuAiAct": frozenset({"decided_by"}),
    "Evidence": frozenset({"by", "source"}),
    "ExcludedControl": frozenset({"approved_by"}),
    "Exemption": frozenset({"resource", "approved_by"}),
    "Held": frozenset({"id", "name", "shared_with"}),
    "IncidentRoute": frozenset({"contact", "addresses"}),
    "Item": frozenset({"id", "name"}),
    "LineageNode": frozenset({"label"}),
    "Observation": frozenset({"claim", "resource", "name", "path"}),
    "Origin": frozenset({"sha256"}),
    "Oversight": frozenset({"people", "pipelines"}),
    "Owner": frozenset({"team", "contact", "regulatory_contact"}),
    "Piece": frozenset({"claims", "by", "source"}),
    "ReadBy": frozenset({"account", "name"}),
    "Reader": frozenset({"account", "name"}),
    "Recalled": frozenset({"store", "digest"}),
    "Scope": frozenset({"account"}),
    "Suppressed": frozenset({"resource", "account", "fingerprint", "owner", "approver", "ticket"}),
    "SuppressedSpell": frozenset({"resource", "account"}),
    "System": frozenset({"logs"}),
    "Threshold": frozenset({"set_by"}),
}
#: Fields whose texts are ours, a framework's, or one of a few words.
_OURS: Mapping[str, frozenset[str]] = {
    "Approval": frozenset({"status", "by", "at"}),
    "Basis": frozenset({"question", "answer", "says", "source"}),
    "Claim": frozenset({"objective", "checks"}),
    "Classification": frozenset({"roles", "data_sensitivity"}),
    "Conclusion": frozenset({"kind", "says", "articles", "open"}),
    "ControlDays": frozenset({"id", "title", "checks", "unchecked"}),
    "ControlPage": frozenset({"oscal_id"}),
    "ControlState": frozenset({"id", "title", "assessable", "claims", "core"}),
    "Cover": frozenset({"organisation", "system", "name", "tool", "inventories", "limits", "first", "last"}),
    "Dossier": frozenset({"schema"}),
    "EuAiAct": frozenset({"tier", "route"}),
    "Evidence": frozenset({"sha256"}),
    "Expectations": frozenset({"monitoring", "human_approval", "human_review"}),
    "FrameworkState": frozenset({"id"}),
    "Held": frozenset({"kind"}),
    "Item": frozenset({"kind"}),
    "LineageNode": frozenset({"sort", "state"}),
    "Manifest": frozenset({"schema"}),
    "NotSeen": frozenset({"kind", "operation", "reason", "permission", "checks"}),
    "Observation": frozenset({"check", "title", "severity", "objective", "bears", "kind"}),
    "Open": frozenset({"question", "asks", "articles", "depends"}),
    "Organisation": frozenset({"name", "default_roles"}),
    "Origin": frozenset({"operation", "at"}),
    "Part": frozenset({"framework", "name", "version", "url", "what"}),
    "Period": frozenset({"framework", "unasked"}),
    "Piece": frozenset({"check", "sha256"}),
    "Population": frozenset(
        {"id", "title", "system", "controls", "kinds", "operations", "pages", "first", "last", "limits", "schema"}
    ),
    "Purpose": frozenset({"decision_effect"}),
    "Question": frozenset({"objective", "title", "statement", "relationship", "reason", "cannot_prove"}),
    "ReadBy": frozenset({"provider"}),
    "Reader": frozenset({"provider", "answered", "refused"}),
    "Recalled": frozenset({"limits"}),
    "Requirement": frozenset({"name", "stage", "objectives"}),
    "Row": frozenset({"id", "title", "controls"}),
    "Scope": frozenset({"provider", "region"}),
    "Section": frozenset({"id", "title"}),
    "Suppressed": frozenset({"check"}),
    "SuppressedSpell": frozenset({"check", "kind"}),
    "System": frozenset({"id", "name", "status", "stage", "frameworks"}),
    "SystemState": frozenset({"id", "name", "failures"}),
    "Triage": frozenset({"system", "name", "headline", "unchecked"}),
}
#: Fields that hold what was observed.
_OBSERVED: Mapping[str, frozenset[str]] = {"Observation": frozenset({"evidence"}), "Item": frozenset({"fields"})}
_DROPPED = ("console_url",)

_WORD = pattern(r"[^\s\"'`“”‘’(),;\[\]{}<>=|]+")
_ENDS = ".:!?…"
#: What looks like an id: a path, an address, many digits, a number among letters and hyphens.
_SHAPED = pattern(r"[/@]|::|\d{5}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}|arn:|\w\.\w+\.\w")
#: Words that look so, and are none.
_EITHER = pattern(r"[A-Za-z]+/[A-Za-z]+|\d+/\d+")
#: Actions as providers spell them.
_ACTION = pattern(
    r"[a-z][a-z0-9-]*:(?:[A-Z*][A-Za-z]*\*?|\*)|Microsoft\.[A-Za-z/]+"
    r"|[a-z]+\.[a-zA-Z]+\.(?:(?:create|delete|get|list|update|use|predict|upload)|(?:get|set|act|sign|implicit)[A-Z][A-Za-z]+)"
)
#: Roles that providers made; those of customers have longer names.
_ROLE = pattern(r"roles/[a-z][A-Za-z.]*")
_PLAIN_VALUE = pattern(r"-?\d{1,6}(?:\.\d+)?|0\.0\.0\.0/0|::/0|\*||\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:\d\d)?)?")
#: What any text may hold, too, and so is no name wherever it stands.
_ANY_WORD = pattern(r"[A-Za-z]{1,40}|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_COMMITTED = pattern(PATTERN)
#: Texts of resources that are gone through for names have at least so many letters; shorter ones are words.
_SHORTEST = 4


class Withholding:
    """Replaces what must not be told in dossiers and populations of one system, under one salt."""

    def __init__(self, dossier: Dossier, inventories: Iterable[Inventory], committer: Committer) -> None:
        self._of = committer.of
        told = {dossier.cover.system, dossier.cover.name, dossier.cover.organisation}
        found = {text for text in _names(dossier, inventories) if text not in told and not _ROLE.fullmatch(text)}
        names = {text for text in found if text.strip()}  # what has no name is called nothing
        self._names = {text.lower() for text in names}
        #: those that are no single word, the longest first: one may begin as another does
        self._phrases = sorted((text for text in names if not _WORD.fullmatch(text)), key=len, reverse=True)
        self._words = _own_words(dossier)

    def dossier(self, dossier: Dossier) -> Dossier:
        """The dossier without what must not be told. Other systems, and what selects this one, are left out.

        Commitments are in an order of their own: that of names would tell between which two one stands.
        """
        declared = _without_selectors(dossier.declared)
        told = self.of(replace(dossier, declared=declared, manifest=replace(dossier.manifest, systems=(declared,))))
        alike = groupby(told.observations, lambda one: (one.bears, one.check))
        observations = tuple(one for _, some in alike for one in sorted(some, key=lambda one: one.resource))
        return replace(told, resources=tuple(sorted(told.resources)), observations=observations)

    def population(self, population: Population) -> Population:
        """The same of a population."""
        told = self.of(population)
        return replace(told, items=tuple(sorted(told.items, key=lambda item: (item.kind, item.id))))

    def of(self, value: S) -> S:
        """A struct of a dossier without what must not be told."""
        kind = type(value).__name__
        changed: dict[str, Any] = {}
        for field in fields(value):
            held = getattr(value, field.name)
            if field.name in _DROPPED:
                changed[field.name] = ""
            elif field.name in _WHOLE.get(kind, ()):
                changed[field.name] = _mapped(held, self._of, self.of)
            elif field.name in _OBSERVED.get(kind, ()):
                changed[field.name] = {name: self._evidence(name, each) for name, each in held.items()}
            elif field.name not in _OURS.get(kind, ()):
                changed[field.name] = _mapped(held, self._text, self.of)
        if isinstance(value, Observation):
            changed["message"] = self._without(changed["message"], value.evidence)
        return replace(value, **changed)

    def _without(self, message: str, evidence: Mapping[str, Any]) -> str:
        """A message without what the evidence beside it loses."""
        told = {text for name, value in evidence.items() if name != "score" for text in _texts(value, keys=True)}
        for text in sorted(told, key=len, reverse=True):
            if (said := self._value(text)) != text:
                message = re.sub(rf"(?<![\w-]){re.escape(text)}(?![\w-])", said, message)
        return message

    def _text(self, text: str) -> str:
        for phrase in self._phrases:
            if phrase in text:
                text = text.replace(phrase, self._of(phrase))
        return _WORD.sub(lambda found: self._word(found[0]), text)

    def _word(self, word: str) -> str:
        bare = word.rstrip(_ENDS)
        if _COMMITTED.fullmatch(bare) or bare in self._words:
            return word
        shaped = _SHAPED.search(bare) and not any(known.fullmatch(bare) for known in (_ACTION, _ROLE, _EITHER))
        return self._of(bare) + word[len(bare) :] if shaped or bare.lower() in self._names else word

    def _evidence(self, name: str, value: Any) -> Any:
        return value if name == "score" else _mapped(value, self._value, self.of, keys=True)

    def _value(self, text: str) -> str:
        known = text.lower() in self._names or any(phrase in text for phrase in self._phrases)
        plain = text in self._words or text in WORDS
        if not known and (plain or any(one.fullmatch(text) for one in (_PLAIN_VALUE, _ACTION, _ROLE))):
            return text
        return self._of(text)


def _mapped(value: Any, change: Callable[[str], str], struct: Callable[[Any], Any], *, keys: bool = False) -> Any:
    """A value with other texts, and with `keys` other keys. Words of an enumeration, and what is no text, stay."""
    if isinstance(value, enum.Enum):
        return value
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Struct):
        return struct(value)
    if isinstance(value, tuple | list):
        return type(value)(_mapped(each, change, struct, keys=keys) for each in value)
    if isinstance(value, Mapping):
        return {
            change(key) if keys and isinstance(key, str) else key: _mapped(each, change, struct, keys=keys)
            for key, each in value.items()
        }
    return value


def _without_selectors(system: System) -> System:
    clouds = dict.fromkeys(include.provider for include in system.selectors.include)
    return replace(system, selectors=Selectors(include=tuple(Include(provider=cloud) for cloud in clouds)))


def _own_words(dossier: Dossier) -> set[str]:
    """Words that look like ids and are none: of frameworks, checks, kinds and calls."""
    words = {part.framework for part in dossier.parts} | set(dossier.state.claims)
    for one in dossier.observations:
        words |= {one.kind, one.check, *one.evidence, *(origin.operation for origin in one.origins)}
    for part in dossier.parts:
        words |= {control.id for control in part.state.controls}
    return words | {gap.permission for gap in dossier.cover.not_seen} | {gap.kind for gap in dossier.cover.not_seen}


# -- what must not be told ---------------------------------------------------------------------------------------------


def _names(dossier: Dossier, inventories: Iterable[Inventory]) -> Iterator[str]:
    """What resources, accounts, principals, people and other systems are called."""
    for one in dossier.resources:
        yield from (one.name, *_spellings(one.id))
    for inventory in inventories:
        yield from (account for _, account in inventory.accounts)
        yield from inventory.names.values()
        yield from inventory.organizations
        yield from (principal.name for principal in inventory.principals)
        for kind in inventory.store.kinds():
            for content in inventory.store.documents(kind):
                yield from _of_document(content)
    yield from _people(dossier.manifest)
    yield from (one.by for one in dossier.triage.answers if one.by)
    yield from (name for one in dossier.suppressions for name in (one.owner, one.approver) if name)
    for system in dossier.manifest.systems:
        if system.id != dossier.cover.system:
            yield from (system.id, system.name)


def _of_document(content: bytes) -> Iterator[str]:
    """The names and ids in a resource, as it is saved."""
    resource = msgspec.json.decode(content)
    yield resource["name"]
    yield from _spellings(resource["id"])
    for text in _texts(resource):
        for name in _spellings(text) if _WORD.fullmatch(text) else ():
            if not any(one.fullmatch(name) for one in (_PLAIN_VALUE, _ANY_WORD, _ACTION)):
                yield name


def _spellings(id: str) -> Iterator[str]:
    """An id, and how messages may shorten it: without what stands before its last separators."""
    yield id
    for separator in "/:#@":
        if len(end := id.rpartition(separator)[2]) >= _SHORTEST:
            yield end
            yield end.partition("@")[0]


def _texts(value: Any, *, keys: bool = False) -> Iterator[str]:
    """The texts in a value, with `keys` those of mappings, too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (name for name in value if keys)
        for each in value.values():
            yield from _texts(each, keys=keys)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each, keys=keys)


def _people(manifest: Manifest) -> Iterator[str]:
    """Whom a manifest names."""
    for system in manifest.systems:
        act = system.classification.eu_ai_act
        owner = system.owner
        named = (owner.team, owner.contact, owner.regulatory_contact, act.decided_by)
        approved: tuple[Any, ...] = (
            *system.documents,
            *system.exceptions,
            *system.excluded_controls,
            *system.selectors.exclude,
        )
        setting = (one.set_by for one in system.expectations.thresholds)
        overseeing = system.oversight.people if system.oversight else ()
        told = (system.incident_route.contact,) if system.incident_route else ()
        yield from filter(None, (*named, *setting, *overseeing, *told, *(one.approved_by for one in approved)))
