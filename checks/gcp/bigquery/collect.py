"""The collector of tables: only those that datasets name, and the entry of each in the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec import UNSET

from checks.gcp.bigquery.places import Place, place_of, table_id
from checks.gcp.bigquery.resources import ENTRY, TABLE, Table
from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.names import BIGQUERY, DATAPLEX
from checks.gcp.vertex_ai.resources import Dataset
from scanner.cards.aspects_sheet import is_of_people, read_aspects
from scanner.cards.filled import state_of
from scanner.cards.sheet import Sheet
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Observed, Reason

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

#: So many kinds of aspects are asked for; an entry has a few.
_MOST = 50


@collector(Table, operations=(TABLE, ENTRY), per="account", follows=(Dataset,), opt_in="systems")
def tables(api: GcpApi, found: Found) -> Iterator[Table]:
    """Nothing is listed: a table is asked for by the name that a dataset has for it."""
    named = {place for dataset in found.of(Dataset) for uri in dataset.sources or () if (place := place_of(uri))}
    for made in api.each(lambda place: _table(api, place), sorted(named)):
        if made is not None:
            yield made


def _table(api: GcpApi, place: Place) -> Table | None:
    path = f"{BIGQUERY}/bigquery/v2/{quote(place.name)}"
    reply = api.call(TABLE, path, absent=(NOT_FOUND,), fields="kind,location,description,labels")
    if reply is None:
        return None
    known: dict[str, Any] = {"id": table_id(place, api.project), "name": f"{place.dataset}.{place.table}"}
    text = reply.get("description") if reply is not UNSET else None
    if reply is UNSET or not isinstance(text, str | None):
        if reply is not UNSET:
            api.gap(TABLE, CallFailed(Reason.MALFORMED, "description is no text"))
        return api.decode(Table, {TABLE: reply}, **known)
    catalog, said = _entry(api, place, reply.get("location"))
    whole = {TABLE: reply, ENTRY: said}
    return api.decode(Table, {TABLE: reply}, whole, **known, description=state_of(text), catalog=catalog)


def _entry(api: GcpApi, place: Place, location: Any) -> tuple[Observed[Sheet], Any]:
    """What the catalogue has of a table where BigQuery says that it lies, and the reply without what it says.

    First are asked for the names of its aspects, and then for those that people made: others hold what scans found in
    the data.
    """
    if not isinstance(location, str):
        api.gap(ENTRY, CallFailed(Reason.MALFORMED, "BigQuery does not say where the table lies"))
        return UNSET, UNSET
    here = f"locations/{location.lower()}"
    entry = f"projects/{place.project}/{here}/entryGroups/@bigquery/entries/{BIGQUERY}/{place.name}"
    path = f"{DATAPLEX}/v1/projects/{api.project}/{here}:lookupEntry"
    try:
        reply = api.fetch(ENTRY, path, entry=entry, view="FULL", fields="name,aspects")
        names = sorted(filter(is_of_people, _aspects(reply)))
        types = sorted({_type_of(name) for name in names})[:_MOST]
        if types:
            reply = api.fetch(ENTRY, path, entry=entry, view="CUSTOM", aspectTypes=types, fields="name,aspects")
        found = {name: aspect for name, aspect in _aspects(reply).items() if name in names}
        if len(found) < len(names):
            raise CallFailed(Reason.ERROR, "the entry shows not all of the aspects that people made")
        return read_aspects(found), {"name": reply.get("name"), "aspects": names}
    except CallFailed as failure:
        if failure.code == NOT_FOUND or api.is_disabled(failure):
            return None, None
        api.gap(ENTRY, failure)
        return UNSET, UNSET


def _aspects(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """The aspects of an entry, by their names. Raises CallFailed."""
    found = reply.get("aspects", {})
    if not isinstance(found, Mapping):
        raise CallFailed(Reason.MALFORMED, "aspects are no mapping")
    return found


def _type_of(name: str) -> str:
    """`projects/p/locations/global/aspectTypes/t`, of `p.global.t` or `p.global.t@path`."""
    head, _, type = name.partition("@")[0].rpartition(".")
    project, _, location = head.rpartition(".")
    return f"projects/{project}/locations/{location}/aspectTypes/{type}"
