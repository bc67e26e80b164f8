"""`mlposture upload security-hub` against moto's service over HTTP: what is sent, archived, suppressed, and stays."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import msgspec
import pytest
from commandline import mlposture
from factories.aws import notebook
from scanning import share_models
from support import ROOT, TESTS
from worlds.aws_security_hub import SecurityHub, security_hub

from scanner.cli.security_hub import batches
from scanner.model.exits import Exit
from scanner.model.notes import Suppression
from scanner.model.nouns import Scope, Status
from scanner.model.reported import FindingList, Report

ACCOUNT, REGION = "123456789012", "eu-west-1"  # moto's own account
OTHER = "210987654321"
HOME = Scope("aws", ACCOUNT, REGION)


def placed(name: str, scope: Scope = HOME, **fields: Any) -> Any:
    """A notebook in an account of moto's."""
    made = notebook(name, **fields)
    return msgspec.structs.replace(made, scope=scope, id=made.id.replace(made.scope.account, scope.account))


@pytest.fixture(scope="module")
def make() -> ModuleType:
    """The builders of reports."""
    spec = importlib.util.spec_from_file_location("report_builders", TESTS / "reports" / "conftest.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def server() -> Iterator[SecurityHub]:
    share_models()
    with security_hub() as hub, mock.patch.dict(os.environ, hub.env()):
        yield hub


@pytest.fixture
def hub(server: SecurityHub) -> SecurityHub:
    """The service with nothing in it, enabled in one region of one account."""
    from moto.securityhub.models import securityhub_backends

    securityhub_backends.reset()
    server.batches.clear()
    server.refuse.clear()
    server.throttle = 0
    server.enable(ACCOUNT, REGION)
    return server


class Uploads:
    """Scans of an account one after another, each uploaded."""

    def __init__(self, make: Any, folder: Path) -> None:
        self.make = make
        self.folder = folder
        self.day = 0

    def report(self, *names: str, open: tuple[str, ...] = (), **how: Any) -> Report:
        """Notebooks of these names, of which those that are open have a failure."""
        self.day += 1
        made = [
            placed(name, direct_internet_access="Enabled" if name in open else "Disabled", role_arn=None)
            for name in names
        ]
        report = self.make.report_of(*made, *how.pop("more", ()), **how)
        when = report.started_at + timedelta(days=self.day)
        return msgspec.structs.replace(report, started_at=when, finished_at=when + timedelta(seconds=90))

    def write(self, report: Report) -> Path:
        path = self.folder / "findings.asff"
        path.write_bytes(self.make.whole("asff", report))
        return path

    def send(self, report: Report, *options: str) -> Any:
        return mlposture("upload", "security-hub", "--asff", str(self.write(report)), *options)


@pytest.fixture
def uploads(make: Any, tmp_path: Path) -> Uploads:
    return Uploads(make, tmp_path)


def states(hub: SecurityHub) -> dict[str, tuple[str, str]]:
    """Name of a notebook → compliance and state of its finding."""
    return {
        finding["ProductFields"]["mlposture/name"]: (finding["Compliance"]["Status"], finding["RecordState"])
        for finding in hub.findings(ACCOUNT, REGION).values()
        if "mlposture/check" in finding["ProductFields"]
    }


def test_findings_arrive_and_come_again_with_their_creation_time(hub, uploads):
    done = uploads.send(uploads.report("a", "b", open=("a", "b")))
    assert (done.returncode, done.stderr) == (Exit.DONE, "")
    assert done.stdout == f"{ACCOUNT} {REGION}: 3 findings sent, 0 archived, 0 refused\n"
    first = hub.findings(ACCOUNT, REGION)
    assert len(first) == 3
    uploads.send(uploads.report("a", "b", open=("a", "b")))
    second = hub.findings(ACCOUNT, REGION)
    assert second.keys() == first.keys()
    for id, finding in second.items():
        assert finding["CreatedAt"] == first[id]["CreatedAt"] == "2026-11-23T12:00:00.000Z"
        assert finding["UpdatedAt"] == "2026-11-24T12:01:30.000Z"


def test_what_was_fixed_and_what_vanished_is_archived(hub, uploads):
    uploads.send(uploads.report("fixed", "gone", "stays", open=("fixed", "gone", "stays")))
    done = uploads.send(uploads.report("fixed", "stays", open=("stays",)))
    assert "2 findings sent, 2 archived" in done.stdout
    assert states(hub) == {
        "fixed": ("FAILED", "ARCHIVED"), "gone": ("FAILED", "ARCHIVED"), "stays": ("FAILED", "ACTIVE")
    }  # fmt: skip


def test_what_comes_back_is_active_again(hub, uploads):
    uploads.send(uploads.report("a", open=("a",)))
    uploads.send(uploads.report("a"))
    assert states(hub) == {"a": ("FAILED", "ARCHIVED")}
    uploads.send(uploads.report("a", open=("a",)))
    assert states(hub) == {"a": ("FAILED", "ACTIVE")}


def test_what_is_unknown_now_is_neither_archived_nor_passed(hub, uploads, make):
    uploads.send(uploads.report("a", open=("a",)))
    blind = [placed("a", role_arn=None)]
    uploads.send(uploads.report(more=blind, gaps=[make.gap(scope=HOME)]))
    assert states(hub) == {"a": ("NOT_AVAILABLE", "ACTIVE")}
    uploads.send(uploads.report(more=blind, verdicts=frozenset({Status.FAIL})))
    assert states(hub) == {"a": ("NOT_AVAILABLE", "ACTIVE")}


def test_an_incomplete_listing_archives_nothing(hub, uploads, make):
    uploads.send(uploads.report("a", open=("a",)))
    cut = make.Listing(kind=make.NotebookInstance.kind, scope=HOME, complete=False)
    done = uploads.send(uploads.report(listings=[cut], scopes=[HOME], gaps=[make.gap(scope=HOME)]))
    assert ", 0 archived" in done.stdout
    assert states(hub) == {"a": ("FAILED", "ACTIVE")}
    done = uploads.send(uploads.report(scopes=[HOME]))
    assert states(hub) == {"a": ("FAILED", "ARCHIVED")}
    assert ", 2 archived" in done.stdout  # what was not seen is seen now


def test_a_scan_that_did_not_ask_for_it_archives_nothing(hub, uploads, make):
    uploads.send(uploads.report("a", open=("a",)))
    uploads.send(uploads.report("a", checks=make.CHECKS[1:]))  # another check
    elsewhere = Scope("aws", ACCOUNT, "us-east-1")
    uploads.send(uploads.report(scopes=[elsewhere]), "--region", REGION)
    assert states(hub) == {"a": ("FAILED", "ACTIVE")}


def test_what_other_kinds_lead_to_is_archived_by_a_scan_as_wide(hub, uploads, make):
    """A bucket is found by the models in it: where these were not asked for, it was not looked for either."""

    def scan(*kinds: str, found: bool) -> None:
        everywhere = Scope("gcp", "example-fraud-prod", "global")
        buckets = [make.bucket("b", versioning=False)] if found else []
        report = uploads.report(
            more=buckets,
            listings=[make.Listing(kind=f"gcp.example.{kind}", scope=everywhere, complete=True) for kind in kinds],
        )
        # it is listed for the whole account, and not in its region
        asked = tuple(one for one in report.listings if one.scope == everywhere)
        done = uploads.send(msgspec.structs.replace(report, listings=asked), "--account", ACCOUNT, "--region", REGION)
        assert done.returncode == Exit.DONE

    scan("Bucket", "Model", found=True)
    assert states(hub) == {"b": ("FAILED", "ACTIVE")}
    scan("Bucket", found=False)
    assert states(hub) == {"b": ("FAILED", "ACTIVE")}
    scan("Bucket", "Model", "Endpoint", found=False)
    assert states(hub) == {"b": ("FAILED", "ARCHIVED")}


def test_a_path_is_archived_by_a_scan_that_asked_wherever_it_may_lead(hub, uploads):
    elsewhere = Scope("aws", ACCOUNT, "us-east-1")

    def scan(role: str | None, *scopes: Scope) -> dict[str, tuple[str, str]]:
        more = [placed("n", role_arn=role, direct_internet_access="Disabled")]
        uploads.send(uploads.report(more=more, scopes=scopes), "--region", REGION)
        return states(hub)

    assert scan(f"arn:aws:iam::{ACCOUNT}:role/admin", elsewhere) == {"n": ("FAILED", "ACTIVE")}
    assert scan(None) == {"n": ("FAILED", "ACTIVE")}
    assert scan(None, elsewhere) == {"n": ("FAILED", "ARCHIVED")}


def test_a_report_on_another_cloud_is_not_older(hub, uploads, make):
    of_aws = uploads.report("a", open=("a",))
    options = ("--account", ACCOUNT, "--region", REGION)
    uploads.send(uploads.report(more=[make.bucket("b", versioning=False)]), *options)
    assert uploads.send(of_aws, *options).returncode == Exit.DONE
    assert states(hub) == {"a": ("FAILED", "ACTIVE"), "b": ("FAILED", "ACTIVE")}


def test_findings_of_others_are_left_alone(hub, uploads):
    uploads.send(uploads.report("a", open=("a",)))
    [ours] = [one for one in hub.findings(ACCOUNT, REGION).values() if "mlposture/check" in one["ProductFields"]]
    ours["GeneratorId"] = "northwind-scanner/rule"
    uploads.send(uploads.report("a"))
    assert ours["RecordState"] == "ACTIVE"


def test_suppressions_are_decided_there_and_taken_back(hub, uploads):
    def suppressed(report: Report) -> Report:
        noted = Suppression(check="MLP-1901", reason="moves in May", owner="science")
        return msgspec.structs.replace(
            report, findings=FindingList(msgspec.structs.replace(one, suppression=noted) for one in report.findings)
        )

    def decided() -> tuple[str, str]:
        [one] = [one for one in hub.findings(ACCOUNT, REGION).values() if "mlposture/check" in one["ProductFields"]]
        return one.get("Workflow", {}).get("Status", ""), one.get("Note", {}).get("Text", "")

    said = ("SUPPRESSED", "Suppressed by science, risk accepted: moves in May")
    uploads.send(uploads.report("a", open=("a",)))
    assert decided() == ("", "")
    uploads.send(suppressed(uploads.report("a", open=("a",))))
    assert decided() == said
    uploads.send(uploads.report("a", open=("a",)))
    assert decided()[0] == "NEW"
    [one] = [one for one in hub.findings(ACCOUNT, REGION).values() if "mlposture/check" in one["ProductFields"]]
    one |= {"Workflow": {"Status": "SUPPRESSED"}, "Note": {"Text": "not us", "UpdatedBy": "an analyst"}}
    uploads.send(uploads.report("a", open=("a",)))
    assert decided() == ("SUPPRESSED", "not us")
    uploads.send(suppressed(uploads.report("b", open=("b",))))
    new = [
        one["Workflow"]
        for one in hub.findings(ACCOUNT, REGION).values()
        if one["ProductFields"].get("mlposture/name") == "b"
    ]
    assert new == [{"Status": "SUPPRESSED"}]


def test_findings_are_sent_a_hundred_at_a_time(hub, uploads):
    names = [f"n{number}" for number in range(250)]
    done = uploads.send(uploads.report(*names, open=tuple(names)))
    assert "251 findings sent" in done.stdout
    assert sorted(map(len, hub.batches)) == [51, 100, 100]
    uploads.send(uploads.report())
    assert states(hub).keys() == set(names)  # nothing was looked at
    uploads.send(uploads.report(scopes=[HOME]))
    assert {state for _, state in states(hub).values()} == {"ARCHIVED"}


def test_nothing_but_the_command_imports_what_writes():
    paths = [path for folder in ("scanner", "checks", "reports") for path in (ROOT / folder).rglob("*.py")]
    naming = {path.stem for path in paths if "client.security_hub" in path.read_text(encoding="utf-8")}
    assert naming == {"security_hub", "upload_security_hub"}


def test_batches_are_as_large_as_a_request_may_be():
    large = [{"Id": str(number), "Text": "x" * 200_000} for number in range(30)]
    made = list(batches(large))
    assert [one for batch in made for one in batch] == large
    assert all(len(json.dumps(batch)) < 6_000_000 for batch in made)
    assert len(made) == 4
    assert list(batches([])) == []


def test_what_is_refused_is_said_and_the_rest_is_there(hub, uploads):
    report = uploads.report("a", "b", open=("a", "b"))
    refused = next(finding for finding in report.findings if finding.resource.name == "a")
    hub.refuse.add(f"mlposture/MLP-1901/{refused.fingerprint}")
    done = uploads.send(report)
    assert done.returncode == Exit.INCOMPLETE
    assert "3 findings sent, 0 archived, 1 refused" in done.stdout
    assert f"MLP-1901/{refused.fingerprint}: InvalidInput: it is not wanted" in done.stderr
    assert set(states(hub)) == {"b"}


def test_throttling_is_waited_out(hub, uploads):
    hub.throttle = 2
    assert uploads.send(uploads.report("a", open=("a",))).returncode == Exit.DONE
    assert states(hub) == {"a": ("FAILED", "ACTIVE")}


def test_an_older_report_undoes_nothing(hub, uploads):
    older = uploads.report("a", open=("a",))
    uploads.send(uploads.report("a"))
    done = uploads.send(older)
    assert done.returncode == Exit.USAGE
    assert done.stderr == (
        f"mlposture: Security Hub of {ACCOUNT} {REGION}: it has a later report, of 2026-11-24T12:01:30.000Z; "
        "nothing was sent there\n"
    )
    assert states(hub) == {}


def test_a_hub_that_is_not_enabled_says_what_to_do(hub, uploads):
    done = uploads.send(uploads.report("a", open=("a",)), "--region", "eu-central-1")
    assert done.returncode == Exit.USAGE
    assert "Security Hub of 123456789012 eu-central-1: it is not enabled there; enable it" in done.stderr
    assert hub.batches == []


def test_another_account_takes_a_role_in_it(hub, uploads, make):
    there = Scope("aws", OTHER, REGION)
    found = placed("theirs", there, direct_internet_access="Enabled", role_arn=None)
    report = uploads.report("a", open=("a",), more=[found])
    done = uploads.send(report)
    assert done.returncode == Exit.USAGE
    assert f"has findings of account {OTHER}, which takes them from itself alone" in done.stderr
    assert hub.batches == []
    hub.enable(OTHER, REGION)
    done = uploads.send(report, "--role-arn", f"arn:aws:iam::{OTHER}:role/posture-writer")
    assert done.returncode == Exit.DONE
    assert [len(hub.findings(account, REGION)) for account in (ACCOUNT, OTHER)] == [2, 2]


def test_other_clouds_take_an_account(hub, uploads, make):
    report = uploads.report(more=[make.bucket("b", versioning=False)])
    done = uploads.send(report, "--region", REGION)
    assert (done.returncode, hub.batches) == (Exit.USAGE, [])
    assert "say with --account which account takes them" in done.stderr
    done = uploads.send(report, "--region", REGION, "--account", ACCOUNT)
    assert done.returncode == Exit.DONE
    assert states(hub) == {"b": ("FAILED", "ACTIVE")}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "No such file or directory"),
        (b"{}", "is no file that -o asff:PATH wrote"),
        (b"", "is no file that -o asff:PATH wrote"),
        (b'{"Findings": [\n', "ends in the middle, after line 1; write it again"),
        (b'{"Findings": [\n{"Id": 1}\n]}\n', "line 2 is no finding that -o asff:PATH wrote"),
        (b'{"Findings": [\nnonsense\n]}\n', "line 2 is no finding that -o asff:PATH wrote"),
    ],
)
def test_a_file_that_is_not_ours_is_refused(content, expected, tmp_path):
    path = tmp_path / "findings.asff"
    if content is not None:
        path.write_bytes(content)
    done = mlposture("upload", "security-hub", "--asff", str(path))
    assert done.returncode == Exit.USAGE
    assert expected in done.stderr and done.stderr.count("\n") == 1 and str(path) in done.stderr


def test_findings_of_another_program_are_refused(uploads, tmp_path):
    path = uploads.write(uploads.report("a", open=("a",)))
    path.write_bytes(path.read_bytes().replace(b'"GeneratorId":"mlposture/MLP-1901"', b'"GeneratorId":"other"'))
    done = mlposture("upload", "security-hub", "--asff", str(path))
    assert done.returncode == Exit.USAGE
    assert "line 3 is a finding of another program" in done.stderr


@pytest.mark.parametrize("role", ["", "posture-writer", "arn:aws:iam::1:role/x"])
def test_a_role_is_named_by_its_arn(role, hub, uploads):
    done = uploads.send(uploads.report("a"), "--role-arn", role)
    assert done.returncode == Exit.USAGE
    assert "is not the ARN of a role" in done.stderr


def test_without_credentials_nothing_is_asked(hub, uploads):
    with mock.patch.dict(os.environ):
        del os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
        done = uploads.send(uploads.report("a"))
    assert done.returncode == Exit.CANNOT_SCAN
    assert "no credentials found" in done.stderr
