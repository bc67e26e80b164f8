"""An independent validator on every OSCAL file, those with a part cut out among them.

Needs compliance-trestle in an environment of its own: `make .venv-oscal/.ready`, or MLPOSTURE_OSCAL.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from oscal_files import Files
from support import ROOT, TESTS


def trestle() -> str | None:
    """The Python that has compliance-trestle, if this machine has one."""
    own = ROOT / ".venv-oscal" / "bin" / "python"
    return os.environ.get("MLPOSTURE_OSCAL") or (str(own) if own.with_name("trestle").exists() else None)


@pytest.fixture(scope="module")
def verdicts(
    rendered: dict[str, Files], customer: Files, hostile: Files, every: Files, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], str]:
    """What trestle says of every file, those with a member cut out among them, by folder and name."""
    top = tmp_path_factory.mktemp("trestle")
    broken = {f"without {key}": files for key, files in cut(rendered["ticket-sentiment"])}
    sets = {**rendered, "customer": customer, "hostile": hostile, "every": every, **broken}
    for folder, files in sets.items():
        (top / folder).mkdir()
        for name, content in files.items():
            (top / folder / name).write_bytes(content)
    done = subprocess.run(
        [str(trestle()), str(TESTS / "oscal_judge.py"), *(str(top / folder) for folder in sets)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    said = json.loads(done.stdout)
    return {(Path(path).parent.name, Path(path).name): text for path, text in said.items()}


#: A member that each model needs, by the beginning of the file's name.
NEEDED = {
    "catalog": "metadata",
    "mapping-collection": "provenance",
    "component-definition": "metadata",
    "assessment-plan": "import-ssp",
    "assessment-results": "import-ap",
}


def cut(files: Files) -> Iterator[tuple[str, Files]]:
    """The files, each without one member that it needs."""
    for start, member in NEEDED.items():
        for name in files:
            if name.startswith(start):
                document = json.loads(files[name])
                next(iter(document.values())).pop(member)
                yield f"{member} in {name}", {name: json.dumps(document).encode()}


needs_trestle = pytest.mark.skipif(
    trestle() is None,
    reason="compliance-trestle is not installed: make .venv-oscal/.ready, or set MLPOSTURE_OSCAL to its Python",
)


@needs_trestle
def test_trestle_has_nothing_to_say(rendered: dict[str, Files], verdicts: dict[tuple[str, str], str]) -> None:
    right = {one: text for one, text in verdicts.items() if not one[0].startswith("without ")}

    assert {one: text for one, text in right.items() if text} == {}
    assert {folder for folder, _ in right} == {*rendered, "customer", "hostile", "every"}


@needs_trestle
def test_trestle_finds_what_is_cut_out(verdicts: dict[tuple[str, str], str]) -> None:
    """Were it to look at nothing, the test above would hold for any file."""
    broken = {one: text for one, text in verdicts.items() if one[0].startswith("without ")}

    assert len({name.partition(" in ")[0] for name, _ in broken}) == len(set(NEEDED.values()))
    assert [one for one, text in broken.items() if not text] == []
