"""A file of suppressions is read whole or not at all, and what is wrong with it is said with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml
from support import ROOT

from scanner.cli.suppressed import all_checks
from scanner.model.errors import InputError
from scanner.model.notes import Suppression
from scanner.suppress.register import RegisterError, parse_register, read_register

SCHEMA = msgspec.json.decode((ROOT / "docs" / "reference" / "suppressions-v1.schema.json").read_bytes())
EXAMPLE = ROOT / "examples" / "mlposture-suppressions.yaml"
CHECKS = all_checks()
VALID = """\
schema: suppressions/1
suppressions:
- check: MLP-1003
  resource: arn:aws:sagemaker:*:notebook-instance/research-*
  reason: drivers of their own
  owner: ml-platform
  until: 2027-03-31
"""
ENTRY = VALID.partition("suppressions:\n")[2]


def entries(text: str) -> tuple[Suppression, ...]:
    return parse_register(text.encode(), CHECKS, "s.yaml").entries


def with_line(name: str, line: str) -> str:
    """The valid file with another line for a member, or none."""
    lines = VALID.splitlines()
    [at] = [number for number, one in enumerate(lines) if one[2:].startswith(f"{name}:")]
    lines[at] = lines[at][:2] + line
    return "\n".join(one for one in lines if one.strip()) + "\n"


def test_a_valid_file_is_read() -> None:
    assert entries(VALID) == (
        Suppression(
            check="MLP-1003",
            resource="arn:aws:sagemaker:*:notebook-instance/research-*",
            reason="drivers of their own",
            owner="ml-platform",
            until=date(2027, 3, 31),
            place="s.yaml:3",
        ),
    )


def test_the_example_is_valid_and_names_a_check_by_its_slug() -> None:
    register = read_register(EXAMPLE, CHECKS, "examples/mlposture-suppressions.yaml")
    assert [entry.check for entry in register.entries] == ["MLP-1003", "MLP-2101"]
    assert register.entries[1].term == "risk accepted"
    assert len(register.sha256) == 64


def test_there_may_be_no_entries_and_any_order() -> None:
    assert entries("suppressions: []\nschema: suppressions/1\n") == ()


BROAD = "would suppress whatever MLP-1003 finds; name an account or a part of the name, or leave the check out with"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the file is empty; begin it with `schema: suppressions/1`"),
        ("suppressions: [", r"2:1: is no YAML here"),
        ("schema: suppressions/2\nsuppressions: []\n", "1:9: schema: write suppressions/1, not 'suppressions/2'"),
        ("schema: suppressions/1\n", r"1:1: suppressions is missing; add suppressions: \["),
        ("schema: suppressions/1\nsuppressions:\n", "2:14: suppressions: write a list"),
        (with_line("reason", ""), "3:3: suppression 1: reason is missing; add reason: text"),
        (with_line("reason", "reason: ''"), "5:11: suppression 1: reason: write text, not ''"),
        (with_line("owner", ""), "3:3: suppression 1: owner is missing; add owner: text"),
        (with_line("until", "untill: 2027-03-31"), "7:3: suppression 1: no field 'untill'; did you mean until"),
        (with_line("until", "until: soon"), "7:10: suppression 1: until: write a date such as 2027-03-31, not 'soon'"),
        (with_line("until", "until: 2027-02-30"), "7:10: there is no such date as 2027-02-30"),
        (with_line("until", ""), "3:3: suppression 1: say how long it holds, by either until: DATE or accept_risk"),
        (VALID + "  accept_risk: true\n", "3:3: suppression 1: say how long it holds, by either"),
        (VALID + "  accept_risk: 'yes'\n", "8:16: suppression 1: accept_risk: write true or false, not 'yes'"),
        (with_line("resource", ""), "3:3: suppression 1: say what it is about, by either resource or fingerprint"),
        (VALID + f"  fingerprint: {'a1' * 16}\n", "3:3: suppression 1: say what it is about, by either"),
        (VALID + "  fingerprint: a1\n", "8:16: suppression 1: fingerprint: write an id of a finding"),
        (with_line("resource", "resource: research-nb"), "4:13: suppression 1: resource: write the full id of a"),
        (with_line("resource", "resource: '*'"), rf"4:13: suppression 1: '\*' {BROAD}"),
        (with_line("resource", "resource: 'arn:aws:sagemaker:*:*:notebook-instance/*'"), rf"4:13: .* {BROAD}"),
        (with_line("resource", "resource: 'arn:aws:s3:::*'"), rf"4:13: .* {BROAD}"),
        (with_line("resource", "resource: '*a*'"), rf"4:13: .* {BROAD}"),
        (with_line("resource", "resource: 'arn:aws:s3:::m*'"), rf"4:13: .* {BROAD}"),
        (with_line("resource", "resource: 'arn:aws:sagemaker:*:*:notebook*'"), rf"4:13: .* {BROAD}"),
        (with_line("resource", "resource: 'arn:aws:*:eu-*'"), rf"4:13: .* {BROAD}"),
        (with_line("resource", "resource: 'arn:aws:sage*'"), rf"4:13: .* {BROAD}"),
        (with_line("resource", "resource: '//aiplatform.googleapis.com/projects/*/?*'"), rf"4:13: .* {BROAD}"),
        (VALID.replace("check: MLP-1003", "check: '*'"), r"3:10: suppression 1: no check is called '\*'; `mlpo"),
        (VALID.replace("MLP-1003", "MLP-10003"), "3:10: suppression 1: no check is called 'MLP-10003'; did you mean"),
        (VALID + "  provider: gcp\n", "8:13: suppression 1: MLP-1003 is a check of aws, not of gcp; leave"),
        (VALID + "  provider: aws-cn\n", "8:13: suppression 1: provider: write aws, azure, gcp, lineage or mlflow"),
        (VALID + "  account: 111122223333\n", "8:12: suppression 1: account: write an id of one account.*; put quotes"),
        (VALID + "  account: '*'\n", "8:12: suppression 1: account: write an id of one account"),
        (VALID + ENTRY, "8:3: suppression 2: another about the same is in line 3; keep one of them"),
        (
            VALID + ENTRY.replace("MLP-1003", "sagemaker_notebook_root_access_enabled"),
            "8:3: suppression 2: another about the same is in line 3; keep one of them",
        ),
        (with_line("owner", 'owner: "\\u202eme"'), "6:10: suppression 1: owner has characters that cannot be shown"),
        (VALID + '  ticket: "\\ud800"\n', "8:14: is no YAML here"),
        (VALID + "  reason: again\n", "8:3: reason stands here twice, first in line 5; remove one"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place_and_what_to_do(text: str, expected: str) -> None:
    with pytest.raises(RegisterError, match=rf"^s\.yaml:{expected}"):
        entries(text)


def test_all_problems_are_shown_in_the_order_of_the_file() -> None:
    with pytest.raises(RegisterError) as caught:
        entries(VALID.replace("owner", "ovner").replace("reason", "raison"))
    assert caught.value.shown == (
        "s.yaml:3:3: suppression 1: owner is missing; add owner: text",
        "s.yaml:3:3: suppression 1: reason is missing; add reason: text",
        "s.yaml:5:3: suppression 1: no field 'raison'; did you mean reason?",
        "s.yaml:6:3: suppression 1: no field 'ovner'; did you mean owner?",
    )
    with pytest.raises(RegisterError) as caught:
        entries(VALID + ENTRY.replace("MLP-1003", "x") * 30)
    assert caught.value.shown[20:] == ("… and 10 more of these",)


@pytest.mark.parametrize(
    "glob",
    [
        "arn:aws:sagemaker:*:111122223333:notebook-instance/*",
        "arn:aws:sagemaker:*:*:notebook-instance/research-*",
        "arn:aws:s3:::models",
        "arn:aws:s3:::models-*",
        "arn:aws:s3:::*ml*",
        "*/notebook-instance/a",
        "arn:aws:sns:*:*:ml-*",
        "arn:aws:sagemaker:*:*:*research*",
        "arn:aws:cloudwatch:*:*:alarm:ml-*",
        "//aiplatform.googleapis.com/projects/example-fraud-prod/*",
        "/subscriptions/00000000-0000-0000-0000-000000000001/*",
        "*/notebook-instance/research",
    ],
)
def test_a_glob_that_names_an_account_or_something_of_a_name_is_not_too_broad(glob: str) -> None:
    assert entries(with_line("resource", f"resource: '{glob}'"))[0].resource == glob


def test_a_glob_of_all_there_is_in_an_account_is_not_too_broad() -> None:
    text = with_line("resource", "resource: '*'") + "  account: '111122223333'\n"
    assert (entries(text)[0].resource, entries(text)[0].account) == ("*", "111122223333")


def test_the_published_schema_accepts_what_is_valid_and_nothing_else() -> None:
    for text in (VALID, EXAMPLE.read_text(encoding="utf-8")):
        jsonschema.validate(msgspec.to_builtins(yaml.safe_load(text)), SCHEMA)
    for text in (with_line("reason", ""), VALID + "  approvers: [x]\n", with_line("resource", "resource: x")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(msgspec.to_builtins(yaml.safe_load(text)), SCHEMA)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml: No such file"):
        read_register(tmp_path / "nowhere.yaml", CHECKS)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"schema": "mlposture/report/v1", "suppressions": [], "findings": []}',
         "s.json:1:12: this is mlposture/report/v1, and no file of suppressions"),
        ('{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": []}',
         "s.json:1:1: this is a document with a $schema, and no file of suppressions"),
    ],
)  # fmt: skip
def test_what_is_another_sort_of_file_is_said_in_one_line(content: str, says: str) -> None:
    with pytest.raises(RegisterError) as caught:
        parse_register(content.encode(), CHECKS, "s.json")
    assert caught.value.lines == (says,)
