"""AWS Security Hub, to which `mlposture upload security-hub` sends findings: all that this program ever writes there.

No scan imports it. An account takes findings of its own from itself alone, so another one takes a role in it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import botocore.exceptions
from boto3.session import Session
from botocore.config import Config

from checks.aws.client.credentials import usable
from checks.aws.client.failures import told, translated
from scanner.model import own
from scanner.model.errors import CallFailed, CannotScan, InputError, NotWritten
from scanner.model.nouns import Reason
from scanner.model.proxies import NETWORK, keep_secrets_from_proxies

T = TypeVar("T")
#: Findings in a request, and what all of them may have in bytes, of 6 MB.
AT_ONCE, BYTES = 100, 5_000_000
_CONFIG = Config(
    connect_timeout=10,
    read_timeout=60,
    # Ten requests a second are taken: of more, the SDK waits for its turn.
    retries={"mode": "adaptive", "total_max_attempts": 10},
    user_agent_extra="mlposture",
)
_NOT_ENABLED = "InvalidAccessException"


class Refused(NamedTuple):
    """A finding that was not taken."""

    id: str
    code: str
    message: str


class Hubs:
    """The Security Hubs of the accounts that there are credentials for. Raises CannotScan where there are none."""

    def __init__(self, profile: str | None, roles: Iterable[str]) -> None:
        own.note_environment()
        keep_secrets_from_proxies()
        try:
            self._own = Session(profile_name=profile)
        except botocore.exceptions.BotoCoreError as error:
            raise CannotScan(f"AWS: {error}") from error
        _note(usable(self._own._session))  # noqa: SLF001 - boto3 has no public way to the session of botocore
        sts = self._own.client("sts", config=_CONFIG, region_name=self._own.region_name or "us-east-1")
        self._sts: Any = sts
        identity = _asked("who is asking", sts.get_caller_identity)
        self.account = str(identity["Account"])
        self._sessions = {self.account: self._own}
        self._roles = {_account_of(role): role for role in roles}

    @property
    def accounts(self) -> set[str]:
        """Those that it can speak to."""
        return {self.account, *self._roles}

    def hub(self, account: str, region: str) -> "Hub":
        """That of an account in a region. Raises CannotScan where its role cannot be assumed."""
        if account not in self._sessions:
            role = self._roles[account]
            given = _asked(role, self._sts.assume_role, RoleArn=role, RoleSessionName="mlposture")["Credentials"]
            keys = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
            own.note(*keys)
            self._sessions[account] = Session(*keys)
        client = self._sessions[account].client("securityhub", config=_CONFIG, region_name=region)
        return Hub(client, f"{account} {region}")


class Hub:
    """One account's Security Hub in one region."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self.name = name

    def active(self, product: str, prefix: str) -> Iterator[Mapping[str, Any]]:
        """Findings of a product that are not archived, whose generator begins so."""
        filters = {
            "ProductArn": [{"Value": product, "Comparison": "EQUALS"}],
            "GeneratorId": [{"Value": prefix, "Comparison": "PREFIX"}],
            "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
        }
        token = ""
        while True:
            more = {"NextToken": token} if token else {}
            page = self._ask("GetFindings", self._client.get_findings, Filters=filters, MaxResults=AT_ONCE, **more)
            yield from page["Findings"]
            token = page.get("NextToken") or ""
            if not token:
                return

    def put(self, findings: Sequence[Mapping[str, Any]]) -> list[Refused]:
        """Import findings, of which some may be refused."""
        reply = self._ask("BatchImportFindings", self._client.batch_import_findings, Findings=list(findings))
        return [_refused(one["Id"], one) for one in reply.get("FailedFindings") or ()]

    def decide(self, product: str, ids: Sequence[str], status: str, note: str) -> list[Refused]:
        """Set what is decided of findings that are there already, which an import does not change."""
        reply = self._ask(
            "BatchUpdateFindings",
            self._client.batch_update_findings,
            FindingIdentifiers=[{"Id": id, "ProductArn": product} for id in ids],
            Workflow={"Status": status},
            Note={"Text": note, "UpdatedBy": "mlposture"},
        )
        return [_refused(one["FindingIdentifier"]["Id"], one) for one in reply.get("UnprocessedFindings") or ()]

    def _ask(self, operation: str, method: Callable[..., T], **parameters: Any) -> T:
        try:
            return translated(method, **parameters)
        except CallFailed as failure:
            raise NotWritten(f"Security Hub of {self.name}: {_why(operation, failure)}") from failure


def _why(operation: str, failure: CallFailed) -> str:
    if failure.code == _NOT_ENABLED:
        return "it is not enabled there; enable it, or name a region where it is with --region"
    if failure.reason is Reason.DENIED:
        return f"denied ({told(failure)}); the credentials need securityhub:{operation}"
    return f"{told(failure)}; what was sent is there, and sending all of it again does no harm"


def _asked(what: str, method: Callable[..., Any], **parameters: Any) -> Any:
    try:
        return translated(method, **parameters)
    except CallFailed as failure:
        network = "" if failure.reason is Reason.DENIED else f"; {NETWORK}"
        raise CannotScan(f"AWS: {what}: {told(failure)}{network}") from failure


def _account_of(role: str) -> str:
    if not re.fullmatch(r"arn:[a-z-]+:iam::\d{12}:role/.+", role):
        raise InputError(f"--role-arn {role!r}: is not the ARN of a role, as arn:aws:iam::ACCOUNT:role/NAME")
    return role.split(":")[4]


def _refused(id: str, one: Mapping[str, Any]) -> Refused:
    return Refused(id, str(one.get("ErrorCode", "")), str(one.get("ErrorMessage", "")))


def _note(credentials: Any) -> None:
    found = credentials.get_frozen_credentials()
    own.note(found.access_key, found.secret_key, found.token)
