"""What a person sees."""

from __future__ import annotations

import io
import os
import re
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import msgspec
import pytest
from factories.aws import HERE, notebook
from rich.console import Console

from reports import terminal, terminal_accounts, terminal_findings, terminal_systems
from reports.terminal import print_report, render
from scanner.cli.commands import evaluate_command
from scanner.model.claims import Posture, Word
from scanner.model.notes import Source
from scanner.model.nouns import Gap, Listing, Reason, Scope, Status
from scanner.model.origins import Principal
from scanner.model.reported import FindingList

ESCAPES = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^;]*;[^\x1b]*\x1b\\")


GOLDEN = Path(__file__).parent / "golden"


class Out(io.StringIO):
    """Standard output, which may be a terminal."""

    encoding = "utf-8"

    def __init__(self, *, terminal=False):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


def plain(report, width=120, *, details=True, **look):
    return render(report, colour=False, width=width, details=details, **look)


@pytest.mark.parametrize("details", [False, True], ids=["brief", "details"])
@pytest.mark.parametrize("width", [80, 200])
def test_the_terminal_is_the_golden_one(make, width, details):
    """MLPOSTURE_UPDATE_GOLDEN=1 writes it anew; read the difference before committing it."""
    golden = GOLDEN / f"terminal-{width}{'-details' if details else ''}.txt"
    both = (make.mixed_report(), make.shared_report())
    end = "Exit code 1: 1 critical and 1 high failures, at or above --fail-on high."
    text = "\n---\n\n".join(plain(report, width, details=details, ending=end) for report in both)
    if os.environ.get("MLPOSTURE_UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    assert max(len(line) for line in text.splitlines()) <= width or details  # which cuts no id


def test_piped_is_the_golden_one(make, monkeypatch):
    golden = GOLDEN / "terminal-piped.txt"
    out = Out()
    monkeypatch.setattr(sys, "stdout", out)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    print_report(make.mixed_report(), ending="Exit code 0: --fail-on never.")
    if os.environ.get("MLPOSTURE_UPDATE_GOLDEN") == "1":
        golden.write_text(out.getvalue(), encoding="utf-8")
    assert out.getvalue() == golden.read_text(encoding="utf-8")


def test_ids_of_controls_command_no_terminal(make):
    report = make.mixed_report()
    [finding, *_] = [one for one in report.findings if one.controls]
    controls = (msgspec.structs.replace(finding.controls[0], id="\x1b[2J"),)
    hostile = FindingList([msgspec.structs.replace(finding, controls=controls)])
    text = plain(msgspec.structs.replace(report, findings=hostile), controls=True)
    assert "  = controls: example-a \\x1b[2J\n" in text


def test_a_finding_reads_from_what_to_fix(make):
    text = plain(make.mixed_report())
    assert text.startswith(
        "critical[MLP-4901]: Notebook instance runs as a role that may do everything\n"
        " --> aws 111122223333 eu-west-1 SageMaker notebook instance research\n"
        "     its role is arn:aws:iam::111122223333:role/admin\n"
        "     path: arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/research → "
        "arn:aws:iam::111122223333:role/admin\n"
        "  = fix: Give the role what the notebook needs.\n"
        "  = explain: mlposture explain MLP-4901\n"
    )
    order = [text.index(severity) for severity in ("critical[", "high[", "informational[")]
    assert order == sorted(order)


def test_without_details_the_worst_come_with_their_fix_and_the_others_in_a_line_each(make, monkeypatch):
    monkeypatch.setattr(terminal_findings, "MAX_WORST", 1)
    monkeypatch.setattr(terminal_findings, "MAX_ROWS", 1)
    report = msgspec.structs.replace(make.mixed_report(), scopes=(HERE,))
    assert plain(report, details=False).startswith(
        "critical[MLP-4901]: Notebook instance runs as a role that may do everything\n"
        " --> aws 111122223333 eu-west-1 SageMaker notebook instance research: its role is arn:aws:iam::111122223333:"
        "role/admin\n"
        "     research → admin\n"
        "  = fix: Give the role what the notebook needs.\n"
        "\n"
        "high          MLP-1901 Notebook instance has a direct route to the internet: research\n"
        "… and 1 more check that failed\n"
        "`mlposture explain ID` says why and how; --details has more, a report file (-o) all of it.\n"
    )


@pytest.mark.parametrize("width", [100, 120])
def test_without_details_nothing_about_a_finding_takes_two_lines(make, width):
    for report in (make.mixed_report(), make.hostile_report()):
        top, _, _ = plain(report, width, details=False).partition("`mlposture explain ID`")
        assert max(map(len, top.splitlines()), default=0) <= width


def test_what_fixes_most_is_said_once_for_several_failures(make):
    brief, whole = (plain(make.shared_report(), details=details).splitlines() for details in (False, True))
    start = brief.index("What fixes most: this change would close 4 of 5 failures, at most.")
    assert brief[start + 1].startswith("     4  Example bucket models \\x1b[31mred")
    assert brief[start + 2] == ""
    start = whole.index("What fixes most: these 2 changes would close 5 of 5 failures, at most.")
    told = " ".join(" ".join(whole[start:]).split())
    assert "would close 3 high, 1 informational: MLP-4902 3 of 3, MLP-2901 1 of 2" in told
    assert "fix: Let only the pipeline write to `models`." in told
    assert "What fixes most" not in plain(make.mixed_report(), details=False), "each closes what is shown as it is"


def test_controls_are_shown_where_they_are_asked_for(make):
    controls = "  = controls: example-a C1, C2, C3, C4, C5, C6, C7; example-b C1, C2, C3, C4, C5, C6, C7\n"
    for details in (False, True):
        assert "  = controls:" not in plain(make.mixed_report(), details=details)
        assert controls in plain(make.mixed_report(), details=details, controls=True)


def test_the_line_that_declares_a_resource_is_shown_where_it_is_known(make):
    source = Source(uri="infra/nb\x1b[2J.tf", line=5, address='module.a["b"].aws_sagemaker_notebook_instance.this')
    [first, *_] = make.mixed_report().findings
    found = FindingList([msgspec.structs.replace(first, source=source)])
    report = msgspec.structs.replace(make.mixed_report(), findings=found)
    shown = '  = source: infra/nb\\x1b[2J.tf:5 (module.a["b"].aws_sagemaker_notebook_instance.this)\n'
    assert shown in plain(report, details=True) and shown in plain(report, details=False)


def test_the_last_line_says_how_it_ends(make):
    end = "Exit code 1: 1 critical failure, at or above --fail-on high."
    assert plain(make.mixed_report(), ending=end).endswith(f"%.\n{end}\n")


def test_if_quiet_only_the_last_line_is_printed(make, monkeypatch):
    out = Out()
    monkeypatch.setattr(sys, "stdout", out)
    print_report(make.mixed_report(), quiet=True, ending="Exit code 0: --fail-on never.")
    assert out.getvalue() == "Exit code 0: --fail-on never.\n"


@pytest.mark.parametrize(
    ("asked", "environment", "terminal", "coloured"),
    [
        ("auto", {}, True, True), ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False), ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True), ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True), ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)  # fmt: skip
def test_colour_is_as_it_was_asked_for(make, monkeypatch, asked, environment, terminal, coloured):
    out = Out(terminal=terminal)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    print_report(make.mixed_report(), colour=asked)
    assert ("\x1b[" in out.getvalue()) is coloured


def test_the_id_of_a_check_leads_to_its_reference(make):
    text = render(make.mixed_report(), colour=True, width=100)
    assert re.search(r"\x1b\]8;[^;]*;https://docs\.example/notebooks\x1b\\(\x1b\[[0-9;]*m)?MLP-1901", text)


def test_verdicts_by_kind_and_account(make):
    text = plain(make.mixed_report())
    assert "aws.sagemaker.NotebookInstance    3+     2     2        2\n" in text
    assert "gcp.example.Bucket                 2     1     1        0\n" in text
    assert "aws 111122223333           3         1     1     0        2     2\n" in text
    assert "aws.sagemaker.NotebookInstance" not in plain(make.mixed_report(), details=False)


def test_what_was_not_seen_and_what_would_close_it(make):
    text = plain(make.mixed_report())
    assert "  denied: sagemaker:DescribeNotebookInstance\n    in aws 111122223333 eu-west-1\n" in text
    assert "    grant sagemaker:DescribeNotebookInstance\n    bears on MLP-1901\n" in text
    assert "gcp example-fraud-dev global: storage.googleapis.com is not enabled.\n" in text


def test_the_last_lines_hide_no_ignorance(make):
    assert plain(make.mixed_report()).endswith(
        "5 resources. Failures: 1 critical, 1 high, 0 medium, 0 low, 1 informational.\n"
        "Read aws as arn:aws:sts::111122223333:assumed-role/posture-reader/scheduled.\n"
        "Read gcp as somebody unnamed.\n"
        "Verdicts: 3 pass, 3 fail, 2 unknown, 0 not applicable.\n"
        "Posture of what was assessed 50.0 %. Coverage 35.2 %. Range 17.6 to 82.4 %.\n"
    )
    assert terminal.posture_line(Posture(posture=None, coverage=0.0, lower=0.0, upper=100.0)) == (
        "Posture n/a: too little was assessed. Coverage 0.0 %."
    )


def test_what_came_from_the_cache_is_said_once(make):
    text = plain(make.stopped_report())
    assert (
        "\n1 of 2 resources have details from the local cache, the oldest read at 2026-11-20 08:30 UTC.\nVerdicts:"
        in text
    )
    assert "  stopped: sagemaker:DescribeNotebookInstance\n" in text
    assert "cache" not in plain(make.mixed_report())


def test_a_million_findings_are_not_gone_through(make):
    class Many(FindingList):
        def __iter__(self):
            raise AssertionError("there may be a million")

        def failures(self, most):
            return FindingList(tuple.__iter__(self)).failures(most)

        def severities_by_account(self):
            return FindingList(tuple.__iter__(self)).severities_by_account()

    report = make.mixed_report()
    assert plain(msgspec.structs.replace(report, findings=Many(list(report.findings)))) == plain(report)


def test_of_very_many_accounts_those_with_most_failures_are_shown(make, monkeypatch):
    monkeypatch.setattr(terminal_accounts, "MAX_ACCOUNTS", 2)
    scopes = [Scope("aws", f"{number:012}", "eu-west-1") for number in range(5)]
    bad = [
        msgspec.structs.replace(
            notebook(f"n{turn}"), id=f"arn:{scope.account}:{turn}", scope=scope, direct_internet_access="Enabled"
        )
        for scope in scopes[3:]
        for turn in range(int(scope.account))
    ]
    text = plain(msgspec.structs.replace(make.report_of(*bad), scopes=tuple(scopes)))
    assert "… and 3 more accounts, none of them worse." in text
    assert re.search(r"aws 000000000004 +4 +4 +4 +0", text)
    assert "aws 000000000001 " not in text


def test_unknown_is_not_called_clean(make):
    text = plain(make.report_of(notebook("hidden")))
    assert "0 pass, 0 fail, 2 unknown" in text
    assert "Posture n/a" in text


def test_many_failures_are_cut_and_counted(make, monkeypatch):
    monkeypatch.setattr(terminal_findings, "MAX_BLOCKS", 2)
    report = make.hostile_report()
    text = plain(report)
    failed = {finding.check_id for finding in report.findings if finding.verdict is Status.FAIL}
    assert len(re.findall(r"^\w+\[MLP-", text, re.MULTILINE)) == 2
    assert f"… and {len(failed) - 2} more checks" in text


def test_help_says_how_much_details_show():
    assert (terminal_findings.MAX_BLOCKS, terminal_findings.MAX_EACH) == (50, 5)
    [option] = [one for one in evaluate_command.params if one.name == "details"]
    assert "the worst fifty checks that failed, each with its fix and five of its resources" in option.help


def test_resources_of_one_check_share_a_block(make, monkeypatch):
    monkeypatch.setattr(terminal_findings, "MAX_EACH", 2)
    text = plain(make.hostile_report())
    failures = [f for f in make.hostile_report().findings if f.open]
    by_check = Counter(finding.check_id for finding in failures)
    assert max(by_check.values()) > 2
    for check_id, count in by_check.items():
        [block] = re.findall(rf"^\w+\[{check_id}\].*?(?=^\w+\[MLP|^kind )", text, re.MULTILINE | re.DOTALL)
        assert block.count("\n --> ") == min(count, 2)
        assert (f"… and {count - 2} more" in block) == (count > 2)


@pytest.mark.parametrize("width", [60, 100, 200])
def test_hostile_names_do_nothing(make, monkeypatch, width):
    monkeypatch.setattr(terminal_findings, "MAX_BLOCKS", 1000)
    monkeypatch.setattr(terminal_findings, "MAX_EACH", 1000)
    for colour in (False, True):
        text = ESCAPES.sub("", render(make.hostile_report(), colour=colour, width=width)) if colour else plain(
            make.hostile_report(), width
        )  # fmt: skip
        assert not [c for c in text if not c.isprintable() and c != "\n"]
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line]
        assert "[bold red]markup[/]" in text


@pytest.mark.parametrize("details", [True, False])
def test_colour_changes_nothing_but_colour(any_report, details):
    coloured = ESCAPES.sub("", render(any_report, colour=True, width=100, details=details))
    assert [line.rstrip() for line in coloured.splitlines()] == plain(any_report, 100, details=details).splitlines()


def test_colour_links_to_the_console(make):
    assert re.search(
        r"\x1b\]8;[^;]*;https://console\.example/research\x1b\\", render(make.mixed_report(), colour=True, width=100)
    )


def test_a_console_address_cannot_end_its_escape_sequence(make):
    url = "https://console.example/\x1b\\\x1b[31m"
    report = make.report_of(notebook("n", direct_internet_access="Enabled", role_arn=None, console_url=url))
    links = re.findall(r"\x1b\]8;[^;]*;([^\x1b]+)\x1b", render(report, colour=True, width=100))
    assert set(links) == {"https://docs.example/notebooks"}


def test_no_escape_goes_to_a_pipe(make):
    out = io.StringIO()
    print_report(make.mixed_report(), Console(file=out))
    assert "\x1b" not in out.getvalue()
    assert out.getvalue() == plain(make.mixed_report(), details=False)


def test_no_colour_means_no_escape_at_a_terminal_either(make):
    out = io.StringIO()
    print_report(make.mixed_report(), Console(file=out, force_terminal=True, width=100, _environ={"NO_COLOR": "1"}))
    assert out.getvalue() == plain(make.mixed_report(), 100, details=False)


def test_a_terminal_gets_colour(make):
    out = io.StringIO()
    print_report(make.mixed_report(), Console(file=out, force_terminal=True, width=100, _environ={"TERM": "xterm"}))
    assert "\x1b[" in out.getvalue()


def test_an_old_encoding_is_no_crash(make):
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    print_report(make.mixed_report(), Console(file=out))
    out.flush()
    assert b"\\u2192" in raw.getvalue()


def test_an_old_encoding_is_no_crash_in_colour_either(make):
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    print_report(make.mixed_report(), Console(file=out, force_terminal=True, width=100, _environ={"TERM": "xterm"}))
    out.flush()
    assert b"\x1b[" in raw.getvalue()
    assert b"\\u2192" in raw.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_a_reader_that_goes_away_is_not_an_outcome_of_ours(make, terminal):
    class Gone(io.StringIO):
        def write(self, text):
            if text:
                raise BrokenPipeError
            return 0

    with pytest.raises(BrokenPipeError):  # rich would end the process with 1
        print_report(make.mixed_report(), Console(file=Gone(), force_terminal=terminal, _environ={"TERM": "xterm"}))


def test_unknown_verdicts_are_listed_by_reason_and_permission(make):
    lines = plain(make.mixed_report()).splitlines()
    start = lines.index("Unknown (2 verdicts):")
    assert lines[start + 1 : start + 3] == [
        "     1  not observed: direct_internet_access (MLP-1901); may need sagemaker:DescribeNotebookInstance",
        "     1  not observed: role_arn (MLP-4901)",
    ]


def test_declared_systems_have_numbers_and_their_controls_words(make):
    lines = plain(make.declared_report()).splitlines()
    [row] = [line for line in lines if line.startswith("research ") and "%" in line]
    assert row.split()[:5] == ["research", "1", "1", "1", "0"]
    [head] = [line for line in lines if line.startswith("of system, framework")]
    [words] = [line for line in lines if line.split()[:2] == ["research,", "example-a"] and "evidence" not in line]
    assert head.split()[3:] == ["against", "not", "assessed"], "a column of zeros says nothing"
    assert words.split()[2:] == ["7", "1"]
    [row] = [line for line in lines if line.startswith("any ")]
    assert row.split() == ["any", "0", "2", "0"], "of any kind, nothing was seen that is not in another row"
    assert "No system claims 2 resources of ML; MLP-5001 names those that lead to the others." in lines
    assert not any("AKIA" in line or "\x1b" in line for line in lines)


def test_details_name_the_controls_of_which_something_is_said(make):
    text = plain(make.declared_report(), details=True)
    assert "research, example-a, evidence against: C1, C2, C3, C4, C5, C6, C7" in text
    assert "all, example-a" not in text, "where systems are declared, they say more than all of it"
    assert "compliance" in text


def test_details_name_the_system_of_a_resource(make):
    lines = plain(make.declared_report(), details=True).splitlines()
    places = [number for number, line in enumerate(lines) if line.endswith("notebook instance research")]
    assert places
    assert all("     AI system: research" in lines[number + 1 : number + 5] for number in places)
    assert "     AI system: research" not in plain(make.declared_report(), details=False)


class Changed(list):
    """What an assessment says, with other systems."""

    def __init__(self, known, states):
        super().__init__(states)
        self.as_of, self.manifest, self.declared = known.as_of, known.manifest, known.declared
        self.unclaimed, self.warnings = known.unclaimed, known.warnings


def test_what_does_not_apply_yet_is_named_under_its_day(make):
    report = make.declared_report()
    everything, first, *_ = report.assessment
    replace = msgspec.structs.replace
    framework = first.frameworks[0]
    control = next(one for one in framework.controls if one.word is Word.AGAINST)
    later = {"readiness": True, "applies_from": date(2027, 12, 2)}
    controls = [replace(control, id=f"Art. {n}\x1b[2J", **(later if n > 1 else {})) for n in (1, 2, 3)]
    first = replace(first, frameworks=(replace(framework, controls=tuple(controls)),))
    text = plain(replace(report, assessment=Changed(report.assessment, (everything, first))), details=True)
    assert "research, example-a, evidence against: Art. 1\\x1b[2J\n" in text
    assert "research, example-a, evidence against (readiness for 2027-12-02): Art. 2\\x1b[2J, Art. 3\\x1b[2J\n" in text


def test_where_no_system_is_held_to_what_is_shown_it_is_said(make):
    report = make.declared_report()
    states = [msgspec.structs.replace(state, frameworks=()) for state in report.assessment]
    text = plain(msgspec.structs.replace(report, assessment=Changed(report.assessment, states)))
    assert "Controls: no AI system that has resources here is held to a framework that is shown.\n" in text
    assert "of system, framework" not in text
    undeclared = Changed(make.mixed_report().assessment, states[:1])
    assert "Controls" not in plain(msgspec.structs.replace(report, assessment=undeclared), details=True)


def test_of_many_systems_the_others_are_counted(make, monkeypatch):
    monkeypatch.setattr(terminal_systems, "MAX_SYSTEMS", 1)
    text = plain(make.declared_report())
    assert "… and 1 more AI systems; all of them are in a report file (-o).\n" in text
    assert "\nhostile " not in text
    assert "\nhostile, " not in text


def test_without_declared_systems_words_are_a_detail(make):
    assert "Controls, as of" not in plain(make.mixed_report(), details=False)
    assert "all, example-a" in plain(make.mixed_report())
    assert "evidence against" not in plain(make.mixed_report()), "a listing of its kind is incomplete"


def test_no_failures_is_said_of_what_was_observed(make):
    report = msgspec.structs.replace(make.report_of(scopes=[HERE]), complete=False)
    assert plain(report, details=False).startswith("No failures in what was observed.\n")


def test_it_says_in_whose_name_each_cloud_was_read(make):
    text = " ".join(plain(make.mixed_report()).split())
    assert "Read aws as arn:aws:sts::111122223333:assumed-role/posture-reader/scheduled." in text
    assert "Read gcp as somebody unnamed." in text
    assert "Read aws as somebody who was not recorded." in plain(make.report_of(scopes=[HERE]))


@pytest.mark.parametrize(
    ("called", "width", "shown"),
    [
        ("Northwind Labs", 120, "aws Northwind Labs (111122223333)"),
        ("Northwind Labs of the south and the west", 81, "aws Northwind Labs of… (111122223333)"),
        ("Northwind Labs", 40, "aws 111122223333"),
        ("111122223333", 120, "aws 111122223333"),
    ],
)
def test_an_account_is_named_and_its_id_is_not_cut(called, width, shown, make):
    report = msgspec.structs.replace(make.mixed_report(), names={("aws", "111122223333"): called})
    lines = [line for line in plain(report, width=width).splitlines() if line.startswith(f"{shown}  ")]
    assert len(lines) == 1


def test_of_many_principals_it_names_some(make):
    principals = [Principal("aws", str(n), f"arn:aws:iam::{n:012}:role/reader") for n in range(40)]
    text = plain(make.report_of(scopes=[HERE], principals=principals))
    assert text.count("role/reader") == 3
    assert "37 more" in " ".join(text.split())


def test_an_inventory_of_others_commands_no_terminal(make):
    gap = Gap(kind="k", operation="o", scope=HERE, reason=Reason.DENIED, permission="", detail="", checks=("\x1b[2J",))
    seen = Listing(kind="\x1b[2J", scope=HERE, complete=False)
    report = msgspec.structs.replace(make.report_of(scopes=[HERE]), gaps=(gap,), listings=(seen,))
    assert plain(report).count("\\x1b[2J") == 2
    assert "\x1b" not in plain(report)


def test_it_prints_without_being_given_a_console(make, capsys):
    print_report(make.report_of(scopes=[HERE]))
    assert capsys.readouterr().out.startswith("No failures.\n0 resources.")


def test_what_rests_on_trust_is_said_where_something_does(make):
    assert "1 of 1 passes rest on [trust], on 1 of its entries.\n" in plain(make.trusting_report())
    assert "[trust]" not in plain(make.mixed_report())


@pytest.mark.parametrize(
    ("id", "called"),
    [
        ("arn:aws:sagemaker:eu-west-1:111122223333:model-package/ensemble/1", "ensemble/1"),
        ("arn:aws:s3:::northwind-models", "northwind-models"),
        ("//aiplatform.googleapis.com/projects/p/locations/l/models/200", "models/200"),
        ("research", "research"),
    ],
)
def test_a_hop_is_called_what_people_call_it(id, called):
    assert terminal_findings._called(id) == called
