"""Findings by the beginning of their fingerprint, in a JSON report or in a saved inventory that is judged anew."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from scanner.model.errors import InputError
from scanner.model.nouns import Status
from scanner.objects.transfer import reading
from scanner.store.piecewise import UNREADABLE, Reader
from scanner.suppress.adding import Subject


class Found(NamedTuple):
    """A finding, its verdict, and the entry that suppresses it, empty where none does."""

    subject: Subject
    verdict: Status
    entry: str


class _Check(msgspec.Struct):
    id: str


class _Resource(msgspec.Struct):
    id: str
    account: str


class _Entry(msgspec.Struct):
    entry: str


class _Finding(msgspec.Struct):
    fingerprint: str
    check: _Check
    verdict: Status
    resource: _Resource
    suppression: _Entry | None = None


def in_report(file: str, beginning: str) -> Iterator[Found]:
    """Those of a JSON report, of which one finding at a time is in memory. Raises InputError if it is none."""
    with reading(file) as path:
        try:
            with path.open("rb") as opened:
                for one in _findings(Reader(path, opened)):
                    if one.fingerprint.startswith(beginning):
                        yield _found(one)
        except OSError as error:
            raise InputError(f"{file}: {error.strerror}") from error
        except (*UNREADABLE, ValueError) as error:
            raise InputError(f"{file}: is no JSON report of mlposture ({error})") from error


def _findings(reader: Reader) -> Iterator[_Finding]:
    """The findings of a report. Raises ValueError, and what is in `UNREADABLE`, if it is none."""
    from reports.json_v1 import SCHEMA

    decode = msgspec.json.Decoder(_Finding).decode
    for number, name in enumerate(reader.members()):
        if number == 0 and (name != "schema" or msgspec.json.decode(reader.value()) != SCHEMA):
            raise ValueError(f"does not begin with the schema {SCHEMA!r}")
        if name == "findings":
            yield from map(decode, reader.items())
        elif number:
            reader.value()


def _found(one: _Finding) -> Found:
    subject = Subject(
        fingerprint=one.fingerprint, check=one.check.id, resource=one.resource.id, account=one.resource.account
    )
    return Found(subject, one.verdict, one.suppression.entry if one.suppression else "")


def in_inventory(file: str, beginning: str) -> Iterator[Found]:
    """Those of a saved inventory, judged by all checks. Raises InputError."""
    from scanner.cli.pages import judged_saved

    built = judged_saved((file,), "-", {}).report
    for one in built.findings:
        if one.fingerprint.startswith(beginning):
            subject = Subject(
                fingerprint=one.fingerprint,
                check=one.check_id,
                resource=one.resource.id,
                account=one.resource.scope.account,
            )
            yield Found(subject, one.verdict, one.suppression.place if one.suppression else "")
