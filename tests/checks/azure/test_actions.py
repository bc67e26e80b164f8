"""Actions that a role allows, by patterns that somebody else wrote."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from checks.aws.iam.matching import glob
from checks.azure.actions import Permission, allows


@given(st.text("ab*"), st.text("ab"))
@example("*" * 60 + "c", "a" * 100)
@example("*a" * 30 + "*b", "a" * 100)
@example("a*a", "a")
def test_a_star_stands_for_anything_however_many_there_are(pattern: str, action: str) -> None:
    assert allows((Permission(actions=(pattern,)),), action) is glob(pattern, action)
