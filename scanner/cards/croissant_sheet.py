"""A data sheet as Croissant: metadata of a data set in JSON-LD.

Source: the specifications Croissant 1.0 and 1.1 and Croissant RAI 1.0 of MLCommons. Names are followed as far as the
`@context` in the file goes; one elsewhere is not fetched, and stands for the one that the specifications recommend.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scanner.cards.card import Entries, names
from scanner.cards.card import name as kept
from scanner.cards.filled import state_of
from scanner.cards.json_ld import Node, data_sets, plain
from scanner.cards.sheet import Sheet, note_text, sheet_entries
from scanner.model.patterns import pattern

#: Members of a data set, and the questions that they answer, in lower case: `rai:dataCollectionTimeframe` is spelled
#: `TimeFrame` as well.
_MEMBERS = {
    **dict.fromkeys(("creator", "author", "wasattributedto"), ("DS-1.2",)),
    **dict.fromkeys(("funder", "funding"), ("DS-1.3",)),
    **dict.fromkeys(("isbasedon", "wasderivedfrom"), ("DS-2.10",)),
    **dict.fromkeys(("license", "usageinfo", "conditionsofaccess"), ("DS-6.4",)),
    **dict.fromkeys(("wasgeneratedby", "measurementtechnique"), ("DS-3.2",)),
    "datepublished": ("DS-6.3",),
    "maintainer": ("DS-7.1",),
    "contactpoint": ("DS-7.2",),
    "correctionspolicy": ("DS-7.3",),
    "distribution": ("DS-6.2",),
    "recordset": ("DS-2.4",),
}
#: Those of the vocabulary for responsible AI.
_RAI = {
    **dict.fromkeys(
        (
            *("dataimputationprotocol", "datamanipulationprotocol", "datapreprocessingprotocol"),
            *("dataannotationprotocol", "dataannotationplatform", "annotationsperitem"),
        ),
        ("DS-4.1",),
    ),
    "datacollection": ("DS-3.2",),
    "datacollectiontype": ("DS-3.1",),
    "datacollectionrawdata": ("DS-3.1",),
    "datacollectionmissingdata": ("DS-2.6",),
    "datacollectiontimeframe": ("DS-3.5",),
    "dataannotationanalysis": ("DS-2.9",),
    "annotatordemographics": ("DS-3.4",),
    "machineannotationtools": ("DS-4.3",),
    "personalsensitiveinformation": ("DS-2.14", "DS-2.15"),
    "datasocialimpact": ("DS-3.11",),
    "databiases": ("DS-5.4",),
    "datalimitations": ("DS-5.4", "DS-5.5"),
    "datausecases": ("DS-5.3",),
    "datareleasemaintenanceplan": ("DS-7.4",),
}
#: Types of records and of their fields, and what they say.
_TYPES = {"label": ("DS-2.5",), "split": ("DS-2.8",)}
_DATES = ("datemodified", "datepublished", "datecreated")
_SPECIFICATION = pattern(r"(?i)https?://(?:www\.)?mlcommons\.org/croissant/((?:rai/|geo/)?[0-9.]{1,10})/?")
_DIGESTS = {"sha256": pattern(r"(?i)[0-9a-f]{64}"), "md5": pattern(r"(?i)[0-9a-f]{32}")}
_MOST = 100


def read_croissant(text: str) -> Sheet:
    """What there is in a file that is called as Croissant is, with its `problem` where that is none."""
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return Sheet(format="json", problem="it is no JSON")
    found = next(data_sets(document), None)
    if found is None:
        return Sheet(format="json", problem="it is no data set in JSON-LD")
    return _sheet(found)


def names_specification(sheet: Sheet) -> bool:
    """Whether it says itself that it is Croissant."""
    return bool(sheet.specifications)


def _sheet(node: Node) -> Sheet:
    entries = sheet_entries()
    description = note_text(entries, "\n".join(_texts(node, "description")), "description")
    rai = list[str]()
    for member, where, value in node.members():
        said = plain(value)
        entries.note(_MEMBERS.get(member, ()), said, where)
        if member in _RAI:
            entries.note(_RAI[member], said, where)
            rai += [where] if state_of(said) == "filled" else []
    _note_types(entries, node)
    dated = [one for member in _DATES for one in _texts(node, member)]
    said = (found[1] for one in _texts(node, "conformsto") if (found := _SPECIFICATION.fullmatch(one)))
    return Sheet(
        format="croissant",
        name=next(iter(names(_texts(node, "name"))), None),
        version=next(iter(names(_texts(node, "version"))), None),
        date=next(iter(names(dated)), None),
        description=description,
        entries=entries.made(),
        specifications=tuple(dict.fromkeys(said)),
        rai=tuple(dict.fromkeys(map(kept, rai)))[:_MOST],
        digests=tuple(dict.fromkeys(_digests(node)))[:_MOST],
    )


def _texts(node: Node, member: str) -> list[str]:
    """The texts of a member, however JSON-LD wraps them; numbers as texts."""
    return [one for value in node.values(member) for one in _flat(plain(value))]


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _flat(one)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def _note_types(entries: Entries, node: Node) -> None:
    """Notes labels and splits, which fields and records of Croissant have as their types."""
    for record in node.nodes("recordset"):
        for one in (record, *record.nodes("field")):
            for type in _texts(one, "datatype"):
                entries.note(_TYPES.get(_local(type), ()), type, "recordSet")


def _local(type: str) -> str:
    """`cr:Label`, or its whole address, as `label`."""
    return type.replace("#", "/").replace(":", "/").rpartition("/")[2].lower()


def _digests(node: Node) -> Iterator[str]:
    """The digests of files; tools write addresses where they have none."""
    for file in node.nodes("distribution"):
        for member, shape in _DIGESTS.items():
            yield from (f"{member}:{one.lower()}" for one in _texts(file, member) if shape.fullmatch(one))
