"""A simulated AWS account: real boto3 talks to it over HTTP through AWS_ENDPOINT_URL.

The world file holds one document per resource, the one that Describe answers; List replies are derived from it.

    account: "111122223333"
    regions:                            # the enabled ones
      eu-west-1:
        sagemaker:
          Model: [{ModelName: fraud, ...}]          # kinds: see KINDS in aws_model.py
    buckets: [{name: example-models, region: eu-west-1, versioning: Enabled}]     # this account's
    foreign_buckets: [{name: theirs, owner: "999988887777", region: us-east-1, readable: false}]
    account_public_access_block: {BlockPublicAcls: true}
    policies: [{name: custom, document: {...}}]
    roles: [{name: serving, trust: {...}, managed_policies: [custom], inline: {own: {...}}}]
    assumable: {"arn:aws:iam::444455556666:role/audit": "444455556666"}           # roles elsewhere; accounts
                                    # that have nothing but the foreign buckets that they own
    organization: [{id: "444455556666", name: Research, status: ACTIVE}]          # its accounts, ours too
    service_control_policies: [{Version: ..., Statement: [...]}]   # of the organisation, on this account, of one level
    tags: {"arn:aws:sagemaker:...": {team: fraud}}                 # beside those that buckets and roles have
    log_groups: {eu-west-1: [{logGroupName: ..., retentionInDays: 30}]}   # see aws_logs.py, which has log_policies too
    pipelines: {eu-west-1: [{name: release, stages: [...]}]}       # see aws_pipelines.py
    trail: {eu-west-1: [{EventId: ..., EventName: ...}]}           # what CloudTrail recorded: see aws_trail.py
    glue_tables: {eu-west-1: {support: [{Name: tickets, ...}]}}    # by region and database, see aws_glue.py
    datazone: {eu-west-1: [...]}     # see aws_datazone.py
    lineage: {eu-west-1: {artifacts: [...], components: [...], associations: [...]}}     # see aws_lineage.py
    macie: {eu-west-1: [{bucketName: ..., jobDetails: {...}}]}     # where it is enabled, see aws_macie.py
    alarms: {eu-west-1: [{AlarmName: ..., Dimensions: [...]}]}     # see aws_alarms.py: also topics, event_rules
    card_versions: {sentiment: [{ModelCardVersion: 1, ...}]}       # earlier versions of a model card: what was other
"""

from __future__ import annotations

import json
import pickle
import re
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from botocore.model import OperationModel
from worlds import aws_leaves, aws_model, aws_simulator
from worlds.aws_alarms import ALARM_KEYS, answer_alarms, check_alarms
from worlds.aws_cards import CARD_OPERATIONS, answer_card
from worlds.aws_datazone import answer_datazone, check_datazone
from worlds.aws_glue import answer_glue, check_glue
from worlds.aws_lineage import LINEAGE_OPERATIONS, answer_lineage, check_lineage
from worlds.aws_logs import answer_logs, check_logs
from worlds.aws_macie import answer_macie, check_macie
from worlds.aws_model import KINDS, AwsError, Kind
from worlds.aws_moto import Moto, check_roles, moto_part
from worlds.aws_objects import answer_object
from worlds.aws_pipelines import answer_pipelines, check_pipelines
from worlds.aws_s3 import Buckets, check_buckets
from worlds.aws_search import Index
from worlds.aws_tagging import check_tags, get_resources
from worlds.aws_trail import answer_trail, check_trail
from worlds.base import Request, Response, World, WorldError
from worlds.leaves import Leaf

ORGANIZATION = "o-exampleorgid"
_KEYS = (
    "account regions buckets foreign_buckets account_public_access_block policies roles assumable organization "
    f"service_control_policies tags card_versions log_groups log_policies trail glue_tables lineage macie datazone "
    "pipelines "
    f"{ALARM_KEYS}"
)
_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_ACCESS_KEY = "ASIAEXAMPLEREADER000"
_ERRORS: dict[tuple[str, str], tuple[int, str]] = {
    ("deny", "json"): (400, "AccessDeniedException"),
    ("deny", "rest-json"): (403, "AccessDeniedException"),
    ("deny", "ec2"): (403, "UnauthorizedOperation"),
    ("deny", ""): (403, "AccessDenied"),
    ("throttle", "json"): (400, "ThrottlingException"),
    ("throttle", "rest-json"): (429, "ThrottlingException"),
    ("throttle", "ec2"): (503, "RequestLimitExceeded"),
    ("throttle", "s3"): (503, "SlowDown"),
    ("throttle", ""): (400, "Throttling"),
    ("error", "s3"): (500, "InternalError"),
    ("error", ""): (500, "InternalFailure"),
}
#: How each service says that what is asked about is not there.
_GONE = {
    "sagemaker": (400, "ValidationException", "Could not find what was asked for."),
    "glue": (400, "EntityNotFoundException", "Entity Not Found"),
    "datazone": (404, "ResourceNotFoundException", "The requested resource was not found."),
    "macie2": (404, "ResourceNotFoundException", "The requested resource was not found."),
    "logs": (400, "ResourceNotFoundException", "The specified log group does not exist."),
    "sns": (404, "NotFound", "Topic does not exist"),
    "codepipeline": (400, "PipelineNotFoundException", "The account has no pipeline with that name."),
    "iam": (404, "NoSuchEntity", "The role with that name cannot be found."),
    "s3": (404, "NoSuchBucket", "The specified bucket does not exist"),
}
#: Services that are answered from the world file alone.
_ANSWERS = {
    "cloudtrail": answer_trail,
    "codepipeline": answer_pipelines,
    "datazone": answer_datazone,
    "glue": answer_glue,
    "logs": answer_logs,
    "macie2": answer_macie,
}
_GONE_NOTEBOOK = ("DescribeNotebookInstance", "DescribeNotebookInstanceLifecycleConfig")


class AwsWorld(World):
    """One AWS account. Only one may run in a process at a time, because moto keeps one state per process."""

    _running: ClassVar[AwsWorld | None] = None
    _guard: ClassVar[threading.Lock] = threading.Lock()
    survivors = ("moto", "sessions", "expiries", "index")
    #: buckets of this account whose objects may be written
    writable: ClassVar[tuple[str, ...]] = ()
    #: so many actions a page of the policy simulator has at most; IAM may give fewer than were asked for
    simulated: ClassVar[int] = 1000
    #: how long an assumed role may be used
    session_time = timedelta(hours=1)

    # -- the world file --------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        # Checking normalises times in place, and a caller may build several worlds from one document. To pickle takes a
        # fifth of the time of copy.deepcopy.
        document = self.document = pickle.loads(pickle.dumps(self.document))
        problems = [f"{key}: unknown key" for key in document if key not in _KEYS.split()]
        self.account = document.get("account")
        if not isinstance(self.account, str) or not re.fullmatch(r"\d{12}", self.account):
            problems.append(f"account: expected twelve digits in quotes, found {self.account!r}")
        self.regions: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
        for region, services in (document.get("regions") or {}).items():
            self.regions[region] = self.prepare_region(region, services or {}, problems)
        check_buckets(document, problems)
        check_roles(document, problems)
        check_tags(document, problems)
        check_logs(document, problems)
        check_trail(document, problems)
        check_glue(document, problems)
        check_macie(document, problems)
        check_datazone(document, problems)
        check_lineage(document, problems)
        check_alarms(document, problems)
        check_pipelines(document, problems)
        for number, account in enumerate(document.get("organization") or ()):
            if not isinstance(account, dict) or set(account) != {"id", "name", "status"}:
                problems.append(f"organization[{number}]: expected id, name and status, found {account!r}")
        if problems:
            raise WorldError("\n".join(problems))
        self.buckets = Buckets(document)
        self.moto: Moto | None = None
        self.index = Index()
        self.reader = f"arn:aws:sts::{self.account}:assumed-role/posture-reader/scan"
        self.sessions = {_ACCESS_KEY: (str(self.account), self.reader)}
        self.expiries: dict[str, datetime] = {}

    def prepare_region(self, region: str, services: dict[str, Any], problems: list[str]) -> dict[Any, Any]:
        documents = {}
        for service, kinds in services.items():
            table = {kind.name: kind for kind in KINDS.get(service, [])}
            for name, entries in (kinds or {}).items():
                if name not in table:
                    problems.append(f"{region}.{service}.{name}: no such kind; add it to KINDS")
                    continue
                documents[service, name] = aws_model.conform_kind(
                    table[name], entries or [], (service, region, str(self.account)), problems
                )
        return documents

    def replace(self, document: dict[str, Any]) -> None:
        seeded = moto_part(self.document)
        super().replace(document)
        if self.moto is not None and moto_part(self.document) != seeded:
            self.moto = Moto(self.document)

    def leaves(self) -> Iterator[Leaf]:
        return aws_leaves.leaves(self.document)

    def knows(self, operation: str, path: tuple[str, ...]) -> bool:
        return aws_leaves.knows(operation, path)

    # -- running ---------------------------------------------------------------------------------------------------

    def start(self) -> World:
        with AwsWorld._guard:
            if AwsWorld._running is not None:
                raise RuntimeError("an AwsWorld already runs in this process; close it first")
            try:
                self.moto = Moto(self.document)
            except ValueError as error:
                raise WorldError(str(error)) from error
            aws_model.warm()
            super().start()
            AwsWorld._running = self
        return self

    def close(self) -> None:
        super().close()
        with AwsWorld._guard:
            if AwsWorld._running is self:
                AwsWorld._running = None

    def env(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": _ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": "invented-for-the-simulated-cloud",
            "AWS_SESSION_TOKEN": "invented-for-the-simulated-cloud",
            "AWS_DEFAULT_REGION": next(iter(self.regions), "eu-west-1"),
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    # -- requests --------------------------------------------------------------------------------------------------

    def identify(self, request: Request) -> None:
        target = request.headers.get("x-amz-target", "")
        scope = _SCOPE.search(request.headers.get("authorization", ""))
        key, request.region, prefix = scope.groups() if scope else ("", "", target.partition(".")[0].lower())
        request.account = self.sessions.get(key, (str(self.account), ""))[0]
        prefix = {"tagging": "tag", "monitoring": "cloudwatch"}.get(prefix, prefix)  # what IAM calls it
        operation, request.params = self.read(self.service(prefix, request), target, request) or (None, {})
        if operation is None:
            action = target.rpartition(".")[2] or dict(parse_qsl(request.body.decode(errors="replace"))).get("Action")
            name = action or f"{request.method} {request.path}"
        else:
            name = operation.name
            if operation.service_model.service_name == "s3control" and name == "GetPublicAccessBlock":
                name = "GetAccountPublicAccessBlock"  # what IAM calls it
        request.operation = f"{prefix}:{name}"
        request.verb = "list" if name.startswith("List") else "get"
        required = operation.input_shape.required_members if operation and operation.input_shape else []
        ids = (request.params[member] for member in required if isinstance(request.params.get(member), str))
        request.resource = next(ids, "")

    @staticmethod
    def service(prefix: str, request: Request) -> str:
        """The botocore service that a signing name stands for."""
        if prefix == "tag":
            return "resourcegroupstaggingapi"
        return "s3control" if prefix == "s3" and request.path.startswith("/v20180820/") else prefix

    @staticmethod
    def read(service: str, target: str, request: Request) -> tuple[OperationModel, dict[str, Any]] | None:
        """The operation and its parameters, None when the service has no such operation."""
        service_model = aws_model.model(service)
        if service_model is None:
            return None
        params: dict[str, Any]
        if aws_model.protocol(service_model) == "json":
            name, params = target.rpartition(".")[2], json.loads(request.body or b"{}")
        elif service_model.protocol in ("query", "ec2"):
            params = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
            name = params.get("Action", "")
        else:
            return aws_model.route(service, request)
        if name not in service_model.operation_names:
            return None
        return service_model.operation_model(name), params

    def protocol(self, request: Request) -> str:
        """The protocol of the reply, with `s3` for S3's own dialect."""
        prefix = request.operation.partition(":")[0]
        if "x-amz-target" in request.headers:
            return "json"
        service = self.service(prefix, request)
        if service == "s3":
            return "s3"
        service_model = aws_model.model(service)
        return service_model.protocol if service_model else "query"

    def respond(self, request: Request) -> Response:
        try:
            return self.answer(request)
        except AwsError as error:
            return self.failure(request, error)
        except Exception as error:  # a bug in the world must not look like an unreachable cloud
            traceback.print_exc()
            return self.failure(request, AwsError(500, "InternalFailure", f"the simulated world failed: {error!r}"))

    def failure(self, request: Request, error: AwsError) -> Response:
        return aws_model.failure(self.protocol(request), request.method, error, self.request_id())

    def request_id(self) -> str:
        return f"00000000-0000-0000-0000-{len(self.log):012d}"

    def answer(self, request: Request) -> Response:
        assert self.moto is not None, "the world is not running"
        prefix, _, name = request.operation.partition(":")
        service = self.service(prefix, request)
        if "authorization" not in request.headers:
            raise AwsError(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
        self.check_expiry(request)
        if service == "s3":
            return self.answer_s3(request, name)
        if service == "s3control" and name == "GetAccountPublicAccessBlock":
            block = self.buckets.account_block(request)
            return self.success(service, "GetPublicAccessBlock", block)
        if service in ("sts", "organizations"):
            answer = self.answer_sts if service == "sts" else self.answer_organization
            return self.success(service, name, answer(request, name))
        if request.operation == "iam:GetAccountAuthorizationDetails":
            return self.success(service, name, self.moto.account_details(request))
        if request.operation == "iam:SimulatePrincipalPolicy":
            policies = self.moto.policies_of(request)
            scps = self.document.get("service_control_policies")
            return self.success(service, name, aws_simulator.simulate(request.params, *policies, scps, self.simulated))
        if service == "iam":
            return self.moto.answer(request, service)
        self.check_region(request)
        if request.operation == "ec2:DescribeRegions":
            return self.success(service, name, self.answer_regions(request))
        return self.success(service, name, self.answer_ml(request, service, name))

    def success(self, service: str, name: str, result: Any) -> Response:
        return aws_model.success(service, name, result, self.request_id())

    def check_expiry(self, request: Request) -> None:
        scope = _SCOPE.search(request.headers["authorization"])
        until = self.expiries.get(scope[1] if scope else "")
        if until is not None and until < datetime.now(UTC):
            json_code = "ExpiredTokenException" if "json" in self.protocol(request) else "ExpiredToken"
            raise AwsError(400, json_code, "The security token included in the request is expired")

    def check_region(self, request: Request) -> None:
        if request.region not in self.regions:
            code = "AuthFailure" if request.operation.startswith("ec2:") else "UnrecognizedClientException"
            raise AwsError(403, code, "The security token included in the request is invalid.")

    def answer_ml(self, request: Request, service: str, name: str) -> Any:
        if request.operation == "tag:GetResources":
            tagged = self.document if request.account == self.account else {}
            return get_resources(tagged, request.region, request.params)
        if service in _ANSWERS:
            mine = self.document if request.account == self.account else {}
            return _ANSWERS[service](mine, request.region, name, request.params)
        if service in ("cloudwatch", "sns", "events"):
            mine = self.document if request.account == self.account else {}
            return answer_alarms(mine, request.region, request.operation, request.params)
        if request.operation == "sagemaker:Search":
            mine = self.regions[request.region] if request.account == self.account else {}
            return self.index.search(mine, request.params)
        if request.operation in LINEAGE_OPERATIONS:
            mine = self.document if request.account == self.account else {}
            return answer_lineage(mine, request.region, name, request.params)
        if request.operation in CARD_OPERATIONS and "ModelCardName" in request.params:
            return self.answer_card(request, name)
        for kind in KINDS.get(service, []):
            if name in (kind.list_op, kind.describe_op):
                return self.answer_kind(request, service, kind, name)
        raise unknown(request)

    def answer_kind(self, request: Request, service: str, kind: Kind, name: str) -> Any:
        mine = request.account == self.account
        documents = self.regions[request.region].get((service, kind.name), {}) if mine else {}
        service_model = aws_model.known_model(service)
        if name == kind.list_op:
            return aws_model.list_page(service_model.operation_model(name), kind, documents, request.params)
        return aws_model.describe(kind, documents, request.params[kind.param], service_model.protocol)

    def answer_card(self, request: Request, name: str) -> Any:
        kind = next(kind for kind in KINDS["sagemaker"] if kind.name == "ModelCard")
        latest = self.answer_kind(request, "sagemaker", kind, kind.describe_op)
        return answer_card(latest, self.document.get("card_versions") or {}, name, request.params)

    def answer_regions(self, request: Request) -> Any:
        # Parameters of the ec2 protocol are flat: RegionName.1, RegionName.2.
        named = {value for key, value in request.params.items() if key.startswith("RegionName.")}
        unknown_names = named - self.regions.keys()
        if unknown_names:
            raise AwsError(400, "InvalidParameterValue", f"Invalid region provided: {', '.join(sorted(unknown_names))}")
        return {
            "Regions": [
                {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": "opt-in-not-required"}
                for name in self.regions
                if not named or name in named
            ]
        }

    def answer_organization(self, request: Request, name: str) -> Any:
        if name != "ListAccounts":
            raise unknown(request)
        accounts = self.document.get("organization")
        if not accounts:
            raise AwsError(400, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
        start, size = int(request.params.get("NextToken", 0)), int(request.params.get("MaxResults", 20))
        page = [
            {
                "Id": account["id"],
                "Arn": f"arn:aws:organizations::{self.account}:account/{ORGANIZATION}/{account['id']}",
                "Name": account["name"],
                "Status": account["status"],
                "State": account["status"],
            }
            for account in accounts[start : start + size]
        ]
        more = {"NextToken": str(start + size)} if start + size < len(accounts) else {}
        return {"Accounts": page, **more}

    def answer_sts(self, request: Request, name: str) -> Any:
        if name == "GetCallerIdentity":
            scope = _SCOPE.search(request.headers["authorization"])
            account, arn = self.sessions.get(scope[1] if scope else "", (self.account, self.reader))
            return {"UserId": "AROAEXAMPLE:scan", "Account": account, "Arn": arn}
        if name != "AssumeRole":
            raise unknown(request)
        arn, session = request.params["RoleArn"], request.params["RoleSessionName"]
        accounts = {
            f"arn:aws:iam::{self.account}:role{role.get('path', '/')}{role['name']}": str(self.account)
            for role in self.document.get("roles") or []
        } | (self.document.get("assumable") or {})
        if arn not in accounts:
            raise AwsError(403, "AccessDenied", self.not_authorized(request, arn))
        key = f"ASIAEXAMPLE{len(self.sessions):09d}"
        assumed = f"arn:aws:sts::{accounts[arn]}:assumed-role/{arn.rpartition('/')[2]}/{session}"
        self.sessions[key] = (accounts[arn], assumed)
        self.expiries[key] = datetime.now(UTC) + self.session_time
        return {
            "Credentials": {
                "AccessKeyId": key,
                "SecretAccessKey": "invented-for-the-simulated-cloud",
                "SessionToken": "invented-for-the-simulated-cloud",
                "Expiration": self.expiries[key].replace(microsecond=0),
            },
            "AssumedRoleUser": {"Arn": assumed, "AssumedRoleId": f"AROAEXAMPLE:{session}"},
        }

    def answer_s3(self, request: Request, name: str) -> Response:
        assert self.moto is not None
        if request.method not in ("GET", "HEAD") and request.params.get("Bucket") not in self.writable:
            raise AwsError(403, "AccessDenied", "Access Denied")
        if name == "GetObject" and request.params["Bucket"] not in self.writable:
            bucket = self.buckets.admit(request, request.params["Bucket"], name)
            return answer_object(bucket, request, self.request_id())
        kept = name == "ListObjectsV2" and request.params.get("Bucket") in self.writable
        result = None if kept else self.buckets.answer(request, name, request.params)
        if result is None:
            return self.moto.answer(request, "s3")
        if name == "GetBucketPolicy":
            return Response(200, result.encode(), {"Content-Type": "application/json"})
        if name == "GetBucketLocation":
            place = "" if result == "us-east-1" else result
            space = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
            body = f"<LocationConstraint {space}>{place}</LocationConstraint>"
            return Response(200, body.encode(), {"Content-Type": "application/xml"})
        return self.success("s3", name, result)

    # -- faults ----------------------------------------------------------------------------------------------------

    def not_authorized(self, request: Request, resource: str) -> str:
        on = f" on resource: {resource}" if resource else ""
        return (
            f"User: {self.reader} is not authorized to perform: {request.operation}{on} "
            f"because no identity-based policy allows the {request.operation} action"
        )

    def say(self, request: Request, status: int, code: str, message: str) -> Response:
        return self.failure(request, AwsError(status, code, message))

    def gone(self, request: Request) -> Response:
        service, _, name = request.operation.partition(":")
        status, code, message = _GONE.get(service, _GONE["s3"])
        if service == "sagemaker" and name in _GONE_NOTEBOOK:
            message = "RecordNotFound"
        return self.say(request, status, code, message)

    def refuse(self, request: Request, kind: str) -> Response:
        protocol = self.protocol(request)
        if kind == "malformed":
            body = b'{"Models": [{"ModelName": "trunc' if "json" in protocol else b"<Result><Item>trunc"
            media = "application/x-amz-json-1.1" if "json" in protocol else "text/xml"
            return Response(200, body, {"Content-Type": media})
        found = _ERRORS.get((kind, protocol)) or _ERRORS.get((kind, ""))
        if found is None:
            return self.failure(request, AwsError(500, "InternalFailure", f"AWS has no fault called {kind}"))
        messages = {
            "deny": "Access Denied" if protocol == "s3" else self.not_authorized(request, request.resource),
            "throttle": "Please reduce your request rate." if protocol == "s3" else "Rate exceeded",
            "error": "We encountered an internal error. Please try again.",
        }
        return self.failure(request, AwsError(*found, messages[kind]))


def unknown(request: Request) -> AwsError:
    return AwsError(400, "UnknownOperationException", f"The world has no {request.operation}")
