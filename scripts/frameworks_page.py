"""The page of all frameworks that are shipped: how far a scan could go in each, and how far the checks reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from scanner.frameworks import HEADLINE, Catalogue, Framework, Objective
from scanner.model.checks import Check
from scripts.markdown import table

_INTRO = f"""# Frameworks

A check serves one objective; an objective speaks to controls of frameworks. Reports show those that `--framework`
names, by default {", ".join(HEADLINE)}. [The guide](../guides/frameworks.md) says how to bring one's own.
[Cross references](cross-references.md) compares the mappings to ATLAS, OWASP and CWE with what these publish.

*Assessable* counts the rows that are not mere headings; *automated*, *partial* and *manual* say how far a scan could go
at best. *Mapped* counts those that an objective speaks to, and *reached* those of which an objective has at least one
check. That is evidence, not compliance."""
_UNCHECKED = """## Objectives without a check

Nothing a scan reads speaks to these yet. A control that only they speak to is not assessed. Of one that is *declared*,
people say what holds; of one that is *mixed*, a scan could see that there is something, and people say what it is."""


def frameworks_page(checks: Mapping[str, Check], catalogue: Catalogue) -> str:
    """The page, of a catalogue with every framework."""
    serving = Counter(check.objective for check in checks.values())
    headings = ("ID", "Framework", "Version", "Assessable", "Automated", "Partial", "Manual", "Mapped", "Reached")
    columns = ("ID", "Objective", "Group", "Evidence", "Controls", "Checks")
    bare = [objective for objective in catalogue.objectives.values() if not serving[objective.id]]
    return "\n\n".join(
        [
            _INTRO,
            table(headings, (_row(one, {*serving}) for one in catalogue.frameworks.values())),
            "## Objectives",
            table(columns, _objectives(checks, catalogue)),
            _UNCHECKED,
            table(columns[:-1], (_objective(objective, catalogue) for objective in bare)),
            "## Notes on the frameworks",
            *(_note(framework) for framework in catalogue.frameworks.values()),
        ]
    )


def _row(framework: Framework, served: set[str]) -> tuple[str, ...]:
    rows = [control for control in framework.controls if control.assessable is not None]
    kinds = Counter(control.assessable for control in rows)
    reached = {edge.control for edge in framework.mappings if edge.objective in served}
    reached |= {control.id for control in rows if control.checks}
    return (
        f"`{framework.id}`",
        f"[{framework.name}]({framework.url})",
        framework.version,
        str(len(rows)),
        *(str(kinds[how]) for how in ("automated", "partial", "manual")),
        str(sum(control.id in framework.mapped for control in rows)),
        str(sum(control.id in reached for control in rows)),
    )


def _objectives(checks: Mapping[str, Check], catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    for objective in catalogue.objectives.values():
        own = [check.id for check in checks.values() if check.objective == objective.id]
        links = ", ".join(f"[{id}](checks/{id}.md)" for id in own)
        yield (*_objective(objective, catalogue), links or "none yet")


def _objective(objective: Objective, catalogue: Catalogue) -> tuple[str, ...]:
    spoken = len(catalogue.controls_for(objective.id))
    return f"`{objective.id}`", objective.title, objective.group, objective.evidence, str(spoken)


def _note(framework: Framework) -> str:
    origin = f"{framework.publisher}, {framework.published}"
    return f"**{framework.id}** ({origin}). {framework.note} {framework.text_policy}"
