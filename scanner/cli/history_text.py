"""What `mlposture history` prints."""

from collections.abc import Iterable, Iterator
from datetime import UTC

import click

from scanner.cli.process import say
from scanner.history.records import Scan
from scanner.history.states import State
from scanner.history.store import Store
from scanner.model.errors import InputError
from scanner.model.exits import Exit
from scanner.model.patterns import pattern
from scanner.model.sanitize import clean

_DIGEST = pattern("[0-9a-f]{64}")
#: Accounts of a scan that are named.
_NAMED = 5
#: Sentences on what does not fit that are printed.
_MOST = 20


def scans_as_text(scans: Iterable[Scan]) -> Iterator[str]:
    """A line a scan, and who was asked."""
    none = True
    for scan in scans:
        none = False
        states = ", ".join(f"{scan.states[one]} {one}" for one in State if scan.states.get(one))
        end = "" if scan.complete else "; incomplete"
        yield f"{scan.number:>4}  {_time(scan)}  {clean(scan.id)}  {states or 'no failures'}{end}"
        yield f"      {_accounts(scan)}"
    if none:
        yield "No scans yet."


def verified(store: Store, digest: str | None) -> int:
    """Print whether a history is as it was written; the exit code. Raises InputError for what is no digest."""
    if digest is not None and not _DIGEST.fullmatch(digest):
        raise InputError(f"--digest {digest}: is no SHA-256, which has 64 digits of 0-9 and a-f")
    problems = list(store.verify())
    scans = store.scans() if not problems else ()
    if not problems and digest is not None and digest not in {scan.digest for scan in scans}:
        problems.append(f"no scan has the digest {digest}: its end was cut off, or it was made anew")
    for problem in problems[:_MOST]:
        click.echo(clean(problem))
    if problems:
        say(f"{store.shown}: is not as it was written")
        return Exit.FINDINGS
    whole = f"{len(scans)} scans, each as it was written." if len(scans) != 1 else "1 scan, as it was written."
    click.echo(whole if scans else "No scans yet.")  # of which nothing was verified
    guard = store.guard()
    click.echo(f"{'Append-only' if guard.proven else 'Not proven append-only'}: {clean(guard.why)}.")
    if scans:  # in the last line, where scripts look for it
        click.echo(f"The last one, of {_time(scans[-1])}, has the digest {scans[-1].digest}")
    return Exit.DONE


def _accounts(scan: Scan) -> str:
    named = [clean(f"{one.provider} {one.account}") for one in scan.accounts[:_NAMED]]
    left = len(scan.accounts) - _NAMED
    return ", ".join([*named, f"and {left} more"] if left > 0 else named)


def _time(scan: Scan) -> str:
    return f"{scan.started_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
