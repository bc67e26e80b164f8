"""Whether a control applies to an AI system: that rests on what people declared, and on nothing that a scan sees.

Source: the rows of the framework (`roles`, `regime`, `applies_from`, `category`) and the manifest. For the EU AI Act:
Regulation (EU) 2024/1689 as amended by Regulation (EU) 2026/1744, Arts. 2, 3, 5, 6, 50, 51, 53, 55 and 113.
"""

from collections.abc import Callable
from datetime import date, timedelta

from msgspec import Struct

from scanner.frameworks import Control, Framework
from scanner.model.claims import Evidence, Kind
from scanner.systems.manifest import ExcludedControl, Manifest, Role, System

ACT = "eu-ai-act"
#: What of a framework speaks to generative models alone.
_GENERATIVE = "nist-ai-600-1"
#: Where it is declared that a control is left out.
EXCLUDED = "excluded_controls"
_DEPENDS = "depends on how each AI system is classified, and no manifest of AI systems (--systems) declares that"
#: The row that says when a system is high-risk, and the one that is about people's data in any case.
_CLASSES, _BIAS = "Art. 6", "Art. 4a"
#: How days begin that are for what was on the market by then.
_BEFORE = "placed_before_"
#: Which answers of the screening decide about paragraphs of Art. 50.
_TRANSPARENCY = {
    "Art. 50(1)": ("interacts_with_persons",),
    "Art. 50(2)": ("generates_content",),
    "Art. 50(3)": ("biometric_input",),
    "Art. 50(4)": ("generates_content",),
}
_DOES = {
    "interacts_with_persons": "talks to people",
    "generates_content": "generates content",
    "biometric_input": "uses biometric data",
}
Roles = tuple[Role, ...]
#: Whether a row of the Act binds a system, and why, or why not.
Answer = tuple[bool | None, str]


class Applies(Struct, frozen=True, kw_only=True):
    """`yes` is None where nobody decided it. `why` says what it rests on, `since` is the day from which it applies.

    It is `ahead` of a system that is in development: the Act does not apply before it is put on the market or into
    service (Art. 2(8)).
    """

    yes: bool | None
    why: str = ""
    since: date | None = None
    ahead: bool = False
    rests_on: Evidence | None = None


def applies(framework: Framework, control: Control, system: System | None, manifest: Manifest | None,
            as_of: date) -> Applies:  # fmt: skip
    """Whether a control applies to a system as of a day; without a system, to whatever was scanned."""
    if system is not None:
        for excluded in system.excluded_controls:
            current = excluded.expires is None or excluded.expires >= as_of
            if current and (excluded.framework, excluded.control) == (framework.id, control.id):
                return Applies(
                    yes=False, why=f"excluded by the manifest: {excluded.reason}", rests_on=_excluded(excluded)
                )
    if control.category:
        return _of_category(control.category, system)
    if framework.id == _GENERATIVE:
        return _generative(system)
    if not control.regime and not control.roles:
        return Applies(yes=True)
    day = _Days(framework, control, system)
    if system is None or manifest is None:
        return Applies(yes=None, why=_DEPENDS, since=day.since)
    return _of_act(control, system, manifest, as_of, day)


def classified(system: System, manifest: Manifest) -> Evidence:
    """Who decided how a system is classified, when, and until when that holds."""
    act = system.classification.eu_ai_act
    until = act.review_by
    if until is None and act.decided_on is not None:
        until = act.decided_on + timedelta(days=manifest.defaults.review_interval_days)
    tier = act.tier + (f", {act.route}" if act.route else "")
    return Evidence(
        kind=Kind.DECLARED,
        text=f"tier {tier}" + (f": {act.rationale}" if act.rationale else ""),
        by=act.decided_by or "",
        on=act.decided_on,
        until=until,
        source="classification.eu_ai_act",
    )


def _of_category(category: str, system: System | None) -> Applies:
    """SOC 2: security is always in scope, the other categories by choice (AICPA TSP section 100)."""
    if category == "security":
        return Applies(yes=True)
    if system is None or system.soc2 is None:
        return Applies(yes=None, why=f"nobody declared whether {category} is in the scope of a SOC 2 report")
    scope = Evidence(kind=Kind.DECLARED, text=f"SOC 2: {', '.join(system.soc2.categories)}", source="soc2.categories")
    if category in system.soc2.categories:
        return Applies(yes=True, rests_on=scope)
    return Applies(yes=False, why=f"{category} is declared out of the scope of its SOC 2 report", rests_on=scope)


def _generative(system: System | None) -> Applies:
    answer = None if system is None else system.screening.generates_content
    if answer is None:
        return Applies(yes=None, why="nobody declared whether it generates content, of which this profile is")
    said = Evidence(kind=Kind.DECLARED, text=f"generates_content: {str(answer).lower()}", source="screening")
    return Applies(yes=answer, why="" if answer else "is declared to generate no content", rests_on=said)


def _of_act(control: Control, system: System, manifest: Manifest, as_of: date, days: "_Days") -> Applies:
    act = system.classification.eu_ai_act
    since = days.since
    said = classified(system, manifest)
    if manifest.organisation.eu_market is False:
        market = Evidence(kind=Kind.DECLARED, text="eu_market: false", source="organisation.eu_market")
        why = f"{manifest.organisation.name} is declared to be outside the EU market"
        return Applies(yes=False, why=why, rests_on=market)
    if said.until and said.until < as_of:
        return Applies(
            yes=None, why=f"its classification was to be reviewed by {said.until}", since=since, rests_on=said
        )
    if act.decided_on and act.decided_on > as_of:
        return Applies(
            yes=None, why=f"its classification is of {act.decided_on}, a later day", since=since, rests_on=said
        )
    roles = system.classification.roles or manifest.organisation.default_roles
    if control.roles and not roles:
        return Applies(yes=None, why="nobody declared its roles under the Act", since=since, rests_on=said)
    if control.roles and not set(control.roles) & set(roles):
        binds, own = " and ".join(control.roles), " and ".join(roles)
        return Applies(yes=False, why=f"binds the {binds}, and the declared role is {own}", since=since, rests_on=said)
    if days.is_of_another_route:
        return Applies(yes=False, why=f"does not bind systems that are high-risk by {act.route}", rests_on=said)
    yes, why = _ANSWERS[control.regime or "all"](control, system, roles)
    ahead = system.status == "development"
    notes = (why, "it is in development" if yes and ahead else "", days.note(as_of) if yes else "")
    return Applies(yes=yes, why="; ".join(filter(None, notes)), since=since, ahead=ahead, rests_on=said)


class _Days:
    """Since when a row binds a system, as amended; without a system, or where its route is not known, the earliest."""

    def __init__(self, framework: Framework, control: Control, system: System | None) -> None:
        act = system.classification.eu_ai_act if system is not None else None
        self._declared = act.applies_from if act is not None and control.regime == "hr" else None
        self._route = (act.route or "").replace("-", "_") if act is not None else ""
        self._days = _dates(control)
        self._before = {key: day for key, day in control.applies_from.items() if key.startswith(_BEFORE)}
        self.by_law = self._of_route(self._days)
        if control.regime == "hr" and control.parent != _BIAS:
            # What is high-risk is so from the day of Art. 6 on: by then alone are there duties of such systems.
            class_ = next((row for row in framework.controls if row.id == _CLASSES), None)
            starts = [day for day in (self.by_law, self._of_route(_dates(class_)) if class_ else None) if day]
            self.by_law = max(starts, default=None)
        self.since = self._declared or self.by_law

    def _of_route(self, days: dict[str, date]) -> date | None:
        return days.get(self._route) or days.get("all") or min(days.values(), default=None)

    @property
    def is_of_another_route(self) -> bool:
        """Whether a row names the day for the other route to high risk alone."""
        return bool(self._days and self._route) and self._route not in self._days and "all" not in self._days

    def note(self, as_of: date) -> str:
        """What a reader has to know of the day: who else says so, and whom it spares."""
        if self._declared and self.by_law and self._declared > self.by_law:
            return f"declared to apply from {self._declared}, and by the Act from {self.by_law}"
        later = [(key.removeprefix(_BEFORE), day) for key, day in self._before.items() if day > as_of.isoformat()]
        return "; ".join(f"from {day} if it was on the market before {before}" for before, day in later)


def _dates(control: Control) -> dict[str, date]:
    """Since when a row binds whom; whether something was on the market before, nobody declares."""
    found = control.applies_from.items()
    return {key: date.fromisoformat(day) for key, day in found if not key.startswith(_BEFORE)}


def _everyone(_: Control, _system: System, _roles: Roles) -> Answer:
    return True, ""


def _high_risk(_: Control, system: System, _roles: Roles) -> Answer:
    tier = system.classification.eu_ai_act.tier
    if tier == "unclassified":
        return True, "nobody classified it, and so it is held to what a high-risk system is held to"
    if tier == "high-risk":
        return True, ""
    return False, f"binds high-risk systems, and its declared tier is {tier}"


def _transparent(control: Control, system: System, _roles: Roles) -> Answer:
    """Each paragraph of Art. 50 goes by what a system does, whatever its tier; the last by all of that."""
    questions = _TRANSPARENCY.get(control.id, tuple(_DOES))
    if control.id not in _TRANSPARENCY and system.classification.eu_ai_act.tier == "transparency":
        return True, ""
    answers = [getattr(system.screening, question) for question in questions]
    if any(answers):
        return True, ""
    asked = " or ".join(_DOES[question] for question in questions)
    if None in answers:
        return None, f"its screening leaves open whether it {asked}"
    return False, f"is declared not to do what it is about: whether it {asked}"


def _general_purpose(_: Control, _system: System, roles: Roles) -> Answer:
    if "gpai-provider" in roles:
        return True, ""
    return False, "binds providers of general-purpose models, and that is no declared role of it"


def _systemic(control: Control, system: System, roles: Roles) -> Answer:
    yes, why = _general_purpose(control, system, roles)
    return (None, "nobody declared whether its model has systemic risk (Art. 51)") if yes else (yes, why)


_ANSWERS: dict[str, Callable[[Control, System, Roles], Answer]] = {
    "all": _everyone,
    "class": _everyone,
    "proh": _everyone,
    "hr": _high_risk,
    "tr": _transparent,
    "gpai": _general_purpose,
    "gpai-sr": _systemic,
}
REGIMES = frozenset(_ANSWERS)


def _excluded(excluded: ExcludedControl) -> Evidence:
    return Evidence(
        kind=Kind.DECLARED,
        text=excluded.reason,
        by=excluded.approved_by or "",
        until=excluded.expires,
        source=EXCLUDED,
    )
