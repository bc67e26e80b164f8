"""`mlposture gate`: its answers and exit codes, what it writes, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import jsonschema
import pytest
from commandline import mlposture
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from gating import MODEL, SEX, declaring, evaluation, manifest
from support import ROOT

from scanner.cli.evidence_signing import is_signed

SCHEMAS = ROOT / "docs" / "reference"
GOOD = {"1": (45.0, 200), "2": (44.0, 190)}
NOW = datetime.now(UTC).isoformat()


def gate(folder: Path, *arguments: str, file: str = "evaluation.json") -> CompletedProcess[str]:
    return mlposture("gate", "progression", "--evaluation", file, "--model-digest", MODEL, *arguments, cwd=folder)


@pytest.mark.parametrize(
    ("sexes", "code", "words"),
    [
        (GOOD, 0, "met: the evaluation clears every threshold (exit code 0)"),
        ({"1": (45.0, 200), "2": (71.0, 190)}, 1, "against: the evaluation speaks against a threshold (exit code 1)"),
        ({"1": (45.0, 200), "2": (61.0, 190)}, 4, "too few to say: the evaluation neither clears every threshold"),
        ({}, 4, "missing: what the thresholds ask for is not there (exit code 4)"),
    ],
)
def test_each_answer_has_its_exit_code(
    sexes: dict[str, tuple[float, int]], code: int, words: str, tmp_path: Path
) -> None:
    manifest(tmp_path, SEX)
    evaluation(tmp_path, sexes)
    done = gate(tmp_path)

    assert (done.returncode, words in done.stdout) == (code, True), done.stdout
    assert "This is evidence for people to judge, not a statement of compliance." in done.stdout
    assert "set by clinical lead: No sex is served worse" in done.stdout


def test_a_group_of_seven_is_too_few_and_nothing_of_it_is_written(tmp_path: Path) -> None:
    manifest(tmp_path, SEX)
    evaluation(tmp_path, {"1": (45.5, 200), "2": (44.25, 190), "unnamed": (98.765, 7)})
    done = gate(tmp_path, "-o", "gate.json", "-o", "gate.md", "-o", "gate.xml")
    written = done.stdout + "".join((tmp_path / f"gate.{end}").read_text() for end in ("json", "md", "xml"))

    assert done.returncode == 4
    assert "1 group of fewer than 20 items, or of a number that nobody recorded: too few to say" in done.stdout
    said = re.sub(r"[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]+", "", written)  # which hold any three digits by chance
    assert [text for text in ("unnamed", "98.7", "98.8", "44.25", "190") if text in said] == []
    assert "sex=1: 45.5" in done.stdout


@pytest.mark.parametrize(("error", "code"), [(46.0, 0), (75.0, 4)])
def test_files_of_one_time_and_data_are_one_evaluation(error: float, code: int, tmp_path: Path) -> None:
    """Whichever has the value beyond the limit, and whatever it is called: nothing is met by the other one."""
    manifest(tmp_path, SEX, SEX.replace("sex", "age_band"))
    age = {"metric": "mae", "value": 50.0, "items": 90, "standard_error": 2.0, "group": {"age_band": "80+"}}
    evaluation(tmp_path, {"1": (45.0, 200), "2": (46.0, 190)}, name="b.json", at=NOW)
    evaluation(tmp_path, {"1": (45.0, 200), "2": (error, 190)}, name="a.json", at=NOW)
    evaluation(tmp_path, {}, name="c.json", at=NOW, values=[age, {**age, "group": {"age_band": "70-79"}}])
    done = gate(tmp_path, "--evaluation", "b.json", "--evaluation", "c.json", "-o", "gate.json", file="a.json")
    used = json.loads((tmp_path / "gate.json").read_text())
    digest = hashlib.sha256((tmp_path / "c.json").read_bytes()).hexdigest()

    assert done.returncode == code, done.stdout
    assert used["evaluation"]["source"] == "a.json, b.json, c.json"
    assert f"read from c.json, SHA-256 {digest}" in used["notes"]
    assert ("1 group without a value" in done.stdout) is bool(code)


def test_the_model_of_another_evaluation_is_not_judged_by_it(tmp_path: Path) -> None:
    manifest(tmp_path, SEX)
    evaluation(tmp_path, GOOD, model_digest="4" * 64)
    done = gate(tmp_path)

    assert done.returncode == 4
    assert f"set aside: evaluation.json: is of another model ({'4' * 64})" in " ".join(done.stdout.split())


def test_without_thresholds_nothing_is_met(tmp_path: Path) -> None:
    manifest(tmp_path)
    evaluation(tmp_path, GOOD)
    done = gate(tmp_path)

    assert done.returncode == 4
    assert "the manifest declares no threshold for it, and none has a default" in done.stdout
    assert "next: declare thresholds for it in the manifest, with who set each and why" in done.stdout


def test_without_an_evaluation_it_says_how_to_give_one(tmp_path: Path) -> None:
    manifest(tmp_path, SEX)
    done = mlposture("gate", "progression", "--model-digest", MODEL, cwd=tmp_path)

    assert done.returncode == 4
    assert "there is no evaluation of this model at all: name one with --evaluation, or --inventory" in done.stdout


def test_the_fewer_days_count(tmp_path: Path) -> None:
    evaluation(tmp_path, GOOD, at="2026-01-01T00:00:00Z")
    manifest(tmp_path, SEX, more="    max_evaluation_age_days: 10\n")

    assert "days old, and may be 10 at most" in " ".join(gate(tmp_path, "--max-age", "100000").stdout.split())
    assert "days old, and may be 5 at most" in " ".join(gate(tmp_path, "--max-age", "5").stdout.split())


def test_the_result_fits_its_schema_and_says_what_it_rests_on(tmp_path: Path) -> None:
    manifest(tmp_path, SEX)
    evaluation(tmp_path, GOOD)
    done = gate(tmp_path, "-o", "-")
    document = json.loads(done.stdout)

    jsonschema.validate(document, json.loads((SCHEMAS / "gate-v1.schema.json").read_bytes()))
    jsonschema.validate(
        json.loads((tmp_path / "evaluation.json").read_bytes()),
        json.loads((SCHEMAS / "evaluation-v1.schema.json").read_bytes()),
    )
    used = document["evaluation"]
    assert (document["answer"], document["model"], used["kind"]) == ("met", MODEL, "recorded")
    assert used["sha256"] == hashlib.sha256((tmp_path / "evaluation.json").read_bytes()).hexdigest()
    assert document["manifest_sha256"] == hashlib.sha256((tmp_path / "ai-systems.yaml").read_bytes()).hexdigest()
    assert document["statement"].startswith("This is evidence for people to judge")


def test_junit_has_a_case_a_threshold_and_one_for_all(tmp_path: Path) -> None:
    manifest(tmp_path, SEX, "{metric: recall, at_least: 0.9}")
    evaluation(tmp_path, {"1": (45.0, 200), "2": (71.0, 190)})
    assert gate(tmp_path, "-o", "gate.xml").returncode == 1

    suite = ET.parse(tmp_path / "gate.xml").getroot()[0]
    outcomes = [[child.tag for child in case] for case in suite]
    assert "1 beyond the limit" in suite[0][0].get("message", "")
    assert outcomes == [["failure"], ["error"], ["failure"]]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "2", "1")


def test_fairlearns_table_is_read_with_what_is_stated_beside_it(tmp_path: Path) -> None:
    manifest(tmp_path, SEX.replace("smallest_group", "point: true, smallest_group"))
    (tmp_path / "by_group.csv").write_text("sex,mae,count\n1,45.0,200.0\n2,44.0,190.0\n")
    stated = ("--evaluated-model", MODEL, "--evaluation-data", "0e57", "--training-data", "7e41")
    done = gate(tmp_path, *stated, "--evaluated-at", "2026-11-20T10:00:00Z", file="by_group.csv")

    assert done.returncode == 0, done.stdout
    assert "where no interval is known, a point counts as it is: the manifest says so (point: true)" in done.stdout
    assert gate(tmp_path, *stated[:-1], "0e57", file="by_group.csv").returncode == 4


def test_clarify_takes_the_sizes_of_groups_from_beside(tmp_path: Path) -> None:
    manifest(tmp_path, "{metric: AD, facet: Sex, at_least: -0.1, point: true, smallest_group: 20, set_by: x, why: y}")
    report = {"facets": {"Sex": [{"value_or_threshold": "0", "metrics": [{"name": "AD", "value": -0.04}]}]}}
    (tmp_path / "analysis.json").write_text(json.dumps({"post_training_bias_metrics": report}))
    (tmp_path / "sizes.csv").write_text("Sex,count\n0,120\n1,240\n")
    stated = ("--evaluated-model", MODEL, "--evaluation-data", "0e57")

    assert gate(tmp_path, *stated, file="analysis.json").returncode == 4
    assert gate(tmp_path, *stated, "--group-sizes", "sizes.csv", file="analysis.json").returncode == 0


def key(folder: Path) -> str:
    private = Ed25519PrivateKey.generate()
    (folder / "key.pem").write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return private.public_key().public_bytes_raw().hex()


def test_a_report_that_is_to_be_signed_is_signed_by_a_person(tmp_path: Path) -> None:
    manifest(tmp_path, SEX, more="    test_report_signed: true\n")
    evaluation(tmp_path, GOOD)
    public = key(tmp_path)
    unsigned = gate(tmp_path)
    signed = gate(tmp_path, "-o", "gate.json", "--sign-key", "key.pem", "--signed-by", "A. Example")

    evaluation(tmp_path, {"1": (45.0, 200), "2": (61.0, 190)})
    few = gate(tmp_path)
    evaluation(tmp_path, {})
    missing = gate(tmp_path)

    assert "next: evaluate on more items" in few.stdout
    assert "said above to be wanting; then have a person sign it" in " ".join(few.stdout.split())
    assert "missing: what the thresholds ask for is not there (exit code 4)" in missing.stdout
    assert unsigned.returncode == 4
    assert "the manifest asks for a signed report (test_report_signed), and nobody signed" in unsigned.stdout
    assert "missing: the manifest asks for a signed report, and nobody signed (exit code 4)" in unsigned.stdout
    assert "next: have a person sign it, with --sign-key and --signed-by" in unsigned.stdout
    assert signed.returncode == 0, signed.stdout
    content, signature = (tmp_path / "gate.json").read_bytes(), (tmp_path / "gate.json.sig").read_bytes()
    assert is_signed(content, signature, public)
    assert json.loads(content)["signature"] == {"name": "A. Example", "public_key": public}
    assert not is_signed(content + b" ", signature, public)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gate", "other", "--model-digest", "a"], "declares no system 'other'; it declares progression"),
        (["gate", "progression"], "say which model is to be deployed: --model-digest"),
        (["gate", "progression", "--model-digest", ""], "is empty"),
        (["gate", "progression", "--model-digest", "a", "--evaluation-data", " "], "'--evaluation-data': is empty"),
        (["gate", "progression", "--model-digest", "a", "--training-data", ""], "'--training-data': is empty"),
        (["gate", "progression", "--model-digest", "a", "--evaluation", "gone.json"], "gone.json: No such file"),
        (["gate", "progression", "--model-digest", "a", "--evaluation", "."], ".: Is a directory"),
        (["gate", "progression", "--model-digest", "a", "--systems", "none"], "there is no ./ai-systems.yaml"),
        (["gate", "progression", "--model-digest", "a", "--evaluated-at", "noon"], "--evaluated-at noon: give a time"),
        (["gate", "progression", "--model-digest", "a", "--signed-by", "me"], "give --sign-key and --signed-by, or"),
        (["gate", "progression", "--model-digest", "a", "--signed-by", "me", "--sign-key", "k"], "the JSON is what is"),
        (["gate", "progression", "--model-digest", "a", "-o", "x.pdf"], "-o x.pdf: no format for '.pdf'; known are"),
        (["gate", "progression", "--model-digest", "a", "-o", "evaluation.json", "--evaluation", "evaluation.json"],
         "evaluation.json"),
        (["gate", "progression", "--model-digest", "a", "--max-age", "0"], "0 is not in the range"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_sentence(arguments: list[str], said: str, tmp_path: Path) -> None:
    manifest(tmp_path, SEX)
    evaluation(tmp_path, GOOD)
    before = (tmp_path / "evaluation.json").read_bytes()
    done = mlposture(*arguments, cwd=tmp_path)

    assert (done.returncode, said in done.stderr, done.stdout) == (2, True, ""), done.stderr
    assert (tmp_path / "evaluation.json").read_bytes() == before


def test_of_many_groups_those_that_stop_it_are_shown(tmp_path: Path) -> None:
    manifest(tmp_path, SEX)
    evaluation(tmp_path, {f"{number:04}": (75.0 if number == 999 else 45.0, 200) for number in range(1000)})
    done = gate(tmp_path, "-o", "gate.json", "-o", "gate.md")

    assert done.returncode == 1
    assert "sex=0999: 75" in done.stdout
    assert "and 970 more groups, which are in the JSON (-o gate.json)" in done.stdout
    markdown = (tmp_path / "gate.md").read_text()
    assert (len(markdown) < 65_000, "sex=0999" in markdown, "more lines are in the JSON" in markdown) == (True,) * 3
    assert len(json.loads((tmp_path / "gate.json").read_bytes())["thresholds"][0]["shown"]) == 1000


def test_the_thresholds_of_the_guide_are_valid(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "guides" / "evaluation-gate.md").read_text(encoding="utf-8")
    text = declaring(textwrap.indent(textwrap.dedent(guide.split("```yaml\n")[1].split("```")[0]), "  "))
    (tmp_path / "ai-systems.yaml").write_text(text, encoding="utf-8")
    done = mlposture("systems", "check", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_that_is_read_is_written_over(tmp_path: Path) -> None:
    manifest(tmp_path, SEX)
    evaluation(tmp_path, GOOD)
    evaluation(tmp_path, GOOD, "gate.json.sig")
    key(tmp_path)
    signing = ("--sign-key", "key.pem", "--signed-by", "A. Example")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert gate(tmp_path, "-o", "json:key.pem", *signing).returncode == 2
    assert gate(tmp_path, "-o", "gate.json", *signing, file="gate.json.sig").returncode == 2
    assert gate(tmp_path, "-o", "md:ai-systems.yaml").returncode == 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_hostile_text_is_harmless_wherever_it_goes(tmp_path: Path) -> None:
    manifest(tmp_path, SEX)
    evaluation(tmp_path, {"1\x1b[31m|`<b>\ud800": (45.0, 200), "2": (44.0, 190)}, by="::set-output name=x::y")
    done = gate(tmp_path, "-o", "gate.json", "-o", "gate.md", "-o", "gate.xml")
    written = done.stdout + "".join((tmp_path / f"gate.{end}").read_text() for end in ("md", "xml"))

    assert done.returncode == 0
    assert ("\x1b" in written, "\n::set" in written, "<b>" in (tmp_path / "gate.xml").read_text()) == (
        False,
        False,
        False,
    )
    ET.parse(tmp_path / "gate.xml")
