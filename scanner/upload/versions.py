"""The ref and the commit that an upload is for, as a workflow or a checkout says them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from scanner.model.patterns import pattern

COMMIT = pattern(r"[0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?")
REF = pattern(r"refs/(?:heads|tags|pull)/[^\s\x00-\x1f~^:?*\[\\]+")


class Version(NamedTuple):
    """A commit and the ref that leads to it; `said_by` is where both are from."""

    ref: str
    commit: str
    said_by: str


def of_workflow(repo: str, environment: Mapping[str, str] = os.environ) -> Version | None:
    """What GitHub Actions says, where the workflow is one of this repository's."""
    ref, commit = environment.get("GITHUB_REF", ""), environment.get("GITHUB_SHA", "")
    ours = environment.get("GITHUB_REPOSITORY", "").lower() == repo.lower()
    return Version(ref, commit, "GITHUB_REF") if ours and REF.fullmatch(ref) and COMMIT.fullmatch(commit) else None


def of_checkout(repo: str, folder: Path | None = None) -> Version | None:
    """What git says of the folder, where it has a branch of this repository checked out."""
    git = shutil.which("git")
    if git is None:
        return None
    asked = (("remote", "get-url", "origin"), ("symbolic-ref", "-q", "HEAD"), ("rev-parse", "-q", "--verify", "HEAD"))
    said = [_git(git, arguments, folder) for arguments in asked]
    origin, ref, commit = said
    name = "/".join(origin.removesuffix("/").removesuffix(".git").replace(":", "/").split("/")[-2:])
    ours = name.lower() == repo.lower()
    return Version(ref, commit, "the checkout") if ours and REF.fullmatch(ref) and COMMIT.fullmatch(commit) else None


def _git(program: str, arguments: tuple[str, ...], folder: Path | None) -> str:
    """What git prints; empty where it has nothing to say."""
    try:
        done = subprocess.run(  # noqa: S603 - reads three facts; nothing of others is among the arguments
            [program, *arguments], cwd=folder, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
