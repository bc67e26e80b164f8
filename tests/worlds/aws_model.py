"""What botocore's own service models say about AWS: validation, routing, list replies, wire formats.

Everything here is derived from those models, so a world cannot answer with a member that AWS does not have.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote

import botocore.session
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.utils import parse_timestamp
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from worlds.base import Request, Response


class AwsError(Exception):
    """An error reply; the world writes it in the protocol of the request."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}


@dataclass(frozen=True)
class Kind:
    """A kind of resource that AWS lists and describes. `key` is the describe member that holds the value of `param`."""

    name: str
    list_op: str
    member: str
    describe_op: str
    param: str
    key: str = ""
    rename: dict[str, str] = field(default_factory=dict)  # member of the summary -> member of the describe document

    @property
    def id_member(self) -> str:
        return self.key or self.param


def _kind(name: str, plural: str = "", member: str = "") -> Kind:
    plural = plural or name + "s"
    return Kind(name, f"List{plural}", member or plural, f"Describe{name}", f"{name}Name")


KINDS: dict[str, list[Kind]] = {
    "sagemaker": [
        _kind("NotebookInstance"),
        _kind("NotebookInstanceLifecycleConfig"),
        _kind("Model"),
        _kind("EndpointConfig"),
        _kind("Endpoint"),
        _kind("InferenceComponent"),
        _kind("TrainingJob", member="TrainingJobSummaries"),
        _kind("ProcessingJob", member="ProcessingJobSummaries"),
        _kind("TransformJob", member="TransformJobSummaries"),
        _kind("HyperParameterTuningJob", member="HyperParameterTuningJobSummaries"),
        _kind("ModelPackageGroup", member="ModelPackageGroupSummaryList"),
        _kind("ModelPackage", member="ModelPackageSummaryList"),
        _kind("ModelCard", member="ModelCardSummaries"),
        _kind("MonitoringSchedule", member="MonitoringScheduleSummaries"),
        _kind("FeatureGroup", member="FeatureGroupSummaries"),
        _kind("Pipeline", member="PipelineSummaries"),
        _kind("Cluster", member="ClusterSummaries"),
        Kind("Domain", "ListDomains", "Domains", "DescribeDomain", "DomainId"),
    ],
    "bedrock": [
        Kind("CustomModel", "ListCustomModels", "modelSummaries", "GetCustomModel", "modelIdentifier", "modelName"),
        Kind(
            "Guardrail",
            "ListGuardrails",
            "guardrails",
            "GetGuardrail",
            "guardrailIdentifier",
            "guardrailId",
            {"id": "guardrailId", "arn": "guardrailArn"},
        ),
    ],
}


@functools.cache
def model(service: str) -> ServiceModel | None:
    """The botocore model of a service, None when there is no such service."""
    session = botocore.session.get_session()
    session.register_component("data_loader", Loader())  # of our own: clients change the paths in their models
    return session.get_service_model(service) if service in session.get_available_services() else None


def protocol(service_model: ServiceModel) -> str:
    """The protocol that a service is asked in: JSON where it speaks that beside others."""
    return "json" if "json" in service_model.metadata.get("protocols", ()) else str(service_model.protocol)


def known_model(service: str) -> ServiceModel:
    found = model(service)
    assert found is not None, service
    return found


# -- validation --------------------------------------------------------------------------------------------------------

_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (datetime, date, str, int, float),
    "blob": (str, bytes),
}


def conform(value: Any, shape: Shape, path: str, problems: list[str]) -> Any:
    """`value` as the shape wants it (null members dropped, timestamps in UTC); what does not fit goes to `problems`.

    Members that the model calls required may be missing: real replies omit them.
    """
    kind = shape.type_name
    if kind == "structure":
        return _conform_structure(value, shape, path, problems)
    if kind == "list":
        if not isinstance(value, list):
            problems.append(f"{path}: expected a list, found {value!r}")
            return value
        return [conform(item, shape.member, f"{path}[{number}]", problems) for number, item in enumerate(value)]
    if kind == "map":
        if not isinstance(value, dict):
            problems.append(f"{path}: expected a map, found {value!r}")
            return value
        return {
            conform(key, shape.key, f"{path} (key)", problems): conform(item, shape.value, f"{path}.{key}", problems)
            for key, item in value.items()
        }
    if not isinstance(value, _SCALARS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        problems.append(f"{path}: expected {kind}, found {value!r}")
        return value
    if kind == "timestamp":
        return _moment(value, path, problems)
    allowed = getattr(shape, "enum", None)
    if allowed and value not in allowed:
        problems.append(f"{path}: {value!r} is not one of {', '.join(allowed)}")
    return value


def _conform_structure(value: Any, shape: Shape, path: str, problems: list[str]) -> Any:
    if not isinstance(value, dict):
        problems.append(f"{path}: expected members of {shape.name}, found {value!r}")
        return value
    result = {}
    for name, item in value.items():
        member = shape.members.get(name)
        if member is None:
            problems.append(f"{path}.{name}: {shape.name} has no such member")
        elif item is not None:
            result[name] = conform(item, member, f"{path}.{name}", problems)
    return result


def _moment(value: Any, path: str, problems: list[str]) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    elif not isinstance(value, datetime):
        try:
            value = parse_timestamp(value)
        except ValueError:
            problems.append(f"{path}: {value!r} is not a time")
            return value
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def conform_kind(
    kind: Kind, documents: Any, place: tuple[str, str, str], problems: list[str]
) -> dict[str, dict[str, Any]]:
    """The documents of one kind by name, in order of name; `place` is service, region and account.

    A missing ARN is filled in; write null for none at all.
    """
    service, region, account = place
    path = f"{region}.{service}.{kind.name}"
    shape = known_model(service).operation_model(kind.describe_op).output_shape
    arn = f"{kind.name}Arn"
    result: dict[str, dict[str, Any]] = {}
    if not isinstance(documents, list):
        problems.append(f"{path}: expected a list, found {documents!r}")
        return {}
    for number, document in enumerate(documents):
        name = document.get(kind.id_member) if isinstance(document, dict) else None
        if not isinstance(name, str):
            problems.append(f"{path}[{number}]: needs {kind.id_member}")
            continue
        if name in result:
            problems.append(f"{path}[{name}]: described twice")
        if arn in shape.members:
            slug = re.sub(r"(?<!^)(?=[A-Z])", "-", kind.name).lower()
            document.setdefault(arn, f"arn:aws:{service}:{region}:{account}:{slug}/{name}")
        result[name] = conform(document, shape, f"{path}[{name}]", problems)
    return dict(sorted(result.items()))


# -- routing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    operation: OperationModel
    pattern: re.Pattern[str]
    names: list[str]
    query: dict[str, str | None]  # subresources and other parameters that must be there; None is any value

    def matches(self, request: Request) -> re.Match[str] | None:
        for name, value in self.query.items():
            if name not in request.query or (value is not None and request.query[name] != value):
                return None
        return self.pattern.fullmatch(request.path)


#: operations that tell themselves apart from others by their host or a header
_NOT_BY_PATH = ("CopyObject", "ListDirectoryBuckets", "UploadPartCopy")


@functools.cache
def routes(service: str) -> dict[str, list[Route]]:
    """REST routes by HTTP method, the most specific first."""
    found: dict[str, list[Route]] = {}
    service_model = known_model(service)
    for name in service_model.operation_names:
        operation = service_model.operation_model(name)
        if operation.deprecated or name in _NOT_BY_PATH:
            continue
        path, _, query = operation.http["requestUri"].partition("?")
        pattern, names = "", []
        for part in re.split(r"(\{[^}]+\})", path):
            if part.startswith("{"):
                names.append(part.strip("{+}"))
                pattern += "(.+)" if part.endswith("+}") else "([^/]+)"
            else:
                pattern += re.escape(part)
        wanted: dict[str, str | None] = {}
        for piece in query.split("&") if query else []:
            key, _, value = piece.partition("=")
            wanted[key] = value
        shape = operation.input_shape
        for member in shape.required_members if shape else []:
            if shape.members[member].serialization.get("location") == "querystring":
                wanted[shape.members[member].serialization.get("name", member)] = None
        found.setdefault(operation.http["method"], []).append(Route(operation, re.compile(pattern), names, wanted))
    for entries in found.values():
        entries.sort(key=lambda route: (-len(route.query), len(route.names), route.operation.name))
    return found


def route(service: str, request: Request) -> tuple[OperationModel, dict[str, Any]] | None:
    """The REST operation that the request asks for, with its parameters by member name."""
    for candidate in routes(service).get(request.method, []):
        match = candidate.matches(request)
        if match is None:
            continue
        located = dict(zip(candidate.names, map(unquote, match.groups()), strict=True))
        shape = candidate.operation.input_shape
        params: dict[str, Any] = {}
        speaks_json = candidate.operation.service_model.protocol == "rest-json"
        body = json.loads(request.body) if request.body and speaks_json else {}
        for name, member in shape.members.items() if shape else ():
            where, spelled = member.serialization.get("location"), member.serialization.get("name", name)
            source = {"uri": located, "querystring": request.query, "header": request.headers}.get(where, body)
            value = source.get(spelled.lower() if where == "header" else spelled)
            if value is not None:
                params[name] = value
        return candidate.operation, params
    return None


# -- list replies ------------------------------------------------------------------------------------------------------


def list_page(operation: OperationModel, kind: Kind, documents: dict[str, Any], params: dict[str, Any]) -> Any:
    """One page of a List operation: summaries projected from the describe documents."""
    inputs = {name.lower(): (name, shape) for name, shape in operation.input_shape.members.items()}
    limit_name, limit_shape = inputs.get("maxresults", ("", None))
    size = int(params.get(limit_name) or 10)
    highest = limit_shape.metadata.get("max") if limit_shape is not None else None
    if highest and size > highest:
        raise AwsError(
            400,
            "ValidationException",
            f"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: "
            f"Member must have value less than or equal to {highest}",
        )
    chosen = sorted_by(kind, [doc for doc in documents.values() if wanted(kind, doc, params)], params)
    token_name = inputs["nexttoken"][0]
    start = offset(params.get(token_name))
    shape = operation.output_shape.members[kind.member].member
    reply: dict[str, Any] = {kind.member: [summary(kind, doc, shape) for doc in chosen[start : start + size]]}
    if start + size < len(chosen):
        reply[token_name] = token_from(start + size)
    return reply


def token_from(start: int) -> str:
    return base64.b64encode(f"from:{start}".encode()).decode()


def offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True).decode().removeprefix("from:"))
    except (binascii.Error, ValueError):
        raise AwsError(400, "ValidationException", "Invalid pagination token") from None


def summary(kind: Kind, document: dict[str, Any], shape: Shape) -> dict[str, Any]:
    pairs = ((name, kind.rename.get(name, name)) for name in shape.members)
    return {name: document[source] for name, source in pairs if source in document}


def wanted(kind: Kind, document: dict[str, Any], params: dict[str, Any]) -> bool:
    """Does a document pass the filters of a List request?"""
    for name, value in params.items():
        base = re.sub(r"(After|Before|Contains|Equals)$", "", name)
        if name.endswith(("TimeAfter", "TimeBefore")):
            # What was never changed was last modified when it was made.
            have = document.get(base, document.get("CreationTime") if base == "LastModifiedTime" else None)
            limit = parse_timestamp(value)
            if not isinstance(have, datetime) or (have < limit if name.endswith("After") else have > limit):
                return False
        elif name.lower() == "namecontains":
            if value not in document[kind.id_member]:
                return False
        elif name.endswith("Equals") or name in document:
            member = base if base in document else f"{kind.name}{base}"
            if document.get(member) != value:
                return False
    return True


def sorted_by(kind: Kind, documents: list[dict[str, Any]], params: dict[str, Any]) -> list[dict[str, Any]]:
    """By name unless the request says otherwise."""
    field_name = params.get("SortBy", "Name")
    member = {"Name": kind.id_member, "Status": f"{kind.name}Status"}.get(field_name, field_name)
    least = datetime.min.replace(tzinfo=UTC) if member.endswith("Time") else ""
    backwards = params.get("SortOrder") == "Descending"
    return sorted(documents, key=lambda doc: doc.get(member, least), reverse=backwards)


def describe(kind: Kind, documents: dict[str, Any], name: str, protocol: str) -> Any:
    """The document of that name or ARN."""
    if name in documents:
        return documents[name]
    for document in documents.values() if name.startswith("arn:") else ():
        arns: Iterator[Any] = (value for member, value in document.items() if member.lower().endswith("arn"))
        if name in arns:
            return document
    if protocol == "json":
        missing = (
            f"{kind.name} {name} does not exist."
            if kind.name == "ModelPackage"
            else f'Could not find {kind.name} "{name}".'
        )
        raise AwsError(400, "ValidationException", missing)
    raise AwsError(404, "ResourceNotFoundException", f"Could not find {kind.name} {name}.")


# -- wire formats ------------------------------------------------------------------------------------------------------


def warm() -> None:
    """Load the largest model for replies now: the first callers would load it all at once, each for itself."""
    get_service_model("sagemaker")


def success(service: str, name: str, result: Any, request_id: str) -> Response:
    """`result` in the protocol of the operation."""
    service_model = get_service_model(service)  # moto's serializers want moto's subclass of botocore's model
    serializer = get_serializer_class(service, protocol(service_model))
    operation = service_model.operation_model(name)
    reply = serializer(operation, SerializationContext(request_id)).serialize(result)
    body = reply["body"]
    headers = {name: str(value) for name, value in reply["headers"].items()}
    if protocol(service_model) == "json":  # moto gives it the type of the first protocol that the service speaks
        headers["Content-Type"] = f"application/x-amz-json-{service_model.metadata['jsonVersion']}"
    return Response(reply["status_code"], body.encode() if isinstance(body, str) else body, headers)


def failure(protocol: str, method: str, error: AwsError, request_id: str) -> Response:
    """An error reply as each protocol spells it."""
    code, message = error.code, error.message
    escaped = message.replace("&", "&amp;").replace("<", "&lt;")
    headers = {"x-amzn-RequestId": request_id, "Content-Type": "text/xml", **error.headers}
    inner = f"<Code>{code}</Code><Message>{escaped}</Message>"
    if protocol in ("json", "rest-json"):
        headers["Content-Type"] = "application/x-amz-json-1.1" if protocol == "json" else "application/json"
        headers["x-amzn-ErrorType"] = code
        text = json.dumps({"__type": code, "message": message})
    elif protocol == "ec2":
        text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    elif protocol == "s3":
        headers["Content-Type"] = "application/xml"
        headers["x-amz-request-id"] = headers.pop("x-amzn-RequestId")
        text = f"<Error>{inner}<RequestId>{request_id}</RequestId><HostId>example</HostId></Error>"
    else:
        text = (
            f"<ErrorResponse><Error><Type>{'Sender' if error.status < 500 else 'Receiver'}</Type>{inner}</Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    return Response(error.status, b"" if method == "HEAD" else text.encode(), headers)
