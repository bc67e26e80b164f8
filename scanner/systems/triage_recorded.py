"""What a manifest already answers of the risk triage, and what it says that a question should be answered with in view.

Only what somebody decided, by name and day, is an answer: who signs the class of a system signs what it rests on, its
screening and its roles. Whatever else the manifest says is shown, and answers nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec

from scanner.systems.manifest import Manifest, System
from scanner.systems.triage_questions import Question

#: Frameworks that questions ask about. A system that names none is held to all that are shown.
_HELD_TO = ("iso-42001", "soc2")
#: Where what is said goes into the class, which somebody signs. Nobody signs what is said of an organisation.
_SIGNED = ("screening.", "classification.")


class Recorded(NamedTuple):
    """An answer of the manifest; by whom and when is None where nobody signed it."""

    answer: str
    by: str | None
    on: date | None
    review_by: date | None
    also: tuple[str, ...] = ()


class Facts:
    """What a manifest says of one system, by the places of its fields."""

    def __init__(self, manifest: Manifest, system: System) -> None:
        self._values = dict(_flat("", msgspec.to_builtins(system)))
        self._values["organisation.eu_market"] = _texts(manifest.organisation.eu_market)
        self._values["roles"] = system.classification.roles or manifest.organisation.default_roles
        self._own_roles = bool(system.classification.roles)
        for name in _HELD_TO:
            self._values[f"held_to.{name}"] = _texts(not system.frameworks or name in system.frameworks)
        if system.soc2:
            self._values["soc2.declared"] = _texts(True)
            for name in ("availability", "confidentiality", "processing-integrity", "privacy"):
                self._values[f"soc2.{name}"] = _texts(name in system.soc2.categories)
        self._act = system.classification.eu_ai_act
        self._interval = manifest.defaults.review_interval_days

    def recorded(self, question: Question) -> Recorded | None:
        """What the manifest answers to a question, if anything."""
        for rule in question.recorded:
            if all(value in self._values.get(place, ()) for place, value in rule.when.items()):
                act = self._act
                signed = act.decided_by is not None and act.decided_on is not None and all(map(self._asked, rule.when))
                by, on = (act.decided_by, act.decided_on) if signed else (None, None)
                return Recorded(rule.answer, by, on, act.review_by or self.due(on), rule.also)
        return None

    def due(self, on: date | None) -> date | None:
        """When what was decided on a day is to be reviewed, where nothing else says."""
        try:
            return on + timedelta(days=self._interval) if on else None
        except OverflowError:  # as good as never
            return None

    def _asked(self, place: str) -> bool:
        """Whether what is said there was asked of who signed the class."""
        return place.startswith(_SIGNED) or (place == "roles" and self._own_roles)

    def shown(self, question: Question) -> Iterator[str]:
        """What the manifest says that bears on a question, each as `place: value`."""
        for place in question.shows:
            if values := self._values.get(place):
                yield f"{place.rpartition('.')[2]}: {', '.join(values)}"


def _texts(value: Any) -> tuple[str, ...]:
    """A value as words; none for what was not said."""
    match value:
        case None:
            return ()
        case bool():
            return (str(value).lower(),)
        case list() | tuple():
            return tuple(text for item in value for text in _texts(item))
        case dict():
            return ()
    return (str(value),)


def _flat(place: str, value: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each field with the way to it. What is in lists of mappings bears on no question."""
    for name, item in value.items():
        here = f"{place}.{name}" if place else name
        if isinstance(item, dict):
            yield from _flat(here, item)
        else:
            yield here, _texts(item)
