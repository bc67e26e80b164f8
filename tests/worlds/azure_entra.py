"""The login side of the Azure world: a token endpoint, and a certificate authority of its own for TLS on loopback."""

from __future__ import annotations

import base64
import ipaddress
import json
import ssl
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from worlds.base import Request, Response

CLIENT_ID = "00000000-0000-0000-0000-00000000c11e"
CLIENT_SECRET = "invented-client-secret-of-a-simulated-tenant"
OBJECT_ID = "00000000-0000-0000-0000-00000000c0de"
TOKEN, DISCOVERY = "oauth2.token", "oauth2.discovery"


def reply(status: int, body: Any, **headers: str) -> Response:
    """A JSON answer; underscores in header names become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8", **named})


class Entra:
    """Issues tokens to the one client it knows, and remembers them."""

    #: seconds that a token is said to last
    token_time = 3599

    def __init__(self, tenant: str, url: Callable[[], str]) -> None:
        self.tenant = tenant
        self.url = url
        self.issued: set[str] = set()

    @staticmethod
    def operation(path: str) -> str:
        """The operation a path of the login endpoint stands for, or "" for paths that are not of it."""
        lowered = path.lower()
        if lowered.endswith("/oauth2/v2.0/token"):
            return TOKEN
        if lowered.endswith("/.well-known/openid-configuration") or lowered == "/common/discovery/instance":
            return DISCOVERY
        return ""

    def respond(self, request: Request) -> Response:
        if request.path.lower() == "/common/discovery/instance":
            endpoint = f"{self._configuration()['issuer']}/.well-known/openid-configuration"
            return reply(200, {"tenant_discovery_endpoint": endpoint, "metadata": []})
        if request.path.split("/")[1].lower() != self.tenant.lower():
            return self.error(400, "invalid_tenant", 90002, "Tenant not found. Check that you have the correct id.")
        if request.operation == DISCOVERY:
            return reply(200, self._configuration())
        return self._token(request)

    def _configuration(self) -> dict[str, Any]:
        base = f"{self.url()}/{self.tenant}"
        return {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "response_types_supported": ["code", "token"],
        }

    def _token(self, request: Request) -> Response:
        form = {key: values[0] for key, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if request.method != "POST" or form.get("grant_type") != "client_credentials":
            return self.error(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if form.get("client_id") != CLIENT_ID:
            return self.error(400, "unauthorized_client", 700016, "Application was not found in the directory.")
        if form.get("client_secret") != CLIENT_SECRET:
            return self.error(401, "invalid_client", 7000215, "Invalid client secret provided.")
        scope = form.get("scope", "").split()[:1]
        if not scope or not scope[0].endswith("/.default"):
            return self.error(400, "invalid_scope", 1002012, "The provided value for scope is not valid.")
        token = self._issue(scope[0].removesuffix("/.default"))
        lasts = {"expires_in": self.token_time, "ext_expires_in": self.token_time}
        return reply(200, {"token_type": "Bearer", **lasts, "access_token": token})

    def _issue(self, audience: str) -> str:
        now = int(time.time())
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self.tenant}/",
            "iat": now,
            "nbf": now,
            "exp": now + 3599,
            "appid": CLIENT_ID,
            "oid": OBJECT_ID,
            "tid": self.tenant,
            "uti": uuid.uuid4().hex,
        }
        parts = [json.dumps({"typ": "JWT", "alg": "none"}), json.dumps(claims), "not-a-signature"]
        token = ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
        self.issued.add(token)
        return token

    def error(self, status: int, error: str, number: int, message: str) -> Response:
        return reply(
            status, {"error": error, "error_description": f"AADSTS{number}: {message}", "error_codes": [number]}
        )

    def refuse(self, kind: str) -> Response:
        """The fault `kind` at the token endpoint."""
        if kind == "throttle":
            response = self.error(429, "temporarily_unavailable", 90055, "The request has been throttled.")
            response.headers["Retry-After"] = "1"
            return response
        if kind == "error":
            return self.error(503, "temporarily_unavailable", 90033, "A transient error has occurred.")
        if kind == "malformed":
            return Response(200, b'{"token_type": "Bearer", "expi', {"Content-Type": "application/json"})
        return self.error(401, "invalid_client", 7000222, "The provided client secret keys are expired.")


def tls_context(directory: Path) -> ssl.SSLContext:
    """A server context for 127.0.0.1 and localhost; writes the authority to trust as ca.pem in `directory`."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Simulated authority", authority_key.public_key(), None, authority_key)
    leaf = _certificate("127.0.0.1", key.public_key(), authority, authority_key)
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    (directory / "ca.pem").write_bytes(authority.public_bytes(pem))
    (directory / "leaf.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + leaf.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "leaf.pem")
    return context


def _certificate(
    name: str, key: ec.EllipticCurvePublicKey, issuer: x509.Certificate | None, signer: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now, top = datetime.now(UTC), issuer is None
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer.subject if issuer else subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=top, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not top,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=top,
                crl_sign=top,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if not top:
        hosts = [x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")), x509.DNSName("localhost")]
        builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
    return builder.sign(signer, hashes.SHA256())
