"""Whether a card is of what serves: what it names, against what the platform states."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scanner.cards.card import Card


class Serving(NamedTuple):
    """What the platform states of the model that serves; None is what it does not say, or nobody saw.

    `digests` are those that are known of its artifacts, each with its algorithm, and `whole` the algorithms in which
    all are known: in another one, an artifact may have a digest that is not among them. `images` are the digests of the
    images that run, a set for each place where the model does, and None for a place where that is not known.
    """

    version: str | None = None
    artifacts: frozenset[str] | None = None
    digests: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    images: tuple[frozenset[str] | None, ...] = ()
    training_data: frozenset[str] | None = None


class Comparison(NamedTuple):
    """What of a card could be compared, where it says something else, and which digests of it nobody could compare:
    by their algorithm, or `image`.
    """

    compared: tuple[str, ...]
    differences: tuple[str, ...]
    open: tuple[str, ...] = ()


class _Said(NamedTuple):
    what: str
    difference: str = ""
    open: str = ""


def compare(card: Card, serving: Serving) -> Comparison:
    """Each thing that both name. A card that names more data or artifacts than there are differs, one that names fewer
    does not: a card need not name all.
    """
    found = [*_names(card, serving), *_digests(card, serving), *_images(card, serving)]
    compared = dict.fromkeys(one.what for one in found if not one.open)
    differences = tuple(one.difference for one in found if one.difference)
    return Comparison(tuple(compared), differences, tuple(one.open for one in found if one.open))


def _names(card: Card, serving: Serving) -> Iterator[_Said]:
    if card.version is not None and serving.version is not None:
        same = _number(card.version) == _number(serving.version)
        yield _Said("version", "" if same else f"version {card.version}, and {serving.version} serves")
    for what, said, known in (
        ("artifact", card.artifacts, serving.artifacts),
        ("training data", card.training_data, serving.training_data),
    ):
        if said and known:
            others = sorted(set(map(_place, said)) - set(map(_place, known)))
            verb = "was read" if what == "training data" else "serves"
            yield _Said(what, f"{what} {_brief(others)}, and {_brief(sorted(known))} {verb}" if others else "")


def _digests(card: Card, serving: Serving) -> Iterator[_Said]:
    """The digests of artifacts, each against those of its algorithm."""
    said = [one if ":" in one else f"sha256:{one}" for one in card.digests or ()]  # of older inventories
    for algorithm in dict.fromkeys(one.partition(":")[0] for one in said):
        known = sorted(one for one in serving.digests if one.startswith(f"{algorithm}:"))
        others = sorted({one for one in said if one.startswith(f"{algorithm}:")} - set(known))
        if others and algorithm not in serving.whole:
            yield _Said("artifact digest", open=algorithm)
        else:
            difference = f"artifact digest {_brief(others)}, and {_brief(known)} serves" if others else ""
            yield _Said("artifact digest", difference)


def _images(card: Card, serving: Serving) -> Iterator[_Said]:
    """The digests of images: in no place may another one run, and what the card names has to run somewhere."""
    said = {one.removeprefix("sha256:") for one in card.image_digests or ()}
    if not said:
        return
    known = [one for one in serving.images if one]
    runs = {one for place in known for one in place}
    elsewhere = next((place for place in known if said.isdisjoint(place)), None)
    others = said if elsewhere else said - runs
    if others and (elsewhere or len(known) == len(serving.images) > 0):
        serves = _brief(sorted(elsewhere or runs))
        yield _Said("image digest", f"image digest {_brief(sorted(others))}, and {serves} serves")
    elif len(known) < len(serving.images) or not known:
        yield _Said("image digest", open="image")
    else:
        yield _Said("image digest")


def _place(text: str) -> str:
    """An address as it is compared: a folder is the same with and without its last slash."""
    return text.rstrip("/")


def _number(version: str) -> str:
    return version.strip().removeprefix("v")


def _brief(names: Iterable[str]) -> str:
    first, *more = names
    return f"{first} and {len(more)} more" if more else first
