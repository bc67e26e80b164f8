"""The Workbench collector: one listing over all zones gives whole instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType, structs

from checks.gcp.names import COMPUTE, NOTEBOOKS, bucket_of, buckets_in, full_name, with_project_id
from checks.gcp.notebooks.resources import (
    FROM_PROJECT,
    INLINE_SCRIPTS,
    INSTANCES,
    METADATA,
    PROJECT,
    PROJECT_SCRIPTS,
    SCRIPTS,
    Instance,
)
from checks.gcp.notebooks.switches import is_on
from checks.gcp.org_policies import ORG_POLICIES, enforced
from scanner.model.collectors import collector
from scanner.model.nouns import Reply
from scanner.model.secrets.detect import suspicious_names

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

_NO_SERIAL_PORT = "compute.disableSerialPortAccess"


@collector(Instance, operations=(INSTANCES, PROJECT, ORG_POLICIES), per="account")
def instances(api: GcpApi) -> Iterator[Instance]:
    path = f"{NOTEBOOKS}/v2/projects/{api.project}/locations/-/instances"
    inherited: list[Any] = []  # asked for when the first instance needs it
    for found in api.pages(INSTANCES, path, "instances", pageSize=100):
        item = with_project_id(found, api.project)
        _, _, _, zone, _, name = (*item["name"].split("/"), *[""] * 6)[:6]
        if api.locations and not {zone, zone.rpartition("-")[0]}.intersection(api.locations):
            continue
        if item.get("state") == "DELETED":
            continue  # its machine was removed behind Workbench's back: there is nothing left to repair
        whole = api.whole(INSTANCES, item, "gceSetup")
        facts: dict[str, Any] = {"secrets": UNSET, "scripts": UNSET, "script_buckets": UNSET}
        said: dict[str, Reply] = {}
        if not isinstance(whole, UnsetType):
            metadata = item["gceSetup"].get("metadata")
            metadata = metadata if isinstance(metadata, Mapping) else {}
            scripts = [key for key, own in PROJECT_SCRIPTS.items() if metadata.keys().isdisjoint(own)]
            if scripts or any(key not in metadata for key in FROM_PROJECT):
                inherited = inherited or _of_project(api)
                said[PROJECT] = inherited[0]
            facts |= _from_project(inherited[0] if inherited else UNSET, scripts)
            if _opens_serial_port(metadata, facts):
                facts["serial_port_prohibited"] = enforced(api, api.project, _NO_SERIAL_PORT, said)
            facts["secrets"] = suspicious_names(metadata)
            facts["scripts"] = tuple(metadata[key] for key in SCRIPTS if bucket_of(metadata.get(key)))
            own = {key: text for key, text in metadata.items() if not bucket_of(text)}
            named = {*(facts["script_buckets"] or ()), *_named_in_scripts(own)}
            facts["script_buckets"] = tuple(sorted(named))
            whole = _without_secrets(item, metadata)
        yield api.decode(
            Instance,
            {INSTANCES: whole},
            {INSTANCES: whole, **said},
            id=full_name(NOTEBOOKS, item["name"]),
            name=name,
            scope=structs.replace(api.scope, region=zone),
            console_url=f"https://console.cloud.google.com/vertex-ai/workbench/locations/{zone}/instances/{name}"
            f"?project={api.project}",
            **facts,
        )


def _opens_serial_port(metadata: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether metadata of an instance, or else those of its project, may open its serial port."""
    key = "serial-port-enable"
    value = metadata.get(key, facts.get("project_metadata", {}).get(key))
    return isinstance(value, str) and is_on(value) is not False


def _named_in_scripts(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Buckets that the scripts in metadata name."""
    texts = [text for key in INLINE_SCRIPTS if isinstance(text := metadata.get(key), str)]
    return tuple(sorted({name for text in texts for name in buckets_in(text)}))


def _from_project(metadata: Any, scripts: list[str]) -> dict[str, Any]:
    """What an instance has from the metadata of its project; nothing where these were not observed."""
    if isinstance(metadata, UnsetType):
        return {} if scripts else {"project_scripts": ()}
    return {
        "project_metadata": {key: metadata[key] for key in FROM_PROJECT if key in metadata},
        "project_scripts": tuple(metadata[key] for key in scripts if bucket_of(metadata.get(key))),
        "script_buckets": _named_in_scripts({key: metadata.get(key) for key in map(_inline, scripts)}),
    }


def _inline(key: str) -> str:
    """The key that holds the script itself whose address is in another."""
    return key.removesuffix("-url")


def _of_project(api: GcpApi) -> list[Any]:
    """The project's metadata that instances inherit, `UNSET` if they were not observed, as a list of that alone."""
    reply = api.call(PROJECT, f"{COMPUTE}/compute/v1/projects/{api.project}")
    if isinstance(reply, UnsetType):
        return [UNSET]
    common = (reply or {}).get("commonInstanceMetadata")
    found = common.get("items") if isinstance(common, Mapping) else None
    items = [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
    wanted = (*FROM_PROJECT, *PROJECT_SCRIPTS)
    kept = {str(item["key"]): str(item.get("value", "")) for item in items if item.get("key") in wanted}
    # Of scripts themselves, which may hold anything, only the buckets that they name.
    keys = [_inline(key) for key in PROJECT_SCRIPTS]
    inline = {str(item["key"]): item.get("value") for item in items if item.get("key") in keys}
    return [kept | {key: " ".join(f"gs://{name}" for name in _named_in_scripts({key: inline[key]})) for key in inline}]


def _without_secrets(item: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: metadata[key] for key in METADATA if key in metadata}
    return {**item, "gceSetup": {**item["gceSetup"], "metadata": kept}}
