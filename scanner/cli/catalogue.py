"""What there is to list and to explain: every check, frameworks and objectives, and what a name stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from scanner.model.errors import InputError
from scanner.model.registry import load
from scanner.model.selection import without_systems

if TYPE_CHECKING:
    from scanner.frameworks import Catalogue, Control, Framework, Objective
    from scanner.model.checks import Check


def every_check() -> dict[str, Check]:
    """Those of all clouds, and the one that needs a manifest of AI systems."""
    from scanner.evaluate.unclaimed import UNCLAIMED

    return {**load()[0], UNCLAIMED.id: UNCLAIMED}


def needs_systems(check: Check) -> bool:
    """Whether it is judged only where there is a manifest of AI systems."""
    return not check.kind.kind or not without_systems([check], load()[1])


def frameworks(named: Sequence[str] = ()) -> Catalogue:
    """The objectives, with these frameworks or all. Raises InputError for one that there is not."""
    from scanner.frameworks import known
    from scanner.frameworks import load as load_catalogue

    return load_catalogue(named or known())


def meant(name: str, catalogue: Catalogue) -> Check | Objective | list[tuple[Framework, Control]]:
    """What has this name: a check, an objective, or the controls of frameworks. Raises InputError if nothing has."""
    checks = every_check()
    for check in checks.values():
        if name in (check.id, check.slug) or name.upper() == check.id:
            return check
    if name in catalogue.objectives:
        return catalogue.objectives[name]
    controls = [(framework, control) for framework in catalogue.frameworks.values() for control in framework.controls]
    found = [one for one in controls if name in (one[1].id, f"{one[0].id}:{one[1].id}")]
    if found:
        return found
    if name in catalogue.frameworks:
        some = next(row.id for row in catalogue.frameworks[name].controls if row.assessable)
        raise InputError(f"{name} is a framework; name a control of it, such as {name}:{some}")
    slugs = [word for check in checks.values() for word in (check.slug, check.id)]
    hint = _hint(name, [*slugs, *catalogue.objectives], [f"{framework.id}:{row.id}" for framework, row in controls])
    lists = "`mlposture list checks` and `mlposture list objectives`"
    raise InputError(f"no check, objective or control is called {name!r}{hint}. See {lists}")


def _hint(name: str, names: Iterable[str], controls: Iterable[str]) -> str:
    """Names that begin so, or else similar ones."""
    import difflib

    from scanner.model.selection import beginning

    names = list(names)
    if begin := beginning(name, [*names, *controls]):
        return f"; these begin so: {begin}"
    close = difflib.get_close_matches(name, names, n=3)
    return f"; close to it: {', '.join(close)}" if close else ""
