"""What only one of two scans looked at, so that nothing follows from what the other one does not have."""

from collections.abc import Iterable, Iterator

from scanner.history.comparing import Rescored
from scanner.history.comparison import Difference, Lacks, Subject
from scanner.history.sides import Side
from scanner.model.nouns import Status

#: Verdicts that matter where a report leaves them out: what was unknown may have failed, and only a pass is a fix.
_MATTER: dict[Lacks, tuple[Status, ...]] = {
    "before": (Status.UNKNOWN,),
    "after": (Status.PASS, Status.NOT_APPLICABLE, Status.UNKNOWN),
}


def differences(before: Side, after: Side, rescored: Iterable[Rescored]) -> tuple[Difference, ...]:
    """What differs, the wider first. `rescored` are checks whose severity has changed, of those that failed in both."""
    found = [Difference(what="version", lacks="neither", items=(before.version, after.version))]
    found = found if before.version != after.version else []
    found += lacking("account", _accounts(before), _accounts(after))
    found += lacking("region", _regions(before, after), _regions(after, before))
    found += lacking("check", set(before.checks), set(after.checks))
    if before.listings is not None and after.listings is not None:
        found += lacking("kind", _kinds(before, after), _kinds(after, before))
        found += lacking("list", _whole(before, after), _whole(after, before))
    found += lacking("trust", before.trust, after.trust)
    changed = sorted(f"{one.check}: {one.before}, then {one.after}" for one in rescored)
    found += [Difference(what="severity", lacks="neither", items=tuple(changed))] if changed else []
    return (*found, *_of_file(before, "before"), *_of_file(after, "after"))


def lacking(what: Subject, before: Iterable[str], after: Iterable[str]) -> Iterator[Difference]:
    """What only one of them has: the other one lacks it."""
    former, latter = set(before), set(after)
    if items := sorted(latter - former):
        yield Difference(what=what, lacks="before", items=tuple(items))
    if items := sorted(former - latter):
        yield Difference(what=what, lacks="after", items=tuple(items))


def _accounts(side: Side) -> set[str]:
    return {" ".join(account) for account in side.accounts}


def _regions(side: Side, other: Side) -> set[str]:
    """Those of accounts that the other one asked, too."""
    return {
        f"{provider} {account} {region}"
        for (provider, account), regions in side.regions.items()
        if (provider, account) in other.regions
        for region in regions
    }


def _kinds(side: Side, other: Side) -> set[str]:
    """What was listed of providers that the other one asked, too."""
    providers = {provider for provider, _ in other.accounts}
    return {one.kind for one in side.listings or () if one.scope.provider in providers}


def _whole(side: Side, other: Side) -> set[str]:
    """The lists that are complete, of those that the other one has, too."""
    had = {(one.kind, one.scope) for one in other.listings or ()}
    return {
        f"{one.kind} in {one.scope.account} {one.scope.region}"
        for one in side.listings or ()
        if one.complete and (one.kind, one.scope) in had
    }


def _of_file(side: Side, name: Lacks) -> Iterator[Difference]:
    """What a file does not say whatever was seen."""
    if side.form == "sarif":
        yield Difference(what="sarif", lacks=name)
    left = tuple(status for status in _MATTER[name] if any(side.left_out(check, status) for check in side.checks))
    if left:
        yield Difference(what="verdicts", lacks=name, items=left)
