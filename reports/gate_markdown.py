"""The result of the evaluation gate as Markdown, for a step summary or a comment on a pull request."""

from collections.abc import Iterator

from reports.gate_words import (
    EVIDENCE,
    group,
    headline,
    interval,
    limits,
    next_step,
    number,
    of_evaluation,
    set_by,
    worst_first,
)
from reports.markdown_text import code, fitting, head, row
from scanner.gate.gate_types import GateResult, ThresholdAnswer

#: GitHub takes no comment of more than 65,536 characters.
_MOST_BYTES = 60_000
_SENTENCE = 1000


def render(result: GateResult) -> bytes:
    """The result as Markdown. It is bounded, however many groups there are."""
    lines = list(_lines(result))
    kept = fitting(lines, _MOST_BYTES)
    if len(kept) < len(lines):
        kept += ["", f"{len(lines) - len(kept)} more lines are in the JSON."]
    return "\n".join(kept).encode() + b"\n"


def _lines(result: GateResult) -> Iterator[str]:
    yield f"# Evaluation gate: {result.answer}"
    yield ""
    yield f"{code(result.system)} {code(result.name)}, {result.made_at:%Y-%m-%d %H:%M} UTC. {headline(result)}."
    yield ""
    yield from (f"- {code(line, _SENTENCE)}" for line in (*result.why, *of_evaluation(result)))
    for one in result.thresholds:
        yield from _threshold(one)
    yield ""
    yield f"Correction for many groups: {result.correction}."
    yield ""
    if result.signature:
        yield f"Signed by {code(result.signature.name)} with the key {code(result.signature.public_key)}."
        yield ""
    yield f"Next: {next_step(result)}. {EVIDENCE} Its values are recorded, not verified."


def _threshold(one: ThresholdAnswer) -> Iterator[str]:
    yield ""
    yield f"## {str(one.answer).capitalize()}: {code(limits(one.asked))}"
    yield ""
    if said := set_by(one.asked):
        yield f"{code(said, _SENTENCE)}"
        yield ""
    if one.shown:
        yield head(("Group", "Answer", "Interval", "Value", "Items"), text=3)
        for shown in worst_first(one):
            bounds = f"{interval(shown.low, shown.high)} ({shown.interval})" if shown.low is not None else "none"
            items = "" if shown.items is None else str(shown.items)
            yield row((code(group(shown.group)), str(shown.answer or ""), bounds, number(shown.value), items))
        yield ""
    withheld = f"{one.withheld} groups are not shown" if one.withheld > 1 else "1 group is not shown"
    if one.gap and one.gap.value is not None:
        pair = " and ".join(map(group, one.gap.between))
        yield f"- gap of {code(pair)}: {number(one.gap.value)} ({interval(one.gap.low, one.gap.high) or 'no interval'})"
    yield from (f"- {code(line, _SENTENCE)}" for line in (*([withheld] if one.withheld else []), *one.why, *one.notes))
