"""Cases of the check of descriptions."""

from __future__ import annotations

from typing import Any

from factories.mlflow import HERE, SERVER, used, version
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, judged

from checks.mlflow import ids
from checks.mlflow.records import Pair
from checks.mlflow.registry.resources import ModelVersion, RegisteredModel


def described(text: str | None = None, **tags: str) -> ModelVersion:
    pairs = tuple(Pair(key=key, value=value) for key, value in tags.items())
    return used(model="fraud-scorer", description=text, pairs=pairs)


def registered(**fields: Any) -> RegisteredModel:
    return RegisteredModel(id=ids.registered_model(SERVER, "fraud-scorer"), name="fraud-scorer", scope=HERE, **fields)


OWNED = registered(description="", pairs=(Pair(key="owner", value="ml"),))
EMPTY = registered(description=None, pairs=None)
CASES = {
    "mlflow_model_version_undescribed": [
        Case("described", PASS, described("Scores payments."), EMPTY),
        Case("its model is described", PASS, described(), registered(description="Scores payments.", pairs=None)),
        Case(
            "a tag of its model", PASS, described(), registered(description="", pairs=(Pair(key="owner", value="ml"),))
        ),
        Case("nothing", FAIL, described("", run="7"), EMPTY),
        Case("a placeholder", FAIL, described("TODO", owner="TBD"), EMPTY),
        Case("set aside", NOT_APPLICABLE, version(aliases=(), stage="Archived")),
        Case("its model was not read", UNKNOWN, described(), incomplete=[RegisteredModel]),
        Case("the description of its model was not seen", UNKNOWN, described(), registered()),
        Case("its description was not seen", UNKNOWN, used(), EMPTY),
    ],
}


def test_what_is_recorded_is_said_item_by_item() -> None:
    noted = described("## Contact\n\nml@northwind.example", licence="Apache-2.0")

    said = judged("mlflow_model_version_undescribed", noted, EMPTY).message
    assert said == "recorded: terms of its licence, where questions go"
