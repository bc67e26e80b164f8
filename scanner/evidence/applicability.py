"""Whether a control applies to an AI system: that rests on what people declared, and on nothing that a scan sees.

Source: the rows of the framework (`roles`, `regime`, `applies_from`, `category`) and the manifest. For the EU AI Act:
Regulation (EU) 2024/1689 as amended by Regulation (EU) 2026/1744, Arts. 2, 3, 5, 6, 50, 51, 53, 55 and 113.
"""

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from scanner.frameworks import Control, Framework
from scanner.model.claims import Evidence, Kind
from scanner.systems.manifest import EuAiAct, ExcludedControl, Manifest, Role, System

ACT = "eu-ai-act"
#: What of a framework speaks to generative models alone.
_GENERATIVE = "nist-ai-600-1"
_DEPENDS = "depends on how each AI system is classified, and no manifest of AI systems (--systems) declares that"
Roles = tuple[Role, ...]
#: Whether a row of the Act binds a system, and why, or why not.
Answer = tuple[bool | None, str]


class Applies(Struct, frozen=True, kw_only=True):
    """`yes` is None where nobody decided it. `why` says what it rests on, `since` is the day from which it applies."""

    yes: bool | None
    why: str = ""
    since: date | None = None
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
    if system is None or manifest is None:
        return Applies(yes=None, why=_DEPENDS, since=_since(control, None))
    return _of_act(control, system, manifest, as_of)


def classified(system: System) -> Evidence:
    """Who decided how a system is classified, and when."""
    act = system.classification.eu_ai_act
    tier = act.tier + (f", {act.route}" if act.route else "")
    return Evidence(
        kind=Kind.DECLARED,
        text=f"tier {tier}" + (f": {act.rationale}" if act.rationale else ""),
        by=act.decided_by or "",
        on=act.decided_on,
        until=act.review_by,
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


def _of_act(control: Control, system: System, manifest: Manifest, as_of: date) -> Applies:
    act = system.classification.eu_ai_act
    since = _since(control, act)
    said = classified(system)
    if manifest.organisation.eu_market is False:
        return Applies(
            yes=False, why=f"{manifest.organisation.name} is declared to be outside the EU market", rests_on=said
        )
    if act.review_by and act.review_by < as_of:
        return Applies(
            yes=None, why=f"its classification was to be reviewed by {act.review_by}", since=since, rests_on=said
        )
    roles = system.classification.roles or manifest.organisation.default_roles
    if control.roles and not roles:
        return Applies(yes=None, why="nobody declared its roles under the Act", since=since, rests_on=said)
    if control.roles and not set(control.roles) & set(roles):
        binds, own = " and ".join(control.roles), " and ".join(roles)
        return Applies(yes=False, why=f"binds the {binds}, and the declared role is {own}", since=since, rests_on=said)
    if _is_of_another_route(control, act):
        return Applies(yes=False, why=f"does not bind systems that are high-risk by {act.route}", rests_on=said)
    yes, why = _ANSWERS[control.regime or "all"](system, roles)
    return Applies(yes=yes, why=why, since=since, rests_on=said)


def _since(control: Control, act: EuAiAct | None) -> date | None:
    """The day from which a row applies, as amended; of an unknown route, the earlier one."""
    dates = _dates(control)
    if act is not None and act.applies_from and control.regime == "hr":
        return act.applies_from
    return dates.get(_route(act)) or dates.get("all") or min(dates.values(), default=None)


def _dates(control: Control) -> dict[str, date]:
    """Since when a row binds whom; of what was on the market before, nothing is known here."""
    found = control.applies_from.items()
    return {key: date.fromisoformat(day) for key, day in found if not key.startswith("placed_before")}


def _route(act: EuAiAct | None) -> str:
    return (act.route or "").replace("-", "_") if act is not None else ""


def _is_of_another_route(control: Control, act: EuAiAct) -> bool:
    """Whether a row names the day for the other route to high risk alone."""
    dates, route = _dates(control), _route(act)
    return bool(dates and route) and route not in dates and "all" not in dates


def _everyone(_: System, _roles: Roles) -> Answer:
    return True, ""


def _high_risk(system: System, _roles: Roles) -> Answer:
    tier = system.classification.eu_ai_act.tier
    if tier == "unclassified":
        return True, "nobody classified it, and so it is held to what a high-risk system is held to"
    if tier == "high-risk":
        return True, ""
    return False, f"binds high-risk systems, and its declared tier is {tier}"


def _transparent(system: System, _roles: Roles) -> Answer:
    """Art. 50 goes by what a system does, whatever its tier."""
    if system.classification.eu_ai_act.tier == "transparency":
        return True, ""
    asked = system.screening
    answers = (asked.interacts_with_persons, asked.generates_content, asked.biometric_input)
    if any(answers):
        return True, ""
    if None in answers:
        return None, "its screening leaves open whether it talks to people, generates content or uses biometric data"
    return False, "is declared not to talk to people, to generate no content and to use no biometric data"


def _general_purpose(_: System, roles: Roles) -> Answer:
    if "gpai-provider" in roles:
        return True, ""
    return False, "binds providers of general-purpose models, and that is no declared role of it"


def _systemic(system: System, roles: Roles) -> Answer:
    yes, why = _general_purpose(system, roles)
    return (None, "nobody declared whether its model has systemic risk (Art. 51)") if yes else (yes, why)


_ANSWERS: dict[str, Callable[[System, Roles], Answer]] = {
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
        source="excluded_controls",
    )
