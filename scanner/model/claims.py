"""What evidence says of controls: claims, and the words that they allow.

Kinds of evidence are never mixed. *Observed* is what the platform itself states. *Recorded* is what people or pipelines
had written there (metrics, tags, cards): it proves that it was recorded. *Declared* is what the manifest or a document
says. Neither of the last two is ever a pass, or gives a control a word.
"""

import enum
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, Protocol

from msgspec import Struct

#: What every report for machines says of all this.
STATEMENT = (
    "This is evidence for people to judge, not a statement of compliance: no control of NIST AI RMF, ISO/IEC 42001, "
    "the EU AI Act or SOC 2 is fulfilled because a scan found something, and ISO/IEC 42001 gives no presumption of "
    "conformity with the EU AI Act."
)


Stage = Literal["pilot", "limited", "general"]


class Kind(enum.StrEnum):
    """Who says so: the platform, what people wrote there, the manifest or a document, or nobody."""

    OBSERVED = "observed"
    RECORDED = "recorded"
    DECLARED = "declared"
    MISSING = "missing"


class Word(enum.StrEnum):
    """What can be said of a control. Only configuration benchmarks say pass and fail."""

    FOR = "evidence for"
    AGAINST = "evidence against"
    MIXED = "mixed"
    NOT_ASSESSED = "not assessed"
    NOT_APPLICABLE = "not applicable"
    UNDECIDED = "applicability not decided"
    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"


class Evidence(Struct, frozen=True, kw_only=True):
    """One piece of evidence that is no count of verdicts: who says what, when, and where it is written.

    `sha256` is the digest of a document as declared, empty where none is. `until` is when it is to be looked at again.
    """

    kind: Kind
    text: str
    by: str = ""
    on: date | None = None
    until: date | None = None
    source: str = ""
    sha256: str = ""


class Posture(Struct, frozen=True, kw_only=True):
    """Shares in percent, None where nothing was assessed. `lower` and `upper` count unknown as failed and as passed."""

    posture: float | None
    coverage: float
    lower: float
    upper: float


class Claim(Struct, frozen=True, kw_only=True):
    """What there is on one objective: verdicts for and against, the unknown ones, and what others say.

    `excepted` of those against are accepted by the manifest, and `suppressed` of them are suppressed: they speak
    against it all the same. `coverage` is the share, in percent, of what the checks could have judged. `complete`: all
    checks ran, everything was listed, and no verdict is unknown. `why` says what stands in the way where it is not, or
    where nothing was observed.
    """

    objective: str
    checks: tuple[str, ...]
    supporting: int
    against: int
    unknown: int
    excepted: int
    coverage: float
    complete: bool
    why: str
    other: tuple[Evidence, ...] = ()
    suppressed: int = 0

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of evidence there are, `missing` if there is none."""
        observed = (Kind.OBSERVED,) if self.supporting or self.against else ()
        return (*observed, *sorted({one.kind for one in self.other})) or (Kind.MISSING,)


class ControlState(Struct, frozen=True, kw_only=True):
    """One control, for one system or for all that was scanned.

    `claims` are the objectives that bear on it, each with its relationship; `core` are those of them that may give it
    a word. `readiness`: it does not apply before `applies_from`, or before the system leaves development, so that
    nothing here is a breach. `rests_on` is who declared what decides whether it applies.
    """

    id: str
    title: str
    assessable: str
    word: Word
    why: str
    claims: Mapping[str, str]
    core: tuple[str, ...]
    score: Posture | None
    readiness: bool = False
    applies_from: date | None = None
    rests_on: Evidence | None = None
    other: tuple[Evidence, ...] = ()


class FrameworkState(Struct, frozen=True, kw_only=True):
    """A framework: its controls, how many of them have which word, and the mean over those that apply.

    `readiness` counts the words of those that do not apply yet: they are in `words`, too, and no breach.
    `manual` and `unchecked` of the applicable ones are those that no scan, or no check of this version, can speak to;
    `empty` those of which nothing exists here. Coverage is over the others; the bounds count whatever is not known.
    """

    id: str
    controls: tuple[ControlState, ...]
    words: Mapping[Word, int]
    readiness: Mapping[Word, int]
    applicable: int
    manual: int
    unchecked: int
    empty: int
    score: Posture


class Requirement(Struct, frozen=True, kw_only=True):
    """What a stage of a rollout asks for, and what there is of it: a word by the rules of controls, or documents.

    `ahead`: the next stage asks for it, and the one that the system is in does not.
    """

    name: str
    stage: Stage
    word: Word
    why: str
    objectives: tuple[str, ...]
    other: tuple[Evidence, ...] = ()
    ahead: bool = False


class SystemState(Struct, frozen=True, kw_only=True):
    """One AI system as declared, or, without an `id`, all that was scanned.

    `declared` is empty for the latter. `shared` of the resources belong to other systems, too, and `suppressed` of the
    failures are suppressed. `rollout` is what its stage asks for, and the next one. `asked`: a cloud that it is in was
    scanned. `hidden` is why there may be more of it than was found; none of the numbers counts what was not. It is
    empty where nothing hides it.
    """

    id: str
    name: str
    declared: Mapping[str, str]
    rests_on: Evidence | None
    resources: int
    shared: int
    failures: Mapping[str, int]
    score: Posture
    claims: Mapping[str, Claim]
    frameworks: tuple[FrameworkState, ...]
    rollout: tuple[Requirement, ...] = ()
    asked: bool = True
    hidden: str = ""
    suppressed: int = 0


class Assessment(Protocol):
    """What the evidence says, system by system: the first is all that was scanned. Many are made anew each time.

    `declared` are the ids of those that follow it.
    """

    as_of: date
    manifest: str
    declared: tuple[str, ...]
    unclaimed: int
    warnings: tuple[str, ...]

    def __iter__(self) -> Iterator[SystemState]: ...


class NoAssessment:
    """Of a report that nobody assessed."""

    as_of = date.min
    manifest = ""
    declared: tuple[str, ...] = ()
    unclaimed = 0
    warnings: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[SystemState]:
        return iter(())
