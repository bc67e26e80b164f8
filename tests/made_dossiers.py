"""Dossiers made by hand, small enough to read: for pages and exports that have to show all that one may hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from msgspec.structs import replace

from scanner.evidence.dossier_types import (
    Accepted,
    ControlDays,
    ControlPage,
    Cover,
    Dossier,
    Held,
    Lineage,
    LineageEdge,
    LineageNode,
    NotSeen,
    Observation,
    Origin,
    Part,
    Period,
    Piece,
    Question,
    Reader,
    Recalled,
    Row,
    Section,
    Suppressed,
    SuppressedSpell,
)
from scanner.model.claims import Claim, ControlState, Evidence, FrameworkState, Kind, Posture, SystemState, Word
from scanner.model.nouns import Scope
from scanner.systems.manifest import (
    Classification,
    Document,
    EuAiAct,
    Exemption,
    Include,
    Manifest,
    Organisation,
    Owner,
    Purpose,
    Selectors,
    System,
)
from scanner.systems.triage import triage
from scanner.systems.triage_questions import load_questions

HERE = Scope("aws", "111122223333", "eu-west-1")
OBJECTIVE = "public-exposure"
SCORE = Posture(posture=50.0, coverage=66.7, lower=33.3, upper=66.7)
CLASS = Evidence(
    kind=Kind.DECLARED,
    text="tier minimal: text alone",
    by="data protection officer",
    on=date(2026, 9, 1),
    until=date(2027, 9, 1),
    source="classification.eu_ai_act",
)
PLAN = Evidence(kind=Kind.DECLARED, text="A plan, version 2", by="dpo", on=date(2026, 8, 1), source="docs/plan.pdf")


def system(**changes: Any) -> System:
    fields: dict[str, Any] = {
        "id": "sentiment",
        "name": "Ticket sentiment",
        "status": "production",
        "stage": "limited",
        "owner": Owner(team="support", contact="ml@northwind.example"),
        "purpose": Purpose(intended="Rank tickets by tone", excluded_uses=("staff evaluation",), users="support leads"),
        "classification": Classification(
            eu_ai_act=EuAiAct(tier="minimal", rationale="text alone", decided_by="data protection officer",
                              decided_on=date(2026, 9, 1), review_by=date(2027, 9, 1)),
            roles=("provider",),
        ),
        "selectors": Selectors(include=(Include(provider="aws", accounts=("111122223333",)),)),
        "documents": (Document(fills=("A.2",), title="A plan", uri="docs/plan.pdf", sha256="...", version="2",
                               approved_by="dpo", date=date(2026, 8, 1)),),
        "exceptions": (Exemption(objective=OBJECTIVE, resource="bucket-2", reason="public on purpose",
                                 approved_by="head of risk", expires=date(2027, 1, 31)),),
    }  # fmt: skip
    return System(**(fields | changes))


def observation(name: str, bears: Any, **changes: Any) -> Observation:
    fields: dict[str, Any] = {
        "claim": f"{name}-claim",
        "check": "MLP-1401",
        "title": "Bucket is open to the public",
        "severity": "critical",
        "objective": OBJECTIVE,
        "bears": bears,
        "message": f"{name} says so",
        "evidence": {"policy": {"Principal": "*"}, "score": "100"},
        "kind": "aws.s3.Bucket",
        "resource": f"arn:aws:s3:::{name}",
        "name": name,
        "scope": HERE,
        "origins": (Origin(operation="s3:GetBucketPolicy", at="2026-11-22T12:00:00+00:00", sha256="ab" * 32),),
    }
    return Observation(**(fields | changes))


def claim(**changes: Any) -> Claim:
    fields: dict[str, Any] = {
        "objective": OBJECTIVE, "checks": ("MLP-1401",), "supporting": 1, "against": 2, "unknown": 1, "excepted": 1,
        "coverage": 75.0, "complete": False, "why": "a verdict is unknown",
    }  # fmt: skip
    return Claim(**(fields | changes))


def page(id: str, word: Word, **changes: Any) -> ControlPage:
    """A control without evidence of any kind."""
    state: dict[str, Any] = {"id": id, "title": f"Title of {id}", "assessable": "manual", "word": word, "why": "",
                             "claims": {}, "core": (), "score": None}  # fmt: skip
    fields: dict[str, Any] = {"oscal_id": id.lower().replace(" ", "-"), "questions": (), "declared": (),
                              "accepted": (), "contradictions": (), "open": ()}  # fmt: skip
    given = {name: changes.pop(name) for name in list(changes) if name in fields}
    return ControlPage(state=ControlState(**(state | changes)), **(fields | given))


def pages() -> tuple[ControlPage, ...]:
    """One control with all that there can be, one that is missing, one that does not apply."""
    asked = Question(objective=OBJECTIVE, title="Nothing is open to everyone", statement="No resource is public.",
                     relationship="subset-of", reason="Both are about reach.", core=True,
                     cannot_prove="Whether what is open matters.", claim=claim())  # fmt: skip
    idle = replace(asked, objective="human-oversight", title="People can stop it", core=False,
                   claim=claim(objective="human-oversight", checks=(), supporting=0, against=0, unknown=0, excepted=0,
                               why="no check of this version asks about it"))  # fmt: skip
    accepted = Accepted(objective=OBJECTIVE, resource="bucket-2", reason="public on purpose",
                        approved_by="head of risk", expires=date(2027, 1, 31), covers=1)  # fmt: skip
    return (
        page("A.2", Word.AGAINST, assessable="partial", questions=(asked, idle), declared=(PLAN,), accepted=(accepted,),
             contradictions=("“A plan, version 2” is declared; 2 of 4 verdicts speak against public-exposure.",),
             open=("public-exposure: 1 of 4 verdicts could not be given.",), readiness=True,
             applies_from=date(2027, 12, 2), rests_on=CLASS),
        page("A.3", Word.NOT_ASSESSED, why="only people can show this", open=("Only people can show this.",)),
        page("A.4", Word.NOT_APPLICABLE, why="binds deployers", rests_on=CLASS),
    )  # fmt: skip


def row(id: str, text: str = "of one kind", **changes: Any) -> Row:
    """A row with a piece of each kind, the recorded one of a file, the missing one with a claim."""
    pieces = [Piece(kind=kind, text=f"{kind} {text}") for kind in Kind]
    pieces[1] = replace(pieces[1], by="Ada Example", on=date(2026, 11, 1), source="gate.json", sha256="ab" * 32)
    pieces[3] = replace(pieces[3], check="MLP-1401", claims=("bucket-3-claim",))
    return Row(**({"id": id, "title": f"Title of {id}", "controls": ("A.2",), "pieces": tuple(pieces)} | changes))


def lineage(name: str = "scores") -> Lineage:
    """Data that a job read, what it wrote, and what might be the same."""
    nodes = [("dataset", "", 0), ("job", "", 1), ("model", "", 2), ("run", "COMPLETE", 1), ("endpoint", "", 3)]
    return Lineage(
        nodes=tuple(
            LineageNode(sort=sort, label=f"{name} {number}", state=state, column=column)
            for number, (sort, state, column) in enumerate(nodes)
        ),
        edges=(*(LineageEdge(source=a, target=b, perhaps=False) for a, b in ((0, 1), (1, 2), (2, 4))),
               LineageEdge(source=0, target=2, perhaps=True)),
        left_out=2, stated=2, recorded=1,
    )  # fmt: skip


def part(framework: str = "iso-42001", own: Iterable[ControlPage | Section] = (), text: str = "of one kind") -> Part:
    """A part with these controls, or sections of them, and this text in its tables."""
    given = tuple(own) or pages()
    sections = tuple(one for one in given if isinstance(one, Section))
    sections = sections or (
        Section(id="A", title="Annex", pages=tuple(o for o in given if isinstance(o, ControlPage))),
    )
    shown = [one for section in sections for one in section.pages]
    words = {word: sum(one.state.word is word for one in shown) for word in Word}
    state = FrameworkState(
        id=framework, controls=tuple(one.state for one in shown), words=words, readiness={}, applicable=2, manual=1,
        unchecked=0, empty=0, score=SCORE,
    )  # fmt: skip
    first = shown[0].state.id
    return Part(framework=framework, name=f"Example of {framework}", version="1", url="", what="Evidence by control.",
                state=state, sections=sections, items=(row(first, text, controls=(first,)),),
                instruments=(row("model-card", text, controls=(first,)),))  # fmt: skip


def cover(**changes: Any) -> Cover:
    fields: dict[str, Any] = {
        "organisation": "Northwind Example Ltd.",
        "system": "sentiment",
        "name": "Ticket sentiment",
        "as_of": date(2026, 11, 22),
        "taken_at": datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
        "first": "2026-11-22T12:00:00+00:00",
        "last": "2026-11-22T12:01:00+00:00",
        "tool": "mlposture 0.0.0",
        "scopes": (HERE,),
        "selectors": ("aws: accounts 111122223333",),
        "readers": (Reader(provider="aws", account="111122223333", name="arn:aws:iam::111122223333:role/reader",
                           answered=("s3:GetBucketPolicy",), refused=("s3:GetBucketAcl",)),),
        "inventories": ("cd" * 32,),
        "manifest": "ai-systems.yaml",
        "manifest_sha256": "ef" * 32,
        "not_seen": (NotSeen(scope=HERE, kind="aws.s3.Bucket", operation="s3:GetBucketAcl", reason="denied",
                             permission="s3:GetBucketAcl", detail="AccessDenied", count=3, checks=("MLP-1402",)),),
        "blind": ("s3:GetBucketAcl was refused",),
        "open": ("Not declared: whom it affects.",),
        "limits": ("A scan is a moment.",),
    }  # fmt: skip
    return Cover(**(fields | changes))


def dossier(**changes: Any) -> Dossier:
    """All members filled: what is for and against, unknown, accepted, declared, contradicting, open and not seen."""
    own = changes.pop("declared", None) or system()
    found = (
        observation("bucket-1", "against", path=("arn:aws:s3:::bucket-1", "arn:aws:iam::111122223333:role/writer")),
        observation("bucket-2", "against", excepted="public on purpose", suppressed="public on purpose"),
        observation("bucket-3", "unknown", origins=()),
        observation("bucket-4", "for"),
        observation("bucket-5", "not applicable"),
    )
    resources = tuple(
        Held(kind=one.kind, id=one.resource, name=one.name, scope=one.scope, origins=one.origins) for one in found
    )
    state = SystemState(
        id=own.id, name=own.name, declared={"roles": "provider", "data": "internal"}, rests_on=CLASS, resources=5,
        shared=1, failures={"critical": 2}, score=SCORE, claims={OBJECTIVE: claim()}, frameworks=(),
    )  # fmt: skip
    manifest = Manifest(schema="ai-systems/1", organisation=Organisation(name="Northwind Example Ltd."), systems=(own,))
    fields: dict[str, Any] = {
        "cover": cover(system=own.id, name=own.name),
        "declared": own,
        "manifest": manifest,
        "state": state,
        "triage": triage(load_questions(), manifest, own, None, date(2026, 11, 22)),
        "resources": resources,
        "observations": found,
        "parts": (part(),),
        "lineage": lineage(),
        "suppressions": (suppressed(), suppressed(resource="", fingerprint="a1" * 16, until=None, approver="")),
    }
    return Dossier(**(fields | changes))


def suppressed(**changes: Any) -> Suppressed:
    fields: dict[str, Any] = {
        "check": "MLP-1401", "resource": "arn:aws:s3:::bucket-*", "account": "111122223333", "fingerprint": "",
        "reason": "public on purpose", "owner": "support leads", "approver": "head of risk", "ticket": "SEC-1",
        "until": date(2026, 11, 1), "expired": True, "covers": 1,
    }  # fmt: skip
    return Suppressed(**(fields | changes))


def hostile(name: str) -> Dossier:
    """A dossier in which whatever others may write is this text."""
    own = system(name=name or "x", owner=Owner(team=name, contact=name), purpose=Purpose(intended=name, users=name))
    made = dossier(declared=own)
    found = tuple(
        replace(one, name=name, resource=f"arn:aws:s3:::{name}", message=name, evidence={name: [name, {name: name}]},
                path=(name, f"a/{name}"), origins=(Origin(operation=name, at=name, sha256=name),), title=name,
                claim=name)
        for one in made.observations
    )  # fmt: skip
    said = replace(PLAN, text=name, by=name, source=name)
    first, *rest = pages()
    own_pages = (replace(first, declared=(said,), contradictions=(name,), open=(name,)), *rest)
    return replace(
        made,
        observations=found,
        resources=tuple(replace(one, name=name, id=name, kind=name) for one in made.resources),
        parts=(part(own=own_pages, text=name),),
        lineage=lineage(name),
        suppressions=(suppressed(resource=name, account=name, reason=name, owner=name, approver=name, ticket=name),),
        cover=replace(made.cover, name=name, organisation=name, selectors=(name,), blind=(name,), open=(name,)),
    )


def recalled(name: str = "sqlite:///history.db") -> Recalled:
    """What a history adds: days of every sort, controls that nobody asks about, and a spell that goes on."""
    days = [date(2026, 9, number) for number in range(1, 31)]
    period = Period(
        framework="soc2", first=days[0], last=days[-1], scans=24, without_scan=tuple(days[3:9]),
        controls=(
            ControlDays(id="CC6.1", title="Logical access", checks=("MLP-1001",), observed=tuple(days[9:]),
                        not_seen=tuple(days[:3]), against=(days[0], *days[20:]), unchecked=("encryption-at-rest",)),
            ControlDays(id="CC7.2", title="Watched", checks=("MLP-1002",), observed=(*days[:3], *days[9:]), not_seen=(),
                        against=()),
        ),
        unasked=("CC1.1", "CC1.2"),
    )  # fmt: skip
    spells = tuple(
        SuppressedSpell(check="MLP-1001", kind="aws.s3.Bucket", resource=name, account="111122223333", since=days[1],
                        until=until) for until in (days[12], None)
    )  # fmt: skip
    return Recalled(store=name, scans=24, digest="ab" * 32, period=period, suppressed=spells,
                    limits=("A scan is a snapshot.",))  # fmt: skip
