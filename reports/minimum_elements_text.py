"""Which minimum elements of an SBOM for AI a bill has: a table for a terminal, and one in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reports.markdown_text import head, prose, row
from scanner.bom.minimum_elements import Source, Standing, load_minimum


def as_text(name: str, found: Sequence[Standing]) -> str:
    """The table for a terminal."""
    return "\n".join(_lines(name, found)) + "\n"


def _lines(name: str, found: Sequence[Standing]) -> Iterator[str]:
    yield _title(name)
    yield _source(load_minimum().source)
    width = max(len(standing.element.name) for standing in found)
    for cluster, standings in groupby(found, lambda standing: standing.cluster):
        yield ""
        yield cluster
        for standing in standings:
            yield f"  {standing.element.name:{width}}  {standing.counted}"
            yield f"  {'':{width}}    {standing.why or standing.element.place}"


def as_markdown(name: str, found: Sequence[Standing]) -> str:
    """The same as Markdown."""
    lines = [f"# {prose(_title(name))}", "", prose(_source(load_minimum().source)), ""]
    lines.append(head(("Cluster", "Element", "What", "There", "Where, or why not"), text=5))
    for standing in found:
        element = standing.element
        lines.append(
            row(
                map(
                    prose,
                    (
                        standing.cluster,
                        element.name,
                        element.about,
                        standing.counted,
                        standing.why or standing.element.place,
                    ),
                )
            )
        )
    return "\n".join(lines) + "\n"


def _title(name: str) -> str:
    return f"Minimum elements of an SBOM for AI{f': {name}' if name else ''}"


def _source(source: Source) -> str:
    return f"{source.name}; {source.author}, {source.publisher}, {source.published}. {source.read}."
