"""Resources as documents: whatever a provider sends, none is larger than anything has to be."""

from __future__ import annotations

import msgspec
from factories.aws import notebook

from scanner.model.documents import document, documents


def test_long_texts_of_a_large_resource_are_cut_and_its_id_is_not() -> None:
    endless = msgspec.structs.replace(notebook("a"), id="arn:" + "a" * 300_000, name="n" * 4_000_000, role_arn="r" * 99)
    found = msgspec.json.decode(document(endless))

    assert (found["id"], found["role_arn"]) == (endless.id, endless.role_arn)
    assert found["name"] == "n" * 2**14 + "…"
    assert documents([notebook("b"), endless])[0] == document(notebook("b"))


def test_a_long_text_of_an_ordinary_resource_stays_whole() -> None:
    whole = msgspec.structs.replace(notebook("a"), role_arn="r" * 100_000)

    assert msgspec.json.decode(document(whole))["role_arn"] == whole.role_arn
