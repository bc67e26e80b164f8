"""The assessment plan of OSCAL: what was looked at, by which tool, in whose name. A scan has no other plan."""

from __future__ import annotations

from reports.oscal.documents import Json, back_matter, digest, file, full, metadata, prop, prose, resource, title, uid
from reports.oscal.reviewed import Reviewed
from scanner.evidence.dossier_types import Cover, Dossier, Reader

_NO_SSP = (
    "No system security plan exists: the subject of the assessment is what the manifest of AI systems declares, and "
    "what the scan found of it."
)
_ACTIVITIES = {
    "TEST": "The configuration of each resource of the system is read through read-only APIs, and checks judge it.",
    "EXAMINE": "What people declare in the manifest is listed with who declares it. The documents are not read.",
}
_STATES = {"development": "under-development", "production": "operational", "retired": "disposition"}


def plan_of(framework: str) -> str:
    """The file of the plan for a framework."""
    return f"assessment-plan-{framework}.json"


def tool_uuid(cover: Cover) -> str:
    """The component that is this tool."""
    return uid("tool", cover.tool)


def by_tool(cover: Cover) -> Json:
    """The origin of what this tool says."""
    return {"actors": [{"type": "tool", "actor-uuid": tool_uuid(cover)}]}


def system_uuid(cover: Cover) -> str:
    """The component that is the system as declared."""
    return uid("system", cover.organisation, cover.system)


def parties(cover: Cover) -> Json:
    """Of the metadata: for whom the document is."""
    id = uid("organisation", cover.organisation)
    return {
        "roles": [{"id": "prepared-for", "title": "Prepared for"}],
        "parties": [full(uuid=id, type="organization", name=title(cover.organisation))],
        "responsible_parties": [{"role-id": "prepared-for", "party-uuids": [id]}],
    }


def assessment_plan(reviewed: Reviewed) -> tuple[str, bytes]:
    """The plan for one framework, written with its results: what could be looked at is known only then."""
    dossier, framework = reviewed.dossier, reviewed.framework
    cover = dossier.cover
    ssp = resource(uid("no-ssp", cover.system), "No system security plan exists", _NO_SSP, text=_NO_SSP)
    body = full(
        metadata=metadata(f"{cover.name}: read-only scan for {framework.name}", cover, cover.tool, **parties(cover)),
        import_ssp={"href": f"#{ssp['uuid']}", "remarks": _NO_SSP},
        local_definitions={"components": [_system(dossier)], "activities": [*_activities()]},
        reviewed_controls=reviewed.selection(
            "The controls on which there are results; the scan chose none beforehand."
        ),
        assessment_subjects=[
            {
                "type": "component",
                "include-subjects": [{"subject-uuid": system_uuid(cover), "type": "component"}],
            }
        ],
        assessment_assets=_assets(cover),
        back_matter=back_matter([ssp]),
    )
    return file(plan_of(framework.id), "assessment-plan", body)


def _system(dossier: Dossier) -> Json:
    cover = dossier.cover
    return {
        "uuid": system_uuid(cover),
        "type": "this-system",
        "title": title(cover.name),
        "description": "Declared: " + prose(dossier.declared.purpose.intended),
        "props": [
            prop("system", cover.system),
            prop("manifest", cover.manifest),
            digest(cover.manifest_sha256),
            *(prop("selector", each) for each in cover.selectors),
            *(prop("scope", f"{one.provider} {one.account} {one.region}") for one in cover.scopes),
        ],
        "status": {"state": _STATES[dossier.declared.status], "remarks": "As declared."},
    }


def _activities() -> list[Json]:
    return [
        {
            "uuid": uid("activity", method),
            "title": method.capitalize(),
            "description": text,
            "props": [prop("method", method, ns="")],
        }
        for method, text in _ACTIVITIES.items()
    ]


def _assets(cover: Cover) -> Json:
    name, _, version = cover.tool.partition(" ")
    tool = {
        "uuid": tool_uuid(cover),
        "type": "software",
        "title": title(name),
        "description": "Reads cloud accounts through read-only APIs and judges what it saw.",
        "props": [prop("version", version, ns="")],
        "status": {"state": "operational"},
    }
    platform = full(
        uuid=uid("platform", cover.system, cover.tool),
        title="The scan, with its credentials",
        props=[_reader(one) for one in cover.readers],
        uses_components=[{"component-uuid": tool["uuid"]}],
    )
    return {"components": [tool], "assessment-platforms": [platform]}


def _reader(one: Reader) -> Json:
    answered, refused = (", ".join(names) or "none" for names in (one.answered, one.refused))
    rights = f"In {one.provider} {one.account}. Calls answered: {answered}. Calls refused: {refused}."
    return prop("principal", one.name or "not known", rights, of=one.provider)
