"""How the history went that a report is compared with, for a page of it."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.model.errors import InputError
from scanner.model.nouns import Severity

if TYPE_CHECKING:
    from scanner.history.by_day import Course, Sight
    from scanner.history.store import Store
    from scanner.history.trend import Trend
    from scanner.model.reported import Report

log = logging.getLogger("mlposture")


def course_beside(built: "Report", options: Mapping[str, Any]) -> "Course | None":
    """The course of the history that `--store` names, until this report; None without one.

    A history that cannot be read now must not cost the report: that is said in a warning, and nothing is shown.
    """
    from scanner.history.store import open_store

    url = options.get("store")
    if not url:
        return None
    try:
        with open_store(url) as store:
            return course_until(store, built)
    except InputError as error:
        log.warning("%s; the page is written without its history", error)
        return None


def course_until(store: "Store", built: "Report") -> "Course":
    """How a history went until a report, which is the last scan of it if it is not there yet. Raises InputError."""
    from scanner.cli.trend_running import trend_of
    from scanner.history.by_day import course

    found = trend_of(store, built.started_at)
    known = any(point.scan.started_at == built.started_at for point in found.points)
    return course(found, store.shown, None if known else _now(built, found))


def _now(built: "Report", before: "Trend") -> "Sight":
    """The scan that a report is of, after those before it: what they saw of other accounts is known still."""
    from scanner.history.by_day import Known, Sight, known_by, summed
    from scanner.history.records import Score

    known = {account: one for point in before.points for account, one in known_by(point.scan).items()}
    failing, carried = built.findings.severities_by_account(), built.earlier.carried_by_account()
    for account in {*built.accounts, *failing, *carried}:
        known[account] = Known(failing.get(account, {}), carried.get(account, 0))
    return Sight(
        number=0,
        at=built.started_at,
        complete=built.complete,
        score=msgspec.convert(built.score, Score, from_attributes=True),
        by_severity={Severity(name): count for name, count in summed(known.values()).items()},
        unknown=sum(one.unknown for one in known.values()),
    )
