"""From the bytes of a file to an evaluation, whichever of the shapes it has.

What a file does not say of itself (which model, which data, when) may be stated beside it; a file is not contradicted.
"""

import codecs
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.gate.clarify_analysis import from_analysis, is_analysis
from scanner.gate.evaluation_file import SCHEMA, from_csv, from_own, utc, whole
from scanner.gate.fairlearn_frames import from_frame, is_table
from scanner.gate.fairness_dashboard import from_dashboard, is_dashboard
from scanner.gate.group_cells import COUNT
from scanner.gate.vertex_slices import first_of, from_reply, is_reply, model_of
from scanner.model.errors import InputError
from scanner.model.evaluations import EvaluatedOn, Evaluation, Measured

#: Bytes of a file that are read. Dashboards hold a few numbers an item.
LARGEST = 64 << 20
#: Digits of a number of items.
_DIGITS = 18


class Stated(Struct, frozen=True, kw_only=True):
    """What is said of an evaluation beside its file."""

    model_digest: str = ""
    data_digest: str = ""
    trained_on: tuple[str, ...] = ()
    at: datetime | None = None
    by: str = ""


def read_evaluation(content: bytes, name: str, facets: Sequence[str], stated: Stated) -> Evaluation:
    """The evaluation in a file. `facets` are those that the manifest or the user names. Raises InputError."""
    content = content.removeprefix(codecs.BOM_UTF8)
    if content.lstrip()[:1] not in (b"{", b"["):
        return _with(Evaluation(source=name, values=from_csv(content, name, facets)), stated)
    document = _json(content, name)
    if isinstance(document, dict) and isinstance(document.get("schema"), str):
        if document["schema"] != SCHEMA:
            raise InputError(f"{name}: its schema is {document['schema'][:60]!r}; what is read is {SCHEMA}")
        return _with(from_own(document, name), stated)
    return _with(_foreign(document, name, facets), stated)


def _foreign(document: Any, name: str, facets: Sequence[str]) -> Evaluation:
    if is_analysis(document):
        return Evaluation(source=name, values=from_analysis(document, name, facets))
    if is_dashboard(document):
        return Evaluation(source=name, values=from_dashboard(document, name))
    if not is_table(document) and is_reply(document):
        at = _time(first_of(document).get("createTime"))
        return Evaluation(source=name, values=from_reply(document, name), model=model_of(document), at=at)
    return Evaluation(source=name, values=from_frame(document, name, facets))


def _json(content: bytes, name: str) -> Any:
    try:
        # NaN and Infinity, which Python writes, are no numbers; whole ones that are too large to count are infinite.
        return json.loads(content, parse_constant=lambda _: None, parse_int=_whole, object_pairs_hook=_members)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: no JSON: {error}") from error


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else float(digits)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Of a member that stands there twice nobody knows which counts: it may be a group."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a member twice")
    return found


def _time(value: Any) -> datetime | None:
    try:
        return utc(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return None


def _with(one: Evaluation, stated: Stated) -> Evaluation:
    """An evaluation with what is stated beside it, as far as it does not say so itself."""
    return replace(
        one,
        model_digest=one.model_digest or stated.model_digest,
        data=one.data if one.data.digest else EvaluatedOn(digest=stated.data_digest, name=one.data.name),
        trained_on=stated.trained_on or None if one.trained_on is None else one.trained_on,
        at=one.at or stated.at,
        by=one.by or stated.by,
    )


def with_sizes(one: Evaluation, sizes: Sequence[Measured]) -> Evaluation:
    """An evaluation with the number of items in its groups, where it does not say so itself."""
    known = {frozenset(size.group.items()): _size(size) for size in sizes}
    values = (
        value if value.items is not None else replace(value, items=known.get(frozenset(value.group.items())))
        for value in one.values
    )
    return replace(one, values=tuple(values))


def _size(one: Measured) -> int | None:
    return whole(one.value, "the sizes of groups") if one.metric in (COUNT, "items") else one.items
