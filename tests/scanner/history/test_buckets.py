"""Histories in buckets: what may not be read or written is said at once, and whatever was changed is named."""

from __future__ import annotations

import gzip
import hashlib
import json
import re

import pytest
from buckets import Bucket
from commandline import mlposture
from nights import CLOSED, Nights, lab
from worlds import gcp_replies as replies
from worlds.base import Fault, Response

from scanner.history import bucket_engine
from scanner.history.engine import Overtaken
from scanner.history.store import open_store
from scanner.model.errors import InputError, NotWritten
from scanner.objects.object_logs import Log
from scanner.objects.transfer import write

PREFIX = "team/history"
#: The SDK of Azure leaves the body of what was refused unread, and with it the connection open until it is collected.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <(ssl.SSLSocket|finalize object):pytest.PytestUnraisableExceptionWarning"
)
#: What each service says has to be granted.
NEEDS = {
    "s3": {"list": "s3:ListBucket", "write": "s3:PutObject", "read": "s3:GetObject"},
    "gs": {"list": "storage.objects.list", "write": "storage.objects.create", "read": "storage.objects.get"},
    "az": {"list": "Storage Blob Data Reader", "write": "Storage Blob Data Contributor",
           "read": "Storage Blob Data Reader"},
}  # fmt: skip


def three(bucket: Bucket) -> Nights:
    nights = Nights(bucket.at(PREFIX))
    nights.scan(lab("a"), lab("b"))
    nights.scan(lab("a"), lab("b", CLOSED), lab("c"))
    nights.scan(lab("a"), lab("b"))
    return nights


def name(number: int) -> str:
    return f"{PREFIX}/scan-{number:010}.jsonl.gz"


def put(bucket: Bucket, key: str, content: bytes) -> None:
    write(bucket.at(key), lambda path: path.write_bytes(content))


def problems(url: str) -> list[str]:
    with open_store(url, make=False) as store:
        return list(store.verify())


def test_a_scan_is_an_object_and_its_digest_needs_no_program_of_ours(bucket):
    nights = three(bucket)
    contents = bucket.contents()
    assert sorted(contents) == [f"{PREFIX}/history.json", *map(name, (1, 2, 3))]
    before = ""
    with open_store(nights.url, make=False) as store:
        for number, scan in enumerate(store.scans(), 1):
            record = gzip.decompress(contents[name(number)]).splitlines()[1]
            assert hashlib.sha256(record).hexdigest() == scan.digest
            assert json.loads(record)["previous"] == before
            before = scan.digest
    nights.scan(lab("a"), lab("b"))
    assert {key: content for key, content in bucket.contents().items() if key in contents} == contents


@pytest.mark.parametrize("operation", ["list", "write", "read"])
def test_what_is_denied_is_said_before_a_scan_and_is_never_a_first_one(bucket, operation):
    nights = three(bucket)
    bucket.fail(getattr(bucket, operation), "deny")
    with pytest.raises(InputError, match=f"^--store {nights.url}: denied .*need.* {NEEDS[bucket.scheme][operation]}"):
        open_store(nights.url).earlier()
    bucket.world.faults.clear()
    assert problems(nights.url) == []


def test_who_may_only_read_can_read(bucket):
    nights = three(bucket)
    bucket.fail(bucket.write, "deny")
    with open_store(nights.url, make=False) as store:
        assert len(store.scans()) == 3
        assert list(store.verify()) == []


def test_no_history_is_not_made_to_be_looked_at(bucket):
    with pytest.raises(InputError, match="there is no history; a scan with --store makes it"):
        open_store(bucket.at(PREFIX), make=False)
    assert bucket.contents() == {}


def test_what_else_is_in_a_folder_is_no_history(bucket):
    put(bucket, f"{PREFIX}/report.json", b"{}")
    Nights(bucket.at(f"{PREFIX}/further/down")).scan(lab("a"))
    with pytest.raises(InputError, match="there is no history; a scan with --store makes it"):
        open_store(bucket.at(PREFIX), make=False)
    done = mlposture("history", "verify", "--store", bucket.at(PREFIX))
    assert (done.returncode, done.stdout) == (2, "")


def test_of_two_writers_one_reads_what_the_other_wrote_and_writes_behind_it(bucket):
    nights = Nights(bucket.at(PREFIX))
    nights.scan(lab("a"))
    with open_store(nights.url) as one, open_store(nights.url) as other:
        first, second = nights.judge(one, lab("a"), lab("b")), nights.judge(other, lab("a"), lab("c"))
        with pytest.raises(Overtaken), one._engine.writing():  # noqa: PT012 - it is raised when this ends
            other.write(second)
            one._engine.many("INSERT INTO mlposture_scans VALUES (?, ?, ?, ?, ?)", [(2, "x", "", b"{}", b"")])
        one.write(first)
        assert [scan.id for scan in one.scans()] == ["night-1", "night-3", "night-2"]
    assert problems(nights.url) == []


def test_a_writer_gives_up_at_last(s3_log, monkeypatch):
    monkeypatch.setattr("scanner.history.store._TRIES", 2)
    nights = Nights(s3_log.at(PREFIX))
    nights.scan(lab("a"))
    with open_store(nights.url) as store:
        report = nights.judge(store, lab("b"))
        monkeypatch.setattr(Log, "create", lambda *_: False)
        with pytest.raises(NotWritten, match="other scans were written first, 2 times; try again"):
            store.write(report)
    assert len(s3_log.contents()) == 2


def test_a_scan_whose_reply_was_lost_is_there_once(bucket, monkeypatch):
    nights = Nights(bucket.at(PREFIX))
    nights.scan(lab("a"))
    real = Log.create
    with open_store(nights.url) as store:
        report = nights.judge(store, lab("a"), lab("b"))
        # What an SDK makes of it when it asks once more: there is one of the name.
        monkeypatch.setattr(Log, "create", lambda *given: real(*given) and False)
        store.write(report)
        assert len(store.scans()) == 2
    monkeypatch.undo()
    assert problems(nights.url) == []


def test_a_service_that_writes_over_objects_is_refused(gs_log):
    gs_log.world.kept.conditions = False
    with pytest.raises(InputError, match=r"writes over objects although it is asked not to \(If-None-Match\)"):
        open_store(gs_log.at(PREFIX))


def test_who_may_create_and_not_delete_is_told_that_a_scan_is_there(gs_log):
    nights = three(gs_log)

    def no_delete(*_: object) -> Response:
        return replies.denied("storage.objects.delete", "storage.googleapis.com", "", "storage")

    gs_log.world.faults.append(Fault(gs_log.write, "answer", answer=no_delete, times=1))
    nights.scan(lab("a"))  # the first thing that is written is there already
    assert problems(nights.url) == []
    with open_store(nights.url) as store:
        report = nights.judge(store, lab("b"))
        gs_log.world.faults.append(Fault(gs_log.write, "answer", answer=no_delete))
        with pytest.raises(NotWritten, match="denied"):  # of what is not there it is a refusal
            store.write(report)


def changed(content: bytes, old: bytes, new: bytes) -> bytes:
    text = gzip.decompress(content)
    assert old in text
    return gzip.compress(text.replace(old, new))


#: What somebody does to the second of three scans → what is said of it.
CHANGES = {
    "the record": (lambda it: changed(it, b'"complete":true', b'"complete":false'), "scan 3: is not the one that foll"),
    "what it found": (lambda it: changed(it, b',"new",', b',"fixed",'), "scan 2: what it found was changed"),
    "a line less": (lambda it: gzip.compress(b"".join(gzip.decompress(it).splitlines(True)[:-1])),
                    "scan 2: what it found was changed"),
    "half of it": (lambda it: it[: len(it) // 2], "scan 2: cannot be read"),
    "nothing": (lambda _: b"", "scan 2: is no scan of mlposture"),
    "text": (lambda _: b"text", "scan 2: cannot be read"),
    "no line": (lambda it: changed(it, b'"mlposture/history-log/v1"', b'"mlposture/history-log/v9"'),
                "scan 2: is no scan of mlposture, or one of a newer version"),
    "another scan": (lambda _: None, "scan 2: its record is of scan 1"),
    "no fingerprint": (lambda it: re.sub(rb'"[0-9a-f]{32}"', b'"zz"', gzip.decompress(it)), "scan 2: "),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_is_named_and_not_believed(s3_log, change):
    nights = three(s3_log)
    how, said = CHANGES[change]
    contents = s3_log.contents()
    put(s3_log, name(2), how(contents[name(2)]) if change != "another scan" else contents[name(1)])
    assert any(one.startswith(said) for one in problems(nights.url)), problems(nights.url)
    with pytest.raises(InputError, match=r"^--store s3://.*; `mlposture history verify` says more$"):
        open_store(nights.url).earlier()


def test_what_is_missing_is_named_and_a_scan_is_not_added_to_the_rest(s3_log):
    nights = three(s3_log)
    s3_log._keys().pop(name(2))
    assert problems(nights.url) == ["scan 2 is missing", "scan 3: is not the one that followed the scan before it"]
    with pytest.raises(InputError, match="scan 2 is missing; `mlposture history verify` says more"):
        open_store(nights.url).earlier()
    s3_log._keys().pop(name(1))
    assert problems(nights.url)[0] == "scans 1 to 2 are missing"


def test_more_scans_than_are_read_at_once(s3_log, monkeypatch):
    monkeypatch.setattr(bucket_engine, "_AT_ONCE", 2)
    nights = three(s3_log)
    nights.scan(lab("a"))
    assert nights.states() == {"a": "persisting", "b": "gone"}
    assert problems(nights.url) == []


def test_the_command_says_whether_the_bucket_keeps_it(s3_log):
    nights = three(s3_log)

    def said() -> list[str]:
        done = mlposture("history", "verify", "--store", nights.url)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    assert said()[0] == "3 scans, each as it was written."
    assert said()[1] == "Not proven append-only: the bucket has no Object Lock."
    locked = s3_log._moto()
    locked.object_lock_enabled = True
    assert said()[1].startswith("Not proven append-only: the bucket has Object Lock, and no default retention")
    locked.default_lock_mode, locked.default_lock_days = "GOVERNANCE", 30
    assert "30 days in mode GOVERNANCE, which whoever has s3:BypassGovernanceRetention may lift" in said()[1]
    locked.default_lock_mode = "COMPLIANCE"
    assert said()[1] == "Append-only: Object Lock keeps each version for 30 days in mode COMPLIANCE."
    s3_log._moto().versioning_status = "Enabled"
    put(s3_log, name(2), s3_log.contents()[name(2)])
    assert said()[0] == "3 scans, each as it was written."
    assert "and yet some objects were replaced or removed (1); their earlier versions are kept" in said()[1]
    assert said()[1].startswith("Not proven append-only: ")
    s3_log.fail("s3:ListObjectVersions", "deny")
    assert "need s3:ListBucketVersions" in said()[1]
    s3_log.fail("s3:GetObjectLockConfiguration", "deny")
    assert said()[1].startswith("Not proven append-only: denied (")
    assert "need s3:GetBucketObjectLockConfiguration" in said()[1]


@pytest.mark.parametrize(
    ("policy", "proven", "why"),
    [
        ({}, False, "the bucket has no retention policy"),
        ({"retentionPeriod": "2592000"}, False, "keeps each object for 30 days, and is not locked"),
        ({"retentionPeriod": "2592000", "isLocked": True}, True, "keeps each object for 30 days, and is locked"),
    ],
)
def test_what_keeps_objects_of_cloud_storage(gs_log, policy, proven, why):
    nights = Nights(gs_log.at(PREFIX))
    nights.scan(lab("a"))
    document = gs_log.world.document
    buckets = document["collections"]["storage.googleapis.com/v1"]["buckets"]
    buckets[-1] = {**buckets[-1], "retentionPolicy": policy} if policy else buckets[-1]
    gs_log.world.replace(document)
    with open_store(nights.url, make=False) as store:
        guard = store.guard()
    assert (guard.proven, why in guard.why) == (proven, True), guard


def test_a_container_without_a_policy_says_so(az_log):
    Nights(az_log.at(PREFIX)).scan(lab("a"))
    with open_store(az_log.at(PREFIX), make=False) as store:
        assert store.guard() == (False, "the container has no immutability policy")


def test_scans_of_a_cloud_keep_their_history_in_its_bucket(s3_log, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    url = s3_log.at(PREFIX)
    (tmp_path / "mlposture.toml").write_text(f'store = "{url}"\n[aws]\nregions = ["eu-west-1"]\n')

    def scan():
        return mlposture("scan", "--config", "mlposture.toml", "--no-cache", "--no-progress", "--fail-on", "new:low",
                         "-o", "report.json")  # fmt: skip

    first, second = scan(), scan()
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "First scan kept, for later ones to be compared with." in first.stdout
    failed = json.loads((tmp_path / "report.json").read_text())["summary"]["states"]
    assert list(failed) == ["persisting"]
    s3_log.fail(s3_log.list, "deny")
    s3_log.world.log.clear()
    refused = scan()
    assert (refused.returncode, "the credentials need s3:ListBucket there" in refused.stderr) == (2, True)
    assert {request.operation for request in s3_log.world.log} == {"s3:ListObjectsV2"}, "nothing is scanned in vain"
    s3_log.world.faults.clear()
    shown = mlposture("history", "list", "--store", url).stdout
    assert [line.rpartition("  ")[2] for line in shown.splitlines()[::2]] == [
        f"{failed['persisting']} not compared", f"{failed['persisting']} persisting"
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["throttle", "error", "reset"])
def test_a_service_that_recovers_costs_no_scan(bucket, kind):
    nights = Nights(bucket.at(PREFIX))
    nights.scan(lab("a"))
    for operation in (bucket.list, bucket.read, bucket.write):
        bucket.fail(operation, kind, times=1)
    nights.scan(lab("a"), lab("b"))
    assert nights.states() == {"a": "persisting", "b": "new"}
    assert problems(nights.url) == []


def test_databases_prove_nothing(database):
    Nights(database).scan(lab("a"))
    with open_store(database) as store:
        assert store.guard().proven is False
