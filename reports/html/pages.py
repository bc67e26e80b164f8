"""A template and data → one page: escaped, with its style sheet in it and a policy that forbids all else.

Jinja2 is imported when a page is written, and a template compiled when it is first used.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING, Any

from reports.html import charts
from reports.html.text import cut, last, shown
from scanner import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

_STYLE = "style.css"
#: The style sheet is allowed by its digest. No script, no font, no image from elsewhere, no form, no frame.
_POLICY = "default-src 'none'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'"


def render(template: str, **data: Any) -> bytes:
    """The page that a template of `templates/` makes of data. A name that the data lacks is a defect, and raises."""
    return environment().get_template(template).render(data).encode()


@cache
def environment() -> Environment:
    """The templates, with what all of them use."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    loader = made.loader
    style = loader.get_source(made, _STYLE)[0] if loader else ""
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    made.globals.update(style=style, policy=_POLICY.format(digest), version=__version__, charts=charts)
    made.filters.update(cut=cut, last=last, percent=percent, count=count)
    return made


def percent(share: float | None) -> str:
    """A share in percent; of nothing that was assessed there is none."""
    return "n/a" if share is None else f"{share:g} %"


def count(number: int, one: str, many: str = "") -> str:
    """A number with what it counts: `3 resources`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _finalize(value: Any) -> Any:
    """What every expression of a template goes through before it is escaped: text of others is made harmless.

    What has a representation as HTML is ours, and was made of text that went through here.
    """
    if value is None:
        return ""
    return value if hasattr(value, "__html__") else shown(str(value))
