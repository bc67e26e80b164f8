"""The assessment results of OSCAL: what was observed and declared, what speaks against objectives, and how far it goes.

A finding, satisfied or not, stands only for a row that checks decide alone. Of all other controls there are
observations and risks: what they come to is for people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reports.oscal.catalogs import OBJECTIVES, catalog_of, statement
from reports.oscal.declared import declared
from reports.oscal.documents import (
    Json,
    at,
    back_matter,
    digest,
    file,
    full,
    link,
    metadata,
    prop,
    prose,
    resource,
    title,
    uid,
)
from reports.oscal.plan import by_tool, parties, plan_of
from reports.oscal.reviewed import Reviewed
from reports.oscal.risks import risks
from scanner.evidence.dossier_types import ControlPage, Dossier, Observation, Origin
from scanner.evidence.sentences import tally
from scanner.model.claims import STATEMENT, Word

_STATES = {Word.PASS: ("satisfied", "pass"), Word.FAIL: ("not-satisfied", "fail")}


def results_of(framework: str) -> str:
    """The file of the results for a framework."""
    return f"assessment-results-{framework}.json"


def assessment_results(reviewed: Reviewed) -> tuple[str, bytes]:
    """The results for one framework."""
    cover, framework = reviewed.dossier.cover, reviewed.framework
    said = declared(reviewed)
    prepared = parties(cover)
    name = f"{cover.name}: evidence on {framework.name}"
    return file(
        results_of(framework.id),
        "assessment-results",
        full(
            metadata=metadata(name, cover, cover.tool, **{**prepared, "parties": prepared["parties"] + said.parties}),
            import_ap={"href": plan_of(framework.id)},
            results=[_result(reviewed, said.observations)],
            back_matter=back_matter([*_replies(reviewed), *_inventories(reviewed.dossier), *said.resources]),
        ),
    )


def _result(reviewed: Reviewed, declarations: list[Json]) -> Json:
    cover = reviewed.dossier.cover
    decided = [page for page in reviewed.controls if _is_decided(page)]
    others = [page for page in reviewed.controls if not _is_decided(page)]
    items = _items(reviewed.dossier)
    return full(
        uuid=reviewed.uid("result"),
        title=f"Scan of {at(cover.taken_at)}",
        description=prose(reviewed.part.what),
        start=cover.first,
        end=cover.last,
        props=[*_coverage(reviewed)],
        links=[link(f"#{one['uuid']}", "inventory") for one in _inventories(reviewed.dossier)],
        local_definitions={"inventory-items": items} if items else None,
        reviewed_controls=reviewed.selection("The controls on which there is at least one result."),
        observations=[*(_observation(reviewed, one) for one in reviewed.observations), *declarations],
        risks=list(risks(reviewed, others)),
        findings=[_finding(reviewed, page) for page in decided],
        remarks=_remarks(reviewed),
    )


def _is_decided(page: ControlPage) -> bool:
    """Whether checks decide a control alone, and did."""
    return page.state.assessable == "automated" and page.state.word in _STATES


def _coverage(reviewed: Reviewed) -> Iterator[Json]:
    """How much was assessed, what was not, and why. OSCAL has no state for it."""
    state = reviewed.part.state
    yield prop("controls", len(reviewed.pages))
    yield prop("controls-applicable", state.applicable)
    yield prop("controls-reviewed", len(reviewed.controls))
    yield prop("controls-for-people-alone", state.manual)
    yield prop("coverage-percent", state.score.coverage)
    yield prop("posture-percent", state.score.posture if state.score.posture is not None else "not known")
    yield prop("posture-percent-lower", state.score.lower)
    yield prop("posture-percent-upper", state.score.upper)
    for page in reviewed.unreviewed:
        yield prop("not-reviewed", reviewed.control(page), page.state.why, of=page.state.word)
    for page in reviewed.controls:
        if page.state.readiness:
            since = f"It applies from {page.state.applies_from}" if page.state.applies_from else "It does not apply yet"
            yield prop("readiness", reviewed.control(page), f"{since}: what speaks against it is no breach.")
    for page in reviewed.pages:
        yield from (prop("contradiction", reviewed.control(page), text) for text in page.contradictions)
    for objective, claim in reviewed.claims.items():
        if claim.unknown:
            yield prop("unknown", objective, f"{tally(claim)}. {claim.why}")
    for gap in reviewed.dossier.cover.not_seen:
        where = f"{gap.scope.provider} {gap.scope.account} {gap.scope.region}"
        closes = f"{gap.permission} would show it. " if gap.permission else ""
        yield prop("not-seen", f"{gap.operation} in {where}", f"{gap.reason}. {closes}{gap.detail}", of=gap.kind)


def _remarks(reviewed: Reviewed) -> str:
    words = Counter(page.state.word for page in reviewed.pages)
    counted = ", ".join(f"{count} {word}" for word, count in sorted(words.items()))
    cover = reviewed.dossier.cover
    blind = "".join([*(f" {prose(why)}." for why in cover.blind), *(f" {prose(limit)}" for limit in cover.limits[1:])])
    hidden = " What may belong to it and was not found is in none of these numbers." if cover.blind else ""
    return (
        f"{STATEMENT}\n\nCoverage: there is a result on {len(reviewed.controls)} of {len(reviewed.pages)} controls "
        f"({counted}). The properties name the others, each with why, and what could not be read.{blind}{hidden}"
    )


def _items(dossier: Dossier) -> list[Json]:
    """The resources of the system, and those that observations are about."""
    shared = {(one.kind, one.id): one.shared_with for one in dossier.resources}
    found = {(one.kind, one.id): (one.name, one.scope) for one in dossier.resources}
    found |= {(one.kind, one.resource): (one.name, one.scope) for one in dossier.observations}
    return [
        {
            "uuid": _item_uuid(kind, id),
            "description": prose(f"{kind} {name}"),
            "props": [
                prop("asset-id", id, ns=""),
                prop("kind", kind),
                prop("scope", f"{scope.provider} {scope.account} {scope.region}"),
                *(prop("shared-with", system) for system in shared.get((kind, id), ())),
            ],
        }
        for (kind, id), (name, scope) in sorted(found.items())
    ]


def _item_uuid(kind: str, id: str) -> str:
    return uid("resource", kind, id)


def _observation(reviewed: Reviewed, one: Observation) -> Json:
    return full(
        uuid=reviewed.uid("observation", one.claim),
        title=title(one.title),
        description=prose(f"Evidence {one.bears} the objective: {one.message}"),
        props=[
            prop("claim", one.claim),
            prop("check", one.check, of=one.severity),
            prop("bears", one.bears),
            *(prop("evidence", value, of=name) for name, value in one.evidence.items()),
            *(prop("path", each) for each in one.path),
            *([prop("excepted", one.excepted)] if one.excepted else []),
            *([prop("suppressed", one.suppressed)] if one.suppressed else []),
        ],
        links=[link(f"{OBJECTIVES}#{statement(one.objective)}", "objective")],
        methods=["TEST"],
        types=["control-objective"],
        origins=[by_tool(reviewed.dossier.cover)],
        subjects=[{"subject-uuid": _item_uuid(one.kind, one.resource), "type": "inventory-item"}],
        relevant_evidence=[_evidence(each) for each in one.origins],
        collected=max((each.at for each in one.origins), default=at(reviewed.dossier.cover.taken_at)),
    )


def _evidence(one: Origin) -> Json:
    return {
        "href": f"#{_reply_uuid(one)}",
        "description": f"What {prose(one.operation)} answered about the resource, read {one.at}.",
        "props": [digest(one.sha256)],
    }


def _reply_uuid(one: Origin) -> str:
    return uid("reply", one.operation, one.sha256)


def _replies(reviewed: Reviewed) -> Iterator[Json]:
    """Of what the provider said, the digests."""
    found = {_reply_uuid(origin): origin for one in reviewed.observations for origin in one.origins}
    for id, origin in found.items():
        held = "holds it" if origin.kept else "holds its digest, and not the item itself"
        description = f"An item of the provider's, without secrets. The saved inventory {held}."
        yield resource(id, origin.operation, description, sha256=origin.sha256)


def _inventories(dossier: Dossier) -> list[Json]:
    return [
        resource(uid("inventory", each), "Saved inventory", "What the scan observed, as a file.", sha256=each)
        for each in dossier.cover.inventories
    ]


def _finding(reviewed: Reviewed, page: ControlPage) -> Json:
    own = reviewed.observed(page)
    against = sum(one.bears == "against" for one in own)
    state, reason = _STATES[page.state.word]
    return full(
        uuid=reviewed.uid("finding", page.state.id),
        title=title(page.state.title),
        description=f"{len(own) - against} verdicts for and {against} against; all that it is about was judged.",
        links=[link(f"{catalog_of(reviewed.framework.id)}#{statement(reviewed.control(page))}", "target")],
        origins=[by_tool(reviewed.dossier.cover)],
        target={
            "type": "statement-id",
            "target-id": statement(reviewed.control(page)),
            "status": {"state": state, "reason": reason},
        },
        related_observations=[{"observation-uuid": reviewed.uid("observation", one.claim)} for one in own],
    )
