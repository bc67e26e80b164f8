"""The bucket collector: it reads the buckets that ML resources refer to, and finds out whose they are."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.gcp.errors import FORBIDDEN, NOT_FOUND
from checks.gcp.names import STORAGE, bucket_id, bucket_of
from checks.gcp.notebooks.resources import Instance
from checks.gcp.storage.resources import BUCKET, LIST, POLICY, Bucket
from checks.gcp.vertex_ai.resources import CustomJob, Model
from scanner.collector import Found, collector
from scanner.errors import CallFailed
from scanner.model import Reply

if TYPE_CHECKING:
    from checks.gcp.api import GcpApi

_PROJECT = "resourcemanager.projects.get"


@collector(Bucket, operations=(BUCKET, LIST, POLICY, _PROJECT), per="account", follows=(Model, CustomJob, Instance))
def buckets(api: GcpApi, found: Found) -> Iterator[Bucket]:
    owners = _Owners(api)
    names = {name for uri in _addresses(found) if (name := bucket_of(uri))}
    yield from api.each(lambda name: _bucket(api, owners, name), sorted(names))


def _addresses(found: Found) -> Iterator[str | None]:
    for model in found.of(Model):
        yield model.artifact_uri or None
    for job in found.of(CustomJob):
        yield job.output_uri or None
        for pool in job.worker_pools or ():
            if pool.python_package_spec:
                yield from pool.python_package_spec.package_uris or ()
    for instance in found.of(Instance):
        yield from instance.scripts or ()


def _bucket(api: GcpApi, owners: _Owners, name: str) -> Bucket:
    path = f"{STORAGE}/storage/v1/b/{name}"
    facts: dict[str, Any] = {}
    detail: Reply = UNSET
    try:
        detail = api.fetch(BUCKET, path)
        facts = {"exists": True, "project": owners.of_reply(name, detail)}
    except CallFailed as failure:
        if failure.code == NOT_FOUND:
            detail, facts = None, {"exists": False, "project": None}
        else:
            denied = failure.code == FORBIDDEN
            project = owners.of_name(name, denied=denied)
            # A bucket that is not ours and may not be read: that is an observation, and no permission would add to it.
            if project is not None or not denied:
                api.gap(BUCKET, failure)
            if project is not UNSET:
                facts = {"exists": True, "project": project}
    ours = facts.get("project", UNSET)
    policy = api.call(POLICY, f"{path}/iam", optionsRequestedPolicyVersion=3) if isinstance(ours, str) else UNSET
    return api.decode(
        Bucket,
        {BUCKET: detail, POLICY: policy},
        id=bucket_id(name),
        name=name,
        console_url=f"https://console.cloud.google.com/storage/browser/{name}?project={ours or api.project}",
        **facts,
    )


class _Owners:
    """Whose a bucket is: by the project number in its metadata, else by the listings of the scanned projects."""

    def __init__(self, api: GcpApi) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._listed: dict[str, str] | None = None
        self._complete = True
        self._known: dict[str | None, str] = {}

    def of_reply(self, name: str, reply: Mapping[str, Any]) -> Any:
        """Id of the owner; None if it is no project of this scan; UNSET if that cannot be told."""
        number, known = reply.get("projectNumber"), self._numbers()
        if isinstance(number, str) and number in known:
            return known[number]
        return self.of_name(name, denied=isinstance(number, str) and None not in known)

    def of_name(self, name: str, *, denied: bool) -> Any:
        """The same for a bucket whose metadata do not say. Only one that exists (`denied`) can be another's."""
        listed, complete = self._listings()
        if name in listed:
            return listed[name]
        return None if denied and complete else UNSET

    def _numbers(self) -> dict[str | None, str]:
        with self._lock:
            if not self._known:
                self._known = {self._api.number(_PROJECT, project): project for project in self._api.projects}
            return self._known

    def _listings(self) -> tuple[dict[str, str], bool]:
        with self._lock:
            if self._listed is None:
                self._listed = {}
                for project in self._api.projects:
                    try:
                        found = self._api.walk(
                            LIST, f"{STORAGE}/storage/v1/b", "items", project=project, maxResults=1000
                        )
                        self._listed.update((str(item["name"]), project) for item in found)
                    except CallFailed as failure:
                        self._api.gap(LIST, failure)
                        self._complete = False
            return self._listed, self._complete
