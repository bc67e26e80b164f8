"""What the files of git say of a folder, and what they must not tell."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scanner.model.notes import Checkout
from scanner.source.repository import address, checkout


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://git.northwind.example/ml/infra.git", "https://git.northwind.example/ml/infra"),
        ("https://user:token@git.northwind.example:8443/ml/infra", "https://git.northwind.example:8443/ml/infra"),
        ("git@git.northwind.example:ml/infra.git", "https://git.northwind.example/ml/infra"),
        ("ssh://git@git.northwind.example:2222/ml/infra.git", "https://git.northwind.example/ml/infra"),
        ("/srv/infra", ""),
        ("file:///srv/infra", ""),
        ("../infra", ""),
        ("https://[broken/infra", ""),
        ("https://git.northwind.example:port/x", ""),
        ("", ""),
    ],
)
def test_an_address_has_no_password(url: str, found: str) -> None:
    assert address(url) == found


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=x", "-c", "user.email=x@northwind.example", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_repository_is_read_as_git_left_it(tmp_path: Path) -> None:
    one = tmp_path / "one"
    (one / "infra").mkdir(parents=True)
    git(one, "init", "--quiet", "--initial-branch", "main")
    git(one, "commit", "--quiet", "--allow-empty", "--message", "x")
    git(one, "remote", "add", "upstream", "https://git.northwind.example/other.git")
    git(one, "remote", "add", "origin", "https://token@git.northwind.example/infra.git")
    commit = git(one, "rev-parse", "HEAD")
    wanted = Checkout(repository="https://git.northwind.example/infra", revision=commit, branch="refs/heads/main")

    assert checkout(one / "infra") == wanted
    git(one, "pack-refs", "--all")
    assert checkout(one) == wanted
    git(one, "worktree", "add", "--quiet", "-b", "side", "../two")
    assert checkout(tmp_path / "two") == Checkout(
        repository=wanted.repository, revision=commit, branch="refs/heads/side"
    )
    git(one, "checkout", "--quiet", "--detach")
    assert checkout(one) == Checkout(repository=wanted.repository, revision=commit)


def test_a_folder_in_no_repository_is_of_none(tmp_path: Path) -> None:
    assert checkout(tmp_path) is None
    (tmp_path / ".git").write_text("gitdir: nowhere")
    assert checkout(tmp_path) == Checkout()
