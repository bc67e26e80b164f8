"""Somebody who listens for messages: judges them by our schema, and their signature by Standard Webhooks 1.0.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jsonschema
from support import ROOT
from worlds.base import Request, Response, World

KEY = "whsec_" + base64.b64encode(b"of the northwind example, 32 byte").decode()
_SCHEMA = json.loads((ROOT / "docs" / "reference" / "notification-v1.schema.json").read_bytes())
#: seconds that the clock of who sends may be off
_TOLERANCE = 300


class Receiver(World):
    """Takes each message once, by its id: `taken` are their bodies. Somewhere below /hooks alone."""

    def prepare(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.seen: set[str] = set()
        self.signed = True

    @property
    def address(self) -> str:
        return f"{self.url}/hooks/of-nobody-else"

    def env(self) -> dict[str, str]:
        return {"MLPOSTURE_NOTIFY_URL": self.address, "MLPOSTURE_NOTIFY_KEY": KEY}

    def identify(self, request: Request) -> None:
        request.operation = "message"

    def refuse(self, request: Request, kind: str) -> Response:
        return Response(500 if kind == "error" else 429, b"SECRET-OF-THE-RECEIVER")

    def respond(self, request: Request) -> Response:
        if (request.method, request.path) != ("POST", "/hooks/of-nobody-else"):
            return Response(404)
        if request.headers["content-type"] != "application/json" or not self._knows(request):
            return Response(401, b"SECRET-OF-THE-RECEIVER")
        message = json.loads(request.body)
        jsonschema.validate(message, _SCHEMA)
        assert message["id"] == request.headers["webhook-id"]
        if message["id"] not in self.seen:
            self.seen.add(message["id"])
            self.taken.append(message)
        return Response(204)

    def _knows(self, request: Request) -> bool:
        """Whether the sender has the key."""
        if not self.signed:
            return "webhook-signature" not in request.headers
        id, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        secret = base64.b64decode(KEY.removeprefix("whsec_"))
        made = hmac.new(secret, f"{id}.{at}.".encode() + request.body, hashlib.sha256).digest()
        given = [one.partition(",") for one in request.headers.get("webhook-signature", "").split(" ")]
        right = [text for version, _, text in given if version == "v1"] == [base64.b64encode(made).decode()]
        return right and abs(time.time() - int(at)) < _TOLERANCE
