"""A data sheet as a README with YAML at its top, as Hugging Face keeps those of data sets, or as plain Markdown.

Source: "Dataset Cards" in the documentation of the Hub, and the template of `huggingface_hub`.
"""

from typing import Any

from scanner.cards.card import below, listed, names
from scanner.cards.huggingface_card import front_matter, split_front_matter
from scanner.cards.sheet import Sheet, note_text, sheet_entries

#: Members of the YAML, and the questions that they answer.
_MEMBERS = {
    **dict.fromkeys(("license", "license_name", "license_link"), ("DS-6.4",)),
    **dict.fromkeys(("task_categories", "task_ids"), ("DS-5.3",)),
    "annotations_creators": ("DS-3.4",),
    "language_creators": ("DS-3.1",),
    "size_categories": ("DS-2.2",),
    "source_datasets": ("DS-2.10",),
}
#: Members that say that the README is of a model.
_OF_MODELS = ("model-index", "pipeline_tag", "base_model", "library_name")


def read_dataset_card(content: str) -> Sheet:
    """A data sheet as Markdown. YAML that cannot be read leaves the headings, and is said."""
    head, body = split_front_matter(content)
    values, problem = front_matter(head)
    if any(below(values, member) for member in _OF_MODELS):
        return Sheet(format="huggingface", problem="it is the card of a model")
    entries = sheet_entries()
    for member, questions in _MEMBERS.items():
        entries.note(questions, below(values, member), member)
    infos = below(values, "dataset_info")
    for info in listed(infos) if isinstance(infos, list) else [infos]:
        entries.note(("DS-2.4",), below(info, "features"), "dataset_info.features")
        entries.note(("DS-2.8",), below(info, "splits"), "dataset_info.splits")
        counts = [below(one, "num_examples") for one in listed(below(info, "splits"))]
        entries.note(("DS-2.2",), counts, "dataset_info.splits.num_examples")
    return Sheet(
        format="huggingface" if head else "markdown",
        name=_first(below(values, "pretty_name")),
        description=note_text(entries, body),
        entries=entries.made(),
        problem=problem,
    )


def _first(value: Any) -> str | None:
    return next(iter(names(value)), None)
