"""What all OSCAL documents share: identifiers, metadata, properties, resources, and how a document becomes a file.

Documents are plain dicts in the terms of OSCAL's JSON, which knows no empty array.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from reports.writing import clean, dump, redact
from scanner.evidence.dossier_types import Cover
from scanner.model.claims import STATEMENT
from scanner.model.patterns import pattern
from scanner.model.sanitize import encode, storable

Json = dict[str, Any]

#: The release of OSCAL that the documents are written in.
VERSION = "1.2.1"
#: Qualifies names that OSCAL does not define.
NS = "urn:mlposture:oscal:1"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, NS)
#: What Markdown, which OSCAL's prose is written in, may take for markup; underscores only at the edge of a word.
_MARKUP = pattern(r"[\\`*~^\[\]<>{}&|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[#+=-]")
_SHA256 = pattern(r"[0-9a-f]{64}")
_NO_TOKEN = pattern(r"[^A-Za-z0-9._-]")


def uid(*names: str) -> str:
    """The UUID of what has these names: always the same, so that a re-export is equal to the byte."""
    return str(uuid.uuid5(_NAMESPACE, storable("\n".join(names))))


def token(text: str) -> str:
    """A token of OSCAL as near to a text as can be."""
    found = _NO_TOKEN.sub("-", text)
    return found if found[:1].isalpha() or found[:1] == "_" else f"_{found}"


def line(text: str) -> str:
    """Text of others as a string of OSCAL: in one line, without credentials."""
    return " ".join(redact(text).split())


def prose(text: str) -> str:
    """Text of others as it may stand in Markdown: in one line, with what is invisible made visible, and no markup."""
    return _MARKUP.sub(lambda found: "\\" + found[0], clean(line(text)))


def title(text: str) -> str:
    """Text of others as a title or a name, which is never empty."""
    return prose(text) or "unnamed"


def at(when: datetime | date) -> str:
    """A time, or the beginning of a day in UTC."""
    return (when if isinstance(when, datetime) else datetime.combine(when, time(), UTC)).isoformat()


def prop(name: str, value: object, remarks: str = "", *, of: str = "", ns: str = NS) -> Json:
    """A property; `of` is its class. Names that OSCAL defines have no `ns`."""
    text = line(value if isinstance(value, str) else encode(value).decode())
    return full(name=name, ns=ns, value=text or '""', **{"class": token(of) if of else ""}, remarks=prose(remarks))


def full(**members: Any) -> Json:
    """An object of these members, without the empty ones. `_` in a name stands for `-`."""
    return {name.replace("_", "-"): value for name, value in members.items() if value not in ("", None, [], ())}


def link(href: str, rel: str) -> Json:
    """A link to a file of ours, something in it, or a resource of the same document."""
    return {"href": href, "rel": rel}


def resource(id: str, name: str, description: str, *, sha256: str = "", source: str = "", text: str = "") -> Json:
    """An entry of the back matter: known by its digest, by where it is said to be, or a `text` of ours.

    What has a digest is named by it (RFC 6920), since nobody knows where the reader has it. A commitment that stands
    for a digest, or for a place, is an identifier like any other.
    """
    is_digest = _SHA256.fullmatch(sha256) is not None
    identifiers = [line(each) for each in (source, "" if is_digest else sha256)]
    rlink = {"href": _named(sha256), "hashes": [{"algorithm": "SHA-256", "value": sha256}]} if is_digest else None
    content = {"filename": "note.txt", "media-type": "text/plain", "value": base64.b64encode(text.encode()).decode()}
    return full(
        uuid=id,
        title=title(name),
        description=prose(description),
        document_ids=[{"identifier": each} for each in identifiers if each],
        rlinks=[rlink] if rlink else None,
        base64=content if text else None,
    )


def digest(sha256: str) -> Json:
    """A property with a digest, or with the commitment that stands for it."""
    return prop("sha256" if _SHA256.fullmatch(sha256) else "commitment", sha256)


def _named(sha256: str) -> str:
    return "ni:///sha-256;" + base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")


def back_matter(resources: Iterable[Json]) -> Json | None:
    """The back matter of these resources, each once."""
    by_uuid = {one["uuid"]: one for one in resources}
    return {"resources": list(by_uuid.values())} if by_uuid else None


def metadata(name: str, cover: Cover, version: str, **more: Any) -> Json:
    """What each document begins with. Its time is that of the inventory: an export reads no clock."""
    return full(
        title=title(name),
        last_modified=at(cover.taken_at),
        version=line(version) or "none",
        oscal_version=VERSION,
        props=[prop("tool", cover.tool)],
        **more,
        remarks=STATEMENT,
    )


def file(name: str, model: str, members: Mapping[str, Any]) -> tuple[str, bytes]:
    """A document of this model as a file. Its UUID changes with its content, and not with the time of a scan alone."""
    about = {**members, "metadata": {**members["metadata"], "last-modified": ""}}
    content = hashlib.sha256(encode(about)).hexdigest()
    return name, dump({model: {"uuid": uid(model, name, content), **full(**members)}}) + b"\n"
