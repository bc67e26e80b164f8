"""The generated AWS organisation: who asks, for what, in which protocol. Single services are in `aws_*.py`.

The account is told by the access key, which ends in its number; the region by the credential scope.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from replaying.aws_iam import Iam
from replaying.aws_s3 import Buckets, s3_operation
from replaying.aws_sagemaker import SageMaker
from replaying.cloud import Call, Cloud, Refused, Reply, Request, Size

# fmt: off
REGIONS = (
    "us-east-1", "eu-west-1", "us-west-2", "eu-central-1", "us-east-2", "us-west-1", "eu-west-2", "eu-west-3",
    "eu-north-1", "ca-central-1", "sa-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-southeast-1", "ap-southeast-2", "eu-south-1", "eu-south-2", "eu-central-2", "me-south-1", "me-central-1",
    "il-central-1", "af-south-1", "ap-east-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ca-west-1",
)
# fmt: on
_FIRST_ACCOUNT = 111122223333
_KEY = "ASIAR"
_INVENTED = "invented-for-the-replay"
_JSON = b"application/x-amz-json-1.1"
_XML = b"text/xml"
_REQUEST_ID = "00000000-0000-0000-0000-000000000000"


class AwsCloud(Cloud):
    """An organisation of equal accounts; the first is the management account, whose credentials the caller has."""

    kinds = ("notebooks", "models", "endpoint-configs", "endpoints", "training-jobs", "buckets", "roles")
    default_regions = 1

    def __init__(self, size: Size) -> None:
        if not 1 <= size.regions <= len(REGIONS):
            raise ValueError(f"AWS has 1 to {len(REGIONS)} regions here")
        self._size = size
        self._regions = REGIONS[: size.regions]
        self._accounts = [str(_FIRST_ACCOUNT + number) for number in range(size.accounts)]
        self._known = set(self._accounts)
        self._sagemaker = SageMaker(size, self._regions)
        self._iam = Iam(size)
        self._buckets = Buckets(size, self._regions, self._accounts)
        self._answers: dict[str, Callable[[Call], Reply]] = {
            "sagemaker": self._answer_sagemaker,
            "s3": self._buckets.answer,
            "iam": lambda call: _query(call, self._iam.answer(call)),
            "sts": self._answer_sts,
            "ec2": self._answer_ec2,
            "organizations": self._answer_organizations,
        }

    def env(self, url: str) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": _KEY + self._accounts[0],
            "AWS_SECRET_ACCESS_KEY": _INVENTED,
            "AWS_SESSION_TOKEN": _INVENTED,
            "AWS_DEFAULT_REGION": self._regions[0],
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    # -- which call it is ----------------------------------------------------------------------------------------------

    def identify(self, request: Request) -> Call:
        key, region, service = _scope(request.headers.get("authorization", ""))
        account = key[-12:] if key[-12:] in self._known else self._accounts[0]
        params: dict[str, Any]
        target = request.headers.get("x-amz-target")
        if target is not None:
            params = msgspec.json.decode(request.body) if request.body else {}
            name = target.rpartition(".")[2]
            return Call(f"{service}:{name}", account, region, _asked(params), params, service)
        if service == "s3":
            name, params = s3_operation(request)
            return Call(f"s3:{name}", account, region, params.get("Bucket", ""), params, service)
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            params = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
            return Call(f"{service}:{params.get('Action', '')}", account, region, _asked(params), params, service)
        return Call(f"{service}:{request.method} {unquote(request.path)}", account, region, "", {}, service)

    # -- answers -------------------------------------------------------------------------------------------------------

    def answer(self, request: Request, call: Call) -> Reply:
        if "authorization" not in request.headers:
            raise Refused(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
        answer = self._answers.get(call.service)
        if answer is None:
            raise self.denied(call)
        return answer(call)

    def _answer_sagemaker(self, call: Call) -> Reply:
        if call.region not in self._regions:
            raise Refused(400, "UnrecognizedClientException", "The security token included in the request is invalid.")
        return Reply(self._sagemaker.answer(call), _JSON)

    def _answer_sts(self, call: Call) -> Reply:
        name = call.operation.partition(":")[2]
        if name == "GetCallerIdentity":
            arn = f"arn:aws:sts::{call.account}:assumed-role/posture-reader/scan"
            return _query(call, f"<Arn>{arn}</Arn><UserId>AROAEXAMPLE:scan</UserId><Account>{call.account}</Account>")
        if name != "AssumeRole":
            raise self.denied(call)
        arn = call.params.get("RoleArn", "")
        account, session = arn.split(":")[4] if arn.count(":") == 5 else "", call.params.get("RoleSessionName")
        if account not in self._known:
            raise self.denied(call)
        role = arn.rpartition("/")[2]
        return _query(
            call,
            f"<Credentials><AccessKeyId>{_KEY}{account}</AccessKeyId><SecretAccessKey>{_INVENTED}</SecretAccessKey>"
            f"<SessionToken>{_INVENTED}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
            f"<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:{session}</AssumedRoleId>"
            f"<Arn>arn:aws:sts::{account}:assumed-role/{role}/{session}</Arn></AssumedRoleUser>",
        )

    def _answer_ec2(self, call: Call) -> Reply:
        if call.region not in self._regions:
            raise Refused(401, "AuthFailure", "AWS was not able to validate the provided access credentials")
        if call.operation != "ec2:DescribeRegions":
            raise self.denied(call)
        items = "".join(
            f"<item><regionName>{name}</regionName><regionEndpoint>ec2.{name}.amazonaws.com</regionEndpoint>"
            "<optInStatus>opt-in-not-required</optInStatus></item>"
            for name in self._regions
        )
        space = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'
        inner = f"<requestId>{_REQUEST_ID}</requestId><regionInfo>{items}</regionInfo>"
        return Reply(f"<DescribeRegionsResponse {space}>{inner}</DescribeRegionsResponse>".encode(), _XML)

    def _answer_organizations(self, call: Call) -> Reply:
        first = self._accounts[0]
        if call.operation == "organizations:DescribeOrganization":
            organization = {
                "Id": "o-exampleorg",
                "Arn": f"arn:aws:organizations::{first}:organization/o-exampleorg",
                "FeatureSet": "ALL",
                "MasterAccountId": first,
                "MasterAccountArn": f"arn:aws:organizations::{first}:account/o-exampleorg/{first}",
            }
            return Reply(msgspec.json.encode({"Organization": organization}), _JSON)
        if call.operation != "organizations:ListAccounts":
            raise self.denied(call)
        start, size = int(call.params.get("NextToken") or 0), min(int(call.params.get("MaxResults") or 20), 20)
        accounts = [
            {
                "Id": account,
                "Arn": f"arn:aws:organizations::{first}:account/o-exampleorg/{account}",
                "Name": f"account-{number}",
                "Email": f"account-{number}@example.com",
                "Status": "ACTIVE",
                "State": "ACTIVE",
                "JoinedMethod": "CREATED",
                "JoinedTimestamp": 1577836800.0,
            }
            for number, account in enumerate(self._accounts[start : start + size], start)
        ]
        reply: dict[str, Any] = {"Accounts": accounts}
        if start + size < len(self._accounts):
            reply["NextToken"] = str(start + size)
        return Reply(msgspec.json.encode(reply), _JSON)

    # -- refusals ------------------------------------------------------------------------------------------------------

    def denied(self, call: Call) -> Refused:
        who = f"arn:aws:sts::{call.account}:assumed-role/posture-reader/scan"
        message = (
            f"User: {who} is not authorized to perform: {call.operation} "
            f"because no identity-based policy allows the {call.operation} action"
        )
        if call.service == "ec2":
            return Refused(403, "UnauthorizedOperation", message)
        if call.service in ("s3", "iam", "sts"):
            return Refused(403, "AccessDenied", "Access Denied" if call.service == "s3" else message)
        return Refused(400, "AccessDeniedException", message)

    def throttled(self, call: Call, seconds: float) -> Refused:  # noqa: ARG002 (AWS does not say how long)
        if call.service == "s3":
            return Refused(503, "SlowDown", "Please reduce your request rate.")
        if call.service == "ec2":
            return Refused(503, "RequestLimitExceeded", "Request limit exceeded.")
        if call.service in ("iam", "sts"):
            return Refused(400, "Throttling", "Rate exceeded")
        return Refused(400, "ThrottlingException", "Rate exceeded")

    def refuse(self, request: Request, call: Call, refused: Refused) -> Reply:
        code, message = refused.code, str(refused).replace("&", "&amp;").replace("<", "&lt;")
        inner = f"<Code>{code}</Code><Message>{message}</Message>"
        if call.service == "s3":
            text = f"<Error>{inner}<RequestId>0</RequestId><HostId>example</HostId></Error>"
            body = b"" if request.method == "HEAD" else text.encode()
            return Reply(body, b"application/xml", refused.status, refused.headers)
        if call.service == "ec2":
            text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{_REQUEST_ID}</RequestID></Response>"
            return Reply(text.encode(), _XML, refused.status)
        if call.service in ("iam", "sts"):
            text = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>{_REQUEST_ID}</RequestId>"
            return Reply(f"{text}</ErrorResponse>".encode(), _XML, refused.status)
        body = msgspec.json.encode({"__type": code, "message": str(refused)})
        return Reply(body, _JSON, refused.status, b"x-amzn-ErrorType: %s\r\n" % code.encode())


def _scope(authorization: str) -> tuple[str, str, str]:
    """Access key, region and service of a Signature Version 4."""
    _, found, rest = authorization.partition("Credential=")
    parts = rest.partition(",")[0].split("/")
    return (parts[0], parts[2], parts[3]) if found and len(parts) == 5 else ("", "", "unknown")


#: Parameters that tell what a call is about, the most telling first.
_ASKED = (
    "NextToken",
    "Marker",
    "ResourceArn",
    "PolicyName",
    "RoleName",
    "PolicyArn",
    "RoleArn",
    "ModelName",
    "NotebookInstanceName",
    "EndpointConfigName",
    "EndpointName",
    "TrainingJobName",
)


def _asked(params: dict[str, Any]) -> str:
    said = [str(params[name]) for name in ("Resource", "RoleName", "PolicyName") if name in params]
    return " ".join(said or [str(params[name]) for name in _ASKED if params.get(name)][:1])


def _query(call: Call, result: str) -> Reply:
    name = call.operation.partition(":")[2]
    space = f'xmlns="https://{call.service}.amazonaws.com/doc/2010-05-08/"'
    meta = f"<ResponseMetadata><RequestId>{_REQUEST_ID}</RequestId></ResponseMetadata>"
    text = f"<{name}Response {space}><{name}Result>{result}</{name}Result>{meta}</{name}Response>"
    return Reply(text.encode(), _XML)
