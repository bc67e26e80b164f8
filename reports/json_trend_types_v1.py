"""Types of the JSON of `mlposture trend`, version 1. Fields are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from reports.json_types_v1 import PostureV1, SeverityCountsV1, ToolV1
from scanner.history.states import State
from scanner.history.trend import Unlike
from scanner.model.nouns import Severity


class TrendPointV1(Struct, frozen=True):
    """A scan of the history. `unlike` names in what it looked at something else than the scan before it.

    `by_severity` are failures that nothing suppresses, `states` how many findings had which; one of none is left out.
    `as_before`: it is not complete, and had seen no less before, for the same reasons.
    """

    number: int
    id: str
    started_at: datetime
    version: str
    complete: bool
    accounts: int
    unlike: list[Unlike]
    by_severity: SeverityCountsV1
    states: dict[State, int]
    posture: PostureV1
    as_before: bool


class TimeToFixV1(Struct, frozen=True):
    """How long failures of a severity stayed, in days.

    `fixed` were seen to be. `at_least` of them were there in the first scan of their account, so that nobody knows
    since when: `median` and `nine_tenths` are over the others, null where there are too few. `gone` were deleted.
    `open` are failures still, or not known to be none, and half of them were for `open_median` days or more.
    """

    severity: Severity
    fixed: int
    at_least: int
    median: float | None
    nine_tenths: float | None
    gone: int
    open: int
    open_median: float | None


class TrendV1(Struct, frozen=True):
    """A history. `systems` and `frameworks` have, for each of the `scans`, the failures that were open by then.

    What was found in an account stays open there until a scan of it says otherwise. A framework has those whose check
    speaks to one of its controls.
    """

    schema: Literal["mlposture/trend/v1"]
    tool: ToolV1
    store: str
    scans: list[TrendPointV1]
    time_to_fix: list[TimeToFixV1]
    systems: dict[str, list[int]]
    frameworks: dict[str, list[int]]
