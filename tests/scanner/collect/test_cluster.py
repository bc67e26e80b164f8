"""A cluster finds what threads find, whatever becomes of its workers: real Dask, real processes, a simulated AWS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from commandline import HEEDING, mlposture
from scanning import QUICK, document, running
from support import registered
from worlds.base import Fault, World

from scanner import __version__
from scanner.calls.meter import Meter
from scanner.collect import cluster, remote, tasks
from scanner.collect.plan import make_plan
from scanner.collect.work import Unit
from scanner.model.errors import CannotScan, InputError
from scanner.model.nouns import Reason, Scope
from scanner.store.journal import Journal

distributed = pytest.importorskip("distributed", reason="Dask is not installed (mlposture[dask])")

BIN = Path(sys.executable).parent
MLPOSTURE = str(BIN / "mlposture")
OTHERS = ("444455556666", "555566667777", "666677778888")
ORGANIZATION = ("--organization", "--organization-role", "audit")


def organization() -> dict[str, Any]:
    """The demo organisation, with accounts in which a role may be assumed but for the last."""
    made = document("aws")
    made["organization"] = [{"id": id, "name": id, "status": "ACTIVE"} for id in (made["account"], *OTHERS)]
    made["assumable"] = {f"arn:aws:iam::{id}:role/audit": id for id in OTHERS[:-1]}
    return made


class Slow:
    """Answers of a world take their time, so that something can happen meanwhile."""

    def __init__(self, world: World, seconds: float) -> None:
        self.world, self.seconds = world, seconds

    def __enter__(self) -> None:
        respond = self.world.respond

        def slowly(request: Any) -> Any:
            time.sleep(self.seconds)
            return respond(request)

        self.world.respond = slowly  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        del self.world.respond  # type: ignore[attr-defined]


class Dask:
    """A scheduler and two workers, as somebody would start them by hand. They serve one test after the other."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def mend(self, allowed_failures: int) -> None:
        """Have all of them again, whatever became of them. A task is given up whose worker died so often."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            self.file.unlink(missing_ok=True)
            self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < 2:
            self.workers.append(self._start("worker", "--nthreads", "2", "--no-nanny"))
        with self.client() as client:
            client.wait_for_workers(2, timeout=60)
            self.pids = client.run(os.getpid)
            self.engine = client.scheduler.address.replace("tcp://", "dask://")
            client.run_on_scheduler(
                lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", allowed_failures)
            )

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        command = [str(BIN / "dask"), what, "--scheduler-file", str(self.file), *options, "--no-dashboard"]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def client(self) -> Any:
        return distributed.Client(scheduler_file=str(self.file), set_as_default=False, timeout=30)

    def busy(self) -> subprocess.Popen[bytes]:
        """A worker that is doing something."""
        with self.client() as client:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                for address, tasks in client.processing().items():
                    if tasks and address in self.pids:
                        return next(worker for worker in self.workers if worker.pid == self.pids[address])
                time.sleep(0.05)
        pytest.fail("no worker had anything to do")

    def kill(self) -> None:
        for process in (self.scheduler, *self.workers):
            if process is not None:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def cloud() -> Iterator[World]:
    with running("aws", organization()) as world:
        yield world


@pytest.fixture(scope="module")
def calm(cloud: World, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], dict[str, Any]]:
    """What threads report when nothing goes wrong, of the account and of the organisation."""
    folder = tmp_path_factory.mktemp("calm")
    return {asked: locally(folder, *asked) for asked in (("aws",), ("aws", *ORGANIZATION))}


@pytest.fixture
def world(cloud: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    cloud.log.clear()
    yield cloud
    cloud.faults.clear()


@pytest.fixture(scope="module")
def started(cloud: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    dask = Dask(tmp_path_factory.mktemp("dask"))  # its workers have the environment that points at the world
    try:
        yield dask
    finally:
        dask.kill()


@pytest.fixture
def dask(world: World, started: Dask, request: pytest.FixtureRequest) -> Dask:
    started.mend(allowed_failures=getattr(request, "param", 3))
    return started


def common(folder: Path, name: str) -> tuple[str, ...]:
    return "-o", str(folder / f"{name}.json"), "--verdicts", "all", "--fail-on", "never", "--no-cache"


def locally(folder: Path, *options: str) -> dict[str, Any]:
    """What threads report. What they do in a process of their own is in test_resume.py."""
    done = mlposture("scan", *options, *common(folder, "local"))
    assert (done.returncode, done.stderr) == (0, "")
    return report(folder, "local")


def start(folder: Path, name: str, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HEEDING, MLPOSTURE, "scan", *options, *common(folder, name)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, err = process.communicate(timeout=120)
    return process.returncode, err


def report(folder: Path, name: str) -> dict[str, Any]:
    """A report without what differs between any two scans."""
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    for key in ("id", "started_at", "finished_at", "inventories"):
        found["scan"].pop(key)
    return found


def wait_for(world: World, requests: int) -> None:
    deadline = time.monotonic() + 60
    while len(world.log) < requests:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_cluster_of_our_own_gives_the_same_report_for_an_organisation(world: World, tmp_path: Path) -> None:
    world.faults.append(Fault("sagemaker:DescribeNotebookInstance", "deny"))
    world.faults.append(Fault("s3:GetBucketPolicy", "deny"))
    registry = 'value = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"'
    (tmp_path / "trust.toml").write_text(f'[[trust.registries]]\n{registry}\nreason = "ours"\n')
    asked = ("aws", *ORGANIZATION, "--trust", str(tmp_path / "trust.toml"))
    local = locally(tmp_path, *asked)
    alone = Counter((request.account, request.region, request.operation, request.resource) for request in world.log)
    world.log.clear()
    profiled = ("--profile-run", str(tmp_path / "profile.json"))
    assert ended(start(tmp_path, "dask", *asked, "--engine", "dask", *profiled)) == (0, "")
    shared = Counter((request.account, request.region, request.operation, request.resource) for request in world.log)

    ours = report(tmp_path, "dask")
    assert ours == local
    assert ours["summary"]["trusted"] > 0
    assert {gap["reason"] for gap in ours["gaps"]} == {"denied"}
    assert {gap["operation"] for gap in ours["gaps"]} >= {"sts:AssumeRole", "sagemaker:DescribeNotebookInstance"}
    assert {finding["verdict"] for finding in ours["findings"]} >= {"pass", "fail", "unknown"}
    # Beyond finding out who and where it is, a worker asks nothing twice.
    more = {operation for (_, _, operation, _), _ in (shared - alone).items()}
    assert more <= {"sts:GetCallerIdentity", "sts:AssumeRole", "organizations:ListAccounts"}
    assert [path.name for path in (tmp_path / "state" / "mlposture").iterdir()] == ["key"]
    costs = {
        cost["operation"]: cost["calls"] for cost in json.loads((tmp_path / "profile.json").read_text())["operations"]
    }
    calls = Counter(request.operation for request in world.log)
    assert costs["sagemaker:DescribeModel"] == calls["sagemaker:DescribeModel"] > 0


@pytest.mark.parametrize("dask", [3, 0], indirect=True)
def test_a_worker_that_is_killed_costs_and_doubles_nothing(world: World, calm, dask: Dask, tmp_path: Path) -> None:
    local = calm["aws", *ORGANIZATION]
    store = tmp_path / "store"
    store.mkdir()
    with Slow(world, 0.1):
        process = start(
            tmp_path, "dask", "aws", *ORGANIZATION, "--engine", dask.engine, "--journal-store", str(store),
            "--save-inventory", str(tmp_path / "inventory.json"),
        )  # fmt: skip
        wait_for(world, 40)
        worker = dask.busy()
        worker.kill()
        worker.wait()
        assert process.poll() is None, "the scan was over before the worker was killed; make the world slower"
        assert ended(process) == (0, "")

    assert report(tmp_path, "dask") == local
    asked = Counter(
        (request.operation, request.region, request.resource)
        for request in world.log
        if request.operation.startswith("sagemaker:")
    )
    assert max(asked.values()) > 1, "nothing was lost"
    kept = json.loads((tmp_path / "inventory.json").read_text())["resources"]
    del kept["aws.s3.AccountBucket"]  # names alone, which count as no resources
    ids = [resource["id"] for resources in kept.values() for resource in resources]
    assert len(ids) == len(set(ids)) == local["summary"]["resources"]
    assert list(store.iterdir()) == []


def test_ctrl_c_is_the_clients_and_reports_what_was_seen(world: World, calm, dask: Dask, tmp_path: Path) -> None:
    with Slow(world, 0.2):
        process = start(tmp_path, "dask", "aws", "--engine", "dask", "--grace", "3s")
        wait_for(world, 30)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process
        code, err = ended(process)
    stopped = report(tmp_path, "dask")
    resumed = start(tmp_path, "dask", "--resume", "--engine", dask.engine, "--journal-store", str(tmp_path))

    assert code == 130, err
    assert err.count("\n") == 1
    assert "the scan was interrupted" in err
    assert {gap["reason"] for gap in stopped["gaps"]} == {"stopped"}
    assert ended(resumed) == (0, "")
    assert report(tmp_path, "dask") == calm["aws",]


def test_workers_that_do_not_fit_are_named_before_anything_is_asked(dask: Dask, tmp_path: Path) -> None:
    checks, collectors = registered()
    plan = make_plan((checks["MLP-1001"],), collectors)
    with dask.client() as client:
        order = cluster.Cluster(client, dask.engine, tmp_path)
        order.workers(
            "aws", {}, plan=plan, journal=Journal(), manners=QUICK, meter=Meter(), taken_at=datetime.now(UTC),
            cached=False,
        ).close()  # fmt: skip
        path = tmp_path / "aws.order"
        good = msgspec.json.decode(path.read_bytes())
        for change, says in (
            ({"version": "0.0.0"}, f"runs mlposture {__version__}, and the client 0.0.0"),
            ({"python": "2.7"}, f"runs Python {remote.this_python()}, and the client 2.7"),
        ):
            path.write_bytes(msgspec.json.encode({**good, **change}))
            with pytest.raises(InputError, match=says) as error:
                order._probe(path)
            assert f"{dask.engine}: worker tcp://" in str(error.value)
        with pytest.raises(InputError, match="--journal-store must be a folder that client and workers share"):
            order._probe(tmp_path / "elsewhere" / "aws.order")
        for settings, kind, says in (
            ({"role_arns": ["no role"]}, InputError, "'no role' is not the ARN of a role"),
            ({"profile": "nobody"}, CannotScan, "nobody"),
        ):
            path.write_bytes(msgspec.json.encode({**good, "settings": settings}))
            with pytest.raises(kind, match=says):
                order._probe(path)


def test_a_task_that_breaks_is_a_gap_and_a_worker_that_does_not_fit_ends_the_scan(dask: Dask, tmp_path: Path) -> None:
    checks, collectors = registered()
    plan = make_plan((checks["MLP-1001"],), collectors)
    unit = Unit(plan.collectors[0], Scope("aws", "111122223333", "eu-west-1"))
    with dask.client() as client:
        whole = cluster.Cluster(client, dask.engine, tmp_path)
        workers = whole.workers(
            "aws", {}, plan=msgspec.structs.replace(plan, checks=()), journal=Journal(), manners=QUICK, meter=Meter(),
            taken_at=datetime.now(UTC), cached=False,
        )  # fmt: skip
        workers._plan = plan  # so that the workers know less than the client
        [future] = workers.start([unit])
        facts = future.result(timeout=60)
        lost = tasks.DaskWorkers(client, dask.engine, tmp_path / "none" / "aws.order", plan, Journal(), Meter())
        [refused] = lost.start([unit])
        error = refused.exception(timeout=60)
        workers.close()
        lost.close()

    assert [(gap.kind, gap.reason, gap.checks) for gap in facts.gaps] == [(unit.key[0], Reason.ERROR, ("MLP-1001",))]
    assert "KeyError" in facts.gaps[0].detail
    assert [listing.complete for listing in facts.listings] == [False]
    assert isinstance(error, InputError)
    assert "--journal-store must be" in str(error)


def test_a_cluster_that_goes_away_is_said_so_and_the_scan_can_go_on(
    world: World, calm, dask: Dask, tmp_path: Path
) -> None:
    store, journal = tmp_path / "store", tmp_path / "scan.journal"
    store.mkdir()
    with Slow(world, 0.1):
        process = start(
            tmp_path, "dask", "aws", "--engine", dask.engine, "--journal-store", str(store), "--journal", str(journal)
        )
        wait_for(world, 60)
        dask.kill()
        code, err = ended(process)

    assert code == 3
    assert "the cluster is gone" in err
    assert "--resume" in err
    assert "Traceback" not in err
    assert not (tmp_path / "dask.json").exists()
    done = Journal(journal).finished()
    assert any(kind.startswith("aws.sagemaker.") for kind, _ in done)
    world.log.clear()
    resumed = start(tmp_path, "dask", "--resume", "--journal", str(journal), "--engine", "local")
    assert ended(resumed) == (0, "")
    assert report(tmp_path, "dask") == calm["aws",]
    asked = {(request.operation, request.region) for request in world.log}
    again = {
        (kind, scope.region)
        for kind, scope in done
        if (f"sagemaker:List{kind.rpartition('.')[2]}s", scope.region) in asked
    }
    assert again == set()


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("--engine", "spark"), 2, "use local, dask, dask+tls://HOST:PORT or, on this machine, dask://HOST:PORT"),
        (("--engine", "dask://scheduler:8786", "--journal-store", "/"), 2, "and use dask+tls://scheduler:8786"),
        (("--engine", "dask+tls://127.0.0.1:1", "--journal-store", "/"), 2, "configure Dask's certificates"),
        (("--engine", "dask://127.0.0.1:1"), 2, "--journal-store"),
        (("--engine", "dask", "--journal-store", "/nonexistent/store"), 2, "--journal-store /nonexistent/store"),
    ],
)
def test_what_cannot_work_is_said(world: World, tmp_path: Path, options: tuple[str, ...], code: int, says: str) -> None:
    done = mlposture("scan", "aws", *options, *common(tmp_path, "x"))

    assert done.returncode == code
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("place", "here"),
    [("localhost:1", True), ("127.0.0.2:1", True), ("[::1]:1", True), ("10.0.0.1:1", False), ("[2001:db8::1]:1", False),
     ("localhost.example.com:1", False), ("127.0.0.1.example.com:1", False), ("0.0.0.0:1", False)],
)  # fmt: skip
def test_only_a_scheduler_of_this_machine_does_without_tls(place: str, here: bool) -> None:
    assert cluster.address(f"dask+tls://{place}") == f"tls://{place}"
    if here:
        assert cluster.address(f"dask://{place}") == f"tcp://{place}"
    else:
        with pytest.raises(InputError, match="without TLS"):
            cluster.address(f"dask://{place}")


def test_what_does_not_fit_the_certificates_is_said(tmp_path: Path) -> None:
    named = dict.fromkeys(("ca-file", "client.cert", "client.key"), str(tmp_path / "none"))
    with (
        pytest.importorskip("dask").config.set({f"distributed.comm.tls.{name}": path for name, path in named.items()}),
        pytest.raises(InputError, match=r"Dask's certificates cannot be used: .*No such file"),
        cluster.connected("dask+tls://127.0.0.1:1", str(tmp_path), Journal()),
    ):
        pass
    with (
        pytest.importorskip("dask").config.set({"distributed.comm.require-encryption": True}),
        pytest.raises(InputError, match="requires encryption"),
        cluster.connected("dask://127.0.0.1:1", str(tmp_path), Journal()),
    ):
        pass


def test_without_dask_it_is_said_what_to_install(world: World) -> None:
    program = "import sys; sys.modules['distributed'] = None; from scanner.cli.commands import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "scan", "aws", "--engine", "dask"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 3
    assert done.stderr == (
        "mlposture: --engine: Dask is not installed, or not all of it (there is no module distributed); "
        "in your copy of mlposture, run: pip install '.[dask]'\n"
    )
