"""The collector of model cards of models that serve and are made from no package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from checks.aws.paths.collect import FoundView
from checks.aws.paths.loose_models import is_loose
from checks.aws.paths.served_packages import served_models
from checks.aws.sagemaker.cards import DESCRIBE, LIST, card_of
from checks.aws.sagemaker.details import there
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, InferenceComponent, Model, NamedModelCard
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi


@collector(
    NamedModelCard,
    operations=(LIST, DESCRIBE),
    follows=(Endpoint, EndpointConfig, InferenceComponent, Model),
    opt_in="systems",
)
def named_model_cards(api: AwsApi, found: Found) -> Iterator[NamedModelCard]:
    """The cards of a region that name such a model, by its ARN or its name; where there is none nothing is asked."""
    served = FoundView(found, api.taken_at).derive(served_models).paths
    models = [one for one in found.of(Model) if one.scope.region == api.scope.region and one.id in served]
    described = frozenset(name for one in models if is_loose(one) for name in (one.id, one.name))
    if not described:
        return

    def look(summary: Mapping[str, Any]) -> NamedModelCard | None:
        return card_of(NamedModelCard, api, summary, described)

    yield from there(api.each(look, api.pages(LIST, MaxResults=100)))
