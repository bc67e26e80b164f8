"""Install mlposture with every extra into a clean environment, and scan simulated clouds from there.

    scripts/try_installs.sh                 the newest versions of all dependencies
    scripts/try_installs.sh gcp aws,dask    these extras alone
    scripts/try_installs.sh --oldest        the oldest versions that pyproject.toml admits, as uv resolves them

An install line of the documentation, `pipx install '.[aws]'`, builds a wheel of the folder and has pip install it, and
what the extra names, into an environment that holds nothing else. So does this for each extra, with one wheel for all.
What the environment finds must be what the development environment finds, and what it lacks must be told in a sentence.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from scanner.model.errors import how_to_install

ROOT = Path(__file__).resolve().parent.parent
#: A configuration file names all clouds, so that their SDKs are imported by one process.
TOGETHER = ("--config", "mlposture.toml")
DASK = ("aws", "--engine", "dask")
#: Extras → scans that they are for. The slowest come first, so that the last one does not run alone.
SCANS: dict[str, tuple[tuple[str, ...], ...]] = {
    "aws,dask": (("aws",), DASK),
    "aws,postgres": (("aws",),),
    "aws,serve": (("aws",),),
    "aws,sign": (("aws",),),
    "aws,source": (("aws",),),
    "all": (TOGETHER,),
    "azure": (("azure",),),
    "gcp": (("gcp",),),
    "aws": (("aws",),),
    "": (),
}
#: Extras → scans that they are not for, and the extra that these call for.
REFUSALS: dict[str, dict[tuple[str, ...], str]] = {
    "": {("aws",): "aws", ("gcp",): "gcp", ("azure",): "azure"},
    "aws": {("gcp",): "gcp", ("azure",): "azure", DASK: "dask"},
}
#: Extras → megabytes of site-packages and packages that the newest versions may come to.
LIMITS = {"aws": (100, 25)}

_INSTALL = re.compile(r"(?:\bpipx?|\buv (?:pip|tool)) install\b([^`]*)")
_OURS = re.compile(r"(?:\.|mlposture)(?:\[([a-z,]+)\])?")
#: How pip and uv say that they got nothing.
_NOTHING = re.compile(r"requirement (\S+) \(from versions: none\)|Failed to fetch: `?([^\s`]+)")


class Failed(Exception):
    """What is wrong with an installation, in a sentence or with the output that shows it."""


class Finding(NamedTuple):
    """What a scan says of a resource, as far as it must not depend on what is installed."""

    provider: str
    fingerprint: str
    verdict: str
    message: str


class Place:
    """An environment that mlposture is installed in, and a folder that it is run in and keeps all that is its own."""

    def __init__(self, folder: Path, python: Path, clouds: Mapping[str, str]) -> None:
        self.folder = folder
        self.python = python
        own = {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache")}
        self._environment = {**clouds, **own}
        folder.mkdir()
        (folder / "mlposture.toml").write_bytes((ROOT / "examples" / "mlposture.toml").read_bytes())

    def run(self, codes: tuple[int, ...], *arguments: str) -> str:
        """Run the command line; what it prints. Raises Failed if it ends otherwise than it should."""
        done = subprocess.run(
            [str(self.python.with_name("mlposture")), *arguments], cwd=self.folder, env=self._environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if done.returncode not in codes or "Traceback" in done.stdout:
            raise Failed(f"`mlposture {shlex.join(arguments)}` exited with {done.returncode}:\n{done.stdout[-3000:]}")
        return done.stdout

    def findings(self, *arguments: str) -> set[Finding]:
        """What a command reports. Raises Failed."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        self.run((0, 1), *arguments, "-o", str(report), "--verdicts", "all")
        return {
            Finding(found["resource"]["provider"], found["fingerprint"], found["verdict"], found["message"])
            for found in json.loads(report.read_bytes())["findings"]
        }


class Trial(Place):
    """A clean environment with some extras, and what it takes."""

    def __init__(self, extras: str, folder: Path, clouds: Mapping[str, str]) -> None:
        super().__init__(folder, folder / "venv" / "bin" / "python", clouds)
        self.extras = extras
        self.name = extras or "(none)"
        self.packages = 0
        self.megabytes = self.installing = self.using = 0.0
        self.versions = ""

    def say(self, text: str) -> None:
        print(f"{self.name:9} {text}", flush=True)

    def install(self, tools: Tools, wheel: Path, *more: str) -> None:
        """Make the environment, and measure it. Raises Failed."""
        began = time.monotonic()
        self.put(tools, wheel, *more)
        self.installing = time.monotonic() - began
        [site] = (self.folder / "venv" / "lib").glob("python*/site-packages")
        there = {found.name.lower(): found.version for found in metadata.distributions(path=[str(site)])}
        self.packages = len(there)
        self.versions = " ".join(f"{name} {there[name]}" for name in sorted(direct() & set(there)))
        self.megabytes = sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6
        self.say(f"installed: {self.packages} packages, {self.megabytes:.0f} MB, {self.installing:.0f} s")

    def put(self, tools: Tools, wheel: Path, *more: str) -> None:
        """Have pip put it there. Raises Failed."""
        tools.make_environment(self.folder / "venv")
        # Of what pip compiles to byte code little is used here, and it counts only where the size has a limit.
        compiling = "--compile" if self.extras in LIMITS else "--no-compile"
        tools.pip(self.python, "install", compiling, f"{wheel}[{self.extras}]" if self.extras else str(wheel), *more)

    def refuse_if_over(self, megabytes: float, packages: int) -> None:
        if self.megabytes > megabytes or self.packages > packages:
            have, may = f"{self.megabytes:.1f} MB in {self.packages} packages", f"{megabytes} MB in {packages}"
            raise Failed(f"an installation takes {have}, and may take {may}")

    def use(self, expected: set[Finding]) -> None:
        """Do with the environment what it is for, and what it is not for. Raises Failed."""
        began = time.monotonic()
        for scan in SCANS[self.extras]:
            found = self.findings("scan", *scan)
            if not found or found != {each for each in expected if scan == TOGETHER or each.provider == scan[0]}:
                raise Failed(f"`scan {shlex.join(scan)}` does not find what it finds with the locked dependencies")
            self.say(f"scan {shlex.join(scan)}: {len(found)} findings")
        for scan, extra in REFUSALS.get(self.extras, {}).items():
            said = self.run((3,), "scan", *scan)
            if said.count("\n") != 1 or not said.endswith(f"; {how_to_install(extra)}\n"):
                raise Failed(f"`scan {shlex.join(scan)}` should say in one line what to install, and says:\n{said}")
        if not self.extras:
            self._do_without_clouds(expected)
        if "postgres" in self.extras:
            said = self.run((2,), "history", "list", "--store", "postgresql://127.0.0.1:1/nowhere")
            if "cannot be connected to" not in said:
                raise Failed(f"a history in PostgreSQL should be asked for, and this says:\n{said}")
        self.using = time.monotonic() - began

    def _do_without_clouds(self, expected: set[Finding]) -> None:
        self.run((0,), "list", "checks")
        self.run((0,), "explain", "MLP-1001")
        if self.findings("evaluate", str(self.folder.parent / "inventory.json")) != expected:
            raise Failed("`evaluate` does not find what the scan did")
        self.say(f"evaluate: {len(expected)} findings")


class Deployed(Trial):
    """An environment as deploy/install.sh makes it for actions and pipelines: what is locked, and a pip of its own."""

    def __init__(self, extras: str, folder: Path, clouds: Mapping[str, str]) -> None:
        super().__init__(extras, folder, clouds)
        self.name = f"{extras} lock"

    def put(self, tools: Tools, wheel: Path, *more: str) -> None:  # noqa: ARG002 - it has its own
        call("bash", str(ROOT / "deploy" / "install.sh"), self.extras, str(self.folder / "venv"))

    def refuse_if_over(self, megabytes: float, packages: int) -> None:
        """What builds is in there, too."""


class Tools:
    """An environment with the newest pip, which is quick, and with uv where it is wanted. It serves all others."""

    def __init__(self, folder: Path, *more: str) -> None:
        self._bin = folder / "bin"
        self.make_environment(folder)
        self._pip(sys.executable, self._bin / "python", "install", "pip", *more)

    def make_environment(self, folder: Path) -> None:
        """An environment without a pip of its own, as pipx makes them."""
        call(sys.executable, "-m", "venv", "--without-pip", str(folder))

    def pip(self, python: Path, *arguments: str) -> None:
        """Have pip do something to an environment. Raises Failed."""
        self._pip(str(self._bin / "python"), python, *arguments)

    def write_oldest(self, extras: str, target: Path) -> None:
        """Write down, as constraints, the oldest versions that the extras admit of what they name. Raises Failed."""
        named = [part for extra in filter(None, extras.split(",")) for part in ("--extra", extra)]
        call(
            str(self._bin / "uv"), "pip", "compile", str(ROOT / "pyproject.toml"), *named, "--python", sys.executable,
            "--resolution", "lowest-direct", "--no-header", "--no-annotate", "--quiet", "--output-file", str(target),
        )  # fmt: skip

    def _pip(self, runner: str, python: Path, *arguments: str) -> None:
        call(runner, "-m", "pip", "--python", str(python), "--quiet", "--disable-pip-version-check", *arguments)


def call(*command: str) -> None:
    """Run a command. Raises Failed with its last words, or with what they mean if it got nothing from the registry."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        if nothing := _NOTHING.search(done.stderr):
            raise Failed(f"the package registry gives no {nothing[1] or nothing[2]}; can it be reached from here?")
        raise Failed(f"{shlex.join(command)} exited with {done.returncode}:\n{done.stderr[-2000:]}")


def direct() -> set[str]:
    """The packages that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for more in project["optional-dependencies"].values() for line in more)]
    return {re.split(r"[^\w-]", line)[0] for line in lines} - {project["name"]}


def extras_of(line: str) -> str | None:
    """The extras, as SCANS spells them, that an install line of the documentation asks for; None for any other line.

    Raises ValueError for one that installs something else, or in another way.
    """
    found = _INSTALL.search(line)
    if found is None:
        return None
    words = [word for word in shlex.split(found[1], comments=True) if not word.startswith("-")]
    ours = _OURS.fullmatch(words[0]) if len(words) == 1 else None
    if ours is None:
        raise ValueError(f"{line.strip()!r} is no install line that this script knows how to try")
    return ",".join(sorted((ours[1] or "").split(",")))


def main(argv: Sequence[str]) -> int:
    """Try them; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("extras", nargs="*", metavar="EXTRAS", help=f"any of {' '.join(filter(None, SCANS))}")
    parser.add_argument("--oldest", action="store_true", help="with the oldest versions that pyproject.toml admits")
    options = parser.parse_args(argv)
    if unknown := set(options.extras) - set(SCANS):
        parser.error(f"{', '.join(sorted(unknown))}: choose from {' '.join(filter(None, SCANS))}")
    with TemporaryDirectory(prefix="mlposture-installs-") as name, ExitStack() as stack:
        try:
            wrong = try_all(Path(name), stack, options.extras or list(SCANS), with_oldest=options.oldest)
        except Failed as error:
            wrong = [str(error)]
    for text in wrong:
        print(f"try_installs: {text}", file=sys.stderr)
    return 1 if wrong else 0


def try_all(folder: Path, stack: ExitStack, chosen: Sequence[str], *, with_oldest: bool) -> list[str]:
    """Prepare what all environments share, try two at a time, print the table; what is wrong. Raises Failed."""
    tools = Tools(folder / "tools", *(["uv"] if with_oldest else []))
    tools.pip(Path(sys.executable), "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    [wheel] = folder.glob("*.whl")
    clouds = simulated(stack)
    here = Place(folder / "here", Path(sys.executable), clouds)
    expected = here.findings("scan", *TOGETHER, "--save-inventory", str(folder / "inventory.json"))
    trials = [Trial(extras, folder / (extras or "none"), clouds) for extras in chosen]
    if "aws" in chosen and not with_oldest:
        trials.append(Deployed("aws", folder / "deployed", clouds))

    def attempt(trial: Trial) -> str:
        try:
            if with_oldest:
                constraints = folder / f"oldest {trial.extras}.txt"
                tools.write_oldest(trial.extras, constraints)
                trial.install(tools, wheel, "--constraint", str(constraints))
            else:
                trial.install(tools, wheel)
                trial.refuse_if_over(*LIMITS.get(trial.extras, (float("inf"), sys.maxsize)))
            trial.use(expected)
        except Failed as error:
            trial.say("failed")
            return f"{trial.name}: {error}"
        return ""

    with ThreadPoolExecutor(2) as pool:
        wrong = list(filter(None, pool.map(attempt, trials)))
    print("\nextras     packages      MB  install s  use s")
    for trial in trials:
        numbers = f"{trial.packages:8} {trial.megabytes:7.1f} {trial.installing:10.1f} {trial.using:6.1f}"
        print(f"{trial.name:10} {numbers}  {trial.versions}".rstrip(), flush=True)
    return wrong


def simulated(stack: ExitStack) -> dict[str, str]:
    """Start the clouds of the demonstration; an environment that leads to them, and to nothing of the checkout."""
    sys.path.insert(0, str(ROOT))
    from examples.demo import PRIVATE, WORLDS

    foreign = (*PRIVATE, "PYTHON", "VIRTUAL_ENV")
    made = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    for name, kind in WORLDS.items():
        made |= stack.enter_context(kind.load(ROOT / "tests" / "worlds" / "data" / f"{name}.yaml")).env()
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
