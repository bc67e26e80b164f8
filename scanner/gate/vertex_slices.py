"""Evaluations of Vertex AI: `models.evaluations.get`, and `models.evaluations.slices.list`, as the REST API has them.

Of classification, a metric at a threshold of confidence is called `recall@0.5`. Its counts are in the reply, so that it
is known what each rate is a share of. A slice of several features is one group of facets that are crossed.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.gate.evaluation_file import checked
from scanner.model.errors import InputError
from scanner.model.evaluations import Group, Measured

_SLICES = "modelEvaluationSlices"
_NAME = re.compile(r"projects/[^/]+/locations/[^/]+/models/[^/]+(?=/evaluations/)")
#: Each rate of `confidenceMetrics`, and the counts whose sum it is a share of. Negatives are counted once for each
#: label that an item does not have: their number is no number of items, and nothing is known of a rate of them.
_RATES: dict[str, tuple[str, ...]] = {
    "recall": ("truePositiveCount", "falseNegativeCount"),
    "precision": ("truePositiveCount", "falsePositiveCount"),
    "falsePositiveRate": (),
}
#: How far a rate may be from what its counts give.
_ROUNDED = 0.001
_MOST_THRESHOLDS = 200
_COUNT = re.compile("[0-9]{1,15}")


def is_reply(document: Any) -> bool:
    """Whether a document is one of the replies, a slice, or an evaluation."""
    return isinstance(document, dict) and (
        _SLICES in document or "slice" in document or bool(_NAME.match(str(document.get("name", ""))))
    )


def first_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The slice, or the evaluation, that says when it was made and of which model."""
    slices = document.get(_SLICES)
    first = slices[0] if isinstance(slices, list) and slices else document
    return first if isinstance(first, Mapping) else document


def model_of(document: Mapping[str, Any]) -> str:
    """The model that the evaluation is of, by its resource name; empty where that is not in it."""
    found = _NAME.match(str(first_of(document).get("name", "")))
    return found[0] if found else ""


def _evaluation_of(one: Mapping[str, Any]) -> str:
    """The evaluation that a slice is of, by its resource name."""
    return str(one.get("name", "")).partition("/slices/")[0]


def from_reply(document: Mapping[str, Any], name: str) -> tuple[Measured, ...]:
    """The values by slice, or those of the whole evaluation. Raises InputError."""
    slices = document.get(_SLICES, [document])
    if not isinstance(slices, list) or not all(isinstance(one, dict) for one in slices):
        raise InputError(f"{name}: {_SLICES} is no list of slices")
    if document.get("nextPageToken"):
        raise InputError(f"{name}: is one page of several (nextPageToken), and other groups are on the next; join them")
    if len({_evaluation_of(one) for one in slices}) > 1:
        raise InputError(f"{name}: has slices of several evaluations; give those of one")
    values: list[Measured] = []
    for one in slices:
        group = _group(one.get("slice"), name) if "slice" in one else {}
        metrics = one.get("metrics")
        if not isinstance(metrics, dict):
            raise InputError(f"{name}: a slice has no metrics")
        values += _values(metrics, group)
    return checked(values, name)


def _group(slice_: Any, name: str) -> Group:
    spec = slice_.get("sliceSpec") if isinstance(slice_, dict) else None
    configs = spec.get("configs") if isinstance(spec, dict) else None
    if isinstance(configs, dict) and configs and all(isinstance(one, dict) for one in configs.values()):
        return {facet.removeprefix("instance."): _label(config, name) for facet, config in configs.items()}
    dimension, value = (slice_.get("dimension"), slice_.get("value")) if isinstance(slice_, dict) else (None, None)
    if isinstance(dimension, str) and dimension and isinstance(value, str) and value:
        return {dimension: value}
    raise InputError(f"{name}: a slice does not say of what it is")


def _label(config: Mapping[str, Any], name: str) -> str:
    value, range_ = config.get("value"), config.get("range")
    if isinstance(value, dict) and isinstance(value.get("stringValue"), str):
        return str(value["stringValue"])
    if isinstance(value, dict) and isinstance(value.get("floatValue"), int | float):
        return f"{value['floatValue']:g}"
    if isinstance(range_, dict) and all(isinstance(range_.get(end), int | float) for end in ("low", "high")):
        return f"{range_['low']:g}-{range_['high']:g}"
    raise InputError(f"{name}: a slice does not say of which value or range it is")


def _values(metrics: Mapping[str, Any], group: Group) -> Iterator[Measured]:
    at = metrics.get("confidenceMetrics")
    found = [one for one in at if isinstance(one, dict)] if isinstance(at, list) else []
    entries = [one for one in found if isinstance(one.get("confidenceThreshold", 0), int | float)][:_MOST_THRESHOLDS]
    # Each item has one label. Of a slice that is one label, these are those that have it, which is fewer.
    items = next((of for one in entries if (of := _of(one, "recall"))), None)
    for metric, value in metrics.items():
        if _is_number(value):
            yield Measured(metric=metric, value=float(value), group=group, items=items)
    # A document may have a threshold twice, for maximum numbers of predictions: the first is that without one.
    numbered = [(at, one) for one in reversed(entries) if _is_number(at := one.get("confidenceThreshold", 0))]
    for threshold, one in dict(numbered).items():
        for metric in _RATES:
            if _is_number(value := one.get(metric)):
                name, of = f"{metric}@{threshold:g}", _of(one, metric)
                of = None if of and items and of > items else of  # an item counts once for each label that it was given
                yield Measured(metric=name, value=float(value), group=group, items=items, of=of)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _of(entry: Mapping[str, Any], metric: str) -> int | None:
    """Of how many a rate is a share. Counts are texts, and one of 0 is left out; the rate itself confirms them."""
    counts, rate = _RATES[metric], entry.get(metric)
    texts = [str(entry.get(count, "0")) for count in counts]
    if not counts or not all(map(_COUNT.fullmatch, texts)) or not isinstance(rate, int | float):
        return None
    of = sum(map(int, texts))
    return of if of and abs(int(texts[0]) / of - rate) < _ROUNDED else None
