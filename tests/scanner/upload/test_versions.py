"""Which ref and commit an upload is for."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from uploading import GitHub, github, result, run
from worlds.github import HEAD, REPOSITORY

UPLOAD = "code-scanning/upload-sarif"
TAGGED, MERGED = "1" * 40, "2" * 40
REFS = {"heads/main": HEAD, "heads/a/b c": TAGGED, "tags/v1": TAGGED, "pull/7/merge": MERGED}
DOCUMENT = {"repositories": {REPOSITORY: {"default": "main", "refs": REFS}}}
PULL = {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": MERGED}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHub]:
    with github(tmp_path, DOCUMENT) as running:
        running.write("x.sarif", run(result("a")))
        yield running


def sent(hub: GitHub, *arguments: str) -> tuple[str, str]:
    """What an upload was for."""
    done = hub.upload("--sarif", "x.sarif", *arguments)
    assert done.returncode == 0, done.stderr
    body = hub.bodies(UPLOAD)[-1]
    return body["ref"], body["commit_sha"]


def test_it_is_the_head_of_the_default_branch_where_nothing_says_more(hub: GitHub) -> None:
    assert sent(hub) == ("refs/heads/main", HEAD)


def test_what_is_given_counts(hub: GitHub) -> None:
    assert sent(hub, "--ref", "refs/tags/v1") == ("refs/tags/v1", TAGGED)
    assert sent(hub, "--ref", "refs/heads/main", "--commit", HEAD) == ("refs/heads/main", HEAD)
    assert [request.operation for request in hub.world.log].count("git/get-ref") == 1


def test_the_workflow_counts_for_its_own_repository_alone(hub: GitHub) -> None:
    with mock.patch.dict(os.environ, {"GITHUB_REF": "refs/tags/v1", "GITHUB_SHA": TAGGED}):
        assert sent(hub) == ("refs/tags/v1", TAGGED)
        assert sent(hub, "--repo", REPOSITORY.upper()) == ("refs/tags/v1", TAGGED)
        with mock.patch.dict(os.environ, {"GITHUB_REPOSITORY": "northwind-example/other"}):
            assert sent(hub, "--repo", REPOSITORY) == ("refs/heads/main", HEAD)


def test_a_pull_request_is_refused_unless_it_is_meant(hub: GitHub) -> None:
    with mock.patch.dict(os.environ, PULL):
        done = hub.upload("--sarif", "x.sarif")
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert "refs/pull/7/merge is a pull request, whose state a scan of what is live does not show" in done.stderr
        assert not hub.world.log
        assert sent(hub, "--allow-pull") == ("refs/pull/7/merge", MERGED)
    assert hub.upload("--sarif", "x.sarif", "--ref", "refs/pull/7/merge").returncode == 2


@pytest.mark.parametrize(
    "origin", ["https://github.example/{}.git", "git@github.example:{}.git", "ssh://git@github.example/{}"]
)
def test_a_checkout_counts_where_it_is_of_the_repository(hub: GitHub, origin: str) -> None:
    def git(*arguments: str) -> str:
        settings = ("-c", "user.name=n", "-c", "user.email=n@northwind.example", "-c", "init.defaultBranch=trunk")
        done = subprocess.run(
            ["git", *settings, *arguments], cwd=hub.folder, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    git("init", "-q")
    git("remote", "add", "origin", origin.format(REPOSITORY))
    assert sent(hub) == ("refs/heads/main", HEAD), "there is no commit yet"
    git("commit", "-q", "--allow-empty", "-m", "Begin")
    commit = git("rev-parse", "HEAD")
    hub.world.repository().refs["heads/trunk"] = commit
    assert sent(hub) == ("refs/heads/trunk", commit)
    git("checkout", "-q", "--detach")
    assert sent(hub) == ("refs/heads/main", HEAD), "no branch is checked out"
    git("checkout", "-q", "trunk")
    git("remote", "set-url", "origin", origin.format("northwind-example/other"))
    assert sent(hub) == ("refs/heads/main", HEAD)


def test_where_there_is_no_git_github_is_asked(hub: GitHub) -> None:
    with mock.patch.dict(os.environ, {"PATH": ""}):
        assert sent(hub) == ("refs/heads/main", HEAD)
