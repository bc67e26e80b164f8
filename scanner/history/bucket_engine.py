"""A history in a bucket: a log of scans that only grows, and tables that are made of it while they are needed.

Each scan is an object of its own. Its name is its number, and a service makes an object only where there is none of the
name: of two writers at once one is first, and the other reads what that one wrote, compares again and takes the next
number. So the chain has no forks, and nobody waits for anybody. An object is there whole or not at all.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from scanner.history.chain import anew
from scanner.history.engine import FORMS, Guard, Overtaken
from scanner.history.log_replay import Replay, check_all
from scanner.history.log_scan import FORMAT, Damaged, read_scan, write_scan
from scanner.history.migrations import migrate
from scanner.history.sqlite_engine import SqliteEngine
from scanner.model.errors import InputError, NotKept, NotThere
from scanner.model.patterns import pattern
from scanner.objects.addresses import Address, parse
from scanner.objects.object_logs import Log

#: The one object that is no scan. Who may not write, or has a bucket that ignores conditions, hears of it by this.
_MARK = "history.json"
_MARKED = f'{{"schema": "{FORMAT}"}}\n'.encode()
_SCAN = pattern(r"scan-([0-9]{10})\.jsonl\.gz")
#: Scans that are fetched at once, and are on disk until they are read.
_AT_ONCE = 8


class BucketEngine:
    """An `Engine`. What is in the log is read when something is asked for, and what is new in it before it grows.

    With `make`, it is found out at once whether scans can be added. `profile` is one of the user's AWS configuration.
    """

    types: Mapping[str, str] = SqliteEngine.types

    def __init__(self, url: str, *, make: bool, profile: str | None = None) -> None:
        self.shown = url
        self._read = False
        self._stack = ExitStack()
        try:
            self._log = Log(_address(url), profile)
            self._stack.callback(self._log.close)
            self._folder = self._stack.enter_context(_private_folder())
            self._numbers = self._listed(make=make)
            self._tables = SqliteEngine(url, self._folder / "tables.db", make=True)
            self._stack.callback(self._tables.close)
            self._tables.rows("PRAGMA synchronous = OFF")  # they are gone with this process
            migrate(self._tables)
        except BaseException:
            self._stack.close()
            raise

    # -- as an engine ------------------------------------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        self._take_in()
        return self._tables.rows(query, *values)

    def many(self, query: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self._tables.many(query, rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Raises Overtaken where another writer was first: nothing was written then."""
        self._numbers, self._read = self._listed(make=False), False
        self._take_in()
        with self._tables.writing():
            before = self._last()
            yield
            added = range(before + 1, self._last() + 1)
            for number in added:  # one at most
                self._append(number)
        self._numbers += added

    @contextmanager
    def reading(self) -> Iterator[None]:
        self._take_in()
        with self._tables.reading():
            yield

    def version(self) -> int:
        return self._tables.version()

    def check(self, script: str) -> None:
        self._tables.check(script)

    def damage(self) -> Iterator[str]:
        expected = 1
        for number in self._numbers:
            if number > expected:
                missing = f"scan {expected} is" if number == expected + 1 else f"scans {expected} to {number - 1} are"
                yield f"{missing} missing"
            expected = number + 1
        yield from check_all(self._files(self._numbers))

    def guard(self) -> Guard:
        return Guard(*self._log.protection())

    def close(self) -> None:
        self._stack.close()

    # -- the log -----------------------------------------------------------------------------------------------------

    def _listed(self, *, make: bool) -> list[int]:
        """The numbers of the scans that are there, in order."""
        names = self._log.names()
        numbers = [int(found[1]) for name in names if (found := _SCAN.fullmatch(name))]
        if make:
            self._mark(there=_MARK in names)
        elif not numbers and _MARK not in names:  # what else is there may be anything, and a history further down
            raise InputError(f"--store {self.shown}: there is no history; a scan with --store makes it")
        return numbers

    def _mark(self, *, there: bool) -> None:
        """Try to write, and to write over what is there, which has to be refused."""
        path = self._folder / "mark"
        path.write_bytes(_MARKED)
        if not there:
            self._log.create(_MARK, path)
        if self._log.create(_MARK, path):
            raise InputError(
                f"--store {self.shown}: the service writes over objects although it is asked not to (If-None-Match), "
                "so that of two scans at once one would be lost; use another service, or a database"
            )

    def _take_in(self) -> None:
        """Put what the tables do not have of the log into them."""
        if self._read:
            return
        with self._tables.writing():
            replay = Replay(self._tables)
            try:
                for number, file in self._files([number for number in self._numbers if number > replay.last]):
                    if number != replay.last + 1:
                        raise Damaged(f"scan {replay.last + 1} is missing")
                    replay.take(file)
            except Damaged as error:
                raise InputError(f"--store {self.shown}: {error}; `mlposture history verify` says more") from error
        self._read = True

    def _files(self, numbers: Sequence[int]) -> Iterator[tuple[int, IO[bytes]]]:
        """The objects of scans, in order."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for start in range(0, len(numbers), _AT_ONCE):
                some = numbers[start : start + _AT_ONCE]
                for number, path in zip(some, pool.map(self._loaded, some), strict=True):
                    with path.open("rb") as file:
                        yield number, file
                    path.unlink()

    def _loaded(self, number: int) -> Path:
        path = self._folder / _name(number)
        self._log.load(path.name, path)
        return path

    def _last(self) -> int:
        [(last,)] = self._tables.rows("SELECT COALESCE(MAX(number), 0) FROM mlposture_scans")
        return int(last)

    def _append(self, number: int) -> None:
        """Add a scan that is in the tables to the log."""
        path = self._folder / "new"
        [(record, digest)] = self._tables.rows("SELECT record, digest FROM mlposture_scans WHERE number = ?", number)
        try:
            write_scan(path, record, anew(self._tables, number))
        except OSError as error:
            raise NotKept(f"--store {self.shown}: {error.strerror or error}; TMPDIR names another folder") from error
        if not self._log.create(_name(number), path) and not self._is(number, digest.hex()):
            raise Overtaken

    def _is(self, number: int, digest: str) -> bool:
        """Whether what is there is this scan: where the reply to writing it was lost, it was written all the same."""
        try:
            return any(read_scan(file, number).scan.digest == digest for _, file in self._files([number]))
        except (NotThere, Damaged):  # it is being written at this moment, or the next try says what is wrong with it
            return False


def _address(url: str) -> Address:
    """Where the log is: a prefix, without a slash at its end."""
    try:
        found = parse(f"{url.rstrip('/')}/{_MARK}")
    except InputError as error:
        raise InputError(f"--store {str(error).replace(f'/{_MARK}', '')}") from error
    prefix = found.key.removesuffix(_MARK).rstrip("/") if found else ""
    if found is None or not prefix:
        raise InputError(f"--store {url}: names no folder in the bucket; use {FORMS}")
    return Address(f"--store {url}", found.scheme, found.bucket, prefix, found.account)


@contextmanager
def _private_folder() -> Iterator[Path]:
    try:
        folder = tempfile.TemporaryDirectory(prefix="mlposture-")
    except OSError as error:
        raise NotKept(f"{tempfile.gettempdir()}: {error.strerror or error}; TMPDIR names another folder") from error
    with folder:
        yield Path(folder.name)


def _name(number: int) -> str:
    return f"scan-{number:010}.jsonl.gz"
