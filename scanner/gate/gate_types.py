"""What the gate answers: data that formats write. docs/reference/gate-v1.schema.json is generated from these types."""

import enum
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from scanner.model.claims import STATEMENT
from scanner.model.exits import Exit


class Answer(enum.StrEnum):
    """What an evaluation says of a threshold. Only the first is a reason to stop, and only the last one to go on."""

    AGAINST = "against"
    MISSING = "missing"
    TOO_FEW = "too few to say"
    MET = "met"


_WORST = tuple(Answer)


def worst(answers: Iterable[Answer]) -> Answer:
    """The answer that counts of several; missing where there is none."""
    return min(answers, key=_WORST.index, default=Answer.MISSING)


def from_bounds(*, beyond: bool, clear: bool) -> Answer:
    """What an interval says that lies beyond a limit, or clears it, or does neither."""
    return Answer.AGAINST if beyond else Answer.MET if clear else Answer.TOO_FEW


EXITS = {
    Answer.AGAINST: Exit.FINDINGS,
    Answer.MISSING: Exit.INCOMPLETE,
    Answer.TOO_FEW: Exit.INCOMPLETE,
    Answer.MET: Exit.DONE,
}


class Shown(Struct, frozen=True, kw_only=True):
    """A value that may be shown: of a group that is large enough, and gives no smaller one away.

    `answer` is what it says of the floor and the ceiling, None where the threshold is a gap alone.
    """

    group: Mapping[str, str]
    value: float
    low: float | None
    high: float | None
    interval: str
    items: int | None
    of: int | None
    answer: Answer | None


class Gap(Struct, frozen=True, kw_only=True):
    """How far apart groups are. `between` and the numbers are those of the pair that decides, where both are shown."""

    answer: Answer
    why: str
    comparisons: int
    level: float
    between: tuple[Mapping[str, str], ...] = ()
    value: float | None = None
    low: float | None = None
    high: float | None = None


class Asked(Struct, frozen=True, kw_only=True):
    """A threshold as the manifest declares it, with who set it and why."""

    metric: str
    facet: str = ""
    group: str = ""
    at_least: float | None = None
    at_most: float | None = None
    largest_gap: float | None = None
    smallest_group: int | None = None
    point: bool = False
    set_by: str = ""
    why: str = ""
    set_on: date | None = None


class ThresholdAnswer(Struct, frozen=True, kw_only=True):
    """What the evaluation says of one threshold.

    `comparisons` groups were held to the limit, each at `level`. `withheld` groups are not shown: of too few items, or
    because they would give such a group away.
    """

    asked: Asked
    answer: Answer
    why: tuple[str, ...]
    comparisons: int = 0
    level: float = 0.95
    shown: tuple[Shown, ...] = ()
    withheld: int = 0
    gap: Gap | None = None
    notes: tuple[str, ...] = ()


class Used(Struct, frozen=True, kw_only=True):
    """The evaluation that was read: what it names, as whoever recorded it says. `sha256` is that of its file."""

    kind: Literal["recorded"] = "recorded"
    source: str
    sha256: str
    model: str
    model_digest: str
    data_digest: str
    data_name: str
    trained_on: tuple[str, ...] | None
    at: datetime | None
    by: str


class Signature(Struct, frozen=True, kw_only=True):
    """Who signs the result, by their own account, and with which Ed25519 key; the signature is beside the file."""

    name: str
    public_key: str


class GateResult(Struct, frozen=True, kw_only=True):
    """A dated result: which model, by which evaluation, what it says of each threshold, and what was set aside."""

    schema: Literal["mlposture/gate/v1"] = "mlposture/gate/v1"
    statement: str = STATEMENT
    tool: str
    system: str
    name: str
    made_at: datetime
    answer: Answer
    why: tuple[str, ...]
    model: str
    model_known_by: str
    manifest: str
    manifest_sha256: str
    correction: str
    max_age_days: int | None = None
    evaluation: Used | None = None
    thresholds: tuple[ThresholdAnswer, ...] = ()
    set_aside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    signature_asked: bool = False
    signature: Signature | None = None
