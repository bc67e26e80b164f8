"""A template and data → one page: escaped, with its style sheet in it and a policy that forbids all else.

Jinja2 is imported when a page is written, and a template compiled when it is first used.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from reports.html import charts
from reports.html.text import cut, last, shown
from reports.writing import first_paragraph
from scanner import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

_STYLE = "style.css"
#: Where a sentence ends, and another begins.
_SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z])")
#: The style sheet is allowed by its digest, and so is the script of a page that has one, which may make no markup out
#: of text. No other script, no font, no image from elsewhere, no form, no frame.
_POLICY = "default-src 'none';{} style-src {}; img-src data:; base-uri 'none'; form-action {}"
_SCRIPT = " script-src {}; require-trusted-types-for 'script'; trusted-types 'none';"


def render(template: str, **data: Any) -> bytes:
    """The page that a template of `templates/` makes of data. A name that the data lacks is a defect, and raises."""
    return environment().get_template(template).render(data).encode()


def page_with_script(name: str, **data: Any) -> bytes:
    """The page of a template that has a script, and a style sheet of its own beside the common one."""
    style, script = _source(_STYLE) + _source(f"{name}.css"), _source(f"{name}.js")
    return render(f"{name}.html", style=style, script=script, policy=policy(style, script), **data)


def page_of_several(template: str, **data: Any) -> bytes:
    """A page that is served with others: its form may ask the same server, and it has no script."""
    return render(template, style=_served_style(), policy=served_policy(), **data)


def served_policy() -> str:
    """What every page may do that is served with others."""
    return policy(_served_style(), forms="'self'")


@cache
def _served_style() -> str:
    return _source(_STYLE) + _source("report.css") + _source("served.css")


def policy(style: str, script: str = "", forms: str = "'none'") -> str:
    """What a page may do."""
    return _POLICY.format(_SCRIPT.format(_digest(script)) if script else "", _digest(style), forms)


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _source(name: str) -> str:
    """A file beside the templates."""
    return files("reports.html").joinpath("templates", name).read_text(encoding="utf-8")


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
    style = _source(_STYLE)
    made.globals.update(style=style, policy=policy(style), version=__version__, charts=charts)
    made.filters.update(cut=cut, last=last, percent=percent, count=count)
    made.filters.update(table=table, paragraph=first_paragraph, sentence=first_sentence)
    return made


def percent(share: float | None) -> str:
    """A share in percent; of nothing that was assessed there is none."""
    return "n/a" if share is None else f"{share:g} %"


def count(number: int, one: str, many: str = "") -> str:
    """A number with what it counts: `3 resources`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def table(chosen: Mapping[str, str | Sequence[str]]) -> str:
    """The address inside a page at which its table shows what was chosen, as it is shown there."""
    said = {name: shown(one) if isinstance(one, str) else [shown(each) for each in one] for name, one in chosen.items()}
    return f"#{urlencode(said, doseq=True)}"


def first_sentence(text: str) -> str:
    """The first sentence of prose of ours."""
    return _SENTENCE.split(first_paragraph(text), maxsplit=1)[0]


def _finalize(value: Any) -> Any:
    """What every expression of a template goes through before it is escaped: text of others is made harmless.

    What has a representation as HTML is ours, and was made of text that went through here.
    """
    if value is None:
        return ""
    return value if hasattr(value, "__html__") else shown(str(value))
