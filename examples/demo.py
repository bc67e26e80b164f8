"""Scan three simulated clouds with the real command line: no credentials, no network beyond loopback.

    python examples/demo.py demo-out

The invented organisation, Northwind Example, runs a sentiment model on AWS, a fraud-detection service on Google Cloud
and a diagnostic-support model on Azure; see examples/README.md. The worlds live in tests/worlds/data.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from worlds.aws import AwsWorld  # noqa: E402
from worlds.azure import AzureWorld  # noqa: E402
from worlds.base import World  # noqa: E402
from worlds.gcp import GcpWorld  # noqa: E402

WORLDS: dict[str, type[World]] = {"aws": AwsWorld, "gcp": GcpWorld, "azure": AzureWorld}
#: The parent's own cloud settings must not leak into a demonstration that promises to use none.
PRIVATE = ("AWS_", "GOOGLE_", "AZURE_", "MLPOSTURE_", "CLOUDSDK_", "STORAGE_EMULATOR_HOST", "REQUESTS_CA_BUNDLE")


def mlposture(environment: dict[str, str], *arguments: str, quiet: bool = False) -> None:
    """Run the command line as a user would; a failure of the scanner fails the demonstration."""
    command = [str(Path(sys.executable).with_name("mlposture")), *arguments]
    print(f"$ mlposture {' '.join(arguments)}", flush=True)
    started = time.monotonic()
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL if quiet else None, check=False)
    if done.returncode != 0:
        sys.exit(f"mlposture exited with {done.returncode}")
    print(f"({time.monotonic() - started:.1f} s)\n", flush=True)


def main(folder: Path) -> None:
    """Start the clouds, scan each, then all three into one JSON and one SARIF report."""
    folder.mkdir(parents=True, exist_ok=True)
    base = {name: value for name, value in os.environ.items() if not name.startswith(PRIVATE)}
    with ExitStack() as stack:
        worlds = {
            name: stack.enter_context(kind.load(ROOT / "tests" / "worlds" / "data" / f"{name}.yaml"))
            for name, kind in WORLDS.items()
        }
        for name, world in worlds.items():
            print(f"simulated {name:5} {world.url}")
        print(flush=True)
        for name, world in worlds.items():
            mlposture({**base, **world.env()}, "scan", name, "--fail-on", "never", "--no-cache")
        together = dict(base)
        for world in worlds.values():
            together |= world.env()
        config = str(ROOT / "examples" / "mlposture.toml")
        outputs = [part for name in ("report.json", "report.sarif") for part in ("-o", str(folder / name))]
        mlposture(together, "scan", "--config", config, *outputs, "--fail-on", "never", "--no-cache", quiet=True)
    print(f"wrote {folder / 'report.json'} and {folder / 'report.sarif'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo-out").resolve())
