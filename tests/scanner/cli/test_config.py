"""A configuration file that is wrong is refused by name, whatever is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.cli.config import read_config
from scanner.model.errors import InputError


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[aws\n", "line 1"),
        (b"\xff\xfe[aws]", "is no text in UTF-8$"),
        (b"a = " + b"[" * 100_000, "is nested too deeply$"),
        (b"colour = 1\n[aws]", "it has no colour; it has aws, gcp, azure, "),
        (b"time-limt = 1\n[aws]", r"it has no time-limt; did you mean time-limit\?$"),
        (b'"" = 1\n[aws]', "it has no ''; it has aws, "),
        (b"[aws]\nregion = []", r"\[aws\] has no region; did you mean regions\?$"),
        (b"[output]\npath = []", r"\[output\] has no path; did you mean paths\?$"),
        (b'[aws]\nregions = "eu-west-1"', "aws.regions must be a list, not text in quotes$"),
        (b"[aws]\nregions = [1]", r"aws.regions\[0\] must be text in quotes, not a whole number$"),
        (b"[aws]\nprofile = 3", "aws.profile must be text in quotes, not a whole number$"),
        (b"aws = true", "aws must be a table, not true or false$"),
        (b"output = 3\n[aws]", "output must be a table or a list, not a whole number$"),
        (b"no-cache = 1.5\n[aws]", "no-cache must be true or false, not a number with a fraction$"),
        (b'concurrency = "many"\n[aws]', "concurrency must be a whole number, not text in quotes$"),
        (b'min-coverage = "80"\n[aws]', "min-coverage must be a number, not text in quotes$"),
        (b"min-coverage = 101\n[aws]", "min-coverage must be at most 100$"),
        (b"min-coverage = nan\n[aws]", "min-coverage must be at least 0$"),
        (b"concurrency = 0\n[aws]", "concurrency must be at least 1$"),
        (b"concurrency = -3\n[aws]", "concurrency must be at least 1$"),
        (b"concurrency = 100000000000000000000\n[aws]", "concurrency must be at most 256$"),
        (b"[bounds]\npage = 1\n[aws]", r"\[bounds\] has no page; did you mean pages\?$"),
        (b"[sarif]\ngroups = 1\n[aws]", r"\[sarif\] has no groups; did you mean group\?$"),
        (b'baseline = "x.json"\n[aws]', "baseline must be a list, not text in quotes$"),
        (b"verdicts = 'all'", "names nothing to scan"),
    ],
)
def test_what_is_wrong_is_refused_in_one_line(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(content)

    with pytest.raises(InputError, match=says) as refused:
        read_config(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)
    assert not re.search(r"\$|Expected `|Object|codec|recursion", str(refused.value))  # the decoder's own words
