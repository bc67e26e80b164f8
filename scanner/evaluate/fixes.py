"""What fixes most: of all failures, which few changes would close the most of them. Pure.

A change is that of one resource. Where several paths of others lead through it, the change is to give it what the
objective of these paths asks of it: that closes them, and its own failures under this objective. Else it closes one
failure of its own. Chosen is, again and again, what closes most of what is still open (greedy set cover), weighted by
the scores of findings. Suppressed failures do not count.

Failures are gone through twice, and counted by check and by what of them can be shared: there may be a million.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from scanner.model.nouns import Holds, Resource, Severity, Status
from scanner.model.remedies import Closed, Fix
from scanner.model.reported import Finding, Findings

#: How many changes are shown, and how many examples of each.
MOST, EXAMPLES = 5, 3
#: Shared resources that are weighed exactly: those that most is named by.
_WEIGHED = 64
#: Resources that are counted at once. Beyond, those with the least are forgotten.
_NAMED = 50_000

#: A resource by its id, and the objective that paths through it are about.
_Shared = tuple[str, str]


class _Group(Struct):
    """Failures of a check that the same changes of shared resources would close."""

    shared: frozenset[_Shared]
    count: int = 0
    #: the first of them; none where none is open
    some: list[Finding] = []


class _Choice(Struct, frozen=True):
    """A change: of a shared resource, or of the one that the first finding of a group is about."""

    groups: tuple[_Group, ...]
    shared: _Shared | None = None

    def counts(self) -> list[tuple[_Group, int]]:
        """How many failures of each group it would close."""
        return [(group, group.count if self.shared else 1) for group in self.groups]

    def rank(self) -> tuple[float, int, bool, str, str]:
        """The lower, the more it would close. Of two that close as much, one that is nearer to what failed."""
        counts, first = self.counts(), self.groups[0].some[0]
        weight = sum(group.some[0].score * count for group, count in counts)
        id, name = self.shared or (first.resource.id, first.check_id)
        return -weight, -sum(count for _, count in counts), self.shared is not None, id, name


def most_fixing(
    findings: Findings, totals: Mapping[str, int], known: Callable[[str], Resource | None]
) -> tuple[Fix, ...]:
    """The changes that would close most, the first one first. `totals` are the open failures of each check.

    `known` finds a resource by id. One that is not known was not read, or belongs to somebody else: it is not changed.
    """
    resources = dict(_shared(findings, known))
    groups = _grouped(findings, resources)
    fixes: list[Fix] = []
    while len(fixes) < MOST and (best := min(_choices(groups), key=_Choice.rank, default=None)):
        subject = resources[best.shared] if best.shared else best.groups[0].some[0].resource
        fixes.append(_fix(best, subject, totals))
        for group, count in best.counts():
            group.count -= count
            group.some = group.some[count:]
    return tuple(fixes)


def _shared(findings: Findings, known: Callable[[str], Resource | None]) -> Iterator[tuple[_Shared, Resource]]:
    """Resources that several paths of others lead through, those with the most weight.

    Not what serves: paths lead to it, and it is what they endanger.
    """
    named: dict[_Shared, tuple[int, float]] = {}
    for finding in _open(findings.paths()):
        for id in set(finding.path) - {finding.resource.id}:
            times, weight = named.get((id, finding.objective), (0, 0.0))
            named[id, finding.objective] = times + 1, weight + finding.score
        if len(named) > _NAMED:
            named = dict(sorted(named.items(), key=_least_last)[: _NAMED // 2])
    found = 0
    for key, (times, _) in sorted(named.items(), key=_least_last):
        resource = known(key[0]) if times > 1 else None
        if resource is not None and type(resource).holds is not Holds.SERVING:
            yield key, resource
            found += 1
            if found == _WEIGHED:
                return


def _least_last(entry: tuple[_Shared, tuple[int, float]]) -> tuple[float, _Shared]:
    key, (_, weight) = entry
    return -round(weight, 1), key


def _grouped(findings: Findings, resources: Mapping[_Shared, Resource]) -> list[_Group]:
    """Failures by what would close them. Of those that no shared resource is named by, the first of each check."""
    groups: dict[tuple[str, frozenset[_Shared]], _Group] = {}

    def count(finding: Finding) -> None:
        named = {finding.resource.id, *finding.path}
        shared = frozenset(resources.keys() & {(id, finding.objective) for id in named})
        group = groups.setdefault((finding.check_id, shared), _Group(shared))
        group.count += 1
        if len(group.some) < MOST:
            group.some.append(finding)

    for finding in _open(findings.paths()):
        count(finding)
    for finding in _open(findings.about(sorted({id for id, _ in resources}))):
        if not _leads_on(finding) and (finding.resource.id, finding.objective) in resources:
            count(finding)
    for _, first in findings.failures(MOST):
        for finding in _open(first):
            if not _leads_on(finding) and (finding.resource.id, finding.objective) not in resources:
                count(finding)
    return list(groups.values())


def _open(findings: Iterable[Finding]) -> Iterator[Finding]:
    return (one for one in findings if one.verdict is Status.FAIL and one.suppression is None)


def _leads_on(finding: Finding) -> bool:
    """Whether it is among the `paths` of findings."""
    return len(finding.path) > 1


def _choices(groups: Iterable[_Group]) -> Iterator[_Choice]:
    """Every change that would close something that is open."""
    of_shared: dict[_Shared, list[_Group]] = {}
    for group in groups:
        if not group.count:
            continue
        yield _Choice((group,))
        for key in group.shared:
            of_shared.setdefault(key, []).append(group)
    for key, found in of_shared.items():
        yield _Choice(tuple(found), key)


def _fix(choice: _Choice, subject: Resource, totals: Mapping[str, int]) -> Fix:
    closed: Counter[str] = Counter()
    by_severity: Counter[str] = Counter()
    for group, count in choice.counts():
        closed[group.some[0].check_id] += count
        by_severity[group.some[0].severity] += count
    most = sorted(closed.items(), key=lambda entry: (-entry[1], entry[0]))
    first = [group.some[0] for group in choice.groups]
    telling = min(first, key=lambda one: (one.resource.id == subject.id, -closed[one.check_id], one.check_id))
    about = dict.fromkeys(one.resource.id for group in choice.groups for one in group.some if choice.shared)
    scope = subject.scope
    return Fix(
        resource=subject.id,
        kind=type(subject).kind,
        title=type(subject).title,
        name=subject.name,
        provider=scope.provider,
        account=scope.account,
        region=scope.region,
        console_url=subject.console_url,
        objective=telling.objective,
        count=closed.total(),
        by_severity={severity: by_severity[severity] for severity in Severity if by_severity[severity]},
        checks=tuple(Closed(check, count, totals[check]) for check, count in most),
        remediation=telling.remediation,
        examples=tuple(id for id in about if id != subject.id)[:EXAMPLES],
    )
