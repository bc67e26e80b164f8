"""Parts that several replies of MLflow have: what people or pipelines recorded, pair by pair."""

from datetime import UTC, datetime

from scanner.model.nouns import Part


class Pair(Part, frozen=True, kw_only=True):
    """A tag or a parameter."""

    key: str | None = None
    value: str | None = None


class Metric(Part, frozen=True, kw_only=True):
    """A value that somebody recorded, and of which model and data set they say it is.

    MLflow writes what is no finite number as text.
    """

    key: str | None = None
    value: float | str | None = None
    step: int | None = None
    timestamp: int | None = None
    model_id: str | None = None
    run_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


def tag(pairs: tuple[Pair, ...] | None, key: str) -> str | None:
    """The value of a tag; None where there is none of that name."""
    return next((pair.value for pair in pairs or () if pair.key == key), None)


def moment(milliseconds: int | None) -> datetime | None:
    """When something was, as MLflow counts; None for what is no time."""
    try:
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
