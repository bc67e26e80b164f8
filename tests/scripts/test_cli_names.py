"""Commands and options of the AWS CLI that docstrings tell readers to type: the CLI knows each of them.

Those of gcloud and az are not checked: gcloud is in no package index, and az is a gigabyte to install.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from support import ROOT, fail_with

from scripts.fetch_cli_names import TARGET, Line, lines_of, written

KNOWN: dict[str, Any] = json.loads(TARGET.read_text(encoding="utf-8"))


@cache
def lines() -> list[Line]:
    return list(written())


def test_every_command_and_option_that_is_written_exists() -> None:
    assert len(lines()) > 30
    fail_with(problem for line in lines() for problem in problems(*line))


def problems(place: str, command: str, options: tuple[str, ...]) -> list[str]:
    known = KNOWN["commands"].get(command)
    if known is None:
        return [f"{place}: no `aws {command}` in {TARGET.relative_to(ROOT)}; run scripts/fetch_cli_names.py"]
    allowed = {f"--{name}" for name in (*known, *KNOWN["everywhere"])}
    return [f"{place}: `aws {command}` has no {option}" for option in options if option not in allowed]


def test_no_command_is_kept_that_nobody_writes() -> None:
    assert set(KNOWN["commands"]) == {line.command for line in lines()}


@pytest.mark.parametrize(
    ("text", "command", "options"),
    [
        ("CLI: `aws sagemaker create-model --vpc-config …`.", "sagemaker create-model", ("--vpc-config",)),
        ("CLI: `aws sagemaker\n    create-model --tags a`.", "sagemaker create-model", ("--tags",)),
        ("`A` in `--tags` of `aws sagemaker create-model`.", "sagemaker create-model", ("--tags",)),
        ("```\naws s3api put-bucket-acl --acl private\n```", "s3api put-bucket-acl", ("--acl",)),
    ],
)
def test_commands_are_found_in_every_form(text: str, command: str, options: tuple[str, ...]) -> None:
    assert [tuple(line) for line in lines_of("here", text)] == [("here", command, options)]


def test_a_wrong_name_is_told() -> None:
    assert problems("here", "sagemaker create-model", ("--vpc-konfig",)) == [
        "here: `aws sagemaker create-model` has no --vpc-konfig"
    ]
    assert "no `aws sagemaker make-model`" in problems("here", "sagemaker make-model", ())[0]
