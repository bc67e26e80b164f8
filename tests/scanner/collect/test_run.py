"""Whatever breaks in a unit of work becomes a gap and an incomplete listing."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from factories.aws import HERE
from support import NOW, registered

from scanner.collect.plan import make_plan
from scanner.collect.run import collect
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

CHECKS, COLLECTORS = registered()
CHECK = CHECKS["MLP-1001"]


class Broken:
    """A provider that breaks at one of its methods."""

    name = "aws"
    opens_with = "sts:AssumeRole"
    organizations = ()
    names = MappingProxyType({})

    def __init__(self, method: str, message: str) -> None:
        self.method, self.message = method, message

    def accounts(self):
        return (HERE.account,)

    def asks_as(self, account):
        return f"reader of {account}"

    def open(self, account):
        self._answer("open", None)

    def scopes(self, collector, account, recorder):
        return self._answer("scopes", (HERE,))

    def api(self, collector, scope, recorder):
        return self._answer("api", None)  # a collector that gets None breaks on its first call

    def _answer(self, method, value):
        if method == self.method:
            raise ZeroDivisionError(self.message)
        return value


@pytest.mark.parametrize("method", ["open", "scopes", "api", "collector"])
def test_what_breaks_is_a_gap(method: str) -> None:
    inventory = Inventory(NOW)
    collect(make_plan((CHECK,), COLLECTORS), Broken(method, "key AKIAIOSFODNN7EXAMPLE"), inventory, concurrency=2)

    (gap,) = inventory.gaps
    assert (gap.kind, gap.reason, gap.checks) == (CHECK.kind.kind, Reason.ERROR, (CHECK.id,))
    assert "the collector stopped" in gap.detail
    assert "AKIA" not in gap.detail
    assert not inventory.complete(CHECK.kind, HERE.account)
    assert inventory.count() == 0
