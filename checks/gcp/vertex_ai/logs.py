"""Checks of how long what Vertex AI endpoints log is kept."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from checks.gcp.iam.resources import ProjectPolicy
from checks.gcp.logging.resources import LogBucket, LogSink
from checks.gcp.logging.taking import ALL, NONE
from checks.gcp.names import CLOUD_LOGGING, project_id
from checks.gcp.vertex_ai.pools import has_machines, label, of_pool
from checks.gcp.vertex_ai.resources import DeployedModel, DeploymentResourcePool, Endpoint
from checks.retention import SIX_MONTHS
from scanner.model.checks import check
from scanner.model.nouns import (
    Severity,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved,
)
from scanner.model.views import All, View, remembered

_FIELDS = ("destination", "disabled", "takes")


class Sinks(Struct, frozen=True):
    """Ids of sinks by project, and all of them."""

    ids: dict[str, list[str]]
    found: All[LogSink]


class Kept(Struct, frozen=True):
    """The sink and the log bucket that keep all that endpoints of a project log the longest, by id.

    `open` is what of it is not known, with the ids that lead there, and `elsewhere` whether logs may go elsewhere.
    """

    best: tuple[str, str] | None = None
    elsewhere: bool = False
    open: str = ""
    path: tuple[str, ...] = ()


def sinks(view: View) -> Sinks:
    """An index of what takes the logs of what, to be derived once."""
    found = view.all(LogSink)
    ids: dict[str, list[str]] = {}
    for one in found:
        ids.setdefault(one.scope.account, []).append(one.id)
    return Sinks(ids, found)


def kept_of(account: str, view: View) -> Kept:
    """What the sinks of a project keep of what endpoints log."""
    index = view.derive(sinks)
    ids = index.ids.get(account, [])
    found = [one for id in ids if isinstance(one := view.get(LogSink, id), LogSink)]
    if len(found) < len(ids) or not index.found.complete_in(account):
        return Kept(open="LogSink")
    best: tuple[int, str, str] | None = None
    elsewhere = False
    for one in found:
        if missing := [name for name in _FIELDS if getattr(one, name) is UNSET]:
            return Kept(open=f"LogSink.{missing[0]}", path=(one.id,))
        if one.disabled or one.takes == NONE:
            continue
        elsewhere = elsewhere or one.takes != ALL or not _is_here(one)
        bucket = view.get(LogBucket, f"//{one.destination}") if _is_here(one) and one.takes == ALL else None
        if bucket is UNSET:
            return Kept(open="LogBucket", path=(one.id,))
        if isinstance(bucket, LogBucket):
            if not isinstance(bucket.retention_days, int):
                return Kept(open="LogBucket.retention_days", path=(one.id, bucket.id))
            best = max(best or (0, "", ""), (bucket.retention_days, one.id, bucket.id))
    return Kept(best[1:] if best else None, elsewhere)


@check(
    id="MLP-5516",
    severity=Severity.LOW,
    objective="log-retention-integrity",
    since="0.1.0",
    needs=(LogSink, LogBucket, ProjectPolicy, DeploymentResourcePool),
    blind_to=("who may delete the log bucket", "sinks above the project that intercept logs"),
)
def vertex_endpoint_logs_expire_early(endpoint: Endpoint, view: View) -> Verdict:
    """Logs of the endpoint are deleted within six months.

    Six months are up to 184 days. The log bucket counts that keeps all that the endpoint logs the longest. Where a sink
    takes some of it, by a filter or around an exclusion, or takes it elsewhere, and where the project is in a folder or
    an organisation, whose sinks are not read, logs may be kept longer, which is unknown. Models whose logs are off, or
    that have no machines, as those of Google that were tuned, log nothing.

    ## Why it matters
    What the containers print, and who asked what of which model, is the log that the system makes of itself. A wrong
    decision often comes to light months later. Who provides or uses a system that weighs heavily has to keep the logs
    that it generates for six months at least, and the law of a sector may ask for more: whether it does is for you to
    answer. The bucket `_Default` deletes after 30 days unless it is told otherwise.

    ## How to fix
    Let the bucket keep logs for 365 days, or route those of Vertex AI into one that does.

    CLI: `gcloud logging buckets update _Default --location=global --retention-days=365`. Terraform: `retention_days` of
    `google_logging_project_bucket_config`.

    ## References
    - https://cloud.google.com/logging/docs/buckets
    - https://cloud.google.com/logging/docs/routing/overview
    - https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging
    """
    if missing := unobserved(endpoint, "deployed_models"):
        return missing
    if not endpoint.deployed_models:
        return not_applicable("nothing is deployed on it", deployed_models=[])
    if silent := _silent(endpoint, view):
        return silent
    kept = remembered(view, kept_of, endpoint.scope.account)
    if kept.open:
        return unknown(kept.open, path=(endpoint.id, *kept.path))
    sink, bucket = (view.get(LogSink, kept.best[0]), view.get(LogBucket, kept.best[1])) if kept.best else (None, None)
    days = bucket.retention_days if isinstance(bucket, LogBucket) else None
    if isinstance(days, int) and days >= SIX_MONTHS:
        return passed(f"its logs are kept for {days} days", **_shown(endpoint, sink, bucket))
    if kept.elsewhere:
        return unknown("how long logs are kept elsewhere", path=(endpoint.id,))
    policy = view.get(ProjectPolicy, project_id(endpoint.scope.account))
    above = policy.above if isinstance(policy, ProjectPolicy) else UNSET
    if above is UNSET or above is None:
        return unknown("ProjectPolicy.above", path=(endpoint.id,))
    if above:
        return unknown("what sinks of folders and the organisation keep", path=(endpoint.id,))
    if not isinstance(days, int):
        return not_applicable("no sink of the project keeps its logs")
    return failed(f"its logs are kept for {days} days, fewer than {SIX_MONTHS}", **_shown(endpoint, sink, bucket))


def _silent(endpoint: Endpoint, view: View) -> Verdict | None:
    """What to say of an endpoint whose models log nothing, or may not."""
    models = endpoint.deployed_models or ()
    logs = {_logs(deployed, view) for deployed in models}
    if True in logs:
        return None
    if None in logs:
        return unknown("DeploymentResourcePool.disable_container_logging", path=(endpoint.id,))
    return not_applicable("its models log nothing", deployed_models=[label(one) for one in models])


def _logs(deployed: DeployedModel, view: View) -> bool | None:
    """Whether something is logged of a model: not of those of Google's that have no machines of ours.

    None where its pool says that, and was not observed.
    """
    if deployed.enable_access_logging:
        return True
    if not has_machines(deployed) or deployed.disable_container_logging:
        return False
    shared = of_pool(deployed, view, lambda pool: pool.disable_container_logging)
    return None if isinstance(shared, UnsetType) else shared is not True


def _is_here(sink: LogSink) -> bool:
    """Whether it goes to a log bucket of its own project."""
    here = f"{CLOUD_LOGGING}/projects/{sink.scope.account}/locations/"
    return isinstance(sink.destination, str) and sink.destination.startswith(here)


def _shown(endpoint: Endpoint, sink: Any, bucket: Any) -> dict[str, Any]:
    shown = {**joined(sink, "takes", "destination"), **joined(bucket, "retention_days")}
    return {"path": (endpoint.id, sink.id, bucket.id), **shown}
