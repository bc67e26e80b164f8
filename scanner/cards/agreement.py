"""Whether a card is of what serves: what it names, against what the platform states."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scanner.cards.card import Card


class Serving(NamedTuple):
    """What the platform states of the model that serves; None is what it does not say, or nobody saw."""

    version: str | None = None
    artifacts: frozenset[str] | None = None
    digests: frozenset[str] | None = None
    image_digests: frozenset[str] | None = None
    training_data: frozenset[str] | None = None


class Comparison(NamedTuple):
    """What of a card could be compared, and where it says something else."""

    compared: tuple[str, ...]
    differences: tuple[str, ...]


def compare(card: Card, serving: Serving) -> Comparison:
    """Each thing that both name. A card that names more data or artifacts than there are differs, one that names fewer
    does not: a card need not name all.
    """
    found = list(_differences(card, serving))
    return Comparison(tuple(what for what, _ in found), tuple(said for _, said in found if said))


def _differences(card: Card, serving: Serving) -> Iterator[tuple[str, str]]:
    if card.version is not None and serving.version is not None:
        same = _number(card.version) == _number(serving.version)
        yield "version", "" if same else f"version {card.version}, and {serving.version} serves"
    for what, said, known in (
        ("artifact", card.artifacts, serving.artifacts),
        ("artifact digest", card.digests, serving.digests),
        ("image digest", card.image_digests, serving.image_digests),
        ("training data", card.training_data, serving.training_data),
    ):
        if said and known:
            others = sorted(set(map(_place, said)) - set(map(_place, known)))
            verb = "was read" if what == "training data" else "serves"
            yield what, f"{what} {_brief(others)}, and {_brief(sorted(known))} {verb}" if others else ""


def _place(text: str) -> str:
    """An address or a digest as it is compared: a folder is the same with and without its last slash."""
    return text.removeprefix("sha256:").rstrip("/")


def _number(version: str) -> str:
    return version.strip().removeprefix("v")


def _brief(names: Iterable[str]) -> str:
    first, *more = names
    return f"{first} and {len(more)} more" if more else first
