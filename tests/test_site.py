"""The documentation as a site: it builds without a warning, asks no other host for anything, and leads to every page.

That links lead somewhere on a code host, tests/test_generated.py says; the build says it of the site, anchors too.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from support import ROOT, fail_with

DOCS = ROOT / "docs"
INDEX = DOCS / "index.md"
#: Pages that a list on another page leads to, and not the navigation: folder → that page.
LISTED = {DOCS / "reference/checks": DOCS / "reference/checks.md", DOCS / "decisions": DOCS / "decisions/README.md"}
_LINK = re.compile(r"\]\(([^)#:]+\.md)\)")
#: What makes a browser ask another host when it shows a page: links that people follow are none of it.
_ASKS = re.compile(
    r"""<(?:script|img|iframe|source|object)\b[^>]*\b(?:src|data)=["']?(?:https?:)?//"""
    r"""|<link\b[^>]*\bhref=["']?(?:https?:)?//|@import\b|url\(["']?(?:https?:)?//""",
    re.IGNORECASE,
)


def _python() -> Path:
    return Path(os.environ.get("MLPOSTURE_SITE") or ROOT / ".venv-site" / "bin" / "python")


needs_sphinx = pytest.mark.skipif(
    not _python().exists(), reason="no Sphinx here: make .venv-site/.ready, or set MLPOSTURE_SITE to its Python"
)


def linked(page: Path) -> set[Path]:
    return {(page.parent / target).resolve() for target in _LINK.findall(page.read_text(encoding="utf-8"))}


def test_navigation_leads_to_every_page() -> None:
    wanted = {page for page in DOCS.rglob("*.md") if page.parent not in LISTED} | set(LISTED.values()) - {INDEX}
    missing = sorted(wanted - linked(INDEX) - {INDEX})
    fail_with(f"{page.relative_to(ROOT)}: add it to a list of docs/index.md" for page in missing)


@pytest.mark.parametrize(("folder", "page"), LISTED.items(), ids=lambda path: path.name)
def test_lists_lead_to_every_page_below_them(folder: Path, page: Path) -> None:
    missing = sorted({*folder.glob("*.md")} - linked(page) - {page})
    fail_with(f"{one.relative_to(ROOT)}: {page.relative_to(ROOT)} does not link to it" for one in missing)


def asking(folder: Path) -> list[str]:
    """Files of a site that have a browser ask another host, each with how."""
    pages = [path for path in folder.rglob("*") if path.suffix in {".html", ".css"}]
    found = [(path, _ASKS.search(path.read_text(encoding="utf-8"))) for path in pages]
    return [f"{path.relative_to(folder)}: {match[0]}" for path, match in found if match]


@needs_sphinx
def test_the_site_builds_without_a_warning_and_asks_nobody(tmp_path: Path) -> None:
    """As `make site` builds it."""
    site = tmp_path / "site"
    options = ("-b", "html", "-j", "2", "-W", "--keep-going", "-q", "-c", "docs/site", "-d", tmp_path / "doctrees")
    done = subprocess.run(
        [_python(), "-m", "sphinx", *options, ".", site], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert 'href="docs/index.html"' in (site / "index.html").read_text(encoding="utf-8")
    first = (site / "docs" / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{page}.html"' in first for page in ("quickstart", "guides/terminal", "reference/checks"))
    assert len([*site.rglob("*.html")]) > len([*DOCS.rglob("*.md")])
    fail_with(asking(site))


def test_a_page_that_asks_another_host_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="https://example.com">x</a><script src="own.js"></script>')
    (tmp_path / "b.html").write_text('<script async src="https://cdn.example/x.js"></script>')
    (tmp_path / "c.css").write_text("@import 'https://fonts.example/x.css';")

    assert sorted(found.partition(":")[0] for found in asking(tmp_path)) == ["b.html", "c.css"]
