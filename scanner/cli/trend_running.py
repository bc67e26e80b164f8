"""From a history to what is printed of how it went."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache

import click
import msgspec

from scanner.cli.config import refuse_undecoded
from scanner.cli.judging import write_to
from scanner.frameworks import HEADLINE
from scanner.frameworks import load as load_frameworks
from scanner.history.damage import legible
from scanner.history.store import Store, open_store
from scanner.history.trend import Trend
from scanner.history.trend import trend as made_of
from scanner.model.errors import InputError
from scanner.model.registry import load


def run_trend(url: str, last: int, *, as_json: bool, width: int | None) -> None:
    """Print how a history went, in so many columns. Raises InputError."""
    refuse_undecoded({"store": url})
    with open_store(url, make=False) as store:
        shown = store.shown
        found = _last(trend_of(store), last)
        if not found.points:
            raise InputError(f"--store {shown}: holds no scan; write one with scan --store")
    if as_json:
        from reports.trend_json import render

        write_to(None, [render(found, shown)])
        return
    from reports.trend_text import trend_text

    for line in trend_text(found, shown, width):
        click.echo(line)


def trend_of(store: Store, until: datetime | None = None) -> Trend:
    """How a history went, by the scans that began by then; by default, by all. Raises InputError."""
    scans = store.scans()
    kept = tuple(one for one in scans if until is None or one.started_at <= until)
    later = {one.number for one in scans} - {one.number for one in kept}
    with legible(store.shown):  # a span of a scan that is missing is found there
        return made_of(kept, (span for span in store.spans() if span.first not in later), _frameworks())


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
