"""What a scan could at best show of a control, and what this version does show."""

from collections.abc import Collection, Iterator, Mapping

from scanner.evidence.controls import Bearing
from scanner.frameworks import Control


def prospects(bearing: Bearing, control: Control, checked: Mapping[str, bool]) -> Iterator[str]:
    """In sentences. `checked` are the objectives that checks of this version ask about, and whether any may pass."""
    core = bearing.core[control.id]
    if control.assessable is None:
        yield "A heading: it is not assessed itself."
        return
    if control.assessable == "manual":
        yield "At best: a document that people declare to fill it. A scan sees nothing of it, and no word is given."
        return
    if bearing.framework.benchmark and control.checks:
        yield f"At best, and in this version: pass or fail, by {', '.join(control.checks)}, where all of it was seen."
        return
    if not core:
        yield "At best: counts. What bears on it is wider than it is, or nothing does, so that no word is given."
        return
    yield f"At best: evidence for it or against it, by {_objectives(core)}: no other relates to it as closely."
    yield "That takes that all checks ran and all was listed. It is never called fulfilled."
    open_ = [one for one in core if not checked.get(one)]
    if not any(one in checked for one in core):
        yield "This version: no check asks about any of it yet, so that it is not assessed."
    elif open_:
        yield f"This version: evidence against it alone, as no check can speak for {_objectives(open_)} yet."
    else:
        yield "This version: all of that."


def _objectives(names: Collection[str]) -> str:
    return ", ".join(names)
