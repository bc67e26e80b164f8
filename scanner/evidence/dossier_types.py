"""What a dossier holds on one AI system: what was asked, what speaks for it and against it, and what nobody saw.

Types alone: `compiling` fills them, `reports` writes them. No text is prose of its own: each is a template over
evidence, or what people declared.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from scanner.model.claims import Claim, ControlState, Evidence, FrameworkState, Kind, SystemState, Word
from scanner.model.nouns import Scope
from scanner.systems.manifest import Manifest, System
from scanner.systems.triage import Triage

SCHEMA = "mlposture/dossier/v1"

#: How an observation bears on its objective.
Bears = Literal["for", "against", "recorded", "missing", "unknown", "not applicable"]


class Origin(Struct, frozen=True, kw_only=True, order=True):
    """An item of the provider's that an observation rests on: the call, when it was read, its digest.

    `kept`: the saved inventory holds the item itself (`--keep-replies`).
    """

    operation: str
    at: str
    sha256: str
    kept: bool = False


class Held(Struct, frozen=True, kw_only=True, order=True):
    """A resource that the system claims, and the other systems that do so, too."""

    kind: str
    id: str
    name: str
    scope: Scope
    shared_with: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()


class Observation(Struct, frozen=True, kw_only=True):
    """One verdict on one resource of the system, and what it rests on.

    `claim` is its id: the fingerprint that reports of the same scan show. `evidence` are observed fields by name, as
    plain JSON. `origins` are those of the resource itself; `path` names the others that a joined verdict went through.
    `excepted` is why the manifest accepts that it speaks against the objective, `suppressed` why a suppression does;
    it speaks against it all the same. `trusted`: it would pass by what
    `[trust]` declares, so that nothing was observed: as in claims, that counts as unknown. `first_seen` is when a
    history has it as a failure for the first time.
    """

    claim: str
    check: str
    title: str
    severity: str
    objective: str
    bears: Bears
    message: str
    evidence: Mapping[str, Any]
    kind: str
    resource: str
    name: str
    scope: Scope
    path: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    excepted: str = ""
    trusted: bool = False
    console_url: str = ""
    suppressed: str = ""
    first_seen: datetime | None = None


class Accepted(Struct, frozen=True, kw_only=True):
    """An exception in force: what is accepted, why, by whom and until when, and how many observations it covers."""

    objective: str
    resource: str
    reason: str
    approved_by: str
    expires: date
    covers: int


class Suppressed(Struct, frozen=True, kw_only=True):
    """An entry of the file of suppressions: which failures of a check it is about, what was decided of them, by whom.

    It holds until a day, or without an end where the risk is accepted. `covers` are the observations that it is about.
    An `expired` one counts no more.
    """

    check: str
    resource: str
    account: str
    fingerprint: str
    reason: str
    owner: str
    approver: str
    ticket: str
    until: date | None
    expired: bool
    covers: int


class Question(Struct, frozen=True, kw_only=True):
    """An objective that bears on a control: what is asked, how the two relate and why, and what there is on it.

    `core`: it may give the control a word. The observations of an objective are those of `Dossier.of_objective`.
    """

    objective: str
    title: str
    statement: str
    relationship: str
    reason: str
    core: bool
    cannot_prove: str
    claim: Claim


class ControlPage(Struct, frozen=True, kw_only=True):
    """One control: whether it applies, its questions, what others say, and what is open.

    `open` and `contradictions` are sentences, each a template over what stands beside them.
    """

    state: ControlState
    oscal_id: str
    questions: tuple[Question, ...]
    declared: tuple[Evidence, ...]
    accepted: tuple[Accepted, ...]
    contradictions: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of evidence there are on it, `missing` if there is none."""
        observed = (Kind.OBSERVED,) if any(Kind.OBSERVED in each.claim.kinds for each in self.questions) else ()
        return (*observed, *sorted({one.kind for one in self.declared})) or (Kind.MISSING,)


class Piece(Struct, frozen=True, kw_only=True):
    """One thing that there is on a row of a table, or is not, and who says so.

    `claims` are the first of the observations that it sums up, `check` is that which made them. Of a file, `source` is
    where it is, and `by` who answers for it, by their own account.
    """

    kind: Kind
    text: str
    check: str = ""
    claims: tuple[str, ...] = ()
    by: str = ""
    on: date | None = None
    source: str = ""
    sha256: str = ""


class Row(Struct, frozen=True, kw_only=True):
    """An item of a technical file, or an instrument such as a model card: where it is asked for, and what there is."""

    id: str
    title: str
    controls: tuple[str, ...]
    pieces: tuple[Piece, ...]

    def of(self, kind: str) -> tuple[Piece, ...]:
        """What there is of one kind: the kinds are never added up."""
        return tuple(one for one in self.pieces if one.kind == kind)


class LineageNode(Struct, frozen=True, kw_only=True):
    """A data set, model, job, run or endpoint of a drawing, and the column that it stands in."""

    sort: str
    label: str
    state: str
    column: int


class LineageEdge(Struct, frozen=True, kw_only=True):
    """From one place among the nodes to another. One that is `perhaps` there only joins what might be the same data."""

    source: int
    target: int
    perhaps: bool


class Lineage(Struct, frozen=True, kw_only=True):
    """What lies around the jobs, runs and endpoints of a system, and how many more nodes there are next to that.

    `stated` are jobs and endpoints of it of which a cloud states what they read, wrote or serve, `recorded` its runs in
    OpenLineage and MLflow. `cut` are nodes of it of which a cloud followed what led there no further.
    """

    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    left_out: int
    stated: int
    recorded: int
    cut: int = 0


class Section(Struct, frozen=True, kw_only=True):
    """Controls under one heading of the framework, in its order."""

    id: str
    title: str
    pages: tuple[ControlPage, ...]


class Part(Struct, frozen=True, kw_only=True):
    """One framework of the dossier. `what` says what this part is, and what it is not.

    `items` are those of Annex IV(2) of the Act, where it applies, and `instruments` what controls here ask for.
    """

    framework: str
    name: str
    version: str
    url: str
    what: str
    state: FrameworkState
    sections: tuple[Section, ...]
    items: tuple[Row, ...] = ()
    instruments: tuple[Row, ...] = ()

    @property
    def missing(self) -> tuple[ControlPage, ...]:
        """What applies, or may, and of which there is no evidence of any kind: whoever asks for it does not find it."""
        return tuple(
            page
            for section in self.sections
            for page in section.pages
            if page.state.word is not Word.NOT_APPLICABLE and page.kinds == (Kind.MISSING,)
        )


class NotSeen(Struct, frozen=True, kw_only=True, order=True):
    """Something that could not be read, and the permission that would show it."""

    scope: Scope
    kind: str
    operation: str
    reason: str
    permission: str
    detail: str
    count: int
    checks: tuple[str, ...]


class Reader(Struct, frozen=True, kw_only=True, order=True):
    """In whose name an account was read, and its rights as far as this showed them: calls answered, calls refused."""

    provider: str
    account: str
    name: str
    answered: tuple[str, ...]
    refused: tuple[str, ...]


class Cover(Struct, frozen=True, kw_only=True):
    """Which system, which scan, and how far it saw.

    `first` and `last` are when the first and the last item were read that the dossier rests on: a scan is a moment, and
    nothing here speaks of the time between two. `blind` says why there may be more of the system than was found.
    `open` is what the manifest leaves unanswered. `inventories` are the SHA-256 of the saved inventories.
    """

    organisation: str
    system: str
    name: str
    as_of: date
    taken_at: datetime
    first: str
    last: str
    tool: str
    scopes: tuple[Scope, ...]
    selectors: tuple[str, ...]
    readers: tuple[Reader, ...]
    inventories: tuple[str, ...]
    manifest: str
    manifest_sha256: str
    not_seen: tuple[NotSeen, ...]
    blind: tuple[str, ...]
    open: tuple[str, ...]
    limits: tuple[str, ...]


class ControlDays(Struct, frozen=True, kw_only=True):
    """The days of a period on which the checks of a control saw a system, and on which they found something against it.

    Each day is in one of `observed` (every check ran on all of it), `not_seen` (a scan ran, and one of them could not
    see all) and, for all controls, the period's `without_scan`. `against` are days of the first two. None of this says
    that a control operated. `unchecked` are objectives that would decide its word, too, and that no check asks about.
    """

    id: str
    title: str
    checks: tuple[str, ...]
    observed: tuple[date, ...]
    not_seen: tuple[date, ...]
    against: tuple[date, ...]
    unchecked: tuple[str, ...] = ()


class Period(Struct, frozen=True, kw_only=True):
    """What a history says of a framework's controls over the days from `first` to `last` (UTC).

    `scans` are those of the accounts of the system that began on one of them. `unasked` are controls that no check of a
    scan asks about.
    """

    framework: str
    first: date
    last: date
    scans: int
    without_scan: tuple[date, ...]
    controls: tuple[ControlDays, ...]
    unasked: tuple[str, ...]

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


class SuppressedSpell(Struct, frozen=True, kw_only=True):
    """A failure that scans of a history had as suppressed, since one day and until another; None: it is so still."""

    check: str
    kind: str
    resource: str
    account: str
    since: date
    until: date | None


class Recalled(Struct, frozen=True, kw_only=True):
    """What a history of scans adds. `store` is what it is called, `digest` the SHA-256 of the record of its last scan.

    With that, `mlposture history verify --digest` tells whether it still has what this was made from.
    """

    store: str
    scans: int
    digest: str
    period: Period | None
    suppressed: tuple[SuppressedSpell, ...]
    limits: tuple[str, ...]


class Dossier(Struct, frozen=True, kw_only=True):
    """All of it. `observations` are in the order of reports, those against an objective first.

    `triage` is what the recorded answers about the system lead to. `suppressions` are those about its observations.
    `history` is what a history of scans adds, if one was named.
    """

    cover: Cover
    declared: System
    manifest: Manifest
    state: SystemState
    triage: Triage
    resources: tuple[Held, ...]
    observations: tuple[Observation, ...]
    parts: tuple[Part, ...]
    suppressions: tuple[Suppressed, ...] = ()
    lineage: Lineage | None = None
    history: Recalled | None = None
    schema: Literal["mlposture/dossier/v1"] = "mlposture/dossier/v1"

    def of_objective(self, objective: str) -> tuple[Observation, ...]:
        """The observations that bear on an objective, in order."""
        return tuple(one for one in self.observations if one.objective == objective)
