"""Which evaluation counts: of the model to be deployed, on data that it was not trained on, and not too old."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from scanner.gate.joining import joined
from scanner.model.evaluations import Evaluation

#: Clocks differ; what is further ahead was not evaluated yet.
_AHEAD = timedelta(days=1)
#: As tools write it before a digest.
_PREFIX = re.compile(r"\Asha-?256[:=-]")


class Wanted(Struct, frozen=True, kw_only=True):
    """What an evaluation has to be of. `models` are the digests and ids of the one model to be deployed.

    `trained_on` are digests of its training data that somebody else than the evaluation knows. Of `data` None, any
    data other than these will do.
    """

    models: tuple[str, ...]
    now: datetime
    data: str | None = None
    trained_on: tuple[str, ...] = ()
    max_age_days: int | None = None


class Admitted(NamedTuple):
    """The latest evaluation that counts, None if none does; why others do not; and what to know of it.

    `sources` are where it was read: several, where it has parts.
    """

    evaluation: Evaluation | None
    set_aside: tuple[str, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...] = ()


def admit(evaluations: Sequence[Evaluation], wanted: Wanted) -> Admitted:
    """The latest of the evaluations that count: all that are of that time, which have to be on the same data."""
    counting: list[Evaluation] = []
    set_aside: list[str] = []
    for one in evaluations:
        why = next(_refusals(one, wanted), "")
        if why:
            set_aside.append(f"{one.source}: {why}")
        else:
            counting.append(one)
    last = max((_time(one) for one in counting), default=None)
    parts = sorted((one for one in counting if _time(one) == last), key=lambda one: one.source)
    if not parts:
        return Admitted(None, tuple(set_aside), ())
    if others := [one for one in parts if not same(one.data.digest, parts[0].data.digest)]:
        of_one_time = f"is as late as {parts[0].source}, on other data; say with --evaluation-data which one counts"
        set_aside += [f"{one.source}: {of_one_time}" for one in others]
        return Admitted(None, tuple(set_aside), ())
    latest = joined(parts)
    return Admitted(latest, tuple(set_aside), tuple(_notes(latest, wanted)), tuple(one.source for one in parts))


def _time(one: Evaluation) -> datetime:
    return one.at or datetime.min.replace(tzinfo=UTC)


def same(one: str, other: str) -> bool:
    """Whether two digests, or two ids, are the same, however they are spelled."""
    return bool(_plain(one)) and _plain(one) == _plain(other)


def _plain(digest: str) -> str:
    """A digest without the name of what made it; empty for one that is nothing but that."""
    return _PREFIX.sub("", digest.strip().casefold()).strip()


def _refusals(one: Evaluation, wanted: Wanted) -> Iterator[str]:
    """Why an evaluation does not count."""
    named = [name for name in (one.model_digest, one.model) if _plain(name)]
    if not named:
        yield "does not say which model it is of; the digest of its artifact, or the id of the model, would"
    elif one.model_digest and any(_is_digest(model) for model in wanted.models):
        if not any(same(one.model_digest, model) for model in wanted.models):
            yield f"is of another model ({one.model_digest})"
    elif not any(_is_called(one, model) for model in wanted.models):
        yield f"names {named[0]}, and not the model to be deployed"
    digest = one.data.digest
    if not _plain(digest):
        yield "does not say on which data, by its digest, so that it may be the training data"
    elif any(same(digest, trained) for trained in (*(one.trained_on or ()), *wanted.trained_on)):
        yield "is on the data that the model was trained on"
    elif wanted.data is not None and not same(digest, wanted.data):
        yield f"is on other data ({digest})"
    yield from _wrong_time(one, wanted)


def _is_called(one: Evaluation, model: str) -> bool:
    """Whether an evaluation names a model. Ids are what they are: in a registry, capitals may part two models."""
    return same(one.model_digest, model) or (bool(one.model.strip()) and one.model.strip() == model.strip())


def _is_digest(name: str) -> bool:
    plain = _plain(name)
    return len(plain) == 64 and all(letter in "0123456789abcdef" for letter in plain)


def _wrong_time(one: Evaluation, wanted: Wanted) -> Iterator[str]:
    if one.at is None:
        if wanted.max_age_days is not None:
            yield f"does not say when it was made, and may be older than {wanted.max_age_days} days"
        return
    age = wanted.now - one.at
    if age < -_AHEAD:
        yield f"is dated {one.at:%Y-%m-%d}, a day that has not come"
    elif wanted.max_age_days is not None and age > timedelta(days=wanted.max_age_days):
        yield f"is {age.days} days old, and may be {wanted.max_age_days} at most"


def _notes(one: Evaluation, wanted: Wanted) -> Iterator[str]:
    if one.trained_on is None and not wanted.trained_on:
        yield "nobody recorded the digest of the training data, so that the data of this evaluation may be the same"
    if wanted.max_age_days is None:
        yield "how old an evaluation may be, nobody said (--max-age, or max_evaluation_age_days in the manifest)"
    if not one.by:
        yield "who evaluated, nobody recorded"
    yield "its values are recorded: somebody wrote them down, and nobody verified them here"
