"""As much of JSON-LD as descriptions of data sets are written in: names in any spelling, values in any wrapping.

Nothing is fetched. Source: JSON-LD 1.1 of the W3C.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

#: Vocabularies whose members are read, without scheme and `www.`, in lower case.
_KNOWN = (
    "schema.org/",
    "mlcommons.org/croissant/rai/",
    "mlcommons.org/croissant/",
    "purl.org/dc/terms/",
    "w3.org/ns/prov#",
)
#: What the recommended context calls them; it holds where a file declares no other.
_PREFIXES = {
    "sc": "https://schema.org/",
    "schema": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
}
_VOCABULARY = "https://schema.org/"
#: A name leads to another name at most so often; values lie so deep, and so many are looked at.
_STEPS, _DEEPEST, _MOST = 5, 20, 1000


class Node(NamedTuple):
    """An object with the names that hold in it."""

    values_: Mapping[str, Any]
    terms: Mapping[str, str]

    def members(self) -> Iterator[tuple[str, str, Any]]:
        """Of each member of a known vocabulary its name there, in lower case, how it is written, and the value."""
        for key, value in self.values_.items():
            if local := _local(key, self.terms):
                yield local, key, value

    def values(self, member: str) -> list[Any]:
        """The values of a member, lists taken apart."""
        found = [value for local, _, value in self.members() if local == member]
        return [one for value in found for one in (value if isinstance(value, list) else [value])][:_MOST]

    def nodes(self, member: str) -> list["Node"]:
        """Those of them that are objects."""
        return [Node(one, self.terms) for one in self.values(member) if isinstance(one, Mapping)]


def data_sets(document: Any) -> Iterator[Node]:
    """The data sets of a document, which is one, or has them in a list or a graph."""
    terms = _terms(document.get("@context")) if isinstance(document, Mapping) else {}
    graph = document.get("@graph", document) if isinstance(document, Mapping) else document
    for one in graph[:_MOST] if isinstance(graph, list) else [graph]:
        if isinstance(one, Mapping):
            node = Node(one, {**terms, **_terms(one.get("@context"))})
            types = one.get("@type", one.get("type"))
            if any(_is_data_set(type) for type in (types if isinstance(types, list) else [types])):
                yield node


def plain(value: Any, levels: int = _DEEPEST) -> Any:
    """A value without what JSON-LD wraps it in: its text, and of an object what it says beside its type and its id."""
    if isinstance(value, list):
        return [plain(one, levels - 1) for one in value[:_MOST]] if levels else []
    if not isinstance(value, Mapping):
        return value
    if not levels:
        return None
    if "@value" in value or "@list" in value or "@set" in value:
        return plain(value.get("@value", value.get("@list", value.get("@set"))), levels - 1)
    said = {key: plain(one, levels - 1) for key, one in value.items() if not key.startswith("@")}
    named = value.get("@id")
    return said or (None if isinstance(named, str) and named.startswith("_:") else named)


def _is_data_set(type: Any) -> bool:
    return isinstance(type, str) and type.replace(":", "/").rpartition("/")[2] == "Dataset"


def _terms(context: Any) -> dict[str, str]:
    """The names that a context in the file declares, each with what it stands for."""
    found: dict[str, str] = {}
    for one in context[:_MOST] if isinstance(context, list) else [context]:
        for term, meaning in one.items() if isinstance(one, Mapping) else ():
            named = meaning.get("@id") if isinstance(meaning, Mapping) else meaning
            if isinstance(named, str):
                found[term] = named
    return found


def _local(key: str, terms: Mapping[str, str]) -> str:
    """The name of a member in its vocabulary, in lower case; empty for one of JSON-LD, or of no known vocabulary."""
    if key.startswith("@"):
        return ""
    for _ in range(_STEPS):
        prefix, colon, rest = key.partition(":")
        if rest.startswith("//"):
            return _in_known(key)
        if key in terms:
            key = terms[key]
        elif colon:
            known = terms.get(prefix, _PREFIXES.get(prefix, ""))
            key = f"{known}{rest}" if known else ""
        else:
            key = f"{terms.get('@vocab', _VOCABULARY)}{key}"
    return ""


def _in_known(address: str) -> str:
    place = address.lower().partition("://")[2].removeprefix("www.")
    of = next((known for known in _KNOWN if place.startswith(known)), "")
    local = place.removeprefix(of)
    return local if of and "/" not in local else ""
