"""Which texts are addresses of files in buckets, and what is said of those that lead nowhere."""

from __future__ import annotations

import pytest

from scanner.cli.config import parse_outputs
from scanner.model.errors import InputError
from scanner.objects.addresses import Address, parse
from scanner.store.places import Places


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("s3://northwind-example/x.json", ("s3", "northwind-example", "x.json", "")),
        ("s3://northwind.example/a b//c?d#e%20/é.json", ("s3", "northwind.example", "a b//c?d#e%20/é.json", "")),
        ("gs://northwind_example/daily/x.sarif", ("gs", "northwind_example", "daily/x.sarif", "")),
        ("az://northwindexample/reports/x.json", ("az", "reports", "x.json", "northwindexample")),
        ("az://northwindexample/$web/a/index.html", ("az", "$web", "a/index.html", "northwindexample")),
    ],
)
def test_an_address(text: str, parts: tuple[str, ...]) -> None:
    scheme, bucket, key, account = parts
    assert parse(text) == Address(text, scheme, bucket, key, account)


@pytest.mark.parametrize(
    "text",
    ["x.json", "s3/x.json", "s3:x.json", "s3:/northwind/x.json", "./s3://x", "a:b", "C:\\x.json", "://x", "-", ""],
)
def test_a_path_however_odd_stays_one(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("s3://", "no bucket has such a name"),
        ("s3:///x.json", "no bucket has such a name"),
        ("s3://a@b/x.json", "no bucket has such a name"),
        ("s3://northwind", "names no file"),
        ("s3://northwind/", "names no file"),
        ("gs://northwind/daily/", "names no file"),
        ("gs://northwind-/x.json", "no bucket has such a name"),
        ("gs://nw/x.json", "no bucket has such a name"),
        (f"s3://{'n' * 300}/x.json", "no bucket has such a name"),
        ("az://northwind/reports/../other/x.json", "can be reached"),
        ("gs://northwind/.", "can be reached"),
        ("az://northwind/reports", "names no file"),
        ("az://northwind", "no container has such a name"),
        ("az://northwind/Reports/x.json", "no container has such a name"),
        ("az://evil.example#/reports/x.json", "no storage account has such a name"),
        ("az://NORTHWIND/reports/x.json", "no storage account has such a name"),
        ("S3://northwind/x.json", "S3://…: a file is a path, or s3://BUCKET/KEY"),
        ("azure://northwind/reports/x.json", "azure://…: a file is a path"),
        ("file:///tmp/x.json", "file://…: a file is a path"),
        ("s3://northwind/\udcff.json", "is not UTF-8"),
    ],
)
def test_an_address_that_leads_nowhere(text: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "az://northwind/reports/x.json?sv=2024-11-04&sp=rw&sig=c2lnbmF0dXJlLXRoYXQtb3BlbnM%3D",
        "az://northwind/reports?sig=c2lnbmF0dXJlLXRoYXQtb3BlbnM%3D",
        "s3://northwind/x.json?X-Amz-Signature=c2lnbmF0dXJlLXRoYXQtb3BlbnM",
        "gs://northwind/x.json?X-Goog-Algorithm=GOOG4&X-Goog-Signature=c2lnbmF0dXJlLXRoYXQtb3BlbnM",
    ],
)
def test_a_signed_address_is_refused_and_its_signature_not_shown(text: str) -> None:
    for read in (parse, lambda given: parse_outputs([given], {"json": "JSON"}, {".json": "json"}, Places())):
        with pytest.raises(InputError, match="leave the signature out of the address") as refused:
            read(text)
        assert str(refused.value).startswith(text.partition("?")[0] + ":")
        assert "c2ln" not in str(refused.value)


def test_a_question_mark_alone_is_part_of_a_name() -> None:
    address = parse("s3://northwind/what?signed=no.json")
    assert address is not None
    assert address.key == "what?signed=no.json"


@pytest.mark.parametrize(
    "text", ["https://x.example/c/x.json?sig=c2lnbmF0dXJlLXRoYXQtb3BlbnM%3D", "https://user:hunter2@x.example/x.json"]
)
def test_what_such_an_address_may_hold_is_not_repeated(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text)
    assert "x.example" not in str(refused.value)
    assert "sig" not in str(refused.value)
    assert "hunter2" not in str(refused.value)
