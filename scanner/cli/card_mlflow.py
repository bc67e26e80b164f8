"""What MLflow records of a version, for the draft of its card: metrics, data, and by which groups it was evaluated.

All of it is recorded. Of groups their values are left out, and so are their names: how few a group may be before it is
a person, only a manifest says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from scanner.cards.card import Measure
from scanner.cards.card_draft import Statement
from scanner.model.patterns import pattern

if TYPE_CHECKING:
    from checks.mlflow.registry.resources import ModelVersion
    from scanner.model.evaluations import Evaluation
    from scanner.model.views import View
    from scanner.store.inventory import Inventory

KIND = "mlflow.registry.ModelVersion"
#: A name that may say a group in a spelling that leaves doubt.
_MAY_BE_A_GROUP = pattern(r"__|[/:=\[\]]")


class Recorded(NamedTuple):
    """Answers by the id of a question, what else there is to say, and measures on data that it was not trained on."""

    answers: tuple[tuple[str, Statement], ...] = ()
    about: tuple[Statement, ...] = ()
    measures: tuple[Measure, ...] = ()


def recorded_of(inventory: Inventory, id: str) -> Recorded:
    """What there is of a version. What was not observed is said."""
    from checks.mlflow.registry.resources import ModelVersion
    from checks.mlflow.tracking.recorded_evaluations import ALSO, NEEDS, evaluations_of
    from checks.mlflow.tracking.tabled import evaluations_in_tables
    from scanner.store.inventory import InventoryView

    view = InventoryView(inventory, NEEDS, ALSO)
    version = view.get(ModelVersion, id)
    if not isinstance(version, ModelVersion):
        return Recorded()
    found = evaluations_of(version, view, ())
    every = [*((found,) if isinstance(found, str) else found), *evaluations_in_tables(version, view, ())]
    evaluations = [one for one in every if not isinstance(one, str)]
    counting = [one for one in evaluations if one.data.digest and one.data.digest not in (one.trained_on or ())]
    return Recorded(
        answers=(*_of_training(version, view), *(each for one in evaluations for each in _answers(one))),
        about=tuple(dict.fromkeys((*_about(evaluations), *(_unseen(one) for one in every if isinstance(one, str))))),
        measures=tuple(_measures(counting[0])) if len(counting) == 1 else (),
    )


def _of_training(version: ModelVersion, view: View) -> Iterator[tuple[str, Statement]]:
    from checks.mlflow.tracking.evaluated import is_training, run_of
    from checks.mlflow.tracking.resources import Run

    run = run_of(version, view)
    for each in run.datasets or () if isinstance(run, Run) else ():
        if each.dataset is not None and is_training(each.tags):
            named = _data(each.dataset.name or "", each.dataset.digest or "")
            yield "MC-6.1", Statement("recorded", "training data of its run", named)


def _answers(one: Evaluation) -> Iterator[tuple[str, Statement]]:
    on = _data(one.data.name, one.data.digest)
    where = "on data that it was evaluated on" if one.data.digest else "on data that is not named"
    if one.data.digest in (one.trained_on or ()):
        where = "on data that it was trained on"
    elif one.data.digest:
        yield "MC-5.1", Statement("recorded", "data that it was evaluated on", on)
    of = f", on {on}" if one.data.digest else ""
    for value in one.values:
        if not value.group and value.value is not None and not _MAY_BE_A_GROUP.search(value.metric):
            yield "MC-4.1", Statement("recorded", f"metric {where}", f"{value.metric} = {value.value:g}{of}")
    for facets in sorted({tuple(sorted(value.group)) for value in one.values if value.group}):
        item = "MC-7.1" if len(facets) == 1 else "MC-7.2"
        yield item, Statement("recorded", f"evaluated by group {where}", f"{' and '.join(facets)}{of}")


def _about(evaluations: list[Evaluation]) -> Iterator[Statement]:
    for one in evaluations:
        yield Statement("recorded", "model that its evaluation names", one.model or "none")
        if one.at is not None:
            yield Statement("recorded", "evaluated at", f"{one.at:%Y-%m-%d}")


def _unseen(why: str) -> Statement:
    return Statement("observed", "evaluation that does not count or was not seen", why)


def _measures(one: Evaluation) -> Iterator[Measure]:
    for each in one.values:
        if not each.group and not _MAY_BE_A_GROUP.search(each.metric):
            yield Measure(name=each.metric, value=each.value)


def _data(name: str, digest: str) -> str:
    return f"{name} (digest {digest})" if name and digest else name or f"digest {digest}"
