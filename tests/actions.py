"""A job that runs the action of GitHub, from its first step to its last, with mlposture installed already."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from composite import Ended, Runner, environment
from federated import FederatedAws, Issuer
from scanning import document
from support import ROOT, fail_with
from worlds.base import World
from worlds.github import DOCUMENT, HEAD, GitHubWorld, violations

ROLE = "arn:aws:iam::111122223333:role/posture-reader"


class Job:
    """A runner, and the worlds that it reaches."""

    def __init__(self, make: Callable[[Path], Runner], folder: Path, hub: GitHubWorld, worlds: list[World]) -> None:
        self._make = make
        self.folder = folder
        self.runner = make(folder)
        self.hub = hub
        self.worlds = worlds

    def begin(self, folder: Path) -> None:
        """Another run of the job, on a runner that has nothing of the one before."""
        self.folder = folder
        self.runner = self._make(folder)

    def run(self, **inputs: str) -> Ended:
        ended = self.runner.run(**inputs)
        fail_with(violations(self.hub))
        assert not list(self.runner.temp.glob("mlposture-tokens*")), "no token outlives the scan"
        return ended


@contextmanager
def job(folder: Path, *worlds: World, visibility: str = "private", **more: str) -> Iterator[Job]:
    """A job in which mlposture is installed already: it is the one that is tested."""
    with ExitStack() as stack:
        hub = stack.enter_context(GitHubWorld(json.loads(json.dumps(DOCUMENT))))
        hub.repository().visibility = visibility
        hub.pending = 0
        started = [stack.enter_context(world) for world in (Issuer({}), *worlds)]
        given = environment(hub, *started) | {"GITHUB_REF": "refs/heads/main", "GITHUB_SHA": HEAD} | more
        yield Job(lambda folder: _installed(folder, given), folder, hub, started)


def _installed(folder: Path, given: dict[str, str]) -> Runner:
    runner = Runner(ROOT / "action.yml", folder, given)
    for extra in ("aws", "azure", "gcp"):
        (runner.temp / f"mlposture-{extra}" / "bin").mkdir(parents=True)
        (runner.temp / f"mlposture-{extra}" / "bin" / "mlposture").symlink_to(
            Path(sys.executable).with_name("mlposture")
        )
    return runner


def aws() -> FederatedAws:
    """The demonstration's organisation, with the role that a job may become."""
    made = document("aws")
    made["assumable"] = {ROLE: "111122223333"}
    return FederatedAws(made)
