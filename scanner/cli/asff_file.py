"""A file of findings in AWS Security Finding Format, as `-o asff:PATH` writes it: read again finding by finding.

A finding is a line of the file, so that no more than where each begins has to be in memory.
"""

from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from reports.asff import NOWHERE, PREFIX, product_arn
from reports.extent import covers, reach
from scanner.model.errors import InputError
from scanner.model.nouns import Scope
from scanner.store.piecewise import UNREADABLE

_OPENED, _CLOSED = b'{"Findings": [', b"]}"


class Destination(NamedTuple):
    """The account and region whose Security Hub findings belong into."""

    account: str
    partition: str
    region: str

    @property
    def product(self) -> str:
        """The product that findings there are of."""
        return product_arn(self.partition, self.region, self.account)


class _Finding(msgspec.Struct, rename="pascal"):
    """What has to be known of each finding before any is sent."""

    id: str
    product_arn: str
    generator_id: str
    aws_account_id: str
    updated_at: str
    created_at: str
    product_fields: dict[str, str]


class AsffFile:
    """The findings of a file by destination. Raises InputError for a file that is not one of ours, or not whole.

    `account` is where what is in no account of AWS belongs, `region` where everything does; None leaves that open.
    """

    def __init__(self, path: Path, account: str | None = None, region: str | None = None) -> None:
        self._path = path
        self._account = account
        self._region = region
        self._places: dict[Destination, array[int]] = {}
        self._looked: dict[tuple[str, str, str], tuple[frozenset[str], str]] = {}
        self.updated_at = ""
        for start, line in self._lines():
            self._note(start, msgspec.json.decode(line, type=_Finding))

    @property
    def destinations(self) -> tuple[Destination, ...]:
        return tuple(sorted(self._places))

    def of(self, destination: Destination) -> Iterator[dict[str, Any]]:
        """The findings that belong there, each with its account and product set to that."""
        with self._path.open("rb") as file:
            for start in self._places[destination]:
                file.seek(start)
                finding: dict[str, Any] = msgspec.json.decode(_bare(file.readline()))
                yield {**finding, "AwsAccountId": destination.account, "ProductArn": destination.product}

    def outdates(self, finding: dict[str, Any]) -> bool:
        """Whether a finding that was sent earlier, and is not in this file, would be in it if it were still true.

        That takes a scan that asked for it again and saw all there is: what may only not have been seen stays.
        """
        fields = finding.get("ProductFields") or {}
        place = tuple(fields.get(f"{PREFIX}{name}", "") for name in ("provider", "account", "region"))
        judged, extent = self._looked.get((place[0], place[1], place[2]), (frozenset(), ""))
        if finding["GeneratorId"] == f"{PREFIX}not-seen":
            kind = fields.get(f"{PREFIX}kind")
            return bool(extent) and (not kind or kind in extent.split())
        if fields.get(f"{PREFIX}check") not in judged:
            return False
        # A path leads through other regions and accounts, which this scan may have left out.
        path = fields.get(f"{PREFIX}reach")
        if path is not None and not covers(self._reach(place[0]), path):
            return False
        # What has the extent with it is found by what leads to it, which another scan may not have asked for.
        earlier = fields.get(f"{PREFIX}extent")
        return earlier is None or covers(extent, earlier)

    def _reach(self, provider: str) -> str:
        return reach((Scope(*place) for place in self._looked), provider)

    def looked_at(self, finding: Mapping[str, Any]) -> bool:
        """Whether a finding on a scope that was looked at is of a scope that this file is about, too."""
        fields = finding.get("ProductFields") or {}
        return tuple(fields.get(f"{PREFIX}{name}", "") for name in ("provider", "account", "region")) in self._looked

    def _note(self, start: int, finding: _Finding) -> None:
        _, partition, _, region, account, *_ = finding.product_arn.split(":")
        if account == NOWHERE and self._account is not None:
            account = self._account
        found = Destination(account, partition, self._region or region)
        self._places.setdefault(found, array("Q")).append(start)
        self.updated_at = max(self.updated_at, finding.updated_at)
        if finding.generator_id == f"{PREFIX}completeness":
            fields = {name.removeprefix(PREFIX): value for name, value in finding.product_fields.items()}
            judged = " ".join(value for name, value in fields.items() if name.startswith("judged-")).split()
            place = (fields.get("provider", ""), fields.get("account", ""), fields.get("region", ""))
            self._looked[place] = (frozenset(judged), fields.get("extent", ""))

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Where each finding begins, and its JSON, which is one of a finding."""
        try:
            with self._path.open("rb") as file:
                if file.readline().strip() != _OPENED:
                    raise InputError(f"{self._path}: is no file that -o asff:PATH wrote")
                number, start = 1, file.tell()
                while (line := file.readline()).strip() != _CLOSED:
                    number += 1
                    yield start, self._finding(_bare(line), number)
                    start += len(line)
        except OSError as error:
            raise InputError(f"{self._path}: {error.strerror}") from error

    def _finding(self, line: bytes, number: int) -> bytes:
        if not line:
            raise InputError(f"{self._path}: ends in the middle, after line {number - 1}; write it again")
        try:
            found = msgspec.json.decode(line, type=_Finding)
        except UNREADABLE as error:
            raise InputError(f"{self._path}: line {number} is no finding that -o asff:PATH wrote: {error}") from error
        if not found.generator_id.startswith(PREFIX) or found.product_arn.count(":") < 5:
            raise InputError(f"{self._path}: line {number} is a finding of another program")
        return line


def _bare(line: bytes) -> bytes:
    return line.strip().removesuffix(b",")
