"""Progress in one line on stderr, or nothing where nobody looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.calls.meter import Meter
    from scanner.collect.run import Progress as State

#: Seconds, and units of work, before which nothing can be said of the end.
_EARLY, _FEW = 5.0, 3


@contextmanager
def bar(*, enabled: bool, meter: "Meter", doing: str = "scanning") -> "Iterator[Callable[[State], None]]":
    """A callback that draws progress while the context lasts. Draws nothing unless stderr is a terminal.

    The calls of long units count on while none of them ends.
    """
    if not (enabled and sys.stderr is not None and sys.stderr.isatty()):
        yield lambda _: None
        return
    # rich is slow to import and this is the first place that needs it.
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn
    from rich.text import Text

    console, began = Console(stderr=True), monotonic()
    latest: list[State] = []

    class _Line(ProgressColumn):
        """All of it in one column: rich would break what is too wide in several."""

        def render(self, task: object) -> Text:  # noqa: ARG002 - rich passes it
            return Text(line(latest, meter, monotonic() - began, console.width, doing), no_wrap=True)

    drawn = Progress(_Line(), console=console, transient=True)
    drawn.add_task("scan", total=None)

    def update(state: "State") -> None:
        latest[:] = [state]

    # A terminal may be closed meanwhile, which must not cost the scan.
    with suppress(OSError):
        drawn.start()
    try:
        yield update
    finally:
        with suppress(OSError):
            drawn.stop()


def line(latest: "list[State]", meter: "Meter", seconds: float, width: int, doing: str = "scanning") -> str:
    """Counters first, then about when it ends, and last what was read last: it is cut where the line is full."""
    from scanner.model.sanitize import clean

    costs = list(meter.costs.values())
    throttled = sum(cost.throttled for cost in costs)
    parts = [doing]
    if latest:
        state = latest[0]
        parts = [f"{doing} {state.done}/{state.total}"]
        parts += [] if state.resources is None else [f"{state.resources:,} resources"]
    parts.append(f"{sum(cost.calls for cost in costs):,} calls")
    if throttled:
        parts.append(f"{throttled:,} throttled")
    parts.append(_clock(seconds))
    if latest and (left := _left(latest[0], seconds)):
        parts.append(left)
    text = ", ".join(parts)
    label = clean(latest[0].label) if latest else ""
    text = f"{text}  {label}" if label else text
    return text if len(text) < width else text[: max(width - 2, 1)] + "…"


def _left(state: "State", seconds: float) -> str:
    """About how long the rest takes if it is like what was done. More may be found that is to be read."""
    if seconds < _EARLY or state.done < _FEW or state.done >= state.total:
        return ""
    rest = seconds * (state.total - state.done) / state.done
    return f"about {rest / 60:.0f} min left" if rest >= 90 else f"about {max(round(rest, -1), 10):.0f} s left"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
