"""States: which instances are read of them, what else leaves them (nothing), and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.model.errors import InputError
from scanner.source.tfstate import Instance, key, read_state

MEMBERS = ("arn", "id")


def instance(attributes: Any, **others: Any) -> dict[str, Any]:
    return {"schema_version": 0, "attributes": attributes, **others}


def resource(*instances: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"mode": "managed", "type": "aws_iam_role", "name": "this", "instances": list(instances), **others}


def stored(*resources: dict[str, Any], **others: Any) -> str:
    return json.dumps({"version": 4, "terraform_version": "1.11.4", "resources": list(resources), **others})


def shown(*resources: dict[str, Any], **modules: Any) -> str:
    root = {"resources": list(resources), **modules}
    return json.dumps({"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": root}})


def read(text: str | bytes, folder: Path) -> list[Instance]:
    path = folder / "terraform.tfstate"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_state(path, MEMBERS, "terraform.tfstate"))


def test_each_instance_has_its_address(tmp_path: Path) -> None:
    found = read(
        stored(
            resource(instance({"arn": "a"}, index_key=0), instance({"arn": "b"}, index_key=1)),
            resource(instance({"arn": "c"}, index_key="eu/west"), module='module.roles["x"].module.inner[2]'),
            resource(instance({"id": "d"})),
        ),
        tmp_path,
    )

    assert [one.address for one in found] == [
        "aws_iam_role.this[0]",
        "aws_iam_role.this[1]",
        'module.roles["x"].module.inner[2].aws_iam_role.this["eu/west"]',
        "aws_iam_role.this",
    ]
    assert [one.named for one in found] == [{"arn": "a"}, {"arn": "b"}, {"arn": "c"}, {"id": "d"}]


def test_what_terraform_shows_is_read_alike(tmp_path: Path) -> None:
    entry = {"mode": "managed", "type": "aws_iam_role", "name": "this"}
    child = {
        "address": 'module.a["x"]',
        "resources": [{**entry, "index": "k", "values": {"arn": "b", "inline_policy": [{"policy": "p"}]}}],
        "child_modules": [
            {"address": 'module.a["x"].module.b', "resources": [{**entry, "index": 1, "values": {"arn": "c"}}]}
        ],
    }
    found = read(shown({**entry, "values": {"arn": "a"}}, child_modules=[child]), tmp_path)

    assert [(one.address, one.named["arn"]) for one in found] == [
        ("aws_iam_role.this", "a"),
        ('module.a["x"].aws_iam_role.this["k"]', "b"),
        ('module.a["x"].module.b.aws_iam_role.this[1]', "c"),
    ]


def test_data_and_what_waits_to_be_destroyed_made_nothing(tmp_path: Path) -> None:
    text = stored(
        resource(instance({"arn": "a"}), mode="data"),
        resource(instance({"arn": "b"}, deposed="0badcafe"), instance({"arn": "c"})),
    )
    assert [one.named["arn"] for one in read(text, tmp_path)] == ["c"]
    entry = {"type": "aws_iam_role", "name": "this", "values": {"arn": "d"}}
    text = shown({**entry, "mode": "data"}, {**entry, "mode": "managed", "deposed_key": "0badcafe"})
    assert read(text, tmp_path) == []


def test_nothing_but_texts_that_name_things_is_decoded(tmp_path: Path) -> None:
    secret = "correct-horse-battery"
    attributes = {"arn": {"inner": secret}, "id": "i", "password": secret, "private_key": [secret]}
    sensitive = instance(attributes, sensitive_attributes=[secret], private=secret)
    for text in (
        stored(resource(sensitive), outputs={"token": {"value": secret, "type": "string"}}),
        shown({"mode": "managed", "type": "aws_iam_role", "name": "this", "values": attributes}),
    ):
        found = read(text, tmp_path)
        assert [one.named for one in found] == [{"id": "i"}]
        assert secret not in repr(found)


@pytest.mark.parametrize(
    ("index", "text"), [(None, ""), (0, "[0]"), ("a", '["a"]'), ('a"\\${b}', '["a\\"\\\\$${b}"]'), ("", '[""]')]
)
def test_a_key_is_written_as_in_addresses(index: int | str | None, text: str) -> None:
    assert key(index) == text


def test_a_state_of_nothing_is_one(tmp_path: Path) -> None:
    assert read(stored(), tmp_path) == []
    assert read('{"format_version": "1.0"}', tmp_path) == []
    assert read(b"\xef\xbb\xbf" + stored().encode(), tmp_path) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ": is empty; give a state"),
        (b"\xff\xfe{\x00", ": is UTF-16, as some shells write it; save it as UTF-8"),
        (b"{", ": is no Terraform state (Input data was truncated); give a state"),
        (b"[]", ": is no Terraform state (Expected `object`, got `array`)"),
        (b"{}", ": is no Terraform state: it names no version; give a state of format 4"),
        (b'{"version": 3}', ": is a state of format 3, and 4 is read; give what `terraform show -json` prints"),
        (b'{"version": 5}', ": is a state of format 5, and 4 is read"),
        (b'{"version": 4,\n "resources": [{"type": "a" "name"}]}', ":2: is no Terraform state (JSON is malformed"),
        (b'{"version": 4, "resources": [{"type": 1}]}', ": is no Terraform state (Expected `str`, got `int`"),
        (b'{"version": 4, "resources": [{"name": "x"}]}', ": is no Terraform state (Object missing required field"),
        (b'{"format_version": "1.2", "planned_values": {}}', ": is a plan, and not what exists"),
        (b'{"encrypted_data": "x", "encryption_version": "v0"}', ": is an encrypted state; give what `tofu show"),
        (b'{"version": 4, "resources": ' + b"[" * 100_000, ": is no Terraform state ("),
        (b'{"version": 4, "resources": [{"type": "\xff", "name": "x"}]}', ": is no Terraform state ("),
    ],
)
def test_what_is_no_state_is_refused_with_what_to_do(content: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(content, tmp_path)

    assert str(caught.value).startswith(f"terraform.tfstate{said}")
    assert "\n" not in str(caught.value)


def test_a_state_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gone: No such file or directory"):
        list(read_state(tmp_path / "gone", MEMBERS, "gone"))
