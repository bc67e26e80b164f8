"""Credentials in a command line that is kept as separate words: `--api-key X`, `--api-key=X`, a script for a shell."""

from collections.abc import Iterator, Sequence

from scanner.model.secrets.detect import is_secret, secrets_passed, secrets_set

#: A word with its place: `args[2]`.
Placed = tuple[str, str]


def secret_arguments(line: Sequence[Placed]) -> tuple[str, ...]:
    """Names of what looks like a credential, sorted; the place of a word without a name.

    In a script for a shell the names are those that it sets.
    """
    found = set(secrets_passed([word for _, word in line]))
    for name, value in arguments(line):
        found.update(secrets_set(value) or ((name,) if is_secret(name, value) else ()))
    return tuple(sorted(found))


def arguments(line: Sequence[Placed]) -> Iterator[tuple[str, str]]:
    """Options with their values, and every other word by its place."""
    words = [word for _, word in line]
    yield from options(words)
    for (place, word), before in zip(line, ["", *words], strict=False):
        if not word.startswith("-") and (not before.startswith("-") or "=" in before):
            yield place, word


def options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`--name=value`, `--name value` and `--name`."""
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        following = words[place + 1] if place + 1 < len(words) else "-"
        if name.startswith("-"):
            yield name, value if equals or following.startswith("-") else following
