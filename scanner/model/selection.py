"""Which checks were asked for, by name and severity, and which there are without declared AI systems. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence

from scanner.model.checks import Check
from scanner.model.collectors import Collector
from scanner.model.errors import InputError
from scanner.model.nouns import Severity

#: Letters from which on the start of a name says something, and how many names are suggested for one.
_START, _FEW = 4, 3


def select(
    checks: Iterable[Check],
    *,
    wanted: Sequence[str] = (),
    skipped: Sequence[str] = (),
    least: Severity = Severity.INFORMATIONAL,
) -> tuple[Check, ...]:
    """The checks named by id or slug (all if none are named), less the skipped and the less severe, sorted by id.

    Raises InputError for a name that no check has.
    """
    every = sorted(checks, key=lambda check: check.id)
    names = {name: check for check in every for name in (check.id, check.slug)}
    for name in (*wanted, *skipped):
        if name not in names:
            lists = "`mlposture list checks` lists all"
            raise InputError(f"no check of these clouds is called {name!r}; {lists}{_hint(name, every)}")
    keep = {names[name].id for name in wanted} if wanted else {check.id for check in every}
    drop = {names[name].id for name in skipped}
    return tuple(
        check for check in every if check.id in keep and check.id not in drop and check.severity.rank <= least.rank
    )


def without_systems(
    checks: Iterable[Check], collectors: Mapping[str, Collector], read: Container[str] = ()
) -> tuple[Check, ...]:
    """The checks that there are where no AI systems are declared, in the order given.

    One that needs a kind that is read for declared systems alone is none of them, unless that kind was `read` anyway.
    """

    def is_missing(kind: str) -> bool:
        return collectors[kind].opt_in == "systems" and kind not in read

    return tuple(check for check in checks if not any(is_missing(kind.kind) for kind in (check.kind, *check.needs)))


def _hint(name: str, checks: Sequence[Check]) -> str:
    """What may have been meant: a check of another cloud, the checks that begin so, or one of a similar name."""
    from scanner.model.registry import load  # of all clouds, which only a mistake needs

    others = {known: check for check in load()[0].values() for known in (check.id, check.slug)}
    elsewhere = others.get(name) or others.get(name.upper())
    if elsewhere is not None and all(check.id != elsewhere.id for check in checks):
        return f". {elsewhere.id} is a check of {elsewhere.provider}"
    if begin := beginning(name, (word for check in checks for word in (check.id, check.slug))):
        return f". Did you mean {begin}?"
    names = [known for check in checks for known in (check.id, check.slug)]
    close = nearest(name, [*names, *others])
    of = f", a check of {others[close].provider}" if close and close not in names else ""
    return f". Did you mean {close}{of}?" if close else ""


def beginning(name: str, names: Iterable[str]) -> str:
    """Which of the names begin so, the first few of them in words; empty where none does, or the start is too short."""
    found = sorted({known for known in names if known.lower().startswith(name.lower())}) if len(name) >= _START else []
    more = f" or one of {len(found) - _FEW} more" if len(found) > _FEW else ""
    return ", ".join(found[:_FEW]) + more


def nearest(name: str, names: Iterable[str]) -> str:
    """Which of the names a misspelled one may stand for; empty when none is close."""
    import difflib

    return next(iter(difflib.get_close_matches(name, list(names), n=1)), "")


def guess(name: str, names: Iterable[str], otherwise: str) -> str:
    """Whether a similar name was meant; `otherwise` where none is close."""
    close = nearest(name, names)
    return f"did you mean {close}?" if close else otherwise
