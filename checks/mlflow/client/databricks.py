"""Workspaces of Databricks: a token for a service principal, by OAuth client credentials, as its own SDK has it.

Source: https://docs.databricks.com/aws/en/dev-tools/auth/oauth-m2m
"""

import threading
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from time import monotonic

from checks.mlflow.client.addresses import refuse_in_the_clear, server
from scanner.calls.plain_http import parsed
from scanner.model import own
from scanner.model.errors import CallFailed, InputError
from scanner.model.nouns import Reason

HOST, CLIENT, SECRET = "DATABRICKS_HOST", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET"
PATH = "/oidc/v1/token"
BODY = b"grant_type=client_credentials&scope=all-apis"
#: Seconds before its end in which a token is not used any more, how long one lasts that does not say so, and at most.
_EARLY, _LASTS, _LONGEST = 60.0, 300.0, 86400.0

#: Sends the body with these headers to a path of the server, and gives the status and what came back.
Send = Callable[[str, Mapping[str, str], bytes], tuple[int, bytes]]


class ServicePrincipal:
    """One on a workspace. Its token is asked for when it is needed first, and again shortly before its end."""

    def __init__(self, workspace: str, client: str, secret: str) -> None:
        self.workspace = workspace
        self.owner = f"service principal {client}"
        self._basic = b64encode(f"{client}:{secret}".encode()).decode()
        for each in (secret, self._basic):
            own.note(each)
        self._lock = threading.Lock()
        self._header, self._until = "", 0.0

    def header(self, send: Send) -> str:
        """The header that requests to the workspace take. Raises CallFailed where no token can be had."""
        with self._lock:
            if not self._header or monotonic() >= self._until:
                self._header, lasts = self._asked(send)
                self._until = monotonic() + lasts - _EARLY
            return self._header

    def _asked(self, send: Send) -> tuple[str, float]:
        headers = {"Authorization": f"Basic {self._basic}", "Content-Type": "application/x-www-form-urlencoded"}
        status, body = send(PATH, headers, BODY)
        reply = parsed(body)
        token = reply.get("access_token") if isinstance(reply, Mapping) else None
        if status != 200 or not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise _without_token(status)
        own.note(token)
        lasts = reply.get("expires_in")
        return f"Bearer {token}", min(lasts, _LONGEST) if isinstance(lasts, int | float) else _LASTS


def _without_token(status: int) -> CallFailed:
    """What it means that no token came. No permission would help, and where the workspace is at fault, asking again."""
    passing = status == 429 or status >= 500
    reason = Reason.THROTTLED if status == 429 else Reason.ERROR if passing else Reason.DENIED
    said = f"no token for the service principal could be had: HTTP {status}"
    return CallFailed(reason, said, permission="", retry=passing)


def service_principal(
    environment: Mapping[str, str], servers: Collection[str], *, tunnelled: bool
) -> ServicePrincipal | None:
    """The one whose workspace is scanned. Raises InputError where half of it is set, or it would go in the clear."""
    host = environment.get(HOST, "")
    if not host:
        return None
    workspace = server(host if "://" in host else f"https://{host}", HOST)
    client, secret = environment.get(CLIENT, ""), environment.get(SECRET, "")
    if workspace not in servers or not (client or secret):
        return None
    if not (client and secret):
        raise InputError(f"{CLIENT} and {SECRET}: one is set without the other; set both, or none")
    if not tunnelled:
        refuse_in_the_clear(workspace, HOST)
    return ServicePrincipal(workspace, client, secret)
