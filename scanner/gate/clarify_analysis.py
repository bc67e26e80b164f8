"""`analysis.json` of SageMaker Clarify, and what smclarify's `bias_report` returns.

A metric there compares a group with all others, and is of the group that it names. How many items are in a group is not
in it: `--group-sizes` adds that. Metrics before training are of the data and no evaluation of a model, and not read.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.gate.evaluation_file import checked
from scanner.model.errors import InputError
from scanner.model.evaluations import Measured

#: Metrics after training, each of which compares a group with all others: one group says it all.
COMPARING = frozenset({"AD", "AR", "CDDPL", "DAR", "DCA", "DCR", "DI", "DPPL", "DRR", "FT", "GE", "RD", "SD", "TE"})
_AFTER = "post_training_bias_metrics"


def is_analysis(document: Any) -> bool:
    """Whether a document is one of the two."""
    if isinstance(document, list):
        return bool(document) and all(isinstance(one, dict) and "value_or_threshold" in one for one in document)
    return isinstance(document, dict) and bool({_AFTER, "pre_training_bias_metrics"} & {*document})


def from_analysis(document: Any, name: str, facets: Sequence[str]) -> tuple[Measured, ...]:
    """The values after training. Raises InputError where there are none, or the facet is not known."""
    if isinstance(document, list):
        if len(facets) != 1:
            raise InputError(f"{name}: a bias report does not name its facet; say which it is, with --facet")
        return checked(list(_facet(facets[0], document, name)), name)
    after = document.get(_AFTER)
    reports = after.get("facets") if isinstance(after, dict) else None
    if not isinstance(reports, dict):
        raise InputError(f"{name}: has no metrics of a model by facet ({_AFTER})")
    return checked([one for facet, report in reports.items() for one in _facet(facet, report, name)], name)


def _facet(facet: str, report: Any, name: str) -> Iterator[Measured]:
    for group in report if isinstance(report, list) else [None]:
        metrics = group.get("metrics") if isinstance(group, Mapping) else None
        if (
            not isinstance(group, Mapping)
            or not isinstance(metrics, list)
            or not all(isinstance(one, dict) for one in metrics)
        ):
            raise InputError(f"{name}: {facet} has no list of groups with their metrics")
        for one in metrics:
            metric, value = one.get("name"), one.get("value")
            if isinstance(metric, str) and metric:
                known = isinstance(value, int | float) and not isinstance(value, bool)
                group_name = str(group.get("value_or_threshold", "")).strip()
                yield Measured(metric=metric, value=float(value) if known else None, group={facet: group_name})
