"""moto behind an AWS world: IAM, and whatever of S3 the world does not answer itself.

moto's backends are called in process; nothing of botocore is patched, so real boto3 clients work beside it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.backends import get_backend
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import ServiceException as MotoError
from moto.iam.models import AWSManagedPolicy, IAMBackend
from worlds.aws_model import AwsError, conform, known_model, offset, token_from
from worlds.aws_s3 import named
from worlds.base import Request, Response

_ROLE_KEYS = "name path trust managed_policies inline permissions_boundary description created last_used tags"
#: IAM may give fewer entries than were asked for, even when there are more.
_FEWER = 20
_AWS_POLICIES = "MOTO_IAM_LOAD_MANAGED_POLICIES"
_read_aws_policies = IAMBackend._init_aws_policies


@cache
def _aws_policies(account: str, region: str) -> tuple[AWSManagedPolicy, ...]:
    backend = IAMBackend.__new__(IAMBackend)
    backend.account_id, backend.region_name = account, region
    return tuple(_read_aws_policies(backend))


def _copied_aws_policies(self: IAMBackend) -> list[AWSManagedPolicy]:
    """moto reads a thousand policies for each new state. Copies will do: only the count of attachments changes."""
    if not os.environ.get(_AWS_POLICIES):
        return _read_aws_policies(self)
    return [_copied(policy) for policy in _aws_policies(self.account_id, self.region_name)]


def _copied(policy: AWSManagedPolicy) -> AWSManagedPolicy:
    """What copy.copy gives, but for moto's list of all that it ever made, which takes longer than all else."""
    made: AWSManagedPolicy = object.__new__(AWSManagedPolicy)
    vars(made).update(vars(policy))
    return made


IAMBackend._init_aws_policies = _copied_aws_policies


def check_roles(document: dict[str, Any], problems: list[str]) -> None:
    """Put the mistakes of the IAM sections into `problems`; the documents themselves moto checks at start."""
    customer = {policy["name"] for _, policy in named(document, "policies", "name document", problems)}
    date = known_model("iam").shape_for("dateType")
    for path, role in named(document, "roles", _ROLE_KEYS, problems):
        if not isinstance(role.get("trust"), dict):
            problems.append(f"{path}.trust: expected a policy document")
        for key in ("created", "last_used"):
            if key in role:
                role[key] = conform(role[key], date, f"{path}.{key}", problems)
        problems += [
            f"{path}.managed_policies: no policy called {name!r}"
            for name in role.get("managed_policies") or []
            if not name.startswith("arn:") and name not in customer
        ]


def moto_part(document: dict[str, Any]) -> Any:
    """What of a document moto is given at start."""
    buckets = [(bucket["name"], bucket["region"]) for bucket in document.get("buckets") or []]
    return document.get("policies"), document.get("roles"), buckets


class Moto:
    """moto's state for one account. There is one of it in a process, so a new one wipes the old."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.lock = threading.Lock()
        self.stubber = BotocoreStubber()
        self.account = document["account"]
        before = os.environ.get(_AWS_POLICIES)
        os.environ[_AWS_POLICIES] = "true"
        try:
            get_backend("iam").clear()  # reset() would load a thousand AWS policies for the old account too
            get_backend("s3").reset()
            self.seed(document)
        finally:
            if before is None:
                del os.environ[_AWS_POLICIES]
            else:
                os.environ[_AWS_POLICIES] = before

    def policy_arn(self, name: str) -> str:
        return name if name.startswith("arn:") else f"arn:aws:iam::{self.account}:policy/{name}"

    def seed(self, document: dict[str, Any]) -> None:
        problems = []
        iam = get_backend("iam")[self.account]["aws"]
        for policy in document.get("policies") or []:
            try:
                iam.create_policy("", "/", json.dumps(policy["document"]), policy["name"], [])
            except MotoError as error:
                problems.append(f"policies[{policy['name']}]: {error}")
        for role in document.get("roles") or []:
            try:
                self.seed_role(iam, role)
            except MotoError as error:
                problems.append(f"roles[{role['name']}]: {error}")
        buckets = get_backend("s3")[self.account]["aws"]
        for bucket in document.get("buckets") or []:
            buckets.create_bucket(bucket["name"], bucket["region"])
        if problems:
            raise ValueError("\n".join(problems))

    def seed_role(self, iam: Any, role: dict[str, Any]) -> None:
        boundary = role.get("permissions_boundary")
        made = iam.create_role(
            role_name=role["name"],
            assume_role_policy_document=json.dumps(role["trust"]),
            path=role.get("path", "/"),
            permissions_boundary=self.policy_arn(boundary) if boundary else None,
            description=role.get("description", ""),
            tags=[{"Key": key, "Value": value} for key, value in (role.get("tags") or {}).items()],
            max_session_duration="3600",
        )
        del iam.roles[made.id]  # moto draws one by lot, and a world is the same whenever it is made
        made.id = _unique_id(role["name"])
        iam.roles[made.id] = made
        made.create_date = role.get("created", datetime(2026, 1, 15, tzinfo=UTC))
        made.last_used = role.get("last_used")
        for name in role.get("managed_policies") or []:
            iam.attach_role_policy(self.policy_arn(name), role["name"])
        for name, document in (role.get("inline") or {}).items():
            iam.put_role_policy(role["name"], name, json.dumps(document))

    def answer(self, request: Request, service: str) -> Response:
        """moto's own reply to the request."""
        host = {"iam": "iam.amazonaws.com"}.get(service, f"{service}.{request.region}.amazonaws.com")
        query = "&".join(f"{name}={value}" if value else name for name, value in request.query.items())
        headers = HTTPHeaders()
        for name, value in {**request.headers, "host": host, "x-moto-account-id": request.account}.items():
            headers[name] = value  # appends rather than replaces, so each name must come once
        url = f"https://{host}{request.path}" + (f"?{query}" if query else "")
        with self.lock:
            try:
                reply = self.stubber.process_request(
                    AWSPreparedRequest(request.method, url, headers, request.body, False)
                )
            except NotImplementedError:
                reply = None
        if reply is None:
            raise AwsError(400, "UnknownOperationException", f"The world has no {request.operation}")
        status, reply_headers, body = reply
        kept = {
            str(name): str(value)
            for name, value in reply_headers.items()
            if name.lower() not in ("server", "date", "status", "connection")
            and (name.lower() != "content-length" or request.method == "HEAD")
        }
        return Response(status, body.encode() if isinstance(body, str) else body, kept)

    def account_details(self, request: Request) -> dict[str, Any]:
        """One page of GetAccountAuthorizationDetails. moto's own has no pages, and policies without their names.

        Of the policies of AWS it holds those that are in use.
        """
        chosen = {value for key, value in request.params.items() if key.startswith("Filter.member.")}
        backend = get_backend("iam")[request.account]["aws"]
        every = [("RoleDetailList", "Role", _role_detail(role)) for role in backend.roles.values()]
        boundaries = {role.permissions_boundary_arn for role in backend.roles.values()}
        for policy in backend.managed_policies.values():
            of_aws = policy.arn.startswith("arn:aws:iam::aws:")
            if not of_aws or policy.attachment_count or policy.arn in boundaries:
                every.append(("Policies", f"{'AWS' if of_aws else 'Local'}ManagedPolicy", _policy_detail(policy)))
        entries = [(member, entry) for member, filtered, entry in every if not chosen or filtered in chosen]
        size = min(int(request.params.get("MaxItems", 100)), _FEWER)
        start = offset(request.params.get("Marker"))
        page: dict[str, Any] = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
        for member, entry in entries[start : start + size]:
            page[member].append(entry)
        more = start + size < len(entries)
        return {**page, "IsTruncated": more, **({"Marker": token_from(start + size)} if more else {})}

    def policies_of(self, request: Request) -> tuple[list[Any], Any]:
        """The documents of the policies on the role that a simulation is about, and of its boundary."""
        arn = request.params.get("PolicySourceArn", "")
        backend = get_backend("iam")[request.account]["aws"]
        role = next((role for role in backend.roles.values() if role.arn == arn), None)
        if role is None:
            raise AwsError(404, "NoSuchEntity", f"The role with name {arn.rpartition('/')[2]} cannot be found.")
        managed = [_in_force(backend.managed_policies[arn]) for arn in role.managed_policies]
        edge = role.permissions_boundary_arn
        boundary = _in_force(backend.managed_policies[edge]) if edge else None
        return [*managed, *map(json.loads, role.policies.values())], boundary


def _in_force(policy: Any) -> Any:
    return json.loads(next(v.document for v in policy.versions if v.version_id == policy.default_version_id))


def _unique_id(name: str) -> str:
    """The id of a role: letters and digits, always the same for a name."""
    return "AROA" + base64.b32encode(hashlib.sha256(name.encode()).digest()).decode()[:17]


def _role_detail(role: Any) -> dict[str, Any]:
    detail = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": quote(role.assume_role_policy_document),
        "InstanceProfileList": [],
        "RolePolicyList": role.role_policy_list,
        "AttachedManagedPolicies": role.attached_managed_policies,
    }
    boundary = role.permissions_boundary
    return {**detail, "PermissionsBoundary": boundary} if boundary else detail


def _policy_detail(policy: Any) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "IsAttachable": policy.is_attachable,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": policy.policy_version_list,
    }
