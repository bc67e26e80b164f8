"""The bucket collector: it reads the buckets that ML resources refer to, and finds out whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.gcp.error_kinds import FORBIDDEN, NOT_FOUND
from checks.gcp.names import STORAGE, bucket_id, bucket_of
from checks.gcp.notebooks.resources import Instance
from checks.gcp.org_policies import ORG_POLICIES
from checks.gcp.storage.effective import folders, owners, public_access_prevented, shares_parent
from checks.gcp.storage.resources import BUCKET, FOLDER_POLICY, FOLDERS, LIST, POLICY, Bucket
from checks.gcp.vertex_ai.containers import job_buckets
from checks.gcp.vertex_ai.resources import CustomJob, Model
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reply

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

_PROJECT = "resourcemanager.projects.get"
#: More buckets than this are looked up in the list of the project's, whose items are what `get` gives.
FEW = 10

#: What a bucket said of itself, or why it did not.
_Detail = Mapping[str, Any] | CallFailed


_OPERATIONS = (BUCKET, LIST, POLICY, FOLDERS, FOLDER_POLICY, ORG_POLICIES, _PROJECT)


@collector(Bucket, operations=_OPERATIONS, per="account", follows=(Model, CustomJob, Instance))
def buckets(api: GcpApi, found: Found) -> Iterator[Bucket]:
    names = sorted(_names(found))
    known = _listed_here(api, set(names)) if len(names) > FEW else {}
    details = dict(zip(names, api.each(lambda name: known.get(name) or _detail(api, name), names), strict=True))
    known_owners = _Owners(api, details)
    of_models = _of_models(found)

    def made(name: str) -> Bucket:
        source = LIST if name in known else BUCKET
        return _bucket(api, known_owners, name, details[name], source, of_model=name in of_models)

    yield from api.each(made, names)


def _names(found: Found) -> set[str]:
    """All buckets that models, jobs and instances name."""
    named: set[str | None] = {*_of_models(found)}
    for job in found.of(CustomJob):
        named.update(job_buckets(job))
    for instance in found.of(Instance):
        named.update(map(bucket_of, (*(instance.scripts or ()), *(instance.project_scripts or ()))))
        named.update(instance.script_buckets or ())
    return {name for name in named if name}


def _of_models(found: Found) -> set[str]:
    """Those that models name."""
    named = (
        name for model in found.of(Model) for name in (bucket_of(model.artifact_uri), *(model.container_buckets or ()))
    )
    return {name for name in named if name}


def _detail(api: GcpApi, name: str) -> _Detail:
    try:
        return api.fetch(BUCKET, _path(name))
    except CallFailed as failure:
        return failure


def _path(name: str) -> str:
    return f"{STORAGE}/storage/v1/b/{name}"


def _bucket(api: GcpApi, known_owners: _Owners, name: str, detail: _Detail, source: str, *, of_model: bool) -> Bucket:
    """A bucket, from what the operation `source` said of it; `of_model` says whether a model names it."""
    reply: Reply = UNSET
    said: dict[str, Reply] = {}
    owner = known_owners.of(name, detail)
    facts: dict[str, Any] = {}
    if not isinstance(detail, CallFailed):
        reply, facts = detail, {"exists": True, "project": owner}
    elif detail.code == NOT_FOUND:
        reply, facts = None, {"exists": False, "project": None}
    else:
        # A bucket that is not ours and may not be read: that is an observation, and no permission would add to it.
        if owner is not None or detail.code != FORBIDDEN:
            api.gap(BUCKET, detail)
        if owner is not UNSET:
            facts = {"exists": True, "project": owner}
            said[source] = {"refused": detail.code}
    project = facts.get("project") or None
    policy: Reply = UNSET
    if project:
        policy = api.call(POLICY, f"{_path(name)}/iam", absent=(NOT_FOUND,), optionsRequestedPolicyVersion=3)
        if policy is None:  # deleted since its metadata were read
            api.gone()
            reply, facts = None, {"exists": False, "project": None}
        elif isinstance(reply, Mapping):
            facts |= _effective(api, project, name, reply, said, of_model=of_model)
    elif facts.get("exists") and facts.get("project", UNSET) is None:
        facts["shares_parent"] = shares_parent(api, _number(detail))
        facts["owners"] = owners(api, _number(detail), said)
    return api.decode(
        Bucket,
        {BUCKET: reply, POLICY: policy},
        {source: reply, POLICY: policy} | said,
        id=bucket_id(name),
        name=name,
        console_url=f"https://console.cloud.google.com/storage/browser/{name}?project={project or api.project}",
        **facts,
    )


def _effective(
    api: GcpApi, project: str, name: str, bucket: Mapping[str, Any], said: dict[str, Reply], *, of_model: bool
) -> dict[str, Any]:
    """What decides, beside the policy of a bucket that inherits it, who may use it."""
    settings = bucket.get("iamConfiguration")
    settings = settings if isinstance(settings, Mapping) else {}
    facts: dict[str, Any] = {}
    if settings.get("publicAccessPrevention") != "enforced":
        facts["prevented_by_policy"] = public_access_prevented(api, project, said)
        facts["open_folders"] = ()
    uniform = settings.get("uniformBucketLevelAccess")
    if not (isinstance(uniform, Mapping) and uniform.get("enabled")):
        return {**facts, "folder_bindings": ()}  # without uniform access there are no such folders
    may_be_open = "open_folders" in facts and facts["prevented_by_policy"] is not True
    if may_be_open or of_model:
        found = folders(api, _path(name), said)
        facts |= {"open_folders": found.open_to_everyone()} if may_be_open else {}
        facts["folder_bindings"] = found.bindings()
    return facts


def _list(api: GcpApi, project: str) -> Iterator[Mapping[str, Any]]:
    return api.walk(LIST, f"{STORAGE}/storage/v1/b", "items", project=project, maxResults=1000)


def _listed_here(api: GcpApi, names: set[str]) -> dict[str, Mapping[str, Any]]:
    """Those of the buckets that the project lists as its own; none where it cannot: then each is asked for."""
    try:
        return {str(item["name"]): item for item in _list(api, api.project) if item["name"] in names}
    except CallFailed:
        return {}


class _Owners:
    """Whose each bucket is: by the project number in its metadata, else by the listings of the scanned projects.

    Numbers and listings of other projects are asked for only where some bucket is not plainly this project's own.
    """

    def __init__(self, api: GcpApi, details: Mapping[str, _Detail]) -> None:
        self._api = api
        #: id of every project whose number is known; under None one whose number is not
        self._numbers: dict[str | None, str] = {}
        self._names: dict[str, str] = {}
        self._listed = True
        found = [detail for detail in details.values() if not _is_missing(detail)]
        if found:
            self._learn_numbers([api.project])
        if not {_number(detail) for detail in found} <= {None, *self._numbers}:
            self._learn_numbers([project for project in api.projects if project != api.project])
        if not all(self._is_plain(_number(detail)) for detail in found):
            self._learn_names()

    def of(self, name: str, detail: _Detail) -> Any:
        """Id of the owner; None if it is no project of this scan; UNSET if that cannot be told."""
        number = _number(detail)
        if number in self._numbers and number is not None:
            return self._numbers[number]
        if name in self._names:
            return self._names[name]
        # Only a bucket that exists can be another's.
        denied = isinstance(detail, CallFailed) and detail.code == FORBIDDEN
        strange = self._is_plain(number) or (denied and self._listed)
        return None if strange and self._api.every_project else UNSET

    def _is_plain(self, number: str | None) -> bool:
        """Whether a number alone tells whose the bucket is."""
        return number is not None and (number in self._numbers or None not in self._numbers)

    def _learn_numbers(self, projects: list[str]) -> None:
        numbers = self._api.each(lambda project: self._api.number(_PROJECT, project), projects)
        self._numbers |= dict(zip(numbers, projects, strict=True))

    def _learn_names(self) -> None:
        def names(project: str) -> frozenset[str]:
            return self._api.once(
                f"{LIST} {project}", lambda: frozenset(item["name"] for item in _list(self._api, project))
            )

        def listing(project: str) -> frozenset[str] | None:
            try:
                return names(project)
            except CallFailed as failure:
                self._api.gap(LIST, failure)
                return None

        for project, found in zip(self._api.projects, self._api.each(listing, self._api.projects), strict=True):
            self._listed = self._listed and found is not None
            self._names |= dict.fromkeys(found or (), project)


def _is_missing(detail: _Detail) -> bool:
    return isinstance(detail, CallFailed) and detail.code == NOT_FOUND


def _number(detail: _Detail) -> str | None:
    number = None if isinstance(detail, CallFailed) else detail.get("projectNumber")
    return number if isinstance(number, str) else None
