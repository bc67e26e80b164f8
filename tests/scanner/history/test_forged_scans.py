"""Scans that somebody has put into a bucket by hand, with digests that fit: what is none is named and not believed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from buckets import Bucket
from commandline import mlposture
from nights import Nights, lab

from scanner.history.chain import Content
from scanner.history.store import open_store
from scanner.model.errors import InputError
from scanner.objects.transfer import write

PREFIX = "team/history"
Lines = list[list[Any]]


def name(number: int) -> str:
    return f"{PREFIX}/scan-{number:010}.jsonl.gz"


def forge(bucket: Bucket, change: Callable[[dict[str, Any], Lines], Any], number: int = 1) -> str:
    """A history of one scan, changed, with the digest of what it says now. Its URL."""
    nights = Nights(bucket.at(PREFIX))
    nights.scan(lab("a"), lab("b"))
    head, record, *said = gzip.decompress(bucket.contents()[name(1)]).splitlines()
    scan, lines = json.loads(record), [json.loads(line) for line in said]
    change(scan, lines)
    content = Content()
    for provider, account, fingerprint, subject, state, body in lines:
        whole = bytes.fromhex(fingerprint), json.dumps(subject).encode(), state, json.dumps(body).encode()
        content.add((provider, account), *whole)
    scan["content"] = content.made()
    text = b"\n".join((head, *(json.dumps(one).encode() for one in (scan, *lines)), b""))
    write(bucket.at(name(number)), lambda path: path.write_bytes(gzip.compress(text)))
    return nights.url


def problems(url: str) -> list[str]:
    with open_store(url, make=False) as store:
        return list(store.verify())


def test_what_is_forged_well_is_taken_for_what_it_says(s3_log):
    url = forge(s3_log, lambda scan, lines: None)

    assert problems(url) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda scan, _: scan.update(started_at="0001-01-01T00:00:00+14:00"), "its record cannot be read"),
        (lambda scan, _: scan.update(finished_at="9999-12-31T23:59:59-12:00"), "its record cannot be read"),
        (lambda scan, _: scan.update(started_at="2026-11-01T00:00:00"), "its record cannot be read"),
        (lambda scan, _: scan.update(accounts=scan["accounts"] * 2), "asked an account twice"),
        (lambda _, lines: lines.append(lines[0]), "found something twice, or in no order"),
        (lambda _, lines: lines.reverse(), "found something twice, or in no order"),
        (lambda _, lines: lines[0].__setitem__(2, ""), "what it found cannot be read"),
    ],
)
def test_what_is_no_scan_is_named_and_not_believed(s3_log, change, said):
    url = forge(s3_log, change)

    assert problems(url) == [f"scan 1: {said}"]
    for command in (("history", "list"), ("trend",), ("serve",)):
        done = mlposture(*command, "--store", url)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert f"scan 1: {said}; `mlposture history verify` says more" in done.stderr
    with pytest.raises(InputError, match=said):
        open_store(url).earlier()


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[0].__setitem__(4, "passed"),
        lambda lines: lines[0].__setitem__(3, 42),
        lambda lines: lines[0].__setitem__(5, {"severity": "low"}),
        lambda lines: lines[0][5].__setitem__(8, "2026-11-01T00:00:00"),
    ],
)
def test_what_fits_its_digest_and_is_no_finding_is_named(s3_log, change):
    url = forge(s3_log, lambda _, lines: change(lines))

    [problem] = problems(url)
    assert "scan 1 (" in problem and "1 of what it found is not as mlposture writes it" in problem
    with pytest.raises(InputError, match="holds what mlposture did not write so"):
        open_store(url).earlier()


def test_a_scan_that_is_there_again_is_no_second_one(s3_log):
    def again(scan: dict[str, Any], _: Lines) -> None:
        with open_store(s3_log.at(PREFIX), make=False) as store:
            scan.update(number=2, previous=store.scans()[0].digest)

    url = forge(s3_log, again, 2)

    assert problems(url) == ["scan 2: is another one again"]
    with pytest.raises(InputError, match="scan 2: is another one again"):
        open_store(url).earlier()
