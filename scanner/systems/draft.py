"""A first manifest from an inventory: a system for each endpoint, with what only people can say left to do."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scanner.model.errors import InputError
from scanner.model.nouns import Holds
from scanner.model.patterns import pattern
from scanner.model.sanitize import clean
from scanner.systems.assign import Assignment, assign
from scanner.systems.graph import Graph
from scanner.systems.manifest import (
    FOLLOW,
    SCHEMA,
    Classification,
    EuAiAct,
    Include,
    Manifest,
    Organisation,
    Owner,
    Purpose,
    Screening,
    Selectors,
    System,
)
from scanner.systems.tags import OF_SYSTEM

_HEAD = f"""\
# A draft of the AI systems in an inventory, one for each endpoint, or for several that serve the same or whose tags
# name the same system.
# Everything here is declared: reports show it as said by you. Do what each TODO says, then run
#   mlposture systems check
# which names what is missing, with --inventory also what each system claims.
schema: {SCHEMA}
organisation: {{}}  # TODO add name: and eu_market: true or false
systems:
"""
_OTHER = pattern("[^a-z0-9]+")
_ACCOUNT_FIELDS = {"aws": "accounts", "gcp": "projects", "azure": "subscriptions"}
_MOST = 50


def draft(graph: Graph) -> str:
    """The text of a manifest. Raises InputError if the inventory holds nothing of ML."""
    own = [number for number in range(len(graph)) if graph.is_ai(number)]
    if not own:
        raise InputError("the inventory holds nothing of ML, so there is no system to draft; scan where it runs")
    recorded = _recorded(graph)
    groups = _groups(_roots(own, graph), recorded, graph)
    includes = [_named(group, graph) for group in groups] if groups else [*_accounts(own, graph)]
    names = (
        [recorded.get(group[0]) or graph.names.name(group[0]) for group in groups]
        if groups
        else [_account_of(include) for include in includes]
    )
    ids = _ids(names)
    systems = [_system(id, name, include) for id, name, include in zip(ids, names, includes, strict=True)]
    found = assign(_manifest(systems), graph)
    return _HEAD + "\n".join(_written(system, found, graph) for system in systems) + _rest(found)


def _roots(numbers: Sequence[int], graph: Graph) -> list[int]:
    """Endpoints, of whatever kind: what serves, is no part of what serves, and not of a kind that others serve by."""
    serving = [number for number in numbers if graph.kind(number).holds is Holds.SERVING]
    parts = {part for number in serving for _, part in graph.parts(number)}
    used = {
        graph.kind(found)
        for number in serving
        for _, found in graph.joins(number)
        if found != number and number not in {part for _, part in graph.parts(found)}
    }
    return [number for number in serving if number not in parts and graph.kind(number) not in used]


def _groups(roots: Sequence[int], recorded: Mapping[int, str], graph: Graph) -> list[list[int]]:
    """Endpoints of one account that serve the same models from the same buckets belong together.

    Before that counts which system their tags name.
    """
    alone = [
        _system(f"root-{at}", graph.names.name(number), _named([number], graph)) for at, number in enumerate(roots)
    ]
    if not alone:
        return []
    found = assign(_manifest(alone), graph)
    groups: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for system, number in zip(alone, roots, strict=True):
        claimed = found.systems[system.id].claimed.numbers
        lineage = (one for one in claimed if graph.category(one) == "lineage")
        models = frozenset(one for one in lineage if graph.kind(one).holds is Holds.ARTIFACT)
        buckets = frozenset(one for one in claimed if graph.category(one) == "buckets")
        serves = (models, buckets, None if models else number)
        scope = graph.scope(number)
        groups[scope.provider, scope.account, recorded.get(number) or serves].append(number)
    return list(groups.values())


def _recorded(graph: Graph) -> dict[int, str]:
    """The systems that tags of resources name. The first of the tags counts most."""
    return {number: named for tag in reversed(OF_SYSTEM) for number, _, named in graph.names.values((tag,)) if named}


def _named(numbers: Sequence[int], graph: Graph) -> Include:
    provider = graph.scope(numbers[0]).provider
    names = tuple(graph.names.key(number).id.partition("#")[0] for number in numbers)
    return Include(provider=provider, arns=names) if provider == "aws" else Include(provider=provider, ids=names)  # type: ignore[arg-type]  # servers have no endpoints to begin with


def _accounts(numbers: Iterable[int], graph: Graph) -> Iterator[Include]:
    scopes = map(graph.scope, numbers)
    for provider, account in sorted({(scope.provider, scope.account) for scope in scopes}):
        if provider == "mlflow":
            yield Include(provider="mlflow", tracking_uri=account)
            continue
        yield Include(provider=provider, **{_ACCOUNT_FIELDS[provider]: (account,)})  # type: ignore[arg-type]  # as above


def _account_of(include: Include) -> str:
    named = (*include.accounts, *include.projects, *include.subscriptions)
    [account] = named or (include.tracking_uri or "",)
    return account


def _ids(names: Iterable[str]) -> list[str]:
    """An id for each name, none of them twice."""
    seen: Counter[str] = Counter()
    made = []
    for name in names:
        base = _OTHER.sub("-", name.lower()).strip("-")[:50].strip("-") or "system"
        id = base
        while id in seen:
            seen[base] += 1
            id = f"{base}-{seen[base]}"
        seen[id] += 1
        made.append(id)
    return made


def _system(id: str, name: str, include: Include) -> System:
    """A system of which nothing is known but what it selects."""
    return System(
        id=id,
        name=name,
        status="production",
        owner=Owner(team="", contact=""),
        purpose=Purpose(intended=""),
        classification=Classification(eu_ai_act=EuAiAct(tier="unclassified")),
        selectors=Selectors(include=(include,)),
    )


def _manifest(systems: Sequence[System]) -> Manifest:
    return Manifest(schema="ai-systems/1", organisation=Organisation(name=""), systems=tuple(systems))


def _written(system: System, found: Assignment, graph: Graph) -> str:
    [include] = system.selectors.include
    claims = found.systems[system.id].claimed.numbers
    counts = Counter(graph.kind(number).kind for number in claims)
    shared = Counter(other for number in claims for other in found.holders.of(number) if other != system.id)
    answers = ", ".join(f"{name}: " for name in Screening.__struct_fields__)
    return f"""\
- id: {system.id}  # TODO an id that people will recognise: reports use it
  name: {_quoted(system.name)}  # TODO what people call it
  status: production  # TODO development, production or retired
  # TODO stage: pilot, limited or general
  # TODO owner: {{team: , contact: }}
  # TODO purpose: {{intended: , excluded_uses: [], users: , affected_persons: , decision_effect: }}
  # TODO screening: {{{answers}}}
  classification:
    # TODO decide: tier (minimal, transparency, high-risk), rationale, decided_by, decided_on, review_by
    eu_ai_act: {{tier: unclassified}}
    # TODO roles: [provider, deployer]
    # TODO data_sensitivity: public, internal, personal, special-category or regulated
  frameworks: []  # TODO such as eu-ai-act, iso-42001, nist-ai-rmf-1.0, soc2
  selectors:
    include:
    - {{provider: {include.provider}, {_values(include)}}}
    follow: [{", ".join(FOLLOW)}]
  # TODO logs: where its own logs are kept, such as the ARNs of log groups; those of its endpoints are known
  # Claims {_counted(counts)}.
{_sharing(shared)}"""


def _values(include: Include) -> str:
    if include.tracking_uri:
        return f"tracking_uri: {_quoted(include.tracking_uri)}"
    fields = ("arns", "ids", "accounts", "projects", "subscriptions")
    return ", ".join(
        f"{name}: [{', '.join(_quoted(value) for value in values)}]"
        for name in fields
        if (values := getattr(include, name))
    )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items())) or "nothing"


def _sharing(shared: Mapping[str, int]) -> str:
    lines = [f"  # Shares {number} of these with {other}.\n" for other, number in sorted(shared.items())[:_MOST]]
    return "".join(lines)


def _rest(found: Assignment) -> str:
    if not found.unclaimed:
        return ""
    lines = [f"#   {key.kind} {clean(key.id)}" for key in found.unclaimed[:_MOST]]
    more = len(found.unclaimed) - _MOST
    lines += [f"#   and {more} more; `mlposture systems check --inventory … --details` lists them"] if more > 0 else []
    return "\n".join(["\n# TODO no system above claims these; add each to one, or to a system of its own:", *lines, ""])


def _quoted(text: str) -> str:
    """Text in double quotes, as YAML and JSON both read it."""
    return json.dumps(clean(text), ensure_ascii=False)
