"""Pages over a report or a history: who is answered, with what, and that nothing can be changed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from buckets import s3_bucket
from commandline import HEEDING, mlposture
from scanning import calm
from served import Served, bound, many, report_of, serving

from scanner.model.nouns import Severity

PAGES = ("/", "/systems", "/findings", "/unseen", "/history", "/dossiers")
SEVERITIES = [str(one) for one in Severity]
HOSTILE = "<script>alert(1)</script>\u202eexe"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("served")
    report = many(report_of(calm("aws")[0], made), 10_000)
    report["findings"][0]["resource"]["name"] = HOSTILE
    report["findings"][0]["resource"]["account"] = HOSTILE
    report["findings"][0]["systems"] = [HOSTILE]
    (made / "report.json").write_text(json.dumps(report), encoding="utf-8")
    (made / "dossiers" / "fraud").mkdir(parents=True)
    (made / "dossiers" / "fraud" / "dossier.html").write_text("<h1>Fraud scoring</h1>", encoding="utf-8")
    (made / "dossiers" / "fraud" / "record.txt").write_text("no page", encoding="utf-8")
    (made / "secret.html").write_text("not named", encoding="utf-8")
    (made / "dossiers" / "link.html").symlink_to(made / "secret.html")
    return made


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    with serving("report.json", "--dossiers", "dossiers", cwd=folder) as made:
        yield made


@pytest.fixture(scope="module")
def findings(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))["findings"]  # type: ignore[no-any-return]


def counted(text: str) -> int:
    found = re.search(r"<b>([\d,]+) findings?</b>", text)
    assert found, text[-3000:]
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_what_a_browser_may_do_with_it(served: Served, page: str) -> None:
    answer = served.ask(page)

    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script-src" not in policy
    assert "server" not in answer.headers
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "evil.example:PORT", "localhost:1", "127.0.0.1:PORT.", ""]
)
def test_another_name_is_not_answered(served: Served, host: str) -> None:
    answer = served.ask("/", Host=host.replace("PORT", str(served.port)))

    assert (answer.status, "Organisation" in answer.text) == (421, False)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_its_own_names_are_answered_whatever_others_forward(served: Served, host: str) -> None:
    forwarded = {"X_Forwarded_Host": "evil.example", "X_Forwarded_For": "203.0.113.9", "Forwarded": "host=evil.example"}
    answer = served.ask("/", Host=f"{host}:{served.port}", **forwarded)

    assert answer.status == 200
    assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    ("site", "mode", "status"),
    [
        ("cross-site", "no-cors", 403),
        ("same-site", "cors", 403),
        ("cross-site", "navigate", 200),
        ("same-origin", "cors", 200),
        ("none", "navigate", 200),
    ],
)
def test_a_page_of_somebody_else_learns_not_even_how_long_a_search_takes(
    served: Served, site: str, mode: str, status: int
) -> None:
    answer = served.ask("/findings?q=internet", Sec_Fetch_Site=site, Sec_Fetch_Mode=mode)

    assert (answer.status, "Findings" in answer.text) == (status, status == 200)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("page", ["/", "/findings", "/nothing"])
def test_nothing_can_be_changed(served: Served, method: str, page: str) -> None:
    answer = served.ask(page, method)

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_head_gives_no_page(served: Served) -> None:
    answer = served.ask("/findings", "HEAD")

    assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize("path", ["/nothing", "/findings/0123", "/dossiers/fraud/record.txt", "/dossiers/link.html",
                                  "/dossiers/../report.json", "/dossiers/%2e%2e/secret.html", "/static/x"])  # fmt: skip
def test_what_is_not_there_is_said_and_no_other_file_is_shown(served: Served, path: str) -> None:
    answer = served.ask(path)

    assert answer.status == 404
    assert "Nothing here" in answer.text and "not named" not in answer.text


def test_dossiers_are_listed_and_may_do_nothing(served: Served) -> None:
    assert 'href="/dossiers/fraud/dossier.html"' in served.ask("/dossiers").text
    answer = served.ask("/dossiers/fraud/dossier.html")

    assert (answer.status, answer.text) == (200, "<h1>Fraud scoring</h1>")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_every_page_of_ten_thousand_findings_is_another_part_of_them(served: Served) -> None:
    seen = Counter(
        found
        for page in (1, 2, 3, 100, 199, 200)
        for found in re.findall(r'href="/findings/([0-9a-f]{32})"', served.ask(f"/findings?page={page}").text)
    )

    assert len(seen) == 300
    assert set(seen.values()) == {1}
    assert counted(served.ask("/findings").text) == 10_000


@pytest.mark.parametrize("page", ["0", "-1", "x", "201", "99999999999999999999", "1e3", ""])
def test_a_page_that_there_is_not_is_the_next_that_there_is(served: Served, page: str) -> None:
    answer = served.ask(f"/findings?page={page}")

    assert answer.status == 200
    assert re.search(r"page (1|200) of 200", answer.text)


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("severity=high", lambda one: one["severity"] == "high"),
        ("verdict=unknown", lambda one: one["verdict"] == "unknown"),
        ("check=MLP-1001", lambda one: one["check"]["id"] == "MLP-1001"),
        ("q=notebook+INTERNET", lambda one: "notebook" in _text(one) and "internet" in _text(one)),
        ("severity=high&verdict=fail&provider=aws", lambda one: (one["severity"], one["verdict"]) == ("high", "fail")),
        ("severity=none-such", lambda one: False),
        (f"account={quote(HOSTILE)}", lambda one: one["resource"]["account"] == HOSTILE),
        (f"system={quote(HOSTILE)}", lambda one: HOSTILE in one["systems"]),
        ("account=%27+OR+1%3D1+--", lambda one: False),
    ],
)
def test_what_is_chosen_is_what_the_report_has(
    served: Served, findings: list[dict[str, Any]], query: str, chosen: Any
) -> None:
    assert counted(served.ask(f"/findings?{query}").text) == sum(map(bool, map(chosen, findings)))


def _text(one: dict[str, Any]) -> str:
    about = one["resource"]
    return " ".join((one["check"]["title"], one["message"], about["name"], about["id"], about["kind"])).casefold()


def test_names_of_others_are_text(served: Served) -> None:
    for page in ("/systems", f"/findings?system={quote(HOSTILE)}", f"/findings/{0:032x}"):
        text = served.ask(page).text
        assert "<script>" not in text and "\u202e" not in text
        assert "&lt;script&gt;alert(1)" in text
    [value] = re.findall(
        r'<option value="([^"]*script[^"]*)" selected', served.ask(f"/findings?system={quote(HOSTILE)}").text
    )
    assert counted(served.ask(f"/findings?system={quote(unescape(value))}").text) == 1  # as the form gives it back


def test_one_finding_has_its_evidence_and_its_fix(served: Served, findings: list[dict[str, Any]]) -> None:
    one = next(one for one in findings if one["verdict"] == "fail" and len(one["path"]) > 1)
    text = unescape(served.ask(f"/findings/{one['fingerprint']}").text)

    assert one["check"]["title"] in text
    assert all(name in text for name in one["evidence"])
    assert all(step in text for step in one["path"])
    assert all(control in text for control in one["controls"])
    assert one["evidence"] and "\\n" not in text, "lines of evidence and of the fix are lines"


def test_not_seen_is_said_on_every_page(tmp_path: Path) -> None:
    report = report_of(calm("aws")[0], tmp_path)
    gap = {
        "kind": "aws.sagemaker.Endpoint", "operation": "sagemaker:ListEndpoints", "reason": "denied", "count": 3,
        "scope": {"provider": "aws", "account": "111122223333", "region": "eu-west-1"}, "checks": ["MLP-1252"],
        "detail": "no identity-based policy allows it", "permission": "sagemaker:ListEndpoints",
    }  # fmt: skip
    changed = {**report, "scan": {**report["scan"], "complete": False}, "gaps": [gap]}
    (tmp_path / "report.json").write_text(json.dumps(changed), encoding="utf-8")
    with serving("report.json", cwd=tmp_path) as made:
        assert all("Not everything was seen" in made.ask(page).text for page in PAGES)
        assert "sagemaker:ListEndpoints" in made.ask("/unseen").text
        assert "not all of it" in made.ask("/").text
        assert "That is no pass" in made.ask("/findings?check=MLP-9999").text


@pytest.mark.parametrize("listed", [True, False])
def test_of_an_account_with_unknown_verdicts_not_all_was_seen(listed: bool, tmp_path: Path) -> None:
    report = report_of(calm("aws")[0], tmp_path)
    summary = {**report["summary"], "verdicts": {**report["summary"]["verdicts"], "unknown": 1}}
    changed = {**report, "scan": {**report["scan"], "complete": False}, "summary": summary}
    if listed:
        changed["findings"][0]["verdict"] = "unknown"
    (tmp_path / "report.json").write_text(json.dumps(changed), encoding="utf-8")
    with serving("report.json", cwd=tmp_path) as made:
        page = made.ask("/").text
        assert "not all of it" in page and ">all of it<" not in page
        assert "verdicts are unknown</a>" in page and "every list came to its end" not in page


def test_a_history_is_browsed_and_left_as_it_was(tmp_path: Path) -> None:
    report = report_of(calm("aws")[0], tmp_path, "--store", "sqlite:///history.db")
    before = (tmp_path / "history.db").read_bytes()
    counts = Counter(one["severity"] for one in report["findings"] if one["verdict"] == "fail")
    [(state, failures)] = Counter(one["state"] for one in report["findings"] if one["verdict"] == "fail").items()
    with serving("--store", "sqlite:///history.db", cwd=tmp_path) as made:
        table = made.ask("/history").text
        assert f"{failures} {state}" in table
        heads = re.findall(r"<th[^>]*>([^<]+)</th>", table)
        assert [one for one in heads if one.lower() in SEVERITIES] == [one.capitalize() for one in SEVERITIES]
        assert all(f'<td class="number">{counts[one]}</td>' in table for one in SEVERITIES)
        assert counted(made.ask(f"/findings?verdict=fail&state={quote(state)}").text) == failures
        fingerprint = report["findings"][0]["fingerprint"]
        assert "keeps what was found, and no evidence" in made.ask(f"/findings/{fingerprint}").text
    assert (tmp_path / "history.db").read_bytes() == before


def asked_by_socket(path: Path, host: str) -> str:
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(str(path))
        asked.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return asked.makefile("rb").readline().decode().strip()


def test_a_socket_is_its_owners_alone_and_gone_at_the_end(tmp_path: Path) -> None:
    report_of(calm("aws")[0], tmp_path)
    path = tmp_path / "s.sock"
    for _ in range(2):  # the second finds what one that was killed left
        with serving("report.json", "--socket", "s.sock", cwd=tmp_path, port=False):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert asked_by_socket(path, "localhost") == "HTTP/1.1 200 OK"
            assert asked_by_socket(path, "localhost:8765") == "HTTP/1.1 200 OK", "as ssh -L brings it elsewhere"
            assert asked_by_socket(path, "evil.example:8765") == "HTTP/1.1 421 Misdirected Request"
            taken = mlposture("serve", "report.json", "--socket", "s.sock", cwd=tmp_path)
            assert (taken.returncode, taken.stderr) == (
                2, "mlposture: --socket s.sock: another process listens there\n"
            )  # fmt: skip
        assert path.exists(), "it was killed"
    with serving("report.json", "--socket", "s.sock", cwd=tmp_path, port=False) as made:
        made.end()
    assert not path.exists()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system does not say who listens where")
@pytest.mark.parametrize(
    ("where", "addresses"),
    [
        ((), {"127.0.0.1"}),
        (("--host", "localhost"), {"127.0.0.1"}),
        (("--host", "127.0.0.2"), {"127.0.0.2"}),
        (("--host", "::1"), {"::1"}),
        (("--socket", "s.sock"), {"s.sock"}),
    ],
    ids=str,
)
def test_the_process_listens_there_and_nowhere_else(
    where: tuple[str, ...], addresses: set[str], tmp_path: Path
) -> None:
    """As the kernel has it of all that the process holds, after a page was asked for."""
    report_of(calm("aws")[0], tmp_path)
    with serving("report.json", *where, cwd=tmp_path, port="--socket" not in where) as made:
        if not where:
            assert made.ask("/").status == 200
        assert bound(made.process.pid) == addresses
        if "--socket" in where:
            assert asked_by_socket(tmp_path / "s.sock", "localhost") == "HTTP/1.1 200 OK"
            assert (stat.S_IMODE((tmp_path / "s.sock").stat().st_mode), bound(made.process.pid)) == (0o600, addresses)


def test_what_listens_elsewhere_is_noticed() -> None:
    with socket.socket() as everywhere, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        everywhere.bind(("0.0.0.0", 0))
        everywhere.listen()
        datagrams.bind(("127.0.0.3", 0))
        assert {"0.0.0.0", "127.0.0.3"} <= bound(os.getpid())


@pytest.mark.parametrize("again", [signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_that_was_ignored_at_the_start_stays_ignored(again: signal.Signals, tmp_path: Path) -> None:
    """As a shell has it of a job that a script starts in the background: it is ended otherwise."""
    report_of(calm("aws")[0], tmp_path)
    begin = HEEDING.replace("os.execv", "signal.signal(signal.SIGINT, signal.SIG_IGN)\nos.execv")
    with serving("report.json", cwd=tmp_path, begin=begin) as made:
        made.process.send_signal(signal.SIGINT)
        assert made.ask("/findings").status == 200
        made.process.send_signal(signal.SIGINT)
        assert made.ask("/").status == 200
        code, said = made.end(again)

    assert (code, "Traceback" in said) == (128 + again, False)


def test_a_history_in_a_bucket_is_browsed_and_left_as_it_was(tmp_path: Path) -> None:
    with s3_bucket() as bucket:
        report_of(calm("aws")[0], tmp_path, "--store", bucket.at("history"))
        before = bucket.contents()
        bucket.world.log.clear()
        with serving("--store", bucket.at("history"), cwd=tmp_path) as made:
            assert re.search(r"<b>[\d,]+ findings</b>", made.ask("/findings").text)
            assert "Informational" in made.ask("/history").text
        assert (bucket.contents(), bool(before)) == (before, True)
        assert [one.operation for one in bucket.touched() if one.method not in ("GET", "HEAD")] == []


@pytest.mark.parametrize(("kind", "says"), [("deny", "s3:ListBucket"), ("gone", "no such object or bucket")])
def test_a_bucket_that_cannot_be_read_is_said_in_a_sentence(kind: str, says: str, tmp_path: Path) -> None:
    with s3_bucket() as bucket:
        if kind == "deny":
            bucket.fail(bucket.list, kind)
        store = bucket.at("history") if kind == "deny" else bucket.missing.replace("x.json", "history")
        done = mlposture("serve", "--store", store, "--port", "0", cwd=tmp_path)

    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_it_ends_when_it_is_told_to(tmp_path: Path, how: signal.Signals, code: int) -> None:
    report_of(calm("aws")[0], tmp_path)
    with serving("report.json", cwd=tmp_path) as made:
        assert made.ask("/").status == 200
        ended, said = made.end(how)

    assert ended == code
    assert "Traceback" not in said


@pytest.mark.parametrize("package", ["starlette", "uvicorn"])
def test_without_the_extra_one_sentence_says_what_to_install(package: str, tmp_path: Path) -> None:
    code = f"import sys; sys.modules[{package!r}] = None; from scanner.cli.commands import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "serve", "report.json"], capture_output=True, text=True, cwd=tmp_path, check=False
    )

    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "'.[serve]'" in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", "127.0.0.1.nip.example", "::1%lo", "*"])
def test_no_other_host_is_served_on(host: str, tmp_path: Path) -> None:
    done = mlposture("serve", "report.json", "--host", host, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "findings are served on this machine alone" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name what to show: a REPORT, or a history with --store"),
        (("report.json", "--store", "sqlite:///h.db"), "name what to show: a REPORT, or a history with --store"),
        (("none.json",), "none.json: No such file or directory"),
        (("inventory.json",), "inventory.json: is no JSON report; write one with -o report.json"),
        (("cut.json",), "cut.json: "),
        (("--store", "sqlite:///none.db"), "there is no such file"),
        (("report.json", "--dossiers", "none"), "--dossiers none: there is no such folder"),
        (("report.json", "--dossiers", "empty"), "--dossiers empty: has no page"),
        (("report.json", "--socket", "report.json"), "there is a file of that name"),
        (("report.json", "--socket", "s", "--port", "1"), "--socket takes the place of --host and --port"),
    ],
)
def test_what_cannot_be_served_is_said_in_a_sentence(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    report_of(calm("aws")[0], tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "cut.json").write_bytes((tmp_path / "report.json").read_bytes()[:5000])
    done = mlposture("serve", *arguments, cwd=tmp_path)

    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
