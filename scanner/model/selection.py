"""Which checks were asked for, by name and severity. Pure."""

from collections.abc import Iterable, Sequence

from scanner.model.checks import Check
from scanner.model.errors import InputError
from scanner.model.nouns import Severity


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
            close = nearest(name, names)
            hint = f". Did you mean {close}?" if close else ""
            raise InputError(f"no check of these clouds is called {name!r}; `mlposture list checks` lists all{hint}")
    keep = {names[name].id for name in wanted} if wanted else {check.id for check in every}
    drop = {names[name].id for name in skipped}
    return tuple(
        check for check in every if check.id in keep and check.id not in drop and check.severity.rank <= least.rank
    )


def nearest(name: str, names: Iterable[str]) -> str:
    """Which of the names a misspelled one may stand for; empty when none is close."""
    import difflib

    return next(iter(difflib.get_close_matches(name, list(names), n=1)), "")


def guess(name: str, names: Iterable[str], otherwise: str) -> str:
    """Whether a similar name was meant; `otherwise` where none is close."""
    close = nearest(name, names)
    return f"did you mean {close}?" if close else otherwise
