"""What Compute Engine takes for true and false in a metadata key of its own."""

ON = {"1", "true", "y", "yes"}
OFF = {"", "0", "false", "n", "no", "off"}


def is_on(value: str | None) -> bool | None:
    """Whether a value is on; None for neither on nor off. One that is left out is off."""
    word = (value or "").strip().lower()
    return word in ON if word in ON | OFF else None
