"""`mlposture evidence`: dossiers of AI systems, made, verified and sampled. What it needs is imported when it runs."""

import click

from scanner.cli.grouped import Commands
from scanner.cli.options import named
from scanner.model.exits import Exit

_BUILD = "build"


class _SystemFirst(Commands):
    """A group whose first word may be the id of an AI system: that is short for `build`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = [_BUILD, *args]
        return super().parse_args(ctx, args)


@click.group(cls=_SystemFirst)
def evidence() -> None:
    """Make a dossier of evidence on an AI system, verify one, draw samples from it.

    A dossier is a folder: what the system is, what was seen and not seen, what speaks for and against each control, and
    all that this rests on. It is made from saved inventories and your manifest (mlposture systems), with no cloud. It
    never says compliant.

    \b
    From a scan to a dossier, and back from a claim to what the provider said:
      mlposture scan gcp --systems ai-systems.yaml --keep-replies --save-inventory inventory.json
      mlposture evidence fraud-scoring --framework soc2 --inventory inventory.json -o fraud-soc2
      mlposture evidence verify fraud-soc2
      mlposture evidence verify fraud-soc2 --claim 3f0c
    For an auditor who tests changes:
      mlposture evidence sample fraud-soc2 --control CC8.1 --n 25 --seed 2026
    For a customer, without ids and names; what opens them goes to fraud-customer-secrets.json:
      mlposture evidence fraud-scoring --audience customer --inventory inventory.json -o fraud-customer
    Of a system that is called build, sample or verify, say build first:
      mlposture evidence build verify --inventory inventory.json -o dossier
    """


@evidence.command(_BUILD)
@click.argument("system", metavar="SYSTEM")
@click.option("-o", "--output", required=True, metavar="DIR", help="The folder to write. A dossier that is there, and "
              "that nobody changed, is replaced; anything else is left alone.")  # fmt: skip
@click.option("--inventory", "inventories", multiple=True, required=True, metavar="FILE", help="A saved inventory "
              "(scan --save-inventory), on disk or in a bucket. Repeatable.")  # fmt: skip
@click.option("--systems", metavar="FILE", help="Your manifest of AI systems, on disk or in a bucket. Default: "
              "./ai-systems.yaml.")  # fmt: skip
@click.option("--framework", multiple=True, metavar="ID", help="Only this framework. Repeatable. Default: "
              "nist-ai-rmf-1.0, iso-42001, eu-ai-act and soc2, and what the manifest names.")  # fmt: skip
@click.option("--framework-file", multiple=True, metavar="FILE", help="A framework of your own. Repeatable.")
@click.option("--as-of", metavar="DATE", help="The day (2027-12-02) as of which duties apply. Default: the day of the "
              "scan.")  # fmt: skip
@click.option("--trust", metavar="FILE", help="What belongs to you or to a partner: a TOML file with the tables of "
              "[trust].")  # fmt: skip
@click.option("--suppressions", metavar="FILE", help="Failures that somebody answers for, as for a scan: those of the "
              "system are listed. Default: ./mlposture-suppressions.yaml, where there is one.")  # fmt: skip
@click.option("--answers", metavar="FILE", callback=named,
              help="Answers recorded about its risk (mlposture systems triage), on disk "
              "or in a bucket. Default: ./triage-SYSTEM.yaml, where there is one.")  # fmt: skip
@click.option("--gate", multiple=True, metavar="FILE",
              help="A result of mlposture gate, in JSON, on disk or in a bucket: its answer is shown as recorded. "
              "Repeatable. Default: those that the manifest declares as documents.")  # fmt: skip
@click.option("--store", metavar="URL", callback=named, help="A history of scans (scan --store), which is only read: "
              "since when failures are there, when any was suppressed, and for SOC 2 on how many days of a period its "
              "checks saw the system.")  # fmt: skip
@click.option("--from", "from_day", metavar="DATE", help="With --store: the first day of that period. Default: that of "
              "the first scan.")  # fmt: skip
@click.option("--to", "to_day", metavar="DATE", help="With --store: its last day. Default: that of the last scan.")
@click.option("--audience", type=click.Choice(["auditor", "customer"]), default="auditor", show_default=True,
              help="For a customer, ids, names and people are replaced by commitments. What opens them is written "
              "beside the folder, to DIR-secrets.json; keep it.")  # fmt: skip
@click.option("--sign-key", metavar="FILE", callback=named,
              help="An Ed25519 private key in PEM: sign the manifest of the folder. "
              "That shows that nothing was changed since and who holds the key, not when it was made.")  # fmt: skip
def build(system: str, output: str, inventories: tuple[str, ...], **options: object) -> None:
    """Make the dossier of one AI system (the word `build` may be left out)."""
    from scanner.cli.evidence_writing import write_dossier
    from scanner.cli.logs import log_to_stderr

    log_to_stderr(verbose=False)
    click.echo(write_dossier(system, output, inventories, options))


@evidence.command("verify")
@click.argument("folder", metavar="DIR")
@click.option("--public-key", metavar="FILE", callback=named,
              help="An Ed25519 public key in PEM: was it signed by the holder of the "
              "private one?")  # fmt: skip
@click.option("--claim", "claims", multiple=True, metavar="ID", help="Follow this claim back to the saved inventory "
              "and the digest of the reply; judge it anew. The beginning of it will do. Repeatable.")  # fmt: skip
@click.option("--inventory", "inventories", multiple=True, metavar="FILE", help="Replay claims from these, the whole "
              "inventories that the cover names, not from the part in DIR. Repeatable.")  # fmt: skip
@click.option("--secrets", metavar="FILE", callback=named,
              help="Openings of a dossier for a customer: with --claim, show what a "
              "commitment (id-…) stands for.")  # fmt: skip
@click.pass_context
def verify(ctx: click.Context, /, folder: str, public_key: str | None, claims: tuple[str, ...],
           inventories: tuple[str, ...], secrets: str | None) -> None:  # fmt: skip
    """Verify a dossier: name each file that was changed, removed or added, and replay claims.

    Exits with 1 if anything is not as it was written, or a claim does not come out the same.
    """
    from scanner.cli.evidence_verifying import verify_dossier

    same, lines = verify_dossier(folder, public_key, claims, inventories, secrets)
    click.echo("\n".join(lines))
    ctx.exit(Exit.DONE if same else Exit.FINDINGS)


@evidence.command("sample")
@click.argument("source", metavar="DIR|SYSTEM")
@click.option("--control", required=True, metavar="ID", help="The control that is tested: CC8.1, or soc2:CC8.1.")
@click.option("--n", "size", required=True, type=click.IntRange(min=1), metavar="N", help="How many to draw.")
@click.option("--seed", required=True, metavar="TEXT", help="Any text. The same one draws the same sample again.")
@click.option("--inventory", "inventories", multiple=True, metavar="FILE", help="With SYSTEM: a saved inventory. "
              "Repeatable.")  # fmt: skip
@click.option("--systems", metavar="FILE", help="With SYSTEM: your manifest. Default: ./ai-systems.yaml.")
def sample(source: str, control: str, size: int, seed: str, inventories: tuple[str, ...], systems: str | None) -> None:
    """Draw a sample that anybody can draw again, from a dossier or of an AI system.

    Drawn are the items with the lowest SHA-256 of the seed, a line feed and the id. Each is shown with the approval
    that is recorded of it; nobody verified that.
    """
    from scanner.cli.evidence_sampling import sample_text

    click.echo(sample_text(source, control, size, seed, inventories, systems))
