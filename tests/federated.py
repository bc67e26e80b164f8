"""GitHub's issuer of tokens, and simulated clouds that take such a token and no key."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from worlds.aws import AwsError, AwsWorld
from worlds.azure import AzureWorld
from worlds.azure_entra import CLIENT_SECRET
from worlds.base import Request, Response, World
from worlds.gcp import GcpWorld
from worlds.gcp_replies import reply

_EXCHANGE = "AssumeRoleWithWebIdentity"


class Issuer(World):
    """Gives a job a token for an audience, which is its text."""

    def identify(self, request: Request) -> None:
        request.operation, request.resource = "token", request.query.get("audience", "")

    def respond(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer of-this-job":
            return Response(401)
        return Response(200, json.dumps({"value": f"token-for:{request.resource}"}).encode())

    def env(self) -> dict[str, str]:
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-this-job",
        }


class FederatedAws(AwsWorld):
    """Its security token service takes tokens of GitHub; nobody else has credentials."""

    def identify(self, request: Request) -> None:
        super().identify(request)
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        if form.get("Action") == _EXCHANGE:
            request.operation, request.params = f"sts:{_EXCHANGE}", form

    def answer(self, request: Request) -> Response:
        if request.operation != f"sts:{_EXCHANGE}":
            return super().answer(request)
        if request.params["WebIdentityToken"] != "token-for:sts.amazonaws.com":
            raise AwsError(400, "InvalidIdentityToken", "Incorrect token audience")
        assumed = self.answer_sts(request, "AssumeRole")
        return self.success("sts", _EXCHANGE, {**assumed, "Provider": "token.actions.githubusercontent.com"})

    def env(self) -> dict[str, str]:
        return {
            name: text
            for name, text in super().env().items()
            if "KEY" not in name and "SESSION" not in name and "REGION" not in name
        }


class FederatedAzure(AzureWorld):
    """Entra takes a token of GitHub in place of the application's secret."""

    checked = False

    def respond(self, request: Request) -> Response:
        form: dict[str, Any] = {
            name: texts[0] for name, texts in parse_qs(request.body.decode("utf-8", "replace")).items()
        }
        if form.pop("client_assertion", "") == "token-for:api://AzureADTokenExchange":
            request.body = urlencode({**form, "client_secret": CLIENT_SECRET}).encode()
        return super().respond(request)

    def env(self) -> dict[str, str]:
        return {
            name: text
            for name, text in super().env().items()
            if not name.endswith(("_SECRET", "_CLIENT_ID", "_TENANT_ID"))
        }


class FederatedGcp(GcpWorld):
    """Its security token service takes a token of GitHub for one of its own, and that for an account's.

    Sources: RFC 8693; https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token;
    https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
    """

    provider = "projects/4711/locations/global/workloadIdentityPools/github/providers/northwind"
    account = "posture@example-fraud-prod.iam.gserviceaccount.com"
    federated = "ya29.invented-of-the-pool"

    def identify(self, request: Request) -> None:
        if request.path == "/v1/token":
            request.operation = "sts.token"
        elif request.path == f"/v1/projects/-/serviceAccounts/{self.account}:generateAccessToken":
            request.operation = "iamcredentials.generateAccessToken"
        else:
            super().identify(request)

    def respond(self, request: Request) -> Response:
        if request.operation == "sts.token":
            return self._exchanged({name: texts[0] for name, texts in parse_qs(request.body.decode()).items()})
        if request.operation == "iamcredentials.generateAccessToken":
            return self._impersonated(request)
        return super().respond(request)

    def _exchanged(self, form: dict[str, str]) -> Response:
        wanted = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": f"//iam.googleapis.com/{self.provider}",
            "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "subject_token": f"token-for:https://iam.googleapis.com/{self.provider}",
        }
        if not form.get("scope") or wanted != {name: text for name, text in form.items() if name in wanted}:
            return reply({"error": "invalid_grant", "error_description": "The audience does not match."}, 400)
        assert self.token is not None
        self.token.issued.add(self.federated)
        kind = "urn:ietf:params:oauth:token-type:access_token"
        made = {"access_token": self.federated, "expires_in": 3599, "token_type": "Bearer", "issued_token_type": kind}
        return reply(made)

    def _impersonated(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.federated}":
            return reply({"error": {"code": 403, "message": "Permission denied.", "status": "PERMISSION_DENIED"}}, 403)
        assert self.token is not None
        self.token.issued.add("ya29.invented-of-the-account")
        until = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return reply({"accessToken": "ya29.invented-of-the-account", "expireTime": until})

    def env(self) -> dict[str, str]:
        return {name: text for name, text in super().env().items() if name != "GOOGLE_APPLICATION_CREDENTIALS"}
