"""GitHub's issuer of tokens, and simulated clouds that take such a token and no key."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from worlds.aws import AwsError, AwsWorld
from worlds.azure import AzureWorld
from worlds.azure_entra import CLIENT_SECRET
from worlds.base import Request, Response, World

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
