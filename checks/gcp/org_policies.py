"""Boolean constraints of organisation policies, as they take effect in a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.gcp.error_kinds import DISABLED
from checks.gcp.names import ORG_POLICY, PROJECTS
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reply

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

#: The permission that reads them.
ORG_POLICIES = "orgpolicy.policy.get"


def enforced(api: GcpApi, project: str, constraint: str, said: dict[str, Reply]) -> bool | UnsetType:
    """Whether a constraint is enforced in a project, asked once in a scan; UNSET and a gap if that is not known.

    What Google said is added to `said`.
    """

    def ask() -> tuple[bool | UnsetType, Reply]:
        try:
            return _enforced(api, project, constraint)
        except CallFailed as failure:
            api.gap(ORG_POLICIES, failure)
            return UNSET, UNSET

    found, said[ORG_POLICIES] = api.once(f"{constraint} {project}", ask)
    return found


def _enforced(api: GcpApi, project: str, constraint: str) -> tuple[bool | UnsetType, Reply]:
    path = f"{ORG_POLICY}/v2/projects/{project}/policies/{constraint}:getEffectivePolicy"
    try:
        reply = api.fetch(ORG_POLICIES, path)
    except CallFailed as failure:
        if failure.code != DISABLED:
            raise
        # Few projects have that API; Resource Manager, which is asked in any case, tells it as well.
        body = {"constraint": f"constraints/{constraint}"}
        older = api.fetch(ORG_POLICIES, f"{PROJECTS}/v1/projects/{project}:getEffectiveOrgPolicy", body=body)
        policy = older.get("booleanPolicy")
        return isinstance(policy, Mapping) and policy.get("enforced") is True, older
    spec = reply.get("spec")
    rules = _objects(spec.get("rules") if isinstance(spec, Mapping) else None)
    always = any(rule.get("enforce") is True for rule in rules if not rule.get("condition"))
    # A rule with a condition counts for resources with some tag, which nobody asks about here.
    depends = any((rule.get("enforce") is True) != always for rule in rules if rule.get("condition"))
    return UNSET if depends else always, reply


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
