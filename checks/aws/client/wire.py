"""Requests and replies of the protocols that the lean transport speaks: JSON 1.1, and Query with its XML.

What a reply means is what botocore makes of it, but members that no model knows are kept, and times are in UTC.
"""

import http.client
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import msgspec
from botocore.utils import parse_timestamp

from checks.aws.client.failures import empty, refusal, unparsed
from checks.aws.client.shapes import Shape
from scanner.model.errors import CallFailed

_OBJECT = msgspec.json.Decoder(dict[str, Any])
_UNPARSED = (msgspec.MsgspecError, AttributeError, KeyError, OverflowError, RuntimeError, TypeError, ValueError)


def json_body(parameters: Mapping[str, Any]) -> bytes:
    """Parameters as JSON; times become seconds since 1970, as the services want them."""
    return msgspec.json.encode(_plain(parameters))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def json_reply(shape: Shape, body: bytes) -> dict[str, Any]:
    """The members that a successful reply has. Raises CallFailed for one that is no reply of this operation."""
    try:
        reply = {name: value for name, value in _OBJECT.decode(body).items() if value is not None}
        _read_times(reply, shape.times)
    except _UNPARSED as error:
        raise unparsed() from error
    if shape.members.isdisjoint(reply) or "__type" in reply:  # that is the code of an error
        raise empty()
    return reply


def _read_times(value: Any, times: Mapping[str, Any]) -> None:
    """Replace the numbers that are times, in place."""
    if isinstance(value, list):
        for item in value:
            if item is not None:
                _read_times(item, times)
        return
    for name, below in times.items():
        found = value.get(name)
        if found is None:
            continue
        if below:
            _read_times(found, below)
        else:
            value[name] = _moment(found)


def _moment(value: Any) -> datetime:
    if isinstance(value, int | float):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (OverflowError, OSError, ValueError):
            pass  # botocore knows a way for some times that the platform does not
    moment: datetime = parse_timestamp(value)
    return moment


def json_refusal(status: int, headers: Mapping[str, str], body: bytes) -> CallFailed:
    """The failure that an error reply in JSON stands for."""
    if _generic(status, body):
        return refusal(str(status), status, http.client.responses.get(status, ""))
    try:
        text = body.decode()
        try:
            reply = json.loads(text) if text else {}
        except ValueError:
            reply = {"message": text}
        code = reply.get("__type", str(status))
        code = code.split(":", 1)[0].rsplit("#", 1)[-1]
        message = reply.get("message", reply.get("Message", ""))
    except _UNPARSED:
        return unparsed()
    legacy = headers.get("x-amzn-query-error", "").split(";")
    return refusal(legacy[0] if len(legacy) == 2 and legacy[0] else code, status, str(message))


def query_body(action: str, version: str, parameters: Mapping[str, str]) -> bytes:
    return urlencode({"Action": action, "Version": version, **parameters}).encode()


def query_reply(name: str, body: bytes) -> ET.Element:
    """The root of a successful reply. Raises CallFailed for one that is no reply of this operation."""
    root = _parsed(body)
    space, _, found = root.tag.rpartition("}")
    if found != f"{name}Response" or (space and "amazonaws.com" not in space):
        raise unparsed()
    return root


def _parsed(body: bytes) -> ET.Element:
    try:
        return ET.fromstring(body)  # noqa: S314 - from AWS itself, and parsed like this by its SDK too
    except ET.ParseError as error:
        raise unparsed() from error


def query_refusal(status: int, body: bytes) -> CallFailed:
    """The failure that an error reply in XML stands for; EC2 wraps its errors once more."""
    if _generic(status, body):
        return refusal(str(status), status, http.client.responses.get(status, ""))
    try:
        root = _parsed(body)
    except CallFailed as failure:
        return failure
    for path in ("{*}Errors/{*}Error", "{*}Error"):
        error = root.find(path)
        if error is not None:
            return refusal(error.findtext("{*}Code") or "", status, error.findtext("{*}Message") or "")
    return refusal("", status, "")


def _generic(status: int, body: bytes) -> bool:
    """Whether something in between answered, in no protocol at all."""
    return status >= 500 and (not body.strip() or body.strip().startswith(b"<html>"))
