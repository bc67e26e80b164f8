"""Clouds of one scan share its time limit fairly, by a clock that the test turns."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from factories.aws import HERE

from scanner.cli import session
from scanner.cli.session import Session
from scanner.collect.plan import Plan
from scanner.collect.stops import STOPS
from scanner.model.errors import InputError
from scanner.store.journal import Facts, Journal
from scanner.store.journals import new_journal, old_journal
from scanner.store.state import own_state

HOUR = 3600.0


class Cloud:
    """Connected to, and asked for nothing."""

    def __init__(self, name: str, principal: str = "who asked first") -> None:
        self.name = name
        self.principal = principal

    def close(self) -> None:
        """Nothing is open."""


class Turned:
    """A scan of three clouds that take so many seconds each, if they are let; what each was given is kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, takes: dict[str, float], *, interrupted: bool = False) -> None:
        self.now = 1000.0
        self.takes, self.interrupted = takes, interrupted
        self.given: dict[str, float | None] = {}
        self.stopped_before: dict[str, str] = {}
        monkeypatch.setattr(session.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(session, "connect", lambda name, settings, calls: Cloud(name))
        monkeypatch.setattr(session, "collect", self.collect)

    def collect(self, plan: Any, provider: Cloud, inventory: Any, *, calls: Any, until: float | None, **_: Any) -> None:
        self.stopped_before[provider.name] = calls.stopped
        self.given[provider.name] = None if until is None else until - self.now
        wanted = self.now + self.takes[provider.name]
        if until is not None and wanted > until:
            calls.stop("the scan reached its time limit")
            wanted = until
        elif self.interrupted:
            STOPS.signal = signal.SIGINT
        self.now = wanted

    def scan(self, limit: str | None) -> Session:
        options: dict[str, Any] = {"time_limit": limit, "no_cache": True, "no_progress": True}
        made = Session({name: {} for name in self.takes}, options, Plan((), ()), Journal(), datetime.now(UTC))
        made.collect()
        return made


def test_a_slow_cloud_leaves_the_others_their_share(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = Turned(monkeypatch, {"aws": 100 * HOUR, "gcp": 100 * HOUR, "azure": 100 * HOUR})
    made = turned.scan("3h")

    assert turned.given == {"aws": HOUR, "gcp": HOUR, "azure": HOUR}
    assert set(turned.stopped_before.values()) == {""}
    assert made.stopped == "the scan reached its time limit"


def test_what_a_cloud_leaves_goes_to_those_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = Turned(monkeypatch, {"aws": 0.5 * HOUR, "gcp": 100 * HOUR, "azure": 0.1 * HOUR})
    made = turned.scan("3h")

    assert turned.given == {"aws": HOUR, "gcp": 1.25 * HOUR, "azure": 1.25 * HOUR}
    assert made.stopped == "the scan reached its time limit", "one cloud was not done, so that the scan can go on"


def test_without_a_limit_no_cloud_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = Turned(monkeypatch, {"aws": HOUR, "gcp": HOUR})

    assert turned.scan(None).stopped == ""
    assert turned.given == {"aws": None, "gcp": None}


def test_an_interruption_stops_all_that_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(STOPS, "signal", None)
    turned = Turned(monkeypatch, {"aws": HOUR, "gcp": HOUR}, interrupted=True)

    assert turned.scan("9h").stopped == "the scan was interrupted"
    assert turned.stopped_before == {"aws": "", "gcp": "the scan was interrupted"}


@pytest.mark.parametrize(("given", "settings"), [(True, {"no_index": True}), (None, {})])
def test_every_cloud_is_told_to_believe_no_index(given: bool | None, settings: dict[str, Any]) -> None:
    made = Session({"aws": {}, "gcp": {}}, {"no_index": given}, Plan((), ()), Journal(), datetime.now(UTC))

    assert made.providers == {"aws": settings, "gcp": settings}
    made.record()
    assert Session.recorded(made.inventory.store, {})[0] == made.providers, "a resumed scan goes on like this"


@pytest.mark.parametrize(("given", "left"), [({}, 2.0), ({"time_limit": "5m"}, 300.0)])
def test_a_resumed_scan_has_the_limit_that_is_given_or_else_that_it_began_with(
    given: dict[str, str], left: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, options = Journal(), {"time_limit": "2s", "no_cache": True, "no_progress": True}
    Session({"aws": {}}, options, Plan((), ()), journal, datetime.now(UTC)).record()
    providers, options, taken_at = Session.recorded(journal, given)
    turned = Turned(monkeypatch, {"aws": HOUR})
    Session(providers, options, Plan((), ()), journal, taken_at).collect()

    assert turned.given == {"aws": left}


# -- who goes on with what ---------------------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with own_state() as folder:
        return folder


def begin(path: Path, clouds: tuple[str, ...] = ("aws",), **options: Any) -> None:
    """A scan that was stopped after its first unit."""
    with new_journal(str(path)) as journal:
        made = Session({name: {} for name in clouds}, options, Plan((), ()), journal, datetime.now(UTC))
        made.record()
        made._take_over({name: Cloud(name) for name in clouds})
        journal.finish(journal.begin("kind", HERE), [], Facts(), whole=True)


def go_on(path: Path, *connected: Cloud, **given: Any) -> dict[str, Any]:
    with old_journal(str(path)) as journal:
        providers, options, taken_at = Session.recorded(journal, given)
        Session(providers, options, Plan((), ()), journal, taken_at)._take_over(
            {cloud.name: cloud for cloud in connected}
        )
        assert set(journal.finished()) == {("kind", HERE)}
        return options


def test_credentials_of_another_go_on_with_nothing(state: Path) -> None:
    path = state / "x.journal"
    begin(path, ("aws", "gcp"))
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"who asked first began this scan of gcp, .* of somebody else;"):
        go_on(path, Cloud("aws"), Cloud("gcp", "somebody else"))
    assert path.read_bytes() == before
    go_on(path, Cloud("aws"), Cloud("gcp"))


def test_a_cloud_that_a_signal_came_before_is_begun_by_whoever_goes_on(state: Path) -> None:
    path = state / "x.journal"
    with new_journal(str(path)) as journal:
        made = Session({"aws": {}, "gcp": {}}, {}, Plan((), ()), journal, datetime.now(UTC))
        made.record()
        made._take_over({"aws": Cloud("aws")})
        journal.finish(journal.begin("kind", HERE), [], Facts(), whole=True)

    with pytest.raises(InputError, match="who asked first began this scan of aws, "):
        go_on(path, Cloud("aws", "somebody else"), Cloud("gcp", "somebody else"))
    go_on(path)
    go_on(path, Cloud("aws"), Cloud("gcp", "somebody else"))
    with pytest.raises(InputError, match="somebody else began this scan of gcp, "):
        go_on(path, Cloud("aws"), Cloud("gcp"))


def test_without_room_to_say_who_began_it_a_scan_goes_on_that_cannot_be_resumed(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_journal(None) as journal:
        made = Session({"aws": {}}, {}, Plan((), ()), journal, datetime.now(UTC))
        made.record()
        journal.watch = watch = lambda *_: None
        journal._number("PRAGMA max_page_count = 1")
        with journal._transaction():  # so that the next value needs a page that is not there
            journal._db.execute("UPDATE meta SET value = zeroblob(3000) WHERE name = 'salt'")
        made._take_over({"aws": Cloud("aws", "x" * 9000)})
        kept = made.inventory.store

    assert (kept.path, kept.watch, made.resume) == (None, watch, "")
    assert list(state.glob("*.journal*")) == []
    kept.close()


def test_a_journal_that_does_not_say_who_began_it_is_refused(state: Path) -> None:
    path = state / "x.journal"
    begin(path)
    with Journal(path)._db as db:
        db.execute("DELETE FROM meta WHERE name = 'principals'")
    with pytest.raises(InputError, match="does not say whose credentials"):
        go_on(path, Cloud("aws"))


GIVEN = {"output": ("x.json",), "save_inventory": "i.json", "profile_run": "p.json", "engine": "dask",
         "journal_store": "/store", "tfstate": ("t.tfstate",), "source_root": "infra"}  # fmt: skip


@pytest.mark.parametrize("left_out", [*GIVEN, None])
def test_a_journal_outside_the_state_folder_decides_on_no_place_and_no_engine(
    state: Path, tmp_path: Path, left_out: str | None
) -> None:
    path = tmp_path / "x.journal"
    begin(path, **{**GIVEN, "verdicts": "all"})
    given = {name: value for name, value in GIVEN.items() if name not in (left_out, "journal_store")}
    missing = {"engine": "--engine, --journal-store"}.get(left_out or "", f"--{left_out}".replace("_", "-"))
    if left_out in (None, "journal_store"):
        options = go_on(path, Cloud("aws"), **given)
        assert (options["verdicts"], options.get("journal_store")) == ("all", None)
    else:
        with pytest.raises(InputError, match=f"began with: {missing}$"):
            go_on(path, Cloud("aws"), **given)


def test_one_in_the_state_folder_names_outputs_and_no_engine(state: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = state / "x.journal"
    begin(path, **{**GIVEN, "engine": "dask+tls://192.0.2.1:8786"})
    options = go_on(path, Cloud("aws"))
    assert (options["output"], options["save_inventory"]) == (("x.json",), "i.json")
    assert options.keys().isdisjoint({"engine", "journal_store"})
    assert "the threads of this process go on with it" in caplog.text


def test_the_advice_shows_no_address_that_may_be_a_secret(tmp_path: Path) -> None:
    with new_journal(str(tmp_path / "x.journal")) as journal:
        options = {"notify": SECRET}
        advice = Session({"aws": {}}, options, Plan((), ()), journal, datetime.now(UTC)).resume
    assert "--notify 'https://hooks.northwind.example/…'" in advice
    assert "of-nobody-else" not in advice


SECRET = "https://hooks.northwind.example/of-nobody-else?key=of-nobody-else"


def test_no_journal_keeps_an_address_that_may_be_a_secret(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = state / "x.journal"
    begin(path, notify=SECRET)
    kept = b"".join(file.read_bytes() for file in state.iterdir())
    assert b"hooks.northwind.example" in kept
    assert b"of-nobody-else" not in kept
    with pytest.raises(InputError, match=r"give again that of https://hooks\.northwind\.example/…, or in MLPOSTURE_N"):
        go_on(path, Cloud("aws"))
    assert go_on(path, Cloud("aws"), notify=SECRET)["notify"] == SECRET
    monkeypatch.setenv("MLPOSTURE_NOTIFY_URL", SECRET)
    assert "notify" not in go_on(path, Cloud("aws")), "the variable says where"


def test_the_advice_says_that_such_an_address_is_to_be_given_again(state: Path) -> None:
    with new_journal(str(state / "x.journal")) as journal:
        advice = Session({"aws": {}}, {"notify": SECRET}, Plan((), ()), journal, datetime.now(UTC)).resume
    assert advice == "`mlposture scan --resume --notify 'https://hooks.northwind.example/…'`"


def test_the_advice_is_a_command_that_goes_on(state: Path, tmp_path: Path) -> None:
    for path, says in (
        (tmp_path / "a b", f"`mlposture scan --resume --journal '{tmp_path}/a b' --output x.json --output y.json`"),
        (state / "x.journal", "`mlposture scan --resume`"),
    ):
        with new_journal(str(path)) as journal:
            options = {"output": ("x.json", "y.json"), "journal": "any"}
            assert Session({"aws": {}}, options, Plan((), ()), journal, datetime.now(UTC)).resume == says
