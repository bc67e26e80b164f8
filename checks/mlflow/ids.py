"""Ids of what a server holds: its address, and below it the path that its own URIs have."""

from functools import partial
from urllib.parse import quote, unquote

_quoted = partial(quote, safe="")


def registered_model(server: str, name: str) -> str:
    """As in `models:/NAME`, whatever characters the name has."""
    return f"{server}/models/{_quoted(name)}"


def model_version(server: str, name: str, version: str) -> str:
    """As in `models:/NAME/VERSION`."""
    return f"{registered_model(server, name)}/versions/{_quoted(version)}"


def experiment(server: str, id: str) -> str:
    """An experiment by its id."""
    return f"{server}/experiments/{_quoted(id)}"


def run(server: str, id: str) -> str:
    """A run by its id, which is unique on the server."""
    return f"{server}/runs/{_quoted(id)}"


def logged_model(server: str, id: str) -> str:
    """A logged model by its id, as in `models:/m-…`."""
    return f"{server}/logged-models/{_quoted(id)}"


def table(run: str, path: str) -> str:
    """A table among the artifacts of a run, which is given by its id here."""
    return f"{run}/tables/{quote(path.removesuffix('.json'))}"


def own(id: str) -> str:
    """What the server itself calls a run or a logged model, by its id here."""
    return unquote(id.rpartition("/")[2])
