"""The wording of Google's refusals, and the token endpoint with the key file that goes with it."""

from __future__ import annotations

import functools
import json
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import exceptions, jwt
from worlds.base import Request, Response

#: google-auth signs for this audience whatever the key file's token_uri is
AUDIENCE = "https://oauth2.googleapis.com/token"
STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
STORAGE_REASON = {
    400: "invalid",
    401: "authError",
    403: "forbidden",
    404: "notFound",
    429: "rateLimitExceeded",
    501: "notImplemented",
    503: "backendError",
}


def reply(body: Any, status: int = 200) -> Response:
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json; charset=UTF-8"})


def failure(status: int, message: str, service: str = "", details: list[dict[str, Any]] | None = None) -> Response:
    """An error in Google's JSON form; Cloud Storage has its own."""
    error: dict[str, Any] = {"code": status, "message": message}
    if service == "storage":
        error["errors"] = [{"message": message, "domain": "global", "reason": STORAGE_REASON[status]}]
    else:
        error["status"] = STATUS[status]
    if details:
        error["details"] = details
    return reply({"error": error}, status)


def error_info(reason: str, domain: str, **metadata: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": domain,
        "metadata": metadata,
    }


def coded(status: int, code: str, message: str, host: str, service: str = "") -> Response:
    """An error with a reason of its own, as ErrorInfo has it or, for Cloud Storage, its list of errors."""
    if service == "storage":
        errors = [{"message": message, "domain": "global", "reason": code}]
        return reply({"error": {"code": status, "message": message, "errors": errors}}, status)
    return failure(status, message, service, [error_info(code, "googleapis.com", service=host)])


def denied(permission: str, host: str, resource: str, service: str = "") -> Response:
    if service == "storage":
        message = (
            f"The caller does not have {permission} access to the Google Cloud Storage bucket. "
            f"Permission '{permission}' denied on resource (or it may not exist)."
        )
        return failure(403, message, service)
    full = f"//{host}/{resource}"
    details = [error_info("IAM_PERMISSION_DENIED", "iam.googleapis.com", permission=permission, resource=full)]
    return failure(403, f"Permission '{permission}' denied on resource '{full}' (or it may not exist).", "", details)


def disabled(title: str, host: str, project_number: str, service: str = "") -> Response:
    page = f"https://console.developers.google.com/apis/api/{host}/overview?project={project_number}"
    message = (
        f"{title} has not been used in project {project_number} before or it is disabled. Enable it by visiting "
        f"{page} then retry."
    )
    info = error_info("SERVICE_DISABLED", "googleapis.com", service=host, consumer=f"projects/{project_number}")
    return failure(403, message, service, [info])


def throttled(host: str, service: str = "") -> Response:
    info = error_info("RATE_LIMIT_EXCEEDED", "googleapis.com", service=host)
    return failure(429, f"Quota exceeded for requests per minute of service '{host}'.", service, [info])


def unauthenticated(service: str = "") -> Response:
    message = "Request had invalid authentication credentials. Expected an OAuth 2 access token."
    return failure(401, message, service)


def unknown_query(names: list[str], service: str = "") -> Response:
    violations = [
        f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.' for name in names
    ]
    details = {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"description": violation} for violation in violations],
    }
    return failure(400, "\n".join(violations), service, [details])


def no_such_page() -> Response:
    body = b"<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)</title><p>The URL was not found.</html>"
    return Response(404, body, {"Content-Type": "text/html; charset=UTF-8"})


@functools.cache
def _key_pair() -> tuple[str, str]:
    """A private and a public key in PEM; one pair a process, because making one is slow.

    A short one: whoever loads it tests its primes, and that would be half the work of a scan.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


class TokenEndpoint:
    """Issues invented access tokens for the service-account key file it writes."""

    def __init__(self, url: str, project: str) -> None:
        self.url = f"{url}/token"
        self.email = f"posture-scanner@{project}.iam.gserviceaccount.com"
        self.issued: set[str] = set()
        self.folder = tempfile.TemporaryDirectory(prefix="gcp-world-")
        self.key_file = Path(self.folder.name, "service-account.json")
        key = {
            "type": "service_account",
            "project_id": project,
            "private_key_id": secrets.token_hex(20),
            "private_key": _key_pair()[0],
            "client_email": self.email,
            "client_id": "100000000000000000001",
            "token_uri": self.url,
        }
        self.key_file.touch(mode=0o600)
        self.key_file.write_text(json.dumps(key), encoding="utf-8")

    def answer(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if request.method != "POST" or form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self.refuse(400, "unsupported_grant_type")
        try:
            claims = jwt.decode(form.get("assertion", ""), certs=_key_pair()[1], audience=[AUDIENCE, self.url])
        except (exceptions.GoogleAuthError, ValueError):
            return self.refuse(400, "invalid_grant")
        if claims.get("iss") != self.email or not claims.get("scope"):
            return self.refuse(400, "invalid_grant")
        token = f"ya29.invented-{secrets.token_hex(16)}"
        self.issued.add(token)
        return reply({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def refuse(self, status: int, error: str) -> Response:
        return reply({"error": error, "error_description": "The simulated token endpoint refused."}, status)

    def accepts(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and token in self.issued

    def close(self) -> None:
        self.folder.cleanup()
