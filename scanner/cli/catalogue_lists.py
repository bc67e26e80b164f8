"""What `mlposture list` shows: checks, kinds, frameworks and objectives, as far as they are wanted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scanner.cli.catalogue import every_check
from scanner.cli.catalogue import frameworks as catalogue
from scanner.model.errors import InputError
from scanner.model.registry import load

if TYPE_CHECKING:
    from scanner.model.checks import Check

#: What can be listed: the columns of each, and what it can be filtered by.
COLUMNS = {
    "checks": ("id", "severity", "slug", "title"),
    "kinds": ("kind", "name", "checks", "operations"),
    "frameworks": ("id", "version", "controls", "mapped", "name"),
    "objectives": ("id", "group", "checks", "title"),
}
#: Those that are shown where the others leave the last less room than `_ROOM`.
_NARROW = {"checks": ("id", "severity", "title")}
_ROOM = 40
FILTERS = {
    "checks": ("cloud", "severity", "kind", "framework"),
    "kinds": ("cloud", "kind"),
    "frameworks": (),
    "objectives": ("framework",),
}
Row = dict[str, Any]


def listed(what: str, wanted: Mapping[str, Sequence[str]], words: Sequence[str]) -> list[Row]:
    """The rows that pass every filter of `wanted` and hold all of the words. Raises InputError."""
    for name, values in wanted.items():
        if values and name not in FILTERS[what]:
            filters = ", ".join(f"--{known}" for known in FILTERS[what]) or "words alone"
            raise InputError(f"--{name}: {what} have none; they are filtered by {filters}")
    rows = {"checks": _checks, "kinds": _kinds, "frameworks": _frameworks, "objectives": _objectives}[what]
    return [row for row in rows(wanted.get("framework", ())) if _passes(row, wanted) and _holds(row, words)]


def _passes(row: Row, wanted: Mapping[str, Sequence[str]]) -> bool:
    """A kind is named in full or by its last part; whatever was looked up for `framework` is of one already."""
    named = {str(row.get("kind", "")), str(row.get("kind", "")).rpartition(".")[2]}
    kinds, clouds, severities = (wanted.get(name, ()) for name in ("kind", "cloud", "severity"))
    return (
        (not kinds or bool({name.lower() for name in named} & {kind.lower() for kind in kinds}))
        and (not clouds or row["cloud"] in clouds)
        and (not severities or row["severity"] in severities)
    )


def _holds(row: Row, words: Sequence[str]) -> bool:
    text = " ".join(str(value) for value in row.values()).lower()
    return all(word.lower() in text for word in words)


def _checks(frameworks: Sequence[str]) -> Iterator[Row]:
    named = _objectives_of(frameworks)
    for check in every_check().values():
        if named is None or check.objective in named or check.id in named:
            yield {
                "id": check.id,
                "severity": str(check.severity),
                "slug": check.slug,
                "title": check.title,
                "cloud": check.provider,
                "kind": check.kind.kind or "any",
                "objective": check.objective,
                "since": check.since,
            }


def _objectives_of(frameworks: Sequence[str]) -> set[str] | None:
    """The objectives and checks that controls of these frameworks ask for; None for all."""
    if not frameworks:
        return None
    known = catalogue(frameworks)
    found = {id for framework in known.frameworks.values() for row in framework.controls for id in row.checks}
    return found | {objective for objective in known.objectives if known.controls_for(objective)}


def _kinds(_: Sequence[str]) -> Iterator[Row]:
    checks, collectors = load()
    for kind, made in collectors.items():
        yield {
            "kind": kind,
            "name": made.kind.title,
            "checks": sum(check.kind.kind == kind for check in checks.values()),
            "operations": list(made.operations),
            "cloud": made.provider,
        }


def _frameworks(_: Sequence[str]) -> Iterator[Row]:
    for one in catalogue().frameworks.values():
        yield {
            "id": one.id,
            "version": one.version,
            "controls": sum(row.assessable is not None for row in one.controls),
            "mapped": len(one.mapped),
            "name": one.name,
        }


def _objectives(frameworks: Sequence[str]) -> Iterator[Row]:
    named, checks = _objectives_of(frameworks), every_check()
    for one in catalogue().objectives.values():
        if named is None or one.id in named:
            yield {"id": one.id, "group": one.group, "checks": _count(one.id, checks.values()), "title": one.title}


def _count(objective: str, checks: Iterable[Check]) -> int:
    return sum(check.objective == objective for check in checks)


def as_table(what: str, rows: Sequence[Row], width: int | None) -> str:
    """Columns, the last of them cut to what `width` leaves; None cuts nothing, as is good to grep."""
    lines = _lines(COLUMNS[what], rows)
    if width is not None and what in _NARROW and lines[0].index(COLUMNS[what][-1].upper()) > width - _ROOM:
        lines = _lines(_NARROW[what], rows)
    return "\n".join(
        line if width is None or len(line) <= width else f"{line[: width - 1].rstrip()}…" for line in lines
    )


def _lines(names: Sequence[str], rows: Sequence[Row]) -> list[str]:
    cells = [tuple(name.upper() for name in names), *(tuple(_cell(row[name]) for name in names) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names) - 1)]
    return [
        ("".join(cell.ljust(size) + "  " for cell, size in zip(first, widths, strict=True)) + last).rstrip()
        for *first, last in cells
    ]


def _cell(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def as_json(document: Any) -> str:
    """Indented JSON."""
    return json.dumps(document, indent=1, ensure_ascii=False)
