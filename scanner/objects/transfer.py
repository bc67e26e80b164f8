"""Reads and writes a file that the user named, wherever it is: on disk, or in a bucket by way of a temporary file.

A module a scheme speaks to the service. Its SDK is imported only when an address of that scheme occurs.
"""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from scanner.model import own
from scanner.model.errors import CannotScan, InputError, NotThere, NotWritten, how_to_install
from scanner.model.proxies import keep_secrets_from_proxies
from scanner.objects.addresses import Address, parse

_EXTRAS = {"s3": "aws", "gs": "gcp", "az": "azure"}


class Store(Protocol):
    """The module of a scheme. Its functions raise InputError naming the address, `put` its kind NotWritten."""

    def check(self, address: Address, profile: str | None) -> None:
        """Find credentials, and a bucket that is certainly not there. That one may not look is no answer."""

    def fetch(self, address: Address, path: Path, profile: str | None) -> None:
        """Copy an object to a file."""

    def put(self, address: Address, path: Path, profile: str | None) -> None:
        """Copy a file to an object, which is there whole or as it was before."""


@contextmanager
def reading(text: str, profile: str | None = None) -> Iterator[Path]:
    """The file on disk, while it is needed: itself, or a private copy of an object.

    What is wrong with the copy (InputError) names the address. `profile` is that of the user's AWS configuration.
    Raises CannotScan if the SDK is not installed.
    """
    address = parse(text)
    if address is None:
        yield Path(text)
        return
    with _private_file(address) as path:
        try:
            with understood(address, InputError):
                _store(address).fetch(address, path, profile)
        except OSError as error:
            raise InputError(_no_room(address, error)) from error
        try:
            yield path
        except InputError as error:
            if str(path) not in str(error):
                raise
            raise type(error)(str(error).replace(str(path), text)) from error


def content(text: str, most: int, larger_than: str, *, option: str = "") -> bytes:
    """All of a small file, on disk or in a bucket.

    Raises InputError, which names it after its `option`, for one that cannot be read and for one of more than `most`
    bytes: it is larger than any of what is asked for.
    """
    called = f"{option} {text}".lstrip()
    with reading(text) as path:
        try:
            with path.open("rb") as file:
                found = file.read(most + 1)
        except (OSError, ValueError) as error:
            raise InputError(f"{called}: {getattr(error, 'strerror', None) or error}") from error
    if len(found) > most:
        raise InputError(f"{called}: is larger than {larger_than}")
    return found


def exists(text: str) -> bool:
    """Whether there is something at a path or an address. Raises InputError where that is not to be known."""
    if parse(text) is None:
        return Path(text).exists()
    try:
        with reading(text):
            return True
    except NotThere:
        return False


def write(text: str, how: Callable[[Path], None], profile: str | None = None) -> None:
    """Have a file written by `how`, and uploaded if it belongs in a bucket. Raises NotWritten, and what `how` does.

    It is there whole or not at all.
    """
    address = parse(text)
    if address is None:
        try:
            how(Path(text))
        except OSError as error:
            raise NotWritten(f"{text}: {error.strerror}") from error
        return
    with _private_file(address) as path:
        try:
            how(path)
            with understood(address, NotWritten):
                _store(address).put(address, path, profile)
        except OSError as error:
            raise NotWritten(_no_room(address, error)) from error


def check(address: Address, profile: str | None = None) -> None:
    """Find out what can be known beforehand not to work. Raises InputError, or CannotScan if the SDK is not installed.

    A scan may take an hour: better to hear of it now.
    """
    with understood(address, InputError):
        _store(address).check(address, profile)


@contextmanager
def understood(address: Address, kind: type[InputError]) -> Iterator[None]:
    """Whatever an SDK stumbles over in a reply that is none becomes `kind`; what is understood stays as it is."""
    try:
        yield
    except (InputError, CannotScan, OSError):
        raise
    except Exception as error:
        stumbled = f"what answered is not the service, or not at this address (its SDK: {type(error).__name__})"
        raise kind(
            f"{address.text}: {stumbled}; look at the endpoint and the proxy that the environment names"
        ) from error


@contextmanager
def _private_file(address: Address) -> Iterator[Path]:
    import tempfile  # here, because start-up must not pay for it

    try:
        folder = tempfile.TemporaryDirectory(prefix="mlposture-")
    except OSError as error:
        raise NotWritten(_no_room(address, error)) from error
    with folder:
        yield Path(folder.name) / "object"


def _no_room(address: Address, error: OSError) -> str:
    return f"{address.text}: {error.strerror or error} in the folder for temporary files; TMPDIR names another"


def _store(address: Address) -> Store:
    store: Store = service(address)
    return store


def service(address: Address) -> Any:
    """The module of a scheme. Raises CannotScan if its SDK is not installed."""
    own.note_environment()
    keep_secrets_from_proxies()
    try:
        return importlib.import_module(f"scanner.objects.{address.scheme}")
    except ImportError as error:
        if (error.name or "").startswith("scanner"):
            raise
        raise CannotScan(
            f"{address.text}: the SDK is not installed, or not all of it ({error}); "
            f"{how_to_install(_EXTRAS[address.scheme])}"
        ) from error
