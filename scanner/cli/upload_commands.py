"""`mlposture upload`: findings to where people work on them. What it needs is imported when it runs."""

from typing import Any

import click

from scanner.cli.grouped import Commands
from scanner.cli.options import named


@click.group(cls=Commands)
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
    from scanner.cli.uploading import upload_github

    ctx.exit(upload_github(files, options))
