"""Validate the framework YAML files and write scanner/frameworks/catalogue.json.

Run without arguments to write the file, or with --check to exit 1 when the committed file is out of date.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the script also runs where the project is not installed

from scanner.frameworks import Catalogue, Control, Framework, Mapping, Objective  # noqa: E402

SOURCE = ROOT / "scanner" / "frameworks"
TARGET = SOURCE / "catalogue.json"
RELATIONSHIPS = frozenset({"equivalent-to", "subset-of", "superset-of", "intersects-with"})
OBJECTIVE_KEYS = {"id", "title", "group", "statement", "cannot_prove", "maps"}
ASSESSABLE = frozenset({"automated", "partial", "manual", None})


class FrameworkError(ValueError):
    """The YAML files are wrong; the message names file, id and problem."""

    def __init__(self, file: str, entry: str, problem: str) -> None:
        super().__init__(f"{file}: {entry}: {problem}")


class Entry:
    """One YAML mapping and where it stands, so that every error can name file and id."""

    def __init__(self, file: str, name: str, raw: Any, keys: set[str], optional: frozenset[str] = frozenset()) -> None:
        self.file, self.name = file, name
        if not isinstance(raw, dict):
            raise self.error("must be a mapping")
        self.raw: dict[str, Any] = raw
        if missing := sorted(keys - raw.keys()):
            raise self.error(f"missing {', '.join(missing)}")
        if unknown := sorted(raw.keys() - keys - optional):
            raise self.error(f"unknown key {', '.join(unknown)}")

    def error(self, problem: str) -> FrameworkError:
        """Return the exception for a problem in this entry."""
        return FrameworkError(self.file, self.name, problem)

    def text(self, key: str) -> str:
        """Return a non-empty text."""
        value = self.raw[key]
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{key} must be a non-empty text, not {value!r}")
        return value

    def sentence(self, key: str) -> str:
        """Return a text that starts like a sentence and ends in a period."""
        value = self.text(key)
        if not value[0].isupper() or not value.endswith("."):
            raise self.error(f"{key} must be a sentence ending in a period, not {value!r}")
        return value

    def items(self, key: str) -> list[Any]:
        """Return a non-empty list."""
        value = self.raw[key]
        if not isinstance(value, list) or not value:
            raise self.error(f"{key} must be a non-empty list")
        return value


def build(source: Path) -> Catalogue:
    """Read and validate every YAML file in `source`."""
    frameworks: dict[str, Framework] = {}
    for path in sorted(source.glob("*.yaml")):
        if path.name != "objectives.yaml":
            framework = _framework(path)
            frameworks[framework.id] = framework
    return Catalogue(frameworks=frameworks, objectives=_objectives(source / "objectives.yaml", frameworks))


def render(catalogue: Catalogue) -> bytes:
    """Return the bytes of catalogue.json."""
    return msgspec.json.format(msgspec.json.encode(catalogue), indent=1) + b"\n"


def _read(path: Path, keys: set[str]) -> Entry:
    with path.open(encoding="utf-8") as stream:  # a stream, so that syntax errors name the file
        return Entry(path.name, "file", yaml.load(stream, Loader=yaml.CSafeLoader), keys)


def _id(file: str, section: str, raw: Any, seen: set[str]) -> str:
    """Return the id of a list entry after checking that it is new in its section."""
    name = raw.get("id") if isinstance(raw, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise FrameworkError(file, section, f"an entry has no text id: {raw!r}")
    if name in seen:
        raise FrameworkError(file, section, f"duplicate id {name!r}")
    seen.add(name)
    return name


def _framework(path: Path) -> Framework:
    file = _read(path, {"framework", "controls"})
    texts = [field for field in Framework.__struct_fields__ if field != "controls"]
    head = Entry(path.name, "framework", file.raw["framework"], set(texts))
    if head.text("id") != path.stem:
        raise head.error(f"id {head.text('id')!r} must be the name of the file")
    seen: set[str] = set()
    controls = tuple(_control(path.name, raw, seen) for raw in file.items("controls"))
    return Framework(controls=controls, **{field: head.text(field) for field in texts})


def _control(file: str, raw: Any, seen: set[str]) -> Control:
    above = frozenset(seen)
    name = _id(file, "controls", raw, seen)
    entry = Entry(file, name, raw, set(Control.__struct_fields__), optional=frozenset({"applies_from"}))
    parent, assessable = raw["parent"], raw["assessable"]
    if parent is not None and parent not in above:
        raise entry.error(f"parent {parent!r} is not a control listed above it")
    if assessable not in ASSESSABLE:
        raise entry.error(f"unknown assessable {assessable!r}")
    if "applies_from" in raw:
        _dates(entry)
    return Control(id=name, title=entry.text("title"), level=entry.text("level"), parent=parent, assessable=assessable)


def _dates(entry: Entry) -> None:
    """Check `applies_from`, which stays in the YAML for its readers and is not part of the catalogue."""
    try:
        msgspec.convert(entry.raw["applies_from"], dict[str, date])
    except msgspec.ValidationError as error:
        raise entry.error(f"applies_from: {error}") from None


def _objectives(path: Path, frameworks: dict[str, Framework]) -> dict[str, Objective]:
    seen: set[str] = set()
    controls = {key: {control.id for control in framework.controls} for key, framework in frameworks.items()}
    result: dict[str, Objective] = {}
    for raw in _read(path, {"objectives"}).items("objectives"):
        name = _id(path.name, "objectives", raw, seen)
        result[name] = _objective(Entry(path.name, name, raw, OBJECTIVE_KEYS), controls)
    return result


def _objective(entry: Entry, controls: dict[str, set[str]]) -> Objective:
    maps = Entry(entry.file, f"{entry.name}: maps", entry.raw["maps"], set(controls)).raw
    mappings: list[Mapping] = []
    excused: dict[str, str] = {}
    for framework, raw in maps.items():
        where = f"{entry.name}: {framework}"
        if isinstance(raw, dict) and "excused" in raw:
            excused[framework] = Entry(entry.file, where, raw, {"excused"}).sentence("excused")
        else:
            edges = Entry(entry.file, where, raw, {"reason", "controls"})
            mappings.extend(_edges(edges, framework, controls[framework]))
    return Objective(
        id=entry.name,
        title=entry.text("title"),
        group=entry.text("group"),
        statement=entry.sentence("statement"),
        cannot_prove=entry.sentence("cannot_prove"),
        mappings=tuple(mappings),
        excused=excused,
    )


def _edges(entry: Entry, framework: str, known: set[str]) -> list[Mapping]:
    reason = entry.sentence("reason")
    seen: set[str] = set()
    edges = []
    for raw in entry.items("controls"):
        control = _id(entry.file, entry.name, raw, seen)
        edge = Entry(entry.file, f"{entry.name}: {control}", raw, {"id", "relationship"})
        if control not in known:
            raise edge.error(f"{framework} has no control {control!r}")
        if edge.text("relationship") not in RELATIONSHIPS:
            raise edge.error(f"unknown relationship {edge.text('relationship')!r}")
        edges.append(
            Mapping(framework=framework, control=control, relationship=edge.text("relationship"), reason=reason)
        )
    return edges


def main(argv: list[str] | None = None) -> int:
    """Write or check catalogue.json and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when catalogue.json is out of date")
    check: bool = parser.parse_args(argv).check
    try:
        content = render(build(SOURCE))
    except FrameworkError as error:
        print(error, file=sys.stderr)
        return 1
    if not check:
        TARGET.write_bytes(content)
        return 0
    if TARGET.is_file() and TARGET.read_bytes() == content:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is out of date: run python scripts/build_frameworks.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
