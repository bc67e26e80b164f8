"""The files in the buckets of an AWS world, as S3 gives them.

In the world file, of a bucket: `objects: {sentiment/3/README.md: text}`, or instead of the text a mapping of `content`
(text or bytes), `modified`, `version`, `encoding` and `archived`. With `unlisted: true` the caller may not list the
bucket, so that a file that is not there is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from worlds.aws_model import AwsError
from worlds.base import Request, Response

_WHEN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


def answer_object(bucket: Mapping[str, Any], request: Request, request_id: str) -> Response:
    """A file, or the part of it that is asked for. Raises AwsError."""
    entry = (bucket.get("objects") or {}).get(request.params["Key"])
    if entry is None:
        if bucket.get("unlisted"):
            raise AwsError(403, "AccessDenied", "Access Denied")
        raise AwsError(404, "NoSuchKey", "The specified key does not exist.")
    known = entry if isinstance(entry, dict) else {"content": entry}
    if known.get("archived"):
        raise AwsError(403, "InvalidObjectState", "The operation is not valid for the object's storage class")
    content = known["content"] if isinstance(known["content"], bytes) else known["content"].encode()
    headers = {
        "x-amz-request-id": request_id,
        "Content-Type": "binary/octet-stream",
        "ETag": f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"',
        "Last-Modified": format_datetime(known.get("modified", _WHEN), usegmt=True),
    }
    if "version" in known:
        headers["x-amz-version-id"] = known["version"]
    if "encoding" in known:
        headers["Content-Encoding"] = known["encoding"]
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    if found is None:
        return Response(200, content, headers)
    first, last = int(found[1]), min(int(found[2]), len(content) - 1)
    if first > last:
        raise AwsError(416, "InvalidRange", "The requested range is not satisfiable")
    return Response(
        206, content[first : last + 1], {**headers, "Content-Range": f"bytes {first}-{last}/{len(content)}"}
    )
