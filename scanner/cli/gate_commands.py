"""`mlposture gate`: an evaluation held against declared thresholds. What it needs is imported when it runs."""

from typing import Any

import click

from scanner.cli.options import each_named, named


@click.command("gate")
@click.argument("system", metavar="SYSTEM")
@click.option("--evaluation", "evaluations", multiple=True, metavar="FILE", help="An evaluation by group: JSON or CSV, "
              "fairlearn's by_group, analysis.json of SageMaker Clarify, slices of Vertex AI, a fairness dashboard of "
              "Azure ML; on disk or in a bucket. Repeatable: the latest that counts is used.")  # fmt: skip
@click.option("--inventory", "inventories", multiple=True, metavar="FILE", help="A saved inventory of MLflow (scan "
              "mlflow --save-inventory): what registered versions of the system record. Repeatable.")  # fmt: skip
@click.option("--before-alias", metavar="ALIAS", callback=named, help="With --inventory: the model to be deployed is "
              "the newest version of the registered model, or --model-version, and would get this alias.")  # fmt: skip
@click.option("--model-version", type=click.IntRange(min=1), metavar="N", help="With --inventory: the version of "
              "the registered model that is to be deployed.")  # fmt: skip
@click.option("--systems", metavar="FILE", help="Your manifest of AI systems, with the thresholds. Default: "
              "./ai-systems.yaml.")  # fmt: skip
@click.option("--model-digest", metavar="DIGEST", callback=named, help="The digest of the artifact to be deployed.")
@click.option("--model-id", metavar="ID", callback=named, help="What its registry calls the model to be deployed.")
@click.option("--max-age", type=click.IntRange(min=1), metavar="DAYS", help="How old an evaluation may be. The "
              "manifest may say so, too (max_evaluation_age_days): the fewer days count.")  # fmt: skip
@click.option("--facet", "facets", multiple=True, metavar="NAME", help="A column that makes groups, beside the "
              "facets that the manifest names. Repeatable.")  # fmt: skip
@click.option("--group-sizes", metavar="FILE", callback=named, help="A CSV file with the facets and the count of each "
              "group, for evaluations that do not say it.")  # fmt: skip
@click.option("--evaluated-model", metavar="DIGEST", callback=named, help="Of which model an evaluation is that does "
              "not say so itself.")  # fmt: skip
@click.option("--evaluation-data", metavar="DIGEST", callback=named, help="On which data an evaluation is that does "
              "not say so itself. One that names other data does not count.")  # fmt: skip
@click.option("--training-data", multiple=True, metavar="DIGEST", callback=each_named, help="What the "
              "model was trained on: an evaluation on that does not count. Repeatable.")  # fmt: skip
@click.option("--evaluated-at", metavar="TIME", callback=named, help="When (2027-03-01T12:00:00Z) an evaluation was "
              "made that does not say so itself.")  # fmt: skip
@click.option("-o", "--output", multiple=True, metavar="PATH", help="Write the result, on disk or in a bucket: "
              "evidence (.json), a step summary (.md), JUnit (.xml), or a prefix (md:PATH). '-' is JSON on stdout. "
              "Repeatable.")  # fmt: skip
@click.option("--sign-key", metavar="FILE", callback=named, help="An Ed25519 private key in PEM: sign the JSON, into a "
              "file beside it that ends in .sig.")  # fmt: skip
@click.option("--signed-by", metavar="NAME", callback=named, help="The person who signs, with --sign-key.")
@click.pass_context
def gate(ctx: click.Context, /, system: str, **options: Any) -> None:
    """Hold an evaluation by group against the thresholds that the manifest declares for an AI system.

    Exits with 1 if the evaluation speaks against a threshold, with 0 if all are met, and with 4 if it is too small to
    say, or if there is none of this model, on data that it was not trained on, that is not too old. No threshold has a
    default: the manifest says who set it and why. Groups of fewer items than it lets mean anything are not shown.

    \b
    In a pipeline, before a model is deployed:
      mlposture gate retina --evaluation evaluation.json --model-digest "$(sha256sum model.onnx | cut -d' ' -f1)"
    From fairlearn, whose table does not say of which model and data it is:
      mlposture gate retina --evaluation by_group.csv --model-digest "$MODEL" --evaluated-model "$MODEL" \\
        --evaluation-data "$TEST_DATA" --training-data "$TRAINING_DATA" --evaluated-at "$(date -Iseconds)"
    Before a registry's alias leads to the newest version:
      mlposture scan mlflow --url https://mlflow.northwind.example --save-inventory mlflow.json --fail-on never
      mlposture gate retina --inventory mlflow.json --before-alias champion
    As evidence, a step summary and JUnit, signed by a person:
      mlposture gate retina --evaluation evaluation.json --model-digest "$MODEL" -o gate.json -o md:summary.md \\
        -o gate.xml --sign-key key.pem --signed-by "A. Example"
    """
    from scanner.cli.gate_running import run_gate
    from scanner.cli.logs import log_to_stderr

    log_to_stderr(verbose=False)
    ctx.exit(run_gate(system, options))
