"""The cache gives back what an earlier scan saw of the very same resource, and never fails a scan."""

from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from types import ModuleType

import msgspec
import pytest
from factories.aws import model
from support import NOW

from checks.aws.sagemaker import collect, details, hubs
from checks.aws.sagemaker.resources import Model
from scanner.model.decode import plans
from scanner.model.secrets import detect, names, rules, shapes, texts, values
from scanner.store import cache as module
from scanner.store.cache import Cache, open_cache

BORN = "2026-01-01T00:00:00+00:00"


def opened(path: Path, namespace: str = "", days: int = 0) -> Cache:
    found = open_cache(path / "mlposture" / "c.sqlite", namespace, NOW + timedelta(days=days))
    assert found is not None
    return found


def test_it_comes_back_with_the_time_it_was_read(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.keep(model("a", enable_network_isolation=True), BORN)
    first.close()

    found = opened(tmp_path, days=3).recall(Model, model("a").id, BORN)
    assert found is not None
    assert found.cached["sagemaker:DescribeModel"] == "2026-11-22T12:00:00+00:00"
    assert msgspec.structs.replace(found, cached={}) == model("a", enable_network_isolation=True)


def test_what_the_scan_itself_read_before_it_was_killed_is_no_earlier_scans(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.keep(model("a"), BORN)
    first.close()

    found = opened(tmp_path).recall(Model, model("a").id, BORN)
    assert found is not None
    assert found.cached == {}


def test_it_comes_back_before_it_is_written(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.keep(model("a"), BORN)
    assert cache.recall(Model, model("a").id, BORN) is not None


def test_a_namesake_born_later_or_in_another_cloud_is_another(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.keep(model("a"), BORN)
    cache.close()

    assert opened(tmp_path).recall(Model, model("a").id, "2026-01-02T00:00:00+00:00") is None
    assert opened(tmp_path, "http://127.0.0.1:1").recall(Model, model("a").id, BORN) is None
    assert opened(tmp_path).recall(Model, model("a").id, BORN) is not None


def test_when_more_is_read_of_a_kind_everything_is_asked_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = opened(tmp_path)
    cache.keep(model("a"), BORN)
    cache.close()

    more = (*plans(Model), msgspec.structs.replace(plans(Model)[0], path=("X",)))
    monkeypatch.setattr(module, "plans", lambda _: more)
    assert opened(tmp_path).recall(Model, model("a").id, BORN) is None


def test_when_secrets_are_recognised_by_other_rules_everything_is_asked_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(tmp_path)
    first.keep(model("a"), BORN)
    first.close()

    monkeypatch.setattr(module, "rules", lambda: rules() + b"and one more")
    assert opened(tmp_path).recall(Model, model("a").id, BORN) is None
    monkeypatch.undo()
    assert opened(tmp_path).recall(Model, model("a").id, BORN) is not None


def test_when_something_else_is_made_of_a_reply_everything_is_asked_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(tmp_path)
    first.keep(model("a"), BORN)
    first.close()

    monkeypatch.setattr(module, "made_by", lambda _: b"one more variable")
    assert opened(tmp_path).recall(Model, model("a").id, BORN) is None


@pytest.mark.parametrize("part", [hubs, details, collect])
def test_what_makes_details_of_replies_is_beside_the_kind(part: ModuleType) -> None:
    assert Path(str(part.__file__)).read_bytes() in module.made_by(Model)


@pytest.mark.parametrize("part", [detect, names, shapes, texts, values])
def test_the_rules_are_all_that_recognises_secrets(part: ModuleType) -> None:
    assert Path(str(part.__file__)).read_bytes() in rules()


def test_entries_that_were_changed_are_counted_in_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = opened(tmp_path)
    for name in "abc":
        first.keep(model(name), BORN)
    first.close()
    with sqlite3.connect(tmp_path / "mlposture" / "c.sqlite") as db:
        db.execute("UPDATE resources SET body = body || ' '")
    caplog.set_level("DEBUG", "mlposture")
    second = opened(tmp_path)

    assert [second.recall(Model, model(name).id, BORN) for name in "abc"] == [None] * 3
    second.close()
    assert [record.getMessage() for record in caplog.records] == [
        "cache: entries that are not as they were left, and do not count: 3"
    ]


def test_a_broken_file_costs_only_speed(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.keep(model("a"), BORN)
    cache.close()
    (tmp_path / "mlposture" / "c.sqlite").write_bytes(b"rubbish" * 1000)

    again = opened(tmp_path)
    assert again.recall(Model, model("a").id, BORN) is None
    again.keep(model("a"), BORN)
    again.close()
    assert opened(tmp_path).recall(Model, model("a").id, BORN) is not None


def test_one_that_breaks_while_it_is_used_is_given_up(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache._db.execute("DROP TABLE resources")

    cache.keep(model("a"), BORN)
    cache.flush()
    assert cache.recall(Model, model("a").id, BORN) is None
    cache.close()


def test_a_folder_that_cannot_be_made_means_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert open_cache(tmp_path / "file" / "c.sqlite", "", NOW) is None


def test_it_is_private(tmp_path: Path) -> None:
    opened(tmp_path).close()
    folder = tmp_path / "mlposture"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "c.sqlite").stat().st_mode) == 0o600


def test_it_stays_within_its_bounds_and_drops_what_was_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(tmp_path)
    for number in range(400):
        first.keep(model(f"m{number:03}"), BORN)
    first.close()
    monkeypatch.setattr(module, "MAX_BYTES", 100_000)

    second = opened(tmp_path, days=1)
    kept = [f"m{number:03}" for number in range(0, 400, 10)]
    assert all(second.recall(Model, model(name).id, BORN) for name in kept)
    second.close()

    third = opened(tmp_path, days=1)
    assert (tmp_path / "mlposture" / "c.sqlite").stat().st_size <= 100_000
    assert all(third.recall(Model, model(name).id, BORN) for name in kept)
    assert len(kept) < sum(bool(third.recall(Model, model(f"m{n:03}").id, BORN)) for n in range(400)) < 300


def test_several_scans_share_one_at_the_same_time(tmp_path: Path) -> None:
    """Of one account and of several: what each keeps is there for all, and nobody waits for ever or loses any."""
    together = Barrier(4)
    caches = [opened(tmp_path) for _ in range(4)]

    def scan(number: int) -> None:
        cache = caches[number]
        together.wait()
        for n in range(120):
            cache.keep(model(f"of-all-{n}"), BORN)
            cache.keep(model(f"of-{number}-{n}"), BORN)
            if n % 40 == 0:
                cache.flush()
        cache.close()

    with ThreadPoolExecutor(4) as scans:
        list(scans.map(scan, range(4)))
    cache = opened(tmp_path)
    kept = [f"of-{one}-{n}" for one in ("all", 0, 1, 2, 3) for n in range(120)]
    assert [name for name in kept if cache.recall(Model, model(name).id, BORN) is None] == []
