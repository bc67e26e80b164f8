"""Checks of the alert policies of Cloud Monitoring that watch Vertex AI endpoints.

That an endpoint has none is no failure: other tools watch too.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET, Struct

from checks.gcp.monitoring.resources import AlertPolicy, NotificationChannel
from checks.gcp.vertex_ai.notified import NOBODY, OPEN, TOLD, Notified, notified, shown
from checks.gcp.vertex_ai.resources import Endpoint
from scanner.model.checks import check
from scanner.model.nouns import (
    Severity,
    Verdict,
    failed,
    not_applicable,
    passed,
    unknown,
    unobserved,
    unobserved_joined,
)
from scanner.model.views import All, View

_FIELDS = ("enabled", "invalid", "notification_channels")


class Policies(Struct, frozen=True):
    """Ids of alert policies by the id of an endpoint that they watch, or may; `unclear` are projects with others."""

    on: dict[str, list[str]]
    maybe: dict[str, list[str]]
    unclear: set[str]
    found: All[AlertPolicy]

    def complete_in(self, project: str) -> bool:
        """Whether all policies of a project were seen, and what each of them watches."""
        return project not in self.unclear and self.found.complete_in(project)


def policies(view: View) -> Policies:
    """An index of what watches what, to be derived once."""
    found = view.all(AlertPolicy)
    unclear = {one.scope.account for one in found if UNSET in (one.endpoint_ids, one.may_watch)}
    index = Policies({}, {}, unclear, found)
    for one in found:
        for ids, by_endpoint in ((one.endpoint_ids, index.on), (one.may_watch, index.maybe)):
            for id in ids or ():
                by_endpoint.setdefault(id, []).append(one.id)
    return index


@check(
    id="MLP-5515",
    severity=Severity.MEDIUM,
    objective="detection-and-alerting",
    since="0.1.0",
    needs=(AlertPolicy, NotificationChannel),
    blind_to=(
        "alert policies of other projects",
        "snoozes",
        "whether anybody reads what channels bring",
        "whether thresholds are sensible",
    ),
)
def vertex_endpoint_alert_reaches_nobody(endpoint: Endpoint, view: View) -> Verdict:
    """An alert policy on the endpoint reaches nobody.

    It names no channel, all of its channels are off, unverified or gone, Google calls it invalid, or all policies on
    the endpoint are off. One that is off beside others that are on was left behind, and is not counted. A policy
    watches the endpoint if its conditions name it, or take in all endpoints; where they leave that open, so is whether
    it should reach somebody. Whom the readers of a Pub/Sub topic tell, and what a channel of another project does, is
    unknown. An endpoint without a policy is not judged.

    ## Why it matters
    Somebody set the policy up and relies on its silence. An incident opens, when the endpoint fails or slows down, and
    nobody hears of it: it waits on a page of the console until somebody happens to look.

    ## How to fix
    Name a channel that works in the policy, and turn the policy on. Delete policies that nobody needs.

    CLI: `gcloud monitoring policies describe POLICY` shows both, and
    `gcloud monitoring policies update POLICY --add-notification-channels=… --enabled` sets them. Terraform:
    `notification_channels` and `enabled` of `google_monitoring_alert_policy`.

    ## References
    - https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies
    - https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.notificationChannels
    - https://cloud.google.com/monitoring/api/v3/filters
    """
    if missing := unobserved(endpoint, "deployed_models"):
        return missing
    if not endpoint.deployed_models:
        return not_applicable("nothing is deployed on it", deployed_models=[])
    index = view.derive(policies)
    complete = index.complete_in(endpoint.scope.account)
    on, maybe = (_seen(ids.get(endpoint.id, []), view) for ids in (index.on, index.maybe))
    if on is None or maybe is None or not (complete or on or maybe):
        return unknown("AlertPolicy", path=(endpoint.id,))
    for one in (*on, *maybe):
        if missing := unobserved_joined(one, *_FIELDS, path=(endpoint.id, one.id)):
            return missing
    if not on and not maybe:
        return not_applicable("no alert policy watches it")
    if complete and on and not _live((*on, *maybe)):
        return failed("all alert policies on it are off", path=(endpoint.id, on[0].id), **_shown(on))
    if not on:
        return unknown("whether an alert policy watches it", path=(endpoint.id, maybe[0].id))
    return _of_those_on(endpoint, _live(on), _live(maybe), view, complete=complete)


def _of_those_on(
    endpoint: Endpoint, on: list[AlertPolicy], maybe: list[AlertPolicy], view: View, *, complete: bool
) -> Verdict:
    reaches = {one.id: _reach(one, view) for one in (*on, *maybe)}
    for one in on:
        found = reaches[one.id]
        if found.word == NOBODY:
            path = (endpoint.id, one.id, *found.path)
            return failed("an alert policy reaches nobody", path=path, **_shown(on), **shown(found.seen))
    for one in on:
        if reaches[one.id].word == OPEN:
            return unknown(reaches[one.id].open, path=(endpoint.id, one.id, *reaches[one.id].path))
    for one in maybe:
        if not on or reaches[one.id].word != TOLD:
            return unknown("whether an alert policy watches it", path=(endpoint.id, one.id))
    if not complete or not on:
        return unknown("AlertPolicy", path=(endpoint.id,))
    told = reaches[on[0].id]
    seen = {channel.id: channel for one in on for channel in reaches[one.id].seen}
    path = (endpoint.id, on[0].id, *told.path)
    return passed("its alert policies reach somebody", path=path, **_shown(on), **shown(seen.values()))


def _reach(policy: AlertPolicy, view: View) -> Notified:
    if policy.invalid:
        return Notified(NOBODY, "", (), ())
    if policy.enabled is None:
        return Notified(OPEN, "AlertPolicy.enabled", (), ())
    return notified(policy.notification_channels or (), policy.scope.account, view)


def _live(policies: Iterable[AlertPolicy]) -> list[AlertPolicy]:
    return [one for one in policies if one.enabled is not False]


def _seen(ids: list[str], view: View) -> list[AlertPolicy] | None:
    """The policies with these ids; None where one was not seen."""
    found = [one for id in ids if isinstance(one := view.get(AlertPolicy, id), AlertPolicy)]
    return found if len(found) == len(ids) else None


def _shown(found: list[AlertPolicy]) -> dict[str, Any]:
    return {f"AlertPolicy.{name}": {one.id: getattr(one, name) for one in found} for name in _FIELDS}
