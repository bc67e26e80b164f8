"""What an image holds: the packages that its lock names, and what the tool that writes its SBOM finds.

`docker buildx build --sbom=true` has Syft look at the files of an image; the same program looks at a folder here. It
is there after `make .venv-deploy/.ready`, or where MLPOSTURE_DEPLOY names the Python beside it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.utils import canonicalize_name
from support import ROOT

import scanner

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
_LOCKED = re.compile(r"^([\w.-]+)==(\S+)(?: ; (.+?))?(?: \\)?$", re.MULTILINE)
_QUIET = {"SYFT_CHECK_FOR_APP_UPDATE": "false"}
Package = tuple[str, str]


def syft() -> Path | None:
    """The program, if this machine has it."""
    python = Path(os.environ.get("MLPOSTURE_DEPLOY") or ROOT / ".venv-deploy" / "bin" / "python")
    return found if (found := python.with_name("syft")).exists() else None


def locked(extra: str) -> set[Package]:
    """Name and version of what an image of a cloud gets on this machine: its lock and ourselves."""
    text = (ROOT / "requirements" / f"{extra}.txt").read_text(encoding="utf-8")
    found = {
        (name, version) for name, version, marker in _LOCKED.findall(text) if not marker or Marker(marker).evaluate()
    }
    return {(canonicalize_name(name), version) for name, version in found} | {("mlposture", scanner.__version__)}


def sboms(root: Path, folder: Path) -> tuple[Path, Path]:
    """The SBOM of a file system, as CycloneDX and, as the release keeps it, as SPDX."""
    made = folder / "sbom.cdx.json", folder / "sbom.spdx.json"
    outputs = [f"--output={form}={path}" for form, path in zip(("cyclonedx-json", "spdx-json"), made, strict=True)]
    command = [str(syft()), "scan", f"dir:{root}", "--quiet", *outputs]
    subprocess.run(command, check=True, env={**os.environ, **_QUIET}, capture_output=True)
    return made


def named(sbom: Path) -> set[Package]:
    """Name and version of the Python packages that an SBOM of either form names."""
    document: dict[str, Any] = json.loads(sbom.read_bytes())
    urls = [one.get("purl", "") for one in document.get("components", ())] + [
        reference["referenceLocator"]
        for one in document.get("packages", ())
        for reference in one.get("externalRefs", ())
        if reference["referenceType"] == "purl"
    ]
    found = (re.fullmatch(r"pkg:pypi/([^@]+)@([^?#]+).*", url) for url in urls)
    return {(canonicalize_name(one[1]), one[2]) for one in found if one}
