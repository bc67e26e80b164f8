"""What takes effect on a bucket besides its own settings: policies above it, folders inside it, whose project it is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from msgspec import UNSET, UnsetType

from checks.gcp.ancestry import ANCESTRY, ancestry, lineage
from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.iam.resources import Binding
from checks.gcp.org_policies import enforced
from checks.gcp.storage.public import EVERYONE
from checks.gcp.storage.resources import FOLDER_POLICY, FOLDERS
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reply

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

_CONSTRAINT = "storage.publicAccessPrevention"
#: Policies of more managed folders than this are not read: it is not known then who is let into them.
MOST_FOLDERS = 100


def public_access_prevented(api: GcpApi, project: str, said: dict[str, Reply]) -> bool | UnsetType:
    """Whether the effective organisation policy of a project prevents public access; UNSET and a gap if not known.

    What Google said is added to `said`, here and below.
    """
    return enforced(api, project, _CONSTRAINT, said)


class Folders(NamedTuple):
    """The policies of managed folders by name; `UNSET`, and a gap, if they are not known."""

    policies: Mapping[str, Mapping[str, Any]] | UnsetType

    def open_to_everyone(self) -> tuple[str, ...] | UnsetType:
        """`folder: role: member` for each grant to everyone."""
        if isinstance(self.policies, UnsetType):
            return UNSET
        bindings = ((name, each) for name, policy in self.policies.items() for each in _objects(policy.get("bindings")))
        found = ((name, each.get("role"), who) for name, each in bindings for who in each.get("members") or ())
        return tuple(sorted(f"{name}: {role}: {who}" for name, role, who in found if who in EVERYONE))

    def bindings(self) -> tuple[Binding, ...] | UnsetType:
        """Who has which role on one of the folders, whichever it is."""
        if isinstance(self.policies, UnsetType):
            return UNSET
        members: dict[str, set[str]] = {}
        for each in (each for policy in self.policies.values() for each in _objects(policy.get("bindings"))):
            members.setdefault(str(each.get("role")), set()).update(map(str, each.get("members") or ()))
        return tuple(Binding(role=role, members=tuple(sorted(who))) for role, who in sorted(members.items()))


def folders(api: GcpApi, bucket: str, said: dict[str, Reply]) -> Folders:
    """The managed folders of a bucket, with their policies."""
    try:
        found: list[Mapping[str, Any]] = []
        for item in api.walk(FOLDERS, f"{bucket}/managedFolders", "items", pageSize=1000):
            found.append(item)
            if len(found) > MOST_FOLDERS:
                return Folders(UNSET)
    except CallFailed as failure:
        if failure.code == NOT_FOUND:
            said[FOLDERS] = None
            return Folders({})
        api.gap(FOLDERS, failure)
        return Folders(UNSET)
    said[FOLDERS] = {"items": found}
    policies: dict[str, Mapping[str, Any]] = {}
    for name in (str(folder["name"]) for folder in found):
        path = f"{bucket}/managedFolders/{quote(name, safe='')}/iam"
        policy = api.call(FOLDER_POLICY, path, absent=(NOT_FOUND,), optionsRequestedPolicyVersion=3)
        if isinstance(policy, UnsetType):
            return Folders(UNSET)
        policies[name] = policy or {}
    if policies:
        said[FOLDER_POLICY] = policies
    return Folders(policies)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def shares_parent(api: GcpApi, number: str | None) -> bool:
    """Whether a project was seen to be below a folder or organisation that this unit's project is below as well."""
    if number is None:
        return False
    shared = _lineage(api, api.project) & _lineage(api, number)
    return any(not name.startswith("projects/") for name in shared)


def owners(api: GcpApi, number: str | None, said: dict[str, Reply]) -> tuple[str, ...]:
    """The project of a bucket by its number and id, and the organisation above it, as far as that may be read."""
    if number is None:
        return ()
    with suppress(CallFailed):
        said[ANCESTRY] = ancestry(api, number)
    above = {name for name in _lineage(api, number) if not name.startswith("folders/")}
    return tuple(sorted(above | {f"projects/{number}"}))


def _lineage(api: GcpApi, project: str) -> frozenset[str]:
    """A project, the folders above it and its organisation; nothing where that may not be read."""
    try:
        return frozenset(lineage(api, project))
    except CallFailed:
        return frozenset()
