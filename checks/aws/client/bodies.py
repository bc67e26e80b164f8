"""Whether what came back is a reply of its operation. Of any other, botocore makes an empty result.

An empty result reads as absence: of a policy, of a block against the public. See docs/decisions/0005.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from botocore.model import OperationModel, StructureShape

from checks.aws.client.failures import empty, unparsed

_ROOT = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?<([A-Za-z]\w*)([^>]*)>")
_NAMESPACE = re.compile(rb"""\sxmlns=["']([^"']*)["']""")
#: How replies of S3 begin that its model gives no name. Simulations of S3 call them by their operation, as others are.
_ROOTS = {
    "GetBucketAcl": "AccessControlPolicy",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketVersioning": "VersioningConfiguration",
    "ListBuckets": "ListAllMyBucketsResult",
    "ListObjectsV2": "ListBucketResult",
}
#: What S3 says nothing in when it was never set.
_MAY_BE_EMPTY = ("GetBucketLogging", "GetBucketVersioning")


def refuse_foreign(
    operation: OperationModel,
    response_dict: Mapping[str, Any] | None,
    parsed_response: Mapping[str, Any] | None,
    **_: Any,
) -> None:
    """Raise CallFailed for a reply that is none of the operation, as the SDK's event `response-received` tells it."""
    if response_dict is not None:  # there is none when the connection broke
        _refuse(operation, response_dict, parsed_response or {})


def _refuse(operation: OperationModel, reply: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    status, headers, body = reply.get("status_code", 0), reply.get("headers", {}), reply.get("body", b"")
    if operation.has_streaming_output and status in (200, 206):
        if not _is_headed(operation, headers):  # the content of a file may look like anything
            raise unparsed()
        return
    if operation.name.startswith("Head"):
        if status in (403, 404) and not _is_of_s3(headers):
            raise unparsed()
        return
    if status >= 300 and (body or status != 404):
        return
    if status != 200 or not body:  # a bare 404 would be the code of what is not there
        raise unparsed()
    media = str(headers.get("content-type", ""))
    if str(operation.service_model.protocol).endswith("json"):
        _refuse_unlike_json(media, body)
    else:
        _refuse_unlike_xml(operation, media, body)
    if len(result) <= 1 and operation.name not in _MAY_BE_EMPTY:  # one is botocore's own
        raise empty()


def _is_headed(operation: OperationModel, headers: Mapping[str, Any]) -> bool:
    """Whether a body that is content alone has headers of its service. What speaks for S3 numbers its replies."""
    names = {name.lower() for name in headers}
    if operation.service_model.service_name == "s3":
        return any(name.startswith("x-amz-") for name in names)
    members = operation.output_shape.members.values() if operation.output_shape is not None else ()
    own = {
        str(one.serialization.get("name")).lower() for one in members if one.serialization.get("location") == "header"
    }
    return not names.isdisjoint(own)


def _is_of_s3(headers: Mapping[str, Any]) -> bool:
    """Whether headers alone, as they come to HEAD, may be those of S3: it numbers its replies, and speaks XML.

    Some that speak for it leave out the type of a body that does not come, and that says nothing.
    """
    media = headers.get("content-type")
    return media is None or "xml" in str(media) or any(name.lower().startswith("x-amz") for name in headers)


def _is_root(name: str, attributes: bytes, roots: tuple[str, ...]) -> bool:
    """Whether an element may be the root of a reply: it has one of these names, and no namespace but one of AWS's."""
    space = _NAMESPACE.search(attributes)
    return name in roots and (space is None or b"amazonaws.com" in space[1])


def _refuse_unlike_json(media: str, body: bytes) -> None:
    try:
        msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.MsgspecError as error:
        raise unparsed() from error
    if media and "json" not in media:
        raise unparsed()


def _refuse_unlike_xml(operation: OperationModel, media: str, body: bytes) -> None:
    output = operation.output_shape
    payload = output.serialization.get("payload") if output is not None else None
    shape = output.members[payload] if output is not None and payload else None
    if shape is not None and not isinstance(shape, StructureShape):
        # The body is a member itself: the policy of a bucket, which has statements or is none.
        if "html" in media or not body.lstrip().startswith(b"{") or b'"Statement"' not in body:
            raise unparsed()
        return
    name = operation.name
    roots = (shape.name,) if shape is not None else (f"{name}Response", f"{name}Result", _ROOTS.get(name, ""))
    root = _ROOT.match(body)
    if (media and "xml" not in media) or root is None or not _is_root(root[1].decode(), root[2], roots):
        raise unparsed()
    if shape is not None and body.count(b"<") < 3:  # a root with nothing in it
        raise empty()
