"""The files in the buckets of a Google world, as Cloud Storage describes and gives them.

In the world file: `files: {example-fraud-models: {scorer/7/README.md: text}}`, or instead of the text a mapping of
`content` (text or bytes), `created`, `updated`, `size` and `composed`. With `unlisted: [bucket]` the caller may not
list its objects, so that one that is not there is refused.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import unquote

from worlds import gcp_replies as replies
from worlds.base import Request, Response

_PATH = re.compile(r".*/storage/v1/b/([^/]+)/o/([^/]+)")
_LISTED = re.compile(r".*/storage/v1/b/([^/]+)/o")
_DENIED = (
    "reader@example-fraud.iam.gserviceaccount.com does not have storage.objects.get access to the Google Cloud Storage "
    "object. Permission 'storage.objects.get' denied on resource (or it may not exist)."
)


def answer_file(document: dict[str, Any], request: Request) -> Response:
    """What Cloud Storage says of a file; with `alt=media` its content, and then its errors are plain text."""
    found = _PATH.fullmatch(request.path)
    bucket, name = (unquote(part) for part in found.groups()) if found else ("", "")
    entry = (document.get("files") or {}).get(bucket, {}).get(name)
    media = request.query.get("alt") == "media"
    if entry is None:
        if bucket in (document.get("unlisted") or ()):
            return replies.failure(403, _DENIED, "storage")
        text = f"No such object: {bucket}/{name}"
        return (
            Response(404, text.encode(), {"Content-Type": "text/html"})
            if media
            else replies.failure(404, text, "storage")
        )
    known, content = _known(entry)
    if media:
        return Response(200, content, {"Content-Type": "text/markdown", "X-Goog-Generation": "1"})
    return replies.reply(_facts(bucket, name, known, content))


def list_files(document: dict[str, Any], request: Request) -> Response:
    """One page of what lies in a bucket, from a token on, which is a name."""
    found = _LISTED.fullmatch(request.path)
    bucket = unquote(found[1]) if found else ""
    if bucket in (document.get("unlisted") or ()):
        return replies.failure(403, _DENIED.replace("objects.get", "objects.list"), "storage")
    files = (document.get("files") or {}).get(bucket, {})
    after, prefix = request.query.get("pageToken", ""), request.query.get("prefix", "")
    names = sorted(name for name in files if name.startswith(prefix) and name > after)
    most = int(request.query.get("maxResults", "1000"))
    page: dict[str, Any] = {"kind": "storage#objects"}
    if names:
        known = [(name, _known(files[name])) for name in names[:most]]
        page["items"] = [_facts(bucket, name, *entry) for name, entry in known]
    return replies.reply(page | ({"nextPageToken": names[most - 1]} if len(names) > most else {}))


def _known(entry: Any) -> tuple[dict[str, Any], bytes]:
    known = entry if isinstance(entry, dict) else {"content": entry}
    content = known["content"]
    return known, content if isinstance(content, bytes) else content.encode()


def _facts(bucket: str, name: str, known: dict[str, Any], content: bytes) -> dict[str, Any]:
    """What Cloud Storage says of a file; of one that was composed of others no MD5."""
    md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    return {
        "kind": "storage#object",
        "bucket": bucket,
        "name": name,
        "generation": "1",
        "size": known.get("size", str(len(content))),
        "timeCreated": known.get("created", "2026-11-01T09:00:00.000Z"),
        "updated": known.get("updated", "2026-11-20T09:00:00.000Z"),
        **({} if known.get("composed") else {"md5Hash": md5}),
    }
