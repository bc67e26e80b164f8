"""The table of formats, and what holds for all of them."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import msgspec
import pytest
from asff_judge import wrong_with
from sarif_gate import unfit
from support import ROOT

from reports import FORMATS, SUFFIXES, renderer
from reports.markdown import MAX_BYTES
from reports.sarif_style import Style
from scanner.cli.options import WRITTEN
from scanner.model.errors import InputError
from scanner.model.nouns import Exposure, Severity, Status, Verdict, failed

SECRETS = (
    "AKIAIOSFODNN7EXAMPLE",
    "postgresql://scorer:correct-horse@db.example/models",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEexample\n-----END RSA PRIVATE KEY-----",
)


def test_every_suffix_names_a_format():
    assert set(SUFFIXES.values()) <= set(FORMATS)
    assert tuple(SUFFIXES) == WRITTEN


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_renders_the_same_bytes_twice(name, any_report, make):
    assert make.whole(name, any_report) == make.whole(name, any_report)
    assert make.whole(name, any_report).endswith(b"\n")


@pytest.mark.parametrize("name", ["pdf", "xlsx", "", "reports.sarif"])
def test_an_unknown_format_is_refused_with_the_list_of_known_ones(name):
    with pytest.raises(InputError, match=", ".join(sorted(FORMATS))):
        renderer(name)


def test_importing_reports_imports_no_renderer():
    code = (
        "import sys, reports; print([m for m in sys.modules if m.startswith('reports.') or m in ('msgspec', 'rich')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", FORMATS)
def test_what_was_not_seen_is_in_every_format(name, make):
    """Also where nothing failed, and where the verdicts that could not be given are no findings."""
    report = make.report_of(
        make.notebook("tidy", direct_internet_access="Disabled", role_arn=None),
        gaps=[make.gap(operation="sagemaker:ListSomething", permission="sagemaker:GrantThis")],
    )
    hidden = make.report_of(make.notebook("hidden"), verdicts=frozenset({Status.FAIL}))
    text = make.readable(name, report)
    assert "sagemaker:ListSomething" in text
    assert "sagemaker:GrantThis" in text
    assert "direct_internet_access" in make.readable(name, hidden) or name == "json"  # which counts them
    assert make.whole(name, hidden) != make.whole(name, make.clean_report())


@pytest.mark.parametrize("name", FORMATS)
def test_the_line_that_made_a_resource_is_in_every_format(name, make):
    text = make.readable(name, make.sourced_report())
    assert "modules/chat.tf" in text
    assert re.search(r"modules/chat\.tf\W+(?:\w+\W+){0,9}7\b", text)
    assert "module.chat.x.y" in text or name == "codequality"  # which has no place for it


@pytest.mark.parametrize("name", FORMATS)
def test_no_order_of_collection_shows(name, make):
    one = [make.notebook(f"n{n}", direct_internet_access="Enabled", role_arn=None) for n in range(9)]
    assert make.whole(name, make.report_of(*one)) == make.whole(name, make.report_of(*reversed(one)))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_credential_reaches_a_report(name, secret, make):
    def careless(bucket: make.Bucket) -> Verdict:
        """Check that puts what it sees into its verdict."""
        return failed(f"connects with {secret}", environment=bucket.environment, parts=[{"value": secret}])

    careless.__annotations__ = {"bucket": make.Bucket}
    report = make.report_of(
        make.bucket("b", environment={"DATABASE": secret, secret: "key"}),
        gaps=[make.gap(scope=make.GCP, detail=f"refused: {secret}", permission=f"a.{secret}")],
        arguments=("gcp", f"tfstate={secret}"),
        checks=[make.made(careless, "MLP-2902", Severity.HIGH, Exposure.INTERNAL)],
        names={("aws", "111122223333"): secret, ("gcp", "example-fraud-prod"): secret},
        sources=make.MadeUp(secret.replace("/", "")),
    )
    text = make.readable(name, report)
    for line in secret.splitlines():
        assert line not in text
    assert "redacted" in text


@pytest.mark.parametrize("report", ["hostile", "shared"])
@pytest.mark.parametrize("name", FORMATS)
def test_no_invisible_character_of_others_is_written_as_it_is(name, report, make):
    text = make.readable(name, make.REPORTS[report]())
    if name == "csv":  # whose standard ends lines so, and which Excel takes for UTF-8 by its first character
        assert text.startswith("\ufeff")
        text = text[1:].replace("\r\n", "\n")
    assert not [c for c in text if not c.isprintable() and c != "\n"]
    assert not [line for line in text.splitlines() if line.lstrip().startswith(("::", "##["))]


#: What has a place for the name of an account.
NAMING = [name for name in FORMATS if name not in ("junit", "asff", "codequality")]


@pytest.mark.parametrize("name", NAMING)
def test_accounts_are_named_as_people_know_them(name, make):
    """What is not known is not there, and what is no other name than the id is not said twice."""
    known = {("aws", "111122223333"): "Northwind Labs", ("gcp", "example-fraud-prod"): "example-fraud-prod"}
    text = make.readable(name, msgspec.structs.replace(make.mixed_report(), names=known))

    assert "Northwind Labs" in text and "Northwind Labs" not in make.readable(name, make.mixed_report())
    apart = name in ("json", "csv", "sarif", "ocsf")  # name and id
    assert apart or "Northwind Labs (111122223333)" in text
    assert "example-fraud-prod (example-fraud-prod)" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_no_name_of_an_account_is_obeyed(name, make):
    for called in (*make.HOSTILE, MARKUP, LONG):
        names = {("aws", "111122223333"): called, ("gcp", "example-fraud-prod"): called}
        content = make.whole(name, msgspec.structs.replace(make.mixed_report(), names=names))
        parsed(name, content, Style())
        text = content.decode().removeprefix("\ufeff").replace("\r\n", "\n")
        assert not [c for c in text if not c.isprintable() and c != "\n"]
        assert not [line for line in text.splitlines() if line.lstrip().startswith(("::", "##["))]


#: What ends an element, a script or a drawing where a page has it as it is; and more than fits anywhere.
MARKUP, LONG = '</script></text></svg><svg onload=alert(1)>{"x": 1}', "x" * 10_000


def parsed(name, content, style):
    """The file as those read it who use it: fails where it is not what it says."""
    if name == "sarif":
        assert unfit(json.loads(content), style.max_results) == []
    elif name in ("json", "codequality"):
        json.loads(content)
    elif name == "asff":
        assert [problem for finding in json.loads(content)["Findings"] for problem in wrong_with(finding)] == []
    elif name == "ocsf":
        assert all(json.loads(line)["class_uid"] for line in content.splitlines())
    elif name == "junit":
        ET.fromstring(content)
    elif name == "csv":
        head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        assert rows and {len(row) for row in rows} == {len(head)}
    elif name == "md":  # what is in code is shown as it is
        assert "<svg onload" not in re.sub(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)", "", content.decode())
        assert len(content) <= MAX_BYTES
    else:
        assert name == "html" and "<svg onload" not in content.decode()


@pytest.mark.parametrize("name", FORMATS)
def test_a_name_of_markup_or_of_any_length_breaks_no_format(name, make):
    report = make.report_of(
        *(make.notebook(each, direct_internet_access="Enabled", role_arn=f"{each}/admin") for each in (MARKUP, LONG)),
        *(make.bucket(each, environment={each: each}) for each in (MARKUP, LONG)),
        gaps=[make.gap(detail=each, permission=each) for each in (MARKUP, LONG)],
        sources=make.MadeUp(""),
    )
    parsed(name, make.whole(name, report), Style())
    assert "onload" in make.readable(name, report)
