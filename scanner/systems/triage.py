"""The risk triage of an AI system: what the recorded answers lead to, who decided it when, and what nobody has decided.

Pure. It decides nothing: an exception or a derogation is claimed by whoever answered, and where nobody did, a person
must decide. The Act knows no class below these routes and duties, and no word here says that there is one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.frameworks import Control, load
from scanner.systems.manifest import Manifest, System
from scanner.systems.triage_answers import Answers
from scanner.systems.triage_hints import Hint
from scanner.systems.triage_questions import UNKNOWN, Kind, Lead, Question, Questions, leads
from scanner.systems.triage_recorded import Facts, Recorded

NOTHING = "no high-risk route or Art. 50 duty found (Art. 4 and 5 still apply)"
UNDECIDED = "a person must decide"
#: What makes a class: of these there is something to say first, and what may lead to one of them is open as long as it
#: is not answered.
_CLASSES: tuple[Kind, ...] = (
    "outside",
    "prohibited",
    "annex-i",
    "annex-iii",
    "derogation",
    "exception",
    "transparency",
)
#: Who becomes the provider of a high-risk system.
_BECOMING = "Art. 25(1)"
#: The tier of a manifest that goes with each.
_TIERS: dict[Kind, str] = {
    "prohibited": "prohibited", "annex-i": "high-risk", "annex-iii": "high-risk", "transparency": "transparency",
}  # fmt: skip


class Basis(Struct, frozen=True, kw_only=True):
    """An answer, who gave it and when. `past_review` is the day by which it was to be reviewed, if that has passed.

    `ahead_of` is the day that the result is as of, if the answer is later.
    """

    question: str
    answer: str
    says: str = ""
    reason: str = ""
    by: str = ""
    on: date | None = None
    source: str = ""
    past_review: date | None = None
    ahead_of: date | None = None

    @property
    def decided(self) -> str:
        """Who decided it when, and where that is written."""
        late = f", past its review by {self.past_review}" if self.past_review else ""
        ahead = f", after {self.ahead_of}" if self.ahead_of else ""
        return f"{self.by} on {self.on}, in the {self.source}{ahead}{late}"


class Conclusion(Struct, frozen=True, kw_only=True):
    """What an answer leads to. `rests_on` is that answer, after those that led to its question.

    `open` are the questions below it that nobody has decided.
    """

    kind: Kind
    says: str
    articles: tuple[str, ...]
    since: date | None
    rests_on: tuple[Basis, ...]
    checked: bool
    open: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return self.says + (", question open" if self.open else "")


class Open(Struct, frozen=True, kw_only=True):
    """A question that nobody has decided: answered by unknown, or not at all. `depends` is what it may lead to."""

    question: str
    asks: str
    articles: tuple[str, ...]
    answered: Basis | None
    depends: tuple[str, ...]
    bears_on_class: bool


class Triage(Struct, frozen=True, kw_only=True):
    """All that comes of the answers about a system, as of a day."""

    system: str
    name: str
    as_of: date
    headline: tuple[str, ...]
    conclusions: tuple[Conclusion, ...]
    open: tuple[Open, ...]
    answers: tuple[Basis, ...]
    contradictions: tuple[str, ...]
    notes: tuple[str, ...]
    prompts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unchecked: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Open, ...]:
        """The questions that have no answer, not even that it is not known yet."""
        return tuple(one for one in self.open if one.answered is None)

    @property
    def deciders(self) -> tuple[str, ...]:
        """Who decided when, with how many answers."""
        counts = Counter(basis.decided for basis in self.answers)
        return tuple(f"{decided}: {count} {'answer' if count == 1 else 'answers'}" for decided, count in counts.items())


def triage(
    questions: Questions,
    manifest: Manifest,
    system: System,
    answers: Answers | None,
    as_of: date,
    shown: Mapping[str, Hint] | None = None,
) -> Triage:
    """What the answers about a system lead to; where there is none, what the manifest says counts as one.

    `shown` is what an inventory shows.
    """
    facts = Facts(manifest, system)
    bases = dict(_bases(questions, facts, answers, as_of))
    asked = tuple(questions.asked({name: basis.answer for name, basis in bases.items()}))
    undecided = tuple(_open(asked, bases, questions))
    conclusions = tuple(_conclusions(asked, bases, questions, frozenset(one.question for one in undecided)))
    given = tuple(bases[question.id] for question in asked if question.id in bases)
    used = {question.id for question in asked}
    contradictions = (
        *_disagreements(questions, facts, answers),
        *_against(questions, {basis.question: basis for basis in given}),
        *_becoming(conclusions, undecided),
        *_tier(system, conclusions, undecided),
    )
    return Triage(
        system=system.id,
        name=system.name,
        as_of=as_of,
        headline=(*_headline(conclusions, undecided), *_attention(given, contradictions)),
        conclusions=conclusions,
        open=undecided,
        answers=given,
        contradictions=contradictions,
        notes=tuple(_notes(system, answers, given, used, as_of)),
        prompts={
            question.id: said
            for question in questions.questions
            if (said := tuple(_prompts(question, facts, shown or {})))
        },
        unchecked=tuple(question.id for question in asked if not question.checked),
    )


def _bases(questions: Questions, facts: Facts, answers: Answers | None, as_of: date) -> Iterator[tuple[str, Basis]]:
    """The answer to each question that has one: that of the file, else that of the manifest if somebody signed it."""
    given = answers.answers if answers else {}
    for question in questions.questions:
        own, recorded = given.get(question.id), facts.recorded(question)
        if own is not None and answers is not None:
            by, on = own.by or answers.answered_by, own.on or answers.answered_on
            found = _basis(question, own.answer, by=by, on=on, source="answers", reason=own.reason or "")
            yield question.id, _dated(found, facts.due(on), as_of)
        elif recorded is not None and recorded.by is not None:
            found = _basis(question, recorded.answer, by=recorded.by, on=recorded.on, source="manifest")
            yield question.id, _dated(found, recorded.review_by, as_of)


def _basis(question: Question, answer: str, *, by: str, on: date | None, source: str, reason: str = "") -> Basis:
    choice = question.answers.get(answer)
    says = "not known yet" if choice is None else choice.text
    return Basis(question=question.id, answer=answer, says=says, reason=reason, by=by, on=on, source=source)


def _dated(basis: Basis, due: date | None, as_of: date) -> Basis:
    """An answer as it stands on a day: past its review, which is due, or later than the day."""
    late = due if due and due < as_of else None
    ahead = as_of if basis.on and basis.on > as_of else None
    return replace(basis, past_review=late, ahead_of=ahead)


def _open(asked: Sequence[Question], bases: Mapping[str, Basis], questions: Questions) -> Iterator[Open]:
    for question in asked:
        basis = bases.get(question.id)
        if basis is None or basis.answer == UNKNOWN:
            ahead = list(leads(list(questions.below(question))))
            yield Open(
                question=question.id,
                asks=question.question,
                articles=question.articles,
                answered=basis,
                depends=tuple(dict.fromkeys(lead.says for _, lead in ahead if lead.kind != "note")),
                bears_on_class=any(lead.kind in _CLASSES for _, lead in ahead),
            )


def _conclusions(
    asked: Sequence[Question], bases: Mapping[str, Basis], questions: Questions, undecided: frozenset[str]
) -> Iterator[Conclusion]:
    rows = {control.id: control for control in load((questions.act,)).frameworks[questions.act].controls}
    way: dict[str, tuple[Basis, ...]] = {}
    for question in asked:
        basis = bases.get(question.id)
        choice = question.answers.get(basis.answer) if basis else None
        if basis is None or choice is None:
            continue
        rests_on = (*way.get(question.id, ()), basis)
        for name in choice.asks:
            way.setdefault(name, rests_on)
        below = {one.id for name in choice.asks for one in questions.below(questions.by_id[name])}
        for lead in choice.leads_to:
            yield Conclusion(
                kind=lead.kind,
                says=lead.says,
                articles=question.articles_of(lead),
                since=_since(rows, question, lead),
                rests_on=rests_on,
                checked=question.checked,
                open=tuple(sorted(below & undecided)) if lead.kind == "exception" else (),
            )


def _since(rows: Mapping[str, Control], question: Question, lead: Lead) -> date | None:
    """From when the first of its provisions applies that has a day: that of the route, or of all systems."""
    if lead.kind in ("role", "timing", "management", "note", "outside", "exception"):
        return None
    for cited in question.articles_of(lead):
        article = cited
        while article not in rows and "(" in article:  # a point of a paragraph applies with the paragraph
            article = article[: article.rindex("(")]
        days = rows[article].applies_from if article in rows else {}
        for route in (lead.kind.replace("-", "_"), "all", "annex_iii"):
            if route in days:
                return date.fromisoformat(days[route])
    return None


def _headline(conclusions: Sequence[Conclusion], undecided: Sequence[Open]) -> Iterator[str]:
    """What makes a class first, each with its articles; then that nothing does, or that a person must decide."""
    derogated = any(one.kind == "derogation" for one in conclusions)
    found = [one for kind in _CLASSES for one in conclusions if one.kind == kind]
    for one in found:
        claimed = ", from which the derogation of Art. 6(3) is claimed" if derogated and one.kind == "annex-iii" else ""
        yield f"{one.words}{claimed} ({', '.join(one.articles)})"
    waiting = [one for one in undecided if one.bears_on_class]
    if not waiting and all(one.kind == "exception" for one in found):
        yield NOTHING
    if undecided:
        questions = "1 question" if len(undecided) == 1 else f"{len(undecided)} questions"
        yield f"{UNDECIDED}: {questions} open" + (f", {len(waiting)} of them on the class" if waiting else "")


def _attention(given: Sequence[Basis], contradictions: Sequence[str]) -> Iterator[str]:
    """Why the rest may be no longer, or not yet, what people decided."""
    if contradictions:
        number = len(contradictions)
        yield f"a person must correct: {number} {'contradiction' if number == 1 else 'contradictions'}"
    if late := sum(1 for basis in given if basis.past_review):
        yield f"a person must review: {_counted(late)} past the day for it"


def _disagreements(questions: Questions, facts: Facts, answers: Answers | None) -> Iterator[str]:
    """Where the file answers otherwise than the manifest."""
    for question in questions.questions:
        own = answers.answers.get(question.id) if answers else None
        recorded = facts.recorded(question)
        if answers and own and recorded and own.answer not in (recorded.answer, *recorded.also):
            by, on = own.by or answers.answered_by, own.on or answers.answered_on
            said = f"the answers say {own.answer} ({by} on {on})"
            yield f"{question.id}: {said}, the manifest {recorded.answer} ({_signed(recorded)}); correct one of the two"


def _signed(recorded: Recorded) -> str:
    return f"{recorded.by} on {recorded.on}" if recorded.by else "signed by nobody"


def _against(questions: Questions, given: Mapping[str, Basis]) -> Iterator[str]:
    """Where two answers cannot both be right."""
    for one in given.values():
        choice = questions.by_id[one.question].answers.get(one.answer)
        for name, answers in choice.against.items() if choice else ():
            other = given.get(name)
            if other and other.answer in answers:
                said = " and ".join(f"{basis.question} is {basis.answer} ({basis.decided})" for basis in (one, other))
                yield f"{said}; correct one of the two"


def _becoming(conclusions: Sequence[Conclusion], undecided: Sequence[Open]) -> Iterator[str]:
    """Where somebody becomes provider of what no answer makes a high-risk system, or what is claimed to be none."""
    kinds = {one.kind for one in conclusions}
    high = "annex-i" in kinds or ("annex-iii" in kinds and "derogation" not in kinds)
    for one in conclusions:
        if _BECOMING in one.articles and not high and not any(waiting.bears_on_class for waiting in undecided):
            yield f"{one.says}: that is about high-risk systems, and by the other answers it is none"


def _tier(system: System, conclusions: Sequence[Conclusion], undecided: Sequence[Open]) -> Iterator[str]:
    """Where the class that the manifest declares is not what the answers lead to."""
    act = system.classification.eu_ai_act
    kinds = {one.kind for one in conclusions}
    found = next((tier for kind, tier in _TIERS.items() if kind in kinds), None)
    settled = not any(one.bears_on_class for one in undecided)
    if act.tier == "unclassified" or "derogation" in kinds or "outside" in kinds or (found is None and not settled):
        return
    if (found or "minimal") != act.tier and (settled or found != "transparency"):
        what = f"lead to {found}" if found else "lead to no route or duty"
        yield f"the manifest says tier: {act.tier} ({act.decided_by} on {act.decided_on}), and the answers {what}"
    routes = kinds & {"annex-i", "annex-iii"}
    if act.route and routes and act.route not in routes:
        yield f"the manifest says route: {act.route}, and the answers lead to {', '.join(sorted(routes))}"


def _notes(
    system: System, answers: Answers | None, given: Sequence[Basis], used: set[str], as_of: date
) -> Iterator[str]:
    act = system.classification.eu_ai_act
    if act.review_by and act.review_by < as_of:
        yield f"what the manifest says was to be reviewed by {act.review_by}, which has passed"
    if act.decided_by is None or act.decided_on is None:
        yield "nobody signed what the manifest says of its class, so nothing of it counts as an answer"
    if ahead := sum(1 for basis in given if basis.ahead_of):
        yield f"{_counted(ahead)} later than {as_of}, the day that this is as of"
    for name in answers.answers if answers else ():
        if name not in used:
            yield f"{name} is answered, and not asked after the other answers; it counts for nothing"


def _counted(number: int) -> str:
    return "1 answer is" if number == 1 else f"{number} answers are"


def _prompts(question: Question, facts: Facts, shown: Mapping[str, Hint]) -> Iterator[str]:
    """What to look at before a question is answered."""
    yield from (f"the manifest says {said}" for said in facts.shown(question))
    recorded = facts.recorded(question)
    if recorded is not None and recorded.by is None:
        yield f"the manifest answers {recorded.answer}, and nobody signed it"
    yield from (str(shown[name]) for name in question.hints if name in shown)
