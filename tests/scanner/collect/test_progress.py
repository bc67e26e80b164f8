"""Progress is one line: counters first, what was read last at its end."""

from __future__ import annotations

import pytest

from scanner.calls.meter import Meter
from scanner.collect.progress import line
from scanner.collect.run import Progress
from scanner.model.nouns import Reason

LABEL = "aws 111122223333 eu-west-1 aws.sagemaker.NotebookInstance"


def drawn(state: Progress | None, seconds: float, *, calls: int = 0, throttled: int = 0, width: int = 80) -> str:
    meter = Meter()
    for number in range(calls):
        meter.started("sagemaker:ListModels", 0, 0)
        meter.ended("sagemaker:ListModels", 0.1, Reason.THROTTLED if number < throttled else None)
    return line([state] if state else [], meter, seconds, width)


def test_counters_come_first_and_the_label_last() -> None:
    state = Progress(12, 48, 1234, "aws eu-west-1 models")

    assert drawn(state, 20, calls=345, throttled=2, width=120) == (
        "scanning 12/48, 1,234 resources, 345 calls, 2 throttled, 0:20, about 60 s left  aws eu-west-1 models"
    )


def test_what_collects_nothing_counts_no_resources() -> None:
    meter = Meter()

    text = line([Progress(3, 12, None, "111122223333 eu-west-1")], meter, 2, 120, "reading logs")
    assert text == "reading logs 3/12, 0 calls, 0:02  111122223333 eu-west-1"


@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_never_takes_two_lines(width: int) -> None:
    text = drawn(Progress(1200, 48000, 1234567, LABEL + "\x1b[2J\n"), 7200, calls=1, width=width)

    assert len(text) < width
    assert text.isprintable()
    assert text.startswith("scanning 1200/48000, 1,234,567 ")
    assert text.endswith("…") or width == 200


@pytest.mark.parametrize(
    ("done", "total", "seconds", "says"),
    [
        (0, 10, 60, ""), (2, 10, 60, ""), (3, 10, 4, ""), (10, 10, 60, ""),
        (5, 10, 6, "about 10 s left"), (5, 10, 62, "about 60 s left"), (5, 50, 60, "about 9 min left"),
    ],
)  # fmt: skip
def test_when_it_ends_is_said_roughly_and_not_too_early(done: int, total: int, seconds: float, says: str) -> None:
    text = drawn(Progress(done, total, 0, ""), seconds)

    assert (says in text) if says else ("left" not in text)


def test_before_the_first_unit_there_are_calls() -> None:
    assert drawn(None, 3, calls=7) == "scanning, 7 calls, 0:03"
    assert drawn(None, 3723) == "scanning, 0 calls, 1:02:03"
