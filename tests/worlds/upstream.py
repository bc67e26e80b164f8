"""Servers that keep objects, behind the simulated clouds: they judge what the SDKs send, the clouds who may send it."""

from __future__ import annotations

import urllib3
from worlds.base import Request, Response

_POOL = urllib3.PoolManager()
#: Headers of one connection.
_OWN = {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"}


def forwarded(
    request: Request, upstream: str, front: str, path: str, pool: urllib3.PoolManager = _POOL, host: str = ""
) -> Response:
    """What `upstream` answers to the request, as one for `host`; links to itself lead to `front` instead."""
    headers = {name: value for name, value in request.headers.items() if name not in ("host", "connection")}
    if host:
        headers["host"] = host
    reply = pool.request(
        request.method,
        f"{upstream}{path}?{request.raw_query}" if request.raw_query else f"{upstream}{path}",
        body=request.body,
        headers=headers,
        redirect=False,
        retries=False,
        decode_content=False,
    )
    size = {"content-length"} if request.method == "HEAD" else set()
    kept = {name: value for name, value in reply.headers.items() if name.lower() not in _OWN - size}
    if "Location" in kept:
        kept["Location"] = kept["Location"].replace(upstream, front, 1)
    return Response(reply.status, reply.data, kept)
