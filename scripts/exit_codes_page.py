"""The page of all exit codes: the one table of them, from the code."""

from __future__ import annotations

from scanner.model.exits import MEANINGS, Exit

_PROSE = """\
All there are, of every command. When 1 and 4 both apply, 1 wins; unknown verdicts never give 1. `--fail-on` is `high`
by default, and `never` when a report goes to standard output.

What went wrong is said in one sentence on standard error; only a defect has a traceback. What cannot be written (2)
costs nothing else: the other reports are written, and `mlposture scan --resume` writes this one without asking again.

SIGINT, SIGTERM and SIGHUP stop a scan alike. Nothing more is asked, calls in flight have the time of `--grace` (10
seconds), and what was seen is reported, whether or not that was everything. `mlposture scan --resume` goes on. A second
signal ends it at once, without a report; it can be resumed all the same. Other commands end at the first.
"""


def exit_codes_page() -> str:
    """Title, table, and what the table cannot say."""
    rows = "\n".join(f"| {code} | {MEANINGS[code]} |" for code in Exit)
    return f"# Exit codes\n\n| Code | Meaning |\n|---|---|\n{rows}\n\n{_PROSE}"
