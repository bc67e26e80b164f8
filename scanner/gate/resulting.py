"""The dated result of the gate: which model, by which evaluation, and what it says of each threshold."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from scanner.gate.admission import Admitted, Wanted
from scanner.gate.companions import folded
from scanner.gate.deciding import decide, said
from scanner.gate.gate_types import Answer, GateResult, Signature, ThresholdAnswer, Used, worst
from scanner.gate.intervals import CORRECTION
from scanner.model.evaluations import Evaluation
from scanner.systems.manifest import System

#: Evaluations that are named although they do not count.
_MOST_NAMED = 20
_UNSIGNED = "the manifest asks for a signed report (test_report_signed), and nobody signed: --sign-key and --signed-by"


class Basis(Struct, frozen=True, kw_only=True):
    """What a result rests on beside the evaluation: which tool, which manifest, how it is known which model is meant.

    `digests` are those of the files that evaluations were read from.
    """

    tool: str
    manifest: str
    manifest_sha256: str
    model_known_by: str
    digests: Mapping[str, str]
    signature: Signature | None = None


def result_of(system: System, admitted: Admitted, wanted: Wanted, basis: Basis) -> GateResult:
    """The result for a system. Raises InputError for an evaluation with more groups than can be compared."""
    asked = system.expectations
    one = admitted.evaluation
    answers = decide(asked.thresholds, folded(one.values)) if one else _unanswered(system)
    signature_asked = bool(asked.test_report_signed)
    unsigned = signature_asked and basis.signature is None
    answer = worst([*(found.answer for found in answers), *([Answer.MISSING] if unsigned else [])])
    more = len(admitted.set_aside) - _MOST_NAMED
    return GateResult(
        tool=basis.tool,
        system=system.id,
        name=system.name,
        made_at=wanted.now,
        answer=answer,
        why=tuple(_why(system, admitted, answers, unsigned=unsigned)),
        model=", ".join(wanted.models),
        model_known_by=basis.model_known_by,
        manifest=basis.manifest,
        manifest_sha256=basis.manifest_sha256,
        correction=CORRECTION,
        max_age_days=wanted.max_age_days,
        evaluation=_used(one, admitted.sources, basis) if one else None,
        thresholds=answers,
        set_aside=(*admitted.set_aside[:_MOST_NAMED], *([f"and {more} more"] if more > 0 else [])),
        notes=(*_parts(admitted.sources, basis), *admitted.notes),
        signature_asked=signature_asked,
        signature=basis.signature,
    )


def _unanswered(system: System) -> tuple[ThresholdAnswer, ...]:
    why = ("there is no evaluation that counts",)
    return tuple(
        ThresholdAnswer(asked=said(one), answer=Answer.MISSING, why=why) for one in system.expectations.thresholds
    )


def _why(system: System, admitted: Admitted, answers: Sequence[ThresholdAnswer], *, unsigned: bool) -> Iterator[str]:
    if not system.expectations.thresholds:
        yield "the manifest declares no threshold for it, and none has a default: somebody has to set them, and say why"
    if admitted.evaluation is None:
        given = "that counts" if admitted.set_aside else "at all: name one with --evaluation, or --inventory of MLflow"
        yield f"there is no evaluation of this model {given}"
    elif answers:
        words = (f"{sum(found.answer is answer for found in answers)} {answer}" for answer in Answer)
        yield f"of {len(answers)} {'threshold' if len(answers) == 1 else 'thresholds'}: {', '.join(words)}"
    if unsigned:
        yield _UNSIGNED


def _parts(sources: Sequence[str], basis: Basis) -> Iterator[str]:
    """What an evaluation is made of, where that is more than one file or table."""
    if len(sources) > 1:
        yield "all of one time and on the same data are one evaluation; where they differ on a group, it has no value"
        yield from (f"read from {name}, SHA-256 {basis.digests.get(name) or 'not known'}" for name in sources)


def _used(one: Evaluation, sources: Sequence[str], basis: Basis) -> Used:
    digests = {basis.digests.get(name, "") for name in sources}
    return Used(
        source=one.source,
        sha256=digests.pop() if len(digests) == 1 else "",
        model=one.model,
        model_digest=one.model_digest,
        data_digest=one.data.digest,
        data_name=one.data.name,
        trained_on=one.trained_on,
        at=one.at,
        by=one.by,
    )
