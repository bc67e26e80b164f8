"""The dossier of an AI system as a page that prints well, and the short record of one whose declared risk is minimal.

What is written is in `scanner.evidence.dossier_types`; here it is counted, grouped and cut to what a person can take
in.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from msgspec.structs import asdict

from reports.html.gaps import unseen
from reports.html.lineage_chart import Chart
from reports.html.lineage_chart import lineage as chart_of
from reports.html.pages import render as template
from scanner.evidence.dossier_types import (
    Bears,
    ControlDays,
    ControlPage,
    Dossier,
    Held,
    Lineage,
    Observation,
    Part,
    Question,
)
from scanner.lineage.drawing import Drawing, Line, Spot
from scanner.lineage.lineage_graph import Node, Sort
from scanner.model.claims import STATEMENT, Claim, FrameworkState, Word
from scanner.model.nouns import Severity
from scanner.systems.manifest import System

#: Of the first page, which has to be taken in at a glance: observations against, things not seen, open questions.
WORST, UNSEEN, OPEN = 5, 5, 5
#: Of the observations on a question, which stand at each control that it is asked for.
ROWS = 100
#: Of the short record, which has two pages: kinds of resources, and names of each.
KINDS, NAMES = 10, 4
#: Of the controls that ask for an instrument.
CONTROLS = 6
BRIEF = {"worst": 4, "unseen": 4, "open": 4}
#: Of an observed value, and of all of an observation.
_VALUE, _VALUES = 160, 500
#: What is in the evidence of a finding and was not observed.
_DERIVED = frozenset({"score", "trust"})
#: What words about controls look like.
_LOOKS = {
    Word.FOR: "for",
    Word.PASS: "for",
    Word.AGAINST: "against",
    Word.FAIL: "against",
    Word.MIXED: "mixed",
    Word.NOT_ASSESSED: "open",
    Word.UNDECIDED: "open",
    Word.NOT_APPLICABLE: "none",
}
_BEARS: Mapping[Bears, str] = {"for": "for", "against": "against", "recorded": "open", "missing": "open",
                                "unknown": "open", "not applicable": "none"}  # fmt: skip
#: The framework whose organisation keeps a statement of applicability, and how the controls of its annex begin.
_SOA, _ANNEX = "iso-42001", "A."
#: The framework that a notified body goes by.
_ACT = "eu-ai-act"
_BODY = "What a notified body would ask for and does not find"
#: What it goes through (Annex VII, points 3 and 4): the technical documentation, which is to show Articles 9 to 15, and
#: the quality management system with its plan for the time on the market.
_EXAMINED = frozenset({"Annex IV", "Art. 17", "Art. 72", *(f"Art. {number}" for number in range(9, 16))})
#: Words of controls that do not count as applying.
_NOT_BINDING = frozenset({Word.NOT_APPLICABLE, Word.UNDECIDED})

Share = tuple[str, int, str]


class Alike(NamedTuple):
    """What one check found that speaks against the system: the worst of it, and how many more."""

    worst: Observation
    more: int


def render(dossier: Dossier) -> bytes:
    """The whole dossier, as HTML."""
    return template("dossier.html", **_data(dossier))


def render_record(dossier: Dossier) -> bytes:
    """The classification record: what the system is, why its risk is declared minimal, how it stands. Two pages."""
    data = _data(dossier)
    return template("record.html", **{**data, "most": data["most"] | BRIEF})


def _data(dossier: Dossier) -> dict[str, Any]:
    against = [one for one in dossier.observations if one.bears == "against"]
    worst = alike(one for one in against if not one.excepted)
    return {
        "dossier": dossier,
        "cover": dossier.cover,
        "system": dossier.declared,
        "state": dossier.state,
        "against": against,
        "unknown": sum(one.bears == "unknown" for one in dossier.observations),
        "excepted": sum(bool(one.excepted) for one in against),
        "worst": worst,
        "unseen": unseen(dossier.cover.not_seen),
        "kinds": Counter(one.kind.rpartition(".")[2] for one in dossier.resources).most_common(),
        "by_kind": by_kind(dossier.resources),
        "failed": failures(dossier),
        "most": {
            "worst": WORST,
            "unseen": UNSEEN,
            "open": OPEN,
            "rows": ROWS,
            "kinds": KINDS,
            "names": NAMES,
            "controls": CONTROLS,
        },
        "statement": STATEMENT,
        "looks": _LOOKS,
        "bears": _BEARS,
        "soa": _SOA,
        "annex": _ANNEX,
        "words": words,
        "shares": shares,
        "values": values,
        "anchor": anchor,
        "arises": arises,
        "observed": observed,
        "people": people,
        "ahead": ahead,
        "missing": missing,
        "shown_pages": shown_pages,
        "left_out": left_out,
        "screening": screening,
        "lineage_chart": chart(dossier.lineage),
        "said_of": {one.claim: one.message for one in dossier.observations},
        "addresses": addresses,
        "looks_of_days": looks_of_days,
    }


def looks_of_days(control: ControlDays) -> dict[date, str]:
    """What each day of a control looks like; a day without a scan has no look."""
    looks = dict.fromkeys(control.observed, "seen") | dict.fromkeys(control.not_seen, "open")
    return looks | dict.fromkeys(control.against, "against")


def alike(observations: Iterable[Observation]) -> list[Alike]:
    """Observations by check, the worst first; of each check, the first is shown."""
    by_check: dict[str, list[Observation]] = {}
    for one in observations:
        by_check.setdefault(one.check, []).append(one)
    ranked = sorted(by_check.values(), key=lambda found: (Severity(found[0].severity).rank, -len(found)))
    return [Alike(found[0], len(found) - 1) for found in ranked]


def by_kind(resources: Iterable[Held]) -> list[tuple[str, list[Held]]]:
    """Resources by kind."""
    found: dict[str, list[Held]] = {}
    for one in resources:
        found.setdefault(one.kind, []).append(one)
    return sorted(found.items())


def words(state: FrameworkState) -> list[Share]:
    """How many controls have which word, what does not apply left out."""
    return [
        (str(word), state.words.get(word, 0), look)
        for word, look in _LOOKS.items()
        if word is not Word.NOT_APPLICABLE and state.words.get(word)
    ]


def shares(claim: Claim) -> list[Share]:
    """How the verdicts on an objective speak."""
    return [("for", claim.supporting, "for"), ("against", claim.against, "against"), ("unknown", claim.unknown, "open")]


def values(evidence: Mapping[str, Any]) -> str:
    """Observed fields and their values, in one line."""
    told = (
        f"{name} = {_short(json.dumps(value, ensure_ascii=False, default=str), _VALUE)}"
        for name, value in evidence.items()
        if name not in _DERIVED
    )
    return _short("; ".join(told), _VALUES)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def anchor(*names: str) -> str:
    """An address inside the page, of characters that every reader takes."""
    return re.sub(r"[^A-Za-z0-9]+", "-", "-".join(names)).strip("-").lower() or "x"


def arises(dossier: Dossier, question: Question) -> tuple[list[Observation], int]:
    """The observations on a question, and on how many resources it does not arise."""
    found = dossier.of_objective(question.objective)
    told = [one for one in found if one.bears != "not applicable"]
    return told, len(found) - len(told)


def observed(dossier: Dossier, page: ControlPage) -> bool:
    """Whether a control has a table of observations, and so may take pages."""
    return any(arises(dossier, question)[0] for question in page.questions)


def people(parts: Sequence[Part]) -> tuple[int, int]:
    """Of controls that apply, how many only people can show, and how many there are."""
    return sum(part.state.manual for part in parts), sum(part.state.applicable for part in parts)


def shown_pages(pages: Iterable[ControlPage]) -> list[ControlPage]:
    """The controls that apply, or may: each has its own place."""
    return [page for page in pages if page.state.word is not Word.NOT_APPLICABLE]


def left_out(part: Part) -> list[ControlPage]:
    """The controls that do not apply: a line each, with the reason."""
    pages = (page for section in part.sections for page in section.pages)
    return [page for page in pages if page.state.word is Word.NOT_APPLICABLE]


def screening(system: System) -> list[tuple[str, str]]:
    """The answers of the screening, in words: one that is missing was not given."""
    answers = {True: "yes", False: "no", None: "not declared"}
    return [(name.replace("_", " "), answers[value]) for name, value in asdict(system.screening).items()]


def chart(lineage: Lineage | None) -> Chart | None:
    """Where everything of the lineage stands, if there is any."""
    if lineage is None:
        return None
    spots = (
        Spot(Node(number, Sort(one.sort), "", one.label, one.state), one.column)
        for number, one in enumerate(lineage.nodes)
    )
    lines = (Line(one.source, one.target, one.perhaps) for one in lineage.edges)
    return chart_of(Drawing(tuple(spots), tuple(lines), lineage.left_out))


def addresses(part: Part) -> dict[str, str]:
    """Where each control of a part stands in the page."""
    pages = (page for section in part.sections for page in section.pages)
    return {page.state.id: anchor(part.framework, page.oscal_id) for page in pages}


def failures(dossier: Dossier) -> str:
    """How many verdicts speak against a system, by severity. Where nothing was observed, nothing could."""
    state = dossier.state
    found = [f"{state.failures[name]} {name}" for name in Severity if state.failures.get(name)]
    if found:
        return f"Failures: {', '.join(found)}."
    seen = any(one.bears == "for" for one in dossier.observations)
    return "Nothing of what was observed." if seen else "Nothing was observed that could."


def ahead(part: Part) -> int:
    """How many of the controls that apply do so only later."""
    return sum(part.state.readiness.get(word, 0) for word in _LOOKS if word not in _NOT_BINDING)


def missing(part: Part, system: System) -> list[tuple[str, list[ControlPage]]]:
    """What there is no evidence of, below headings: of a high-risk system, what a notified body goes through first."""
    found = {page.state.id for page in part.missing}
    by_section = [(one.id, [page for page in one.pages if page.state.id in found]) for one in part.sections]
    if part.framework != _ACT or system.classification.eu_ai_act.tier != "high-risk":
        return [("What is asked for and not found", [page for _, pages in by_section for page in pages])]
    examined = [page for id, pages in by_section if id in _EXAMINED for page in pages]
    rest = [page for id, pages in by_section if id not in _EXAMINED for page in pages]
    return [(_BODY, examined), ("What else bears on it, and is not found", rest)]
