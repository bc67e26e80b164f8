"""The logs that a system names: which log is meant, what is wrong with it, and who claims what was looked up."""

from __future__ import annotations

from pathlib import Path

import pytest
from declaring import VALID, declared, demo_graph, problems, read, selecting
from msgspec.structs import replace

from scanner.systems.assign import assign
from scanner.systems.manifest import Include
from scanner.systems.names import Key
from scanner.systems.own_logs import log_id, named_logs, same_log
from scanner.systems.own_logs import named as all_named

GROUP = "arn:aws:logs:eu-west-1:111122223333:log-group:/northwind/ticket-triage"
BUCKET = "projects/example-fraud-prod/locations/global/buckets/_Default"
WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers"
    "/Microsoft.OperationalInsights/workspaces/logs"
)


def naming(*logs: str) -> str:
    return VALID + "".join(["  logs:\n", *(f"  - {one}\n" for one in logs)])


def test_one_log_has_one_id_whatever_a_cloud_calls_it() -> None:
    assert log_id(f"{GROUP}:*") == log_id(GROUP) == GROUP
    assert log_id(BUCKET) == log_id(f"//logging.googleapis.com/{BUCKET}") == f"//logging.googleapis.com/{BUCKET}"
    assert same_log(f"{WORKSPACE}/tables/AppTraces") == same_log(f"{WORKSPACE}/tables/apptraces".upper())
    assert same_log(GROUP) != same_log(GROUP.replace("triage", "Triage"))


@pytest.mark.parametrize(
    "log",
    [GROUP, f"{GROUP}:*", BUCKET, f"{WORKSPACE}/tables/AppTraces", "s3://logs/app", "gs://logs",
     "https://northwind.blob.core.windows.net/logs"],
)  # fmt: skip
def test_logs_of_three_clouds_may_be_named(log: str, tmp_path: Path) -> None:
    assert named_logs(read(naming(log), tmp_path).manifest) == (log_id(log),)


@pytest.mark.parametrize(
    ("logs", "said"),
    [
        (["/northwind/ticket-triage"], "17:5: "),
        ([GROUP.replace("111122223333", "*")], "17:5: system sentiment:"),
        ([f"{GROUP}/*"], "names no log; give the ARN of a log group"),
        ([GROUP, f"{GROUP}:*"], "18:5: system sentiment:"),
        ([WORKSPACE], "is a workspace, whose tables are kept as long as each says; add /tables/ and a name"),
        ([f"{WORKSPACE}/tables/AzureActivity"], "keeps what people did in an account, and is no log of the system"),
        ([BUCKET.replace("_Default", "_Required")], "keeps what people did in an account"),
        (["https://logs.example/a"], "names no log"),
    ],
)
def test_what_names_no_log_of_the_system_is_refused_where_it_stands(logs: list[str], said: str, tmp_path: Path) -> None:
    [problem] = problems(naming(*logs), tmp_path)
    assert said in problem


def test_files_are_declared_and_a_warning_says_that_nobody_reads_how_long_they_are_kept(tmp_path: Path) -> None:
    [warning] = read(naming("s3://logs/app"), tmp_path).warnings
    assert "17:5" in warning and "no scan reads how long 's3://logs/app' keeps its files" in warning


def test_a_system_claims_the_logs_that_it_names_and_nothing_by_them() -> None:
    include = Include(provider="aws", arns=("arn:aws:sagemaker:eu-west-1:111122223333:endpoint/chat",))
    manifest = declared(chat=selecting(include))
    [system] = manifest.systems
    elsewhere = GROUP.replace("111122223333", "999988887777")
    naming = replace(manifest, systems=(replace(system, logs=(f"{GROUP}:*", elsewhere)),))
    plain, found = (assign(one, demo_graph("aws")) for one in (manifest, naming))

    own = found.systems["chat"].claimed
    assert {*own} - {*plain.systems["chat"].claimed} == {Key("aws.logs.DeclaredLogGroup", GROUP)}
    assert str(own[Key("aws.logs.DeclaredLogGroup", GROUP)]) == "named in the manifest"
    assert (found.unseen, plain.unseen) == ({"chat": (elsewhere,)}, {"chat": ()})
    assert Key("aws.logs.DeclaredLogGroup", GROUP) not in plain.unclaimed


def test_a_pipeline_is_named_by_its_arn(tmp_path: Path) -> None:
    arn = "arn:aws:codepipeline:eu-west-1:111122223333:release"
    [problem] = problems(VALID + "  oversight: {pipelines: [release]}\n", tmp_path)

    assert "16:27" in problem and "the ARN of a pipeline of CodePipeline" in problem
    assert all_named(read(VALID + f"  oversight: {{pipelines: ['{arn}']}}\n", tmp_path).manifest) == (arn,)


def test_a_pipeline_is_named_once(tmp_path: Path) -> None:
    arn = "arn:aws:codepipeline:eu-west-1:111122223333:release"
    [problem] = problems(VALID + f"  oversight:\n    pipelines:\n    - {arn}\n    - {arn}\n", tmp_path)

    assert "19:7" in problem and "stands here twice; remove one of the two" in problem
