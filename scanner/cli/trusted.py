"""`[trust]` as it is written: read entry by entry, so that the one that is wrong is named."""

import ipaddress
import logging
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from scanner.cli.wording import brief, in_words, no_such
from scanner.model.errors import InputError
from scanner.model.patterns import pattern
from scanner.model.trust import Entry, Use

log = logging.getLogger("mlposture")

#: Each table of `[trust]`: what its values look like, and how that is said. Addresses are read as networks besides.
FORMS = {
    "accounts": (pattern(r"[0-9]{12}"), "an AWS account id has 12 digits, each from 0 to 9"),
    "organizations": (
        pattern(r"o-[a-z0-9]{10,32}|[0-9]{1,20}"),
        "an organisation of AWS is o-…, one of Google Cloud a number",
    ),
    "projects": (
        pattern(r"(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]|[0-9]{1,20}"),
        "a project of Google Cloud is an id such as example-fraud-prod, or a number",
    ),
    "addresses": (pattern(r"[0-9A-Fa-f:.]+(?:/[0-9]+)?"), "give an address or a range such as 203.0.113.0/24"),
    "registries": (
        pattern(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]+)?(?:/[a-z0-9._-]+)*"),
        "give the host of a registry, with a path or without, and no tag",
    ),
    "buckets": (
        pattern(r"(?:(?:s3|gs|az)://)?[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]"),
        "give the name of a bucket or storage account, with s3://, gs:// or az:// or without, and no key",
    ),
}
#: No company holds more than this: a wider range lets in everybody, which no trust makes good.
_WIDEST = {4: 8, 6: 16}


class _Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry as it is written."""

    value: str
    reason: str
    until: date | None = None


def parse_trust(tables: Any) -> tuple[Entry, ...]:
    """The entries of `[trust]`. Raises InputError naming the one that is wrong, and how it would be right."""
    if not isinstance(tables, Mapping):
        raise InputError(f"[trust]: begin each entry with its table, such as [[trust.{next(iter(FORMS))}]]")
    entries: dict[tuple[str, str], Entry] = {}
    for table, given in tables.items():
        if table not in FORMS:
            raise InputError(f"[trust] has {no_such(table, FORMS)}")
        if not isinstance(given, list):
            raise InputError(f"[trust] {table}: begin each entry with [[trust.{table}]]")
        for number, one in enumerate(given, 1):
            place = _place(table, number, one)
            made = _entry(table, place, one)
            if entries.setdefault((table, _normal(made)), made) is not made:
                raise InputError(f"{place}: another entry says the same")
    return tuple(entries.values())


def _entry(table: str, place: str, given: Any) -> Entry:
    try:
        read = msgspec.convert(given, _Given)
    except msgspec.ValidationError as error:
        raise InputError(f"{place}: {in_words(error, _Given)}") from error
    form, words = FORMS[table]
    if not form.fullmatch(read.value):
        raise InputError(f"{place}: {words}")
    if table == "addresses":
        _check_network(place, read.value)
    reason = " ".join(read.reason.split())
    if not reason:
        raise InputError(f"{place}: give a reason")
    if not reason.isprintable():
        raise InputError(f"{place}: the reason has characters that cannot be shown")
    return Entry(table=table, value=read.value, reason=reason, until=read.until)


def _place(table: str, number: int, given: Any) -> str:
    value = given.get("value") if isinstance(given, Mapping) else given
    return f"[[trust.{table}]] entry {number}" + (f" ({brief(value)})" if value is not None else "")


def _check_network(place: str, value: str) -> None:
    try:
        network = ipaddress.ip_network(value)
    except ValueError as error:
        raise InputError(f"{place}: {error}") from error
    if network.prefixlen < _WIDEST[network.version]:
        raise InputError(f"{place}: nobody owns a range wider than a /{_WIDEST[network.version]}")


def _normal(entry: Entry) -> str:
    if entry.table == "addresses":
        return str(ipaddress.ip_network(entry.value))
    return entry.value if entry.table == "buckets" else entry.value.lower()


def warn_of_needless_trust(trust: Iterable[Use]) -> None:
    """Say which entries of [trust] nothing was judged by: they may be misspelled, or not needed any more."""
    for use in trust:
        if not use.matched:
            log.warning(
                "[trust] %s %s: no verdict needed this entry; is it misspelled?", use.entry.table, use.entry.value
            )
