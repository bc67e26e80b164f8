"""Reads which network security perimeter resources are in: for collectors of what may be in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from checks.azure.error_kinds import MISSING
from checks.azure.members import folded
from checks.azure.perimeters import SECURED
from scanner.cards.card import below
from scanner.model.nouns import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from checks.azure.client.api import AzureApi


def is_asked(item: Mapping[str, Any], *, there: bool) -> bool:
    """Whether to ask which perimeter a resource is in: it says that it is in one, or there is one to be in."""
    return there or folded(below(item, "properties", "publicNetworkAccess")) == SECURED


def perimeters(api: AzureApi, operation: str, paths: Sequence[str], version: str) -> dict[str, Reply | bool]:
    """How resources are in a perimeter, None for one that is in none; False for a resource that was not found."""
    addresses = [f"{path}/networkSecurityPerimeterConfigurations" for path in paths]
    outcomes = api.ask_together(operation, addresses, version) if addresses else []
    found: dict[str, Reply | bool] = {}
    for path, address, outcome in zip(paths, addresses, outcomes, strict=True):
        listed = api.listing(operation, address, version, absent=MISSING, first=outcome)
        # A resource can belong to one perimeter.
        found[path] = False if listed is None else UNSET if isinstance(listed, UnsetType) else next(iter(listed), None)
    return found
