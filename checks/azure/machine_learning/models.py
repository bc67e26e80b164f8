"""The registered versions that deployments name, and what is written of them in place of a card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.azure.error_kinds import MISSING
from checks.azure.ids import arm_id, subscription
from checks.azure.machine_learning.assets import model_path
from checks.azure.machine_learning.collect import VERSION
from checks.azure.machine_learning.resources import MODELS, VERSIONS, ModelVersion, OnlineDeployment
from scanner.cards.card import Card
from scanner.cards.registry_card import read_registry
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Observed, Reason, Reply

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi


@collector(ModelVersion, operations=(MODELS, VERSIONS), per="account", follows=(OnlineDeployment,), opt_in="systems")
def model_versions(api: AzureApi, found: Found) -> Iterator[ModelVersion]:
    """Those of workspaces of the subscription; an address does not say where a registry is."""

    def of(paths: list[str]) -> list[ModelVersion | None]:
        versions = dict(zip(paths, api.replies(VERSIONS, paths, VERSION, absent=MISSING), strict=True))
        models = sorted({_model(path) for path, version in versions.items() if version is not None})
        of_models = dict(zip(models, api.replies(MODELS, models, VERSION, absent=MISSING), strict=True))
        return [_version(api, path, one, of_models.get(_model(path))) for path, one in versions.items()]

    named = {model_path(one.model) for one in found.of(OnlineDeployment) if isinstance(one.model, str)}
    here = {arm_id(path): path for path in sorted(named) if subscription(path) == api.account.lower()}
    for made in api.each(of, api.groups(here.values())):
        yield from (version for version in made if version is not None)


def _model(path: str) -> str:
    return path.rpartition("/")[0].rpartition("/")[0]


def _version(api: AzureApi, path: str, version: Reply, model: Reply) -> ModelVersion | None:
    """A version; None for one that was deleted, which a deployment outlives."""
    if version is None:
        return None
    if model is None:  # deleted since its version was read
        api.gone()
        return None
    name = f"{_model(path).rpartition('/')[2]}/{path.rpartition('/')[2]}"
    identity = {**api.identity({"id": path}), "name": name}
    if version is UNSET:
        return api.decode(ModelVersion, {}, {}, **identity)
    card = _card(version, model)
    if card is UNSET and model is not UNSET:
        api.gap(VERSIONS, CallFailed(Reason.MALFORMED, "a description is no text, or tags are no object"))
    said = {VERSIONS: version} | ({MODELS: model} if isinstance(model, Mapping) else {})
    return api.decode(ModelVersion, {VERSIONS: version}, said, card=card, **identity)


def _card(version: Reply, model: Reply) -> Observed[Card]:
    """What descriptions and tags speak of; `UNSET` where one was not seen, or is of the wrong type."""
    if model is UNSET:
        return UNSET
    texts: dict[str, Any] = {}
    tags: dict[str, str] = {}
    for prefix, reply in (("model.", model), ("", version)):
        found = reply.get("properties") if isinstance(reply, Mapping) else {}
        if not isinstance(found, Mapping):
            return UNSET
        text, named = found.get("description"), found.get("tags")
        if not isinstance(text, str | None) or not isinstance(named, Mapping | None):
            return UNSET
        texts[f"{prefix}description"] = text
        tags |= {str(key): value for key, value in (named or {}).items() if isinstance(value, str)}
    return read_registry(texts, tags, format="azure-ml")
