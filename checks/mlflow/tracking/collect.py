"""Collectors of tracking: experiments, and what is behind registered versions. A server may hold millions of runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.mlflow import ids
from checks.mlflow.permissions import USER
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.secrecy import cleared, suspicious
from checks.mlflow.table_names import LARGEST
from checks.mlflow.tracking.behind import logged_model_of, looked_behind
from checks.mlflow.tracking.resources import (
    ARTIFACT,
    EXPERIMENTS,
    LOGGED,
    RUN,
    EvaluationTable,
    Experiment,
    LoggedModel,
    Run,
)
from checks.mlflow.tracking.tables import MOST, TOO_MANY, noted, taken
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.mlflow.client.api import MlflowApi

_A_PAGE = 1000


@collector(Experiment, operations=(EXPERIMENTS, USER), per="account")
def experiments(api: MlflowApi) -> Iterator[Experiment]:
    for item in api.pages(EXPERIMENTS, "experiments/search", "experiments", ("experiment_id",), max_results=_A_PAGE):
        id = item["experiment_id"]
        yield api.decode(
            Experiment,
            {EXPERIMENTS: item},
            id=ids.experiment(api.server, id),
            name=str(item.get("name") or id),
            console_url=f"{api.server}/#/experiments/{id}",
        )


@collector(Run, operations=(RUN,), per="account", follows=(ModelVersion,))
def runs(api: MlflowApi, found: Found) -> Iterator[Run]:
    wanted = sorted({version.run_id for version in looked_behind(found.of(ModelVersion)) if version.run_id})

    def run(id: str) -> Run | None:
        reply = api.call(RUN, "runs/get", "run", run_id=id)
        if reply is None:  # deleted for good since
            return None
        facts: dict[str, Any] = {"id": ids.run(api.server, id), "name": _text(reply, "run_name") or id}
        kept = reply
        if isinstance(reply, Mapping) and isinstance(data := reply.get("data", {}), Mapping):
            kept = {**reply, "data": cleared(data, "params", "tags")}
            facts["secrets"] = tuple(
                f"{member}/{name}" for member in ("params", "tags") for name in suspicious(data.get(member))
            )
        return api.decode(Run, {RUN: kept}, {RUN: reply}, **facts)

    for made in api.each(run, wanted):
        if made is not None:
            yield made


@collector(LoggedModel, operations=(LOGGED,), per="account", follows=(ModelVersion,))
def logged_models(api: MlflowApi, found: Found) -> Iterator[LoggedModel]:
    wanted = sorted(set(filter(None, map(logged_model_of, looked_behind(found.of(ModelVersion))))))

    def logged(id: str) -> LoggedModel | None:
        reply = api.call(LOGGED, f"logged-models/{ids.logged_model('', id).rpartition('/')[2]}", "model")
        if reply is None:
            return None
        kept = reply
        if isinstance(reply, Mapping):
            parts = {"info": ("tags",), "data": ("params",)}
            inner = {part: reply[part] for part in parts if isinstance(reply.get(part), Mapping)}
            kept = {**reply, **{part: cleared(each, *parts[part]) for part, each in inner.items()}}
        name = _text(reply, "name") or id
        return api.decode(LoggedModel, {LOGGED: kept}, {LOGGED: reply}, id=ids.logged_model(api.server, id), name=name)

    for made in api.each(logged, wanted):
        if made is not None:
            yield made


@collector(EvaluationTable, operations=(ARTIFACT,), per="account", follows=(Run,), opt_in="documents")
def evaluation_tables(api: MlflowApi, found: Found) -> Iterator[EvaluationTable]:
    """The tables that runs note, by their names: nothing is listed. Of a run the first, and the others are said."""
    wanted = [(run.id, path, number < MOST) for run in found.of(Run) for number, path in enumerate(noted(run))]
    for made in api.each(lambda one: _table(api, *one), sorted(wanted)):
        if made is not None:
            yield made


def _table(api: MlflowApi, run: str, path: str, wanted: bool) -> EvaluationTable | None:
    facts: dict[str, Any] = {"id": ids.table(run, path), "name": path.rpartition("/")[2].removesuffix(".json")}
    if not wanted:
        none = {"columns": None, "rows": None, "digest": None}
        return api.decode(EvaluationTable, {}, {}, problem=TOO_MANY, **none, **facts)
    content = api.table(ARTIFACT, ids.own(run), path)
    if content is None:  # deleted since it was noted
        api.gone()
        return None
    if content is UNSET:
        return api.decode(EvaluationTable, {}, {ARTIFACT: UNSET}, **facts)
    kept = taken(content)
    columns, rows = (None, None) if isinstance(kept, str) else kept
    digest = sha256(content).hexdigest() if len(content) <= LARGEST else None
    facts |= {"columns": columns, "rows": rows, "problem": kept if isinstance(kept, str) else None, "digest": digest}
    return api.decode(EvaluationTable, {}, {ARTIFACT: {"sha256": digest}}, **facts)


def _text(reply: Any, member: str) -> str:
    info = reply.get("info") if isinstance(reply, Mapping) else None
    found = info.get(member) if isinstance(info, Mapping) else None
    return found if isinstance(found, str) else ""
