"""Frameworks as reports name them: ids, and labels in words that may be passed on."""

from collections.abc import Mapping

from msgspec import Struct


class Taxonomy(Struct, frozen=True, kw_only=True):
    """A framework, and the labels of those of its controls that checks of a report speak to, by id.

    Labels are titles of the catalogue: where `text_policy` does not say that they are official, they are our own words.
    """

    id: str
    name: str
    version: str
    publisher: str
    url: str
    text_policy: str
    labels: Mapping[str, str]
