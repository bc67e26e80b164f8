"""moto's Security Hub with what it lacks of the real one, served over HTTP.

Filters, decisions on findings, and the refusals that an upload has to live with: findings of another account, of
another region, too large, too many, with an earlier `UpdatedAt`, and of a hub that is not enabled.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from moto.core.exceptions import JsonRESTError
from moto.securityhub import urls
from moto.securityhub.models import Finding, SecurityHubBackend, securityhub_backends
from moto.securityhub.responses import SecurityHubResponse
from moto.server import ThreadedMotoServer

#: What customers decide, which an import changes only of a finding that is new.
_DECIDED = ("Workflow", "Note")
_COMPARE = {"EQUALS": str.__eq__, "PREFIX": str.startswith}


class SecurityHub:
    """A running service. `batches` are the findings of every import; `refuse` those ids that are not taken."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.batches: list[list[dict[str, Any]]] = []
        self.refuse: set[str] = set()
        #: how many requests are throttled before one is answered
        self.throttle = 0

    def enable(self, account: str, region: str) -> None:
        securityhub_backends[account][region].enable_security_hub()

    def findings(self, account: str, region: str) -> dict[str, dict[str, Any]]:
        return {finding.id: finding.data for finding in securityhub_backends[account][region].findings}

    def env(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@contextmanager
def security_hub() -> Iterator[SecurityHub]:
    """The service on loopback, empty."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    paths = {**urls.url_paths, "{0}/findings/batchupdate$": SecurityHubResponse.dispatch}
    with mock.patch.object(urls, "url_paths", paths):
        server.start()
        host, port = server.get_host_and_port()
        hub = SecurityHub(f"http://{host}:{port}")
        replaced = {"get_findings": _get, "batch_import_findings": _import, "batch_update_findings": _update}
        methods = {name: _method(hub, method) for name, method in replaced.items()}
        with mock.patch.multiple(SecurityHubResponse, create=True, **methods):
            try:
                yield hub
            finally:
                securityhub_backends.reset()
                server.stop()


def _method(hub: SecurityHub, answer: Any) -> Any:
    def method(self: SecurityHubResponse) -> str:
        if hub.throttle:
            hub.throttle -= 1
            raise _error("TooManyRequestsException", "slow down", 429)
        backend = self.securityhub_backend
        if not backend.enabled:
            raise _error("InvalidAccessException", f"Account {backend.account_id} is not subscribed", 401)
        return json.dumps(answer(hub, backend, json.loads(self.body)))

    return method


def _error(code: str, message: str, status: int = 400) -> JsonRESTError:
    error = JsonRESTError(code, message)
    error.code = status
    return error


def _get(hub: SecurityHub, backend: SecurityHubBackend, body: dict[str, Any]) -> dict[str, Any]:
    found = [one.data for one in backend.findings if _matches(one.data, body["Filters"])]
    start, most = int(body.get("NextToken") or 0), body["MaxResults"]
    more = {"NextToken": str(start + most)} if start + most < len(found) else {}
    return {"Findings": found[start : start + most], **more}


def _matches(finding: dict[str, Any], filters: dict[str, Any]) -> bool:
    return all(
        any(_COMPARE[one["Comparison"]](finding[name], one["Value"]) for one in wanted)
        for name, wanted in filters.items()
    )


def _import(hub: SecurityHub, backend: SecurityHubBackend, body: dict[str, Any]) -> dict[str, Any]:
    findings = body["Findings"]
    if not 1 <= len(findings) <= 100 or len(json.dumps(body)) > 6_000_000:
        raise _error("InvalidInputException", "there are more findings in the request than it may have")
    hub.batches.append(findings)
    failed = [(one["Id"], why) for one in findings if (why := _refusal(hub, backend, one))]
    refused = {id for id, _ in failed}
    for finding in findings:
        if finding["Id"] not in refused:
            _keep(backend, finding)
    return {
        "FailedCount": len(failed),
        "SuccessCount": len(findings) - len(failed),
        "FailedFindings": [{"Id": id, "ErrorCode": "InvalidInput", "ErrorMessage": why} for id, why in failed],
    }


def _refusal(hub: SecurityHub, backend: SecurityHubBackend, finding: dict[str, Any]) -> str:
    _, _, _, region, account, product = finding["ProductArn"].split(":")
    own = (backend.region_name, backend.account_id)
    known = next((one.data for one in backend.findings if one.id == finding["Id"]), None)
    if (region, account) != own or finding["AwsAccountId"] != account or product != f"product/{account}/default":
        return "the product is not one of this account in this region"
    if len(json.dumps(finding)) > 240 * 1024:
        return "the finding is too large"
    if known is not None and finding["UpdatedAt"] < known["UpdatedAt"]:
        return "UpdatedAt is earlier than that of the finding that is there"
    return "it is not wanted" if finding["Id"] in hub.refuse else ""


def _keep(backend: SecurityHubBackend, finding: dict[str, Any]) -> None:
    known = next((one for one in backend.findings if one.id == finding["Id"]), None)
    if known is None:
        backend.findings.append(Finding(finding["Id"], finding))
        return
    decided = {name: known.data[name] for name in _DECIDED if name in known.data}
    known.data = {**{name: value for name, value in finding.items() if name not in _DECIDED}, **decided}


def _update(hub: SecurityHub, backend: SecurityHubBackend, body: dict[str, Any]) -> dict[str, Any]:
    wanted = body["FindingIdentifiers"]
    if len(wanted) > 100:
        raise _error("InvalidInputException", "there are more findings in the request than it may have")
    by_id = {one.id: one.data for one in backend.findings}
    missing = [one for one in wanted if one["Id"] not in by_id or one["Id"] in hub.refuse]
    for one in wanted:
        if one not in missing:
            by_id[one["Id"]] |= {"Workflow": body["Workflow"], "Note": body["Note"]}
    return {
        "ProcessedFindings": [one for one in wanted if one not in missing],
        "UnprocessedFindings": [
            {"FindingIdentifier": one, "ErrorCode": "FindingNotFound", "ErrorMessage": "it is not there"}
            for one in missing
        ],
    }
