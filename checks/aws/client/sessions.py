"""Whose account is scanned with which credentials: the caller's own, or those of a role in each account."""

import re
import threading
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import botocore.exceptions
from botocore.credentials import RefreshableCredentials
from botocore.session import Session

from checks.aws.client.clients import Clients
from checks.aws.client.credentials import usable
from checks.aws.client.failures import empty, told, translated
from checks.aws.client.transport import ASSUME, Credentials
from checks.aws.names import account_of
from scanner.calls.bounds import Listing
from scanner.calls.client import Calls
from scanner.model.errors import CallFailed, CannotScan, InputError
from scanner.model.nouns import Reason, Scope
from scanner.model.patterns import pattern
from scanner.model.proxies import NETWORK

_LIST = "organizations:ListAccounts"
#: The ARN of an account in its organisation.
_ARN = pattern(r"arn:[a-z-]+:organizations::\d{12}:account/(o-[a-z0-9]{10,32})/")
#: Who is asking, as far as it is the same at the next sign-in.
_PRINCIPAL = pattern(r"arn:aws[a-z-]*:(?:sts|iam)::(\d{12}):(assumed-role/[\w+=,.@-]+|[\w+=,.@/-]+)")
_ADVICE = {
    Reason.DENIED: "use credentials of the management account, or of an account that administers a service for the "
    f"organisation (a delegated administrator), with {_LIST}",
    Reason.ERROR: "is the account part of an organisation?",
}


class Sessions:
    """The credentials of every account. Roles are assumed when their account is first asked, and again in time."""

    def __init__(self, session: Session, clients: Clients, calls: Calls, home: str) -> None:
        self._clients = clients
        self._calls = calls
        self._home = home
        self._base: Credentials = usable(session)
        self.partition = _partition(session, home)
        #: who is asking, without the name of a session; of an account, if AWS says no more
        self.principal = ""
        #: the same with the name of the session, as AWS says it; empty if it does not
        self.identity = ""
        self.own = self._identify()
        #: of whose accounts a list was asked for, as far as it says
        self.organizations: tuple[str, ...] = ()
        #: what that list calls them, by id
        self.names: dict[str, str] = {}
        self._roles: dict[str, str] = {}
        self._fall_back = ""
        self._opened: dict[str, Credentials | CallFailed] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def assume(self, roles: Iterable[str]) -> None:
        """Scan the accounts of these roles, by assuming them. Raises InputError for what is no role."""
        for arn in roles:
            if not re.fullmatch(r"arn:[a-z-]+:iam::\d{12}:role/.+", arn):
                raise InputError(f"AWS: {arn!r} is not the ARN of a role, as arn:aws:iam::ACCOUNT:role/NAME")
            self._roles[account_of(arn)] = arn

    def assume_everywhere(self, role: str) -> None:
        """Scan every active account of the organisation, by assuming the role of this name in each.

        The caller's own account is scanned with its own credentials if it has no such role. Raises CannotScan.
        """
        self._fall_back = self.own
        self._roles |= {account: f"arn:{self.partition}:iam::{account}:role/{role}" for account in self._members()}

    def accounts(self) -> tuple[str, ...]:
        return tuple(sorted(self._roles)) or (self.own,)

    def asks_as(self, account: str) -> str:
        """The ARN of whose credentials are used in an account: of its role, else of the caller."""
        role = self._roles.get(account, "")
        return self.identity if not role or self._opened.get(account) is self._base else role

    def open(self, account: str) -> None:
        """Make sure that there are credentials for an account. Raises CallFailed."""
        if account in self._roles:
            scope = Scope("aws", self.own, self._home)
            self._calls.run(scope, "sts", ASSUME, lambda: self.credentials(account))

    def credentials(self, account: str) -> Credentials:
        """The credentials for an account, whose role is assumed if that has not been done. Raises CallFailed."""
        known = self._opened.get(account)
        if known is None:
            with self._lock:
                lock = self._locks.setdefault(account, threading.Lock())
            with lock:  # the first call waits for STS, and those to the same account with it
                known = self._opened.get(account) or self._first(account)
        if isinstance(known, CallFailed):
            raise CallFailed(known.reason, known.detail, permission=known.permission) from known
        return known

    def _first(self, account: str) -> Credentials | CallFailed:
        found: Credentials | CallFailed
        if account not in self._roles:
            own = account == self.own
            found = self._base if own else CallFailed(Reason.ERROR, f"{account} is no account of this scan")
        else:
            fetch = partial(self._fetch, self._roles[account])
            try:
                found = translated(lambda: RefreshableCredentials.create_from_metadata(fetch(), fetch, "assume-role"))
            except CallFailed as failure:
                if account == self._fall_back:
                    found = self._base
                elif failure.retry or failure.reason is Reason.STOPPED:
                    raise
                else:
                    found = failure
        self._opened[account] = found
        return found

    def _fetch(self, role: str) -> dict[str, str]:
        try:
            reply = self._ask("sts", "AssumeRole", RoleArn=role, RoleSessionName="mlposture")
            given = reply.get("Credentials", {})
            names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
            if not all(given.get(name) for name in (*names, "Expiration")):
                raise empty()
        except CallFailed as failure:
            # AWS refuses alike where there is no such role, and where it trusts somebody else.
            ask = "; is it there, and does its trust policy name the scanner?" if failure.detail == failure.code else ""
            # Without the code, which would read as what a service said about a resource.
            raise CallFailed(
                failure.reason,
                f"{role} cannot be assumed: {failure.detail}{ask}",
                retry=failure.retry,
                retry_after=failure.retry_after,
                permission=failure.permission,
            ) from failure
        found = dict(zip(("access_key", "secret_key", "token"), (str(given[name]) for name in names), strict=True))
        return {**found, "expiry_time": given["Expiration"].isoformat()}

    def _identify(self) -> str:
        """The caller's account. No policy can deny this call; should a proxy do so, the refusal names the account."""
        try:
            return self._calls.run(Scope("aws", "", self._home), "sts", "sts:GetCallerIdentity", self._own_account)
        except CallFailed as failure:
            named = _PRINCIPAL.search(told(failure))
            if failure.reason is Reason.DENIED and named:
                self.principal = self.identity = named[0]
                return named[1]
            # Before STS has accepted them, what is taken to speak of the region speaks of the credentials.
            strange = failure.reason is Reason.UNSUPPORTED_REGION
            why = f"AWS does not know the credentials ({failure.code}); check them" if strange else told(failure)
            # Perhaps it was not AWS that answered; who sets a limit or stops the scan knows why there is no answer.
            if failure.reason not in (Reason.DENIED, Reason.STOPPED) and not strange:
                why += f"; {NETWORK}"
            raise CannotScan(f"AWS: who is asking cannot be found out: {why}") from failure

    def _members(self) -> list[str]:
        """Active accounts of the organisation. Raises CannotScan unless every page was read."""
        scope = Scope("aws", self.own, self._home)
        found: list[str] = []
        named: set[str] = set()
        token = ""
        listing = Listing(self._calls.manners.bounds)
        try:
            while True:
                page = self._calls.run(scope, "organizations", _LIST, partial(self._page, token))
                found += [str(account["Id"]) for account in page["Accounts"] if _active(account)]
                self.names |= {
                    str(account["Id"]): account["Name"] for account in page["Accounts"] if account.get("Name")
                }
                named.update(match[1] for account in page["Accounts"] if (match := _ARN.match(str(account.get("Arn")))))
                token = page.get("NextToken") or ""
                if not token:
                    break
                if endless := listing.endless(token, page["Accounts"]):
                    raise endless
        except CallFailed as failure:
            advice = _ADVICE.get(failure.reason)
            raise CannotScan(
                f"AWS: the accounts of the organisation cannot be listed: {told(failure)}"
                + (f"; {advice}" if advice else "")
            ) from failure
        if not found:
            raise CannotScan("AWS: the organisation has no active account")
        self.organizations = tuple(sorted(named))
        return found

    def _own_account(self) -> str:
        said = self._ask("sts", "GetCallerIdentity")
        account = said.get("Account")
        if not account:
            raise empty()
        self.identity = str(said.get("Arn") or "")
        named = _PRINCIPAL.match(self.identity)
        self.principal = named[0] if named else str(account)
        return str(account)

    def _ask(self, service: str, operation: str, **parameters: str) -> Mapping[str, Any]:
        """A call with the caller's own credentials. Raises CallFailed."""
        return self._clients.call(self._clients.get(service, self._home), operation, self._base, parameters)

    def _page(self, token: str) -> Mapping[str, Any]:
        page = self._ask("organizations", "ListAccounts", **({"NextToken": token} if token else {}))
        accounts = page.get("Accounts")
        if not isinstance(accounts, list) or not all(
            isinstance(account, Mapping) and re.fullmatch(r"\d{12}", str(account.get("Id"))) for account in accounts
        ):
            raise CallFailed(Reason.MALFORMED, "the reply lists no accounts")
        return page


def _partition(session: Session, region: str) -> str:
    """The part of AWS that a region belongs to: `aws`, `aws-cn` and so on; `aws` for a region nobody knows."""
    try:
        return str(session.get_partition_for_region(region))
    except botocore.exceptions.BotoCoreError:
        return "aws"


def _active(account: Mapping[str, Any]) -> bool:
    """Whether an account can be used. AWS has replaced `Status` by `State`."""
    return (account.get("State") or account.get("Status") or "ACTIVE") == "ACTIVE"
