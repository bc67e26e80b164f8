"""SARIF as files: as many as code scanning needs, with what the user has to know of them on stderr."""

import logging
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.cli.options import GROUPS, INCOMPLETE, PROFILES
from scanner.model.errors import InputError

if TYPE_CHECKING:
    from reports.sarif_style import Style
    from scanner.model.history import Account
    from scanner.model.reported import Report

log = logging.getLogger("mlposture")

#: Writes pieces to a place, None for standard output.
Writer = Callable[[str | None, Iterable[bytes]], None]
#: Accounts that a warning names.
_NAMED = 3


def style_of(options: Mapping[str, Any]) -> "Style":
    """What SARIF is to be like. Raises InputError."""
    from reports.sarif_style import Style, check_category

    for name, known in (("profile", PROFILES), ("group", GROUPS), ("incomplete", INCOMPLETE)):
        if (text := options.get(f"sarif_{name}")) and text not in known:  # which a configuration may say
            raise InputError(f"--sarif-{name} {text}: use one of {', '.join(known)}")
    given = {name: options.get(f"sarif_{name}") for name in ("profile", "group", "category")}
    style = msgspec.convert({name: value for name, value in given.items() if value}, Style)
    check_category(style.category)
    return style


def settled(built: "Report", options: Mapping[str, Any]) -> "Report":
    """The report; with --sarif-incomplete include, all its accounts count as settled, because the user says so."""
    if options.get("sarif_incomplete") != "include":
        return built
    accounts = {(scope.provider, scope.account) for scope in built.scopes}
    return msgspec.structs.replace(built, settled=built.settled | accounts)


def write_sarif(place: str | None, built: "Report", options: Mapping[str, Any], write: Writer) -> list[str]:
    """Write a report as SARIF. More accounts than fit become several files, the others beside the first.

    Returns their places; none for standard output. Raises InputError for what code scanning would not take, and what
    `write` does.
    """
    from reports.sarif import accounts_of, render

    style, accounts = style_of(options), accounts_of(built)
    shown = place or "standard output"
    failures = _failures(built)
    _warn(shown, built, accounts, failures, style)
    parts = _parts(accounts, failures, style)
    if len(parts) > 1 and (place is None or _is_no_file(place)):
        raise InputError(
            f"{shown}: the {len(accounts)} accounts of this report need {len(parts)} files, for code scanning takes no "
            "larger ones; give -o the name of a file, and the others are written beside it"
        )
    targets = [_numbered(place, number) for number in range(1, len(parts) + 1)]
    for target, part in zip(targets, parts, strict=True):
        pieces = partial(render, built, style, part)
        write(target, _small_enough(target or shown, pieces) if style.github else pieces())
        if len(parts) > 1:
            log.warning("%s: has the accounts from %s to %s", target, part[0][1], part[-1][1])
    if place is not None and Path(left := str(_numbered(place, len(parts) + 1))).is_file():
        files = "1 file" if len(parts) == 1 else f"{len(parts)} files"
        log.warning("%s: is not of this scan, which has %s", left, files)
    return [target for target in targets if target is not None]


def _failures(built: "Report") -> "Counter[Account]":
    """How many there are in each account, with those that are carried forward."""
    return Counter(built.findings.failures_by_account()) + Counter(built.earlier.carried_by_account())


def _parts(accounts: "Sequence[Account]", failures: "Mapping[Account, int]", style: "Style") -> "list[list[Account]]":
    """The accounts of each file, in order, so that one has no more of them and no more results than it should."""
    from reports.sarif_style import MAX_FILE_RESULTS, MAX_RUNS

    parts: list[list[Account]] = [[]]
    left = MAX_FILE_RESULTS
    for account in accounts:
        results = 0 if style.group == "check" else min(failures.get(account, 0), style.max_results)
        if len(parts[-1]) == MAX_RUNS or (parts[-1] and results > left):
            parts.append([])
            left = MAX_FILE_RESULTS
        parts[-1].append(account)
        left -= results
    return parts


def _numbered(place: str | None, number: int) -> str | None:
    """The place of a further file: `out.sarif`, `out-2.sarif`."""
    if place is None or number == 1:
        return place
    folder, slash, name = place.rpartition("/")
    parts = PurePosixPath(name)
    return f"{folder}{slash}{parts.stem}-{number}{parts.suffix}"


def _is_no_file(place: str) -> bool:
    return Path(place).exists() and not Path(place).is_file()


def _small_enough(shown: str, make: Callable[[], Iterable[bytes]]) -> Iterator[bytes]:
    """The pieces. Raises InputError at their end, before there is a file, if they are too large when compressed.

    To compress them as well as an upload does takes twice as long, and is done only where it decides.
    """
    from reports.sarif_style import MAX_COMPRESSED

    packer, size = zlib.compressobj(zlib.Z_BEST_SPEED, wbits=31), 0
    for piece in make():
        size += len(packer.compress(piece))
        yield piece
    if size + len(packer.flush()) <= MAX_COMPRESSED:
        return
    packer = zlib.compressobj(wbits=31)
    size = sum(len(packer.compress(piece)) for piece in make()) + len(packer.flush())
    if size > MAX_COMPRESSED:
        raise InputError(
            f"{shown}: would have {size / 1e6:.1f} MB compressed, and code scanning takes {MAX_COMPRESSED / 1e6:g}; "
            "use --sarif-group check, or --min-severity, or a report for fewer accounts"
        )


def _warn(
    shown: str, built: "Report", accounts: "Sequence[Account]", failures: "Mapping[Account, int]", style: "Style"
) -> None:
    """Say what is not in the file, and what is not to be uploaded."""
    if not style.github:
        return
    if open_ := [account for account in accounts if account not in built.settled]:
        log.warning(
            "%s: %s: not seen completely, and marked to be left out of uploads, which would close alerts of what "
            "nobody saw; --baseline with an earlier report carries them forward",
            shown,
            _listed(open_),
        )
    if style.group == "check":
        return
    if over := [account for account in accounts if failures.get(account, 0) > style.max_results]:
        log.warning(
            "%s: code scanning takes %d results an account, the most severe are kept, and %d of %s are left out; a "
            "notification in the file counts them, and --sarif-group check has one result a check",
            shown,
            style.max_results,
            sum(failures[account] - style.max_results for account in over),
            _listed(over),
        )


def _listed(accounts: "Sequence[Account]") -> str:
    more = f" and {len(accounts) - _NAMED} more" if len(accounts) > _NAMED else ""
    return ", ".join(f"{provider} {id}" for provider, id in accounts[:_NAMED]) + more
