"""Run the steps of deploy/Dockerfile in a clean root file system, without Docker, and what they leave.

    scripts/try_image.py          the image of AWS
    scripts/try_image.py gcp      that of another cloud, or of all

Takes Linux, root, and an index of packages. The base of each stage has the system and the Python of this machine,
read-only, and nothing else of it. Instructions are run as they stand in the file; one that this does not know ends it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from imaged import DOCKERFILE, locked, named, sboms, syft  # noqa: E402 - the path comes first

#: Where the base has a Python that pip may install into, and settings of its own.
BASE, HOME = "/base", "/home"
#: What no stage changes, and the machine has.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/dev", "/proc", sys.base_prefix)
#: Puts the system into a root, for this process alone, and is a command in it.
_ENTER = """
set -eu
root=$1 places=$2 read_only=$3; shift 3
mount --bind "$root" "$root"
for place in $places; do
  if [ -L "$place" ]; then ln -sfn "$(readlink "$place")" "$root$place"; continue; fi
  [ -d "$place" ] || continue
  mkdir -p "$root$place"
  mount --rbind "$place" "$root$place"
  mount -o remount,bind,ro "$root$place" 2> /dev/null || true
done
[ "$read_only" = no ] || { mkdir -p "$root/tmp"; mount -o remount,bind,ro "$root"; mount -t tmpfs tmpfs "$root/tmp"; }
exec chroot "$root" "$@"
"""
#: As `docker run --read-only --cap-drop ALL` confines it.
_CONFINED = ("setpriv", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all")


class Failed(Exception):
    """What is wrong, with the output that shows it."""


class Stage:
    """One stage of an image: its root, its variables, where it is, and who it is."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {"PATH": f"{BASE}/bin:/usr/bin:/bin", "HOME": HOME, **settings_of_pip()}
        self.folder = "/"
        self.user = ""
        root.mkdir()
        for own in (".config/pip/pip.conf", ".pip/pip.conf"):
            if (Path.home() / own).is_file():
                self.copy(Path.home() / own, f"{HOME}/{own}")
        self.run(str(Path(sys.base_prefix) / "bin" / "python3"), "-m", "venv", BASE)

    def run(self, *command: str, as_deployed: bool = False) -> str:
        """Run a command in it; what it prints. Raises Failed.

        `as_deployed` has it as it is to be run: read-only, without a network, as the user of the image.
        """
        inside = ["env", "-i", *(f"{name}={value}" for name, value in self.environment.items()), *command]
        space = ["unshare", "--mount"]
        if as_deployed:
            own, group = self.user.split(":")
            inside = [*_CONFINED, f"--reuid={own}", f"--regid={group}", *inside]
            space.append("--net")
        inside = ["sh", "-c", 'mkdir -p "$1"; cd "$1"; shift; exec "$@"', "sh", self.folder, *inside]
        places = " ".join(SYSTEM)
        done = subprocess.run(
            [*space, "sh", "-c", _ENTER, "sh", str(self.root), places, "yes" if as_deployed else "no", *inside],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Failed(f"`{shlex.join(command)}` exited with {done.returncode}:\n{done.stdout[-3000:]}")
        return done.stdout

    def copy(self, source: Path, target: str) -> None:
        """As COPY does: what is in a folder, or a file into a folder."""
        place = self.root / (Path(self.folder) / target).relative_to("/")
        if source.is_dir():
            shutil.copytree(source, place, symlinks=True, dirs_exist_ok=True)
        else:
            (place if target.endswith("/") else place.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place)


def settings_of_pip() -> dict[str, str]:
    """Variables by which pip gets at packages on this machine."""
    return {name: value for name, value in os.environ.items() if re.match("pip_|ssl_|.*_proxy$", name, re.IGNORECASE)}


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """The instructions of a Dockerfile, in order: the word, and what it is about."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in lines.replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, rest.strip()


def build(extra: str, folder: Path) -> tuple[Stage, list[str]]:
    """The last stage, and its entry point. Raises Failed."""
    stages: dict[str, Stage] = {}
    arguments = {"EXTRA": extra}
    entry: list[str] = []
    for word, rest in instructions(DOCKERFILE.read_text(encoding="utf-8")):
        print(f"try_image: {word} {rest[:100]}", flush=True)
        if word == "FROM":
            name = rest.partition(" AS ")[2] or "last"
            stage = stages[name] = Stage(folder / name)
        elif word in ("ARG", "VOLUME", "CMD"):
            continue
        elif word == "ENTRYPOINT":
            entry = json.loads(rest)
        else:
            follow(stage, word, rest, stages, arguments)
    return stage, entry


def follow(stage: Stage, word: str, rest: str, stages: Mapping[str, Stage], arguments: Mapping[str, str]) -> None:
    """Do what an instruction of a stage says. Raises Failed."""
    match word:
        case "WORKDIR":
            stage.folder = rest
        case "USER":
            stage.user = rest
        case "ENV":
            for pair in shlex.split(rest):
                name, _, value = pair.partition("=")
                stage.environment[name] = value.replace("$PATH", stage.environment["PATH"])
        case "COPY":
            *sources, target = rest.replace("${EXTRA}", arguments["EXTRA"]).split()
            if sources[0].startswith("--from="):
                other = stages[sources.pop(0).removeprefix("--from=")]
                stage.copy(other.root / sources[0].lstrip("/"), target)
            else:
                for source in sources:
                    stage.copy(ROOT / source, target)
        case "RUN":
            stage.run("env", *(f"{name}={value}" for name, value in arguments.items()), "sh", "-c", rest)
        case _:
            raise Failed(f"{word} is an instruction that this program does not know")


def judge(stage: Stage, entry: list[str], extra: str, folder: Path) -> None:
    """Run it as it is to be run, and hold its SBOM against its lock. Raises Failed."""
    if "MLP-1001" not in stage.run(*entry, "list", "checks", as_deployed=True):
        raise Failed("`list checks` does not list MLP-1001")
    if syft() is None:
        raise Failed("no Syft here: make .venv-deploy/.ready")
    for sbom in sboms(stage.root / "opt", folder):
        if odd := named(sbom) ^ locked(extra):
            raise Failed(f"{sbom.name}: in it or in the lock alone: {sorted(odd)}")


def main() -> int:
    """Try one; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("extra", nargs="?", default="aws", choices=("aws", "gcp", "azure", "all"))
    extra = parser.parse_args().extra
    with TemporaryDirectory(prefix="mlposture-image-") as name:
        Path(name).chmod(0o755)
        try:
            stage, entry = build(extra, Path(name))
            judge(stage, entry, extra, Path(name))
        except Failed as error:
            print(f"try_image: {error}", file=sys.stderr)
            return 1
    print(f"try_image: the image of {extra} is built, runs, and holds what its lock names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
