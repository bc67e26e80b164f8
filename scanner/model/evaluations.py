"""Evaluations of models by group, as files, MLflow and clouds record them, and how a metric's name says its group.

All of it is recorded: it proves that somebody wrote these numbers down, not that they are right. No name of a metric is
guessed at: where it could mean two things, it says no group.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

#: A group of items by facet, such as {"sex": "1", "age_band": "60-69"}; empty for all of them.
Group = Mapping[str, str]

#: Facets, values and metrics that are longer are not names; the same bound as MLflow's for the key of a metric.
_LONGEST = 250
_FACET = r"[A-Za-z](?:[A-Za-z0-9-]|_(?!_))*(?<!_)"
_VALUE = r"[^,/\[\]{}=:]+"
_PAIR = rf"{_FACET}[=:]{_VALUE}"
#: `recall/age_band=60-69`, `mae.sex:1`, `mae__sex=1`, `mae[sex=1,age_band=60-69]`.
_SPELLED = re.compile(
    rf"(?P<metric>[^=:,\[\]{{}}]+?)(?:(?:/|\.|__)(?P<plain>{_PAIR}(?:[,/]{_PAIR})*)|\[(?P<bracketed>{_PAIR}(?:,{_PAIR})*)\])"
)
#: `mae__sex__1`, and `mae__sex_1` whose one part has facet and value.
_PARTS = re.compile(r"(?P<metric>(?:[^_=:]|_(?!_))+(?<!_))__(?P<rest>(?:[^=:/\[\]{},])+)")


class Subgroup(NamedTuple):
    """A metric, and the group that its name says it is of."""

    metric: str
    group: Group


class Interval(Struct, frozen=True, kw_only=True):
    """Between which bounds a value lies, at a level of confidence such as 0.95, as whoever measured it says."""

    low: float
    high: float
    level: Annotated[float, Meta(gt=0, lt=1)]


class Measured(Struct, frozen=True, kw_only=True):
    """One value of a metric, for one group of items or, where `group` is empty, for all.

    `items` is how many items are in the group. `of` is how many of them the value is a share of, where it is a rate:
    a recall is one of the positive items alone. `value` is None where what was recorded is no finite number.
    """

    metric: str
    value: float | None
    group: Group = {}
    items: Annotated[int, Meta(ge=0)] | None = None
    of: Annotated[int, Meta(ge=0)] | None = None
    interval: Interval | None = None
    standard_error: Annotated[float, Meta(ge=0)] | None = None


class EvaluatedOn(Struct, frozen=True, kw_only=True):
    """The data that a model was evaluated on; empty where nothing was recorded. `context` is as MLflow calls it."""

    digest: str = ""
    name: str = ""
    context: str = ""


class Evaluation(Struct, frozen=True, kw_only=True):
    """What was measured of one model on one data set.

    `model` and `model_digest` are what the evaluation itself names: an id as its source has it (a LoggedModel's, a
    model version's), and the digest of the artifact. `trained_on` are digests of training data, None where nobody
    recorded them. `by` is who says so, by their own account. `source` is where it was read.
    """

    source: str
    values: tuple[Measured, ...]
    model: str = ""
    model_digest: str = ""
    data: EvaluatedOn = EvaluatedOn()
    trained_on: tuple[str, ...] | None = None
    at: datetime | None = None
    by: str = ""


def subgroup(name: str, facets: Collection[str] = ()) -> Subgroup | None:
    """The metric and the group that a name says; None where it says none, or could mean two. `facets` are known ones.

    Three spellings are read:

    - `METRIC/FACET=VALUE`, with `.` or `__` for `/`, and `:` for `=`, which MLflow refuses in names; several pairs with
      `,` or `/` between them, or all of them in brackets: `recall/age_band:60-69`, `mae.sex=1`, `mae[sex=1,age=60-69]`.
    - `METRIC__FACET__VALUE`: `mae__age_band__60-69`.
    - `METRIC__FACET_VALUE` where one underscore alone parts facet and value, or a known facet does: `mae__sex_1`.
    """
    if len(name) > _LONGEST:
        return None
    if spelled := _SPELLED.fullmatch(name):
        pairs = re.split("[,/]", spelled["plain"] or spelled["bracketed"])
        found = [tuple(re.split("[=:]", pair)) for pair in pairs]
        group = {facet.strip(): value.strip() for facet, value in found}
        unclear = "__" in spelled["metric"] or len(group) < len(pairs) or not all(group.values())
        return None if unclear else Subgroup(spelled["metric"], group)
    if parts := _PARTS.fullmatch(name):
        ways = set(_ways(parts["rest"], facets))
        if len(ways) == 1:
            [(facet, value)] = ways
            return Subgroup(parts["metric"], {facet: value})
    return None


def _ways(rest: str, facets: Collection[str]) -> list[tuple[str, str]]:
    """Each way to part `sex_1`, `age_band_60-69` or `sex__1` into facet and value."""
    mark = "__" if "__" in rest else "_"
    known = [(facet, rest[len(facet) + len(mark) :]) for facet in facets if rest.startswith(facet + mark)]
    pieces = rest.split(mark)
    plain = [(pieces[0], pieces[1])] if len(pieces) == 2 else []
    return [
        (facet, value)
        for facet, value in known or plain
        if re.fullmatch(_FACET, facet) and value.strip("_") == value != ""
    ]
