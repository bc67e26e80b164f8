"""The options that several commands have in common."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

#: Suffixes of `reports.SUFFIXES`, which cannot be imported before the packages are known to be ours.
WRITTEN = (".json", ".sarif", ".csv", ".md", ".xml", ".ndjson", ".html")
#: What SARIF may be like: of each, the first is the default.
PROFILES, GROUPS, INCOMPLETE = ("github", "full"), ("resource", "check"), ("omit", "include")
F = TypeVar("F", bound=Callable[..., Any])


def spelled(name: str) -> str:
    """An option as it is typed, by the name of its value."""
    return f"--{name.replace('_', '-')}"


def named(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Refuse an empty name, as that of a shell's variable which is not set: it is no way to leave an option out."""
    if value is not None and not value.strip():
        raise click.BadParameter("is empty; name a file, or leave the option out")
    return value


def each_named(ctx: click.Context, option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an empty name among several."""
    for value in values:
        named(ctx, option, value)
    return values


def common(function: F) -> F:
    """The options of every command that judges, in the order `--help` shows them."""
    options = (
        click.option("-o", "--output", multiple=True, metavar="PATH", help="Write a report, on disk or in a bucket "
                     "(s3://BUCKET/KEY, gs://BUCKET/KEY, az://ACCOUNT/CONTAINER/KEY); the format follows from the "
                     f"suffix ({', '.join(WRITTEN)}) or a prefix (sarif:PATH). '-' is stdout. Repeatable."),
        click.option("--verdicts", metavar="LIST", help="Verdicts that become findings: all, or some of fail, unknown, "
                     "pass, not_applicable. Default: fail,unknown."),
        click.option("--check", multiple=True, metavar="ID|SLUG", help="Run only this check. Repeatable."),
        click.option("--skip-check", multiple=True, metavar="ID|SLUG", help="Leave this check out. Repeatable."),
        click.option("--min-severity", metavar="SEVERITY", help="Run only checks of at least this severity."),
        click.option("--framework", multiple=True, metavar="ID", help="Only checks and controls of this framework. "
                     "Repeatable. Default: nist-ai-rmf-1.0, iso-42001, eu-ai-act and soc2, and what --systems names."),
        click.option("--framework-file", multiple=True, metavar="FILE", help="A framework of your own, a YAML file on "
                     "disk or in a bucket: shown where --framework names it, or names none. Repeatable."),
        click.option("--systems", metavar="FILE", help="Your manifest of AI systems (mlposture systems --help), on "
                     "disk or in a bucket: findings name the system, and controls are judged for each. Default: "
                     "./ai-systems.yaml, where there is one; none leaves it out."),
        click.option("--suppressions", metavar="FILE", help="Failures that somebody answers for, with a reason and an "
                     "end: a YAML file, on disk or in a bucket (mlposture suppress --help). Reports show them as "
                     "suppressed, and --fail-on does not count them. Default: ./mlposture-suppressions.yaml, where "
                     "there is one; none leaves it out."),
        click.option("--as-of", metavar="DATE", help="The day (2027-12-02) as of which duties apply and suppressions "
                     "count: what does not apply yet is readiness, never a breach. Default: the day of the scan."),
        click.option("--trust", metavar="FILE", help="Accounts, buckets, addresses and the like that belong to you or "
                     "to a partner: a TOML file, on disk or in a bucket, with the tables of [trust]. What is foreign "
                     "for no other reason then passes, and says so."),
        click.option("--baseline", multiple=True, metavar="PREVIOUS", help="An earlier report (JSON or SARIF) or saved "
                     "inventory, on disk or in a bucket: findings say whether they are new, and what failed there and "
                     "was not seen now is carried forward, so that no alert of it is closed. Repeatable."),
        click.option("--store", callback=named, metavar="URL", help="A history of scans, sqlite:///PATH, "
                     "postgresql://USER@HOST/DATABASE or s3://BUCKET/PREFIX (gs://…, az://…), to which this one is "
                     "added: findings say since when they fail, and whether they are new, reopened or fixed. Takes the "
                     "place of --baseline."),
        click.option("--notify", callback=named, metavar="URL", help="When all is written, send a webhook one line and "
                     "the counts: what is new, fixed, not seen, and why (JSON, https). Signed with the key in "
                     "MLPOSTURE_NOTIFY_KEY. Default: the address in MLPOSTURE_NOTIFY_URL, if any."),
        click.option("--notify-counts", is_flag=True, default=None, help="Leave out of that what names anything that "
                     "was scanned."),
        click.option("--sarif-profile", type=click.Choice(PROFILES), help="What SARIF holds: failures alone, as code "
                     "scanning of GitHub wants it (github, the default), or all that --verdicts shows (full)."),
        click.option("--sarif-group", type=click.Choice(GROUPS), help="A result of SARIF is about a resource (the "
                     "default), or about a check in an account, with the resources that fail it."),
        click.option("--sarif-category", metavar="TEXT", help="The category of an account's run, in which PROVIDER and "
                     "ACCOUNT stand for it. Default: mlposture/PROVIDER/ACCOUNT."),
        click.option("--sarif-incomplete", type=click.Choice(INCOMPLETE), help="Whether the run of an account that was "
                     "not seen completely, and of which no --baseline knows all, is marked to be left out of uploads "
                     "(omit, the default) or not."),
        click.option("--tfstate", multiple=True, metavar="FILE", help="A state of Terraform, or what `terraform show "
                     "-json` prints, on disk or in a bucket: findings name the file and line that made the resource. "
                     "Of a state, only what names resources is read. Repeatable."),
        click.option("--source-root", callback=named, metavar="DIR", help="The folder of the code that states, and "
                     "tags of yor or CloudFormation, lead to; lines are shown relative to it. Default: that of the "
                     "state, if it is on disk, else the working directory."),
        click.option("--fail-on", metavar="SEVERITY", help="Exit with 1 on a failure of at least this severity, on one "
                     "that --baseline or --store did not have (new:SEVERITY), or never. Default: high; never when a "
                     "report goes to stdout."),
        click.option("--fail-on-incomplete", is_flag=True, default=None, help="Exit with 4 when something could not be "
                     "observed."),
        click.option("--fail-on-newly-incomplete", is_flag=True, default=None, help="Exit with 4 when something could "
                     "not be observed that the last scan in --store observed, or not for the same reason."),
        click.option("--min-coverage", type=click.FloatRange(0, 100), metavar="PERCENT", help="Exit with 4 when less "
                     "than this share of what could be judged was judged, of all or of an AI system: a build whose "
                     "permissions were taken away does not turn green."),
        click.option("--details", is_flag=True, help="Print the worst fifty checks that failed, each with its fix and "
                     "five of its resources. A report file (-o) has all of them."),
        click.option("--controls", is_flag=True, help="Print which controls a check speaks to; so does --framework."),
        click.option("--color", type=click.Choice(["auto", "always", "never"]), help="Colours and links in what is "
                     "printed. Default: auto, at a terminal unless NO_COLOR is set, elsewhere if FORCE_COLOR is."),
        click.option("-q", "--quiet", is_flag=True, help="Print errors and the last line only: how it ended, and why."),
    )  # fmt: skip
    return _with(options, function)


def scanning(function: F) -> F:
    """The options of every command that asks a cloud."""
    options = (
        click.option("--save-inventory", metavar="PATH", help="Keep what was observed, for `mlposture evaluate`."),
        click.option("--keep-replies", is_flag=True, default=None, help="Keep in that inventory what the provider "
                     "said, without secrets, so that its digests can be made again. Reads all anew, as with "
                     "--no-cache."),
        click.option("--concurrency", type=click.IntRange(1, 256), metavar="N", help="Calls in flight. Default: 32."),
        click.option("--time-limit", metavar="TIME", help="Stop asking after this long (90s, 30m, 2h) and report what "
                     "was seen by then. Several clouds share it. The scan can be resumed."),
        click.option("--unit-time-limit", metavar="TIME", help="The same for each kind of resource in each region."),
        click.option("--call-time-limit", metavar="TIME", help="Give up a call whose reply has not come to its end "
                     "after this long. Default: 60s."),
        click.option("--grace", metavar="TIME", help="How long calls in flight are given when a scan is stopped, by a "
                     "limit or a signal (Ctrl-C, SIGTERM, SIGHUP). Default: 10s. A second signal ends it at once."),
        click.option("--journal", metavar="PATH", help="Where to keep what is observed while the scan runs. Default: "
                     "in the user's state folder. Removed when the scan is done."),
        click.option("--shard", metavar="I/N", help="Only the accounts that fall to part I of N. `mlposture merge` "
                     "joins the inventories."),
        click.option("--engine", metavar="ENGINE", help="Where the work is done: local (default), dask (processes of "
                     "this machine), or the Dask cluster of a scheduler, dask+tls://HOST:PORT (on this machine also dask://)."),
        click.option("--journal-store", metavar="DIR", help="A folder that this process and all workers of the cluster "
                     "share."),
        click.option("--no-cache", is_flag=True, default=None, help="Ask again for what cannot have changed since an "
                     "earlier scan, and remember nothing of this one."),
        click.option("--no-index", is_flag=True, default=None, help="Ask every location, region and resource itself: "
                     "believe no index that may lag (SageMaker's Search, Cloud Asset Inventory, Resource Graph)."),
        click.option("--verify", is_flag=True, default=None, help="Ask AWS' own policy simulator, once a role, whether "
                     "what a role of a decisive finding may do is really allowed: it sees the policies of the "
                     "organisation. Takes iam:SimulatePrincipalPolicy. AWS only."),
        click.option("--read-documents", is_flag=True, default=None, help="Also read model cards and data sheets "
                     "in files: README.md and model_card.* beside the artifacts of what serves, croissant.json, "
                     "README.md and a few more beside the data behind it. Takes s3:GetObject on these names in AWS, "
                     "storage.objects.get in Google Cloud; in Azure, where AI systems are declared, Storage Blob Data "
                     "Reader or less. Of MLflow, tables of results by group that runs note. No other file is opened."),
        click.option("--profile-run", metavar="PATH", help="Write where time and calls went, by operation, as JSON."),
        click.option("--no-progress", is_flag=True, help="No progress bar on stderr."),
        click.option("-v", "--verbose", is_flag=True, help="Say on stderr what is asked and what fails."),
    )  # fmt: skip
    return _with(options, function)


def _with(options: tuple[Callable[[F], F], ...], function: F) -> F:
    for option in reversed(options):
        function = option(function)
    return function
