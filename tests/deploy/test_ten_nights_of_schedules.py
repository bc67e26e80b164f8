"""Ten nights by the schedules of the clouds, with the commands that their files hold and the guide's configuration.

Configuration, suppressions, reports and history are in the bucket alone: a task has no disk that stays. Whom to tell is
in the variables that the files name.
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from unittest import mock

import pytest
from buckets import BUCKET, BUCKETS, Bucket
from commandline import MLPOSTURE, mlposture
from schedules import SCHEDULES, command
from support import ROOT, wait_until
from ten_nights import CLOUDS, NIGHTS, Night, Nights, go_wrong, suppressions
from worlds.receiver import Receiver

from scanner.objects.transfer import write


def configuration(bucket: Bucket, *checks: str) -> str:
    """That of the guide, as somebody has it who scans one account of this cloud for these checks."""
    page = (ROOT / "docs" / "guides" / "scheduling.md").read_text(encoding="utf-8")
    shown = page.partition("```toml\n")[2].partition("```")[0]
    assert shown.count(f"s3://{BUCKET}/") == 4
    top, aws, _ = shown.replace(f"s3://{BUCKET}/", bucket.at("")).partition("[aws]\n")
    assert aws
    return f'{top}suppressions = "{bucket.at("suppressions.yaml")}"\ncheck = {list(checks)}\n[{bucket.provider}]\n'


def put(bucket: Bucket, name: str, content: bytes) -> None:
    write(bucket.at(name), lambda path: path.write_bytes(content))


def started(words: list[str], folder: Path, bucket: Bucket, night: Night) -> int:
    """How the scan of a night ends; one that is to be killed is a process of its own until then."""
    if night.broken != "killed":
        return mlposture(*words, cwd=folder).returncode
    lists, asked = CLOUDS[bucket.scheme].lists, len(bucket.cloud.log)
    with subprocess.Popen([MLPOSTURE, *words], cwd=folder, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: any(request.operation == lists for request in bucket.cloud.log[asked:]))
        process.kill()
    return 128 + signal.SIGKILL if process.returncode == -signal.SIGKILL else process.returncode


@pytest.mark.parametrize("scheme", CLOUDS)
def test_ten_nights(scheme: str, tmp_path: Path) -> None:
    cloud = CLOUDS[scheme]
    with BUCKETS[scheme]() as bucket, Receiver({}) as receiver:
        nights = Nights(receiver, bucket.at("history"), cloud.check)
        first, option, _, *rest = command(SCHEDULES[scheme])
        words = [first, option, bucket.at("mlposture.toml"), *rest]
        put(bucket, "mlposture.toml", configuration(bucket, cloud.check, *cloud.beside).encode())
        document = bucket.cloud.document
        for number, night in enumerate(NIGHTS, 1):
            bucket.cloud.replace(cloud.holding(document, night, number))
            put(bucket, "suppressions.yaml", suppressions(night, cloud.check))
            go_wrong(night, cloud, bucket.cloud, bucket.world, bucket.write)
            folder = tmp_path / str(number)  # nothing stays on the disk of a task
            folder.mkdir()
            with mock.patch.dict(os.environ, receiver.env(), HOME=str(folder), XDG_STATE_HOME=str(folder)):
                assert started(words, folder, bucket, night) == night.code, f"night {number}"
            bucket.world.faults.clear()
            nights.after(night, bucket.contents()["report.json"])
