"""YAML as plain values that know their place: each path of keys and numbers → line and column.

Only plain data is read: no tags, no merge keys, no dates that are none. A key that stands twice is a problem, and so is
whatever would make a reader guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import yaml

Path = tuple[str | int, ...]

#: Values in a file, aliases counted as often as they are used. A few lines of aliases can stand for millions.
_MOST = 200_000
_DEEPEST = 50
#: The stream, the document and the value at the top, which no path counts.
_AROUND = 3
#: Characters of a text that are quoted.
_LONGEST = 80
_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp"))


class Problem(NamedTuple):
    """What is wrong at a place of a file, and what to do about it. Lines and columns count from 1."""

    line: int
    column: int
    text: str


class Document:
    """What a file holds. `problems` is all that keeps it from being read."""

    def __init__(self) -> None:
        self.value: Any = None
        self.problems: list[Problem] = []
        self._values: dict[Path, tuple[int, int]] = {}
        self._keys: dict[Path, tuple[int, int]] = {}

    def problem(self, path: Path, text: str, *, key: bool = False) -> Problem:
        """What is wrong at a path, or at its key; at the nearest thing above it if there is nothing."""
        if key and path in self._keys:
            return Problem(*self._keys[path], text)
        while path and path not in self._values:
            path = path[:-1]
        return Problem(*self._values.get(path, (1, 1)), text)

    def note(self, path: Path, mark: Any, *, key: bool = False) -> None:
        """Remember where a value, or a key, begins."""
        (self._keys if key else self._values)[path] = (mark.line + 1, mark.column + 1)


def parse(content: bytes, start: str) -> Document:
    """The values of a file, or the problems with it. `start` is how a file that is empty is begun."""
    import yaml  # here, because start-up must not pay for it

    document = Document()
    try:
        text = content.decode("utf-8-sig")
        reader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the first is there where libyaml is, and fast
        _measure(yaml.parse(text, Loader=reader))
        loader = reader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                document.problems.append(Problem(1, 1, f"the file is empty; {start}"))
            else:
                document.value = _Reader(document, loader).value(node, ())
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        document.problems.append(Problem(line, column, "is no text in UTF-8; save the file as UTF-8"))
    except yaml.YAMLError as error:
        document.problems.append(_syntax(error, text))
    except (_TooMuch, RecursionError):
        document.problems.append(
            Problem(1, 1, "holds too much, or is nested too deeply; write out what aliases (*) repeat, or split it")
        )
    return document


def brief(text: str) -> str:
    """What is quoted of a file: in one line, and not all of it if it is long."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


class _TooMuch(Exception):
    """More values, or deeper ones, than any file of ours has."""


def _measure(events: Iterator[Any]) -> None:
    """Raise _TooMuch where a file holds too much to be made a tree: the C that does so calls itself, and crashes."""
    depth = 0
    for number, event in enumerate(events):
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if depth > _DEEPEST + _AROUND or number > 2 * _MOST:
            raise _TooMuch


class _Reader:
    """Nodes to values."""

    def __init__(self, document: Document, loader: Any) -> None:
        self._document = document
        self._loader = loader
        self._left = _MOST

    def value(self, node: yaml.Node, path: Path) -> Any:
        self._left -= 1
        if self._left < 0 or len(path) > _DEEPEST:
            raise _TooMuch
        self._document.note(path, node.start_mark)
        match node.id:  # type: ignore[attr-defined]  # the stubs leave out what says which node it is
            case "mapping":
                return self._mapping(node, path)
            case "sequence":
                return [self.value(item, (*path, number)) for number, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if key.id != "scalar":
                self._say(f"a key must be text; {_of(key)} is none", key)
                continue
            name = key.value
            here = (*path, name)
            if key.tag == "tag:yaml.org,2002:merge":
                self._say(f"merge keys ({name}) are not read; write out what they stand for", key)
            elif name in found:
                first = self._document.problem(here, "", key=True)
                self._say(f"{brief(name)} stands here twice, first in line {first.line}; remove one", key)
            else:
                self._document.note(here, key.start_mark, key=True)
                found[name] = self.value(value, here)
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        if node.tag not in _TAGS:
            tag = node.tag.removeprefix("tag:yaml.org,2002:")
            self._say(f"tags such as {brief(tag)} are not read; write the plain value", node)
            return None
        try:
            value = self._loader.construct_object(node)
            if isinstance(value, int):
                str(value)  # which Python refuses of numbers that are longer than any we could show
            return value
        except (ValueError, LookupError, AttributeError, OverflowError):  # the last but one for a tag that was given
            kind = "date" if node.tag.endswith("timestamp") else "number"
            self._say(f"there is no such {kind} as {brief(node.value)}; correct it, or put it in quotes", node)
            return None

    def _say(self, text: str, node: yaml.Node) -> None:
        mark = node.start_mark
        self._document.problems.append(Problem(mark.line + 1, mark.column + 1, text))


def _of(node: yaml.Node) -> str:
    return "a list" if node.id == "sequence" else "a mapping"  # type: ignore[attr-defined]  # as above


def _syntax(error: Any, text: str) -> Problem:
    """A mistake in the syntax, where the parser noticed it."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:  # a character that YAML does not allow: only its position is known
        before = text[: getattr(error, "position", 0)]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return Problem(line, column, "holds a character here that YAML does not allow; remove it")
    words = ", ".join(word for word in (getattr(error, "context", ""), getattr(error, "problem", "")) if word)
    return Problem(mark.line + 1, mark.column + 1, f"is no YAML here ({words}); check indentation, quotes and brackets")
