"""The checks that were asked for are those that run."""

from __future__ import annotations

import pytest
from support import registered

from scanner.model.errors import InputError
from scanner.model.nouns import Severity
from scanner.model.selection import select

CHECKS, COLLECTORS = registered()


def test_selection_by_id_slug_and_severity() -> None:
    by_slug = select(CHECKS.values(), wanted=["sagemaker_notebook_direct_internet_access"])

    assert [check.id for check in by_slug] == ["MLP-1001"]
    assert select(CHECKS.values(), wanted=["MLP-1001"]) == by_slug
    assert select(CHECKS.values(), wanted=["MLP-1001"], skipped=["MLP-1001"]) == ()
    high = select(CHECKS.values(), least=Severity.HIGH)
    assert high
    assert {check.severity for check in high} <= {Severity.CRITICAL, Severity.HIGH}
    assert len(high) < len(select(CHECKS.values()))


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="sagemaker_notebook_direct_internet_access"):
        select(CHECKS.values(), wanted=["sagemaker_notebook_direct_internet_acces"])


OWN = [check for check in CHECKS.values() if check.provider == "aws"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("MLP-2001", "MLP-2001 is a check of gcp"),
        ("mlp-2001", "MLP-2001 is a check of gcp"),
        (CHECKS["MLP-3001"].slug, "MLP-3001 is a check of azure"),
        ("sagemaker_notebook", r"Did you mean sagemaker_notebook_\w+, sagemaker_notebook_\w+, sagemaker_notebook_\w+ "
                               r"or one of \d+ more\?"),
        (f"{CHECKS['MLP-2001'].slug}x", f"Did you mean {CHECKS['MLP-2001'].slug}, a check of gcp?"),
        ("nothing like it", "lists all$"),
        ("MLP", "lists all$"),
    ],
)  # fmt: skip
def test_what_may_be_meant_is_known_of_all_clouds(name: str, says: str) -> None:
    with pytest.raises(InputError, match=says.replace("gcp?", r"gcp\?")):
        select(OWN, wanted=[name])
