"""Whether registered versions that are in use are described. What descriptions say was recorded, and may be wrong."""

from typing import Any

from msgspec import UNSET

from checks.mlflow import ids
from checks.mlflow.records import Pair
from checks.mlflow.registry.resources import ModelVersion, RegisteredModel
from checks.mlflow.tracking.versions import unused
from scanner.cards.card import Card, completeness
from scanner.cards.card_items import TITLES
from scanner.cards.registry_card import read_registry
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, passed, unknown, unobserved
from scanner.model.views import View


@check(
    id="MLP-5321",
    severity=Severity.LOW,
    objective="model-documentation",
    since="0.1.0",
    needs=(RegisteredModel,),
    blind_to=("cards kept elsewhere", "whether what is recorded is true"),
    recorded=True,
)
def mlflow_model_version_undescribed(version: ModelVersion, view: View) -> Verdict:
    """Model version in use says nothing of what it is for.

    MLflow has no model cards. What there is of one is in the descriptions of the registered model and of the version,
    and in tags that speak of an item of a card, such as `licence`. A placeholder such as `TODO` says nothing.

    ## Why it matters
    Whoever loads a version by its alias, reviews it or answers a complaint has to find out what the model is for and
    where it fails. The registry is where they look first.

    ## How to fix
    Describe the registered model and the version: what it is for, what it was trained on, what it must not be used for.
    Headings such as `## Out-of-scope uses` in a description are read as items of a model card. `mlposture card` drafts
    one.

    Python: `MlflowClient().update_model_version(NAME, VERSION, description=…)`.

    ## References
    - https://mlflow.org/docs/latest/ml/model-registry/
    """
    if idle := unused(version):
        return idle
    if missing := unobserved(version, "model", "description", "pairs"):
        return missing
    model = view.get(RegisteredModel, ids.registered_model(version.scope.account, version.model or ""))
    if model is UNSET or (model and (model.description is UNSET or model.pairs is UNSET)):
        return unknown("RegisteredModel.description", "RegisteredModel.pairs")
    found = completeness(_card(version, model or None)).filled
    evidence: dict[str, Any] = {"aliases": version.aliases, "stage": version.stage}
    if not found:
        return failed("no description and no tag says what it is for", **evidence)
    said = ", ".join(TITLES[id].lower() for id in found)
    return passed(f"recorded: {said}", **evidence)


def _card(version: ModelVersion, model: RegisteredModel | None) -> Card:
    """What the descriptions and tags of a version, and of its model, come to."""
    texts = {"description": version.description or None, "model.description": model.description if model else None}
    return read_registry(
        {where: text for where, text in texts.items() if isinstance(text, str)},
        {**_tags(model.pairs if model else None), **_tags(version.pairs)},
    )


def _tags(pairs: object) -> dict[str, str]:
    found = pairs if isinstance(pairs, tuple) else ()
    return {pair.key: pair.value for pair in found if isinstance(pair, Pair) and pair.key and pair.value}
