"""In which order a dossier goes through a framework, and what its part on that framework is, and is not."""

from collections.abc import Collection, Iterator

from scanner.evidence.applicability import ACT
from scanner.frameworks import Control, Framework

#: What a technical file is made of, and the duties that it is to show, before all else of the Act (Annex IV; Arts. 9 to
#: 15, 17, 26 and 72).
_ACT_FIRST = ("Annex IV", *(f"Art. {number}" for number in (*range(9, 16), 17, 26, 72)))
_ISO = "iso-42001"
_WHAT = {
    ACT: "Evidence in the structure of Annex IV and of Articles 9 to 15, 17, 26 and 72. It is no technical "
    "documentation (Art. 11), no conformity assessment (Art. 43) and no declaration of conformity (Art. 47).",
    "soc2": "Evidence workpapers by trust services criterion. No CPA gave an opinion on them, and they are no SOC 2 "
    "report.",
    _ISO: "Evidence by control of Annex A, then by clause, with a worksheet for the statement of applicability. "
    "Reasons for inclusion and exclusion are left to people, and nothing here says that a control is implemented.",
    "nist-ai-rmf-1.0": "Evidence by subcategory. The AI RMF is voluntary, and nobody certifies against it.",
}


def what_is(framework: Framework) -> str:
    """What the part on a framework is, and what it is not."""
    other = f"Evidence by control of {framework.name}. It says nothing of whether anything is fulfilled."
    if framework.benchmark:
        other = f"Results of the checks that ask what rows of {framework.name} ask; the other rows are left open."
    return _WHAT.get(framework.id, other)


def sections_of(framework: Framework, shown: Collection[str]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The headings of a framework, each with its title and the ids, among those `shown`, that stand below it."""
    rows = {row.id: row for row in framework.controls}
    below: dict[str, list[str]] = {}
    for row in framework.controls:
        if row.id in shown:
            below.setdefault(_heading(row, rows, framework.id), []).append(row.id)
    for heading in sorted(
        below, key=lambda heading: _rank(framework.id, heading)
    ):  # stable: else in the order of the framework
        yield heading, rows[heading].title, tuple(below[heading])


def _heading(row: Control, rows: dict[str, Control], framework: str) -> str:
    """The heading that a row stands below: the nearest one, and of the Act the article or annex."""
    while row.parent and row.parent in rows:
        row = rows[row.parent]
        if framework != ACT:
            break
    return row.id


def _rank(framework: str, heading: str) -> int:
    if framework == ACT:
        return _ACT_FIRST.index(heading) if heading in _ACT_FIRST else len(_ACT_FIRST)
    return 1 if framework == _ISO and not heading.startswith("A.") else 0
