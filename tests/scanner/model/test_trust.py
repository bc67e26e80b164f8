"""Which entries of `[trust]` are about what."""

from __future__ import annotations

import pytest

from scanner.model.trust import Entry, Foreign

HOST = "444455556666.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("table", "value", "foreign", "covers"),
    [
        ("accounts", "444455556666", Foreign.account("444455556666"), True),
        ("accounts", "444455556666", Foreign.account("444455556667"), False),
        ("projects", "444455556666", Foreign.account("444455556666"), False),
        ("buckets", "labels", Foreign.bucket("s3://labels"), True),
        ("buckets", "labels", Foreign.bucket("gs://labels"), True),
        ("buckets", "s3://labels", Foreign.bucket("s3://labels"), True),
        ("buckets", "s3://labels", Foreign.bucket("gs://labels"), False),
        ("buckets", "label", Foreign.bucket("s3://labels"), False),
        ("buckets", "Labels", Foreign.bucket("s3://labels"), False),
        ("addresses", "17.0.0.0/8", Foreign.address("17.3.0.0/16"), True),
        ("addresses", "17.0.0.0/8", Foreign.address("17.3.4.5"), True),
        ("addresses", "17.0.0.0/8", Foreign.address("17.3.4.5/8"), True),
        ("addresses", "17.0.0.0/8", Foreign.address("16.0.0.0/7"), False),
        ("addresses", "17.0.0.0/8", Foreign.address("0.0.0.0/0"), False),
        ("addresses", "17.0.0.0/8", Foreign.address("::/0"), False),
        ("addresses", "2001:db8::/32", Foreign.address("2001:db8:1::/48"), True),
        ("addresses", "17.0.0.0/8", Foreign.address("everybody"), False),
        ("registries", HOST, Foreign.registry(f"{HOST}/team/model:1"), True),
        ("registries", HOST, Foreign.registry(f"{HOST}.evil.example/team/model:1"), False),
        ("registries", HOST, Foreign.registry(f"evil.example/{HOST}/model:1"), False),
        ("registries", "registry.example", Foreign.registry("registry.example:5000/model"), False),
        ("registries", "registry.example:5000", Foreign.registry("registry.example:5000/model"), True),
        ("registries", f"{HOST}/team", Foreign.registry(f"{HOST}/team/model:1"), True),
        ("registries", f"{HOST}/team", Foreign.registry(f"{HOST}/team@sha256:{'1' * 64}"), True),
        ("registries", f"{HOST}/team", Foreign.registry(f"{HOST}/team:1"), True),
        ("registries", f"{HOST}/team", Foreign.registry(f"{HOST}/teams/model:1"), False),
    ],
)
def test_an_entry_is_about_exactly_what_it_names(table: str, value: str, foreign: Foreign, covers: bool) -> None:
    assert Entry(table=table, value=value, reason="ours").covers(foreign) is covers


def test_one_of_its_names_is_enough() -> None:
    foreign = Foreign((("buckets", "gs://labels"), ("projects", "123456789012")))

    assert Entry(table="projects", value="123456789012", reason="ours").covers(foreign)
    assert not Entry(table="projects", value="example-labels", reason="ours").covers(foreign)
