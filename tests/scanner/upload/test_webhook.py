"""`--notify` and `upload webhook`, against somebody who listens on a real socket."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from unittest import mock

import pytest
from commandline import mlposture
from factories.aws import notebook
from interrupting import interrupted
from scanning import running
from support import inventory_of
from uploading import Noted
from worlds.base import Fault, Request, Response, World
from worlds.receiver import KEY, Receiver

from scanner.cli import notifying
from scanner.model.sanitize import redact_wholly
from scanner.upload import webhook
from scanner.upload.webhook import Webhook, signature

OPEN = notebook(direct_internet_access="Enabled")
OTHER = notebook("other", direct_internet_access="Enabled")
CLOSED = notebook(direct_internet_access="Disabled")
UNSEEN = notebook("other")


class Night:
    """Somebody who listens, and scans that tell."""

    def __init__(self, receiver: Receiver, folder: Path, clock: Noted) -> None:
        self.receiver = receiver
        self.folder = folder
        self.clock = clock

    def evaluate(self, *resources, more: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        inventory_of(*(resources or (OPEN,))).save(self.folder / "inventory.json")
        wanted = ("--check", "MLP-1001", "--fail-on", "never", *more)
        return mlposture("evaluate", "inventory.json", *wanted, cwd=self.folder)

    def answers(self, *statuses: int, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for status in statuses:
            reply = Response(status, b"SECRET-OF-THE-RECEIVER", named)
            self.receiver.faults.append(Fault("message", "answer", answer=lambda _, __, reply=reply: reply, times=1))


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Night]:
    clock = Noted()
    monkeypatch.setattr(notifying, "CLOCK", clock)
    with Receiver({}) as receiver:
        for name, value in receiver.env().items():
            monkeypatch.setenv(name, value)
        yield Night(receiver, tmp_path, clock)


def test_the_first_scan_of_a_history_has_nothing_new_and_names_its_worst(night: Night) -> None:
    store = ("--store", "sqlite:///history.db")
    first = night.evaluate(OPEN, more=(*store, "-o", "first.json"))
    second = night.evaluate(OPEN, more=(*store, "--check", "MLP-1001", "--check", "MLP-1002", "-o", "now.json"))

    assert (first.returncode, second.returncode) == (0, 0), second.stderr
    began, looked = night.receiver.taken
    assert began["text"].startswith("This scan: 1 failure, 1 high among them, nothing earlier to compare with (worst: ")
    assert began["states"] == {"not compared": 1}
    assert looked["text"].startswith("Since the last scan: nothing new")
    assert looked["states"]["persisting"] == 1


def test_a_message_says_what_is_new_fixed_and_not_seen(night: Night) -> None:
    first = night.evaluate(CLOSED, OTHER, more=("-o", "before.json"))
    second = night.evaluate(OPEN, UNSEEN, more=("--baseline", "before.json", "-o", "now.json", "-o", "now.md"))

    assert (first.returncode, second.returncode) == (0, 0), second.stderr
    alone, compared = night.receiver.taken
    worst = f"high MLP-1001 {alone['worst']['title']}"
    assert alone["text"] == (
        "This scan: 1 failure, 1 high among them, nothing earlier to compare with "
        f"(worst: {worst}: other in aws 111122223333 eu-west-1)."
    )
    assert alone["states"] is None
    said = (
        f"Since the last scan: 1 new (worst: {worst}: research in aws 111122223333 eu-west-1), "
        "1 not seen because nobody could read direct_internet_access; not everything was seen: 1 unknown verdict."
    )
    assert compared["text"] == said
    assert (compared["states"], compared["not_seen"], compared["complete"]) == ({"new": 1, "unknown": 1}, 1, False)
    assert compared["ended"]["code"] == 0
    assert said in " ".join(second.stdout.split()), "a person reads the same"
    assert "\nExit code 0: " in second.stdout
    assert "Since the last scan: 1 new" in (night.folder / "now.md").read_text(encoding="utf-8")
    assert "This scan: " not in first.stdout, "where the sums say it all"


def test_a_message_made_of_the_report_is_that_of_the_scan(night: Night) -> None:
    night.evaluate(CLOSED, OTHER, more=("-o", "before.json"))
    for more in ((), ("--baseline", "before.json")):
        night.receiver.prepare()
        night.evaluate(OPEN, UNSEEN, more=("-o", "report.json", *more))
        night.receiver.seen.clear()
        done = mlposture("upload", "webhook", "--report", "report.json", cwd=night.folder)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        by_scan, by_report = night.receiver.taken
        assert by_report == {**by_scan, "ended": None}


def test_counts_alone_name_nothing(night: Night) -> None:
    night.evaluate(CLOSED, OTHER, more=("-o", "before.json"))
    more = ("--baseline", "before.json", "-o", "report.json", "--notify-counts")
    night.evaluate(OPEN, UNSEEN, more=more)
    night.receiver.seen.clear()
    mlposture("upload", "webhook", "--report", "report.json", "--counts", cwd=night.folder)

    for message in night.receiver.taken[1:]:
        assert (message["worst"], message["not_seen_because"]) == (None, [])
        assert message["text"] == (
            "Since the last scan: 1 new, 1 not seen; not everything was seen: 1 unknown verdict."
        )
        text = json.dumps(message)
        assert not [name for name in ("research", "other", "111122223333", "eu-west-1", "MLP-1001") if name in text]


@pytest.mark.parametrize(
    ("faults", "waits"),
    [
        ([500], [1]),
        ([503, 502, 500], [1, 4, 15]),
        ([429], [30]),
        (["reset"], [1]),
        (["reset", 503, "reset"], [1, 4, 15]),
        (["timeout"], [1]),
    ],
)
def test_it_is_sent_again_with_the_same_id_and_taken_once(
    faults: list[int | str], waits: list[int], night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "ATTEMPT", 0.5 if "timeout" in faults else 15)
    for fault in faults:
        if isinstance(fault, str):
            night.receiver.faults.append(Fault("message", fault, times=1))
        else:
            night.answers(fault, **({"Retry_After": "30"} if fault == 429 else {}))

    done = night.evaluate()

    assert (done.returncode, done.stderr) == (0, "")
    assert night.clock.waits == waits
    assert len(night.receiver.log) == len(faults) + 1
    assert len({request.headers["webhook-id"] for request in night.receiver.log}) == 1
    assert len(night.receiver.taken) == 1


@pytest.mark.parametrize(
    ("statuses", "headers", "words"),
    [
        ([500] * 4, {}, "answered 500 (Internal Server Error): the message was not taken"),
        ([429], {"Retry_After": "3600"}, "and asks to be left alone for 3600 s: the message was not taken"),
        ([302], {"Location": "http://127.0.0.1:1/"}, "answered 302 (Found), which leads elsewhere: redirects are not"),
        ([410], {}, "answered 410 (Gone): it wants no message any more; leave it out, or give the new address"),
        ([401], {}, "compare MLPOSTURE_NOTIFY_KEY with the key that the receiver has"),
        ([404], {}, "answered 404 (Not Found): it does not take this message; look at the address"),
        ([799], {}, "answered 799: it does not take this message"),
    ],
)
def test_who_cannot_be_told_is_said_and_counts_as_incomplete(
    statuses: list[int], headers: dict[str, str], words: str, night: Night
) -> None:
    night.answers(*statuses, **headers)

    done = night.evaluate(more=("-o", "report.json"))

    assert done.returncode == 4
    assert "nobody was notified: the webhook at 127.0.0.1:" in done.stderr
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout.splitlines()[-1].startswith("Exit code 4: ")
    assert done.stdout.rstrip().endswith("nobody was notified.")
    assert len(night.receiver.log) == len(statuses)
    for hidden in ("SECRET-OF-THE-RECEIVER", "of-nobody-else", KEY, KEY.removeprefix("whsec_")):
        assert hidden not in done.stdout + done.stderr
    assert (night.folder / "report.json").stat().st_size, "nothing is lost"

    night.answers(*statuses, **headers)
    again = mlposture("upload", "webhook", "--report", "report.json", cwd=night.folder)
    assert again.returncode == (3 if statuses[0] in (429, 500) else 2)
    assert words in again.stderr


def test_the_findings_exit_code_wins(night: Night) -> None:
    night.answers(410)
    done = night.evaluate(more=("--fail-on", "low"))
    assert done.returncode == 1
    assert "nobody was notified" in done.stderr
    assert done.stdout.rstrip().endswith("nobody was notified.")


def test_a_receiver_that_hangs_or_is_not_there_ends_in_time(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "ATTEMPT", 0.3)
    night.receiver.faults.append(Fault("message", "timeout"))
    done = night.evaluate()
    assert (done.returncode, night.clock.waits) == (4, [1, 4, 15])
    assert "did not answer (" in done.stderr
    assert "look at the network" in done.stderr

    night.clock.waits.clear()
    done = night.evaluate(more=("--notify", "http://127.0.0.1:9/hooks"))
    assert (done.returncode, night.clock.waits) == (4, [1, 4, 15])
    assert "the webhook at 127.0.0.1:9 did not answer (" in done.stderr


def test_who_answers_without_end_is_no_receiver(night: Night) -> None:
    def endless(world: World, request: Request) -> Response:
        return Response(200, raw=iter([b"HTTP/1.1 200 OK\r\n\r\n", *([b"x" * 65536] * 4)]))

    night.receiver.faults.append(Fault("message", "answer", answer=endless))
    done = night.evaluate()
    assert done.returncode == 4
    assert "did not answer (the reply is larger than 65536 bytes)" in done.stderr


def test_who_echoes_what_was_sent_shows_no_address(night: Night) -> None:
    def echo(world: World, request: Request) -> Response:
        return Response(200, raw=iter([f"{request.method} {request.path} HTTP/1.1\r\n\r\n".encode()]))

    night.receiver.faults.append(Fault("message", "answer", answer=echo))
    done = night.evaluate()
    assert done.returncode == 4
    assert "did not answer (its reply is not as HTTP has it: BadStatusLine)" in done.stderr
    assert "of-nobody-else" not in done.stdout + done.stderr


def test_merge_tells_too_and_what_was_not_written_is_told(night: Night) -> None:
    night.evaluate(OPEN)
    night.receiver.prepare()
    done = mlposture("merge", "inventory.json", "--check", "MLP-1001", "--fail-on", "low", cwd=night.folder)
    assert done.returncode == 1
    (night.folder / "made").write_text("", encoding="utf-8")
    failed = night.evaluate(more=("--store", "sqlite:///made/of/nothing.db"))
    assert failed.returncode == 2
    ends = [message["ended"]["code"] for message in night.receiver.taken]
    assert ends == [1], "nothing was looked at where there is no history to compare with"


def test_without_a_key_nothing_is_signed(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLPOSTURE_NOTIFY_KEY")
    night.receiver.signed = False
    assert night.evaluate().returncode == 0
    assert len(night.receiver.taken) == 1


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the specification's own libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.northwind.example/of-nobody-else", "the message would be sent in the clear; use https"),
        ("https://me:secret@hooks.northwind.example/", "give scheme, host and path alone"),
        ("https://hooks.northwind.example/#of-nobody-else", "give scheme, host and path alone"),
        ("ftp://hooks.northwind.example/of-nobody-else", "is no address; give one such as https://HOST/PATH"),
        ("https://hooks.northwind.example:of-nobody-else/", "is no address"),
        ("of-nobody-else", "is no address"),
        ("https://hooks.northwind.example/ä/of-nobody-else", "is no address"),
        ("https://hooks.northwind.example/ of-nobody-else", "is no address"),
        ("https://hooks.northwind.example/of-nobody-else-\u00e4", "is no address"),
        ("https://hooks..example/of-nobody-else", "is no address"),
    ],
)
@pytest.mark.parametrize("by", ["--notify", "MLPOSTURE_NOTIFY_URL"])
def test_an_address_that_cannot_be_told_is_refused_before_anything_is_read(
    by: str, url: str, words: str, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by.startswith("-"):
        done = mlposture("evaluate", "none.json", by, url, cwd=night.folder)
    else:
        monkeypatch.setenv(by, url)
        done = mlposture("evaluate", "none.json", cwd=night.folder)
    assert done.returncode == 2
    assert f"{by}: {words}" in done.stderr
    assert "of-nobody-else" not in done.stderr and "secret" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "aws", "https://hooks.northwind.example/services/of-nobody-else"),
        ("scan", "aws", "--notfy=https://hooks.northwind.example/services/of-nobody-else"),
        ("scan", "aws", "--notify-counts=https://hooks.northwind.example/services/of-nobody-else"),
        ("evaluate", "none.json", "--min-coverage", "https://ana:secret@hooks.northwind.example?of-nobody-else"),
    ],
)
def test_an_address_in_the_wrong_place_is_not_shown_beyond_its_host(arguments: tuple[str, ...], night: Night) -> None:
    done = mlposture(*arguments, cwd=night.folder)
    assert done.returncode == 2
    assert "Error: " in done.stderr
    assert "of-nobody-else" not in done.stderr and "secret" not in done.stderr


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        (
            "https://hooks.slack.example/services/T00000000/B00000000/aB3dE6gH9jK2mN5pQ8sT1vW4",
            "aB3dE6gH9jK2mN5pQ8sT1vW4",
        ),
        ("https://chat.example/v1/spaces/A/messages?key=k&token=aB3dE6gH9jK2mN5p%3D", "aB3dE6gH9jK2mN5p%3D"),
        ("https://flows.example/workflows/0123456789abcdef0123456789abcdef/run", "0123456789abcdef0123456789abcdef"),
    ],
)
def test_what_quotes_a_token_of_the_address_is_not_believed_to_be_harmless(url: str, hidden: str) -> None:
    Webhook(url, "--notify", None, Noted())
    assert hidden not in redact_wholly(f"ProxyError: cannot reach {url}")


def test_names_and_numbers_in_an_address_are_no_tokens() -> None:
    """They are those of accounts, projects and tenants, which all reports name."""
    names = ("111122223333", "example-fraud-prod", "00000000-0000-0000-0000-00000000aaaa", "notifications", "northwind")
    Webhook(f"https://hooks.example/{'/'.join(names)}", "--notify", None, Noted())
    assert [redact_wholly(name) for name in names] == list(names)


@pytest.mark.parametrize("key", ["abc", "whsec_", "whsec_c2hvcnQ=", f"{KEY}!", KEY.removeprefix("whsec_"), "whsec_ä"])
def test_a_key_that_is_none_is_refused_and_not_shown(key: str, night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPOSTURE_NOTIFY_KEY", key)
    done = mlposture("evaluate", "none.json", cwd=night.folder)
    assert done.returncode == 2
    assert "MLPOSTURE_NOTIFY_KEY: holds no key" in done.stderr
    assert len(key) < 9 or key not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--verdicts", "pass"), "--verdicts: a message is about failures"),
        (("--notify", ""), "is empty"),
    ],
)
def test_options_that_do_not_go_together(arguments: tuple[str, ...], words: str, night: Night) -> None:
    done = mlposture("evaluate", "none.json", *arguments, cwd=night.folder)
    assert done.returncode == 2
    assert words in done.stderr


def test_what_is_no_report_is_refused(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    night.evaluate(more=("-o", "x.sarif", "-o", "whole.json"))
    (night.folder / "cut.json").write_text('{"schema": "mlposture/report/v1", "gaps": []}', encoding="utf-8")
    whole = (night.folder / "whole.json").read_text(encoding="utf-8")
    id = json.loads(whole)["scan"]["id"]
    (night.folder / "half.json").write_text(whole[: len(whole) // 2], encoding="utf-8")
    (night.folder / "header.json").write_text(whole.replace(id, "1\\r\\nCookie: a"), encoding="utf-8")
    night.receiver.log.clear()
    for name, words in (
        ("x.sarif", "is no JSON report"),
        ("cut.json", "does not say of which scan it is"),
        ("half.json", "not a report of mlposture"),
        ("header.json", "not a report of mlposture"),
    ):
        done = mlposture("upload", "webhook", "--report", name, cwd=night.folder)
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert not night.receiver.log
    monkeypatch.delenv("MLPOSTURE_NOTIFY_URL")
    done = mlposture("upload", "webhook", "--report", "x.sarif", cwd=night.folder)
    assert "name the address with --url, or in MLPOSTURE_NOTIFY_URL" in done.stderr


def test_a_scan_that_is_stopped_tells_what_it_saw_and_tries_once(night: Night) -> None:
    with running("aws") as world, chdir(night.folder), mock.patch.dict(os.environ, night.receiver.env()):
        scan = ("scan", "aws", "--region", "eu-west-1", "--grace", "1s", "--no-progress", "--check", "MLP-1001")
        night.answers(500)
        code = interrupted(world, "sagemaker:ListNotebookInstances", *scan)
        assert (code, len(night.receiver.log), night.receiver.taken) == (130, 1, [])
        code = interrupted(world, "sagemaker:ListNotebookInstances", *scan)
    [message] = night.receiver.taken
    assert (code, message["complete"], message["ended"]["code"]) == (130, False, 130)
    assert "in what was seen" in message["text"]
