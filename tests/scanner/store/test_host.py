"""Where the operating system lacks something, the answer is the one that loses nothing."""

from __future__ import annotations

import ast
import errno
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
from scanner.store.cache import default_path, open_cache
from scanner.store.files import write_atomically
from scanner.store.journal import Facts
from scanner.store.journals import new_journal, old_journal
from scanner.store.state import own_state, state_folder

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
    assert set(using["scanner/store/host.py"]) == {"fcntl", "msvcrt", "os.getuid", "os.umask"}


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
    path.touch(mode=0o600)
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    assert open_cache(path, "", datetime.now(UTC)) is None


def test_without_user_ids_a_cache_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "getuid")
    path = tmp_path / "cache.sqlite"
    for _ in range(2):
        cache = open_cache(path, "", datetime.now(UTC))
        assert cache is not None
        cache.close()


# -- locks -------------------------------------------------------------------------------------------------------------

HOLDING = """
import sys, time
from pathlib import Path
from scanner.store.host import lock
print(lock(Path(sys.argv[1])) is not None, flush=True)
time.sleep(60)
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with own_state() as folder:
        return folder


def leave_journal(folder: Path, day: int = 1) -> Path:
    path = folder / f"202611{day:02}T000000000000-1.journal"
    with new_journal(str(path)) as journal:
        journal.set_meta("scan", "{}")
        journal.finish(journal.begin("kind", HERE), [], Facts(), whole=True)
    return path


def test_a_lock_is_one_owners_until_it_is_released(tmp_path: Path) -> None:
    held = host.lock(tmp_path / "lock")
    assert held is not None
    assert host.lock(tmp_path / "lock") is None
    held.release()
    assert list(tmp_path.iterdir()) == []
    assert host.lock(tmp_path / "lock") is not None


def test_a_process_that_is_killed_holds_no_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDING, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        assert host.lock(tmp_path / "lock") is None
        process.kill()
        process.wait()
    assert host.lock(tmp_path / "lock") is not None


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="lock"):
        host.lock(tmp_path / "lock")
    assert not (tmp_path / "elsewhere").exists()


def test_only_journals_that_are_not_written_are_removed(state: Path) -> None:
    old, running, recent = (leave_journal(state, day) for day in (1, 2, 3))
    for path in (old, running):
        os.utime(path, (0, 0))
    killed = state / "20261101T000000000000-2.journal-lock"  # before there was a journal
    killed.touch()
    with old_journal(str(running)), new_journal(None):
        assert not killed.exists()
        assert {path for path in (old, running, recent) if path.exists()} == {running, recent}


def test_the_last_scan_that_ended_is_resumed(state: Path) -> None:
    leave_journal(state, 1)
    last = leave_journal(state, 2)
    with new_journal(str(state / "20261103T000000000000-1.journal")), old_journal(None) as journal:
        assert journal.path == last


def test_while_the_last_scan_is_resumed_no_earlier_one_is(state: Path) -> None:
    leave_journal(state, 1)
    last = leave_journal(state, 2)
    with old_journal(None):
        for path in (None, str(last)):
            with pytest.raises(InputError, match="is being resumed in another process"), old_journal(path):
                pass


def test_where_there_are_no_locks_nothing_is_removed_and_nothing_resumed(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [leave_journal(state, day) for day in range(1, 15)]
    for path in left:
        os.utime(path, (0, 0))

    def refuse(handle: int) -> bool:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(host, "_take", refuse)
    with new_journal(None) as journal:
        assert journal.path is None
    for path in (None, str(left[0])):
        with pytest.raises(InputError, match="No locks available"), old_journal(path):
            pass
    assert all(path.exists() for path in left)


def test_a_lock_that_somebody_keeps_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "_PATIENCE", 0.1)
    held = host.lock(tmp_path / "lock")
    assert held is not None
    with pytest.raises(TimeoutError, match="another process has kept it locked"):
        host.wait_for_lock(tmp_path / "lock")
    held.release()
    host.wait_for_lock(tmp_path / "lock").release()


def test_a_user_whom_no_file_knows_has_no_home_and_scans_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs with any user id."""

    def unknown(number: int) -> None:
        raise KeyError(number)

    for name in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)

    assert state_folder() == Path("/.local/state/mlposture")
    assert default_path() == Path("/.cache/mlposture/resources.sqlite")
