"""The dashboard dictionary of Azure ML's fairness assessment: fairlearn made it, `azureml-contrib-fairness` uploads it.

Its members are `precomputedMetrics` (by facet, then by model: the value of all, and one of each bin) and
`precomputedFeatureBins` (the facets, the names of the bins, and the bin of each item). Nothing else is read: it has the
labels and predictions of each item as well. Newer Responsible AI insights keep no values by group: the dashboard
computes them as somebody looks.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.gate.evaluation_file import checked
from scanner.model.errors import InputError
from scanner.model.evaluations import Measured

_METRICS, _BINS = "precomputedMetrics", "precomputedFeatureBins"


def is_dashboard(document: Any) -> bool:
    """Whether a document is one."""
    return isinstance(document, dict) and _METRICS in document


def from_dashboard(document: Mapping[str, Any], name: str) -> tuple[Measured, ...]:
    """The values of the one model in it. Raises InputError where there are several, or its parts do not fit."""
    facets, models = document.get(_BINS), document.get(_METRICS)
    if not isinstance(facets, list) or not isinstance(models, list) or len(facets) != len(models):
        raise InputError(f"{name}: {_BINS} and {_METRICS} do not have the same facets")
    if any(not isinstance(one, list) or len(one) != 1 for one in models):
        raise InputError(f"{name}: compares several models, and one is to be deployed; write one of that alone")
    total: dict[str, Measured] = {}
    groups: list[Measured] = []
    for bins, (metrics,) in zip(facets, models, strict=True):
        for one in _facet(bins, metrics, name):
            if one.group:
                groups.append(one)
            else:
                total.setdefault(one.metric, one)  # it stands at each facet
    return checked([*total.values(), *groups], name)


def _facet(bins: Any, metrics: Any, name: str) -> Iterator[Measured]:
    if not isinstance(bins, dict) or not isinstance(metrics, dict):
        raise InputError(f"{name}: a facet has no bins or no metrics")
    facet, labels, vector = bins.get("featureBinName"), bins.get("binLabels"), bins.get("binVector")
    if not isinstance(facet, str) or not isinstance(labels, list) or not isinstance(vector, list):
        raise InputError(f"{name}: a facet lacks its name, its labels or its bins")
    sizes = Counter(bin_ for bin_ in vector if isinstance(bin_, int))
    for metric, value in metrics.items():
        by_bin = value.get("bins") if isinstance(value, dict) else None
        if not isinstance(by_bin, list) or len(by_bin) != len(labels):
            raise InputError(f"{name}: {metric} has not one value for each group of {facet}")
        yield Measured(metric=metric, value=_number(value.get("global")), items=len(vector))
        for number, label in enumerate(labels):
            yield Measured(metric=metric, value=_number(by_bin[number]), group={facet: str(label)}, items=sizes[number])


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
