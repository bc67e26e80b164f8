"""The blobs of a simulated Azure: Azurite, Microsoft's emulator, behind a front of ours that logs and has faults.

Azurite takes the tokens that the Entra of the Azure world issues; their audience and lifetime it checks itself. It
needs Node: `npm install --prefix tests/npm`, or MLPOSTURE_AZURITE names its main.js.
"""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

import urllib3
from support import ROOT, TESTS
from worlds.azure import AzureWorld
from worlds.base import Request, Response, World
from worlds.upstream import forwarded

_MAIN = "node_modules/azurite/dist/src/blob/main.js"
_ACCOUNT = "devstoreaccount1"
_ERRORS = {
    "deny": (403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation."),
    "expired": (401, "InvalidAuthenticationInfo", "Lifetime validation failed. The token is expired."),
    "throttle": (503, "ServerBusy", "The server is busy."),
    "error": (500, "InternalError", "The server encountered an internal error. Please retry the request."),
}


def azurite() -> str | None:
    """The emulator's program, if this machine has it and Node."""
    named = os.environ.get("MLPOSTURE_AZURITE")
    places = [named] if named else [str(folder / _MAIN) for folder in (ROOT, TESTS / "npm")]
    return next((place for place in places if Path(place).is_file() and shutil.which("node")), None)


#: looked for at once, because what runs beside a simulated cloud does so in an environment of that cloud alone
AZURITE = azurite()


class AzureBlobs(World):
    """One storage account. `account_url` stands for its address, and has the certificate of the Azure world."""

    def __init__(self, azure: AzureWorld) -> None:
        super().__init__({})
        self.azure = azure
        self._process: subprocess.Popen[str] | None = None
        self.upstream = ""

    @property
    def account_url(self) -> str:
        return f"{self.url}/{_ACCOUNT}"

    def env(self) -> dict[str, str]:
        return {"MLPOSTURE_AZURE_BLOB_ENDPOINT": self.account_url}

    def start(self) -> World:
        assert AZURITE is not None, "Azurite is not installed"
        folder = Path(self.azure.ca_path).parent
        certificate = str(folder / "leaf.pem")
        self._process = subprocess.Popen(
            [
                "node", AZURITE, "--blobHost", "127.0.0.1", "--blobPort", "0", "--oauth", "basic",
                "--cert", certificate, "--key", certificate,
                "--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck",
            ],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            said.append(line)
            if found := re.search(r"successfully listens on (https://\S+)", line):
                self.upstream = found[1]
                break
        assert self.upstream, "".join(said)
        self._pool = urllib3.PoolManager(ca_certs=self.azure.ca_path)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        return super().start()

    def close(self) -> None:
        super().close()
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def identify(self, request: Request) -> None:
        request.account, request.region = _ACCOUNT, "global"
        request.resource = request.path.removeprefix(f"/{_ACCOUNT}/")
        request.operation = f"{request.method} {request.query.get('comp') or request.query.get('restype') or 'blob'}"

    def respond(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.azure.entra.issued:
            return _error(401, "InvalidAuthenticationInfo", "Server failed to authenticate the request.")
        return forwarded(request, self.upstream, self.url, request.path, self._pool)

    def refuse(self, request: Request, kind: str) -> Response:
        return _error(*_ERRORS[kind])


def _error(status: int, code: str, message: str) -> Response:
    body = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return Response(status, body.encode(), {"Content-Type": "application/xml", "x-ms-error-code": code})
