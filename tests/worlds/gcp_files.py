"""The files in the buckets of a Google world, as Cloud Storage describes and gives them.

In the world file: `files: {example-fraud-models: {scorer/7/README.md: text}}`, or instead of the text a mapping of
`content` (text or bytes), `updated` and `size`. With `unlisted: [bucket]` the caller may not list its objects, so that
one that is not there is refused.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from worlds import gcp_replies as replies
from worlds.base import Request, Response

_PATH = re.compile(r".*/storage/v1/b/([^/]+)/o/([^/]+)")
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
    known = entry if isinstance(entry, dict) else {"content": entry}
    content = known["content"] if isinstance(known["content"], bytes) else known["content"].encode()
    if media:
        return Response(200, content, {"Content-Type": "text/markdown", "X-Goog-Generation": "1"})
    return replies.reply(
        {
            "kind": "storage#object",
            "bucket": bucket,
            "name": name,
            "generation": "1",
            "size": known.get("size", str(len(content))),
            "updated": known.get("updated", "2026-11-20T09:00:00.000Z"),
        }
    )
