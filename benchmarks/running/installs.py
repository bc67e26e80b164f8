"""What installing costs, and how fast the program starts when it was installed from a wheel."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import startup
from benchmarks.running.bench import ROOT, Bench, Result, target

#: Of every virtual environment, not of the product.
_TOOLS = {"pip", "setuptools", "wheel"}


def install(bench: Bench) -> Result:
    """Build a wheel of this checkout, install it with the AWS extra into a fresh environment, start it."""
    folder = bench.place("install")
    python = folder / "venv" / "bin" / "python"
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    _quietly([sys.executable, *build])
    wheel = next(folder.glob("*.whl"))
    _quietly([sys.executable, "-m", "venv", str(folder / "venv")])
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    _quietly([*pip, "install", "--quiet", f"{wheel}[aws]"])
    listed = json.loads(_quietly([*pip, "list", "--format=json"]))
    packages = sorted(package["name"] for package in listed if package["name"] not in _TOOLS)
    megabytes = round(_bytes(folder / "venv") / 1e6, 1)
    medians = startup.medians(python)
    ratio = round(medians["--help"] / medians["import click"], 2)
    return {
        "venv_mb": megabytes,
        "wheel_kb": round(wheel.stat().st_size / 1e3),
        "packages": packages,
        "start_cpu_ms": {name: round(1000 * seconds, 1) for name, seconds in medians.items()},
        "targets": [
            target("size of the environment with .[aws]", megabytes, 100, "MB"),
            target("packages", len(packages), 25),
            target("CPU time of --help to that of `import click`", ratio, 1.5, "x"),
        ],
    }


def _quietly(command: list[str]) -> str:
    """Run; the output. Raises RuntimeError with what went wrong."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    return done.stdout


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
