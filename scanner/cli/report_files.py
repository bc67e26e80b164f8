"""One report in one format, from its renderer to its place."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from reports import renderer
from scanner.cli.config import Output
from scanner.cli.sarif_files import write_sarif

if TYPE_CHECKING:
    from scanner.model.reported import Report

#: Writes pieces to a place, None for standard output, with the profile of a cloud.
Writer = Callable[[str | None, Iterable[bytes], str | None], None]


def write_report(output: Output, built: "Report", options: Mapping[str, Any], write: Writer) -> list[str]:
    """Write a report; what to say of each file. Raises what `write` does, InputError if the format cannot hold it."""
    profile = options.get("output_profile")
    if output.format == "sarif":
        written = write_sarif(output.path, built, options, lambda place, pieces: write(place, pieces, profile))
    elif output.format == "html" and options.get("store"):
        from reports.html_report import render
        from scanner.cli.html_history import course_beside

        write(output.path, render(built, course_beside(built, options)), profile)
        written = [] if output.path is None else [output.path]
    else:
        write(output.path, renderer(output.format)(built), profile)
        written = [] if output.path is None else [output.path]
    return [f"Written: {place}" for place in written]
