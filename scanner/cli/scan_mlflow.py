"""`mlposture scan mlflow`: MLflow servers, over their REST API."""

from typing import Any

import click

from scanner.cli.grouped import Grouped
from scanner.cli.options import common, scanning
from scanner.cli.scan_run import start


@click.command("mlflow", cls=Grouped)
@click.option("--url", "urls", multiple=True, metavar="U", help="Address of a tracking server, or the ARN of one "
              "that SageMaker manages. Repeatable. Default: MLFLOW_TRACKING_URI.")  # fmt: skip
@common
@scanning
@click.pass_context
def scan_mlflow(ctx: click.Context, /, urls: tuple[str, ...], **options: Any) -> None:
    """Scan MLflow servers: registered models, the runs behind them, and how the server itself is guarded.

    Credentials come from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, and go to
    these addresses alone, over https unless it is this machine. MLPOSTURE_MLFLOW_ENDPOINT is the near end of a tunnel
    to a server, http://127.0.0.1:5000 for example, which keeps its name. Requests to a server that SageMaker manages
    are signed with the credentials that the AWS CLI would use, which go to no other. A workspace of Databricks may be
    asked as a service principal: DATABRICKS_HOST, DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET.
    """
    ctx.exit(start({"mlflow": {"urls": urls}}, options))
