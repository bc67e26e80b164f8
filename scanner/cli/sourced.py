"""Infrastructure as code, as a command is told of it: states, and the folder with the code."""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.model.errors import InputError
from scanner.objects.addresses import parse
from scanner.objects.transfer import reading

if TYPE_CHECKING:
    from scanner.model.reported import Report
    from scanner.source.sources import Sources

log = logging.getLogger("mlposture")


def with_sources(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, with what the states and the code say that they name. Raises InputError, CannotScan."""
    return {**options, "sources": _read(tuple(options.get("tfstate") or ()), options.get("source_root"))}


def _read(states: Sequence[str], given: str | None) -> "Sources | None":
    if not states and given is None:
        return None
    from scanner.source.instances import Instances
    from scanner.source.sources import Sources, State
    from scanner.source.templates import Templates
    from scanner.source.terraform import Code
    from scanner.source.terraform_types import members, types
    from scanner.source.tfstate import read_state

    root = _root(states, given)
    code, instances, found = Code(root, types()), Instances(), list[State]()
    for number, text in enumerate(states):
        with reading(text) as path:
            instances.add(read_state(path, members(), f"--tfstate {text}"))
        base = code.base_of(None if parse(text) else Path(text), text, instances.at_the_root(number))
        if base is None:
            log.warning("--tfstate %s: no one folder in %s declares what it holds; see --source-root", text, root)
        found.append(State(text, base))
    sources = Sources(code, instances, found, Templates(root))
    sources.check()
    return sources


def _root(states: Sequence[str], given: str | None) -> Path:
    """The folder that is named, else that of the states on disk, else the working directory. Raises InputError."""
    if given is None:
        if not all(states):
            raise InputError("--tfstate: is empty; name a file, or leave the option out")
        folders = [Path(text).resolve().parent for text in states if parse(text) is None]
        given = os.path.relpath(os.path.commonpath(folders)) if folders else "."
    if not Path(given).is_dir():
        raise InputError(f"--source-root {given}: is no folder")
    return Path(given)


def warn_of_unused(report: "Report") -> None:
    """Say which states have nothing of what was scanned: they may be of another account."""
    for text in report.unmanaged.unused if report.unmanaged is not None else ():
        log.warning("--tfstate %s: nothing that it holds was seen; is it of another account, or of other kinds?", text)
