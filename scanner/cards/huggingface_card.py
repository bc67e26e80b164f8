"""A card as Hugging Face keeps it: a README with YAML at its top, and headings.

Source: "Model Cards" in the documentation of the Hub, and the template of `huggingface_hub`.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from scanner.cards.card import Card, Entries, Measure, below, listed, name, names, number
from scanner.cards.card_items import items_named, plain_words
from scanner.cards.digests import artifact_digests, image_digests
from scanner.cards.filled import without_comments
from scanner.model.patterns import pattern
from scanner.model.yaml_text import parse

_HEADING = pattern(r"(#{1,6})[ \t]+(.{1,300}?)[ \t#]*")
#: `- **Developed by:** somebody`
LABELLED = pattern(r"[\s>+-]*(?:\*\s+)?\*\*([^*:]{1,80}):?\*\*:?[ \t]*(.*)")
_FENCE = ("```", "~~~")
#: Members of the YAML, and the items that they speak of.
MEMBERS = {
    "library_name": ("MC-1.4",),
    "pipeline_tag": ("MC-1.4",),
    "license": ("MC-1.8",),
    "license_link": ("MC-1.8",),
    "license_name": ("MC-1.8",),
    "datasets": ("MC-6.1",),
    "metrics": ("MC-4.1",),
    "model_creator": ("MC-1.1",),
    "author": ("MC-1.1",),
}
#: Words that say that what is below is about evaluation.
_EVALUATION = frozenset({"evaluation", "testing", "test"})


class Section(NamedTuple):
    """The text below a heading, up to the next one; `above` are the headings that it is below."""

    heading: str
    above: tuple[str, ...]
    text: str


def read_huggingface(content: str) -> Card:
    """A card as a README. YAML that cannot be read leaves the headings, and is said."""
    head, body = split_front_matter(content)
    values, problem = front_matter(head)
    found = Entries()
    for member, items in MEMBERS.items():
        found.note(items, below(values, member), member)
    measures = tuple(_measures(values))
    found.measures(measures, "model-index")
    found.note(("MC-5.1",), [below(one, "dataset", "name") for one in _results(values)], "model-index")
    for section in sections_of(body):
        _note(found, section)
    return Card(
        format="huggingface",
        entries=found.made(),
        models=names([below(one, "name") for one in listed(below(values, "model-index"))], below(values, "model_name")),
        version=_text(below(values, "model_version")),
        artifacts=names(below(values, "model_artifact")),
        digests=artifact_digests(values),
        image_digests=image_digests(values),
        training_data=names(below(values, "datasets")),
        measures=measures,
        problem=problem,
    )


def split_front_matter(content: str) -> tuple[str, str]:
    """The YAML between the lines of dashes at the top, without them, and the rest."""
    lines = content.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].rstrip() != "---":
        return "", content
    for number_, line in enumerate(lines[1:], 1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:number_]), "\n".join(lines[number_ + 1 :])
    return "", content


def sections_of(body: str) -> Iterator[Section]:
    """The sections of a Markdown text; what is code is no heading."""
    above: list[tuple[int, str]] = []
    heading, lines, fence = "", list[str](), ""
    for line in without_comments(body).splitlines():
        mark = line.lstrip()[:3]
        if mark in _FENCE:
            fence = "" if fence == mark else fence or mark
        found = None if fence else _HEADING.fullmatch(line)
        if found is None:
            lines.append(line)
            continue
        yield Section(heading, tuple(one for _, one in above[:-1]), "\n".join(lines))
        level, heading, lines = len(found[1]), found[2], []
        above = [*(one for one in above if one[0] < level), (level, heading)]
    yield Section(heading, tuple(one for _, one in above[:-1]), "\n".join(lines))


def _note(found: Entries, section: Section) -> None:
    """What a section says: of what its own heading speaks of, or the nearest above that speaks of something."""
    labelled = [match for line in section.text.splitlines() if (match := LABELLED.fullmatch(line[:1000]))]
    for match in labelled:
        found.note(items_named(match[1]), match[2], f"{section.heading}: {match[1]}")
    for heading in (section.heading, *reversed(section.above)):
        if items := _items(heading, section.above):
            found.note(items, section.text, heading)
            return


def _items(heading: str, above: tuple[str, ...]) -> tuple[str, ...]:
    """The items of a heading; preprocessing is of evaluation data where it stands below that."""
    items = items_named(heading)
    about = {word for one in above for word in plain_words(one).split()}
    if plain_words(heading).startswith("preprocessing") and about & _EVALUATION:
        return ("MC-5.3",)
    return items


def front_matter(head: str) -> tuple[Any, str | None]:
    """What the YAML at the top of a README says, and why it cannot be read."""
    if not head.strip():
        return {}, None
    document = parse(head.encode("utf-8", "replace"), "")
    if document.problems or not isinstance(document.value, dict):
        return {}, "the YAML at its top cannot be read"
    return document.value, None


def _results(values: Any) -> Iterator[Any]:
    for one in listed(below(values, "model-index")):
        yield from listed(below(one, "results"))


def _measures(values: Any) -> Iterator[Measure]:
    for result in _results(values):
        for metric in listed(below(result, "metrics")):
            if found := names(below(metric, "name"), below(metric, "type")):
                yield Measure(name=found[0], value=number(below(metric, "value")))


def _text(value: Any) -> str | None:
    return name(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
