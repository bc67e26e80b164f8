"""The files in the containers of an Azure world, as Blob Storage gives them.

In the world file: `files: {container: {path: text}}`, or instead of the text a mapping of `content` (text or bytes) and
`code`, an error that is answered with in its place, or `headers` beside those that every blob has.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import unquote

from worlds.base import Request, Response

#: Where the world has them: it stands for every account.
PREFIX = "/blobs/"
READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
AUDIENCE = "https://storage.azure.com"
_MISMATCH = "This request is not authorized to perform this operation using this permission."
_REFUSALS = {
    "deny": (403, "AuthorizationPermissionMismatch", _MISMATCH),
    "throttle": (503, "ServerBusy", "The server is busy."),
    "error": (500, "InternalError", "The server encountered an internal error."),
    "disabled": (403, "AccountIsDisabled", "The specified account is disabled."),
}
_STATUSES = {"BlobArchived": 409, "AuthorizationFailure": 403, "InvalidAuthenticationInfo": 401}


def failure(status: int, code: str, message: str) -> Response:
    """An error of Blob Storage, whose code is in a header as well."""
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(status, body.encode(), {"Content-Type": "application/xml", "x-ms-error-code": code})


def refuse(kind: str) -> Response:
    """The fault `kind`."""
    if kind == "malformed":
        return Response(200, b"<html>sign in</html>", {"Content-Type": "text/html"})
    return failure(*_REFUSALS[kind])


def answer(document: dict[str, Any], request: Request, issued: set[str]) -> Response:
    """A blob, as much of it as was asked for."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or token not in issued or _audience(token) != AUDIENCE:
        return failure(401, "InvalidAuthenticationInfo", "Issuer or audience validation failed.")
    if request.method != "GET" or "x-ms-version" not in request.headers:
        return failure(400, "MissingRequiredHeader", "A header that is mandatory is missing.")
    container, _, name = unquote(request.path).removeprefix(PREFIX).partition("/")
    blobs = (document.get("files") or {}).get(container)
    if blobs is None:
        return failure(404, "ContainerNotFound", "The specified container does not exist.")
    if name not in blobs:
        return failure(404, "BlobNotFound", "The specified blob does not exist.")
    entry = blobs[name] if isinstance(blobs[name], dict) else {"content": blobs[name]}
    if code := entry.get("code"):
        return failure(_STATUSES.get(code, 403), code, "Refused.")
    return _content(entry, request.headers.get("range", ""))


def _content(entry: dict[str, Any], ranged: str) -> Response:
    content = entry["content"] if isinstance(entry["content"], bytes) else entry["content"].encode()
    found = re.fullmatch(r"bytes=(\d+)-(\d+)", ranged)
    if found and not content:
        return failure(416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
    headers = {
        "Content-Type": "application/octet-stream",
        "ETag": '"0x8DEXAMPLE"',
        "Last-Modified": "Fri, 20 Nov 2026 09:00:00 GMT",
        "x-ms-version": "2023-11-03",
        "x-ms-blob-type": "BlockBlob",
        **entry.get("headers", {}),
    }
    if not found:
        return Response(200, content, headers)
    part = content[int(found[1]) : int(found[2]) + 1]
    return Response(206, part, headers | {"Content-Range": f"bytes 0-{len(part) - 1}/{len(content)}"})


def _audience(token: str) -> Any:
    claims = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))).get("aud")
