"""What scans were refused, from the gaps of JSON reports and saved inventories."""

import importlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from scanner.collect.needed import needs_of
from scanner.collect.plan import make_plan
from scanner.history.reading import INVENTORY, REPORT, form
from scanner.model.errors import InputError
from scanner.model.needs import Need
from scanner.model.nouns import Reason
from scanner.model.registry import load
from scanner.objects.transfer import reading
from scanner.store.piecewise import UNREADABLE, Reader

#: Of something whose metadata a scan reads anyway, these read no more than that: `aiplatform.models.get`. Other reads
#: may give secrets or content, whatever their names are, and a report may have been changed by others.
_METADATA = frozenset({"get", "list", "getIamPolicy"})


class Refused(NamedTuple):
    """What would open it; how often something was refused for another cause; permissions that we do not ask for."""

    needs: tuple[Need, ...]
    others: Counter[str]
    unknown: list[str]


class _Scope(msgspec.Struct, frozen=True):
    provider: str
    account: str


class _Gap(msgspec.Struct, frozen=True):
    scope: _Scope
    reason: str
    permission: str
    detail: str
    count: int = 1


def refused(files: Iterable[str], cloud: str) -> Refused:
    """What reports and inventories, on disk or in buckets, say a scan of a cloud was refused. Raises InputError."""
    accounts: dict[str, set[str]] = {}
    others: Counter[str] = Counter()
    for gap in (gap for file in files for gap in _gaps(file) if gap.scope.provider == cloud):
        if gap.permission:
            accounts.setdefault(gap.permission, set()).add(gap.scope.account)
        elif gap.reason == Reason.DENIED:
            others[gap.detail] += gap.count
    known = purposes(cloud)
    is_read = importlib.import_module(f"checks.{cloud}.permissions").is_read
    ours = {name for name in accounts if name in known or (_is_beside(name, known) and is_read(name))}
    needs = tuple(
        Need(name, f"{known.get(name, 'as the provider says')}; refused in {_counted(len(accounts[name]))}")
        for name in sorted(ours)
    )
    return Refused(needs, others, sorted(accounts.keys() - ours))


def _is_beside(name: str, known: Iterable[str]) -> bool:
    """Whether a permission of Google Cloud, which may name another one than we do, reads metadata of what we read."""
    of, _, verb = name.rpartition(".")
    return verb in _METADATA and any(one.rpartition(".")[0] == of for one in known)


def purposes(cloud: str) -> dict[str, str]:
    """What every permission is for that any scan of a cloud may ask for."""
    checks, collectors = load((cloud,))
    plan = make_plan(tuple(checks.values()), collectors, verify=True, tags=(cloud,))
    causes = importlib.import_module(f"checks.{cloud}.client.refusals").REFUSALS
    return {row.permission: row.cause for row in causes if row.permission} | {
        need.permission: need.purpose for need in needs_of(cloud, plan, wide=True)
    }


def _gaps(file: str) -> Iterator[_Gap]:
    decode = msgspec.json.Decoder(_Gap).decode
    with reading(file) as path:
        kind = form(path)
        if kind not in (REPORT, INVENTORY):
            raise InputError(f"{file}: is SARIF; --missing takes a JSON report or a saved inventory")
        try:
            with path.open("rb") as opened:
                reader = Reader(path, opened)
                for name in reader.members():
                    if name == "gaps":
                        yield from map(decode, reader.items())
                    elif name == "resources" and kind == INVENTORY:
                        _pass_over(reader)
                    else:
                        reader.value()
        except OSError as error:
            raise InputError(f"{file}: {error.strerror}") from error
        except UNREADABLE as error:
            raise InputError(f"{file}: is no report of mlposture: {error}") from error


def _pass_over(reader: Reader) -> None:
    """Resources of an inventory, which are many: a list for each kind."""
    for _ in reader.members():
        for _ in reader.items():
            pass


def _counted(accounts: int) -> str:
    return "1 account" if accounts == 1 else f"{accounts} accounts"
