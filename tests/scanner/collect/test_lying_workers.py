"""What a worker of a cluster says is data: a lie is a gap or a refusal, and nothing that it sends is run here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest
from commandline import mlposture
from scanning import QUICK, running
from support import TESTS, registered

from scanner.calls.meter import Meter
from scanner.collect import cluster
from scanner.collect.plan import make_plan
from scanner.collect.tasks import DaskWorkers
from scanner.collect.work import Unit
from scanner.model.errors import CannotScan
from scanner.model.nouns import Reason, Scope
from scanner.store.journal import Journal

lying = pytest.importorskip("lying", reason="Dask is not installed (mlposture[dask])")

ACCOUNT = "111122223333"
HONEST = ("the truth", "the same twice")
#: lies that are no file, and what is said of them
ANSWERS = {
    "an error to be loaded": "an error that was not read: told by Dask",
    "an answer to be loaded": "Data serialized with pickle",
    "an answer of other bytes": "its answer is none: MessagePack data is malformed",
    "an answer of another type": "its answer is none: Expected `str`, got `int`",
}


@pytest.fixture(scope="module")
def cloud() -> Iterator[None]:
    with running("aws"):
        yield


@pytest.fixture(scope="module")
def traps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Who loads the pickles leaves a file here."""
    return tmp_path_factory.mktemp("traps")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Dask's configuration of one certificate for all sides, here and in processes that start."""
    dask, folder = pytest.importorskip("dask"), tmp_path_factory.mktemp("certificates")
    made = pytest.importorskip("distributed").Security.temporary()
    (folder / "cert").write_text(made.tls_client_cert)
    (folder / "key").write_text(made.tls_client_key)
    named = {"ca-file": folder / "cert"}
    for role in ("client", "scheduler", "worker"):
        named |= {f"{role}.cert": folder / "cert", f"{role}.key": folder / "key"}
    configured = {f"distributed.comm.tls.{name}": str(path) for name, path in named.items()}
    exported = {f"DASK_{name.replace('.', '__').upper()}": path for name, path in configured.items()}
    with dask.config.set(configured), mock.patch.dict(os.environ, exported):
        yield


@pytest.fixture(scope="module")
def engine(cloud: None, certificates: None, traps: Path) -> Iterator[str]:
    file = traps.with_name("scheduler")
    with subprocess.Popen([sys.executable, TESTS / "lying.py", file, traps], stderr=subprocess.DEVNULL) as liar:
        try:
            deadline = time.monotonic() + 60
            while not file.exists():
                assert time.monotonic() < deadline
                assert liar.poll() is None
                time.sleep(0.05)
            yield file.read_text().replace("tls://", "dask+tls://")
        finally:
            liar.kill()


@pytest.fixture(scope="module")
def connected(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[cluster.Cluster]:
    with (
        closing(Journal()) as journal,
        cluster.connected(engine, str(tmp_path_factory.mktemp("store")), journal) as found,
    ):
        yield found


@pytest.fixture
def unloaded(traps: Path, engine: str) -> Iterator[None]:
    """What was sent to this process ran nothing in it, but would have: it did in that of the worker."""
    yield
    assert [path.name != str(os.getpid()) for path in traps.iterdir()] == [True]


def workers(connected: cluster.Cluster, journal: Journal) -> DaskWorkers:
    checks, collectors = registered()
    return connected.workers(
        "aws", {}, plan=make_plan((checks["MLP-1001"],), collectors), journal=journal, manners=QUICK, meter=Meter(),
        taken_at=datetime.now(UTC), cached=False,
    )  # fmt: skip


def unit(region: str) -> Unit:
    checks, collectors = registered()
    [collector] = make_plan((checks["MLP-1001"],), collectors).collectors
    return Unit(collector, Scope("aws", ACCOUNT, region))


@pytest.mark.parametrize("lie", [*lying.FILES, *ANSWERS])
def test_a_lie_is_a_gap_of_its_unit(lie: str, connected: cluster.Cluster, unloaded: None) -> None:
    with closing(Journal()) as journal:
        sent = workers(connected, journal)
        [future] = sent.start([unit(lie)])
        facts = future.result(timeout=30)
        kept = [json.loads(body)["scope"]["account"] for body in journal.documents(unit(lie).key[0])]
        sent.close()

    assert [(listing.kind, listing.scope) for listing in facts.listings] == [unit(lie).key]
    if lie in HONEST:
        assert (facts.gaps, kept) == ((), [ACCOUNT])
        return
    [gap] = facts.gaps
    assert (gap.kind, gap.scope, gap.reason, gap.checks) == (*unit(lie).key, Reason.ERROR, ("MLP-1001",))
    assert ANSWERS.get(lie, "what a worker left is not believed: it ") in gap.detail
    assert [listing.complete for listing in facts.listings] == [False]
    assert kept == []


def test_a_scan_of_such_a_cluster_reports_what_was_true(
    engine: str, tmp_path: Path, unloaded: None, capfd: pytest.CaptureFixture[str]
) -> None:
    options = ("--engine", engine, "--journal-store", str(tmp_path), "--no-cache", "--fail-on", "never")
    done = mlposture("scan", "aws", *options, "-o", str(tmp_path / "report.json"), "--verdicts", "all")
    found = json.loads((tmp_path / "report.json").read_text())

    assert (done.returncode, lying.SHOUTED in done.stdout + done.stderr + "".join(capfd.readouterr())) == (0, False)
    assert lying.STRANGER not in json.dumps([found["findings"], found["scan"]])
    assert found["findings"]
    assert all(gap["detail"].startswith(("what a worker left", "no worker of the cluster")) for gap in found["gaps"])
    blind = {(gap["kind"], gap["scope"]["region"]) for gap in found["gaps"]}
    assert {(kind, "eu-west-1") for kind in lying.CHANGED} | {("aws.sagemaker.TrainingJob", lying.BROKEN)} <= blind


def test_nothing_that_is_left_for_workers_is_a_credential(connected: cluster.Cluster) -> None:
    with closing(Journal()) as journal:
        workers(connected, journal).close()
    left = "".join(path.read_text() for path in connected.folder.glob("*.order"))
    secrets = [os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]]

    assert '"provider":"aws"' in left
    assert [secret for secret in secrets if secret in left] == []


def test_a_scheduler_that_sends_a_pickle_is_left(engine: str, tmp_path: Path, unloaded: None) -> None:
    with closing(Journal()) as journal, cluster.connected(engine, str(tmp_path), journal) as connected:
        sent = workers(connected, journal)
        [future] = sent.start([unit("no answer for long")])
        connected.client.run_on_scheduler(lying.send_a_pickle, connected.client.id)
        error = future.exception(timeout=30)
        sent.close()

    assert isinstance(error, CannotScan)
    assert "the cluster is gone" in str(error)
