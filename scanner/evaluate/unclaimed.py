"""AI that no declared system claims. What is claimed is no pass: that rests on a declaration, and on no platform."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from msgspec import structs

from scanner.evaluate.judge import Judgement
from scanner.model.checks import Check
from scanner.model.nouns import Exposure, Resource, Severity, Verdict, failed, not_applicable, unknown
from scanner.store.inventory import Inventory
from scanner.systems.ownership import Hidden, Ownership

#: Resources that are read at once.
_AT_ONCE = 200


def ai_resource_without_system(_: Resource) -> Verdict:
    """AI resource belongs to no declared AI system.

    ## Why it matters
    Nobody is named who answers for it: its purpose, its tier under the EU AI Act, and what it may be used for are
    decided by nobody. Duties that bind the organisation are missed where it does not know what it runs. An inventory
    of AI systems is what GOVERN 1.6 of the NIST AI RMF and Annex A.4 of ISO/IEC 42001 begin with.

    ## How to fix
    Add it to the system that it belongs to in ai-systems.yaml, by a selector that names it, or declare a new system.
    `mlposture systems init --inventory inventory.json` drafts an entry for each endpoint. Where it is no part of any,
    exclude it with a reason. What is not needed, delete.

    ## References
    - https://airc.nist.gov/airmf-resources/playbook/govern/
    - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
    """
    return failed("no AI system of the manifest claims it")


#: About resources of any kind, and only where there is a manifest: so it is registered with no cloud.
UNCLAIMED = Check(
    ai_resource_without_system,
    id="MLP-5001",
    severity=Severity.LOW,
    objective="ai-inventory",
    since="0.1.0",
    needs=(),
    exposure=Exposure.INTERNAL,
    blind_to=(),
)


def unclaimed(inventory: Inventory, owners: Ownership) -> Iterator[Judgement]:
    """A verdict on each resource of ML that no system claims or excludes, and that no other such one leads to."""
    hidden = owners.hidden(inventory)
    for kind, heads in groupby(owners.heads.items(), key=lambda head: head[0].kind):
        while some := dict(islice(heads, _AT_ONCE)):
            found = inventory.find_all(owners.kinds[kind], [key.id for key in some])
            for key, leads_to in some.items():
                yield Judgement(UNCLAIMED, found[key.id], _verdict(found[key.id], leads_to, hidden))


def _verdict(resource: Resource, leads_to: int, hidden: Hidden) -> Verdict:
    if hidden.leads_to(resource):
        return unknown("all that may lead from a system to it")
    verdict = UNCLAIMED(resource)
    more = f", nor the {leads_to} that it leads to" if leads_to else ""
    return structs.replace(verdict, message=verdict.message + more, evidence={"leads_to": leads_to})


def of_manifest(judgements: Iterable[Judgement], owners: Ownership | None) -> Iterator[Judgement]:
    """The judgements; what a scan looked up for another manifest than that of these owners is not judged."""
    for one in judgements:
        if owners is not None and owners.is_of_another(one.resource):
            yield structs.replace(one, verdict=not_applicable("no AI system of this manifest names it"))
        else:
            yield one
