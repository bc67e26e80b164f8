"""Inventory + judgements → the one `Report` that every format renders."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.evaluate.early import Early
from scanner.evaluate.fixes import most_fixing
from scanner.evaluate.judge import evaluate
from scanner.evaluate.score import overall, posture, seen_kinds
from scanner.evaluate.suppressing import NOTHING, Suppressing
from scanner.evaluate.unclaimed import UNCLAIMED, of_manifest, unclaimed
from scanner.evaluate.verdicts import Verdicts
from scanner.frameworks import Catalogue
from scanner.history.earlier import Earlier
from scanner.history.unseen_before import as_before, marks
from scanner.model.checks import CHECKS, Check
from scanner.model.collectors import COLLECTORS
from scanner.model.history import Account, AsBefore, NoFormers
from scanner.model.nouns import Listing, Resource, Status
from scanner.model.remedies import Fix
from scanner.model.reported import CheckInfo, ControlRef, Finding, Report, Unanswered, Unmanaged
from scanner.model.taxonomies import Taxonomy
from scanner.model.trust import Entry
from scanner.store.inventory import Inventory
from scanner.systems.ownership import Ownership

if TYPE_CHECKING:
    from scanner.source.sources import Sources


def make_verdicts(
    inventory: Inventory,
    checks: Sequence[Check],
    catalogue: Catalogue,
    *,
    verdicts: frozenset[Status] = frozenset({Status.FAIL, Status.UNKNOWN}),
    frameworks: Sequence[str] = (),
    prepare: Callable[[Finding], bytes] | None = None,
    trust: Sequence[Entry] = (),
    folder: Path | None = None,
    owners: Ownership | None = None,
    suppressing: Suppressing = NOTHING,
    earlier: Earlier | None = None,
    sources: "Sources | None" = None,
) -> Verdicts:
    """Ready for the verdicts of these checks; the options are those of `build_report`."""
    shown = tuple(frameworks) or tuple(catalogue.frameworks)
    infos = {check.id: check_info(check, catalogue, shown) for check in checks}
    if earlier is not None:
        # Also checks that are not asked now: what they found before is carried forward.
        before = [check for check in (*CHECKS.values(), UNCLAIMED) if check.id in earlier.check_ids() - infos.keys()]
        earlier.begin({**infos, **{check.id: check_info(check, catalogue, shown) for check in before}})
    return Verdicts(inventory, checks, infos, verdicts, prepare, trust, folder, owners, suppressing, earlier, sources)


def build_report(
    inventory: Inventory,
    checks: Sequence[Check],
    catalogue: Catalogue,
    *,
    scan_id: str,
    started_at: datetime,
    finished_at: datetime,
    arguments: Iterable[str] = (),
    verdicts: frozenset[Status] = frozenset({Status.FAIL, Status.UNKNOWN}),
    frameworks: Sequence[str] = (),
    prepare: Callable[[Finding], bytes] | None = None,
    trust: Sequence[Entry] = (),
    early: Early | None = None,
    folder: Path | None = None,
    owners: Ownership | None = None,
    suppressing: Suppressing = NOTHING,
    earlier: Earlier | None = None,
    sources: "Sources | None" = None,
) -> Report:
    """Evaluate and assemble. `verdicts` says which findings are kept; counts cover all. No `frameworks` means all.

    `prepare` is called with each finding that is kept, and what it makes is kept for the report that gave it. What
    was judged `early` is not judged again; it was made with the same options. `trust` are the entries of `[trust]`.
    `suppressing` says which failures are suppressed.
    With `owners`, what belongs to each AI system is counted, and what belongs to none is a finding. `earlier` are the
    failures of an earlier report. With `sources`, findings say where their resource was made.
    Findings are kept in `folder`, by default that for temporary files. Raises NotKept where it is full.
    """
    if early is None:
        done: frozenset[str] = frozenset()
        found = make_verdicts(
            inventory, checks, catalogue, verdicts=verdicts, frameworks=frameworks, prepare=prepare, trust=trust,
            folder=folder, owners=owners, suppressing=suppressing, earlier=earlier, sources=sources,
        )  # fmt: skip
    else:
        found, done = early.finish(inventory.store)
    of_clouds = [check for check in checks if check is not UNCLAIMED]
    if found.earlier is not None:
        accounts = {(scope.provider, scope.account) for scope in inventory.scopes}
        found.earlier.look(inventory.listings.values(), accounts, inventory.gaps)
    judgements = evaluate(inventory, [check for check in of_clouds if check.id not in done], found.trusting)
    for judgement in of_manifest(judgements, owners):
        found.add(judgement)
    if owners is not None and UNCLAIMED in checks:
        for judgement in unclaimed(inventory, owners):
            found.add(judgement)
    found.findings.seal()
    cached, cached_since = inventory.store.cached()
    listings = tuple(inventory.listings[key] for key in sorted(inventory.listings))
    seen = seen_kinds(listings)
    counts = found.totals()
    unanswered = found.unanswered()
    if found.earlier is not None:
        found.earlier.settle(found.checks)
    recorded = {(scope.provider, scope.account) for scope in inventory.scopes}.union(found.findings.accounts())
    return Report(
        scan_id=scan_id,
        started_at=started_at,
        finished_at=finished_at,
        scopes=inventory.scopes,
        arguments=tuple(arguments),
        complete=not (inventory.gaps or counts["unknown"]) and all(listing.complete for listing in listings),
        resources=inventory.count() - _records(inventory),
        counts=counts,
        by_severity=found.failures_by_severity(),
        findings=found.findings,
        shown=found.shown,
        gaps=tuple(sorted(inventory.gaps)),
        unanswered=unanswered,
        listings=listings,
        checks=tuple(found.infos.values()),
        check_counts=found.counts,
        system_counts=found.of_systems,
        excepted=found.excepted,
        score=overall(
            posture(of_clouds, found.counts, seen),
            asked=any(not check.recorded for check in of_clouds) and bool(listings),
        ),
        cached=cached,
        cached_since=datetime.fromisoformat(cached_since) if cached else None,
        trust=found.uses(),
        suppressions=found.suppressions(
            {kind: share == 1.0 for kind, share in seen.items()},
            {scope.account.lower() for scope in inventory.scopes},
        ),
        principals=tuple(sorted(inventory.principals)),
        names=inventory.names,
        inventories=inventory.digests,
        unmanaged=_unmanaged(inventory, sources) if sources and sources.has_states else None,
        checkout=sources.checkout if sources else None,
        fixes=_fixes(found, inventory),
        states=found.states(),
        earlier=found.earlier or NoFormers(),
        as_before=_as_before(inventory, recorded, unanswered, listings, found.earlier),
        settled=settled(inventory, unanswered, found.earlier.settled if found.earlier else {}),
        frameworks=taxonomies(catalogue, found.infos.values()),
    )


def _as_before(
    inventory: Inventory,
    accounts: Collection[Account],
    unanswered: Iterable[Unanswered],
    listings: Iterable[Listing],
    earlier: Earlier | None,
) -> AsBefore:
    """How much of what was not seen the last scan did not see either; nothing where nobody noted that."""
    if earlier is None or not earlier.unseen:
        return AsBefore()
    return as_before(marks(inventory.gaps, unanswered, listings, accounts), earlier.unseen)


def settled(
    inventory: Inventory, unanswered: Iterable[Unanswered], before: Mapping[Account, bool]
) -> frozenset[Account]:
    """The accounts in which nothing that failed before may have been missed.

    All of one was seen, or an earlier report, by `before`, knew all its failures: these are carried forward then.
    """
    accounts = {(scope.provider, scope.account) for scope in inventory.scopes}
    open_ = {(one.provider, one.account) for one in unanswered}
    open_ |= {(gap.scope.provider, gap.scope.account) for gap in inventory.gaps}
    open_ |= {(scope.provider, scope.account) for (_, scope), one in inventory.listings.items() if not one.complete}
    # Where a gap is of no account, nobody knows of which it is.
    hidden = {provider for provider, _ in open_ - accounts - inventory.accounts}
    whole = {one for one in accounts if one not in open_ and one[0] not in hidden}
    return frozenset(whole.union(one for one, known in before.items() if known))


def taxonomies(catalogue: Catalogue, checks: Iterable[CheckInfo]) -> tuple[Taxonomy, ...]:
    """The frameworks that these checks speak to, with labels of the controls."""
    named: dict[str, set[str]] = {}
    for check in checks:
        for control in check.controls:
            named.setdefault(control.framework, set()).add(control.id)
    return tuple(
        Taxonomy(
            id=one.id,
            name=one.name,
            version=one.version,
            publisher=one.publisher,
            url=one.url,
            text_policy=one.text_policy,
            labels={row.id: row.title for row in one.controls if row.id in named[one.id]},
        )
        for one in catalogue.frameworks.values()
        if one.id in named
    )


def _unmanaged(inventory: Inventory, sources: "Sources") -> Unmanaged:
    """What no code made. Its module is imported where code was given."""
    from scanner.evaluate.unmanaged import NotInCode

    return NotInCode(inventory, sources)


def _fixes(found: Verdicts, inventory: Inventory) -> tuple[Fix, ...]:
    """The changes that would close most. Only what was read of these checks' kinds can be what is to change."""
    kinds = {kind for check in found.checks.values() for kind in (check.kind, *check.needs)}
    stored = sorted((kind for kind in kinds if kind.kind in inventory.store.kinds()), key=lambda kind: kind.kind)

    def known(id: str) -> Resource | None:
        return next(filter(None, (inventory.find(kind, id) for kind in stored)), None)

    return most_fixing(found.findings, {id: count.open for id, count in found.counts.items()}, known)


def _records(inventory: Inventory) -> int:
    """How many are nothing but the tags of resources that are counted themselves, or names of what may be another's."""
    return sum(
        inventory.store.sizes(kind)[1] for kind, made in COLLECTORS.items() if made.opt_in in ("tags", "accounts")
    )


def check_info(check: Check, catalogue: Catalogue, frameworks: Sequence[str]) -> CheckInfo:
    """What reports say about a check, with the controls of these frameworks that its objective speaks to."""
    controls = tuple(
        ControlRef(framework=m.framework, id=m.control, relationship=m.relationship, reason=m.reason)
        for m in catalogue.controls_for(check.objective)
        if m.framework in frameworks
    )
    return CheckInfo(
        id=check.id,
        slug=check.slug,
        title=check.title,
        severity=check.severity,
        kind=check.kind.kind or "any",
        objective=check.objective,
        why=check.section("Why it matters"),
        remediation=check.section("How to fix"),
        references=check.references,
        controls=controls,
        blind_to=check.blind_to,
    )
