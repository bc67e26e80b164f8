"""Whether what serves now is the model that a kept result of the gate is of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from scanner.evidence.dossier_types import Piece
from scanner.gate.admission import same
from scanner.gate.gate_types import GateResult
from scanner.model.claims import Kind
from scanner.systems.names import Key

if TYPE_CHECKING:
    from checks.across.serving_now import ServedNow
    from scanner.store.inventory import Inventory
    from scanner.systems.ownership import Ownership

#: Forms of names. Only names of one form tell two models apart: a digest says nothing of a number in a registry.
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?:sha-?256[:=-])?[0-9a-f]{64}",
        r"(?:models:/)?m-[0-9a-f]{32}",
        r"arn:.*:model-package/.*",
        r"arn:.*:model/.*",
        r"(?:(?://aiplatform[.]googleapis[.]com/)?projects/.*)",
        r"/subscriptions/.*",
        r"azureml:[^/]*",
        r"[^/:]+/[0-9]+",
    )
)
_NAMED = 3
_OPEN = "it is not known whether what serves now is the model that the gate answered of"


def served_of(system: str, inventory: Inventory, owners: Ownership) -> ServedNow:
    """What of a system serves, by the inventory."""
    from checks.across.serving_now import NEEDS, ServedNow, served_now
    from scanner.store.inventory import InventoryView

    clouds = {scope.provider for scope in inventory.scopes}
    found = served_now(InventoryView(inventory, NEEDS), clouds)
    own = tuple(
        one for one in found.models if system in (*owners.of_key(Key(one.kind, one.id)), *owners.of_key(Key(*one.by)))
    )
    return ServedNow(own, found.complete)


def compared(result: GateResult, source: str, served: ServedNow) -> Piece | None:
    """What there is to say of what serves beside a result of the gate; None where nothing was seen to serve."""
    wanted = [name for name in result.model.split(", ") if name]
    if not served.models or not wanted:
        return None
    for one in served.models:
        if any(same(name, other) for name in wanted for other in one.names):
            text = f"the model that it is of serves now, behind {one.by[1]}"
            return Piece(kind=Kind.RECORDED, text=text, on=result.made_at.date(), source=source)
    forms = _forms(wanted)
    if not served.complete or not all(forms & _forms(one.names) for one in served.models):
        why = "they share no kind of name" if served.complete else "not all that serves was seen"
        return Piece(kind=Kind.MISSING, text=f"{_OPEN}: {why}", source=source)
    names = sorted(name for one in served.models for name in one.names if _forms([name]) & forms)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    text = (
        f"what serves now is {', '.join(names[:_NAMED])}{more}, and this result is of {result.model}: of another model"
    )
    return Piece(kind=Kind.MISSING, text=text, source=source)


def _forms(names: Iterable[str]) -> set[int]:
    """Which forms these names have, by number."""
    return {at for name in names for at, form in enumerate(_FORMS) if form.fullmatch(name)}
