"""`mlposture systems triage`: what it prints, what it asks and keeps, what it refuses, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from commandline import HEEDING, MLPOSTURE, mlposture
from declaring import VALID, with_lines
from factories.aws import endpoint
from support import ROOT, inventory_of
from triaging import FORBIDDEN, PLAIN

from scanner.systems.triage_questions import load_questions

EXAMPLES = ROOT / "examples"
MANIFEST = ("--systems", str(EXAMPLES / "ai-systems.yaml"))
#: What the manifest of these tests answers by itself: nothing.
UNSIGNED = with_lines(eu_ai_act="eu_ai_act: {tier: unclassified}").replace("{name: Northwind Example}", "{name: N}")


def demo(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    answers = ("--answers", str(EXAMPLES / f"triage-{name}.yaml"))
    return mlposture("systems", "triage", name, *MANIFEST, *answers, "--as-of", "2026-11-29", *options)


def answered(folder: Path, **changes: str) -> Path:
    """A manifest, and a file that answers every question no, but for these and for what is left out by None."""
    (folder / "ai-systems.yaml").write_text(UNSIGNED)
    given = PLAIN | {name.replace("_", "-"): answer for name, answer in changes.items()}
    entries = {name: {"answer": answer, "reason": "x"} for name, answer in given.items() if answer}
    day = datetime.now(UTC).date()
    head = {"schema": "ai-triage/1", "system": "sentiment", "answered_by": "legal", "answered_on": day}
    path = folder / "answers.yaml"
    path.write_text(yaml.safe_dump({**head, "answers": entries}, sort_keys=False))
    return path


# -- the demonstration, and CI --


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("ticket-sentiment", [
            "no high-risk route or Art. 50 duty found (Art. 4 and 5 still apply)",
            "data protection officer on 2026-09-01, in the manifest: 16 answers"]),
        ("fraud-scoring", [
            "exception of Annex III 5(b) claimed, question open (Annex III(5)(b))",
            "a person must decide: 1 question open, 1 of them on the class",
            "legal on 2026-08-20, in the manifest: 15 answers"]),
        ("retina-diagnosis", [
            "route of Art. 6(1), Annex I Section A (Art. 6(1), Annex I)",
            "route of Art. 6(1), Annex I Section A (Art. 6(1), Annex I), applies from 2028-08-02",
            "product-third-party: yes, regulatory affairs on 2026-06-30, in the manifest"]),
    ],
)  # fmt: skip
def test_the_three_systems_of_the_demonstration(name: str, lines: list[str]) -> None:
    done = demo(name)
    printed = [line.strip() for line in done.stdout.splitlines()]

    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in lines if line not in printed] == []
    assert not FORBIDDEN.search(done.stdout)


def test_each_conclusion_of_the_demonstration_has_articles_and_who_decided_when() -> None:
    for name in ("ticket-sentiment", "fraud-scoring", "retina-diagnosis"):
        found = json.loads(demo(name, "--json").stdout)
        assert found["conclusions"]
        assert all(one["articles"] and basis["by"] and basis["on"]
                   for one in found["conclusions"] for basis in one["rests_on"])  # fmt: skip


def test_a_missing_answer_fails_and_is_named(tmp_path: Path) -> None:
    path = answered(tmp_path, area_work="", gpai_model="")
    done = mlposture("systems", "triage", "sentiment", "--answers", path.name, cwd=tmp_path)

    assert done.returncode == 4
    assert done.stderr == (
        "mlposture: answers.yaml: 2 without an answer: area-work, gpai-model; answer each, if by unknown\n"
    )
    assert "not answered" in done.stdout


def test_unknown_is_an_answer(tmp_path: Path) -> None:
    path = answered(tmp_path, area_work="unknown")
    done = mlposture("systems", "triage", "sentiment", "--answers", path.name, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert "a person must decide: 1 question open, 1 of them on the class" in done.stdout


def test_each_problem_of_a_file_of_answers_is_a_line(tmp_path: Path) -> None:
    path = answered(tmp_path, area_work="maybe", area_wrok="no")
    done = mlposture("systems", "triage", "sentiment", "--answers", path.name, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split(": ", 2)[2] for line in done.stderr.splitlines()] == [
        "area-work: write yes, no or unknown, not 'maybe'",
        "no question is called 'area-wrok'; did you mean area-work?",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("other",), "ai-systems.yaml: no system is called 'other'; there are sentiment"),
        (("sentimnet",), "ai-systems.yaml: no system is called 'sentimnet'; did you mean sentiment?"),
        (("sentiment", "--systems", "x.yaml"), "x.yaml: No such file or directory"),
        (("sentiment", "--answers", "x.yaml"), "x.yaml: No such file or directory"),
        (("sentiment", "--as-of", "soon"), "--as-of soon: give a day as year, month and day, such as 2027-12-02"),
        (("sentiment", "--worksheet", "x.pdf"),
         "--worksheet x.pdf: name a file that ends in .html or .md"),
        (("sentiment", "--worksheet", "no/x.md"), "--worksheet no/x.md: the folder no does not exist"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_one_sentence(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "ai-systems.yaml").write_text(VALID)
    done = mlposture("systems", "triage", *arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"mlposture: {said}\n")


def test_without_a_terminal_nothing_is_asked(tmp_path: Path) -> None:
    (tmp_path / "ai-systems.yaml").write_text(UNSIGNED)
    done = subprocess.run(
        [MLPOSTURE, "systems", "triage", "sentiment"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 4
    assert done.stderr.startswith("mlposture: triage-sentiment.yaml: 38 without an answer: scope-union, ")
    assert [path.name for path in tmp_path.iterdir()] == ["ai-systems.yaml"]


def test_past_the_review_is_said() -> None:
    done = demo("fraud-scoring", "--as-of", "2027-03-01")

    assert "legal on 2026-08-20, in the manifest, past its review by 2027-02-20: 15 answers" in done.stdout
    assert "what the manifest says was to be reviewed by 2027-02-20, which has passed" in done.stdout


# -- what others wrote --


def test_an_inventory_prompts_and_changes_nothing(tmp_path: Path) -> None:
    path = answered(tmp_path)
    inventory_of(endpoint("face-match")).save(tmp_path / "i.json")
    options = ("systems", "triage", "sentiment", "--answers", path.name, "--json")
    without, shown = (
        json.loads(mlposture(*options, *more, cwd=tmp_path).stdout) for more in ((), ("--inventory", "i.json"))
    )

    assert "aws.sagemaker.Endpoint face-match" in shown["prompts"]["area-emotions"][-1]
    assert shown["prompts"].pop("area-emotions") != without["prompts"].get("area-emotions")
    assert shown["headline"] == without["headline"]


def test_what_is_not_ours_cannot_write_to_the_terminal_nor_give_a_secret_away(tmp_path: Path) -> None:
    path = answered(tmp_path)
    hostile = "a\x1b[31m\n::error::AKIAIOSFODNN7EXAMPLE <b>|`x`|"
    held = yaml.safe_load(path.read_text())
    held["answers"]["area-credit"] = {"answer": "fraud", "reason": hostile, "by": hostile}
    path.write_text(yaml.safe_dump(held))
    options = ("systems", "triage", "sentiment", "--answers", path.name)
    text, as_json = (mlposture(*options, *more, cwd=tmp_path) for more in ((), ("--json",)))
    sheet = mlposture(*options, "--worksheet", "w.md", cwd=tmp_path)
    paper = mlposture(*options, "--worksheet", "w.html", cwd=tmp_path)
    written, page = (tmp_path / "w.md").read_text(), (tmp_path / "w.html").read_text()

    assert (text.returncode, as_json.returncode, sheet.returncode, paper.returncode) == (0, 0, 0, 0)
    for shown in (text.stdout, as_json.stdout, written, page):
        assert "\x1b" not in shown and "AKIAIOSFODNN7EXAMPLE" not in shown
        assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]
    assert "<b>" not in written and "`x`" not in written
    assert "&lt;b&gt;" in page and "<b>|" not in page


# -- worksheets --


def test_a_worksheet_has_every_question_for_the_team_that_answers_it(tmp_path: Path) -> None:
    done = demo("fraud-scoring", "--worksheet", str(tmp_path / "w.md"))
    text = (tmp_path / "w.md").read_text()
    governance, engineering = text.partition("## Engineering")[::2]

    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"mlposture: {tmp_path}/w.md: written\n")
    assert "- [x] fraud: it is used to detect financial fraud" in governance and "- [x] fraud: " in engineering
    assert "- [x] unknown: not known yet → a person must decide" in governance
    assert "Answered by legal on 2026-08-20, in the answers." in governance
    assert "- Asked if area-credit is fraud." in governance
    assert "- Asked if any of area-identification, " in governance and ", area-elections is yes." in governance
    assert "database of faces" in engineering and "database of faces" not in governance
    assert "to recruit or select people" in governance and "to recruit or select people" not in engineering
    assert "The Official Journal decides." in text
    assert not FORBIDDEN.search(text)


def test_a_worksheet_is_a_page_as_well_with_the_same_questions_and_answers(tmp_path: Path) -> None:
    for name in ("w.md", "w.html"):
        assert demo("retina-diagnosis", "--worksheet", str(tmp_path / name)).returncode == 0
    text, page = (tmp_path / "w.md").read_text(), (tmp_path / "w.html").read_text()

    asked = [question.id for question in load_questions().questions]
    assert all(f"; {name})" in page for name in asked)
    assert page.count("☒") == text.count("[x]") > 0
    assert page.count("Answered by ") == text.count("Answered by ")
    assert page.count("Reason, by whom, on which day") == text.count("Reason: \\_")
    assert not FORBIDDEN.search(page)


def test_a_worksheet_can_be_made_before_anything_is_answered(tmp_path: Path) -> None:
    (tmp_path / "ai-systems.yaml").write_text(UNSIGNED)
    done = mlposture("systems", "triage", "sentiment", "--worksheet", "w.md", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "mlposture: w.md: written\n")
    assert "[x]" not in (tmp_path / "w.md").read_text()


# -- at a terminal --


class Terminal:
    """The command at a terminal of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._leader, follower = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", HEEDING, MLPOSTURE, "systems", "triage", "sentiment", *options],
            cwd=folder, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        )  # fmt: skip
        os.close(follower)
        self.shown = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._leader)

    def say(self, prompt: str, *lines: str) -> None:
        """Answer a prompt when it has come."""
        for line in lines:
            self.until(prompt)
            os.write(self._leader, f"{line}\n".encode(errors="surrogateescape"))

    def until(self, text: str) -> None:
        """Read until this was shown, and forget it."""
        while text not in self.shown:
            assert self._read(), self.shown
        self.shown = self.shown.partition(text)[2]

    def end(self, number: signal.Signals | None = None) -> int:
        """Wait for the end, after a signal if there is one, which comes at a prompt: Python drops one in a destructor.

        A prompt is shown before its read begins, and a signal between them ends no read: a line end does.
        """
        if number is not None:
            self.until("): ")
            self._process.send_signal(number)
            os.write(self._leader, b"\n")
        while self._read():
            pass
        return self._process.wait(timeout=60)

    def _read(self) -> bool:
        try:
            waiting = select.poll()  # which takes any number that a file may have, as `select` does not
            waiting.register(self._leader, select.POLLIN)
            ready = waiting.poll(60_000)
            more = os.read(self._leader, 65536).decode(errors="replace").replace("\r\n", "\n") if ready else ""
        except OSError:  # the other end is closed
            return False
        self.shown += more
        return bool(more)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    """Begins a sitting at a terminal."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Terminal(tmp_path))


def test_each_answer_is_kept_at_once_and_a_sitting_goes_on(terminal: Callable[[], Terminal], tmp_path: Path) -> None:
    (tmp_path / "ai-systems.yaml").write_text(UNSIGNED)
    kept = tmp_path / "triage-sentiment.yaml"
    first = terminal()
    first.until("Each answer is kept in triage-sentiment.yaml at once. Stop with Ctrl-C, and go on another day.")
    first.say("Who answers, for the record: ", " ", "José")
    first.until("scope-union (Art. 2(1))")
    first.until("Why: The Act reaches providers outside the Union too")
    first.say("Answer (yes, no, unknown, later): ", "perhaps", "Yes")
    first.say("Reason: ", "Sold in all of it")
    first.until("scope-excluded")
    code = first.end(signal.SIGINT)
    held = yaml.safe_load(kept.read_text())

    assert (code, held["answers"]) == (130, {"scope-union": {
        "answer": "yes", "reason": "Sold in all of it", "by": "José", "on": datetime.now(UTC).date()}})  # fmt: skip

    second = terminal()
    second.say("for the record: ", "Ana")
    second.until("scope-excluded")
    second.say("unknown, later): ", "later")
    second.until("prohibited-manipulation")
    second.say("unknown, later, back): ", "unknown")
    second.say("Reason: ", "")
    second.until("prohibited-vulnerability")
    assert second.end(signal.SIGINT) == 130
    assert {name: one["by"] for name, one in yaml.safe_load(kept.read_text())["answers"].items()} == {
        "scope-union": "José", "prohibited-manipulation": "Ana",
    }  # fmt: skip


def test_a_sitting_goes_back_one_question_after_the_other(terminal: Callable[[], Terminal], tmp_path: Path) -> None:
    path = answered(tmp_path, area_credit="", gpai_model="", impact_assessed="").rename(
        tmp_path / "triage-sentiment.yaml"
    )
    before = path.read_bytes()
    sitting = terminal()
    sitting.say("for the record: ", "Ana")
    sitting.until("[3 left] Is it meant to judge people's creditworthiness")
    sitting.say("unknown, later): ", "yes")
    sitting.say("Reason: ", "A slip")
    sitting.until("[2 left] Does it rest on")
    sitting.say("unknown, later, back): ", "later")
    sitting.until("Is there an AI system impact assessment")
    sitting.say("unknown, later, back): ", "back")
    sitting.until("Does it rest on")
    sitting.say("unknown, later, back): ", "back")
    sitting.until("[3 left] Is it meant to judge people's creditworthiness")
    assert path.read_bytes() == before
    sitting.say("unknown, later): ", "no")
    sitting.say("Reason: ", "")
    sitting.until("[2 left] Does it rest on")

    assert sitting.end(signal.SIGINT) == 130
    assert yaml.safe_load(path.read_text())["answers"]["area-credit"]["answer"] == "no"


def test_going_back_leaves_what_others_wrote_meanwhile(terminal: Callable[[], Terminal], tmp_path: Path) -> None:
    path = answered(tmp_path, area_credit="", gpai_model="").rename(tmp_path / "triage-sentiment.yaml")
    sitting = terminal()
    sitting.say("for the record: ", "Ana")
    sitting.say("unknown, later): ", "no")
    sitting.say("Reason: ", "")
    sitting.until("Does it rest on")
    path.write_text(path.read_text() + "# counsel was here\n")
    sitting.say("unknown, later, back): ", "back")
    sitting.until("triage-sentiment.yaml: was changed since that answer; correct it there")

    assert sitting.end() == 2
    assert path.read_text().endswith("# counsel was here\n")


def test_what_somebody_else_answered_meanwhile_stays(terminal: Callable[[], Terminal], tmp_path: Path) -> None:
    path = answered(tmp_path, area_credit="").rename(tmp_path / "triage-sentiment.yaml")
    sitting = terminal()
    sitting.say("for the record: ", "Ana")
    sitting.until("Answer (yes")
    path.write_text(path.read_text() + "  area-credit: {answer: unknown, by: counsel}\n")
    sitting.say("unknown, later): ", "no")
    sitting.say("Reason: ", "")
    sitting.until("triage-sentiment.yaml: area-credit was answered there meanwhile; run it again to go on")

    assert sitting.end() == 2
    assert yaml.safe_load(path.read_text())["answers"]["area-credit"]["by"] == "counsel"


def test_where_nothing_can_be_kept_nothing_is_asked(terminal: Callable[[], Terminal], tmp_path: Path) -> None:
    (tmp_path / "ai-systems.yaml").write_text(UNSIGNED)
    (tmp_path / "triage-sentiment.yaml").symlink_to(tmp_path / "gone" / "triage-sentiment.yaml")
    sitting = terminal()
    sitting.until("mlposture: answers triage-sentiment.yaml: the folder")

    assert sitting.end() == 2
    assert "for the record" not in sitting.shown


def test_a_sitting_that_answers_the_last_question_says_what_all_lead_to(
    terminal: Callable[[], Terminal], tmp_path: Path
) -> None:
    answered(tmp_path, area_credit="").rename(tmp_path / "triage-sentiment.yaml")
    sitting = terminal()
    sitting.say("for the record: ", "Ana")
    sitting.until("Mind: The exception belongs to this point.")
    sitting.say("Answer (yes, fraud, no, unknown, later): ", "fraud")
    sitting.say("Reason: ", "", "Card payments alone")
    sitting.until("exception of Annex III 5(b) claimed (Annex III(5)(b))")

    assert sitting.end() == 0
    assert "no high-risk route or Art. 50 duty found (Art. 4 and 5 still apply)" in sitting.shown


def test_what_is_put_off_is_missing(terminal: Callable[[], Terminal], tmp_path: Path) -> None:
    answered(tmp_path, area_credit="").rename(tmp_path / "triage-sentiment.yaml")
    before = (tmp_path / "triage-sentiment.yaml").read_bytes()
    sitting = terminal()
    sitting.say("for the record: ", "Ana")
    sitting.say("unknown, later): ", "later")
    sitting.until("1 without an answer: area-credit")

    assert sitting.end() == 4
    assert (tmp_path / "triage-sentiment.yaml").read_bytes() == before


def test_what_is_no_text_is_refused_and_nothing_is_lost(terminal: Callable[[], Terminal], tmp_path: Path) -> None:
    answered(tmp_path, area_credit="").rename(tmp_path / "triage-sentiment.yaml")
    before = (tmp_path / "triage-sentiment.yaml").read_bytes()
    sitting = terminal()
    sitting.say("for the record: ", "Ana")
    sitting.say("unknown, later): ", "no")
    sitting.say("Reason: ", "\udcff")
    sitting.until("mlposture: what was typed is no text in UTF-8; run it again, the answers so far are kept")

    assert sitting.end() == 2
    assert (tmp_path / "triage-sentiment.yaml").read_bytes() == before


def test_a_file_that_no_answer_can_be_added_to_is_left_as_it_is(
    terminal: Callable[[], Terminal], tmp_path: Path
) -> None:
    path = answered(tmp_path, area_credit="").rename(tmp_path / "triage-sentiment.yaml")
    held = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(held, default_flow_style=True))
    before = path.read_bytes()
    sitting = terminal()
    sitting.say("for the record: ", "Ana")
    sitting.say("unknown, later): ", "no")
    sitting.say("Reason: ", "")
    sitting.until("triage-sentiment.yaml: no answer can be added at its end")

    assert sitting.end() == 2
    assert path.read_bytes() == before
