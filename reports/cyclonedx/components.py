"""What an item, or a declared system, is in CycloneDX: a component or a service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reports.cyclonedx.texts import Json, address, full, prop, version
from reports.writing import redact, without_secrets
from scanner.bom.bill import Bill, system_ref
from scanner.bom.items import Item, Role
from scanner.bom.kept_items import Entry
from scanner.bom.minimum_elements import is_provider, sensitivities
from scanner.systems.manifest import System, Threshold

#: What CycloneDX calls the items that are no services.
TYPES: Mapping[Role, str] = {
    "model": "machine-learning-model",
    "job": "application",
    "platform": "platform",
    "configuration": "data",
    "store": "data",
    "dataset": "data",
    "artifact": "file",
    "code": "data",
    "image": "container",
}
#: What it calls data.
_DATA: Mapping[Role, str] = {
    "configuration": "configuration",
    "store": "other",
    "dataset": "dataset",
    "code": "source-code",
}


def component(bill: Bill, entry: Entry) -> Json:
    """An item that is no service."""
    item = entry.item
    return full(
        type=TYPES[item.role],
        bom_ref=item.ref,
        supplier={"name": item.producer} if item.producer else None,
        name=item.name or item.ref,
        version=version(item.version),
        description=item.title,
        purl=item.purl,
        externalReferences=list(_references(item)),
        modelCard=_model_card(bill, entry) if item.role == "model" else None,
        data=_data(bill, entry),
        properties=list(_properties(entry)),
    )


def service(bill: Bill, entry: Entry) -> Json:
    """An item that serves. That requests come in and answers go out is what it is for; how sensitive is declared."""
    item = entry.item
    sensitive = ", ".join(sensitivities(bill, entry))
    return full(
        bom_ref=item.ref,
        provider={"name": item.producer} if item.producer else None,
        name=item.name or item.ref,
        version=version(item.version),
        description=item.title,
        data=[{"flow": "bi-directional", "classification": sensitive}] if sensitive else None,
        externalReferences=list(_references(item)),
        properties=[*_properties(entry), *([prop("declared:classification", sensitive)] if sensitive else [])],
    )


def _references(item: Item) -> Iterator[Json]:
    """Where an item is to be found."""
    url = address(item.url)
    if not url or item.role == "image":  # whose address is its name
        return
    if item.basis == "observed":
        yield {"type": "other", "url": url, "comment": "console of the provider"}
    else:
        yield {"type": "distribution", "url": url}


def _data(bill: Bill, entry: Entry) -> list[Json] | None:
    """What data an item is."""
    item = entry.item
    if item.role not in _DATA:
        return None
    url = address(item.url) if item.basis == "unresolved" else ""
    classification = ", ".join(sensitivities(bill, entry)) if item.role == "dataset" else ""
    return [
        full(
            type=_DATA[item.role],
            name=item.name or item.ref,
            contents={"url": url} if url else None,
            classification=classification,
        )
    ]


def _model_card(bill: Bill, entry: Entry) -> Json | None:
    """What was observed of how a model was trained, and what is declared of the systems that have it."""
    datasets = [{"ref": ref} for ref in bill.items.trained_on(entry.item.ref, bill.name)]
    systems = [system for system in bill.systems if system.id in entry.systems]
    considerations = full(
        users=[system.purpose.users for system in systems if system.purpose.users],
        useCases=[system.purpose.intended for system in systems],
    )
    marks = [prop("declared:considerations", f"of the system {system.id}, not of the model") for system in systems]
    if datasets:
        marks.append(prop("inferred:datasets", "what the jobs read that wrote where its artifact is"))
    made = full(
        modelParameters={"datasets": datasets} if datasets else None,
        considerations=considerations,
        properties=marks,
    )
    return without_secrets(made) or None


def _properties(entry: Entry) -> Iterator[Json]:
    """How an item is known, where it is, which systems have it, what was observed of it, and what it depends on."""
    item = entry.item
    yield prop("basis", item.basis)
    yield prop("role", item.role)
    if item.kind:
        yield prop("kind", item.kind)
    if item.scope:
        yield prop("provider", item.scope.provider)
        yield prop("account", item.scope.account)
        yield prop("region", item.scope.region)
    if item.created:
        yield prop("created", item.created)
    yield from (prop("system", system) for system in entry.systems)
    yield from (prop(f"{fact.group}:{fact.member}", fact.value) for fact in item.facts)
    yield from (prop(_of_link(f"dependency:{link.basis}", link.member), link.target) for link in entry.links)
    yield from (prop(_of_link("outside", link.member), link.target) for link in entry.outside)


def _of_link(word: str, member: str) -> str:
    return f"{word}:{member}" if member else word


def system_component(bill: Bill, system: System) -> Json:
    """A declared system. All of it is declared, but for what its selectors select."""
    organisation = bill.manifest.organisation.name if bill.manifest else ""
    makes = bill.manifest is not None and is_provider(bill.manifest, system)
    selected = bill.items.links(system_ref(system.id), bill.name)
    return full(
        type="application",
        bom_ref=system_ref(system.id),
        manufacturer={"name": organisation} if makes else None,
        name=system.name,
        description=system.purpose.intended,
        externalReferences=list(_documents(system)),
        properties=[
            prop("basis", "declared"),
            prop("role", "system"),
            *(prop(f"declared:{name}", text) for name, text in _declared(system)),
            *(prop("dependency:declared", ref) for ref in selected),
        ],
    )


def _documents(system: System) -> Iterator[Json]:
    """The documents that people declare. Nobody opened one."""
    for document in system.documents:
        url = address(redact(document.uri))  # escaped, a credential would not look like one
        hashes = [{"alg": "SHA-256", "content": document.sha256}] if document.sha256 != "..." else None
        comment = f"declared: {document.title}, for {', '.join(document.fills)}"
        if url:
            yield full(type="documentation", url=url, comment=comment, hashes=hashes)


def _declared(system: System) -> Iterator[tuple[str, str]]:
    """What people declared of a system, by names."""
    purpose, classification = system.purpose, system.classification
    single: tuple[tuple[str, Any], ...] = (
        ("id", system.id),
        ("status", system.status),
        ("stage", system.stage),
        ("owner", system.owner.team),
        ("contact", system.owner.contact),
        ("users", purpose.users),
        ("affected-persons", purpose.affected_persons),
        ("decision-effect", purpose.decision_effect),
        ("eu-ai-act-tier", classification.eu_ai_act.tier),
        ("data-sensitivity", classification.data_sensitivity),
    )
    yield from ((name, text) for name, text in single if text)
    several: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("role", classification.roles),
        ("excluded-use", purpose.excluded_uses),
        ("framework", system.frameworks),
        ("monitoring", system.expectations.monitoring),
        ("threshold", tuple(map(_threshold, system.expectations.thresholds))),
    )
    yield from ((name, text) for name, texts in several for text in texts)


def _threshold(threshold: Threshold) -> str:
    """What a metric has to reach, in one line. It is what is asked for, not what was measured."""
    bounds = [(">=", threshold.at_least), ("<=", threshold.at_most), ("gap <=", threshold.largest_gap)]
    said = [f"{sign} {bound:g}" for sign, bound in bounds if bound is not None]
    group = f"={threshold.group}" if threshold.group else ""
    return " ".join([threshold.metric, *said, *([f"for {threshold.facet}{group}"] if threshold.facet else [])])
