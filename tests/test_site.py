"""The documentation as a site: it builds without a warning, asks no other host for anything, and leads to every page.

axe has nothing against one page of each sort. That links lead somewhere on a code host, tests/test_generated.py says;
the build says it of the site, anchors too.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from browsers import in_browser, needs_browser, once
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


#: One page of each sort, and a search; and what its page has once it found something.
SEARCH, FOUND = "/search.html?q=bucket", "#search-results li a"
LOOKED_AT = (
    "/docs/index.html",
    "/docs/quickstart.html",
    "/docs/guides/dossiers.html",
    "/docs/reference/cli.html",
    "/docs/reference/checks/MLP-1001.html",
    "/docs/performance.html",
    SEARCH,
)
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


def built(folder: Path) -> str:
    """The site, as `make site` builds it: where it is, and what was said."""
    site = folder / "site"
    options = ("-b", "html", "-j", "2", "-W", "--keep-going", "-q", "-c", "docs/site", "-d", folder / "doctrees")
    done = subprocess.run(
        [_python(), "-m", "sphinx", *options, ".", site], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return json.dumps({"site": str(site), "code": done.returncode, "said": done.stderr})


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return once(tmp_path_factory, "documentation-site", built)


@needs_sphinx
def test_the_site_builds_without_a_warning_and_asks_nobody(build: dict[str, Any]) -> None:
    site = Path(build["site"])

    assert (build["code"], build["said"]) == (0, "")
    assert 'href="docs/index.html"' in (site / "index.html").read_text(encoding="utf-8")
    first = (site / "docs" / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{page}.html"' in first for page in ("quickstart", "guides/terminal", "reference/checks"))
    assert len([*site.rglob("*.html")]) > len([*DOCS.rglob("*.md")])
    fail_with(asking(site))


@contextmanager
def hosted(site: Path) -> Iterator[str]:
    """A site as whoever publishes it has it; where that is."""

    class Files(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(site))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@needs_sphinx
@needs_browser
@pytest.mark.parametrize(
    "screen", [{"width": 1100, "height": 1400}, {"width": 390, "height": 800}], ids=["desk", "phone"]
)
def test_pages_of_the_site_are_accessible_and_ask_nobody_else(build: dict[str, Any], screen: dict[str, int]) -> None:
    """One of each sort, in light and dark, and what a search finds."""
    with hosted(Path(build["site"])) as base:
        told = {"base": base, "paths": LOOKED_AT, "screen": screen, "awaited": {SEARCH: FOUND}, "way": False}
        pages = json.loads(in_browser("serving_browser.py", told))["pages"]

    assert len(pages) == 2 * len(LOOKED_AT)
    fail_with(f"{name}: {one}" for name, page in pages.items() for one in page["axe"])
    # Browsers look for an icon of a site, which this one does without.
    fail_with(f"{name}: {one}" for name, page in pages.items() for one in page["said"] if "404" not in one)


def test_a_page_that_asks_another_host_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="https://example.com">x</a><script src="own.js"></script>')
    (tmp_path / "b.html").write_text('<script async src="https://cdn.example/x.js"></script>')
    (tmp_path / "c.css").write_text("@import 'https://fonts.example/x.css';")

    assert sorted(found.partition(":")[0] for found in asking(tmp_path)) == ["b.html", "c.css"]
