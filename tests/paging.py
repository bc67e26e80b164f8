"""What a page says, without its markup."""

from __future__ import annotations

import re
from html import unescape


def words(page: bytes) -> str:
    """What is on a page, in order, as one line."""
    body = re.sub(r"<(style|title|desc)>.*?</\1>", "", page.decode(), flags=re.DOTALL)
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
    return re.sub(r" (?=[,.:;)])", "", text).replace("( ", "(")
