"""How Sphinx makes a site of docs/: `make site`. The pages are plain Markdown that code hosts show as well.

Navigation is not written twice: it is the sections of docs/index.md and their links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sphinx.application import Sphinx

project = "mlposture"
html_title = "mlposture"
extensions = ["myst_parser"]
root_doc = "docs/index"
# The source is the repository: pages link to files of it, which the site then has as downloads.
include_patterns = ["docs/**", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md"]
# The README is the first screen of the repository, and docs/index.md that of the site.
exclude_patterns = [".*", "docs/site", "node_modules", "build", "dist", "scanner", "checks", "reports", "tests"]
source_suffix = {".md": "markdown"}

myst_heading_anchors = 4  # as code hosts make them
smartquotes = False  # options of commands keep their two hyphens
highlight_language = "none"  # what names no language is shown as it is
# Pages of checks and decisions are reached from their lists: in the navigation of every page they would take most of
# the time, and help nobody. That all other pages are in it, tests/test_site.py says.
suppress_warnings = ["toc.not_included", "misc.highlighting_failure"]

html_theme = "furo"
templates_path = ["."]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_additional_pages = {"index": "start.html"}
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False

_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_LINK = re.compile(r"^- \[[^\]]+\]\(([^)#:]+)\.md\)", re.MULTILINE)


def navigation(text: str) -> Iterator[str]:
    """A hidden table of contents for each section that lists pages, in their order."""
    _, *rest = _SECTION.split(text)
    for caption, section in zip(rest[::2], rest[1::2], strict=True):
        pages = "\n".join(_LINK.findall(section))
        yield f"\n```{{toctree}}\n:hidden:\n:titlesonly:\n:caption: {caption}\n\n{pages}\n```\n"


def add_navigation(_app: Sphinx, page: str, content: list[str]) -> None:
    """Give the first page the tables of contents that Sphinx makes the navigation of."""
    if page == root_doc:
        content[0] += "".join(navigation(content[0]))


def setup(app: Sphinx) -> None:
    """Register what is ours."""
    app.connect("source-read", add_navigation)
