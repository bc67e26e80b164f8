"""What the import linter cannot hold: where modules may be, and that what needs no cloud imports no SDK."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT

SDKS = ("boto3", "botocore", "google", "azure", "requests", "urllib3", "certifi", "dask", "distributed")
#: Pages that tell of the past.
HISTORY = ("docs/decisions/", "CHANGELOG.md")


def test_the_engine_has_rooms_and_nothing_beside_them() -> None:
    assert [path.name for path in (ROOT / "scanner").glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("package", sorted(str(p.parent.relative_to(ROOT)) for p in ROOT.glob("scanner/*/__init__.py")))
def test_a_room_says_what_it_is_for_and_re_exports_nothing(package: str) -> None:
    source = (ROOT / package / "__init__.py").read_text(encoding="utf-8")

    assert source.startswith('"""')
    assert package == "scanner/frameworks" or "import" not in source.rpartition('"""')[2]


def test_no_module_is_called_like_another_below_the_same_package() -> None:
    """Two modules of one name in the engine and the reports make a reader ask which is meant."""
    names: dict[str, list[str]] = {}
    for path in (*ROOT.glob("scanner/*/*.py"), *ROOT.glob("reports/*.py")):
        if path.stem != "__init__":
            names.setdefault(path.stem, []).append(str(path.relative_to(ROOT)))

    assert [found for found in names.values() if len(found) > 1] == []


def test_what_needs_no_cloud_imports_no_sdk(tmp_path: Path) -> None:
    """`list`, `explain` and `evaluate` in one process: whatever they load between them."""
    code = f"""
import sys
from scanner.cli.commands import cli
from scanner.store.inventory import Inventory
from scanner.model.nouns import Scope
from datetime import UTC, datetime
from pathlib import Path
made = Inventory(datetime.now(UTC))
made.scopes = tuple(Scope(name, "account") for name in ("aws", "gcp", "azure"))
made.save(Path("inventory.json"))
for command in (["list", "checks"], ["list", "frameworks"], ["explain", "MLP-1001"],
                ["evaluate", "inventory.json", "-o", "r.json", "-o", "r.sarif"]):
    cli.main(command, standalone_mode=False)
print(sorted({{name.partition(".")[0] for name in sys.modules}} & set({SDKS!r})), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "page", sorted(str(path.relative_to(ROOT)) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
)
def test_modules_that_pages_name_are_there(page: str) -> None:
    if page.startswith(HISTORY):
        return
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:scanner|checks|reports|scripts|tests|benchmarks|examples)/[\w/.-]+)`", text))

    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
