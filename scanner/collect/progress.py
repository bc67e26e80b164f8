"""A progress bar on stderr, or nothing where nobody looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.calls.meter import Meter
    from scanner.collect.run import Progress as State


@contextmanager
def bar(*, enabled: bool, meter: "Meter") -> "Iterator[Callable[[State], None]]":
    """A callback that draws progress while the context lasts. Draws nothing unless stderr is a terminal.

    The calls of long units count on while none of them ends.
    """
    if not (enabled and sys.stderr is not None and sys.stderr.isatty()):
        yield lambda _: None
        return
    # rich is slow to import and this is the first place that needs it.
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn
    from rich.text import Text

    from scanner.model.sanitize import clean

    class _Calls(ProgressColumn):
        """How much was asked so far: it moves while a large unit of work is under way."""

        def __init__(self, meter: "Meter") -> None:
            super().__init__()
            self._meter = meter

        def render(self, task: object) -> Text:  # noqa: ARG002 - rich passes it
            costs = list(self._meter.costs.values())
            throttled = sum(cost.throttled for cost in costs)
            return Text(
                f"{sum(cost.calls for cost in costs)} calls" + (f", {throttled} throttled" if throttled else "")
            )

    columns = (
        TextColumn("scanning"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} units, {task.fields[resources]} resources"),
        _Calls(meter),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[label]}"),
    )
    drawn = Progress(*columns, console=Console(stderr=True), transient=True)
    task = drawn.add_task("scan", total=None, resources=0, label="")

    def update(state: "State") -> None:
        with suppress(OSError):
            drawn.update(
                task,
                total=state.total,
                completed=state.done,
                resources=state.resources,
                label=escape(clean(state.label)),
            )

    # A terminal may be closed meanwhile, which must not cost the scan.
    with suppress(OSError):
        drawn.start()
    try:
        yield update
    finally:
        with suppress(OSError):
            drawn.stop()
