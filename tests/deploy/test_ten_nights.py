"""Ten nights of a changing account, by the action and by the CronJob, as each is deployed: what becomes of everything.

Steps, command and configuration are those of action.yml and of deploy/, read from there. The bucket, the history and
whoever listens are there from night to night; the runner is new each night.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import yaml
from actions import ROLE, Job, aws, job
from buckets import BUCKET
from commandline import MLPOSTURE, mlposture
from scanning import document, running
from support import ROOT, wait_until
from worlds.aws import AwsWorld
from worlds.base import Fault, Request
from worlds.receiver import KEY, Receiver

from scanner.history.store import open_store

LIST, DESCRIBE, PUT = "sagemaker:ListNotebookInstances", "sagemaker:DescribeNotebookInstance", "s3:PutObject"
CHECK = "MLP-1001"
OPEN, SHUT = "Enabled", "Disabled"


class Night(NamedTuple):
    """What is there, what goes wrong, and what is to come of it.

    `lab` and `other` are notebooks, None where deleted. `state` is that of the lab in the history, empty for any,
    `alerts` are those of both, where each fails or once did. `code` is how the scan ends, `said` how the message
    begins.
    """

    lab: str | None
    other: str
    state: str
    alerts: dict[str, str]
    said: str
    unseen: bool = False
    accepted: bool = False
    broken: str = ""
    code: int = 0


_SINCE = "Since the last scan: "
NIGHTS = (
    Night(OPEN, SHUT, "not compared", {"lab": "open"}, "This scan: 1 failure, 1 high among them, nothing earlier to "),
    Night(SHUT, SHUT, "fixed", {"lab": "fixed"}, f"{_SINCE}nothing new, 1 fixed."),
    Night(OPEN, SHUT, "reopened", {"lab": "open"}, f"{_SINCE}1 reopened (worst: high {CHECK} "),
    Night(OPEN, SHUT, "unknown", {"lab": "open"}, f"{_SINCE}nothing new in what was seen, 1 not seen because ",
          unseen=True, code=4),
    Night(OPEN, SHUT, "suppressed", {"lab": "dismissed"}, f"{_SINCE}nothing new.", accepted=True),
    Night(OPEN, SHUT, "reopened", {"lab": "open"}, f"{_SINCE}1 reopened (worst: high {CHECK} "),
    # The bucket takes no report, and all else goes on.
    Night(OPEN, OPEN, "persisting", {"lab": "open", "other": "open"}, f"{_SINCE}1 new (worst: high {CHECK} ",
          broken="bucket", code=2),
    Night(SHUT, OPEN, "persisting", {"lab": "open", "other": "open"}, "", broken="killed", code=137),
    Night(OPEN, SHUT, "persisting", {"lab": "open", "other": "fixed"}, f"{_SINCE}nothing new, 1 fixed."),
    Night(None, SHUT, "gone", {"lab": "fixed", "other": "fixed"}, f"{_SINCE}nothing new, 1 gone."),
)  # fmt: skip


def account(night: Night, number: int) -> dict[str, Any]:
    """The demonstration's account with nothing but these notebooks, which say when they were changed."""
    made = document("aws")
    whole = made["regions"]["eu-west-1"]["sagemaker"]["NotebookInstance"][0]
    changed = (datetime.now(UTC) - timedelta(20 - number)).isoformat()
    there = [("lab", night.lab), ("other", night.other)]
    made["regions"] = {
        "eu-west-1": {
            "sagemaker": {
                "NotebookInstance": [
                    {**whole, "NotebookInstanceName": name, "DirectInternetAccess": way, "LastModifiedTime": changed}
                    for name, way in there
                    if way is not None
                ]
            }
        }
    }
    made["assumable"] = {ROLE: "111122223333"}
    made["buckets"].append({"name": BUCKET, "region": "eu-west-1"})
    return made


def accepted(night: Night, folder: Path) -> None:
    """The suppressions of that night, where the command looks for them."""
    entry = {"check": CHECK, "resource": "*/lab", "reason": "It is moved this week.", "owner": "ml-platform",
             "until": datetime.now(UTC).date() + timedelta(30)}  # fmt: skip
    entries = {"schema": "suppressions/1", "suppressions": [entry] if night.accepted else []}
    (folder / "mlposture-suppressions.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")


class OfReports(Fault):
    """A fault for reports alone, of all that is in the bucket."""

    def strikes(self, request: Request) -> bool:
        return str(request.params.get("Key")).startswith("report.") and super().strikes(request)


def go_wrong(world: AwsWorld, night: Night) -> None:
    world.faults[:] = []
    if night.unseen:
        world.faults.append(Fault(DESCRIBE, "deny", resource="*lab*"))
    if night.broken == "bucket":
        world.faults.append(OfReports(PUT, "deny"))
    if night.broken == "killed":
        world.faults.append(Fault(LIST, "timeout"))
        world.hold_seconds = 2.0


@contextmanager
def killed(world: AwsWorld, mark: str) -> Iterator[None]:
    """Whatever runs mlposture with this text among its arguments is killed once it has asked for notebooks."""
    asked = len(world.log)

    def kill() -> None:
        wait_until(lambda: any(request.operation == LIST for request in world.log[asked:]))
        for number in _processes(mark):
            os.kill(number, signal.SIGKILL)

    waiting = threading.Thread(target=kill)
    waiting.start()
    yield
    waiting.join()
    world.faults.clear()


def _processes(mark: str) -> Iterator[int]:
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().decode().split("\0")
        except OSError:  # it is gone
            continue
        if any("bin/mlposture" in word for word in words[:3]) and any(mark in word for word in words):
            yield int(place.parent.name)


def state_of_the_lab(url: str) -> str:
    with open_store(url) as store:
        return {one.name: str(one.state) for one in store.findings(store.scans()[-1].id)}["lab"]


class Kept:
    """What is there from night to night, beside the alerts."""

    def __init__(self, world: AwsWorld, receiver: Receiver, store: str) -> None:
        self.world = world
        self.receiver = receiver
        self.store = store
        self._scans: set[str] = set()

    def report(self) -> dict[str, Any]:
        """The report that is in the bucket now."""
        from moto.backends import get_backend

        keys = get_backend("s3")[self.world.account]["aws"].buckets[BUCKET].keys
        [key] = [key for key in keys.values() if key.name == "report.json"]
        return json.loads(key.value)  # type: ignore[no-any-return]

    def after(self, night: Night) -> None:
        """A night has left what it should."""
        assert state_of_the_lab(self.store) == night.state or not night.state
        messages, self.receiver.taken[:] = self.receiver.taken[:], []
        if night.broken == "killed":
            assert (messages, self.report()["scan"]["id"] in self._scans) == ([], True)
            return
        [message] = messages
        assert message["text"].startswith(night.said)
        assert (message["id"] == self.report()["scan"]["id"]) is (night.broken != "bucket")
        self._scans.add(message["id"])


def test_ten_nights_of_the_action(tmp_path: Path) -> None:
    world = aws()
    world.replace(account(NIGHTS[0], 0))
    world.writable = (BUCKET,)
    url = f"sqlite:///{tmp_path}/history.db"
    scan = f"aws --region eu-west-1 --check {CHECK} --store {url} -o s3://{BUCKET}/report.json"
    with Receiver({}) as receiver, job(tmp_path / "0", world) as here:
        kept = Kept(world, receiver, url)
        for number, night in enumerate(NIGHTS, 1):
            here.begin(tmp_path / str(number))
            world.replace(account(night, number))
            go_wrong(world, night)
            accepted(night, here.folder)
            inputs = {"scan": scan, "extra": "aws", "aws_role_arn": ROLE, "fail_on": "never",
                      "notify": receiver.address, "notify_key": KEY}  # fmt: skip
            if night.broken == "killed":
                with killed(world, f"{here.folder}/"):
                    ended = here.run(**inputs)
                assert "::error::the scan ended with 137 and without a report" in ended.log
            else:
                ended = here.run(**inputs)
                assert ended.ran[-2:] == ["Notify", "End as the scan did"]
                assert ended.outputs["exit-code"] == str(night.code), ended.log
                assert night.said[:40] in ended.summary.replace("\\", "")
            assert ended.code == (0 if night.code == 4 else night.code), ended.log
            assert ("::warning::" in ended.log) is (night.code == 4)
            assert alerts(here) == night.alerts, f"night {number}: {ended.log}"
            kept.after(night)


def alerts(here: Job) -> dict[str, str]:
    """The states of the alerts, by notebook."""
    found = here.hub.repository().alerts.values()
    return {"lab" if "lab" in alert.path else "other": alert.state for alert in found}


def the_cronjob() -> tuple[list[str], str, str]:
    """The arguments of its command, its configuration, and where that is."""
    parts = yaml.safe_load_all((ROOT / "deploy" / "kubernetes" / "aws.yaml").read_text(encoding="utf-8"))
    by_kind = {part["kind"]: part for part in parts}
    [only] = by_kind["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    [(name, text)] = by_kind["ConfigMap"]["data"].items()
    return only["args"], text, f"{only['volumeMounts'][0]['mountPath']}/{name}"


def test_ten_nights_of_the_cronjob(tmp_path: Path) -> None:
    """A pod that is killed is started anew, as its policy has it: that scan is the next night's."""
    arguments, text, place = the_cronjob()
    assert "organization = true" in text
    own = tmp_path / "mlposture.toml"
    url = f"s3://{BUCKET}/history"
    assert f'store = "{url}"\n' in text
    command = [str(own) if word == place else word for word in arguments]
    with (
        Receiver({}) as receiver,
        running("aws", account(NIGHTS[0], 0)) as world,
        mock.patch.dict(os.environ, MLPOSTURE_NOTIFY_KEY=KEY),
    ):
        settings = f'check = ["{CHECK}"]\nnotify = "{receiver.address}"\n'
        own.write_text(settings + text.replace("organization = true", "organization = false"), encoding="utf-8")
        world.writable = (BUCKET,)
        kept = Kept(world, receiver, url)
        for number, night in enumerate(NIGHTS, 1):
            world.replace(account(night, number))
            go_wrong(world, night)
            accepted(night, tmp_path)
            if night.broken == "killed":
                with killed(world, str(own)):
                    done = subprocess.run([MLPOSTURE, *command], cwd=tmp_path, capture_output=True, check=False)
                assert done.returncode == -signal.SIGKILL
            else:
                done = mlposture(*command, cwd=tmp_path)
                assert done.returncode == night.code, done.stderr
            kept.after(night)
