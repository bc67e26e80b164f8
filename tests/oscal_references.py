"""What OSCAL files refer to, and what of it is not there: over all files of a set, whatever their models.

Validators look at one document at a time, and at a part of its references only.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urldefrag, urlsplit

#: Members that name a control, or a statement of one, by its id.
CONTROLS = ("control-id", "statement-id", "target-id", "id-ref", "with-ids")
#: Members that hold the address of something.
ADDRESSES = ("href", "source")


class Document:
    """One file: what it defines, what it refers to, and which other files it names."""

    def __init__(self, content: dict[str, Any]) -> None:
        [(self.model, self.body)] = content.items()
        found = list(members(self.body))
        self.uuids = Counter(value for name, value in found if name == "uuid")
        self.ids = Counter(value for name, value in found if name == "id")
        self.addresses = [value for name, value in found if name in ADDRESSES]
        #: what it refers to, once
        self.references = sorted({member for member in found if refers(member[0])})
        self.roles = {role["id"] for role in self.body["metadata"].get("roles", ())}
        self.named = {urldefrag(each).url for each in self.addresses if not urlsplit(each).scheme} - {""}


def read(files: Mapping[str, bytes]) -> dict[str, Document]:
    """The documents in these files."""
    return {name: Document(json.loads(content)) for name, content in files.items()}


def refers(member: str) -> bool:
    """Whether a member of this name refers to something."""
    return member.endswith(("-uuid", "-uuids")) or member in (*CONTROLS, *ADDRESSES, "role-id")


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """Every member of every object, and each item of one that is a list of texts."""
    if isinstance(value, list):
        for each in value:
            yield from members(each)
    elif isinstance(value, dict):
        for name, member in value.items():
            if isinstance(member, dict | list):
                yield from members(member)
            if isinstance(member, str):
                yield name, member
            elif isinstance(member, list):
                yield from ((name, each) for each in member if isinstance(each, str))


def dangling(documents: Mapping[str, Document]) -> list[str]:
    """Everything that a file refers to and that is not there, as sentences."""
    return [f"{name}: {text}" for name, one in documents.items() for text in _of_one(one, documents)]


def _of_one(one: Document, documents: Mapping[str, Document]) -> Iterator[str]:
    yield from (f"uuid {each} stands {times} times" for each, times in one.uuids.items() if times > 1)
    yield from (f"id {each} stands {times} times" for each, times in one.ids.items() if times > 1)
    known = [one, *(documents[name] for name in one.named if name in documents)]
    uuids = {uuid for each in known for uuid in each.uuids}
    ids = {id for each in known for id in each.ids}
    for name, value in one.references:
        if name.endswith(("-uuid", "-uuids")) and value not in uuids:
            yield f"{name} {value} is defined nowhere"
        if name in CONTROLS and value not in ids:
            yield f"{name} {value} is in no catalogue that it names"
        if name == "role-id" and value not in one.roles:
            yield f"role {value} is not defined"
    for address in one.addresses:
        yield from _address(address, one, documents)
    yield from _rlinks(one.body)


def _address(address: str, one: Document, documents: Mapping[str, Document]) -> Iterator[str]:
    url, fragment = urldefrag(address)
    if urlsplit(url).scheme:
        return  # its content is known by a digest, or lies outside
    if url and url not in documents:
        yield f"file {url} is not there"
    elif fragment and fragment not in (documents[url].ids if url else _resources(one)):
        yield f"{address} leads nowhere"


def _resources(one: Document) -> set[str]:
    return {each["uuid"] for each in one.body.get("back-matter", {}).get("resources", ())}


def _rlinks(body: Any) -> Iterator[str]:
    """Names by digest say the digest that stands beside them."""
    for each in body.get("back-matter", {}).get("resources", ()):
        for rlink in each.get("rlinks", ()):
            name = base64.urlsafe_b64decode(rlink["href"].partition(";")[2] + "=").hex()
            if [name] != [one["value"] for one in rlink["hashes"]]:
                yield f"{rlink['href']} is not the digest beside it"


def empty(value: Any, path: str = "") -> Iterator[str]:
    """Where an array or a text is empty, or an object other than `include-all`: OSCAL has none of these."""
    if value in ("", None, []) or (value == {} and not path.endswith("include-all")):
        yield path
    for name, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from empty(each, f"{path}/{name}")
