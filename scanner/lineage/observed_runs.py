"""Runs that an inventory holds, as OpenLineage events: those that a scan of lineage kept, and those of MLflow.

What MLflow records is known by the server and the path there, as its own addresses have it. Where a version or a data
set has an address that means the same everywhere, that is another name of it; one that only the server or a machine
knows joins nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from scanner import HOME
from scanner.lineage.dataset_names import Place, place, place_of
from scanner.lineage.event_writing import SCHEMA
from scanner.lineage.events import instant
from scanner.lineage.facets import CUT, data_at, data_named, facet
from scanner.lineage.roles import role_of
from scanner.model.nouns import Resource
from scanner.store.inventory import Inventory

_STATES = {"FINISHED": "COMPLETE", "FAILED": "FAIL", "KILLED": "ABORT"}
#: Beginnings of addresses that mean the same wherever they are read.
_EVERYWHERE = ("s3://", "s3a://", "s3n://", "gs://", "abfs://", "abfss://", "wasb://", "wasbs://", "https://",
               "azureml://subscriptions/", "bigquery://", "bq://")  # fmt: skip
#: What MLflow notes of a data set as its source: members that hold an address.
_ADDRESSES = ("uri", "url")
#: The latest time that a datetime may have, in milliseconds.
_LATEST = 253402300799000

Kinds = Mapping[str, type[Resource]]


def recorded_run(run: Any, inventory: Inventory, _: Kinds) -> Iterator[dict[str, Any]]:
    """The events of a run that a scan of lineage kept, as far as it kept them."""
    yield from _recorded(run, run.name, inventory)


def catalog_lineage(one: Any, inventory: Inventory, _: Kinds) -> Iterator[dict[str, Any]]:
    """The events of the runs of a domain of SageMaker Catalog. The first of them says what is left out before it."""
    runs = sorted(one.runs or (), key=lambda run: (str(run.started_at or run.ended_at or ""), run.id or ""))
    for run in runs:
        for event in _recorded(run, run.id, inventory):
            if one.cut and run is runs[0]:
                event["run"]["facets"] = {CUT: facet({"depth": one.cut, "source": f"SageMaker Catalog {one.name}"})}
            yield event


def _recorded(run: Any, id: str, inventory: Inventory) -> Iterator[dict[str, Any]]:
    """Its beginning and its end; one of which neither is known was going on when the inventory was taken."""
    sides = {side: [_kept(data) for data in getattr(run, side) or ()] for side in ("inputs", "outputs")}
    job = {"namespace": run.job_namespace or "", "name": run.job_name or ""}
    times = {"START": run.started_at, **({run.state: run.ended_at} if run.state else {})}
    times = {type: at for type, at in times.items() if at} or {run.state or "OTHER": inventory.taken_at}
    for type, at in times.items():
        yield _event(type, at, id, job, sides if type == list(times)[-1] else {})


def _kept(data: Any) -> dict[str, Any]:
    """A data set of such a run, with what was kept of its facets."""
    return data_named(
        data.namespace,
        data.name,
        model=bool(data.model),
        version=data.version or "",
        role=data.role or "",
        alias=[(one.namespace, one.name) for one in data.alias or ()],
    )


def mlflow_run(run: Any, inventory: Inventory, kinds: Kinds) -> Iterator[dict[str, Any]]:
    """A run of MLflow with the data that it read. What it made is said with the versions."""
    yield from _of_mlflow(run, inventory, kinds, {"inputs": list(_read(run))})


def mlflow_version(version: Any, inventory: Inventory, kinds: Kinds) -> Iterator[dict[str, Any]]:
    """A registered version: the run that made it, and where else its files are known."""
    data = data_at(_on_server(version), model=True, alias=tuple(dict.fromkeys(_places(version, inventory, kinds))))
    at = instant(inventory.taken_at)
    yield {"eventTime": at, "producer": HOME, "schemaURL": f"{SCHEMA}DatasetEvent", "dataset": data}
    run = inventory.find(kinds["mlflow.tracking.Run"], version.run) if version.run else None
    if run is not None:
        yield from _of_mlflow(run, inventory, kinds, {"outputs": [data]})


def mlflow_run_id(id: str) -> str:
    """What a run of MLflow is called in OpenLineage, where ids are UUIDs; those of MLflow are, without dashes."""
    try:
        return str(UUID(id.rpartition("/")[2]))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, id))


def _of_mlflow(run: Any, inventory: Inventory, kinds: Kinds, sides: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of a run. A version that is there was made, however the run ended: then its job did."""
    job = {"namespace": run.scope.account, "name": _experiment(run, inventory, kinds)}
    end = _STATES.get(run.status or "", "")
    times = (("START", _time(run.start_time)), (end, _time(run.end_time) if end else None))
    known = {type: at for type, at in times if at} or {"OTHER": inventory.taken_at}
    for type, at in known.items():
        yield _event(type, at, mlflow_run_id(run.id), job, sides if type == list(known)[-1] else {})
    if end in ("FAIL", "ABORT") and sides.get("outputs"):
        said = {"eventTime": instant(inventory.taken_at), "producer": HOME, "schemaURL": f"{SCHEMA}JobEvent"}
        yield {**said, "job": job, **sides}


def _experiment(run: Any, inventory: Inventory, kinds: Kinds) -> str:
    """The name of the experiment of a run, else its id."""
    id = run.experiment_id or ""
    found = inventory.find(kinds["mlflow.tracking.Experiment"], f"{run.scope.account}/experiments/{id}") if id else None
    return found.name if found is not None else id or run.name


def _time(milliseconds: Any) -> datetime | None:
    """A time as MLflow has it; None where there is none, or it is out of all bounds."""
    if not isinstance(milliseconds, int) or not 0 < milliseconds <= _LATEST:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _event(type: str, at: datetime, run: str, job: dict[str, str], sides: dict[str, Any]) -> dict[str, Any]:
    common = {"producer": HOME, "schemaURL": f"{SCHEMA}RunEvent", "run": {"runId": run}, "job": job}
    return {"eventType": type, "eventTime": instant(at), **common, **sides}


def _read(run: Any) -> Iterator[dict[str, Any]]:
    """The data sets of a run: by an address that holds everywhere, else by their name on the server."""
    for one in run.datasets or ():
        data, tags = one.dataset, [{"key": tag.key, "value": tag.value} for tag in one.tags or ()]
        if data is None or not data.name:
            continue
        where = _source(data.source) or place(run.scope.account, f"datasets/{data.name}")
        yield data_at(where, version=data.digest or "", role=role_of({"tags": {"tags": tags}}) or "")


def _source(source: str | None) -> Place | None:
    """The place of a data set, in what MLflow notes as its source: JSON of a shape for each type of source."""
    try:
        said = json.loads(source or "null")
    except (ValueError, RecursionError):
        return None
    found = [said.get(name) for name in _ADDRESSES] if isinstance(said, dict) else []
    return next((everywhere(text) for text in found if isinstance(text, str) and everywhere(text)), None)


def everywhere(address: str) -> Place | None:
    """A place, where its address means the same wherever it is read. One that holds a password is none."""
    host = address.partition("://")[2].partition("/")[0]
    if not address.startswith(_EVERYWHERE) or (address.startswith("https:") and "@" in host):
        return None
    return place_of(address)


def _on_server(resource: Resource) -> Place:
    account = resource.scope.account
    return place(account, resource.id.removeprefix(f"{account}/"))


def _places(version: Any, inventory: Inventory, kinds: Kinds) -> Iterator[Place]:
    """Where a version's files are: its source, its logged model's artifacts, and its twin in a workspace of Azure."""
    logged = (
        inventory.find(kinds["mlflow.tracking.LoggedModel"], version.logged_model) if version.logged_model else None
    )
    for address in (version.source, getattr(logged, "artifact_location", None)):
        if isinstance(address, str) and (found := everywhere(address)):
            yield found
    _, mark, inside = version.scope.account.partition("/subscriptions/")
    if mark:
        yield place_of(f"{mark}{inside}/{version.id.removeprefix(version.scope.account + '/')}")
