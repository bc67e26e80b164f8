"""Checks of experiments: where what their runs make is kept."""

from typing import Any

from checks.mlflow.server.resources import Server
from checks.mlflow.tracking.resources import Experiment
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

#: The server itself hands them out.
_THROUGH = "mlflow-artifacts:"
#: Stores that clients ask with credentials of their own, and those that a platform guards as it guards the rest.
_AROUND = ("s3:", "s3a:", "s3n:", "gs:", "wasb:", "wasbs:", "abfs:", "abfss:", "hdfs:", "ftp:", "sftp:")
_PLATFORM = ("dbfs:", "azureml:", "uc:")


@check(
    id="MLP-5104",
    severity=Severity.LOW,
    objective="least-privilege",
    since="0.1.0",
    needs=(Server,),
    blind_to=("who has credentials for the store of artifacts",),
)
def mlflow_artifacts_reached_around_server(experiment: Experiment, view: View) -> Verdict:
    """Artifacts of the experiment are reached around the server that guards the rest of it.

    The server wants credentials, and the place of the artifacts is one that clients ask themselves.

    ## Why it matters
    Whoever may log to the experiment needs credentials for the bucket, and with these reads and overwrites the models
    of every experiment in it: what the server lets a user see or change does not hold there.

    ## How to fix
    Start the server with `--artifacts-destination` and `--serve-artifacts`, so that it alone reads and writes the
    bucket, and make experiments anew: the place of one that exists stays as it is.

    ## References
    - https://mlflow.org/docs/latest/self-hosting/architecture/tracking-server/
    - https://mlflow.org/docs/latest/self-hosting/architecture/artifact-store/
    """
    if missing := unobserved(experiment, "lifecycle_stage", "artifact_location"):
        return missing
    place = experiment.artifact_location or ""
    stage = experiment.lifecycle_stage
    seen: dict[str, Any] = {"artifact_location": experiment.artifact_location, "lifecycle_stage": stage}
    if stage == "deleted":
        return not_applicable("it is deleted", **seen)
    if place.startswith(_PLATFORM):
        return not_applicable("a platform guards where its artifacts are", **seen)
    if place.startswith(_THROUGH):
        return passed("the server hands its artifacts out", **seen)
    if not place.startswith(_AROUND):
        return not_applicable("its artifacts are on a disk", **seen)
    server = view.get(Server, experiment.scope.account)
    if not isinstance(server, Server):
        return unknown("Server", path=(experiment.scope.account,))
    if missing := unobserved(server, "anonymous_status"):
        return unknown("Server.anonymous_status", path=(server.id,))
    if server.anonymous_status == 200:
        return not_applicable("the server itself wants no credentials", **seen, **joined(server, "anonymous_status"))
    found = {**seen, **joined(server, "anonymous_status")}
    return failed("clients ask the store of its artifacts themselves", path=(experiment.id, server.id), **found)
