"""A report and a manifest → what there is to say of each AI system and of the controls of the frameworks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from scanner.evaluate.score import overall, posture, seen_kinds
from scanner.evidence.applicability import classified
from scanner.evidence.controls import Bearing, Subject, summed
from scanner.evidence.declared_logs import APPROVED, KEPT
from scanner.evidence.rollout import requirements
from scanner.evidence.standing import standing
from scanner.evidence.unseen import Unseen
from scanner.frameworks import Catalogue
from scanner.model.checks import Check
from scanner.model.claims import Evidence, Kind, SystemState
from scanner.model.nouns import Gap, Listing, Resource, Severity
from scanner.model.reported import CheckCount, Report
from scanner.model.yaml_text import brief
from scanner.systems.manifest import Manifest, System
from scanner.systems.own_logs import pipelines_of
from scanner.systems.ownership import Ownership

#: The kind of a check that is about resources of any kind: these are not listed for it.
ANY = Resource.kind
#: So many systems are kept once they are made: a report reads them several times. More would take too much memory.
_KEPT = 20
#: The objective that a search for sensitive data speaks to, and what is declared of data that it would be for.
_LOCATED, _OF_PERSONS = "data-classification", ("personal", "special-category", "regulated")
#: The Act binds whoever it binds, whatever frameworks a system names.
_ALWAYS = "eu-ai-act"


class Counted(Struct, frozen=True, kw_only=True):
    """What of a report an assessment rests on."""

    counts: Mapping[str, CheckCount]
    listings: Sequence[Listing]
    gaps: Sequence[Gap]
    resources: int
    #: all accounts that the scan knew, with their provider, whether or not they are here
    accounts: frozenset[tuple[str, str]] = frozenset()
    of_systems: Mapping[str, Mapping[str, CheckCount]] = {}
    excepted: Mapping[tuple[str, str], int] = {}


def counted(report: Report, accounts: Iterable[tuple[str, str]] = ()) -> Counted:
    """What of this report, of a scan that knew these accounts, an assessment rests on."""
    return Counted(
        accounts=frozenset(accounts),
        counts=report.check_counts,
        listings=report.listings,
        gaps=report.gaps,
        resources=report.resources,
        of_systems=report.system_counts,
        excepted=report.excepted,
    )


class Assessed:
    """See `scanner.model.claims.Assessment`. `known` are all checks of the clouds that were asked."""

    def __init__(
        self,
        found: Counted,
        known: Iterable[Check],
        catalogue: Catalogue,
        frameworks: Sequence[str],
        as_of: date,
        ownership: Ownership | None = None,
    ) -> None:
        self.as_of = as_of
        self.manifest = ownership.path if ownership else ""
        self.declared = tuple(system.id for system in ownership.manifest.systems) if ownership else ()
        self.unclaimed = len(ownership.unclaimed) if ownership else 0
        self.warnings = ownership.warnings if ownership else ()
        self._found, self._ownership = found, ownership
        self._states: tuple[SystemState, ...] | None = None
        self._checks = {check.id: check for check in known}
        self._chosen = frozenset(found.counts)
        self._objectives = tuple(catalogue.objectives)
        self._bearing = {name: Bearing(catalogue.frameworks[name]) for name in frameworks}
        self._seen = {**seen_kinds(found.listings), ANY: 1.0}
        self._unseen = Unseen(found.listings, found.gaps, found.accounts)
        self._asked = self._unseen.providers
        self.warnings = (*self.warnings, *self._needing_names())

    def __iter__(self) -> Iterator[SystemState]:
        if len(self.declared) > _KEPT:
            return self._made()
        if self._states is None:
            self._states = tuple(self._made())
        return iter(self._states)

    def _made(self) -> Iterator[SystemState]:
        yield self._state(None, self._found.counts, frozenset())
        for system in self._ownership.manifest.systems if self._ownership else ():
            yield self._state(system, self._found.of_systems.get(system.id, {}), self._clouds(system))

    def _clouds(self, system: System) -> frozenset[str]:
        return frozenset(include.provider for include in system.selectors.include)

    def _state(self, system: System | None, counts: Mapping[str, CheckCount], clouds: frozenset[str]) -> SystemState:
        """`clouds` are those that a system is in; without a system, all that were asked."""
        manifest = self._ownership.manifest if self._ownership else None
        checks = [check for check in self._checks.values() if system is None or check.providers <= clouds]
        subject = self._subject(system, counts, clouds, checks)
        of_clouds = {"": subject}
        frameworks = []
        for name in self._frameworks(system):
            cloud = self._bearing[name].framework.cloud
            if cloud not in of_clouds:
                own = [check for check in checks if check.providers == {cloud}]
                of_clouds[cloud] = self._subject(system, counts, clouds & {cloud}, own)
            frameworks.append(summed(self._bearing[name], of_clouds[cloud]))
        chosen = [check for check in checks if check.id in self._chosen]
        held, shared = self._ownership.held(system.id) if system and self._ownership else (self._found.resources, 0)
        return SystemState(
            id=system.id if system else "",
            name=system.name if system else "",
            declared=_said(system, manifest) if system and manifest else {},
            rests_on=classified(system, manifest) if system and manifest else None,
            resources=held,
            shared=shared,
            failures=_failures(chosen, counts),
            score=overall(
                posture(chosen, counts, self._seen),
                asked=_assesses(chosen) and bool(held if system else self._asked),
            ),
            claims={objective: one.claim for objective, one in subject.standings.items()},
            frameworks=tuple(frameworks),
            rollout=tuple(requirements(system, subject.standings, subject.declared)) if system else (),
            asked=system is None or bool(clouds & self._asked),
            hidden=self._blind(system, clouds),
            suppressed=sum(counts[check.id].suppressed for check in chosen if check.id in counts),
        )

    def _subject(
        self, system: System | None, counts: Mapping[str, CheckCount], clouds: frozenset[str], checks: Iterable[Check]
    ) -> Subject:
        """What these checks say of a system."""
        known: dict[str, list[Check]] = {objective: [] for objective in self._objectives}
        for check in checks:
            known[check.objective].append(check)
        blind = self._blind(system, clouds)
        declared = _declared(system, self._ownership.manifest) if system and self._ownership else {}
        searches = [check.id for check in known.get(_LOCATED, ()) if check.id in self._chosen]
        if system and (missing := undiscovered(system, searches, counts)):
            declared[_LOCATED] = (missing,)
        unseen = self._ownership.unseen[system.id] if system and self._ownership else ()
        return Subject(
            system,
            self._ownership.manifest if self._ownership else None,
            self.as_of,
            known=known,
            chosen=self._chosen,
            counts=counts,
            seen=self._seen,
            blind=blind,
            ambiguous=self._ambiguous(system),
            standings={
                objective: standing(
                    objective,
                    own,
                    self._chosen,
                    counts,
                    self._seen,
                    blind=blind or _unseen(objective, system, unseen),
                    excepted=self._found.excepted.get((system.id, objective), 0) if system else 0,
                    other=declared.get(objective, ()),
                )
                for objective, own in known.items()
            },
        )

    def _blind(self, system: System | None, clouds: frozenset[str]) -> str:
        """Why there may be more than was found; empty if nothing hides it."""
        if system is None or self._ownership is None:
            return self._unseen.of_all()
        return self._unseen.of_system(system, self._ownership, clouds)

    def _ambiguous(self, system: System | None) -> frozenset[str]:
        """Ids that controls of several of the frameworks have that are shown of a system."""
        names = tuple(self._frameworks(system)) if system and system.documents else ()
        ids = Counter(control for name in names for control in self._bearing[name].claims)
        return frozenset(id for id, times in ids.items() if times > 1)

    def _needing_names(self) -> Iterator[str]:
        """What to say of documents of which nobody knows which control they fill."""
        for system in self._ownership.manifest.systems if self._ownership else ():
            ambiguous = self._ambiguous(system)
            for document in system.documents:
                for id in sorted(ambiguous.intersection(document.fills)):
                    names = [name for name in self._frameworks(system) if id in self._bearing[name].claims]
                    yield (
                        f"system {system.id}: {brief(document.title)!r} fills {id}, which {' and '.join(names)} have; "
                        f"say which, as in {names[0]}:{id}"
                    )

    def _frameworks(self, system: System | None) -> Iterator[str]:
        """Those that are shown and about a cloud that was asked, and of these, for a system, those that it names."""
        clouds = self._asked & self._clouds(system) if system else self._asked
        for name, bearing in self._bearing.items():
            named = system is None or not system.frameworks or name in (*system.frameworks, _ALWAYS)
            if named and bearing.framework.cloud in ("", *clouds):
                yield name


def _assesses(checks: Iterable[Check]) -> bool:
    """Whether there is a check that goes by more than what was written down."""
    return any(not check.recorded for check in checks)


def _failures(checks: Iterable[Check], counts: Mapping[str, CheckCount]) -> dict[str, int]:
    failures = dict.fromkeys((str(severity) for severity in Severity), 0)
    for check in checks:
        if check.id in counts:
            failures[check.severity] += counts[check.id].failed
    return failures


def _said(system: System, manifest: Manifest) -> dict[str, str]:
    """What the manifest says of a system that its reader wants to see beside the evidence."""
    roles = system.classification.roles or manifest.organisation.default_roles
    said = {
        "status": system.status,
        "stage": system.stage or "",
        "owner": f"{system.owner.team}, {system.owner.contact}",
        "purpose": system.purpose.intended,
        "tier": system.classification.eu_ai_act.tier,
        "route": system.classification.eu_ai_act.route or "",
        "roles": ", ".join(roles),
        "data": system.classification.data_sensitivity or "",
    }
    return {name: value for name, value in said.items() if value}


def _unseen(objective: str, system: System | None, named: Sequence[str]) -> str:
    """That something that a system names was not seen, so that nothing speaks for what it bears on."""
    what = {KEPT: ("logs", system.logs), APPROVED: ("pipelines", pipelines_of(system))} if system else {}
    word, own = what.get(objective, ("", ()))
    count = len(set(named).intersection(own))
    many = f"1 of the {word} that the manifest names was" if count == 1 else f"{count} {word} of the manifest were"
    return f"{many} not seen" if count else ""


def undiscovered(system: System, searches: Sequence[str], counts: Mapping[str, CheckCount]) -> Evidence | None:
    """That data is declared to be about persons, and no search for such data was seen to look at it.

    `searches` are the checks that ask about it; without any, nothing is missing that could have been seen.
    """
    declared = system.classification.data_sensitivity
    looked = any(counts[id].passed for id in searches if id in counts)
    if declared not in _OF_PERSONS or looked or not searches:
        return None
    text = f"its data is declared {declared}, and no search for sensitive data was seen to look at its training data"
    return Evidence(kind=Kind.MISSING, text=text, source="classification.data_sensitivity")


def _declared(system: System, manifest: Manifest) -> dict[str, tuple[Evidence, ...]]:
    """What the manifest itself declares on objectives: that the system is known, whose it is, and how it is classed."""
    owner = Evidence(kind=Kind.DECLARED, text=f"owned by {system.owner.team}", source="owner")
    entry = Evidence(kind=Kind.DECLARED, text="entered in the manifest of AI systems", source=f"systems/{system.id}")
    return {
        **_overseen(system),
        "intended-purpose-risk-tier": (classified(system, manifest),),
        "ownership-accountability": (owner,),
        "ai-inventory": (entry,),
    }


def _overseen(system: System) -> dict[str, tuple[Evidence, ...]]:
    """What it declares of people who review, stop and are told of a system that runs, and of its logs."""
    oversight, route = system.oversight, system.incident_route
    people = ", ".join(oversight.people) if oversight else ""
    said = {
        "human-oversight": (
            f"outputs are reviewed: {oversight.review}" if oversight and oversight.review else "",
            people,
        ),
        "rollback-kill-switch": (f"it is stopped: {oversight.stop}" if oversight and oversight.stop else "", people),
        "detection-and-alerting": (f"incidents go to {route.contact}" if route else "", ""),
    }
    count = len(system.logs)
    said[KEPT] = (f"its logs are kept in {count} {'place' if count == 1 else 'places'}" if count else "", "")
    source = {"detection-and-alerting": "incident_route", KEPT: "logs"}
    return {
        objective: (Evidence(kind=Kind.DECLARED, text=text, by=by, source=source.get(objective, "oversight")),)
        for objective, (text, by) in said.items()
        if text
    }
