"""Ids of what a server holds: its address, and below it the path that its own URIs have."""

from urllib.parse import quote


def registered_model(server: str, name: str) -> str:
    """As in `models:/NAME`, whatever characters the name has."""
    return f"{server}/models/{quote(name, safe='')}"


def model_version(server: str, name: str, version: str) -> str:
    """As in `models:/NAME/VERSION`."""
    return f"{registered_model(server, name)}/versions/{quote(version, safe='')}"


def experiment(server: str, id: str) -> str:
    """An experiment by its id."""
    return f"{server}/experiments/{quote(id, safe='')}"


def run(server: str, id: str) -> str:
    """A run by its id, which is unique on the server."""
    return f"{server}/runs/{quote(id, safe='')}"


def logged_model(server: str, id: str) -> str:
    """A logged model by its id, as in `models:/m-…`."""
    return f"{server}/logged-models/{quote(id, safe='')}"
