"""`mlposture upload github` against a simulated GitHub: what it sends, what becomes of alerts, what refusals say."""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commandline import mlposture
from factories import aws, gcp
from github_description import ASKED, description
from support import inventory_of
from uploading import CATEGORY, GitHub, github, result, run
from worlds.base import Fault, Request, Response, World
from worlds.github import HEAD, OPERATIONS, REPOSITORY, TOKEN

from scanner.upload import sarif_runs

UPLOAD, STATUS = "code-scanning/upload-sarif", "code-scanning/get-sarif"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHub]:
    with github(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SARIF of two clouds, as a scan writes it that saw everything."""
    folder = tmp_path_factory.mktemp("real")
    some = (aws.notebook(f"n{n}", direct_internet_access="Enabled") for n in range(3))
    inventory_of(*some, gcp.bucket("models", versioning=False)).save(folder / "inventory.json")
    mlposture("evaluate", "inventory.json", "-o", "x.sarif", "--fail-on", "never", cwd=folder)
    document = json.loads((folder / "x.sarif").read_bytes())
    for one in document["runs"]:
        one.setdefault("properties", {})["complete"] = True
        one["invocations"][0]["executionSuccessful"] = True
    (folder / "x.sarif").write_text(json.dumps(document), encoding="utf-8")
    return folder / "x.sarif"


@pytest.mark.skipif(description() is None, reason="@octokit/openapi is not installed: npm install --prefix tests/npm")
def test_the_simulated_github_answers_what_github_describes() -> None:
    said = description()
    assert said is not None
    assert {id: operation[:2] for id, operation in said.operations.items()} == OPERATIONS
    assert set(ASKED) == set(OPERATIONS)
    body = {"commit_sha": "abc", "ref": "main", "sarif": "", "category": "x"}
    wrong = list(said.of_request(UPLOAD, {"owner": "a", "repo": "b"}, {"page": "1"}, json.dumps(body).encode()))
    assert len(wrong) == 5, "a query, two forms, a length and a member that do not belong there"
    assert list(said.of_response(STATUS, 200, b'{"processing_status": "done"}'))
    assert list(said.of_response(STATUS, 418, b"{}"))


def test_what_a_scan_writes_is_taken_and_is_an_alert_a_result(hub: GitHub, real: Path) -> None:
    document = json.loads(real.read_bytes())

    done = hub.upload("--sarif", str(real))

    assert (done.returncode, done.stderr) == (0, "")
    assert hub.world.repository().files == [{**document, "runs": [one]} for one in document["runs"]]
    assert hub.world.states() == {"open": sum(len(one["results"]) for one in document["runs"])}
    assert f"{REPOSITORY}: refs/heads/main at {HEAD[:12]}, as GitHub says\n" in done.stdout
    assert done.stdout.count(", complete\n") == len(document["runs"])


def test_the_body_is_compressed_and_the_same_for_the_same_run(hub: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.send(run(result("a")))
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
    hub.upload("--sarif", "sent.sarif", "--validate")

    first, second = hub.bodies(UPLOAD)
    assert second == {**first, "validate": True}
    assert first.keys() == {"commit_sha", "ref", "sarif"}
    assert json.loads(gzip.decompress(base64.b64decode(first["sarif"])))["runs"] == [run(result("a"))]


def test_what_passes_closes_and_what_comes_back_opens(hub: GitHub) -> None:
    hub.send(run(result("a"), result("b")))
    hub.send(run(result("a")))
    assert hub.world.states() == {"open": 1, "fixed": 1}

    hub.send(run(result("b"), result("a")))
    assert hub.world.states() == {"open": 2}

    done = hub.send(run())
    assert done.returncode == 0
    assert hub.world.states() == {"fixed": 2}


def test_a_verdict_that_became_unknown_keeps_its_alert_where_it_is_carried_forward(hub: GitHub) -> None:
    """The writer carries it forward, with a message of its own, and the alert is the same through three scans."""
    hub.send(run(result("a")))
    carried = result("a", text="Not observed since 2026-11-22: 'a' is open.")
    hub.send(run(carried, properties={"complete": True, "carried": 1}))
    assert hub.world.states() == {"open": 1}
    hub.send(run(result("a")))

    [alert] = hub.world.repository().alerts.values()
    assert (alert.number, alert.state, alert.text) == (1, "open", "'a' is open.")


@pytest.mark.parametrize(
    "how", [{"properties": {"complete": False}}, {"invocations": [{"executionSuccessful": False}]}]
)
def test_a_partial_scan_is_left_out_and_said(hub: GitHub, how: dict) -> None:
    hub.send(run(result("a")), run(result("z"), category="mlposture/gcp/example-fraud-prod"))

    done = hub.send(run(**how), run(category="mlposture/gcp/example-fraud-prod"))

    assert done.returncode == 4
    assert f"sent.sarif: {CATEGORY} was left out: its scan was not complete" in done.stderr
    assert hub.world.states() == {"open": 1, "fixed": 1}, "the other account is uploaded all the same"


def test_it_asks_less_and_less_often_and_then_says_that_it_does_not_know(hub: GitHub) -> None:
    hub.world.pending = 99

    done = hub.send(run(result("a")))

    assert hub.clock.waits == [5, 10, 20, 40, 80]
    assert done.returncode == 4
    assert "which GitHub is still going through" in done.stdout


def test_who_does_not_wait_hears_that_it_is_sent(hub: GitHub) -> None:
    hub.write("x.sarif", run(result("a")))
    done = hub.upload("--sarif", "x.sarif", "--no-wait")

    assert (done.returncode, hub.clock.waits) == (0, [])
    assert f"{CATEGORY}: 1 results, sent" in done.stdout
    assert STATUS not in hub.world.operations()


# -- what can go wrong -------------------------------------------------------------------------------------------------


def refusing(status: int, message: str, operation: str = UPLOAD, times: int | None = None) -> Fault:
    return Fault(operation, "say", says=(status, "", message), times=times)


def with_headers(status: int, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(UPLOAD, "answer", answer=lambda _, __: Response(status, b'{"message":"rate limit"}', named))


REFUSALS = [
    (refusing(400, "sarif is invalid"), 2, ("sarif is invalid", "--validate")),
    (refusing(401, "Bad credentials"), 3, ("Bad credentials", "get a new one")),
    (refusing(403, "Advanced Security must be enabled for this repository"), 3, ("an administrator enables it",)),
    (refusing(403, "Code scanning is not enabled for this repository."), 3, ("an administrator enables it",)),
    (refusing(403, "Resource not accessible by integration"), 3, ("security-events: write", "security_events")),
    (refusing(403, "Repository was archived so is read-only."), 3, ("archived", "name another")),
    (refusing(403, "Resource protected by organization SAML enforcement."), 3, ("single sign-on",)),
    (with_headers(403, Retry_After="3600"), 3, ("too many requests", "try again after", "UTC")),
    (with_headers(429, Retry_After="3600"), 3, ("too many requests", "try again after")),
    (with_headers(403, x_ratelimit_remaining="0", x_ratelimit_reset="4000000000"), 3, ("try again after",)),
    (refusing(404, "Not Found"), 3, ("no such repository", "security-events: write")),
    (refusing(409, "Git Repository is empty."), 3, ("no commit yet",)),
    (refusing(413, ""), 2, ("too large", "--min-severity")),
    (refusing(422, "commit not found"), 2, ("commit not found", "--ref", "--commit")),
    (refusing(503, "Service unavailable"), 3, ("try again later",)),
    (refusing(418, "teapot"), 3, ("teapot",)),
    (Fault(UPLOAD, "malformed"), 3, ("is not GitHub's API", "/api/v3")),
    (Fault(UPLOAD, "answer", answer=lambda _, __: Response(202, b"[]")), 3, ("a reply has no 'id'",)),
    (Fault(UPLOAD, "reset"), 3, ("could not be reached", "HTTPS_PROXY")),
    (Fault(UPLOAD, "cut"), 3, ("could not be reached",)),
    (refusing(404, "Not Found", STATUS), 3, ("does not know the upload any more",)),
    (refusing(403, "Resource not accessible by integration", "repos/get"), 3, ("contents: read", "give --ref")),
    (refusing(404, "Not Found", "git/get-ref"), 3, ("no such repository",)),
]


@pytest.mark.parametrize(("fault", "code", "phrases"), REFUSALS, ids=lambda one: str(getattr(one, "says", "it"))[:60])
def test_each_refusal_says_what_to_do(hub: GitHub, fault: Fault, code: int, phrases: tuple[str, ...]) -> None:
    hub.world.faults.append(fault)

    done = hub.send(run(result("a")))

    assert done.returncode == code, done.stderr
    [line] = done.stderr.splitlines()
    assert all(phrase in line for phrase in (REPOSITORY if fault.kind == "say" else "", *phrases)), line
    assert TOKEN not in done.stdout + done.stderr


def test_nobody_there_is_said(tmp_path: Path) -> None:
    with github(tmp_path) as hub:
        hub.world.close()
        done = hub.send(run())
    assert done.returncode == 3
    assert "GitHub could not be reached" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (Fault(UPLOAD, "error", times=2), [1, 4]),
        (Fault(UPLOAD, "reset", times=1), [1]),
        (Fault(UPLOAD, "throttle", times=3), [1, 4, 15]),
        (Fault(STATUS, "error", times=1), []),
    ],
)
def test_what_passes_is_asked_for_again(hub: GitHub, fault: Fault, waits: list[int]) -> None:
    hub.world.faults.append(fault)

    assert hub.send(run(result("a"))).returncode == 0
    assert hub.clock.waits[: len(waits)] == waits
    assert hub.world.states() == {"open": 1}


def test_a_limit_is_waited_for_as_long_as_github_says(hub: GitHub) -> None:
    fault = with_headers(403, Retry_After="42")
    fault.times = 1
    hub.world.faults.append(fault)

    assert hub.send(run(result("a"))).returncode == 0
    assert hub.clock.waits[0] == 42


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda one: one["tool"]["driver"]["rules"][0]["properties"].update({"security-severity": "high"}),
            "not a number",
        ),
        (
            lambda one: one["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].update(uri="arn:a"),
            "URI",
        ),
        (lambda one: one["tool"]["driver"]["rules"][0]["properties"].update(tags=["x"] * 21), "tags"),
    ],
)
def test_what_github_cannot_read_is_said_and_costs_no_other_account(hub: GitHub, spoil, said: str) -> None:
    wrong = run(result("a"))
    spoil(wrong)

    done = hub.send(wrong, run(result("b"), category="other"))

    assert done.returncode == 2
    assert said in done.stderr and "--validate" in done.stderr
    assert hub.world.states() == {"open": 1}


def test_no_token_is_sent_to_where_a_redirect_leads(hub: GitHub) -> None:
    def elsewhere(world: World, request: Request) -> Response:
        return Response(307, b"", {"Location": f"{world.url}/elsewhere{request.path}"})

    hub.world.faults.append(Fault("*", "answer", answer=elsewhere))
    done = hub.send(run(result("a")))

    assert done.returncode == 3
    assert "refers to another address" in done.stderr
    assert len(hub.world.log) == 1


def test_a_token_that_is_quoted_back_is_not_shown(hub: GitHub) -> None:
    hub.world.faults.append(refusing(401, f"Bad credentials: {TOKEN}, {base64.b64encode(TOKEN.encode()).decode()}"))
    done = hub.send(run(result("a")))

    assert "redacted" in done.stderr
    assert TOKEN not in done.stderr and base64.b64encode(TOKEN.encode()).decode()[:20] not in done.stderr


def test_a_reply_without_an_end_is_not_read_to_it(hub: GitHub) -> None:
    endless = b"HTTP/1.1 202 Accepted\r\nContent-Length: 99999999999\r\n\r\n"
    hub.world.faults.append(Fault(UPLOAD, "answer", answer=lambda _, __: Response(0, raw=iter([endless]))))
    done = hub.send(run(result("a")))

    assert done.returncode == 3
    assert "the reply is larger than" in done.stderr


# -- what is refused beforehand ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (run(result("a", kind="pass")), "no open failure"),
        (run(result("a", suppressions=[{"kind": "external"}])), "--sarif-profile github"),
        (run(result("a", baselineState="absent")), "no open failure"),
        (run({**result("a"), "locations": []}), "without a file and line"),
        ({"tool": {"driver": {"name": "x"}}}, "is no SARIF"),
        (run(*[{}] * 25_001), "has 25001 results and GitHub takes 25000"),
    ],
)
def test_what_would_show_wrongly_is_not_sent(hub: GitHub, one: dict, said: str) -> None:
    done = hub.send(one)

    assert done.returncode == 2
    assert said in done.stderr
    assert not hub.world.log


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"version":"2.1.0"}', '{"version":"2.1.0","runs":[]}', '{"version":"1","runs":[]}', "[" * 9999],
)
def test_what_is_no_sarif_is_refused_by_name(hub: GitHub, text: str) -> None:
    (hub.folder / "x.sarif").write_text(text, encoding="utf-8")
    done = hub.upload("--sarif", "x.sarif")

    assert done.returncode == 2
    assert done.stderr.startswith("mlposture: x.sarif: ") and len(done.stderr.splitlines()) == 1


def test_one_category_twice_is_refused(hub: GitHub) -> None:
    hub.write("a.sarif", run(result("a")))
    hub.write("b.sarif", run(result("b")))
    done = hub.upload("--sarif", "a.sarif", "--sarif", "b.sarif")

    assert done.returncode == 2
    assert "b.sarif: the category 'mlposture/aws/111122223333' is there twice, first in a.sarif" in done.stderr


def test_what_is_too_large_is_refused(hub: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.upload.delivery.MAX_BYTES", 100)
    done = hub.send(run(result("a")))

    assert sarif_runs.MAX_BYTES == 10_000_000
    assert done.returncode == 2
    assert "bytes when compressed, and GitHub takes 100; raise --min-severity" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--repo", "nowhere"), "--repo nowhere: is no repository; give OWNER/NAME"),
        (("--repo", "a/.."), "is no repository"),
        (("--repo", ""), "is empty"),
        (("--commit", HEAD), "--commit goes with --ref"),
        (("--ref", "main"), "--ref main: is none; give it in full, as refs/heads/main"),
        (("--ref", "refs/heads/main", "--commit", "abc"), "--commit abc: is none"),
        (("--url", "http://github.northwind.example"), "would be sent in the clear; use https"),
        (("--url", "https://me:secret@github.northwind.example"), "give scheme, host and path alone"),
        (("--url", "ftp://github.northwind.example"), "is no address"),
        (("--url", "https://[x"), "is no address"),
        (("--token-env", "NOBODY_SET_THIS"), "--token-env NOBODY_SET_THIS: this variable is not set"),
        (("--route", "r.yaml", "--repo", "a/b"), "--repo goes with one repository"),
        (("--route", "missing.yaml"), "missing.yaml: No such file"),
        (("--sync-suppressions",), "--sync-suppressions goes with --report"),
        (("--report", "r.json"), "--report goes with --sync-suppressions"),
        (("--sync-suppressions", "--report", "r.json", "--no-wait"), "leave --no-wait out"),
        (("--sync-suppressions", "--report", "missing.json"), "missing.json: No such file"),
    ],
)
def test_options_that_make_no_sense_are_refused(hub: GitHub, arguments: tuple[str, ...], said: str) -> None:
    hub.write("x.sarif", run(result("a")))
    done = hub.upload("--sarif", "x.sarif", *arguments)

    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "secret" not in done.stderr
    assert not hub.world.log


@pytest.mark.parametrize("text", ["two\nlines", "two words", "t\u00f6ken"])
def test_a_token_that_is_none_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    with github(tmp_path, GITHUB_TOKEN=text) as hub:
        done = hub.send(run(result("a")))

        assert done.returncode == 2
        assert (
            done.stderr == "mlposture: GITHUB_TOKEN: what this variable holds is no token; set it to the token alone\n"
        )
        assert not hub.world.log


def test_another_variable_may_hold_the_token(tmp_path: Path) -> None:
    with github(tmp_path, GITHUB_TOKEN="", OTHER=TOKEN) as hub:
        assert "set GITHUB_TOKEN" in hub.send(run(result("a"))).stderr
        assert hub.upload("--sarif", "sent.sarif", "--token-env", "OTHER").returncode == 0
    with github(tmp_path, GITHUB_TOKEN="", GH_TOKEN=TOKEN) as hub:
        assert hub.send(run(result("a"))).returncode == 0


def test_a_proxy_does_not_see_what_goes_to_this_machine(tmp_path: Path) -> None:
    with github(tmp_path, http_proxy="http://127.0.0.1:9") as hub:
        assert hub.send(run(result("a"))).returncode == 0


def test_a_service_that_says_nothing_is_given_up(hub: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.upload.sending._SILENCE", 0.1)
    hub.world.faults.append(Fault("*", "timeout"))
    done = hub.send(run(result("a")))

    assert done.returncode == 3
    assert "could not be reached (timed out)" in done.stderr
    assert hub.clock.waits == [1, 4, 15]


HOSTILE = "\x1b[31m\u202e[bold]\n::error::x"


def test_hostile_texts_do_nothing_wherever_they_are_said(hub: GitHub) -> None:
    hub.world.faults.append(Fault(UPLOAD, "say", says=(400, "", HOSTILE), times=1))
    broken = run(result("a"), category=f"b{HOSTILE}")
    broken["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "arn:a"
    partial = run(category=f"c{HOSTILE}", properties={"complete": False})
    done = hub.send(run(), broken, run(category=f"d{HOSTILE}"), partial)

    said = done.stdout + done.stderr
    assert done.returncode == 2 and len(said.splitlines()) == 5
    assert not [letter for letter in said if not letter.isprintable() and letter != "\n"]
    assert not [line for line in said.splitlines() if line.lstrip().startswith("::")]
