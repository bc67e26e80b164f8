"""A configuration file that is wrong is refused by name, whatever is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.cli.config import read_config
from scanner.model.errors import InputError


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[aws\n", "line 1"),
        (b"\xff\xfe[aws]", "utf-8"),
        (b"a = " + b"[" * 100_000, "recursion"),
        (b"colour = 1\n[aws]", "colour"),
        (b'[aws]\nregions = "eu-west-1"', "regions"),
        (b"[aws]\nprofile = 3", "profile"),
        (b'concurrency = "many"\n[aws]', "concurrency"),
        (b"concurrency = 0\n[aws]", "concurrency"),
        (b"concurrency = -3\n[aws]", "concurrency"),
        (b"concurrency = 100000000000000000000\n[aws]", "concurrency"),
        (b"verdicts = 'all'", "names no cloud"),
    ],
)
def test_what_is_wrong_is_refused_in_one_line(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(content)

    with pytest.raises(InputError, match=says) as refused:
        read_config(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)
