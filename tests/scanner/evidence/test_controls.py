"""A word about a control takes data: what is missing takes words away, and never gives one."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from declaring import declared, selecting
from factories.aws import HERE, notebook
from msgspec.structs import replace
from support import NOW, registered

from scanner.evidence.assess import Assessed, Counted
from scanner.frameworks import Catalogue, Control, Edges, Framework, load
from scanner.model.checks import Check
from scanner.model.claims import ControlState, Kind, Posture, SystemState, Word
from scanner.model.nouns import Gap, Listing, Reason, Resource, Severity
from scanner.model.reported import CheckCount
from scanner.store.inventory import Inventory
from scanner.systems.graph import Graph
from scanner.systems.manifest import Document, Include
from scanner.systems.ownership import Ownership

TODAY = date(2026, 12, 1)
CHECK = next(c for c in registered()[0].values() if c.provider == "aws" and c.severity is Severity.CRITICAL)
SLIGHT = next(c for c in registered()[0].values() if c.kind is CHECK.kind and c.severity is Severity.LOW)
SIBLING = next(
    c for c in registered()[0].values() if c.objective == CHECK.objective and c.provider == "aws" and c is not CHECK
)
#: One that no check of this version asks about.
UNASKED = next(o for o in load().objectives if all(check.objective != o for check in registered()[0].values()))


def edge(relationship: str, control: str) -> Edges:
    return Edges(**{relationship.replace("-", "_"): (control,)})  # type: ignore[arg-type]


def framework(*edges: tuple[str, str], assessable: str = "partial", checks: tuple[str, ...] = ()) -> Catalogue:
    """One framework with one control, and these objectives with their relationship to it."""
    words = dict.fromkeys(("name", "version", "published", "publisher", "url", "text_policy", "note"), "x")
    control = Control(
        id="C1",
        title="A control",
        level="control",
        parent=None,
        assessable=assessable,
        checks=checks,  # type: ignore[arg-type]
    )
    made = Framework(
        id="f",
        controls=(control,),
        objectives={objective: edge(relationship, "C1") for objective, relationship in edges},
        benchmark=bool(checks),
        **words,
    )
    return Catalogue([made], load().objectives.values())


def assessed(
    catalogue: Catalogue,
    *known: Check,
    complete: bool = True,
    **counts: CheckCount,
) -> SystemState:
    """All that was scanned, with these counts of checks by slug; a check without a count was not chosen."""
    found = Counted(
        counts={check.id: counts[check.slug] for check in known if check.slug in counts},
        listings=[Listing(kind=check.kind.kind, scope=HERE, complete=complete) for check in known],
        gaps=(),
        resources=1,
    )
    return next(iter(Assessed(found, known, catalogue, ["f"], TODAY)))


def said(catalogue: Catalogue, *known: Check, complete: bool = True, **counts: CheckCount) -> ControlState:
    return assessed(catalogue, *known, complete=complete, **counts).frameworks[0].controls[0]


def own(relationship: str = "subset-of") -> Catalogue:
    return framework((CHECK.objective, relationship))


def test_a_control_is_supported_only_where_nothing_about_it_is_open() -> None:
    assert said(own(), CHECK, **{CHECK.slug: CheckCount(passed=2)}).word is Word.FOR
    assert said(own(), CHECK, **{CHECK.slug: CheckCount(passed=2, unknown=1)}).word is Word.NOT_ASSESSED
    assert said(own(), CHECK, **{CHECK.slug: CheckCount()}).word is Word.NOT_ASSESSED
    assert said(own(), CHECK, complete=False, **{CHECK.slug: CheckCount(passed=2)}).word is Word.NOT_ASSESSED
    unasked = framework((CHECK.objective, "subset-of"), (UNASKED, "subset-of"))
    assert said(unasked, CHECK, **{CHECK.slug: CheckCount(passed=2)}).word is Word.NOT_ASSESSED


def test_a_failure_speaks_against_it_where_its_kind_was_listed_in_full() -> None:
    assert said(own(), CHECK, **{CHECK.slug: CheckCount(failed=1, passed=5, unknown=1)}).word is Word.AGAINST
    assert said(own(), CHECK, complete=False, **{CHECK.slug: CheckCount(failed=1)}).word is Word.NOT_ASSESSED


def test_a_check_that_was_left_out_takes_every_word_away() -> None:
    for count in (CheckCount(passed=2), CheckCount(failed=2)):
        state = said(own(), CHECK, SIBLING, **{CHECK.slug: count})
        assert (state.word, SIBLING.id in state.why) == (Word.NOT_ASSESSED, True)


def test_one_slight_check_says_nothing_of_a_control_that_it_only_intersects_with() -> None:
    intersecting, wholly = (framework((SLIGHT.objective, how)) for how in ("intersects-with", "subset-of"))
    known = [SLIGHT]
    assert said(intersecting, *known, **{SLIGHT.slug: CheckCount(failed=3)}).word is Word.NOT_ASSESSED
    assert said(intersecting, *known, **{SLIGHT.slug: CheckCount(passed=300)}).word is Word.NOT_ASSESSED
    assert said(wholly, *known, **{SLIGHT.slug: CheckCount(failed=3)}).word is Word.AGAINST
    assert said(wholly, *known, **{SLIGHT.slug: CheckCount(passed=300)}).word is Word.NOT_ASSESSED


def test_what_relates_less_closely_than_the_core_gives_no_word() -> None:
    other = next(
        c for c in registered()[0].values() if c.objective != CHECK.objective and c.severity is Severity.CRITICAL
    )
    both = framework((CHECK.objective, "subset-of"), (other.objective, "intersects-with"))
    state = said(both, CHECK, other, **{CHECK.slug: CheckCount(passed=1), other.slug: CheckCount(failed=9)})
    assert (state.word, state.core) == (Word.FOR, (CHECK.objective,))


@pytest.mark.parametrize("relationship", ["superset-of", "addresses"])
def test_what_is_wider_than_a_control_says_nothing_of_it(relationship: str) -> None:
    state = said(own(relationship), CHECK, **{CHECK.slug: CheckCount(failed=1)})
    assert (state.word, state.claims) == (Word.NOT_ASSESSED, {CHECK.objective: relationship})


def test_a_mixed_control_has_objectives_on_both_sides_and_none_open() -> None:
    other = next(
        c for c in registered()[0].values() if c.objective != CHECK.objective and c.severity is Severity.CRITICAL
    )
    both = framework((CHECK.objective, "subset-of"), (other.objective, "subset-of"))
    counts = {CHECK.slug: CheckCount(passed=1), other.slug: CheckCount(failed=1)}
    assert said(both, CHECK, other, **counts).word is Word.MIXED
    counts[CHECK.slug] = CheckCount(passed=1, unknown=1)
    assert said(both, CHECK, other, **counts).word is Word.AGAINST


def test_only_rows_of_benchmarks_that_name_their_checks_pass_or_fail() -> None:
    catalogue = framework((CHECK.objective, "superset-of"), assessable="automated", checks=(CHECK.id,))
    assert said(catalogue, CHECK, **{CHECK.slug: CheckCount(passed=1)}).word is Word.PASS
    assert said(catalogue, CHECK, **{CHECK.slug: CheckCount(passed=1, failed=1)}).word is Word.FAIL
    assert said(catalogue, CHECK, **{CHECK.slug: CheckCount(passed=1, unknown=1)}).word is Word.NOT_ASSESSED
    assert said(catalogue, CHECK, complete=False, **{CHECK.slug: CheckCount(failed=1)}).word is Word.NOT_ASSESSED
    assert said(catalogue, CHECK, **{CHECK.slug: CheckCount()}).word is Word.NOT_ASSESSED


def test_many_tidy_resources_hide_no_control_that_fails() -> None:
    other = next(
        c for c in registered()[0].values() if c.objective != CHECK.objective and c.severity is Severity.CRITICAL
    )
    words = dict.fromkeys(("name", "version", "published", "publisher", "url", "text_policy", "note"), "x")
    rows = tuple(Control(id=id, title=id, level="control", parent=None, assessable="partial") for id in ("C1", "C2"))
    edges = {CHECK.objective: edge("subset-of", "C1"), other.objective: edge("subset-of", "C2")}
    catalogue = Catalogue([Framework(id="f", controls=rows, objectives=edges, **words)], load().objectives.values())
    state = assessed(catalogue, CHECK, other, **{CHECK.slug: CheckCount(passed=1000), other.slug: CheckCount(failed=1)})
    assert state.frameworks[0].score == Posture(posture=50.0, coverage=100.0, lower=50.0, upper=50.0)


def test_what_no_scan_can_show_widens_the_bounds_and_is_counted() -> None:
    words = dict.fromkeys(("name", "version", "published", "publisher", "url", "text_policy", "note"), "x")
    rows = (
        Control(id="C1", title="x", level="control", parent=None, assessable="partial"),
        Control(id="C2", title="x", level="control", parent=None, assessable="manual"),
        Control(id="C3", title="x", level="control", parent=None, assessable="partial"),
        Control(id="C4", title="x", level="control", parent=None, assessable=None),
    )
    edges = {CHECK.objective: edge("subset-of", "C1"), UNASKED: edge("subset-of", "C3")}
    catalogue = Catalogue([Framework(id="f", controls=rows, objectives=edges, **words)], load().objectives.values())
    one = assessed(catalogue, CHECK, **{CHECK.slug: CheckCount(passed=1)}).frameworks[0]
    assert (len(one.controls), one.applicable, one.manual, one.unchecked, one.empty) == (3, 3, 1, 1, 0)
    assert one.score == Posture(posture=100.0, coverage=100.0, lower=33.3, upper=100.0)


def test_a_system_is_judged_by_what_belongs_to_it_and_gaps_may_hide_more_of_it() -> None:
    assert words(own()) == (Word.AGAINST, Word.FOR)


TESTED = framework((CHECK.objective, "superset-of"), assessable="automated", checks=(CHECK.id,))
GAP = Gap(kind=CHECK.kind.kind, operation="x", scope=HERE, reason=Reason.DENIED, permission="x", detail="x", checks=())
#: What may hide more of a system that is in the account of `HERE`.
HIDING: dict[str, dict[str, Any]] = {
    "a gap": {"gaps": (GAP,)},
    "a cloud": {"include": Include(provider="gcp", projects=("example-fraud-prod",))},
    "an account": {"include": Include(provider="aws", accounts=("444455556666",))},
    "a region": {"include": Include(provider="aws", regions=("us-west-2",))},
    "an account in an ARN": {"include": Include(provider="aws", arns=("arn:aws:sagemaker:*:444455556666:endpoint/*",))},
    "tags that nobody read": {"include": Include(provider="aws", tags={"team": "ml"})},
    "a kind that nobody asked for": {"unlisted": "aws.sagemaker.EndpointConfig"},
    "a part of the scan that is missing": {"accounts": frozenset({("aws", HERE.account), ("aws", "444455556666")})},
    "a selector that matches nothing": {"resources": ()},
}


def words(
    catalogue: Catalogue,
    *,
    include: Include | None = None,
    gaps: tuple[Gap, ...] = (),
    unlisted: str = "",
    accounts: frozenset[tuple[str, str]] = frozenset(),
    resources: tuple[Resource, ...] = (notebook(),),
) -> tuple[Word, Word]:
    """What is said of all, where one of six fails, and of a system with one that passes."""
    selectors = [Include(provider="aws", accounts=(HERE.account,)), *([include] if include else [])]
    manifest = declared(sentiment=selecting(*selectors))
    _, collectors = registered()
    inventory = Inventory(NOW)
    inventory.store.put(resources)
    graph = Graph(inventory, collectors)
    kinds = {kind for kind in graph.leading if kind.startswith("aws.")} | {CHECK.kind.kind}
    found = Counted(
        counts={CHECK.id: CheckCount(passed=5, failed=1)},
        listings=[Listing(kind=kind, scope=HERE, complete=True) for kind in kinds if kind != unlisted],
        gaps=gaps,
        resources=6,
        accounts=accounts,
        of_systems={manifest.systems[0].id: {CHECK.id: CheckCount(passed=1)}},
    )
    owners = Ownership(manifest, "ai-systems.yaml", graph)
    everything, system = Assessed(found, [CHECK], catalogue, ["f"], TODAY, owners)
    return everything.frameworks[0].controls[0].word, system.frameworks[0].controls[0].word


@pytest.mark.parametrize("hiding", HIDING)
def test_nothing_speaks_for_a_system_of_which_there_may_be_more(hiding: str) -> None:
    assert words(TESTED) == (Word.FAIL, Word.PASS)
    assert words(own(), **HIDING[hiding]) == (Word.AGAINST, Word.NOT_ASSESSED)
    assert words(TESTED, **HIDING[hiding]) == (Word.FAIL, Word.NOT_ASSESSED)


def test_a_part_of_a_scan_speaks_for_nothing() -> None:
    found = Counted(
        counts={CHECK.id: CheckCount(passed=5)},
        listings=[Listing(kind=CHECK.kind.kind, scope=HERE, complete=True)],
        gaps=(),
        resources=5,
        accounts=frozenset({("aws", HERE.account), ("aws", "444455556666")}),
    )
    [state] = Assessed(found, [CHECK], own(), ["f"], TODAY)
    row = state.frameworks[0].controls[0]
    assert (row.word, "444455556666" in row.why) == (Word.NOT_ASSESSED, True)


def test_a_pass_that_rests_on_trust_is_declared_and_gives_no_word() -> None:
    for catalogue in (own(), TESTED):
        state = assessed(catalogue, CHECK, **{CHECK.slug: CheckCount(passed=3, trusted=1)})
        claim, row = state.claims[CHECK.objective], state.frameworks[0].controls[0]
        assert row.word is Word.NOT_ASSESSED
        assert (claim.supporting, claim.unknown, claim.complete) == (2, 0, False)
        assert [(one.kind, one.source) for one in claim.other] == [(Kind.DECLARED, "[trust]")]
        assert row.score is not None
        assert (row.score.posture, row.score.lower, row.score.upper) == (100.0, 66.7, 100.0)


def test_a_row_of_a_benchmark_has_the_score_of_the_checks_that_decide_it() -> None:
    for objective in (CHECK.objective, SLIGHT.objective):
        catalogue = framework((objective, "superset-of"), assessable="automated", checks=(CHECK.id,))
        counts = {CHECK.slug: CheckCount(failed=1), SLIGHT.slug: CheckCount(passed=9)}
        of_it = assessed(catalogue, CHECK, SLIGHT, **counts).frameworks[0]
        assert (of_it.controls[0].word, of_it.unchecked) == (Word.FAIL, 0)
        assert of_it.score == Posture(posture=0.0, coverage=100.0, lower=0.0, upper=0.0)


def test_what_no_check_asks_about_is_in_the_bounds_of_a_control() -> None:
    half = framework((CHECK.objective, "subset-of"), (UNASKED, "subset-of"))
    of_it = assessed(half, CHECK, **{CHECK.slug: CheckCount(passed=1)}).frameworks[0]
    assert of_it.controls[0].word is Word.NOT_ASSESSED
    assert of_it.score == Posture(posture=100.0, coverage=100.0, lower=50.0, upper=100.0)


def test_a_document_fills_no_control_of_another_framework_that_has_the_same_id() -> None:
    document = Document(fills=("A.5.2",), title="Impact", uri="x", sha256="...", date=TODAY)
    for fills, filled in ((("A.5.2",), []), (("iso-42001:A.5.2",), ["iso-42001"])):
        manifest = declared(sentiment=selecting(Include(provider="aws", accounts=(HERE.account,))))
        systems = (replace(manifest.systems[0], documents=(replace(document, fills=fills),)),)
        graph = Graph(Inventory(NOW), registered()[1])
        owners = Ownership(replace(manifest, systems=systems), "ai-systems.yaml", graph)
        found = Counted(
            counts={}, listings=[Listing(kind=CHECK.kind.kind, scope=HERE, complete=True)], gaps=(), resources=0
        )
        shown = ("iso-27001", "iso-42001")
        made = Assessed(found, [CHECK], load(shown), shown, TODAY, owners)
        _, system = made
        assert [one.id for one in system.frameworks for row in one.controls if row.other] == filled
        said = [warning for warning in made.warnings if "as in iso-27001:A.5.2" in warning]
        assert bool(said) is not bool(filled)


@pytest.mark.parametrize("seed", range(200))
def test_bounds_hold_whatever_was_counted(seed: int) -> None:
    some = random.Random(seed)
    known = some.sample([check for check in registered()[0].values() if check.provider == "aws"], 12)
    counts = {check.slug: _count(some) for check in known}
    words = dict.fromkeys(("name", "version", "published", "publisher", "url", "text_policy", "note"), "x")
    rows = tuple(
        Control(id=f"C{n}", title="x", level="x", assessable=some.choice(("partial", "manual"))) for n in range(6)
    )
    objectives = sorted({check.objective for check in known} | {UNASKED})
    edges = {one: edge("subset-of", some.choice(rows).id) for one in objectives}
    catalogue = Catalogue([Framework(id="f", controls=rows, objectives=edges, **words)], load().objectives.values())
    of_it = assessed(catalogue, *known, complete=some.random() < 0.7, **counts).frameworks[0]
    for score in filter(None, (of_it.score, *(row.score for row in of_it.controls))):
        least = score.lower if score.posture is None else score.posture
        assert 0 <= score.lower <= least <= score.upper <= 100, score
        assert 0 <= score.coverage <= 100


def _count(some: random.Random) -> CheckCount:
    passed, failed, unknown = some.choices((0, 0, 1, 2, 50), k=3)
    return CheckCount(passed=passed, failed=failed, unknown=unknown, trusted=min(passed, some.choice((0, 0, 1))))


# -- what is recorded --------------------------------------------------------------------------------------------------


def recording(check: Check) -> Check:
    """The same check, of what people wrote down."""
    names = ("id", "severity", "objective", "since", "needs", "exposure", "blind_to")
    return Check(check.function, **{name: getattr(check, name) for name in names}, recorded=True)


@pytest.mark.parametrize("count", [CheckCount(passed=9), CheckCount(failed=9), CheckCount(unknown=9)])
def test_what_is_recorded_gives_no_word_and_no_score(count: CheckCount) -> None:
    check = recording(CHECK)
    state = assessed(framework((CHECK.objective, "intersects-with")), check, **{check.slug: count})
    claim = state.claims[CHECK.objective]
    expected = [*[Kind.RECORDED] * bool(count.passed), *[Kind.MISSING] * bool(count.failed)]

    assert state.frameworks[0].controls[0].word is Word.NOT_ASSESSED
    assert "recorded by people and pipelines" in claim.why
    assert (claim.supporting, claim.against, [one.kind for one in claim.other]) == (0, 0, expected)
    assert (state.score.posture, state.score.lower) == (None, 0.0)


def test_what_is_recorded_takes_no_word_away_and_adds_none() -> None:
    catalogue, check = framework((CHECK.objective, "intersects-with")), recording(SIBLING)
    alone = said(catalogue, CHECK, **{CHECK.slug: CheckCount(passed=9)})
    beside = said(catalogue, CHECK, check, **{CHECK.slug: CheckCount(passed=9), check.slug: CheckCount(failed=9)})

    assert alone.word is beside.word is Word.FOR
