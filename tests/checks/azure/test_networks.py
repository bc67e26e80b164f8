"""Which ranges are most of the internet, and which addresses it reaches."""

from __future__ import annotations

import pytest

from checks.azure.networks import is_public, letting, of_joined, wide


@pytest.mark.parametrize(
    "ranges",
    [
        ["0.0.0.0/0"],
        ["203.0.113.7", "20.0.0.0/8"],
        ["128.0.0.0/1", "0.0.0.0/1"],
        ["20.0.0.0/9", "20.128.0.0/9"],
        [f"20.{second}.0.0/16" for second in range(256)],
        ["::/0"],
        [" 0.0.0.0/0 "],
    ],
)
def test_most_of_the_internet(ranges: list[str]) -> None:
    assert wide(ranges)


@pytest.mark.parametrize(
    "ranges",
    [
        [],
        ["203.0.113.7"],
        ["20.0.0.0/9"],
        ["20.0.0.0/9"] * 2,
        [f"20.{second}.0.0/16" for second in range(255)],
        ["10.0.0.0/8"],
        ["2001:db8::/32"],
        ["anything"],
    ],
)
def test_a_list_of_known_clients(ranges: list[str]) -> None:
    assert not wide(ranges)


def test_only_the_wide_ones_are_named_where_there_are_any() -> None:
    assert wide(["203.0.113.0/24", "0.0.0.0/1"]) == ["0.0.0.0/1"]


def test_what_is_no_range_leaves_it_open_whether_all_are_let_in() -> None:
    assert letting(["anything", "0.0.0.0/0"], ("rules",)).to_all is True
    assert letting(["anything", "203.0.113.7"], ("rules",)).to_all is None
    assert letting(["203.0.113.7"], ("rules",)).to_all is False
    words = letting(["anything"], ("rules",)).fields
    assert of_joined("Workspace", ("ip_allowlist", *words)) == ("Workspace.ip_allowlist", *words)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("203.0.113.7", True),
        ("20.61.0.9", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("", False),
        ("0.0.0.0", False),
        ("none", False),
    ],
)
def test_addresses_that_the_internet_reaches(address: str, public: bool) -> None:
    assert is_public(address) is public
