"""Reports that somebody damaged are compared or refused in a sentence, and a comparison of them is one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from comparing import FORMS, Scanned, lab
from fuzzing import Change, change_bytes, change_value
from msgspec import UNSET

from reports import diff_json, diff_markdown, diff_text
from scanner.cli.diff_running import comparison_of
from scanner.history.comparison import Comparison
from scanner.model.errors import InputError

TIMES = 60


def rendered(found: Comparison) -> None:
    for piece in diff_json.render(found):
        assert piece
    list(diff_text.diff_text(found, details=True))
    list(diff_markdown.render(found))


@pytest.mark.parametrize("change", [change_value, change_bytes])
@pytest.mark.parametrize("form", ["all", "sarif", "full", "grouped"])
def test_a_damaged_report_is_compared_or_refused(form: str, change: Change, tmp_path: Path) -> None:
    scanned = Scanned(tmp_path)
    whole = tmp_path / scanned.scan(1, lab("a"), lab("b", UNSET), lab("c", "Disabled"), form=form)
    damaged = tmp_path / f"damaged.{FORMS[form][0]}"
    content, chance, refused = whole.read_bytes(), random.Random(f"{form} {change.__name__}"), list[str]()
    for _ in range(TIMES):
        damaged.write_bytes(change(content, chance))
        for two in ((whole, damaged), (damaged, whole)):
            try:
                rendered(comparison_of(str(two[0]), str(two[1]), {}))
            except InputError as error:
                refused.append(str(error))

    assert 0 < len(refused) < 2 * TIMES
    assert [said for said in refused if len(said.splitlines()) != 1] == []
