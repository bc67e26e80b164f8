"""A Dask scheduler and a worker that lies: `python tests/lying.py FILE FOLDER` writes the scheduler's address to FILE.

What is sent for a region that is called like a lie is that lie. Elsewhere the work is done, and then some of it is
changed. A pickle that anybody loads leaves a file in FOLDER that is called like the process that loaded it.
"""

from __future__ import annotations

import asyncio
import pickle
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import distributed
import msgspec
from distributed.protocol.serialize import ToPickle, to_serialize

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.collect import remote
from scanner.model.nouns import Listing, Scope
from scanner.model.origins import Seen
from scanner.store.journal import Facts, Journal

#: an account that nobody was asked about
STRANGER = "999988887777"
SHOUTED = "said by a worker"
HONEST = remote.perform
#: by the kind whose units are changed after honest work
CHANGED = {
    "aws.sagemaker.NotebookInstance": "another account",
    "aws.sagemaker.Model": "another unit",
    "aws.sagemaker.Endpoint": "garbage",
    "aws.sagemaker.EndpointConfig": "a folder",
}
#: where the worker raises an error that should not be loaded
BROKEN = "us-east-1"


class Trap(Exception):
    """Whoever loads its pickle leaves a file."""

    folder = Path()

    def __reduce__(self) -> Any:
        program = f"__import__('pathlib').Path({str(self.folder)!r}, str(__import__('os').getpid())).touch()"
        return eval, (program,)


def _changing(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with sqlite3.connect(path) as db:
            for statement in statements:
                db.execute(statement.format(stranger=STRANGER))
        db.close()

    return change


def _writing(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def _become_a_link(path: Path) -> None:
    path.rename(path.with_suffix(".elsewhere"))
    path.symlink_to(path.with_suffix(".elsewhere"))


def _become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


#: what becomes of the file of a unit
FILES: dict[str, Callable[[Path], None]] = {
    "the truth": lambda _: None,
    "the same twice": _changing("INSERT INTO resources SELECT * FROM resources"),
    "another unit": _changing("UPDATE units SET kind = 'aws.sagemaker.Other'"),
    "another unit beside it": _changing(
        "INSERT INTO units (kind, provider, account, region, finished, facts) "
        "SELECT kind, provider, {stranger}, region, finished, facts FROM units"
    ),
    "another account": _changing(
        "UPDATE resources SET body = replace(body, account, {stranger}), account = {stranger}"
    ),
    "another listing": _changing("UPDATE units SET facts = replace(facts, account, {stranger})"),
    "another kind": _changing("UPDATE resources SET body = '{{}}'"),
    "no text": _changing("UPDATE resources SET body = CAST(x'ff' AS TEXT)"),
    "no date": _changing("UPDATE resources SET body = json_set(CAST(body AS TEXT), '$.cached.any', 'never')"),
    "a date before all time": _changing(
        "UPDATE resources SET body = json_set(CAST(body AS TEXT), '$.cached.any', '0001-01-01T00:00:00+14:00')"
    ),
    "no digest": _changing("UPDATE resources SET read = json_set(CAST(read AS TEXT), '$.any', json('{{}}'))"),
    "a reply of another digest": _changing(
        "UPDATE resources SET read = json_set(CAST(read AS TEXT), '$.any',"
        ' json(\'{{"at": "2026-11-22", "sha256": "\' || printf(\'%064d\', 0) || \'", "reply": 1}}\'))'
    ),
    "a trigger": _changing("CREATE TRIGGER t AFTER INSERT ON units BEGIN SELECT 1; END"),
    "garbage": _writing(b"garbage" * 1000),
    "nothing": _writing(b""),
    "a link": _become_a_link,
    "a folder": _become_a_folder,
}


#: what a task answers with
ANSWERS = {
    "an answer to be loaded": Trap(),
    "an answer of other bytes": b"\xc1",
    "an answer of another type": msgspec.msgpack.encode({"worker": 1}),
}


def perform(order: str, account: str, region: str, items: Any) -> Any:
    """What the worker does in place of the honest function of that name."""
    worker = distributed.get_worker()
    worker.log_event("print", SHOUTED)
    worker.log_event("warn", {"message": pickle.dumps(Trap())})
    if region in ("an error to be loaded", BROKEN):
        raise Trap
    if region == "no answer for long":
        time.sleep(60)
    if region in ANSWERS:
        return ANSWERS[region]
    answer = msgspec.msgpack.encode(remote.Answer(worker="tcp://nowhere:1"))
    if region not in FILES:
        answer = HONEST(order, account, region, items)
    for kind, _, _ in items:
        scope = Scope("aws", account, region)
        path = remote.unit_path(Path(order), kind, scope)
        if region in FILES:
            _deliver(path, kind, scope)
        FILES[region if region in FILES else CHANGED.get(kind, "the truth")](path)
    return answer


def _deliver(path: Path, kind: str, scope: Scope) -> None:
    journal = Journal(path, alone=True)
    arn = f"arn:aws:sagemaker:{scope.region}:{scope.account}:notebook-instance/one"
    read = {"sagemaker:DescribeNotebookInstance": Seen("2026-11-22T12:00:00+00:00", "0" * 64)}
    found = NotebookInstance(id=arn, name="one", scope=scope, read=read)
    listing = Listing(kind=kind, scope=scope, complete=True, observed=1)
    journal.finish(journal.begin(kind, scope), (found,), Facts(listings=(listing,)), whole=True)
    journal.close()


class Liar(distributed.Worker):
    """Sends pickles where it was asked for something else, and calls them what it likes."""

    def batched_send(self, msg: dict[str, Any]) -> None:
        if msg.get("op") == "task-finished":
            msg["type"] = pickle.dumps(Trap())
        if msg.get("op") == "task-erred":
            msg["exception"] = msg["traceback"] = to_serialize(pickle.dumps(Trap()))
        super().batched_send(msg)

    async def get_data(self, comm: Any, keys: Any, who: Any = None, serializers: Any = None) -> Any:
        if any(isinstance(self.data.get(key), Trap) for key in keys):
            serializers = ["pickle"]
        return await super().get_data(comm, keys, who, serializers)


def send_a_pickle(client: str, dask_scheduler: Any) -> None:
    """Run by the scheduler: what it sends, as it would anything, is loaded by whoever reads it."""
    dask_scheduler.client_comms[client].send({"op": "event", "topic": "any", "event": ToPickle(Trap())})


async def _serve(file: Path) -> None:
    async with (
        distributed.Scheduler(host="127.0.0.1", port=0, protocol="tls", dashboard_address="127.0.0.1:0") as scheduler,
        Liar(scheduler.address, nthreads=2, dashboard_address="127.0.0.1:0"),
    ):
        scheduler.allowed_failures = 0
        file.with_suffix(".new").write_text(scheduler.address)
        file.with_suffix(".new").rename(file)
        await scheduler.finished()


def main(file: Path, traps: Path) -> None:
    Trap.folder = traps
    pickle.loads(pickle.dumps(Trap()))  # as a proof that it works
    remote.perform = perform
    asyncio.run(_serve(file))


if __name__ == "__main__":
    import lying  # so that what is pickled belongs to a module

    lying.main(*map(Path, sys.argv[1:]))
