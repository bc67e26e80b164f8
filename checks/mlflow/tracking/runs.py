"""Checks of the runs behind registered versions."""

from msgspec import UNSET

from checks.blind_spots import UNSHAPED
from checks.mlflow.tracking.resources import Run
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, passed, unknown


@check(
    id="MLP-5105",
    severity=Severity.HIGH,
    objective="secrets-protection",
    since="0.1.0",
    blind_to=(UNSHAPED, "runs that no registered version comes from"),
)
def mlflow_run_records_secret(run: Run) -> Verdict:
    """Run behind a registered model version records what looks like a credential.

    Only the names of parameters and tags are kept and shown, never their values.

    ## Why it matters
    Parameters and tags stay with the run as long as it is there, and whoever may read the experiment reads them: that
    is everybody who reaches a server without authentication. Automatic logging writes down the arguments of a script
    without asking what they are.

    ## How to fix
    Rotate the credential, and let the code fetch it from a store of secrets. Then delete the tag, or the run: a
    parameter cannot be changed. `mlflow gc` removes deleted runs for good.

    ## References
    - https://mlflow.org/docs/latest/ml/tracking/
    - https://mlflow.org/docs/latest/api_reference/cli.html
    """
    names = run.secrets
    if names is UNSET or names is None:
        return unknown("secrets")
    if names:
        return failed(f"look like credentials: {', '.join(names)}", secrets=names)
    return passed("no parameter and no tag looks like a credential", secrets=names)
