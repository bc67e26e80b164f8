"""An MLflow server as a workspace of Databricks: it wants a bearer token, which a service principal gets from it.

Simulated by the pages on OAuth client credentials: https://docs.databricks.com/aws/en/dev-tools/auth/oauth-m2m
"""

from __future__ import annotations

import base64
import json
from typing import Any

from worlds.base import Request, Response
from worlds.mlflow import MlflowWorld

WORKSPACE = "https://dbc-invented.cloud.databricks.example"
CLIENT, SECRET = "11111111-2222-3333-4444-555555555555", "an-invented-client-secret"


class DatabricksWorld(MlflowWorld):
    """One of them on loopback, with how long its tokens last."""

    lasts = 3600
    #: tokens that were given out
    given = 0

    def env(self) -> dict[str, str]:
        return {
            "MLFLOW_TRACKING_URI": WORKSPACE,
            "MLPOSTURE_MLFLOW_ENDPOINT": self.url,
            "DATABRICKS_HOST": WORKSPACE,
            "DATABRICKS_CLIENT_ID": CLIENT,
            "DATABRICKS_CLIENT_SECRET": SECRET,
        }

    def identify(self, request: Request) -> None:
        super().identify(request)
        if request.path == "/oidc/v1/token":
            request.operation = "token"

    def _respond(self, request: Request) -> Response:
        if request.operation == "token":
            return self._token(request)
        return super()._respond(request)

    def _token(self, request: Request) -> Response:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        wanted = request.method == "POST" and request.body == b"grant_type=client_credentials&scope=all-apis"
        if request.headers.get("authorization") != f"Basic {basic}" or not wanted:
            return _json(401, {"error": "invalid_client"})
        self.given += 1
        return _json(200, {"access_token": self._valid(), "token_type": "Bearer", "expires_in": self.lasts})

    def _valid(self) -> str:
        return f"an-invented-token-{self.given}"

    def _knows(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self._valid()}"


def _json(status: int, body: Any) -> Response:
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json"})
