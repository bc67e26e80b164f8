"""Where the operating system lacks something, the answer is the one that loses nothing."""

from __future__ import annotations

import ast
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from factories.aws import HERE
from support import ROOT

from scanner.model.errors import InputError
from scanner.store import host
from scanner.store.cache import open_cache
from scanner.store.files import write_atomically
from scanner.store.journal import Facts
from scanner.store.journals import new_journal, old_journal, state_folder

#: What is missing on some system that Python runs on, or means something else there.
OS_NAMES = {
    *("chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getloadavg", "getpgid"),
    *("getpriority", "getresuid", "getsid", "getuid", "initgroups", "kill", "killpg", "lchown", "lockf", "mkfifo"),
    *("mknod", "nice", "openpty", "posix_fadvise", "posix_fallocate", "pread", "pwrite", "sched_getaffinity"),
    *("sched_setaffinity", "sendfile", "setgid", "setpgid", "setpriority", "setsid", "setuid", "sync", "sysconf"),
    *("umask", "uname", "wait", "wait3", "wait4", "waitid"),
}
MODULES = {"fcntl", "grp", "msvcrt", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty", "winreg"}
SIGNALS = {"SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH", "alarm",
           "pthread_sigmask", "setitimer", "sigwait"}  # fmt: skip


def unportable(source: str) -> list[str]:
    """What of the above a module uses."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in OS_NAMES:
                found.append(f"os.{name}")
            case ast.Attribute(value=ast.Name(id="signal"), attr=name) if name in SIGNALS:
                found.append(f"signal.{name}")
            case ast.Import(names=names):
                found += [alias.name for alias in names if alias.name in MODULES]
            case ast.ImportFrom(module=module, names=names):
                found += [module] if module in MODULES else []
                known = {"os": OS_NAMES, "signal": SIGNALS}.get(module or "", set())
                found += [f"{module}.{alias.name}" for alias in names if alias.name in known]
    return found


def test_nothing_else_uses_what_not_every_system_has() -> None:
    using = {
        str(path.relative_to(ROOT)): found
        for folder in ("scanner", "checks", "reports")
        for path in (ROOT / folder).rglob("*.py")
        if (found := unportable(path.read_text(encoding="utf-8")))
    }

    assert set(using) == {"scanner/store/host.py"}
    assert set(using["scanner/store/host.py"]) == {"os.getuid", "os.kill", "os.umask"}


@pytest.mark.parametrize(
    "source", ["import fcntl", "from os import fork", "from pwd import getpwuid", "signal.signal(signal.SIGHUP, f)"]
)
def test_each_way_of_using_it_is_found(source: str) -> None:
    assert unportable(source)


# -- files -------------------------------------------------------------------------------------------------------------


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_private_files_are_private_and_others_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with host.private_files():
            (tmp_path / "private").touch()
        (tmp_path / "ordinary").touch()
        write_atomically(tmp_path / "written", b"x")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)

    assert mode(tmp_path / "private") == 0o600
    assert mode(tmp_path / "ordinary") == mode(tmp_path / "written") == 0o640


def test_without_a_umask_reports_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "umask")
    write_atomically(tmp_path / "report.json", b"x")
    with new_journal(str(tmp_path / "x.journal")) as journal:
        journal.finish(journal.begin("kind", HERE), [], Facts(), whole=True)

    assert mode(tmp_path / "report.json") == 0o600
    assert (tmp_path / "x.journal").exists()


def test_a_cache_of_somebody_else_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cache.sqlite"
    path.touch()
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    assert open_cache(path, "", datetime.now(UTC)) is None


def test_without_user_ids_a_cache_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "getuid")
    path = tmp_path / "cache.sqlite"
    for _ in range(2):
        cache = open_cache(path, "", datetime.now(UTC))
        assert cache is not None
        cache.close()


# -- processes ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def ended() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    state_folder().mkdir()
    return state_folder()


def blind(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    if how == "no os.kill":
        monkeypatch.delattr(os, "kill")
    else:
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("on Windows, this ends the process"))


BLIND = pytest.mark.parametrize("how", ["no os.kill", "Windows"])


def leave_journal(folder: Path, pid: int, day: int = 1) -> Path:
    path = folder / f"202611{day:02}T000000000000-{pid}.journal"
    with new_journal(str(path)) as journal:
        journal.set_meta("scan", "{}")
        journal.finish(journal.begin("kind", HERE), [], Facts(), whole=True)
    return path


def test_processes_that_run_and_that_ended_are_told_apart(ended: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert host.is_running(os.getpid()) is True
    assert host.is_running(ended) is False
    assert host.is_running(10**30) is False

    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert host.is_running(1) is True


@BLIND
def test_where_nobody_can_tell_nobody_is_asked(how: str, ended: int, monkeypatch: pytest.MonkeyPatch) -> None:
    blind(monkeypatch, how)
    assert host.is_running(os.getpid()) is None
    assert host.is_running(ended) is None


def test_only_journals_that_are_not_written_are_removed(state: Path, ended: int) -> None:
    old, running, recent = (leave_journal(state, pid, day) for day, pid in ((1, ended), (2, os.getpid()), (3, ended)))
    for path in (old, running):
        os.utime(path, (0, 0))
    with new_journal(None):
        assert {path for path in (old, running, recent) if path.exists()} == {running, recent}


@BLIND
def test_where_nobody_can_tell_no_journal_is_removed(
    how: str, state: Path, ended: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [leave_journal(state, ended, day) for day in range(1, 15)]
    for path in left:
        os.utime(path, (0, 0))
    blind(monkeypatch, how)
    with new_journal(None) as journal:
        assert journal.path is not None
        assert all(path.exists() for path in left)


def test_the_last_scan_that_ended_is_resumed(state: Path, ended: int) -> None:
    leave_journal(state, ended, 1)
    last = leave_journal(state, ended, 2)
    leave_journal(state, os.getpid(), 3)
    with old_journal(None) as journal:
        assert journal.path == last


@BLIND
def test_where_nobody_can_tell_only_a_named_journal_is_resumed(
    how: str, state: Path, ended: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = leave_journal(state, ended)
    blind(monkeypatch, how)
    with pytest.raises(InputError, match="--journal"), old_journal(None):
        pass
    with old_journal(str(left)) as journal:
        assert journal.path == left
