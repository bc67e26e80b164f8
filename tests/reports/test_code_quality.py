"""GitLab Code Quality: what GitLab reads of it, and that nothing weighs more or less than it does."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator

from scanner.model.notes import Source, Suppression
from scanner.model.nouns import Status
from scanner.model.reported import FindingList

GOLDEN = Path(__file__).parent / "golden" / "report.codequality.json"
#: As GitLab's documentation has it; no package has a schema of it.
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)[^\x00-\x1f]+$"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"minimum": 1}}},
                },
            },
        },
    },
}


def entries(make, report) -> list[dict]:
    return json.loads(make.whole("codequality", report))


def test_the_report_is_the_golden_one(make):
    """MLPOSTURE_UPDATE_GOLDEN=1 writes it anew; read the difference before committing it."""
    rendered = make.whole("codequality", make.mixed_report())
    if os.environ.get("MLPOSTURE_UPDATE_GOLDEN") == "1":
        GOLDEN.write_bytes(rendered)
    assert rendered.decode() == GOLDEN.read_text()


def test_it_has_the_shape_that_gitlab_reads_and_no_fingerprint_twice(any_report, make):
    found = entries(make, any_report)
    Draft202012Validator(SCHEMA).validate(found)
    prints = [one["fingerprint"] for one in found]
    assert len(set(prints)) == len(prints)


def test_a_failure_weighs_what_its_check_does_and_the_rest_nothing(make):
    report = make.mixed_report()
    found = {one["fingerprint"]: one for one in entries(make, report)}
    weights = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "informational": "info"}
    for finding in report.findings:
        if finding.verdict in (Status.FAIL, Status.UNKNOWN):
            failed = finding.verdict is Status.FAIL
            assert found[finding.fingerprint]["severity"] == (weights[finding.severity] if failed else "info")
            assert found[finding.fingerprint]["description"].startswith("Not judged: ") is not failed
        else:
            assert finding.fingerprint not in found


@pytest.mark.parametrize("until", [None, date(2027, 3, 31)])
def test_the_line_is_that_of_the_code_and_a_suppression_is_said(make, until):
    report = make.mixed_report()
    finding = next(one for one in report.findings if one.verdict is Status.FAIL)
    finding = msgspec.structs.replace(
        finding,
        source=Source(uri="infra/main.tf", line=12, address="module.chat.aws_sagemaker_endpoint.this"),
        suppression=Suppression(check="MLP-1901", reason="accepted for the pilot", owner="ml-platform", until=until),
    )
    report = msgspec.structs.replace(report, findings=FindingList((finding,)), gaps=(), listings=())
    [one] = entries(make, report)
    end = "until 2027-03-31" if until else "risk accepted"
    assert one["location"] == {"path": "infra/main.tf", "lines": {"begin": 12}}
    assert one["severity"] == "info"
    assert one["description"].startswith(f"Suppressed by ml-platform, {end} (accepted for the pilot): ")


def test_a_clean_report_is_an_empty_list(make):
    assert entries(make, make.clean_report()) == []


def test_a_name_like_a_credential_is_in_no_path(make):
    secret = "ghp_" + "a1B2" * 9
    [one, *_] = entries(make, make.report_of(make.bucket(secret, versioning=False)))
    assert secret not in json.dumps(one)
