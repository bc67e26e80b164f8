"""What a system has to have before it is rolled out as far as its manifest says, or a stage further, and what there is.

A pilot needs that people oversee it and can stop it, and that what it does is logged; a limited rollout also that it
was evaluated, that it is watched and that somebody hears of it; a general one also that its logs are kept and, of a
high-risk system, a conformity assessment.

Source: Regulation (EU) 2024/1689, Arts. 9(6) to (8), 12, 14, 19, 43, 72 and 73, which ask this of high-risk systems;
others do well to have the rest. At which stage each is needed is our reading.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from scanner.evidence.dossier_types import Piece
from scanner.evidence.standing import Standing, word_of
from scanner.model.claims import Evidence, Requirement, Stage, Word
from scanner.systems.manifest import System

_STAGES: tuple[Stage, ...] = ("pilot", "limited", "general")
#: What is shown beside a need, of objectives that it does not ask for.
_BESIDE = {"human oversight": ("human-approval",)}
#: Parts of the Act that a document about the assessment fills.
_ASSESSMENT = ("Art. 43", "Art. 47", "Annex VI", "Annex VII", "Annex IV(8)")


class _Need(Struct, frozen=True):
    """What is needed from a stage on: objectives, or documents that fill one of these parts of the Act."""

    name: str
    stage: Stage
    objectives: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


_NEEDS = (
    _Need("human oversight", "pilot", ("human-oversight",)),
    _Need("a way to stop", "pilot", ("rollback-kill-switch",)),
    _Need("logging", "pilot", ("data-capture", "audit-logging")),
    _Need("evaluation", "limited", ("performance-evaluation",)),
    _Need("monitoring", "limited", ("model-monitoring",)),
    _Need("alarms that reach somebody", "limited", ("detection-and-alerting",)),
    _Need("logs that are kept", "general", ("log-retention-integrity",)),
    _Need("conformity assessment", "general", documents=_ASSESSMENT),
)


def requirements(
    system: System, standings: Mapping[str, Standing], documents: Mapping[str, tuple[Evidence, ...]]
) -> Iterator[Requirement]:
    """What the stage of a system asks for, and the next one.

    `documents` are those that the manifest declares, by what they fill.
    """
    if system.stage is None:
        return
    reached = _STAGES.index(system.stage)
    for need in _NEEDS:
        ahead = _STAGES.index(need.stage) - reached
        if ahead > 1:
            continue
        declared = tuple(one for part, some in documents.items() if part.startswith(need.documents) for one in some)
        own = [standings[objective] for objective in need.objectives]
        word, why = _assessment(system, declared) if need.documents else _word(own)
        other = (*(declared if need.documents else ()), *(one for each in own for one in each.claim.other))
        yield Requirement(
            name=need.name,
            stage=need.stage,
            word=word,
            why=why,
            objectives=need.objectives,
            other=other,
            ahead=ahead > 0,
        )


def with_fallbacks(asked: Iterable[Requirement], fallbacks: Mapping[str, Sequence[Piece]]) -> tuple[Requirement, ...]:
    """The same, with what clouds show beside it of what each asks for: that gives none of them another word."""

    def shown(need: Requirement) -> tuple[Evidence, ...]:
        names = (*need.objectives, *_BESIDE.get(need.name, ()))
        return tuple(Evidence(kind=one.kind, text=one.text) for name in names for one in fallbacks.get(name, ()))

    return tuple(structs.replace(need, other=(*need.other, *shown(need))) for need in asked)


def _word(standings: list[Standing]) -> tuple[Word, str]:
    """What the objectives of a need come to, by the rules of controls."""
    narrowed = next((one.claim.why for one in standings if one.narrowed), "")
    return (Word.NOT_ASSESSED, narrowed) if narrowed else word_of(standings)


def _assessment(system: System, declared: tuple[Evidence, ...]) -> tuple[Word, str]:
    """A document is declared, and so never more than that."""
    tier = system.classification.eu_ai_act.tier
    if tier not in ("high-risk", "unclassified"):
        return Word.NOT_APPLICABLE, f"asked of high-risk systems, and the declared tier is {tier}"
    return Word.NOT_ASSESSED, "declared, and not looked into" if declared else "no document is declared to be about it"
