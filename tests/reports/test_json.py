"""The JSON report: its shape is a contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest
from factories.aws import notebook
from support import NOW, ROOT

from reports import json_v1
from reports.json_types_v1 import ReportV1
from reports.writing import dump
from scanner.model.notes import Site, Source
from scanner.model.reported import FindingList
from scanner.store.inventory import Inventory

GOLDEN = Path(__file__).parent / "golden" / "report-v1.json"
SCHEMAS = ROOT / "docs" / "reference"


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((SCHEMAS / "report-v1.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def test_the_report_is_the_golden_one(make, monkeypatch):
    """MLPOSTURE_UPDATE_GOLDEN=1 writes it anew; read the difference before committing it."""
    monkeypatch.setattr(json_v1, "__version__", "0.0.0")
    rendered = make.whole("json", make.mixed_report())
    if os.environ.get("MLPOSTURE_UPDATE_GOLDEN") == "1":
        GOLDEN.write_bytes(rendered)
    assert rendered.decode() == GOLDEN.read_text()


def test_it_says_of_each_system_what_belongs_to_it_and_what_that_says_of_controls(make):
    report = json.loads(make.whole("json", make.declared_report()))
    everything, research, hostile = report["evidence"]["systems"]
    assert (everything["id"], research["id"], hostile["id"]) == (None, "research", "hostile")
    assert "not a statement of compliance" in report["evidence"]["statement"]
    assert (everything["resources"], research["resources"], hostile["resources"]) == (3, 1, 0)
    assert research["rests_on"]["by"] == "dpo"
    words = {row["id"]: row for row in research["frameworks"][0]["controls"]}
    assert words["C1"]["word"] == "evidence against"
    assert words["C8"] == {"id": "C8", "word": "not assessed", "why": "nothing that a scan looks for bears on it"}
    assert [one["title"] if "title" in one else one["text"] for one in words["C2"]["documents"]] == [
        "A plan, version 2"
    ]
    assert {finding["resource"]["name"]: finding["systems"] for finding in report["findings"]} == {
        "research": ["research"],
        "stray": [],
        "models": [],
    }
    assert report["evidence"]["unclaimed"] == 2
    assert report["scores"]["systems"].keys() == {"research", "hostile"}
    assert "AKIAIOSFODNN7EXAMPLE" not in json.dumps(report)


def test_it_fits_its_published_schema(any_report, validator, make):
    validator.validate(json.loads(make.whole("json", any_report)))


@pytest.mark.parametrize(
    "breaking",
    [
        lambda d: d.pop("gaps"),
        lambda d: d.update(schema="mlposture/report/v2"),
        lambda d: d["findings"][0].update(verdict="perhaps"),
        lambda d: d["summary"]["verdicts"].pop("unknown"),
    ],
)
def test_the_schema_refuses_what_is_not_a_report(breaking, make, validator):
    document = json.loads(make.whole("json", make.mixed_report()))
    breaking(document)
    assert not validator.is_valid(document)


def test_it_reads_back_as_its_types(any_report, make):
    msgspec.json.decode(make.whole("json", any_report), type=ReportV1)


def test_it_is_what_one_piece_would_be(any_report, make):
    """Members, their order and their spelling, by encoding the published types all at once."""
    streamed = make.whole("json", any_report)
    assert dump(msgspec.json.decode(streamed, type=ReportV1)) + b"\n" == streamed


def test_findings_prepared_while_they_were_judged_are_the_same(make):
    resources = [notebook(f"n{n}", direct_internet_access="Enabled") for n in range(4)]
    plain, prepared = make.report_of(*resources), make.report_of(*resources, prepare=json_v1.prepare)
    assert plain.findings.prepared() is None
    assert [check for check, _ in prepared.findings.prepared()] == [finding.check_id for finding in plain.findings]
    assert make.whole("json", prepared) == make.whole("json", plain)
    assert len(plain.findings) == 8


def test_what_came_from_the_cache_says_so(make):
    document = json.loads(make.whole("json", make.stopped_report()))
    assert {known["name"]: known["cached"] for known in document["resources"]} == {
        "known": {"sagemaker:DescribeNotebookInstance": "2026-11-20T08:30:00Z"},
        "tidy": {},
    }
    assert document["gaps"][0]["reason"] == "stopped"


def test_unknown_is_never_a_pass(make):
    document = json.loads(make.whole("json", make.report_of(notebook("hidden"))))
    assert document["summary"]["verdicts"] == {
        "pass": 0, "fail": 0, "unknown": 2, "not_applicable": 0, "suppressed": 0,
    }  # fmt: skip
    assert {finding["verdict"] for finding in document["findings"]} == {"unknown"}
    assert document["scores"]["posture"] is None
    assert document["scores"]["coverage"] == 0.0


def test_evidence_of_a_failure_holds_the_arithmetic_of_its_score(make):
    document = json.loads(make.whole("json", make.mixed_report()))
    [finding] = [f for f in document["findings"] if f["check"]["id"] == "MLP-1901" and f["verdict"] == "fail"]
    assert finding["evidence"] == {
        "direct_internet_access": "Enabled",
        "score": "75 (high) x 1.0 (internet) x 0.8 (workbench) = 60.0",
    }
    assert finding["score"] == 60.0


def test_names_survive_as_they_are(make):
    """Neutral in a terminal, yet the same name again for a machine; one that resembles a key is no exception."""
    names = [*make.HOSTILE, "disk-of-the-production-model-store"]
    report = make.report_of(*(notebook(name, direct_internet_access="Enabled", role_arn=None) for name in names))
    document = json.loads(make.whole("json", report))
    assert {finding["resource"]["name"] for finding in document["findings"]} == set(names)


def test_the_published_schemas_are_current():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "build_schema.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_saved_inventory_fits_its_published_schema(tmp_path, make):
    inventory = Inventory(NOW)
    for name in ("research", "tidy"):
        inventory.add(notebook(name, direct_internet_access="Enabled", kms_key_id=None))
    inventory.scopes = (make.HERE,)
    inventory.gaps = (make.gap(),)
    inventory.save(tmp_path / "inventory.json")
    document = json.loads((tmp_path / "inventory.json").read_text())
    schema = json.loads((SCHEMAS / "inventory-v1.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    judge.validate(document)
    document["resources"]["aws.sagemaker.NotebookInstance"][0]["status"] = 7
    assert not judge.is_valid(document)


def test_it_says_what_rests_on_trust(make):
    document = json.loads(make.whole("json", make.trusting_report()))
    [former, partner] = document["findings"]

    assert document["summary"]["verdicts"]["pass"] == document["summary"]["trusted"] == 1
    assert document["coverage"]["checks"][0]["trusted"] == 1
    assert [(e["value"], e["until"], e["expired"], e["matched"], e["passes"]) for e in document["trust"]] == [
        ("gs://partner", "2026-11-22", False, True, 1),
        ("former", "2026-10-31", True, True, 0),
        ("prtner", None, False, False, 0),
    ]
    assert partner["verdict"] == "pass"
    assert partner["evidence"]["trust"][0]["value"] == "gs://partner"
    assert "trusted by buckets gs://partner (labelling" in partner["message"]
    assert former["verdict"] == "fail"
    assert former["message"].endswith("; trust in former ended on 2026-10-31")
    assert former["evidence"]["trust"] == [
        {"table": "buckets", "value": "former", "reason": "partner until October", "until": "2026-10-31",
         "expired": True}
    ]  # fmt: skip
    assert "AKIAIOSFODNN7EXAMPLE" not in json.dumps(document)


def test_every_reference_to_a_control_leads_to_how_and_why(any_report, make):
    document = json.loads(make.whole("json", any_report))
    for finding in document["findings"]:
        for key in finding["controls"]:
            control = document["controls"][key]
            assert key == f"{control['framework']}:{control['id']}"
            assert control["objectives"][finding["objective"]] == {
                "relationship": "intersects-with",
                "reason": "example",
            }


def test_a_reason_is_written_once(make):
    many = make.report_of(*(notebook(f"n{n}", direct_internet_access="Enabled") for n in range(20)))
    assert make.whole("json", many).count(b'"reason": "example"') == 14


def test_what_findings_are_about_is_there_once(any_report, make):
    document = json.loads(make.whole("json", any_report))
    listed = [(known["kind"], known["id"]) for known in document["resources"]]
    assert listed == sorted(set(listed))
    assert set(listed) == {(one["resource"]["kind"], one["resource"]["id"]) for one in document["findings"]}
    on_disk = list(any_report.findings.resources())
    assert [one.resource for one in on_disk] == [one.resource for one in FindingList(any_report.findings).resources()]
    assert [one.systems for one in on_disk] == [one.systems for one in FindingList(any_report.findings).resources()]


def test_resources_have_who_answers_for_them(make):
    document = json.loads(make.whole("json", make.declared_report()))
    known = {one["name"]: one for one in document["resources"]}
    owner = {"name": "science, science@northwind.example", "kind": "declared"}
    assert (known["research"]["owners"], known["research"]["systems"]) == ([owner], ["research"])
    assert (known["stray"]["owners"], known["stray"]["tags"], known["stray"]["created_at"]) == ([], None, None)


def test_source_and_state_are_those_of_the_finding(make):
    report = make.mixed_report()
    first, second, *_ = report.findings
    call = Site(uri="main.tf", line=2, address="module.nb")
    source = Source(uri="infra/nb.tf", line=5, column=3, address="aws_x.research", attribute="a.b", calls=(call,))
    changed = FindingList([msgspec.structs.replace(first, source=source, state="persisting"), second])
    one, other = json.loads(make.whole("json", msgspec.structs.replace(report, findings=changed)))["findings"]
    assert one["source"] == {
        "uri": "infra/nb.tf", "line": 5, "address": "aws_x.research", "column": 3, "attribute": "a.b",
        "calls": [{"uri": "main.tf", "line": 2, "address": "module.nb"}],
    }  # fmt: skip
    assert (one["state"], other["source"], other["state"]) == ("persisting", None, None)


def test_what_fixes_most_names_the_resource_and_what_it_would_close(make):
    document = json.loads(make.whole("json", make.shared_report()))
    first, second = document["fixes"]
    assert first["resource"]["name"] == make.REACHED
    assert (first["closes"], first["by_severity"]) == (4, {"high": 3, "informational": 1})
    assert first["checks"] == [
        {"check": "MLP-4902", "closes": 3, "of": 3},
        {"check": "MLP-2901", "closes": 1, "of": 2},
    ]
    assert first["examples"] == [notebook(name).id for name in ("research", "third", "tidy")]
    assert (second["closes"], second["examples"]) == (1, [])


def test_what_fixes_most_is_of_the_failures_that_nothing_suppresses(make):
    document = json.loads(make.whole("json", make.suppressed_report()))
    opened = document["summary"]["verdicts"]["fail"]
    assert [(check["closes"], check["of"]) for fix in document["fixes"] for check in fix["checks"]] == [
        (1, opened)
    ] * opened
    assert opened == 1
