"""From the options of `mlposture upload github` to what became of each upload."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from scanner.calls.clock import Clock
from scanner.cli.config import refuse_undecoded
from scanner.cli.options import spelled
from scanner.cli.process import say
from scanner.model.errors import CannotScan, InputError
from scanner.model.exits import Exit
from scanner.model.sanitize import clean, redact_wholly
from scanner.objects.transfer import reading
from scanner.upload.delivery import Delivery, Settings, Upload, prepared
from scanner.upload.dismissals import Decisions, read_decisions
from scanner.upload.github_api import PUBLIC, GitHub, read_token
from scanner.upload.routes import Routes, checked_repository, read_routes
from scanner.upload.sarif_runs import Run, read_runs
from scanner.upload.versions import COMMIT, REF

#: What is waited by.
CLOCK = Clock()


def upload_github(files: tuple[str, ...], options: Mapping[str, Any]) -> Exit:
    """Upload, dismiss and open alerts if asked to, and say all that went wrong. Raises InputError before it asks."""
    refuse_undecoded({**options, "sarif": files})
    _check(options)
    url = options["url"] or os.environ.get("GITHUB_API_URL") or PUBLIC
    service = GitHub(url, read_token(options["token_env"]), CLOCK)
    routes = _routes(options)
    left: list[str] = []
    sync = options["sync_suppressions"]
    uploads = list(prepared(_whole(files, left), routes, keep=sync))
    decisions = _decisions(options["report"], uploads) if sync else {}
    delivery = Delivery(service, Settings(**{name: options[name] for name in Settings._fields}), _say)
    sent = delivery.send(uploads)
    if sync:
        delivery.dismiss(sent, decisions)
    for problem in delivery.problems:
        say(str(problem))
    return _code(delivery, left)


def _check(options: Mapping[str, Any]) -> None:
    """Raise InputError for options that do not go together, or are no ref or commit."""
    for one, other in (("route", "repo"), ("route", "ref"), ("route", "commit")):
        if options[one] and options[other]:
            raise InputError(f"--{other} goes with one repository; leave it out, or leave --{one} out")
    for one, other in (("commit", "ref"), ("sync_suppressions", "report"), ("report", "sync_suppressions")):
        if options[one] and not options[other]:
            raise InputError(f"{spelled(one)} goes with {spelled(other)}; give that too")
    if options["sync_suppressions"] and not options["wait"]:
        raise InputError(
            "--sync-suppressions: alerts are there once GitHub has gone through the upload; leave --no-wait out"
        )
    for name, form, example in (("ref", REF, "refs/heads/main"), ("commit", COMMIT, "all 40 letters of a SHA")):
        if options[name] and not form.fullmatch(options[name]):
            raise InputError(f"--{name} {options[name]}: is none; give it in full, as {example}")


def _routes(options: Mapping[str, Any]) -> Routes:
    """The rules of --route, or one repository for everything. Raises InputError."""
    if options["route"]:
        with reading(options["route"]) as path:
            return read_routes(path, options["route"])
    repo = options["repo"] or os.environ.get("GITHUB_REPOSITORY")
    if not repo:
        raise InputError("name the repository with --repo OWNER/NAME, or several with --route")
    return Routes(checked_repository("--repo" if options["repo"] else "GITHUB_REPOSITORY", repo))


def _whole(files: Iterable[str], left: list[str]) -> Iterator[Run]:
    """The runs that stand for all there is; the others are said, and put into `left`."""
    for file in files:
        with reading(file) as path:
            for run in read_runs(path, file):
                if run.complete:
                    yield run
                    continue
                left.append(run.category)
                say(
                    f"{file}: {run.category or run.tool} was left out: its scan was not complete, and GitHub would "
                    "close the alerts of what was not seen; scan with the permissions that the report names, or "
                    "--baseline"
                )


def _decisions(report: str, uploads: Iterable[Upload]) -> Decisions:
    """What a report says of the results that are uploaded. Raises InputError."""
    wanted = {one.fingerprint: upload.scanned_at for upload in uploads for one in upload.shown}
    with reading(report) as path:
        decisions, others = read_decisions(path, report, wanted, datetime.now(UTC).date())
    if others:
        say(f"{report}: {others} suppressed findings are no results of the files; their alerts stay as they are")
    if unknown := len(wanted - decisions.keys()):
        say(f"{report}: {unknown} results are no failures of this scan's report; their alerts stay as they are")
    return decisions


def _code(delivery: Delivery, left: list[str]) -> Exit:
    """The worst of what happened: GitHub could not be asked, it did not take a file, something was left out."""
    if any(isinstance(problem, CannotScan) for problem in delivery.problems):
        return Exit.CANNOT_SCAN
    if delivery.problems:
        return Exit.USAGE
    return Exit.INCOMPLETE if delivery.left or left else Exit.DONE


def _say(text: str) -> None:
    click.echo(clean(redact_wholly(text)))
