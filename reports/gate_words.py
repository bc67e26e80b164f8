"""What formats say alike of the result of the evaluation gate."""

from collections.abc import Iterator, Mapping

from scanner.gate.gate_types import Answer, Asked, GateResult, Shown, ThresholdAnswer
from scanner.model.exits import Exit

HEADLINES = {
    Answer.AGAINST: "against: the evaluation speaks against a threshold",
    Answer.MISSING: "missing: what the thresholds ask for is not there",
    Answer.TOO_FEW: "too few to say: the evaluation neither clears every threshold nor speaks against one",
    Answer.MET: "met: the evaluation clears every threshold",
}
NEXT = {
    Answer.AGAINST: "do not deploy this model; change it, and evaluate it anew",
    Answer.MISSING: "evaluate this model by group, on data that it was not trained on, and record of which it is",
    Answer.TOO_FEW: "evaluate on more items, or record what is said above to be wanting",
    Answer.MET: f"it may go on (exit code {Exit.DONE:d})",
}
_UNSIGNED = "missing: the manifest asks for a signed report, and nobody signed"
_SIGN = "have a person sign it, with --sign-key and --signed-by"
#: Groups that people are shown one by one.
_MOST_GROUPS = 30
EVIDENCE = "This is evidence for people to judge, not a statement of compliance."


def limits(asked: Asked) -> str:
    """A threshold in one line: `mae by sex, at most 50, groups at most 5 apart, of 20 items or more`."""
    where = f" of {asked.facet}={asked.group}" if asked.group else f" by {asked.facet}" if asked.facet else ""
    parts = [f"{asked.metric}{where}"]
    parts += [f"at least {asked.at_least:g}"] if asked.at_least is not None else []
    parts += [f"at most {asked.at_most:g}"] if asked.at_most is not None else []
    parts += [f"groups at most {asked.largest_gap:g} apart"] if asked.largest_gap is not None else []
    parts += [f"groups of {asked.smallest_group} items or more"] if asked.smallest_group is not None else []
    return ", ".join(parts)


def set_by(asked: Asked) -> str:
    """Who set a threshold, when and why; empty where nobody says."""
    if not asked.set_by:
        return ""
    on = f" on {asked.set_on}" if asked.set_on else ""
    return f"set by {asked.set_by}{on}" + (f": {asked.why}" if asked.why else "")


def group(of: Mapping[str, str]) -> str:
    """A group in words."""
    return ", ".join(f"{facet}={value}" for facet, value in of.items()) or "all items"


def number(value: float | None) -> str:
    """A number as people read it, with four digits that count."""
    return "" if value is None else f"{value:.4g}"


def interval(low: float | None, high: float | None) -> str:
    """The bounds of a value; empty where none are known."""
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"


def of_group(shown: Shown) -> str:
    """One group in a line."""
    bounds = interval(shown.low, shown.high)
    counts = [f"{shown.items} items"] if shown.items is not None else []
    counts += [f"a share of {shown.of}"] if shown.of is not None else []
    said = f"{group(shown.group)}: {number(shown.value)}" + (f" ({bounds}; {shown.interval})" if bounds else "")
    return ", ".join([said, *counts, *([str(shown.answer)] if shown.answer else [])])


def headline(result: GateResult) -> str:
    """The answer in a sentence."""
    return _UNSIGNED if _lacks_signature(result) else HEADLINES[result.answer]


def next_step(result: GateResult) -> str:
    """What to do now."""
    if not result.thresholds:
        return "declare thresholds for it in the manifest, with who set each and why"
    if not _lacks_signature(result):
        return NEXT[result.answer]
    few = any(one.answer is Answer.TOO_FEW for one in result.thresholds)
    return f"{NEXT[Answer.TOO_FEW]}; then {_SIGN}" if few else _SIGN


def _lacks_signature(result: GateResult) -> bool:
    """Whether nothing is missing but the name of a person: what thresholds ask for is there."""
    asked = {one.answer for one in result.thresholds}
    return result.answer is Answer.MISSING and bool(asked) and Answer.MISSING not in asked


def worst_first(one: ThresholdAnswer) -> list[Shown]:
    """The groups of a threshold, those that stop it first: what is cut off of a long list are the others."""
    order = {answer: place for place, answer in enumerate(Answer)}
    return sorted(one.shown, key=lambda shown: order.get(shown.answer or Answer.MET, len(order)))


def of_threshold(one: ThresholdAnswer) -> Iterator[str]:
    """What there is to say of a threshold, line by line, without its answer."""
    if said := set_by(one.asked):
        yield said
    shown = worst_first(one)
    yield from map(of_group, shown[:_MOST_GROUPS])
    if more := len(shown[_MOST_GROUPS:]):
        yield f"and {more} more groups, which are in the JSON (-o gate.json)"
    if one.withheld:
        yield f"{one.withheld} {'group is' if one.withheld == 1 else 'groups are'} not shown"
    if one.gap and one.gap.value is not None:
        pair = " and ".join(map(group, one.gap.between))
        yield f"gap of {pair}: {number(one.gap.value)} ({interval(one.gap.low, one.gap.high) or 'no interval'})"
    yield from one.why
    yield from one.notes


def of_evaluation(result: GateResult) -> Iterator[str]:
    """Which evaluation was read, of which model, and what was set aside."""
    yield f"model: {result.model} ({result.model_known_by})"
    if one := result.evaluation:
        on = f" on {one.at:%Y-%m-%d %H:%M} UTC" if one.at else " at a time that nobody recorded"
        by = f" by {one.by}" if one.by else ""
        data = f"{one.data_name} {one.data_digest}".strip()
        yield f"evaluation: {one.source}, recorded{by}{on}, on data {data}"
    yield from (f"set aside: {why}" for why in result.set_aside)
    yield from result.notes
