"""What a page says, without its markup."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from html import unescape

from scanner import __version__


def words(page: bytes) -> str:
    """What is on a page, in order, as one line."""
    body = re.sub(r"<(style|title|desc|script)\b[^>]*>.*?</\1>", "", page.decode(), flags=re.DOTALL)
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
    return re.sub(r" (?=[,.:;)])", "", text).replace("( ", "(")


def unpacked(page: str, what: str = r"\w+") -> list[str]:
    """The JSON that the HTML report carries, compressed, in its elements of this class."""
    elements = re.findall(f'<script type="text/plain" class="{what}">([^<]*)</script>', page)
    return [zlib.decompress(b64decode(one)).decode() for one in elements]


def golden_text(seen: str) -> str:
    """What a browser says that a person sees, without the version of the tool and what is empty."""
    lines = (" ".join(line.split()) for line in seen.replace(__version__, "0.0.0").splitlines())
    return "\n".join(line for line in lines if line) + "\n"
