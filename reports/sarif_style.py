"""What a SARIF file is to be like, and what code scanning takes: the limits that GitHub documents."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from scanner.model.errors import InputError
from scanner.model.history import Account

#: What code scanning shows of a run: of more results it stores some by severity, and which ones changes.
MAX_RESULTS = 5_000
#: What other readers are given: some limit there has to be, as the evidence of one run is in memory.
MAX_RESULTS_FULL = 25_000
MAX_RUNS = 20
MAX_TAGS = 10
MAX_TEXT = 1024
#: Of the locations of a result, and of the steps of a thread flow, so many are kept.
MAX_LOCATIONS = 100
MAX_STEPS = 1_000
#: Results of a file, of which a hundred thousand take 10 MB compressed where resources are small.
MAX_FILE_RESULTS = 25_000
#: Bytes of a file when compressed.
MAX_COMPRESSED = 10_000_000

CATEGORY = "mlposture/PROVIDER/ACCOUNT"


class Style(Struct, frozen=True, kw_only=True):
    """The profile `github` holds failures alone, for code scanning makes an open alert of every result.

    A result is about a resource, or about a check in an account. The category of a run depends on its account alone.
    """

    profile: Literal["github", "full"] = "github"
    group: Literal["resource", "check"] = "resource"
    category: str = CATEGORY

    @property
    def github(self) -> bool:
        return self.profile == "github"

    @property
    def max_results(self) -> int:
        return MAX_RESULTS if self.github else MAX_RESULTS_FULL

    def category_of(self, account: Account) -> str:
        """The category of the run of an account."""
        provider, id = (quote(part, safe="") for part in account)
        return self.category.replace("PROVIDER", provider).replace("ACCOUNT", id)


def check_category(text: str) -> None:
    """Raise InputError for what cannot be a category."""
    if "ACCOUNT" not in text:
        raise InputError(f"--sarif-category {text}: must have ACCOUNT in it; code scanning takes no category twice")
    if not text.isprintable() or not text.isascii() or text != text.strip("/ "):
        raise InputError(f"--sarif-category {text!r}: use printable ASCII, and no slash at an end")
