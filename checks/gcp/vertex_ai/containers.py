"""What is worth knowing of a container's variables and arguments: names, never values."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.secrets import suspicious_names

_REMOTE_CODE = "trust-remote-code"
_ON = {"1", "true", "yes", "on", ""}


def secret_names(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Variables and arguments of a container spec whose values look like credentials."""
    return suspicious_names(dict(_settings(spec)))


def remote_code_names(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Variables and arguments that switch on the execution of code shipped with a model."""
    return tuple(
        sorted(
            name
            for name, value in _settings(spec)
            if name.lower().lstrip("-").replace("_", "-").endswith(_REMOTE_CODE) and value.strip().lower() in _ON
        )
    )


def _settings(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and values of `env`, and of `--name=value`, `--name value` and `--name` in `command` and `args`."""
    for variable in _list(spec.get("env")):
        if isinstance(variable, Mapping) and isinstance(variable.get("value"), str):
            yield str(variable.get("name", "")), variable["value"]
    words = [word for member in ("command", "args") for word in _list(spec.get(member)) if isinstance(word, str)]
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        following = words[place + 1] if place + 1 < len(words) else "-"
        if name.startswith("-"):
            yield name, value if equals or following.startswith("-") else following


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
