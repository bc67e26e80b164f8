"""Guarantees over every dossier: it says no more than was seen, and no other thing than what was judged."""

from __future__ import annotations

from typing import Any, get_type_hints

import msgspec
import pytest
from dossiers import SYSTEMS, all_judged, compiled, parts

from scanner.evidence.dossier import Observation
from scanner.evidence.replay import replay

#: What of an observation is decided by the manifest and by `[trust]`, and not by the check that is run anew.
_NOT_REPLAYED = {"excepted", "trusted"}


@pytest.mark.parametrize("system", SYSTEMS)
def test_whatever_an_observation_says_otherwise_than_the_check_is_named(system: str) -> None:
    checks, kinds = parts()
    told = next(one for one in compiled(system).observations if one.path)
    other = compiled(SYSTEMS[SYSTEMS.index(system) - 1]).observations[-1]
    changed: dict[str, Any] = {
        **{name: f"{getattr(told, name)}x" for name, kind in get_type_hints(Observation).items() if kind is str},
        "bears": "for",
        "check": next(check.id for check in checks.values() if check.kind.kind == told.kind and check.id != told.check),
        "kind": other.kind,
        "resource": next(one.resource for one in compiled(system).observations if one.kind == told.kind
                         and one.resource != told.resource),
        "scope": other.scope, "evidence": {**told.evidence, "more": 1}, "path": told.path[1:],
        "origins": other.origins, "trusted": True,
    }  # fmt: skip
    assert changed.keys() == set(Observation.__struct_fields__)
    assert replay(told, all_judged().inventory, checks, kinds, ()).problems == ()
    for name in changed.keys() - _NOT_REPLAYED:
        forged = msgspec.structs.replace(told, **{name: changed[name]})
        found = replay(forged, all_judged().inventory, checks, kinds, ())
        assert found.problems, name
    unlike = replay(msgspec.structs.replace(told, evidence={}), all_judged().inventory, checks, kinds, ())
    assert all(name in " ".join(unlike.problems) for name in told.evidence)
