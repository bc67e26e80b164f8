"""`mlposture diff`: what has become of each failure between two scans. What it needs is imported when it runs."""

from typing import Any

import click

from scanner.cli.options import each_named, named


@click.command("diff")
@click.argument("before", metavar="[BEFORE]", required=False)
@click.argument("after", metavar="[AFTER]", required=False)
@click.option("--store", callback=named, metavar="URL", help="Compare two scans of this history (scan --store), "
              "not two files.")  # fmt: skip
@click.option("--from", "from_scan", callback=named, metavar="SCAN", help="With --store: the earlier scan, by its id "
              "or number. Default: the one before the later one.")  # fmt: skip
@click.option("--to", "to_scan", callback=named, metavar="SCAN", help="With --store: the later scan. Default: the "
              "last.")  # fmt: skip
@click.option("-o", "--output", multiple=True, metavar="PATH", help="Write the comparison, on disk or in a bucket: "
              "JSON (.json), a step summary (.md), or a prefix (md:PATH). '-' is stdout. Repeatable.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON; the same as -o -.")
@click.option("--fail-on", callback=named, metavar="new:SEVERITY", help="Exit with 1 where a failure of at least this "
              "severity is new or reopened, or never. Default: never.")  # fmt: skip
@click.option("--fail-on-incomplete", is_flag=True, help="Exit with 4 where one of the two did not look at what the "
              "other one did.")  # fmt: skip
@click.option("--causes", is_flag=True, help="Ask the logs of AWS, Google Cloud and Azure what changed between the "
              "two, and who did that: it takes credentials, as a scan does, and more permissions (mlposture "
              "permissions CLOUD --causes).")  # fmt: skip
@click.option("--profile", callback=named, metavar="NAME", help="With --causes: profile of your AWS configuration.")
@click.option("--role-arn", multiple=True, callback=each_named, metavar="ARN", help="With --causes: role to assume in "
              "an account of AWS. Repeatable.")  # fmt: skip
@click.option("--config", callback=named, metavar="FILE", help="With --causes: profile, roles and organisation of AWS "
              "as in this configuration of scans.")  # fmt: skip
@click.option("--max-calls", type=click.IntRange(1, 10_000), default=40, show_default=True, metavar="N", help="With "
              "--causes: calls to each log at most, of an account and in AWS of a region. CloudTrail takes two a "
              "second.")  # fmt: skip
@click.option("--time-limit", default="10m", show_default=True, callback=named, metavar="TIME", help="With --causes: "
              "read logs for so long at most (90s, 10m, 2h); what is not read by then is said.")  # fmt: skip
@click.option("--no-progress", is_flag=True, help="No progress bar on stderr.")
@click.option("--details", is_flag=True, help="Print a hundred findings of each sort, not ten.")
@click.option("--systems", metavar="FILE", help="Your manifest of AI systems, where an inventory is judged. Default: "
              "./ai-systems.yaml, where there is one; none leaves it out.")  # fmt: skip
@click.option("--trust", metavar="FILE", help="What belongs to you or to a partner, where an inventory is judged.")
@click.option("--suppressions", metavar="FILE", help="Failures that somebody answers for, where an inventory is "
              "judged. Default: ./mlposture-suppressions.yaml, where there is one; none leaves it out.")  # fmt: skip
@click.pass_context
def diff(ctx: click.Context, /, before: str | None, after: str | None, **options: Any) -> None:
    """Say what has become of each failure between two scans: new, fixed, gone, unknown, and so on.

    BEFORE and AFTER are JSON reports, SARIF, or saved inventories, which are judged anew; on disk or in a bucket. What
    one of them did not look at is said, and is never new or fixed for that. Only verdicts of pass show what was fixed:
    write reports with --verdicts all, or compare inventories.

    \b
    What changed since last night:
      mlposture diff monday.json tuesday.json
    In a pull request: fail on what is new, with a step summary:
      mlposture diff main.json branch.json --fail-on new:high -o md:summary.md
    Two scans of a history:
      mlposture diff --store sqlite:///history.db --from 12 --to 19
    Who changed what in between, by the clouds' logs:
      mlposture diff monday.json tuesday.json --causes
    """
    from scanner.cli.diff_running import run_diff
    from scanner.cli.logs import log_to_stderr

    log_to_stderr(verbose=False)
    ctx.exit(run_diff(before, after, options))
