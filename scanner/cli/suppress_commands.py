"""`mlposture suppress`: an entry in the file of suppressions, of a finding. What it needs is imported when it runs."""

from typing import TYPE_CHECKING, Any

import click

from scanner.cli.options import named

if TYPE_CHECKING:
    from scanner.suppress.adding import Decision, Subject

#: Beginnings of fingerprints are at least so long.
_SHORTEST = 6


@click.command("suppress")
@click.argument("fingerprint")
@click.option("--report", metavar="FILE", callback=named, help="The JSON report that has the finding, on disk or in a "
              "bucket.")  # fmt: skip
@click.option("--inventory", metavar="FILE", callback=named, help="Instead: the saved inventory, which is judged anew.")
@click.option("--reason", required=True, metavar="TEXT", help="Why the failure is accepted.")
@click.option("--owner", required=True, metavar="WHO", help="Who answers for it.")
@click.option("--until", metavar="DATE", help="The last day that it counts (2027-03-31, UTC).")
@click.option("--accept-risk", is_flag=True, help="Instead: the risk is accepted, without an end.")
@click.option("--approver", default="", metavar="WHO", help="Who approved it.")
@click.option("--ticket", default="", metavar="ID", help="Where it was decided.")
@click.option("-f", "--file", "file", metavar="FILE", callback=named, help="The file of suppressions, on disk or in a "
              "bucket. Default: ./mlposture-suppressions.yaml.")  # fmt: skip
@click.pass_context
def suppress(ctx: click.Context, /, fingerprint: str, report: str | None, inventory: str | None, file: str | None,
             **given: Any) -> None:  # fmt: skip
    """Add an entry for one failure to the file of suppressions, which is begun where there is none.

    FINGERPRINT is that of the finding in a report; the beginning of it will do. Reports then show the failure as
    suppressed, until the day that is named. It stays evidence: no score and no word about a control gets better.

    \b
      mlposture suppress 3f0c9a1be2 --report report.json --reason "no customer data" --owner ml-platform \\
        --until 2027-03-31
    """
    if (report is None) == (inventory is None):
        raise click.UsageError("say where the finding is, by either --report or --inventory", ctx)
    if (given["until"] is None) != given["accept_risk"]:
        raise click.UsageError("say how long it holds, by either --until or --accept-risk", ctx)
    from scanner.cli.config import refuse_undecoded
    from scanner.cli.logs import log_to_stderr
    from scanner.cli.suppressed import DEFAULT

    log_to_stderr(verbose=False)
    refuse_undecoded({"file": file, "report": report, "inventory": inventory, "fingerprint": fingerprint, **given})
    subject = _one(fingerprint, report or inventory or "", from_report=report is not None)
    click.echo(_add(file or DEFAULT, subject, _decision(given)))


def _decision(given: dict[str, Any]) -> "Decision":
    """What the options decide. Raises InputError for a day that is none, or over."""
    from datetime import UTC, date, datetime

    from scanner.model.errors import InputError
    from scanner.suppress.adding import Decision

    until = None
    if (text := given["until"]) is not None:
        try:
            until = date.fromisoformat(text)
        except ValueError as error:
            raise InputError(f"--until {text}: give a day as year, month and day, such as 2027-03-31") from error
        if until < datetime.now(UTC).date():
            raise InputError(f"--until {text}: is over; give a day that is to come")
    return Decision(**{name: given[name] for name in ("reason", "owner", "approver", "ticket")}, until=until)


def _one(fingerprint: str, file: str, *, from_report: bool) -> "Subject":
    """The failure whose fingerprint begins so. Raises InputError if it is none, several, or suppressed already."""
    from scanner.cli.finding_lookup import in_inventory, in_report
    from scanner.model.errors import InputError
    from scanner.model.nouns import Status

    if len(fingerprint) < _SHORTEST:
        raise InputError(f"{fingerprint}: give at least {_SHORTEST} characters of the fingerprint")
    found = list(in_report(file, fingerprint) if from_report else in_inventory(file, fingerprint))
    if len(found) != 1:
        what = f"{len(found)} findings have" if found else "no finding has"
        raise InputError(f"{file}: {what} a fingerprint that begins with {fingerprint}; reports show it of each")
    [(subject, verdict, entry)] = found
    if verdict is not Status.FAIL:
        raise InputError(f"{file}: the verdict of {subject.fingerprint} is {verdict}; only a failure can be suppressed")
    if entry:
        raise InputError(f"{file}: {subject.fingerprint} is suppressed already, by {entry}; change it there")
    return subject


def _add(file: str, subject: "Subject", decision: "Decision") -> str:
    """Add the entry; what there is to say of it."""
    from functools import partial

    from scanner.cli.config import check_place
    from scanner.cli.suppressed import all_checks
    from scanner.model.sanitize import clean
    from scanner.objects.transfer import exists, reading, write
    from scanner.store.files import write_atomically
    from scanner.suppress.adding import with_entry

    check_place("-f", file)
    content = None
    if exists(file):
        with reading(file) as path:
            content = path.read_bytes()
    new, entry = with_entry(content, subject, decision, all_checks(), file)
    write(file, partial(write_atomically, chunks=new))
    return clean(f"{entry.place}: {entry.check} on {subject.resource} is suppressed, {entry.term} ({entry.owner})")
