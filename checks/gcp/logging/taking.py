"""Whether a sink takes what Vertex AI endpoints log, by its filter and its exclusions. Pure.

Source: https://docs.cloud.google.com/logging/docs/view/logging-query-language
"""

from collections.abc import Mapping
from typing import Any

from checks.gcp.monitoring.conditions import ENDPOINT, comparisons
from scanner.model.patterns import pattern

ALL, SOME, NONE = "all", "some", "none"
#: As the filter of the sink _Default has it, which leaves audit logs out, and that of _Required, which takes them.
_LEFT_OUT = pattern(r'(?:\bAND\s+)?NOT\s+LOG_ID\("((?:cloud|external)audit[^"]*)"\)')
_AUDIT_ALONE = pattern(r'\s*(?:LOG_ID\("(?:cloud|external)audit[^"]*"\)(?:\s+OR\s+|\s*$))+')


def taken(sink: Mapping[str, Any]) -> str:
    """Which part a sink takes."""
    whole = _by_filter(sink.get("filter") or "")
    exclusions = sink.get("exclusions") or []
    if whole != ALL or not exclusions:
        return whole
    known = isinstance(exclusions, list) and all(isinstance(each, Mapping) for each in exclusions)
    if known and all(each.get("disabled") is True or _by_filter(each.get("filter")) == NONE for each in exclusions):
        return ALL
    return SOME


def _by_filter(text: Any) -> str:
    if not isinstance(text, str):
        return SOME
    if _AUDIT_ALONE.fullmatch(text):
        return NONE
    terms = comparisons(_LEFT_OUT.sub(" ", text).strip())
    if terms is None:
        return SOME
    types = [value for name, sign, value in terms if name.lower() == "resource.type" and sign == "="]
    if any(value != ENDPOINT for value in types):
        return NONE
    return ALL if len(types) == len(terms) else SOME
