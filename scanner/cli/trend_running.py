"""From a history to what is printed of how it went."""

from collections.abc import Callable, Iterable
from functools import cache

import click
import msgspec

from scanner.cli.config import refuse_undecoded
from scanner.cli.judging import write_to
from scanner.frameworks import HEADLINE
from scanner.frameworks import load as load_frameworks
from scanner.history.damage import legible
from scanner.history.store import open_store
from scanner.history.trend import Trend
from scanner.history.trend import trend as made_of
from scanner.model.errors import InputError
from scanner.model.registry import load


def run_trend(url: str, last: int, *, as_json: bool, width: int | None) -> None:
    """Print how a history went, in so many columns. Raises InputError."""
    refuse_undecoded({"store": url})
    with open_store(url, make=False) as store:
        scans, shown = store.scans(), store.shown
        if not scans:
            raise InputError(f"--store {shown}: holds no scan; write one with scan --store")
        with legible(shown):
            found = _last(made_of(scans, store.spans(), _frameworks()), last)
    if as_json:
        from reports.trend_json import render

        write_to(None, [render(found, shown)])
        return
    from reports.trend_text import trend_text

    for line in trend_text(found, shown, width):
        click.echo(line)


def _last(found: Trend, last: int) -> Trend:
    """The same, of so many of the last scans."""
    return msgspec.structs.replace(
        found,
        points=found.points[-last:],
        systems={name: counts[-last:] for name, counts in found.systems.items()},
        frameworks={name: counts[-last:] for name, counts in found.frameworks.items()},
    )


def _frameworks() -> Callable[[str], Iterable[str]]:
    """The headline frameworks that a check speaks to; none for a check that this version does not have."""
    checks, catalogue = load()[0], load_frameworks(HEADLINE)

    @cache
    def of(check: str) -> frozenset[str]:
        known = checks.get(check)
        return frozenset(one.framework for one in catalogue.controls_for(known.objective)) if known else frozenset()

    return of
