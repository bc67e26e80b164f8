"""Objects of Cloud Storage: an emulator keeps them, and what it does not know of conditions is judged here."""

from __future__ import annotations

import json
import threading
from urllib.parse import quote

import urllib3
from worlds import gcp_replies as replies
from worlds.base import Request, Response
from worlds.upstream import forwarded


class Objects:
    """`conditions` says whether an object is made only where there is none, if that was asked for."""

    def __init__(self) -> None:
        self.conditions = True
        self._lock = threading.Lock()

    def answer(self, request: Request, upstream: str, front: str, path: str) -> Response:
        """What the service answers; two writers are judged one after the other."""
        if request.method != "POST" or request.query.get("ifGenerationMatch") != "0" or not self.conditions:
            return forwarded(request, upstream, front, path)
        with self._lock:
            place = path.removeprefix("/upload").partition("?")[0]
            there = urllib3.request("GET", f"{upstream}{place}/{quote(_name(request), safe='')}")
            if there.status == 200:
                return replies.coded(412, "conditionNotMet", "Precondition Failed", "storage.googleapis.com", "storage")
            return forwarded(request, upstream, front, path)


def _name(request: Request) -> str:
    """What an upload is to be called: its first part, or all of it, says so."""
    body = request.body
    if request.query.get("uploadType") == "multipart":
        body = body.split(b"\r\n\r\n", 2)[1].partition(b"\r\n--")[0]
    return str(json.loads(body)["name"])
