"""The files in the buckets of an AWS world, as S3 gives them.

In the world file, of a bucket: `objects: {sentiment/3/README.md: text}`, or instead of the text a mapping of `content`
(text or bytes), `modified`, `version`, `encoding`, `etag` and `archived`. With `unlisted: true` the caller may not list
the bucket, so that a file that is not there is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

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
    known, content = _known(entry)
    if known.get("archived"):
        raise AwsError(403, "InvalidObjectState", "The operation is not valid for the object's storage class")
    headers = {
        "x-amz-request-id": request_id,
        "Content-Type": "binary/octet-stream",
        "ETag": _etag(known, content),
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


def list_objects(bucket: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """One page of ListObjectsV2, its keys quoted as botocore asks for them. Raises AwsError."""
    if bucket.get("unlisted"):
        raise AwsError(403, "AccessDenied", "Access Denied")
    prefix, most = params.get("Prefix", ""), int(params.get("MaxKeys") or 1000)
    after = params.get("ContinuationToken", "")
    objects = bucket.get("objects") or {}
    keys = sorted((key for key in objects if key.startswith(prefix) and key > after), key=str.encode)
    page: dict[str, Any] = {
        "Name": bucket["name"],
        "Prefix": quote(prefix),
        "MaxKeys": most,
        "KeyCount": len(keys[:most]),
        "IsTruncated": len(keys) > most,
        "EncodingType": "url",
        "Contents": [_summary(key, objects[key]) for key in keys[:most]],
    }
    return page | ({"NextContinuationToken": keys[most - 1]} if len(keys) > most else {})


def _summary(key: str, entry: Any) -> dict[str, Any]:
    known, content = _known(entry)
    return {
        "Key": quote(key),
        "LastModified": known.get("modified", _WHEN),
        "ETag": _etag(known, content),
        "Size": len(content),
        "StorageClass": "GLACIER" if known.get("archived") else "STANDARD",
    }


def _known(entry: Any) -> tuple[dict[str, Any], bytes]:
    known = entry if isinstance(entry, dict) else {"content": entry}
    content = known["content"]
    return known, content if isinstance(content, bytes) else content.encode()


def _etag(known: Mapping[str, Any], content: bytes) -> str:
    return f'"{known.get("etag") or hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
