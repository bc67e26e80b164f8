"""The text of `mlposture list` and `mlposture explain`: plain, aligned, good to grep."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from scanner.model.errors import InputError
from scanner.model.registry import load

if TYPE_CHECKING:
    from scanner.frameworks import Catalogue, Control, Mapping, Objective
    from scanner.model.checks import Check
    from scanner.model.collectors import Collector

WIDTH = 110
_ANY = "any of ML, where there is a manifest of AI systems"
_NO_REASON = "no reason is given"
_SCOPES = {"all": "all systems", "annex_iii": "Annex III", "annex_i": "Annex I"}


def listing(what: str) -> str:
    """A table of checks, kinds, frameworks or objectives."""
    if what == "checks":
        checks, _ = _every_check()
        return _table(
            ("ID", "SEVERITY", "SLUG", "TITLE"), ((c.id, c.severity, c.slug, c.title) for c in checks.values())
        )
    if what == "kinds":
        checks, collectors = load()
        judged = {kind: sum(c.kind.kind == kind for c in checks.values()) for kind in collectors}
        rows = ((k, c.kind.title, str(judged[k]), ", ".join(c.operations)) for k, c in collectors.items())
        return _table(("KIND", "NAME", "CHECKS", "OPERATIONS"), rows)
    catalogue = _catalogue()
    if what == "frameworks":
        shown = (
            (
                f.id,
                f.version,
                str(sum(row.assessable is not None for row in f.controls)),
                str(len(f.mapped)),
                f.name,
            )
            for f in catalogue.frameworks.values()
        )
        return _table(("ID", "VERSION", "CONTROLS", "MAPPED", "NAME"), shown)
    checks, _ = _every_check()
    counts = {o: sum(c.objective == o for c in checks.values()) for o in catalogue.objectives}
    return _table(
        ("ID", "GROUP", "CHECKS", "TITLE"),
        ((o.id, o.group, str(counts[o.id]), o.title) for o in catalogue.objectives.values()),
    )


def explanation(name: str) -> str:
    """Everything known about a check, an objective or a control. Raises InputError when nothing has that name."""
    checks, _ = _every_check()
    for check in checks.values():
        if name in (check.id, check.slug) or name.upper() == check.id:
            return _explain_check(check)
    catalogue = _catalogue()
    if name in catalogue.objectives:
        return _explain_objective(catalogue.objectives[name], checks.values())
    found = _explain_control(name, catalogue, checks.values())
    if found:
        return found
    if name in catalogue.frameworks:
        some = next(row.id for row in catalogue.frameworks[name].controls if row.assessable)
        raise InputError(f"{name} is a framework; name a control of it, such as {name}:{some}")
    import difflib

    every = [*(c.slug for c in checks.values()), *checks, *catalogue.objectives]
    close = difflib.get_close_matches(name, every, n=3)
    hint = f"; close to it: {', '.join(close)}" if close else ""
    listed = "`mlposture list checks` and `mlposture list objectives`"
    raise InputError(f"no check, objective or control is called {name!r}{hint}. See {listed}")


def _every_check() -> "tuple[dict[str, Check], dict[str, Collector]]":
    """Those of all clouds, and the one that needs a manifest of AI systems."""
    from scanner.evaluate.unclaimed import UNCLAIMED

    checks, collectors = load()
    return {**checks, UNCLAIMED.id: UNCLAIMED}, collectors


def _explain_check(check: "Check") -> str:
    catalogue = _catalogue()
    objective = catalogue.objectives[check.objective]
    lines = [f"{check.id}  {check.slug}", f"{check.title}.", ""]
    lines += [
        f"severity   {check.severity}",
        f"kind       {check.kind.kind or _ANY}",
    ]
    if check.needs:
        lines.append(f"joins      {', '.join(kind.kind for kind in check.needs)}")
    lines += [f"objective  {objective.id}: {objective.title}", f"since      {check.since}"]
    for section in ("Why it matters", "How to fix", "References"):
        lines += ["", section, "", textwrap.indent(check.section(section), "  ")]
    if check.blind_to:
        lines += ["", "What a pass does not cover", "", *(f"  - {spot}" for spot in check.blind_to)]
    lines += ["", "Controls", "", *_controls(_catalogue().controls_for(objective.id)), "", "What this cannot prove", ""]
    lines += [textwrap.indent(textwrap.fill(objective.cannot_prove, WIDTH - 2), "  ")]
    return "\n".join(lines)


def _explain_objective(objective: "Objective", checks: Iterable["Check"]) -> str:
    lines = [f"{objective.id}: {objective.title}", "", textwrap.fill(objective.statement, WIDTH), "", "Checks", ""]
    lines += _checks([check for check in checks if check.objective == objective.id])
    lines += ["", "Controls", "", *_controls(_catalogue().controls_for(objective.id)), "", "What this cannot prove", ""]
    return "\n".join([*lines, textwrap.indent(textwrap.fill(objective.cannot_prove, WIDTH - 2), "  ")])


def _explain_control(name: str, catalogue: "Catalogue", checks: Iterable["Check"]) -> str:
    from scanner.evidence.controls import Bearing
    from scanner.evidence.prospects import prospects

    lines: list[str] = []
    checks = list(checks)
    asked: dict[str, bool] = {}
    for check in checks:  # what is declared is no pass, so that the one about manifests never gives one
        asked[check.objective] = asked.get(check.objective, False) or bool(check.kind.kind)
    for framework in catalogue.frameworks.values():
        for control in framework.controls:
            if name not in (control.id, f"{framework.id}:{control.id}"):
                continue
            lines += _wrapped([f"{framework.name}, {control.id}: {control.title}"])
            lines += [*_wrapped(prospects(Bearing(framework), control, asked)), *_reach(control), ""]
            for objective in catalogue.objectives_for(framework.id, control.id):
                mapping = next(m for m in framework.mappings if (m.objective, m.control) == (objective.id, control.id))
                lines += _wrapped([f"{objective.id} {mapping.relationship} it: {mapping.reason or _NO_REASON}"])
                lines += [*_checks([c for c in checks if c.objective == objective.id]), ""]
    return "\n".join(lines).rstrip()


def _reach(control: "Control") -> list[str]:
    """Whom a row binds and since when, as far as it says so, and why nothing maps to it."""
    lines = [f"It binds: {', '.join(control.roles)}"] if control.roles else []
    for words, dates in (("It applies from", control.applies_from), ("Before the amendment", control.applied_from)):
        days = [f"{day} ({_SCOPES.get(scope, scope.replace('_', ' '))})" for scope, day in dates.items()]
        lines += [f"{words}: {', '.join(days)}"] if days else []
    lines += [f"Category: {control.category}"] if control.category else []
    lines += [f"Checks that ask just this: {', '.join(control.checks)}"] if control.checks else []
    return [*lines, control.unmapped] if control.unmapped else lines


def _wrapped(sentences: Iterable[str]) -> Iterable[str]:
    return (line for one in sentences for line in textwrap.wrap(one, WIDTH, break_on_hyphens=False))


def _controls(mappings: Sequence["Mapping"]) -> list[str]:
    lines = []
    by_reason: dict[tuple[str, str], list[str]] = {}
    for mapping in mappings:
        by_reason.setdefault((mapping.framework, mapping.reason), []).append(
            f"{mapping.control} ({mapping.relationship})"
        )
    for (framework, reason), controls in by_reason.items():
        text = f"{framework}: {', '.join(controls)}. {reason}".rstrip()
        lines.append(textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False))
    return lines


def _checks(checks: Sequence["Check"]) -> list[str]:
    if not checks:
        return ["  no check yet"]
    return [f"  {check.id}  {check.severity:<13}  {check.slug}" for check in checks]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    every = [tuple(header), *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in every) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in every
    )


def _catalogue() -> "Catalogue":
    from scanner.frameworks import known
    from scanner.frameworks import load as load_catalogue

    return load_catalogue(known())
