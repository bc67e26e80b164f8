"""Collectors of the model registry. Lists give whole resources; aliases are taken from the registered model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.mlflow import ids
from checks.mlflow.permissions import USER
from checks.mlflow.registry.resources import MODELS, VERSIONS, ModelVersion, RegisteredModel
from checks.mlflow.secrecy import cleared
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.mlflow.client.api import MlflowApi

_A_PAGE = 200


@collector(RegisteredModel, operations=(MODELS, USER), per="account")
def registered_models(api: MlflowApi) -> Iterator[RegisteredModel]:
    for item in api.pages(MODELS, "registered-models/search", "registered_models", ("name",), max_results=_A_PAGE):
        name = item["name"]
        id = ids.registered_model(api.server, name)
        kept = cleared(item, "tags")
        yield api.decode(
            RegisteredModel, {MODELS: kept}, {MODELS: item}, id=id, name=name, console_url=_console(api, name)
        )


@collector(ModelVersion, operations=(VERSIONS, USER), per="account", follows=(RegisteredModel,))
def model_versions(api: MlflowApi, found: Found) -> Iterator[ModelVersion]:
    named = _aliases(found)
    identity = ("name", "version")
    for item in api.pages(VERSIONS, "model-versions/search", "model_versions", identity, max_results=_A_PAGE):
        name, version = item["name"], item["version"]
        aliases, run, logged = named.get(name), item.get("run_id"), logged_model_id(item)
        yield api.decode(
            ModelVersion,
            {VERSIONS: cleared(item, "tags")},
            {VERSIONS: item},
            id=ids.model_version(api.server, name, version),
            name=f"{name}/{version}",
            console_url=f"{_console(api, name)}/versions/{version}",
            run=ids.run(api.server, run) if isinstance(run, str) and run else None,
            logged_model=ids.logged_model(api.server, logged) if logged else None,
            aliases=UNSET if aliases is None else tuple(sorted(aliases.get(version, ()))),
        )


def logged_model_id(item: Mapping[str, Any]) -> str:
    """The id of the logged model that a version says it was registered from; empty if it names none."""
    model, source = (text if isinstance(text := item.get(name), str) else "" for name in ("model_id", "source"))
    return (model or (source if source.startswith("models:/m-") else "")).removeprefix("models:/")


def _aliases(found: Found) -> dict[str, dict[str, list[str]]]:
    """The aliases of each version, by model; without the models whose aliases were not observed."""
    named: dict[str, dict[str, list[str]]] = {}
    for model in found.of(RegisteredModel):
        if model.aliases is not UNSET:
            of = named.setdefault(model.name, {})
            for alias in model.aliases or ():
                if alias.alias and alias.version:
                    of.setdefault(alias.version, []).append(alias.alias)
    return named


def _console(api: MlflowApi, name: str) -> str:
    return f"{api.server}/#/models/{ids.registered_model('', name).rpartition('/')[2]}"
