"""The pages and where they are. Everything is made on the server: what is chosen, counted and paged."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from reports.html.pages import page_of_several, served_policy
from reports.html.text import shown
from scanner.model.nouns import Severity
from scanner.serve.dossiers import read_page
from scanner.serve.kept import CHOICES, PAGE, Shown
from scanner.serve.shown import Site

#: Characters of a search, beyond which nobody means it.
_LONGEST = 2000
#: Of a page that is not ours to write: it may show itself, and do nothing.
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
#: What is left out of an address: another site learns nothing of what is looked at, and no cache keeps it.
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def headers() -> dict[str, str]:
    """What every answer says, whatever it is."""
    return {**HEADERS, "Content-Security-Policy": f"{served_policy()}; frame-ancestors 'none'"}


class Pages:
    """The pages over what was read."""

    def __init__(self, site: Site, dossiers: Mapping[str, Path]) -> None:
        self._site = site
        self._dossiers = dossiers

    def app(self) -> Starlette:
        """All of them, each at its address."""
        routes = [
            Route("/", self.overview),
            Route("/systems", self.systems),
            Route("/findings", self.findings),
            Route("/findings/{fingerprint}", self.finding),
            Route("/unseen", self.unseen),
            Route("/history", self.history),
            Route("/dossiers", self.dossiers),
            Route("/dossiers/{name:path}", self.dossier),
        ]
        return Starlette(routes=routes, exception_handlers={404: self.missing})

    async def overview(self, _: Request) -> Response:
        """The organisation: accounts, failures by severity, and what was not seen."""
        kept = self._site.kept
        worst = sorted(kept.by_severity("check").items(), key=lambda one: _weight(one[1]))
        titles = kept.titles("fail")
        return self._page(
            "overview",
            open=kept.count({"verdict": "fail"}),
            severities=_sum(kept.by_severity("verdict").values()),
            failures=kept.by_severity("account"),
            checks=[(id, counts, titles.get(id, "")) for id, counts in worst[:PAGE]],
            more=max(len(worst) - PAGE, 0),
        )

    async def systems(self, _: Request) -> Response:
        """AI systems: those that the report knows, and those that findings name."""
        failures = self._site.kept.by_severity("system")
        rows = [
            (name, self._site.systems.get(name), failures.get(name, {})) for name in {**self._site.systems, **failures}
        ]
        return self._page("systems", rows=sorted(rows, key=lambda row: (_weight(row[2]), row[0])))

    async def findings(self, request: Request) -> Response:
        """A page of the findings that were chosen."""
        chosen = {name: shown(request.query_params.get(name, "")[:_LONGEST]) for name in (*CHOICES, "q")}
        count = self._site.kept.count(chosen)
        last = max(-(-count // PAGE), 1)
        number = min(_number(request.query_params.get("page", "")), last)
        given = {name: value for name, value in chosen.items() if value}
        return self._page(
            "findings",
            found=self._site.kept.page(chosen, number),
            count=count,
            number=number,
            last=last,
            chosen=chosen,
            choices={name: values for name in CHOICES if (values := self._site.kept.values(name))},
            address=lambda page: f"/findings?{urlencode({**given, 'page': page})}",
        )

    async def finding(self, request: Request) -> Response:
        """One finding, with all that was kept of it."""
        found = self._site.kept.find(request.path_params["fingerprint"])
        return self._page("finding", found=[(one, _evidence(one)) for one in found]) if found else self._missing()

    async def unseen(self, _: Request) -> Response:
        """What nobody saw."""
        return self._page("unseen", rows=self._site.unseen)

    async def history(self, _: Request) -> Response:
        """The scans of a history."""
        return self._page("history", rows=self._site.scans)

    async def dossiers(self, _: Request) -> Response:
        """The pages of the folder that was named."""
        return self._page("dossiers", names=list(self._dossiers))

    async def dossier(self, request: Request) -> Response:
        """One of them, as it is on disk."""
        path = self._dossiers.get(request.path_params["name"])
        content = read_page(path) if path else None
        if content is None:
            return self._missing()
        return HTMLResponse(content, headers={"Content-Security-Policy": _SANDBOX})

    async def missing(self, _: Request, __: Exception) -> Response:
        """What is said where there is nothing."""
        return self._missing()

    def _missing(self) -> Response:
        return self._page("missing", status=404)

    def _page(self, name: str, status: int = 200, **data: Any) -> Response:
        common = {
            "site": self._site, "here": name, "with_dossiers": bool(self._dossiers),
            "all_severities": [str(one) for one in Severity],
        }  # fmt: skip
        return HTMLResponse(page_of_several(f"served_{name}.html", **common, **data), status)


def _number(text: str) -> int:
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _weight(counts: Mapping[str, int]) -> list[int]:
    """The worst first: more of what is critical, then of what is high, and so on."""
    return [-counts.get(str(one), 0) for one in Severity]


def _sum(some: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for counts in some:
        for name, number in counts.items():
            total[name] = total.get(name, 0) + number
    return total


def _evidence(one: Shown) -> list[tuple[str, list[str]]]:
    """Each field of the evidence with the lines of its value as JSON."""
    given = ((name, msgspec.json.format(msgspec.json.encode(value))) for name, value in one.evidence.items())
    return [(name, text.decode().split("\n")) for name, text in given]
