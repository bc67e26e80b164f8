"""A log in a bucket: objects below a prefix, each written once and never again.

A module a scheme speaks to the service, as in `transfer`. A log is used by one process for seconds or minutes, with one
client.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from scanner.model.errors import InputError, NotWritten
from scanner.objects.addresses import Address
from scanner.objects.transfer import service, understood


class Protection(NamedTuple):
    """Whether what is in a bucket can be changed or removed by nobody for a time, and what it says of itself."""

    proven: bool
    said: str


class Service(Protocol):
    """What a module of a scheme has for logs. Its functions raise InputError naming the address; `create` NotWritten.

    An address is that of a log, whose key is a prefix without a slash at its end, or that of an object.
    """

    def connect(self, address: Address, profile: str | None, stack: ExitStack, /) -> Any:
        """A client, which `stack` closes."""

    def names(self, client: Any, address: Address) -> Iterator[str]:
        """What stands behind the prefix in the names of all objects below it, in no order."""

    def load(self, client: Any, address: Address, path: Path) -> None:
        """Copy an object to a file."""

    def create(self, client: Any, address: Address, path: Path) -> bool:
        """Copy a file to an object, which is there whole or not at all; False if there was one, which is let be."""

    def protection(self, client: Any, address: Address) -> Protection:
        """What keeps the objects of a bucket from being changed."""


class Log:
    """A context manager. Whatever cannot be done raises InputError, and what cannot be written NotWritten."""

    def __init__(self, address: Address, profile: str | None = None) -> None:
        self._address = address
        self._stack = ExitStack()
        self._service: Service = service(address)
        with understood(address, InputError):
            self._client = self._service.connect(address, profile, self._stack)

    def names(self) -> list[str]:
        """The names of all objects of the log, in their order, or an error: never some of them."""
        with understood(self._address, InputError):
            return sorted(self._service.names(self._client, self._address))

    def load(self, name: str, path: Path) -> None:
        """Copy an object to a file."""
        with self._room(), understood(self._address, InputError):
            self._service.load(self._client, self._at(name), path)

    def create(self, name: str, path: Path) -> bool:
        """Make an object of a file; False if there is one of the name, which stays as it is."""
        with self._room(), understood(self._address, NotWritten):
            return self._service.create(self._client, self._at(name), path)

    def protection(self) -> Protection:
        """What keeps objects from being changed. Where that may not be read, the answer says so."""
        try:
            with understood(self._address, InputError):
                return self._service.protection(self._client, self._address)
        except InputError as error:
            return Protection(False, str(error).removeprefix(f"{self._address.text}: "))

    def close(self) -> None:
        """Let go of connections."""
        self._stack.close()

    def _at(self, name: str) -> Address:
        one = self._address
        return Address(one.text, one.scheme, one.bucket, f"{one.key}/{name}", one.account)

    @contextmanager
    def _room(self) -> Iterator[None]:
        """A copy on disk that cannot be written or read."""
        try:
            yield
        except OSError as error:
            raise InputError(f"{self._address.text}: {error.strerror or error}") from error
