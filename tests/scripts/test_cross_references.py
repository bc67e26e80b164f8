"""What is published is compared with our mappings, and no difference goes without a reason."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml

from scanner.frameworks import load
from scripts.cross_references_page import PUBLISHED, cross_references_page

CATALOGUE = load(["mitre-atlas", "owasp-llm-2025", "cwe"])
FOUND: dict[str, Any] = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))


def test_what_is_published_is_about_rows_that_we_have() -> None:
    rows = {row.id for framework in CATALOGUE.frameworks.values() for row in framework.controls}
    named = {id for part in ("mitigations", "risks") for id, others in FOUND[part].items() for id in (id, *others)}

    assert named - rows == set()


def test_the_page_says_where_both_agree_and_where_they_differ() -> None:
    lines = cross_references_page(CATALOGUE).splitlines()

    assert "| human-oversight | AML.T0053, AML.T0086, AML.T0101 |  |  |" in lines
    assert "| strong-authentication |  | AML.T0012 |  |" in lines
    assert "| network-isolation |  | AML.T0072 | AML.T0025 |" in lines
    assert "| network-isolation | AML.T0025 | A path that is closed carries nothing out. |" in lines
    assert "| LLM10:2025 | CWE-400 | inference-abuse-protection |" in lines


def test_a_difference_without_a_reason_is_refused_and_so_is_the_reverse() -> None:
    silent, needless = deepcopy(FOUND), deepcopy(FOUND)
    silent["risks"]["LLM06:2025"] = ["AML.T0025"]
    needless["techniques_differ"].append({"objective": "human-oversight", "technique": "AML.T0053", "reason": "No."})

    with pytest.raises(SystemExit, match=r"LLM06:2025 and AML\.T0025: differs and has no reason"):
        cross_references_page(CATALOGUE, silent)
    with pytest.raises(SystemExit, match=r"human-oversight and AML\.T0053: has a reason and does not differ"):
        cross_references_page(CATALOGUE, needless)
