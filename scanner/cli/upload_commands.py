"""`mlposture upload`: findings to where people work on them. What it needs is imported when it runs."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from scanner.calls.clock import Clock
from scanner.cli.options import named, spelled
from scanner.cli.process import say
from scanner.model.errors import CannotScan, InputError
from scanner.model.exits import Exit
from scanner.model.sanitize import clean, redact_wholly

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scanner.upload.delivery import Delivery, Upload
    from scanner.upload.dismissals import Decisions
    from scanner.upload.routes import Routes
    from scanner.upload.sarif_runs import Run

#: What is waited by.
CLOCK = Clock()


@click.group()
def upload() -> None:
    """Send what was found to where people work on it."""


@upload.command("github")
@click.option("--sarif", "files", multiple=True, required=True, metavar="FILE", help="A SARIF file (-o FILE.sarif), on "
              "disk or in a bucket. Repeatable. Each account is an upload of its own.")  # fmt: skip
@click.option("--repo", metavar="OWNER/NAME", callback=named, help="The repository. Default: GITHUB_REPOSITORY.")
@click.option("--route", metavar="FILE", callback=named, help="Instead, a YAML file that says which repository each "
              "finding goes to, by the path of its line. Each gets a whole file, if an empty one.")  # fmt: skip
@click.option("--ref", metavar="REF", help="The branch that the alerts are of, as refs/heads/main. Default: that of "
              "the workflow, of the checkout, or the default branch.")  # fmt: skip
@click.option("--commit", metavar="SHA", help="The commit, in full. Default: the head of that branch.")
@click.option("--url", metavar="URL", help="Another address of the API, as https://HOST/api/v3. Default: "
              "GITHUB_API_URL, or github.com.")  # fmt: skip
@click.option("--token-env", metavar="NAME", help="The variable that holds the token. Default: GITHUB_TOKEN, or "
              "GH_TOKEN.")  # fmt: skip
@click.option("--validate", is_flag=True, help="Have GitHub check the file by the specification of code scanning.")
@click.option("--wait/--no-wait", default=True, help="Wait until GitHub has gone through the upload, for up to three "
              "minutes. Default: wait.")  # fmt: skip
@click.option("--allow-pull", is_flag=True, help="Upload for a pull request (refs/pull/...), whose state a scan of "
              "what is live does not show.")  # fmt: skip
@click.option("--sync-suppressions", is_flag=True, help="Dismiss the alerts of suppressed findings, with reason, owner "
              "and end, and open those again that are not suppressed any more. Needs --report.")  # fmt: skip
@click.option("--report", metavar="FILE", callback=named, help="The JSON report of the same scan, on disk or in a "
              "bucket, which says what is suppressed.")  # fmt: skip
@click.pass_context
def github(ctx: click.Context, /, files: tuple[str, ...], **options: Any) -> None:
    """Upload SARIF to GitHub code scanning, and say what became of it.

    A run of a scan that was not complete is left out, as GitHub would close the alerts of what was not seen. Exits with
    4 where something was left out, with 2 where GitHub did not take a file, with 3 where it could not be asked.
    """
    from scanner.cli.config import refuse_undecoded
    from scanner.upload.delivery import Delivery, Settings, prepared
    from scanner.upload.github_api import PUBLIC, GitHub, read_token

    refuse_undecoded({**options, "sarif": files})
    _check(options)
    url = options["url"] or os.environ.get("GITHUB_API_URL") or PUBLIC
    service = GitHub(url, read_token(options["token_env"]), CLOCK)
    routes = _routes(options)
    left: list[str] = []
    sync = options["sync_suppressions"]
    uploads = list(prepared(_whole(files, left), routes, keep=sync))
    decisions = _decisions(options["report"], uploads) if sync else {}
    settings = Settings(**{name: options[name] for name in Settings._fields})
    delivery = Delivery(service, settings, _say)
    sent = delivery.send(uploads)
    if sync:
        delivery.dismiss(sent, decisions)
    for problem in delivery.problems:
        for line in problem.shown if isinstance(problem, InputError) else (str(problem),):
            say(line)
    ctx.exit(_code(delivery, left))


def _check(options: "Mapping[str, Any]") -> None:
    """Raise InputError for options that do not go together, or are no ref or commit."""
    from scanner.upload.checkout import COMMIT, REF

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


def _routes(options: "Mapping[str, Any]") -> "Routes":
    """The rules of --route, or one repository for everything. Raises InputError."""
    from scanner.objects.transfer import reading
    from scanner.upload.routes import Routes, checked_repository, read_routes

    if options["route"]:
        with reading(options["route"]) as path:
            return read_routes(path, options["route"])
    repo = options["repo"] or os.environ.get("GITHUB_REPOSITORY")
    if not repo:
        raise InputError("name the repository with --repo OWNER/NAME, or several with --route")
    return Routes(checked_repository("--repo" if options["repo"] else "GITHUB_REPOSITORY", repo))


def _whole(files: "Iterable[str]", left: list[str]) -> "Iterator[Run]":
    """The runs that stand for all there is; the others are said, and put into `left`."""
    from scanner.objects.transfer import reading
    from scanner.upload.sarif_runs import read_runs

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


def _decisions(report: str, uploads: "Iterable[Upload]") -> "Decisions":
    """What a report says of the results that are uploaded. Raises InputError."""
    from scanner.objects.transfer import reading
    from scanner.upload.dismissals import read_decisions

    wanted = {one.fingerprint for upload in uploads for one in upload.shown}
    with reading(report) as path:
        decisions, others = read_decisions(path, report, wanted, datetime.now(UTC).date())
    if others:
        say(f"{report}: {others} suppressed findings are no results of the files; their alerts stay as they are")
    if unknown := len(wanted - decisions.keys()):
        say(f"{report}: {unknown} results are no failures of this report; their alerts stay as they are")
    return decisions


def _code(delivery: "Delivery", left: list[str]) -> Exit:
    """The worst of what happened: GitHub could not be asked, it did not take a file, something was left out."""
    if any(isinstance(problem, CannotScan) for problem in delivery.problems):
        return Exit.CANNOT_SCAN
    if delivery.problems:
        return Exit.USAGE
    return Exit.INCOMPLETE if delivery.left or left else Exit.DONE


def _say(text: str) -> None:
    click.echo(clean(redact_wholly(text)))
