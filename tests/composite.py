"""Runs the steps of a composite action as a runner of GitHub does, as far as action.yml asks of one.

Each `run` is a process of bash with the environment that its `env` gives, after expressions were filled in; what it
writes to GITHUB_OUTPUT is there for later steps. Actions of others (`uses`) are not run: what they are given is kept.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_NAME = re.compile(r"\b(?:inputs|steps|github)(?:\.[\w-]+)+")


class Ended(NamedTuple):
    """How the action ended: its exit code, the log, the summary, and what it gives to later steps and to actions."""

    code: int
    log: str
    summary: str
    outputs: dict[str, str]
    used: dict[str, dict[str, str]]
    ran: list[str]


class Runner:
    """One job on one runner."""

    def __init__(self, action: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self._action = yaml.safe_load(action.read_text(encoding="utf-8"))
        self.temp = folder / "temp"
        self.temp.mkdir(parents=True)
        self._summary = folder / "summary.md"
        self._summary.touch()
        self._folder = folder
        self._environment = {
            **environment,
            "GITHUB_ACTION_PATH": str(action.parent),
            "GITHUB_STEP_SUMMARY": str(self._summary),
            "GITHUB_RUN_ID": "4711",
            "RUNNER_TEMP": str(self.temp),
        }
        self._outputs: dict[str, dict[str, str]] = {}

    def run(self, **given: str) -> Ended:
        """Run it with these inputs, where - stands as _."""
        inputs = {name: str(about.get("default", "")) for name, about in self._action["inputs"].items()}
        named = {name.replace("_", "-"): text for name, text in given.items()}
        assert named.keys() <= inputs.keys(), "GitHub warns of inputs that an action does not have"
        self._inputs = inputs | named
        self._inputs = {name: self._fill(text) for name, text in self._inputs.items()}
        code, log, used, ran = 0, "", {}, []
        for step in self._action["runs"]["steps"]:
            if code or not self._holds(step.get("if", "true")):
                continue
            ran.append(step["name"])
            if "uses" in step:
                used[step["uses"].partition("@")[0]] = {k: self._fill(v) for k, v in step.get("with", {}).items()}
                continue
            code, said = self._shell(step)
            log += said
        outputs = {name: self._fill(about["value"]) for name, about in self._action["outputs"].items()}
        return Ended(code, log, self._summary.read_text(encoding="utf-8"), outputs, used, ran)

    def _shell(self, step: Mapping[str, Any]) -> tuple[int, str]:
        written = self._folder / "output"
        written.write_text("", encoding="utf-8")
        own = {name: self._fill(text) for name, text in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env={**self._environment, **own, "GITHUB_OUTPUT": str(written)},
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        lines = (line.partition("=") for line in written.read_text(encoding="utf-8").splitlines())
        self._outputs[step.get("id", "")] = {name: text for name, _, text in lines}
        return done.returncode, done.stdout

    def _value(self, name: str) -> str:
        match name.split("."):
            case ["inputs", input_]:
                return self._inputs[input_]
            case ["steps", step, "outputs", output]:
                return self._outputs.get(step, {}).get(output, "")
            case ["github", "token"]:
                return self._environment["GITHUB_TOKEN"]
        raise NotImplementedError(name)

    def _fill(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self._value(found[1].strip()), str(text))

    def _holds(self, condition: str) -> bool:
        words = _NAME.sub(lambda found: repr(self._value(found[0])), condition)
        return bool(eval(words.replace("&&", " and "), {"true": True}))  # what is evaluated is our own action.yml


def environment(*worlds: Any) -> dict[str, str]:
    """Of this process what a runner has too, and what leads to the simulated clouds and the simulated GitHub."""
    mine = {
        name: os.environ[name] for name in ("PATH", "HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME") if name in os.environ
    }
    for world in worlds:
        mine |= world.env()
    return mine
