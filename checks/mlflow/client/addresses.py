"""Addresses of servers as a user gives them, and what may be sent to each."""

from collections.abc import Collection
from urllib.parse import urlsplit

from checks.mlflow.client.managed import is_arn, managed
from scanner.calls.plain_http import PORTS, is_local, spelled
from scanner.model.errors import InputError

_AZURE = "azureml://"
_EXAMPLE = "give one such as https://mlflow.northwind.example"


def server(url: str, said: str) -> str:
    """The one spelling of a server's address: scheme, host, port and path. Raises InputError, which `said` begins.

    A server that SageMaker manages is called by its ARN. Azure ML writes `azureml` where `https` is meant. An address
    that may have a user or password in it, in whichever place, is not shown.
    """
    if "@" in url:
        raise InputError(
            f"{said}: leave the user and password out; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
        )
    if is_arn(url):
        return managed(url, said).arn
    if url.startswith(_AZURE):
        url = f"https://{url.removeprefix(_AZURE)}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # which raises for what is none
    except ValueError as error:
        raise InputError(f"{said}: is no address; {_EXAMPLE}") from error
    if parts.query or parts.fragment:  # not shown, as a key may be in it
        raise InputError(f"{said}: give scheme, host, port and path alone; {_EXAMPLE}")
    if parts.scheme not in PORTS or not host or not url.isprintable() or " " in url:
        raise InputError(f"{said} {url}: is no address of a server that speaks HTTP; {_EXAMPLE}")
    return spelled(parts)


def tunnel(url: str, servers: Collection[str], said: str) -> str:
    """The near end of a tunnel to the only one of these servers; empty where there is none. Raises InputError."""
    if not url:
        return ""
    near = server(url, said)
    if not is_local(near):
        raise InputError(f"{said} {near}: is no address of this machine, so that others would be sent the credentials")
    if len(servers) > 1:
        raise InputError(f"{said}: leads to one server, and {len(servers)} are named; scan them one by one")
    return near


def refuse_in_the_clear(url: str, said: str) -> None:
    """Raise InputError for a server that credentials cannot be sent to."""
    if url.startswith("http://") and not is_local(url):
        raise InputError(f"{said} {url}: credentials would be sent in the clear; use https, or unset them")
