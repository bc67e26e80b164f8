"""Ten nights of a changing account, by the action and by the CronJob, as each is deployed: what becomes of everything.

Steps, command and configuration are those of action.yml and of deploy/, read from there. The bucket, the history and
whoever listens are there from night to night; the runner is new each night.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import yaml
from actions import ROLE, Job, aws, job
from buckets import BUCKET
from commandline import MLPOSTURE, mlposture
from moto.backends import get_backend
from scanning import document, running
from support import ROOT, wait_until
from ten_nights import CLOUDS, NIGHTS, Night, Nights, go_wrong, suppressions
from worlds.aws import AwsWorld
from worlds.receiver import KEY, Receiver

AWS = CLOUDS["s3"]
PUT = "s3:PutObject"


def account(night: Night, number: int) -> dict[str, Any]:
    """The demonstration's account with nothing but two notebooks, a role that jobs may become, and the bucket."""
    made = document("aws")
    made["assumable"] = {ROLE: "111122223333"}
    made["buckets"].append({"name": BUCKET, "region": "eu-west-1"})
    return AWS.holding(made, night, number)


def accept(night: Night, folder: Path) -> None:
    """The suppressions of that night, where the command looks for them."""
    (folder / "mlposture-suppressions.yaml").write_bytes(suppressions(night, AWS.check))


@contextmanager
def killed(world: AwsWorld, mark: str) -> Iterator[None]:
    """Whatever runs mlposture with this text among its arguments is killed once it has asked for notebooks."""
    asked = len(world.log)

    def kill() -> None:
        wait_until(lambda: any(request.operation == AWS.lists for request in world.log[asked:]))
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


def report(world: AwsWorld) -> bytes:
    """The report that is in the bucket now."""
    keys = get_backend("s3")[world.account]["aws"].buckets[BUCKET].keys
    [key] = [key for key in keys.values() if key.name == "report.json"]
    return bytes(key.value)


def test_ten_nights_of_the_action(tmp_path: Path) -> None:
    world = aws()
    world.replace(account(NIGHTS[0], 0))
    world.writable = (BUCKET,)
    url = f"sqlite:///{tmp_path}/history.db"
    scan = f"aws --region eu-west-1 --check {AWS.check} --store {url} -o s3://{BUCKET}/report.json"
    with Receiver({}) as receiver, job(tmp_path / "0", world) as here:
        nights = Nights(receiver, url, AWS.check)
        for number, night in enumerate(NIGHTS, 1):
            here.begin(tmp_path / str(number))
            world.replace(account(night, number))
            go_wrong(night, AWS, world, world, PUT)
            accept(night, here.folder)
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
                assert night.told(AWS.check)[:40] in ended.summary.replace("\\", "")
            assert ended.code == (0 if night.code == 4 else night.code), ended.log
            assert ("::warning::" in ended.log) is (night.code == 4)
            assert alerts(here) == night.alerts, f"night {number}: {ended.log}"
            nights.after(night, report(world))


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
        settings = f'check = ["{AWS.check}"]\nnotify = "{receiver.address}"\n'
        own.write_text(settings + text.replace("organization = true", "organization = false"), encoding="utf-8")
        world.writable = (BUCKET,)
        nights = Nights(receiver, url, AWS.check)
        for number, night in enumerate(NIGHTS, 1):
            world.replace(account(night, number))
            go_wrong(night, AWS, world, world, PUT)
            accept(night, tmp_path)
            if night.broken == "killed":
                with killed(world, str(own)):
                    done = subprocess.run([MLPOSTURE, *command], cwd=tmp_path, capture_output=True, check=False)
                assert done.returncode == -signal.SIGKILL
            else:
                done = mlposture(*command, cwd=tmp_path)
                assert done.returncode == night.code, done.stderr
            nights.after(night, report(world))
