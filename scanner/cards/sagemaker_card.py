"""The JSON that SageMaker keeps a model card as.

Source: "Model package model card schema" and "Model card JSON schema" in the SageMaker Developer Guide. It has no field
for licence, citation, thresholds or uses out of scope: `custom_details` is where people write them.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from scanner.cards.card import Card, Entries, Measure, below, listed, name, names, number
from scanner.cards.digests import artifact_digests, image_digests, sha256_in

_EVALUATIONS = "evaluation_details"
_JOB = ("training_details", "training_job_details")
#: Members, and the items that they speak of.
_MEMBERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("model_overview.model_creator", ("MC-1.1",)),
    ("model_overview.model_owner", ("MC-1.1", "MC-1.9")),
    ("model_overview.model_version", ("MC-1.3",)),
    ("model_package_details.model_package_version", ("MC-1.3",)),
    ("model_overview.problem_type", ("MC-1.4",)),
    ("model_overview.algorithm_type", ("MC-1.4",)),
    ("training_details.objective_function", ("MC-1.5",)),
    ("training_details.training_job_details.hyper_parameters", ("MC-1.5",)),
    ("training_details.training_job_details.user_provided_hyper_parameters", ("MC-1.5",)),
    ("intended_uses.purpose_of_model", ("MC-2.1",)),
    ("intended_uses.intended_uses", ("MC-2.1",)),
    ("business_details.business_stakeholders", ("MC-2.2",)),
    ("intended_uses.factors_affecting_model_efficiency", ("MC-3.1",)),
    ("training_details.training_job_details.training_datasets", ("MC-6.1",)),
    ("training_details.training_observations", ("MC-6.2",)),
    ("intended_uses.risk_rating", ("MC-8.2",)),
    ("intended_uses.explanations_for_risk_rating", ("MC-8.3",)),
    ("additional_information.ethical_considerations", ("MC-8.4",)),
    ("additional_information.caveats_and_recommendations", ("MC-9.1",)),
)
#: The members at the top of such a card.
SECTIONS = frozenset({path.partition(".")[0] for path, _ in _MEMBERS} | {_EVALUATIONS})


def read_sagemaker(content: str) -> Card:
    """A card as SageMaker keeps it. What is no JSON object says nothing."""
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return Card(format="sagemaker", problem="its content is no JSON")
    if not isinstance(document, dict):
        return Card(format="sagemaker", problem="its content is no JSON object")
    measures = tuple(_measures(document))
    return Card(
        format="sagemaker",
        entries=_entries(document, measures),
        models=names(
            below(document, "model_overview", "model_id"),
            below(document, "model_overview", "model_name"),
            below(document, "model_package_details", "model_package_arn"),
        ),
        version=_version(document),
        artifacts=names(
            below(document, "model_overview", "model_artifact"),
            *(below(one, "model_data_url") for one in _containers(document)),
            *(below(one, "model_data_url") for one in _algorithms(document)),
        ),
        digests=artifact_digests(below(document, "additional_information", "custom_details")),
        image_digests=_image_digests(document),
        training_job=next(iter(names(below(document, *_JOB, "training_arn"))), None),
        training_data=names(below(document, *_JOB, "training_datasets")),
        measures=measures,
    )


def _entries(document: Any, measures: tuple[Measure, ...]) -> Any:
    found = Entries()
    for path, items in _MEMBERS:
        value = below(document, *path.split("."))
        if not (path.endswith("risk_rating") and value == "Unknown"):
            found.note(items, value, path)
    for number_, one in enumerate(listed(below(document, _EVALUATIONS))):
        where = f"{_EVALUATIONS}[{number_}]"
        found.note(("MC-5.1",), below(one, "datasets"), f"{where}.datasets")
        found.note(("MC-5.2",), below(one, "evaluation_observation"), f"{where}.evaluation_observation")
        found.by_names(below(one, "metadata"), f"{where}.metadata")
        notes = [below(metric, "notes") for metric in _metrics(one)]
        found.note(("MC-4.3",), notes, f"{where}.metric_groups[].metric_data[].notes")
    found.measures(measures, f"{_EVALUATIONS}[].metric_groups[]")
    found.by_names(below(document, "additional_information", "custom_details"), "additional_information.custom_details")
    return found.made()


def _measures(document: Any) -> Iterator[Measure]:
    for one in listed(below(document, _EVALUATIONS)):
        for metric in _metrics(one):
            yield from _measure(metric)
    for member in ("training_metrics", "user_provided_training_metrics"):
        for metric in listed(below(document, *_JOB, member)):
            yield from _measure(metric)


def _measure(metric: Any) -> Iterator[Measure]:
    if found := names(below(metric, "name")):
        yield Measure(name=found[0], value=number(below(metric, "value")))


def _metrics(evaluation: Any) -> list[Any]:
    groups = listed(below(evaluation, "metric_groups"))
    return [metric for group in groups for metric in listed(below(group, "metric_data"))]


def _containers(document: Any) -> list[Any]:
    return listed(below(document, "model_package_details", "inference_specification", "containers"))


def _algorithms(document: Any) -> list[Any]:
    return listed(below(document, "model_package_details", "source_algorithms"))


def _version(document: Any) -> str | None:
    for path in (("model_package_details", "model_package_version"), ("model_overview", "model_version")):
        value = below(document, *path)
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            return name(int(value) if isinstance(value, float) and value.is_integer() else value)
    return None


def _image_digests(document: Any) -> tuple[str, ...]:
    """Digests by which images are named, and those of images in custom details."""
    images = [below(one, "image") for one in _containers(document)]
    images += listed(below(document, "model_overview", "inference_environment", "container_image"))
    own = image_digests(below(document, "additional_information", "custom_details"))
    return tuple(dict.fromkeys((*sha256_in(*(one for one in images if isinstance(one, str))), *own)))
