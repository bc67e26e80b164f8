"""Findings by the beginning of their fingerprint, in a JSON report or in a saved inventory that is judged anew."""

import mmap
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from scanner.model.errors import InputError
from scanner.model.nouns import Status
from scanner.objects.transfer import reading
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


class _Report(msgspec.Struct):
    """What matters here of a JSON report; the rest is passed over."""

    schema: str
    findings: list[_Finding]


def in_report(file: str, beginning: str) -> Iterator[Found]:
    """Those of a JSON report. Raises InputError if it is none."""
    from reports.json_v1 import SCHEMA

    with reading(file) as path:
        try:
            # A report may be larger than memory; of its bytes, no more than a page at a time has to be there.
            with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
                report = msgspec.json.decode(content, type=_Report)
        except OSError as error:
            raise InputError(f"{file}: {error.strerror}") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise InputError(f"{file}: is no JSON report of mlposture ({error})") from error
    if report.schema != SCHEMA:
        raise InputError(f"{file}: is no JSON report of mlposture ({report.schema!r} is not {SCHEMA!r})")
    for one in report.findings:
        if one.fingerprint.startswith(beginning):
            subject = Subject(
                fingerprint=one.fingerprint, check=one.check.id, resource=one.resource.id, account=one.resource.account
            )
            yield Found(subject, one.verdict, one.suppression.entry if one.suppression else "")


def in_inventory(file: str, beginning: str) -> Iterator[Found]:
    """Those of a saved inventory, judged by all checks. Raises InputError."""
    from scanner.cli.pages import judged_saved

    built, _ = judged_saved((file,), "-", {})
    for one in built.findings:
        if one.fingerprint.startswith(beginning):
            subject = Subject(
                fingerprint=one.fingerprint,
                check=one.check_id,
                resource=one.resource.id,
                account=one.resource.scope.account,
            )
            yield Found(subject, one.verdict, one.suppression.place if one.suppression else "")
