"""`mlposture diff --causes`: what logs say of findings that changed, of simulated clouds, and what they cannot say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import comparing
import jsonschema
import pytest
from comparing import Scanned, lab
from msgspec import UNSET
from scanning import document, running
from support import ROOT
from worlds.aws_trail import trail_event
from worlds.base import Fault, World

SCHEMA = ROOT / "docs" / "reference" / "diff-v1.schema.json"
REGION, ACCOUNT = "eu-west-1", "111122223333"
LOOKUP = "cloudtrail:LookupEvents"
#: When the first scan was, and what is between the two, which are a day apart.
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
BETWEEN = BEGAN + timedelta(days=1, hours=2, minutes=14)
ALICE = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/alice",
    "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/Admin"}},
}
ISSUER = f"arn:aws:iam::{ACCOUNT}:role/Admin"


@pytest.fixture
def scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scanned:
    monkeypatch.setattr(comparing, "NOW", BEGAN)
    return Scanned(tmp_path)


def opened(name: str, at: datetime = BETWEEN, who: Mapping[str, Any] = ALICE, **more: Any) -> Any:
    """Somebody opened a notebook to the internet. Events of SageMaker need not name their resource beside."""
    asked = {"notebookInstanceName": name, "directInternetAccess": "Enabled", "token": "hunter2-of-the-request"}
    return trail_event("sagemaker:CreateNotebookInstance", at, who, **{"requestParameters": asked, **more})


def recording(*events: Any, **regions: list[Any]) -> dict[str, Any]:
    return {**document("aws"), "trail": {REGION: list(events), **regions}}


def explained(scanned: Scanned, world: dict[str, Any], *files: str, options: tuple[str, ...] = (), faults: Any = ()) -> Any:
    with running("aws", world) as cloud:
        cloud.faults += faults
        found = scanned.compared(*files, "--causes", *options)
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    return found


def causes(found: Any, name: str) -> Any:
    [one] = [one["causes"] for one in found["findings"] if one["resource"]["name"] == name]
    return one


def test_who_changed_what_is_said_and_what_was_asked_with_is_not(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    found = explained(scanned, recording(opened("lab"), opened("another")), *files)

    [change] = causes(found, "lab")["changes"]
    print(json.dumps(found["causes"], indent=1))
    assert change["action"] == "sagemaker:CreateNotebookInstance"
