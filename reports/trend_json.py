"""How a history went, as JSON: docs/reference/trend-v1.schema.json."""

import msgspec

from reports.json_trend_types_v1 import TimeToFixV1, TrendPointV1, TrendV1
from reports.json_types_v1 import PostureV1, SeverityCountsV1, ToolV1
from reports.writing import dump, without_secrets
from scanner import __version__
from scanner.history.trend import Point, Trend
from scanner.model.nouns import Severity


def render(found: Trend, store: str) -> bytes:
    """The history as JSON; `store` is what it is called."""
    made = TrendV1(
        schema="mlposture/trend/v1",
        tool=ToolV1("mlposture", __version__),
        store=store,
        scans=[_point(point) for point in found.points],
        time_to_fix=[msgspec.convert(one, TimeToFixV1, from_attributes=True) for one in found.times],
        systems={name: list(counts) for name, counts in found.systems.items()},
        frameworks={name: list(counts) for name, counts in found.frameworks.items()},
    )
    return dump(without_secrets(msgspec.to_builtins(made))) + b"\n"


def _point(point: Point) -> TrendPointV1:
    scan = point.scan
    return TrendPointV1(
        number=scan.number,
        id=scan.id,
        started_at=scan.started_at,
        version=scan.version,
        complete=scan.complete,
        as_before=point.as_before,
        accounts=len(scan.accounts),
        unlike=list(point.unlike),
        by_severity=SeverityCountsV1(*(scan.by_severity.get(severity, 0) for severity in Severity)),
        states=scan.states,
        posture=PostureV1(scan.score.posture, scan.score.coverage, scan.score.lower, scan.score.upper),
    )
