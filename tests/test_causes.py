"""`mlposture diff --causes`: what logs say of findings that changed, of simulated clouds, and what they cannot say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import comparing
import jsonschema
import pytest
from commandline import mlposture
from comparing import Scanned, lab
from interrupting import interrupted
from scanning import document, quick_calls, running
from support import ROOT
from test_every_permission import Admitting
from worlds.aws_trail import trail_event
from worlds.base import Fault, World

from checks.aws.client.api import connect
from checks.aws.client.changes import places, recorded
from checks.aws.permissions import CAUSES
from scanner.model.changes import Budget, Question, Sought
from scanner.model.exits import Exit

SCHEMA = ROOT / "docs" / "reference" / "diff-v1.schema.json"
REGION, ACCOUNT = "eu-west-1", "111122223333"
LOGS = {"gcp": "logging.logEntries.list", "azure": "Microsoft.Insights/eventtypes/values/read"}
LOOKUP = "cloudtrail:LookupEvents"
#: When the first scan was, and what is between the two, which are a day apart.
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
BETWEEN = BEGAN + timedelta(days=1, hours=2, minutes=14)
ALICE = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/alice",
    "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/Admin"}},
}
READS = [{"Effect": "Allow", "Action": "s3:GetBucketPolicy", "Resource": "*"}]
TRUST = {"Version": "2012-10-17", "Statement": []}
SCAN = (
    "scan", "aws", "--no-cache", "--no-progress", "--fail-on", "never", "--verdicts", "all", "-q", "--region", REGION,
    "--region", "us-east-1",
)  # fmt: skip
ISSUER = f"arn:aws:iam::{ACCOUNT}:role/Admin"


@pytest.fixture
def scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scanned:
    monkeypatch.setattr(comparing, "NOW", BEGAN)
    return Scanned(tmp_path)


def opened(name: str, at: datetime = BETWEEN, who: Mapping[str, Any] = ALICE, **more: Any) -> Any:
    """Somebody opened a notebook to the internet. Events of SageMaker need not name their resource beside."""
    asked = {"notebookInstanceName": name, "directInternetAccess": "Enabled", "token": "hunter2-of-the-request"}
    return trail_event("sagemaker:CreateNotebookInstance", at, who, **{"requestParameters": asked, **more})


def recording(*events: Any, **regions: list[Any]) -> dict[str, Any]:
    return {**document("aws"), "trail": {REGION: list(events), **regions}}


def explained(
    scanned: Scanned, world: dict[str, Any], *files: str, options: tuple[str, ...] = (), faults: Any = ()
) -> Any:
    with running("aws", world) as cloud:
        cloud.faults += faults
        found = scanned.compared(*files, "--causes", *options)
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    return found


def causes(found: Any, name: str) -> Any:
    [one] = [one["causes"] for one in found["findings"] if one["resource"]["name"] == name]
    return one


def test_who_changed_what_is_said_and_what_was_asked_with_is_not(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    with running("aws", recording(opened("lab"), opened("another"))) as world:
        found = scanned.compared(*files, "--causes")
        shown = scanned.diff(*files, "--causes", "-o", "summary.md")
        assert "ReadOnly" in [one["AttributeKey"] for r in world.log for one in r.params.get("LookupAttributes", ())]
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))

    [change] = causes(found, "lab")["changes"]
    assert change["action"] == "sagemaker:CreateNotebookInstance"
    assert (change["principal"], change["via"], change["log"]) == (ALICE["arn"], [ISSUER], "AWS CloudTrail")
    assert datetime.fromisoformat(change["at"]) == BETWEEN
    assert causes(found, "lab")["complete"]
    assert found["causes"]["unread"] == []
    said = f"{BETWEEN:%Y-%m-%d %H:%M:%S} UTC"
    texts = [shown.stdout, (scanned.folder / "summary.md").read_text(), json.dumps(found)]
    assert said in shown.stdout
    assert all("assumed-role/Admin/alice" in text for text in texts)
    assert all("need not be the cause" in text for text in texts[:2])
    assert not any("hunter2" in text for text in texts)


def test_without_being_told_to_a_comparison_asks_nobody_and_says_as_much_as_before(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    with running("aws", recording(opened("lab"))) as world:
        found = scanned.compared(*files)
        assert world.log == []

    assert "causes" not in found
    assert "causes" not in found["findings"][0]
    for option in (("--profile", "audit"), ("--role-arn", ISSUER), ("--config", "mlposture.toml")):
        done = scanned.diff(*files, *option)
        assert done.returncode == 2
        assert "add --causes" in done.stderr


def test_that_nothing_is_recorded_is_said_only_where_all_of_the_log_was_read(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    read = explained(scanned, recording(opened("another")), *files)
    denied = explained(scanned, recording(opened("lab")), *files, faults=[Fault(LOOKUP, "deny")])

    assert causes(read, "lab") == {"changes": [], "complete": True}
    assert causes(denied, "lab") == {"changes": [], "complete": False}
    [gap] = denied["causes"]["unread"]
    assert (gap["reason"], gap["permission"], gap["region"]) == ("denied", LOOKUP, REGION)


def test_what_stayed_as_it_was_is_not_asked_about(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("stays"), lab("fixed")), scanned.scan(2, lab("stays"), lab("fixed", "Disabled"))
    found = explained(scanned, recording(opened("stays"), opened("fixed")), *files)

    assert "causes" not in next(one for one in found["findings"] if one["resource"]["name"] == "stays")
    assert len(causes(found, "fixed")["changes"]) == 1


def test_a_log_that_throttles_is_asked_again(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    found = explained(scanned, recording(opened("lab")), *files, faults=[Fault(LOOKUP, "throttle", times=2)])

    assert len(causes(found, "lab")["changes"]) == 1
    assert causes(found, "lab")["complete"]


def test_a_log_that_throttles_for_ever_is_left_in_time(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    limit, faults = ("--time-limit", "1s"), [Fault(LOOKUP, "throttle")]
    found = explained(scanned, recording(opened("lab")), *files, options=limit, faults=faults)

    assert [(one["reason"], one["detail"]) for one in found["causes"]["unread"]] == [
        ("stopped", "--time-limit was reached")
    ]
    assert causes(found, "lab") == {"changes": [], "complete": False}
    done = scanned.diff(*files, "--causes", "--time-limit", "soon")
    assert done.returncode == 2
    assert "--time-limit" in done.stderr


def test_many_pages_are_read_as_far_as_calls_are_allowed(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    noise = [opened(f"other-{n}", BETWEEN + timedelta(seconds=n + 1)) for n in range(120)]
    world = recording(opened("lab"), *noise)
    read = explained(scanned, world, *files)
    cut = explained(scanned, world, *files, options=("--max-calls", "4"))

    assert len(causes(read, "lab")["changes"]) == 1
    assert read["causes"]["calls"] == 5, "two by name, and three pages of all that was written"
    assert causes(cut, "lab") == {"changes": [], "complete": False}
    [gap] = cut["causes"]["unread"]
    assert (gap["reason"], gap["permission"]) == ("stopped", "")
    assert "--max-calls" in gap["detail"]


def test_an_event_that_names_its_resource_takes_no_further_call(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    named = trail_event("sagemaker:UpdateNotebookInstance", BETWEEN, ALICE, ("AWS::SageMaker::NotebookInstance", "lab"))
    found = explained(scanned, recording(named), *files)

    assert [one["action"] for one in causes(found, "lab")["changes"]] == ["sagemaker:UpdateNotebookInstance"]
    assert found["causes"]["calls"] == 2
    assert not causes(found, "lab")["complete"], "others may be there that do not name it"


def test_clocks_may_differ_by_minutes_and_not_by_more(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    first, second = BEGAN + timedelta(days=1), BEGAN + timedelta(days=2)
    minutes = {name: timedelta(minutes=n) for name, n in (("few", 3), ("many", 60))}
    events = [opened("lab", at) for by in minutes.values() for at in (first - by, second + by)]
    found = explained(scanned, recording(*events), *files)

    said = [datetime.fromisoformat(one["at"]) for one in causes(found, "lab")["changes"]]
    assert said == [second + minutes["few"], first - minutes["few"]]


def test_what_a_log_gives_from_another_time_is_left_out(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))

    def anything(world: World, request: Any) -> Any:
        del request.params["StartTime"], request.params["EndTime"]
        request.params |= {"StartTime": 0, "EndTime": datetime.now(UTC).timestamp()}
        return world.respond(request)

    world = recording(opened("lab", BEGAN - timedelta(days=30)), opened("lab"))
    found = explained(scanned, world, *files, faults=[Fault(LOOKUP, "answer", answer=anything)])

    assert [datetime.fromisoformat(one["at"]) for one in causes(found, "lab")["changes"]] == [BETWEEN]


def test_what_was_made_anew_under_another_name_has_its_own_changes(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("old")), scanned.scan(2, lab("new"))
    gone = trail_event(
        "sagemaker:DeleteNotebookInstance", BETWEEN, ALICE, requestParameters={"notebookInstanceName": "old"}
    )
    alike = trail_event("sagemaker:CreateModel", BETWEEN, ALICE, requestParameters={"modelName": "new"})
    other = trail_event("glue:CreateDevEndpoint", BETWEEN, ALICE, requestParameters={"notebookInstanceName": "new"})
    found = explained(scanned, recording(gone, alike, other, opened("new", BETWEEN + timedelta(minutes=1))), *files)

    said = {name: [one["action"] for one in causes(found, name)["changes"]] for name in ("old", "new")}
    assert said == {"old": ["sagemaker:DeleteNotebookInstance"], "new": ["sagemaker:CreateNotebookInstance"]}


def test_what_failed_or_only_read_changed_nothing(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    failed = opened("lab", errorCode="AccessDenied", errorMessage="no")
    read = {**opened("lab", BETWEEN + timedelta(seconds=1)), "ReadOnly": "true"}
    found = explained(scanned, recording(failed, read), *files)

    assert causes(found, "lab") == {"changes": [], "complete": True}


def test_beside_an_event_that_cannot_be_read_nobody_says_that_there_was_no_change(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    strange = {**opened("lab"), "CloudTrailEvent": "{"}
    found = explained(scanned, recording(strange), *files)

    assert causes(found, "lab") == {"changes": [], "complete": False}
    [unread] = found["causes"]["unread"]
    assert unread["detail"] == "it has an event that cannot be read, and may be about any of these"


def test_who_was_told_of_a_resource_did_not_change_it(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    told = trail_event(
        "securityhub:BatchImportFindings", BETWEEN, ALICE, requestParameters={"findings": [{"resources": [
            {"id": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:notebook-instance/lab"}]}]},
    )  # fmt: skip
    found = explained(scanned, recording(told), *files)

    assert causes(found, "lab") == {"changes": [], "complete": True}


def test_of_many_changes_the_last_few_are_shown(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    events = [opened("lab", BETWEEN + timedelta(minutes=n)) for n in range(9)]
    found = explained(scanned, recording(*events), *files)

    said = [datetime.fromisoformat(one["at"]) for one in causes(found, "lab")["changes"]]
    assert said == [BETWEEN + timedelta(minutes=n) for n in (8, 7, 6, 5, 4)]


HOSTILE = (
    "arn:aws:sts::1:assumed-role/x/\x1b[31m\u202e::error::|`<script>@here\n::warning::x \u200b AKIAIOSFODNN7EXAMPLE"
)


def test_whoever_chose_a_name_writes_nothing_but_that_name(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    world = recording(opened("lab", who={"type": "AssumedRole", "arn": HOSTILE}))
    with running("aws", world):
        shown = scanned.diff(*files, "--causes", "-o", "summary.md", "-o", "diff.json")

    [line] = [line for line in shown.stdout.splitlines() if "CreateNotebookInstance" in line]
    summary = (scanned.folder / "summary.md").read_text()
    written = (scanned.folder / "diff.json").read_bytes()
    assert all(text.replace("\n", "").isprintable() for text in (shown.stdout, summary))
    assert written.isascii()
    assert not any("AKIA" in text for text in (shown.stdout, summary, written.decode()))
    for text in (line, summary):
        assert not any(before in text for before in (" ::", "\n::"))
    [code] = [line for line in summary.splitlines() if "CreateNotebookInstance" in line]
    assert code.lstrip().startswith("- `")
    assert code.count("`") == 2


def test_other_accounts_and_no_credentials_are_said_and_end_nothing(scanned: Scanned, monkeypatch: Any) -> None:
    stranger = comparing.Scope("aws", "444455556666", REGION)
    files = [
        scanned.scan(n, lab("lab", state), lab("theirs", state, stranger), scopes=(comparing.HERE, stranger))
        for n, state in ((1, "Disabled"), (2, "Enabled"))
    ]
    found = explained(scanned, recording(opened("lab")), *files)

    assert len(causes(found, "lab")["changes"]) == 1
    assert not causes(found, "theirs")["complete"]
    [gap] = found["causes"]["unread"]
    assert gap["account"] == "444455556666"
    assert "--role-arn" in gap["detail"]
    for name, value in {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    alone = scanned.compared(*files, "--causes")
    assert [one["account"] for one in alone["causes"]["unread"]] == [ACCOUNT, "444455556666"]
    assert all("AWS" in one["detail"] for one in alone["causes"]["unread"])


def test_a_role_is_assumed_where_one_is_named(scanned: Scanned) -> None:
    stranger = comparing.Scope("aws", "444455556666", REGION)
    files = [
        scanned.scan(n, lab("theirs", state, stranger), scopes=(stranger,))
        for n, state in ((1, "Disabled"), (2, "Enabled"))
    ]
    role = "arn:aws:iam::444455556666:role/audit"
    world = {**recording(), "assumable": {role: "444455556666"}}
    found = explained(scanned, world, *files, options=("--role-arn", role))

    (scanned.folder / "mlposture.toml").write_text(f'[aws]\nrole-arns = ["{role}"]\n[gcp]\n')
    configured = explained(scanned, world, *files, options=("--config", "mlposture.toml"))
    for one in (found, configured):
        assert one["causes"]["unread"] == []
        assert one["causes"]["calls"] == 3
    (scanned.folder / "gcp.toml").write_text("[gcp]\n")
    other = explained(scanned, world, *files, options=("--config", "gcp.toml"))
    assert "--role-arn" in other["causes"]["unread"][0]["detail"]
    for option in (("--config", "missing.toml"), ("--role-arn", "no-role")):
        with running("aws", world):
            done = scanned.diff(*files, "--causes", *option)
        assert done.returncode == 2
        assert option[1] in done.stderr


def test_a_region_that_is_none_is_said(scanned: Scanned) -> None:
    strange = comparing.Scope("aws", ACCOUNT, "evil.example/#")
    files = [
        scanned.scan(n, lab("lab", state, strange), scopes=(strange,)) for n, state in ((1, "Disabled"), (2, "Enabled"))
    ]
    found = explained(scanned, recording(), *files)

    [gap] = found["causes"]["unread"]
    assert gap["reason"] == "malformed"


def test_a_log_that_does_not_reach_back_says_so_and_is_asked_of_what_it_keeps(
    scanned: Scanned, monkeypatch: Any
) -> None:
    def asked(days: int) -> tuple[Any, list[Any]]:
        monkeypatch.setattr(comparing, "NOW", BEGAN - timedelta(days=days))
        before = scanned.scan(1, lab("lab", "Disabled"))
        monkeypatch.setattr(comparing, "NOW", BEGAN - timedelta(days=days - 30))
        files = before, scanned.scan(2, lab("lab"))
        with running("aws", recording(opened("lab", BEGAN - timedelta(days=days - 29)))) as world:
            found = scanned.compared(*files, "--causes")
            return found, [request.params for request in world.log if request.operation == LOOKUP]

    (partly, calls), (wholly, none) = asked(100), asked(200)
    for found in (partly, wholly):
        assert not causes(found, "lab")["complete"]
        assert "keeps 90 days" in found["causes"]["unread"][0]["detail"]
    assert len(causes(partly, "lab")["changes"]) == 1
    oldest = datetime.now(UTC) - timedelta(days=90)
    assert all(datetime.fromtimestamp(one["StartTime"], UTC) > oldest for one in calls)
    assert none == []


def test_a_time_of_no_scan_is_refused_in_a_sentence(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    report = json.loads((scanned.folder / files[0]).read_text())
    report["scan"]["started_at"] = "0001-01-01T00:00:00Z"
    (scanned.folder / files[0]).write_text(json.dumps(report))
    with running("aws", recording()):
        done = scanned.diff(*files, "--causes")

    assert done.returncode == 2
    assert "when no scan was" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_two_scans_of_a_history_are_explained_alike(scanned: Scanned) -> None:
    store = ("--store", f"sqlite:///{scanned.folder / 'history.db'}")
    for number, state in ((1, "Disabled"), (2, "Enabled")):
        scanned.scan(number, lab("lab", state), options=("--check", comparing.CHECK, *store))
    found = explained(scanned, recording(opened("lab")), *store)

    assert len(causes(found, "lab")["changes"]) == 1


def test_what_was_refused_is_explained_by_what_happened_to_the_role(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    now = datetime.now(UTC).replace(microsecond=0)
    policy = f"arn:aws:iam::{ACCOUNT}:policy/custom"
    world = document("aws")
    world["policies"] = [
        *world.get("policies", ()),
        {"name": "custom", "document": {"Version": "2012-10-17", "Statement": READS}},
    ]
    world["roles"].append({"name": "posture-reader", "trust": TRUST, "managed_policies": ["custom"]})
    taken = trail_event("iam:DetachRolePolicy", now, ALICE, ("AWS::IAM::Role", "posture-reader"))
    edited = trail_event("iam:CreatePolicyVersion", now, ALICE, ("AWS::IAM::Policy", policy))
    other = trail_event("iam:DetachRolePolicy", now, ALICE, ("AWS::IAM::Role", "serving"))
    world["trail"] = {"us-east-1": [taken, edited, other]}
    folder = Scanned(tmp_path)
    with running("aws", world) as cloud:
        for name, faults in (("1.json", []), ("2.json", [Fault("s3:GetBucketPolicy", "deny")])):
            cloud.faults[:] = faults
            done = mlposture(*SCAN, "-o", name, cwd=tmp_path)
            assert done.returncode == 0, done.stderr
        cloud.faults[:] = [Admitting("aws", CAUSES)]
        found = folder.compared("1.json", "2.json", "--causes")
        shown = folder.diff("1.json", "2.json", "--causes").stdout

    [access] = found["causes"]["access"]
    assert (access["account"], access["denied"]) == (ACCOUNT, ["s3:GetBucketPolicy"])
    assert "posture-reader" in access["scanner"]
    said = {one["action"] for one in access["recorded"]["changes"]}
    assert said == {"iam:DetachRolePolicy", "iam:CreatePolicyVersion"}
    assert len(access["recorded"]["changes"]) == 2
    assert not access["recorded"]["complete"], "what is as new as this may not be there yet"
    assert all("15 minutes" in one["detail"] for one in found["causes"]["unread"])
    assert "AFTER was denied s3:GetBucketPolicy" in " ".join(shown.split())


def test_buckets_are_asked_for_by_name_in_each_region_and_never_said_to_have_no_changes() -> None:
    bucket = Sought("arn:aws:s3:::example-models", "aws.s3.Bucket", "example-models")
    theirs = Sought("arn:aws:iam::444455556666:role/theirs", "aws.iam.Role", "theirs")
    opening = trail_event("s3:PutBucketPolicy", BETWEEN, ALICE, ("AWS::S3::Bucket", "example-models"))
    question = Question(
        account=ACCOUNT, region=REGION, since=BEGAN, until=datetime.now(UTC), sought=(bucket, theirs)
    )  # fmt: skip
    with running("aws", recording(opening)):
        provider = connect({}, quick_calls())
        answer = recorded(provider, question, Budget(40))
        regions = places(provider, bucket, "global", {"eu-west-1", "global"})
        at_home = places(provider, theirs, "global", {"eu-west-1"})
        provider.close()

    assert [change.action for change in answer.changes[bucket.id]] == ["s3:PutBucketPolicy"]
    assert answer.whole == set(), "of what is another account's, this log does not know all"
    assert regions == ("eu-west-1", "us-east-1")
    assert at_home == ("us-east-1",)


def test_ctrl_c_ends_the_reading_of_logs(scanned: Scanned) -> None:
    files = scanned.scan(1, lab("lab", "Disabled")), scanned.scan(2, lab("lab"))
    with running("aws", recording()) as world:
        paths = [str(scanned.folder / name) for name in files]
        assert interrupted(world, LOOKUP, "diff", *paths, "--causes") == Exit.INTERRUPTED


def test_the_role_for_it_is_printed() -> None:
    for cloud, asked in (("aws", LOOKUP), *LOGS.items()):
        plain, more = (mlposture("permissions", cloud, *options).stdout for options in ((), ("--causes",)))
        assert asked in more
        assert asked not in plain
    done = mlposture("permissions", "aws", "--causes", "--missing", "report.json")
    assert done.returncode == 2


def test_what_has_no_log_and_what_is_too_much_is_said(scanned: Scanned, monkeypatch: Any) -> None:
    files = scanned.scan(1, lab("a", "Disabled"), lab("b", "Disabled")), scanned.scan(2, lab("a"), lab("b"))
    monkeypatch.setattr("scanner.cli.diff_causes.MOST_RESOURCES", 1)
    cut = explained(scanned, recording(opened("a"), opened("b")), *files)
    monkeypatch.setattr("scanner.cli.diff_causes.CLOUDS", ())
    none = explained(scanned, recording(), *files)

    assert cut["causes"]["left_out"] == 1
    assert sorted("causes" in one for one in cut["findings"]) == [False, True]
    assert [one["detail"] for one in none["causes"]["unread"]] == ["no log of aws is read"]
    assert none["causes"]["calls"] == 0


@pytest.mark.parametrize("provider", list(LOGS))
def test_what_was_deleted_in_other_clouds_is_explained_by_their_logs(
    provider: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    before, after, gone = without_one(provider)
    folder = Scanned(tmp_path)
    with running(provider, before) as cloud:
        for name, made in (("1.json", before), ("2.json", after)):
            cloud.replace(made)
            done = mlposture("scan", provider, *SCAN[2:8], "-o", name, cwd=tmp_path)
            assert done.returncode == 0, done.stderr
        cloud.faults.append(Admitting(provider, [LOGS[provider]]))
        found = folder.compared("1.json", "2.json", "--causes")
        cloud.faults.insert(0, Fault(LOGS[provider], "deny"))
        denied = folder.compared("1.json", "2.json", "--causes")

    said = [one for one in found["findings"] if one["resource"]["name"] == gone and one["state"] == "gone"]
    assert said, {(one["state"], one["resource"]["name"]) for one in found["findings"] if one["state"] != "persisting"}
    for one in said:
        [change] = one["causes"]["changes"]
        assert "delete" in change["action"].lower()
        assert change["principal"] == "alice@northwind.example"
    assert {one["reason"] for one in denied["causes"]["unread"]} >= {"denied"}
    assert {one["permission"] for one in denied["causes"]["unread"]} == {LOGS[provider], ""}


def without_one(provider: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The demo organisation before and after something was deleted, with the log of that, and what it was called."""
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.123456789Z"
    before, after = document(provider), document(provider)
    if provider == "gcp":
        one = after["collections"]["aiplatform.googleapis.com/v1"]["endpoints"].pop(1)
        payload = {
            "methodName": "google.cloud.aiplatform.v1.EndpointService.DeleteEndpoint",
            "resourceName": one["name"],
            "authenticationInfo": {"principalEmail": "alice@northwind.example"},
        }
        after["audit_log"] = {"example-fraud-prod": [{"insertId": "1", "timestamp": at, "protoPayload": payload}]}
        return before, after, one["displayName"]
    kind = "Microsoft.CognitiveServices/accounts"
    one = next(item for item in after["resources"] if item["id"].endswith(f"{kind}/openai-open"))
    after["resources"] = [item for item in after["resources"] if not item["id"].startswith(one["id"])]
    after["diagnostic_settings"].pop(one["id"])
    event = {
        "caller": "alice@northwind.example", "correlationId": "1", "eventDataId": "1", "eventTimestamp": at,
        "operationName": {"value": f"{kind}/delete"}, "resourceId": one["id"], "status": {"value": "Succeeded"},
    }  # fmt: skip
    after["activity_log"] = [event]
    return before, after, "openai-open"
