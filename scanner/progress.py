"""A progress bar on stderr, or nothing where nobody looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.collect import Progress as State


@contextmanager
def bar(*, enabled: bool) -> "Iterator[Callable[[State], None]]":
    """A callback that draws progress while the context lasts. Draws nothing unless stderr is a terminal."""
    if not (enabled and sys.stderr is not None and sys.stderr.isatty()):
        yield lambda _: None
        return
    # rich is slow to import and this is the first place that needs it.
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from scanner.text import clean

    columns = (
        TextColumn("scanning"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} units, {task.fields[resources]} resources"),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[label]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as drawn:
        task = drawn.add_task("scan", total=None, resources=0, label="")

        def update(state: "State") -> None:
            drawn.update(
                task,
                total=state.total,
                completed=state.done,
                resources=state.resources,
                label=escape(clean(state.label)),
            )

        yield update
