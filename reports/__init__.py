"""Renderings of a report, one module a format; `FORMATS` is the explicit table of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.model.reported import Finding, Report

OWNER = "mlposture"

#: Format name → module with `render(report) -> Iterator[bytes]`.
FORMATS: dict[str, str] = {
    "json": "reports.json_v1",
    "sarif": "reports.sarif",
    "csv": "reports.csv_v1",
    "md": "reports.markdown",
    "junit": "reports.junit",
    "ocsf": "reports.ocsf",
    "asff": "reports.asff",
    "html": "reports.html_report",
    "codequality": "reports.code_quality",
}

#: Formats that make something of each finding beforehand: what `prepare(finding)` of their module gives.
PREPARED = ("json",)

#: Formats that are about failures: without them they would say that there are none.
NEED_FAILURES = ("sarif", "md", "junit", "ocsf", "asff", "html", "codequality")

#: File suffix → format name.
SUFFIXES: dict[str, str] = {
    ".json": "json",
    ".sarif": "sarif",
    ".csv": "csv",
    ".md": "md",
    ".xml": "junit",
    ".ndjson": "ocsf",
    ".html": "html",
}


def renderer(name: str) -> Callable[[Report], Iterator[bytes]]:
    """The renderer of a format, imported only now. Raises InputError for a name that is not in `FORMATS`.

    A renderer gives the file in pieces. If the format cannot hold the report it raises InputError when it is called,
    before there is a piece.
    """
    from scanner.model.errors import InputError

    if name not in FORMATS:
        raise InputError(f"there is no report format {name!r}; there are {', '.join(sorted(FORMATS))}")
    render: Callable[[Report], Iterator[bytes]] = importlib.import_module(FORMATS[name]).render
    return render


def preparation(names: Iterable[str]) -> Callable[[Finding], bytes] | None:
    """What is to be done with each finding for the format among these that prepares."""
    for name in PREPARED:
        if name in names:
            prepare: Callable[[Finding], bytes] = importlib.import_module(FORMATS[name]).prepare
            return prepare
    return None
