"""Calls on trial: bulk operations that only save other calls, so that their failure is no gap."""

from __future__ import annotations

import copy
import logging
from typing import TYPE_CHECKING

from scanner.model.nouns import Reason, Scope

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

log = logging.getLogger("mlposture")


def aside(api: AwsApi) -> AwsApi:
    """The same handle, but its failures go to the log alone: whoever uses it reads what is missing in another way."""
    quiet = copy.copy(api)
    quiet.recorder = _LogOnly()
    return quiet


class _LogOnly:
    """A recorder that neither keeps gaps nor calls a listing incomplete."""

    def gap(self, kind: str, scope: Scope, operation: str, reason: Reason, permission: str, detail: str) -> None:
        where = f"{scope.account} {scope.region} {kind}"
        log.debug("%s: did without %s (%s %s); %s would make it faster", where, operation, reason, detail, permission)

    def listed(self, kind: str, scope: Scope, *, complete: bool, absent: str = "") -> None:
        pass

    def gone(self, kind: str, scope: Scope) -> None:
        pass

    def page(self, kind: str, scope: Scope) -> None:
        pass
