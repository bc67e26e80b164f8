"""What a check makes of its docstring."""

from __future__ import annotations

from scanner.model.checks import sections


def test_docstring_sections_are_dedented() -> None:
    text = "Title.\n\n    ## Why it matters\n    One.\n      indented\n\n    ## How to fix\n    Two.\n"

    assert sections(text) == {"": "Title.", "Why it matters": "One.\n  indented", "How to fix": "Two."}
