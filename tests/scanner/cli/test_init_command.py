"""`mlposture init`: what it writes is read by a scan, and nothing that was there is lost."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest
from commandline import MLPOSTURE, mlposture
from scanning import running

from scanner.cli.config import read_config

EVERYTHING = (
    *("--cloud", "aws", "--profile", 'odd "name" \\ ✓', "--region", "eu-west-1", "--region", "us-east-1"),
    *("--organization", "--cloud", "gcp", "--project", "p-1", "--project", "p-2", "--cloud", "azure"),
    *("--subscription", "s-1", "--report", "a.sarif", "--report", "html:b.txt", "--fail-on", "medium"),
)


def test_flags_become_a_configuration_that_says_the_same(tmp_path: Path) -> None:
    done = mlposture("init", *EVERYTHING, cwd=tmp_path)
    read = read_config(tmp_path / "mlposture.toml")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "mlposture: mlposture.toml: written; look at the credentials with mlposture doctor aws gcp azure, then "
        "mlposture scan --config mlposture.toml\n"
    )
    assert read.aws is not None and read.gcp is not None and read.azure is not None
    assert (read.aws.profile, read.aws.regions) == ('odd "name" \\ ✓', ("eu-west-1", "us-east-1"))
    assert read.aws.organization
    assert (read.gcp.projects, read.azure.subscriptions) == (("p-1", "p-2"), ("s-1",))
    assert (read.output, read.fail_on) == (("a.sarif", "html:b.txt"), "medium")


def test_what_is_not_given_is_shown_as_a_comment_that_could_be_used(tmp_path: Path) -> None:
    clouds = ("--cloud", "aws", "--cloud", "gcp", "--cloud", "azure")
    text = mlposture("init", *clouds, "-o", "-", cwd=tmp_path).stdout
    used = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    (tmp_path / "used.toml").write_text(used, encoding="utf-8")

    assert list(tmp_path.iterdir()) == [tmp_path / "used.toml"]
    assert read_config(tmp_path / "used.toml").fail_on == "high"
    assert len(read_config(tmp_path / "used.toml").providers()) == 3


def test_a_scan_reads_it(tmp_path: Path) -> None:
    with running("aws"):
        mlposture("init", "--cloud", "aws", "--region", "eu-west-1", "--report", "r.json", cwd=tmp_path)
        options = ("--no-progress", "--no-cache", "--fail-on", "never", "--check", "MLP-1001")
        done = mlposture("scan", "--config", "mlposture.toml", *options, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "r.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is no terminal to ask at; name at least one cloud with --cloud"),
        (("--cloud", "gcp", "--profile", "p"), "--profile is of AWS; add --cloud aws, or leave it out"),
        (("--cloud", "aws", "--project", "p"), "--project is of Google Cloud; add --cloud gcp"),
        (("--cloud", "aws", "--subscription", "p"), "--subscription is of Azure"),
        (("--cloud", "aws", "--fail-on", "odd"), "--fail-on odd: use one of"),
        (("--cloud", "aws", "--report", "odd.xyz"), "-o odd.xyz: no format for '.xyz'"),
        (("--cloud", "aws", "-o", "/nowhere/x.toml"), "the folder /nowhere does not exist"),
        (("--cloud", "aws", "--profile", "\udcff"), "is not UTF-8"),
    ],
)
def test_wrong_usage_writes_nothing(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with Path("/dev/null").open() as nothing, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", nothing)
        done = mlposture("init", *arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mlposture.toml").write_text("mine", encoding="utf-8")
    done = mlposture("init", "--cloud", "aws", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "is there already, and may be yours" in done.stderr
    assert (tmp_path / "mlposture.toml").read_text(encoding="utf-8") == "mine"


def at_a_terminal(typed: str, folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and standard output of the command at a terminal where this is typed."""
    ours, theirs = pty.openpty()
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    process = subprocess.Popen(
        [MLPOSTURE, "init", *arguments],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=folder,
    )
    os.write(ours, typed.encode())
    os.close(theirs)
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    return process.returncode, out.decode()


def test_questions_are_asked_at_a_terminal(tmp_path: Path) -> None:
    answers = "aws, nonsense\naws azure\naudit\ny\ns-1, s-2\nout.json\nlow\n"
    code, _ = at_a_terminal(answers, tmp_path)
    read = read_config(tmp_path / "mlposture.toml")

    assert code == 0
    assert read.aws is not None and read.azure is not None and read.gcp is None
    assert (read.aws.profile, read.aws.organization, read.azure.subscriptions) == ("audit", True, ("s-1", "s-2"))
    assert (read.output, read.fail_on) == (("out.json",), "low")


def test_enter_takes_what_there_are_credentials_for(tmp_path: Path) -> None:
    code, out = at_a_terminal("\n" * 5, tmp_path, "-o", "-")

    assert code == 0
    assert out.startswith("# Scan with: ")
    assert [line for line in out.splitlines() if line.startswith("[")] == ["[aws]"]
    assert 'output = ["mlposture.json", "mlposture.html"]' in out
    assert not list(tmp_path.iterdir())


def test_who_goes_away_leaves_nothing(tmp_path: Path) -> None:
    code, out = at_a_terminal("aws\n\x04", tmp_path)

    assert code == 130
    assert (out, list(tmp_path.iterdir())) == ("", [])
