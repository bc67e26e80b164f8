"""Files in Blob Storage: one request for a blob and what came back. Imports the SDK of tokens, by `transport`.

A token for storage opens whatever its bearer may read, so it goes to addresses of the cloud's own storage alone.
"""

import os
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import NameResolutionError

from checks.azure.client.refusals import REFUSALS
from checks.azure.client.transport import OneToken, bearer, claims_in, exchange, token_for
from checks.azure.error_kinds import EMPTY_BLOB
from scanner.calls.client import Manners
from scanner.model.errors import CallFailed
from scanner.model.nouns import Extent, Reason
from scanner.model.patterns import pattern
from scanner.model.refusals import find

#: The same in every cloud. Source: Authorize with Microsoft Entra ID (REST API), OAuth scopes of Azure Storage.
_SCOPE = "https://storage.azure.com/.default"
_VERSION = "2023-11-03"
#: What names of blob endpoints end in, by the host of the cloud's Resource Manager. Some accounts are in a DNS zone.
_SUFFIXES = {
    "management.azure.com": r"\.blob\.core\.windows\.net|\.z[0-9]{1,3}\.blob\.storage\.azure\.net",
    "management.usgovcloudapi.net": r"\.blob\.core\.usgovcloudapi\.net",
    "management.chinacloudapi.cn": r"\.blob\.core\.chinacloudapi\.cn",
}


class Blobs:
    """Where a cloud keeps blobs, and the token for it, which is asked for with the first of them.

    `MLPOSTURE_AZURE_BLOB_ENDPOINT` stands for every account, as behind a gateway or in an emulator.
    """

    def __init__(self, endpoint: str, manners: Manners) -> None:
        self._endpoint = endpoint
        self._manners = manners
        self._stands_for_all = os.environ.get("MLPOSTURE_AZURE_BLOB_ENDPOINT", "").rstrip("/")
        self._lock = threading.Lock()
        self._token: OneToken | None = None
        self._adapter = HTTPAdapter(pool_maxsize=manners.concurrency)

    def get(self, account: str, path: str, length: int) -> tuple[Mapping[str, str], bytes]:
        """The first bytes of a blob, with the headers of the reply. Raises CallFailed.

        `account` is the address of its account's blob endpoint, `path` container and name.
        """
        address = f"{self._base(account)}/{quote(path)}"
        token = self._bearer()
        response = self._exchange(address, length, token)
        if response.status_code == 401:
            claims = claims_in(response.headers.get("WWW-Authenticate", ""))
            another = self._bearer(refused=token, claims=claims)
            if another != token:
                response = self._exchange(address, length, another)
        headers = response.headers
        if not any(name.lower().startswith("x-ms-") for name in headers):
            # A page of a proxy, which asks to sign in or knows of nothing, is no word of the service.
            retry = response.status_code >= 500
            raise CallFailed(Reason.MALFORMED, "the reply is not one of Blob Storage", retry=retry)
        if response.status_code in (200, 206):
            if "x-ms-blob-type" not in headers:
                raise CallFailed(Reason.MALFORMED, "the reply is no blob")
            return headers, response.content
        if response.status_code == 416:
            raise CallFailed(Reason.ERROR, "the blob is empty", code=EMPTY_BLOB)
        raise _refused(response)

    def close(self) -> None:
        self._adapter.close()

    def _base(self, account: str) -> str:
        """Where an account is asked. Raises CallFailed for what may not be sent a token for storage."""
        if self._stands_for_all:
            if not self._stands_for_all.startswith("https://"):
                why = "MLPOSTURE_AZURE_BLOB_ENDPOINT must begin with https://, because a bearer token must not travel"
                raise CallFailed(Reason.ERROR, f"{why} in the clear")
            return self._stands_for_all
        suffixes = _SUFFIXES.get(urlsplit(self._endpoint).hostname or "")
        if suffixes is None:
            why = "where this cloud keeps blobs is not known; set MLPOSTURE_AZURE_BLOB_ENDPOINT"
            raise CallFailed(Reason.ERROR, why)
        if not pattern(rf"https://[a-z0-9]{{3,24}}(?:{suffixes})").fullmatch(account):
            raise CallFailed(Reason.ERROR, "its address is none of storage in this cloud, and is sent no token")
        return account

    def _bearer(self, **challenge: str) -> str:
        with self._lock:
            if self._token is None:
                self._token = token_for(self._endpoint, _SCOPE, self._manners)
        return bearer(self._token, **challenge)

    def _exchange(self, address: str, length: int, token: str) -> requests.Response:
        request = requests.PreparedRequest()
        request.method, request.url = "GET", address
        request.headers = CaseInsensitiveDict(
            {
                "Accept-Encoding": "identity",
                "Authorization": f"Bearer {token}",
                "Range": f"bytes=0-{length - 1}",
                "User-Agent": "mlposture",
                "x-ms-version": _VERSION,
            }
        )
        # Accounts have names of their own, of which the environment may except some from its proxy.
        with requests.Session() as session:
            around = session.merge_environment_settings(address, {}, False, None, None)
        timeout = (self._manners.connect_timeout, self._manners.read_timeout)
        held: dict[str, Any] = {"timeout": timeout, "verify": around["verify"] or False, "proxies": around["proxies"]}
        try:
            return exchange(self._adapter, request, held)
        except CallFailed as failure:
            if failure.reason is Reason.UNREACHABLE and _is_unknown(failure.__cause__):
                why = "no such host; an account with private endpoints alone has a name in their network only"
                raise CallFailed(Reason.UNREACHABLE, why) from failure
            raise


def _is_unknown(error: BaseException | None) -> bool:
    """Whether a name was not to be resolved."""
    causes = (getattr(cause, "reason", cause) for cause in (error.args if error else ()))
    return any(isinstance(cause, NameResolutionError) for cause in causes)


def _refused(response: requests.Response) -> CallFailed:
    """What another status means. Its code is in a header; messages differ from call to call and are left out."""
    code, status = response.headers.get("x-ms-error-code", ""), response.status_code
    after = response.headers.get("Retry-After", "")
    waits = float(after) if after.isdecimal() else None
    if status == 401:  # of this account: Resource Manager took a token of the same credential
        return CallFailed(Reason.DENIED, f"HTTP 401 {code}".rstrip(), code=code, permission="")
    known = find(REFUSALS, code, "")
    if known and known.extent is Extent.OPERATION:  # others are of all of Resource Manager
        return known.failure(code, retry_after=waits)
    if status == 403:
        return CallFailed(Reason.DENIED, f"HTTP 403 {code}".rstrip(), code=code, permission="" if code else None)
    throttled = code == "ServerBusy" or status == 429
    reason = Reason.THROTTLED if throttled else Reason.ERROR
    retry = throttled or status >= 500
    return CallFailed(reason, f"HTTP {status} {code}".rstrip(), code=code, retry=retry, retry_after=waits)
