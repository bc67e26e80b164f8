"""The result of the evaluation gate for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator

from reports.gate_words import EVIDENCE, headline, limits, next_step, of_evaluation, of_threshold
from reports.writing import clean, redact
from scanner.gate.gate_types import EXITS, Answer, GateResult

_WIDTH = 110


def result_text(result: GateResult) -> str:
    """The answer to each threshold, what it rests on, and at the end what it comes to and what to do."""
    return "\n".join(clean(redact(line)) for line in _lines(result))


def _lines(result: GateResult) -> Iterator[str]:
    yield f"{result.system}: {result.name}, evaluation gate of {result.made_at:%Y-%m-%d %H:%M} UTC"
    yield from _block(of_evaluation(result))
    for one in result.thresholds:
        yield ""
        yield from textwrap.wrap(f"{one.answer.upper()}  {limits(one.asked)}", _WIDTH, subsequent_indent="  ")
        yield from _block(of_threshold(one))
    yield ""
    if any(one.comparisons > 1 for one in result.thresholds):
        yield from _block([f"corrected for many groups: {result.correction}"], "")
    if result.signature:
        yield f"signed by {result.signature.name} with the key {result.signature.public_key}"
    yield from _block([f"{EVIDENCE} Its values are recorded, not verified."], "")
    yield from _block(result.why, "")
    yield from textwrap.wrap(f"{headline(result)} (exit code {EXITS[result.answer]:d})", _WIDTH)
    if result.answer is not Answer.MET:
        yield from textwrap.wrap(f"next: {next_step(result)}", _WIDTH)


def _block(lines: Iterable[str], indent: str = "  ") -> Iterator[str]:
    for line in lines:  # what is cut in two is not recognised as a credential any more
        yield from textwrap.wrap(redact(line), _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
