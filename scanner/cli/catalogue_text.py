"""The text of `mlposture explain`: plain, in lines that fit, good to grep."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from scanner.cli.catalogue import every_check, frameworks, meant, needs_systems
from scanner.model.checks import Check

if TYPE_CHECKING:
    from scanner.frameworks import Catalogue, Control, Framework, Mapping, Objective

#: The longest line that is easy to read, and the shortest that long words fit into.
WIDTH, LEAST = 110, 40
_ANY = "any of ML"
_NO_REASON = "no reason is given"
_SCOPES = {"all": "all systems", "annex_iii": "Annex III", "annex_i": "Annex I"}


def explanation(name: str, width: int = WIDTH) -> str:
    """Everything known about a check, an objective or a control. Raises InputError when nothing has that name."""
    catalogue, text = frameworks(), _Text(max(width, LEAST))
    found = meant(name, catalogue)
    if isinstance(found, Check):
        return "\n".join(text.check(found, catalogue))
    if isinstance(found, list):
        return "\n".join(text.controls(found, catalogue)).rstrip()
    return "\n".join(text.objective(found, catalogue))


class _Text:
    """Lines of a width."""

    def __init__(self, width: int) -> None:
        self._width = width

    def check(self, check: Check, catalogue: "Catalogue") -> Iterator[str]:
        objective = catalogue.objectives[check.objective]
        yield f"{check.id}  {check.slug}"
        yield from self._wrapped([f"{check.title}."])
        yield ""
        yield from self._fact("severity", check.severity)
        yield from self._fact("kind", check.kind.kind or _ANY)
        if check.needs:
            yield from self._fact("joins", ", ".join(kind.kind for kind in check.needs))
        if check.recorded:
            yield from self._fact("rests on", "what people or pipelines recorded there")
        if needs_systems(check):
            yield from self._fact("judged", "where AI systems are declared (--systems), and else left out")
        yield from self._fact("objective", f"{objective.id}: {objective.title}")
        yield from self._fact("since", check.since)
        for section in ("Why it matters", "How to fix", "References"):
            yield from ("", section, "", *self._flowing(check.section(section)))
        if check.blind_to:
            yield from ("", "What a pass does not cover", "")
            yield from (line for spot in check.blind_to for line in self._item(spot))
        yield from self._reach(objective, catalogue)

    def objective(self, objective: "Objective", catalogue: "Catalogue") -> Iterator[str]:
        yield from self._wrapped([f"{objective.id}: {objective.title}", "", objective.statement, "", "Checks", ""])
        yield from _checks([check for check in every_check().values() if check.objective == objective.id])
        yield from self._reach(objective, catalogue)

    def _reach(self, objective: "Objective", catalogue: "Catalogue") -> Iterator[str]:
        """What an objective bears on, and what it does not show."""
        yield from ("", "Controls", "", *self._mapped(catalogue.controls_for(objective.id)))
        yield from ("", "What this cannot prove", "", *self._folded(objective.cannot_prove, "  ", "  "))

    def controls(self, found: Iterable[tuple["Framework", "Control"]], catalogue: "Catalogue") -> Iterator[str]:
        from scanner.evidence.controls import Bearing
        from scanner.evidence.prospects import prospects

        asked: dict[str, bool] = {}
        for check in every_check().values():  # what is declared or recorded is no pass, so that these give none
            if not check.recorded:
                asked[check.objective] = asked.get(check.objective, False) or bool(check.kind.kind)
        for framework, control in found:
            yield from self._wrapped([f"{framework.name}, {control.id}: {control.title}"])
            yield from self._wrapped([*prospects(Bearing(framework), control, asked), *_binding(control), ""])
            for objective in catalogue.objectives_for(framework.id, control.id):
                mapping = next(m for m in framework.mappings if (m.objective, m.control) == (objective.id, control.id))
                yield from self._wrapped([f"{objective.id} {mapping.relationship} it: {mapping.reason or _NO_REASON}"])
                yield from _checks([check for check in every_check().values() if check.objective == objective.id])
                yield ""

    def _mapped(self, mappings: Sequence["Mapping"]) -> Iterator[str]:
        by_reason: dict[tuple[str, str], list[str]] = {}
        for one in mappings:
            by_reason.setdefault((one.framework, one.reason), []).append(f"{one.control} ({one.relationship})")
        for (framework, reason), controls in by_reason.items():
            yield from self._folded(f"{framework}: {', '.join(controls)}. {reason}".rstrip(), "  ", "    ")

    def _fact(self, name: str, text: str) -> list[str]:
        return self._folded(f"{name:<9}  {text}", "", " " * 11)

    def _flowing(self, text: str) -> Iterator[str]:
        """A section of a docstring: paragraphs and lists, folded anew; what is indented stays as it is."""
        for number, paragraph in enumerate(text.split("\n\n")):
            if number:
                yield ""
            for line in _joined(paragraph):
                if line.startswith(" "):
                    yield f"  {line}"
                elif line.startswith("- "):
                    yield from self._item(line.removeprefix("- "))
                else:
                    yield from self._folded(line, "  ", "  ")

    def _item(self, text: str) -> list[str]:
        return self._folded(text, "  - ", "    ")

    def _wrapped(self, sentences: Iterable[str]) -> Iterator[str]:
        return (line for one in sentences for line in (self._folded(one, "", "") or [""]))

    def _folded(self, text: str, first: str, rest: str) -> list[str]:
        """Lines of whole words: an address, or a name, is never broken."""
        return textwrap.wrap(
            text, self._width, initial_indent=first, subsequent_indent=rest, break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip


def _joined(paragraph: str) -> Iterator[str]:
    """The items of a list, or else the paragraph, each in one line."""
    whole = ""
    for line in paragraph.splitlines():
        if (whole and (line.startswith(("- ", " ")) and not whole.startswith("- "))) or line.startswith("- "):
            if whole:
                yield whole
            whole = line
        else:
            whole = f"{whole} {line.strip()}" if whole else line
    if whole:
        yield whole


def _binding(control: "Control") -> list[str]:
    """Whom a row binds and since when, as far as it says so, and why nothing maps to it."""
    lines = [f"It binds: {', '.join(control.roles)}"] if control.roles else []
    for words, dates in (("It applies from", control.applies_from), ("Before the amendment", control.applied_from)):
        days = [f"{day} ({_SCOPES.get(scope, scope.replace('_', ' '))})" for scope, day in dates.items()]
        lines += [f"{words}: {', '.join(days)}"] if days else []
    lines += [f"Category: {control.category}"] if control.category else []
    lines += [f"Checks that ask just this: {', '.join(control.checks)}"] if control.checks else []
    return [*lines, control.unmapped] if control.unmapped else lines


def _checks(checks: Sequence[Check]) -> list[str]:
    if not checks:
        return ["  no check yet"]
    return [f"  {check.id}  {check.severity:<13}  {check.slug}" for check in checks]
