"""What happens when people use the HTML report: run by the Python of .venv-browser, told which files as JSON.

Prints JSON: for each way of using it, what a person then sees.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
#: Times that Tab is pressed on the way to something.
FAR = 60


class Reader:
    """One page, and what it said and asked for."""

    def __init__(self, browser: Browser, source: str, **how: Any) -> None:
        self.context = browser.new_context(**({"viewport": WIDE} | how))
        self.page: Page = self.context.new_page()
        self.address = Path(source).as_uri()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.session = self.context.new_cdp_session(self.page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def open(self, hash: str = "") -> Reader:
        self.page.goto(self.address + hash)
        self.page.wait_for_selector("html[data-ready]", state="attached")
        return self

    def worked(self) -> float:
        """Seconds that the page has kept its processor busy."""
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in metrics if one["name"] == "TaskDuration")

    def matching(self) -> str:
        return self.page.inner_text("#matching")

    def rows(self) -> int:
        return self.page.locator("#rows > tr:not(.opened)").count()

    def hash(self) -> str:
        return self.page.evaluate("location.hash")

    def focus(self) -> str:
        return self.page.evaluate("document.activeElement.id || document.activeElement.className")

    def detail(self) -> str:
        self.page.wait_for_selector(".detail")
        return self.page.inner_text(".detail")

    def tab_to(self, selector: str) -> bool:
        """Press Tab until what matches has the focus."""
        for _ in range(FAR):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return True
        return False

    def close(self) -> dict[str, Any]:
        outside = [url for url in self.asked if not url.startswith((self.address, "data:,"))]
        self.context.close()
        return {"said": self.said, "asked": outside}


def by_mouse(browser: Browser, source: str) -> dict[str, Any]:
    """Sum → failures of a severity → one of them → a link to it → all again."""
    reader = Reader(browser, source).open()
    page, found = reader.page, {"all": reader.matching()}
    page.click(".card a.chip.critical")
    page.wait_for_selector("#clear:not([hidden])")
    found |= {"filtered": reader.matching(), "hash": reader.hash(), "ticked": page.is_checked("input[value=critical]")}
    page.click("#rows button.title >> nth=0")
    found |= {"detail": reader.detail(), "references": page.locator(".detail a[href^='https:']").count()}
    page.click(".detail a:has-text('Link to it')")
    page.wait_for_selector("#clear", state="hidden")
    found |= {"link": reader.hash(), "linked": reader.matching()}
    page.select_option("#by-account", index=2)
    found |= {"account": reader.matching(), "named": reader.hash()}
    page.click("#clear")
    found |= {"cleared": reader.matching(), "left": reader.hash()}
    return found | reader.close()


def by_keyboard(browser: Browser, source: str) -> dict[str, Any]:
    """Skip to the findings, type, tick a box, open one, close it."""
    reader = Reader(browser, source).open()
    press = reader.page.keyboard.press
    press("Tab")
    found: dict[str, Any] = {"first": reader.focus()}
    press("Enter")
    press("Tab")
    found["second"] = reader.focus()
    reader.page.keyboard.type("RESEARCH notebook")
    found |= {"typed": reader.matching(), "hash": reader.hash()}
    found["box"] = reader.tab_to("input[value=fail]")
    press("Space")
    found["ticked"] = reader.matching()
    found["row"] = reader.tab_to("button.title")
    press("Enter")
    found |= {"detail": reader.detail(), "expanded": reader.page.get_attribute("button.title", "aria-expanded")}
    press("Space")
    found["closed"] = reader.page.locator(".detail").count()
    return found | reader.close()


def by_link(browser: Browser, source: str, fingerprint: str) -> dict[str, Any]:
    """Open an address that names a finding, one that names nothing, and one that names a filter."""
    reader = Reader(browser, source).open(f"#f={fingerprint}")
    found: dict[str, Any] = {"detail": reader.detail(), "focus": reader.focus(), "all": reader.matching()}
    reader.page.evaluate("location.hash = '#f=0123&severity=informational'")
    reader.page.wait_for_selector("#matching:has-text('not among them')")
    found["missing"] = reader.matching()
    reader.page.evaluate("location.hash = '#verdict=unknown&check=MLP-1901&page=999&nonsense=1'")
    reader.page.wait_for_selector("#matching:has-text('1 of')")
    found |= {"filter": reader.matching(), "rows": reader.rows()}
    reader.page.evaluate("location.hash = '#scan'")
    found["part"] = reader.matching()
    return found | reader.close()


def without_scripts(browser: Browser, source: str) -> dict[str, Any]:
    """What is there where scripts are off."""
    reader = Reader(browser, source, java_script_enabled=False)
    reader.page.goto(reader.address)
    text = reader.page.locator("body").inner_text()
    return {"text": text} | reader.close()


def in_older(browser: Browser, source: str, lacks: str) -> dict[str, Any]:
    """What is there in a browser that lacks something."""
    reader = Reader(browser, source)
    reader.page.add_init_script(f"delete {lacks}")
    reader.page.goto(reader.address)
    reader.page.wait_for_selector("#matching:not(:has-text('Unpacking'))")
    found = {"matching": reader.matching(), "rows": reader.rows(), "filters": reader.page.is_visible("#filters")}
    return found | reader.close()


def all_open(browser: Browser, source: str) -> dict[str, Any]:
    """Every row of a page with its details."""
    reader = Reader(browser, source).open()
    for title in reader.page.locator("button.title").all():
        title.click()
    count = reader.page.locator("button.title").count()
    reader.page.wait_for_selector(f".opened >> nth={count - 1}")
    found = {
        "title": reader.page.title(), "text": reader.page.inner_text("#rows"), "details": count,
        "accounts": reader.page.locator("#by-account option").all_inner_texts(),
        "elements": reader.page.locator("#rows :is(b b, img, script, iframe, a[href^='javascript'])").count(),
    }  # fmt: skip
    return found | reader.close()


def narrow(browser: Browser, source: str) -> dict[str, Any]:
    """On a telephone: nothing is wider than the screen."""
    reader = Reader(browser, source, viewport=NARROW).open()
    reader.page.click("button.title >> nth=0")
    reader.detail()
    found = {"width": reader.page.evaluate("document.documentElement.scrollWidth")}
    return found | reader.close()


def many(browser: Browser, source: str, last: str) -> dict[str, Any]:
    """Open so many, filter them, go to the last one, print."""
    reader = Reader(browser, source)
    page, times = reader.page, {}

    def timed(what: str, act: Any) -> None:
        busy, began = reader.worked(), time.monotonic()
        act()
        page.wait_for_selector("html:not([data-busy])", state="attached")
        page.evaluate("document.body.offsetHeight")
        times[what] = {
            "wall": time.monotonic() - began, "busy": reader.worked() - busy, "matching": reader.matching()
        }  # fmt: skip

    timed("open", reader.open)
    found: dict[str, Any] = {"times": times, "rows": reader.rows()}
    timed("first text", lambda: page.fill("#text", "team-7-"))
    timed("text", lambda: page.fill("#text", "team-7-notebook-0000"))
    timed("box", lambda: page.check("input[value=unknown]"))
    timed("clear", lambda: page.click("#clear"))
    timed("system", lambda: page.select_option("#by-system", "=card-fraud"))
    timed("box too", lambda: page.check("input[value=suppressed]"))
    page.click("#clear")
    page.click("#on")
    found |= {"second": page.inner_text("#page"), "page": reader.hash()}
    page.evaluate("wanted => { location.hash = `#f=${wanted}` }", last)
    found |= {"last": reader.detail(), "place": page.inner_text("#page")}
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    found["sheets"] = len(re.findall(rb"/Type\s*/Page\b(?!s)", content))
    return found | reader.close()


def main() -> None:
    """Use every page as it is told."""
    told = json.load(sys.stdin)
    files = told["files"]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=told["chromium"])
        ways = {
            "mouse": ("mixed", by_mouse),
            "keyboard": ("mixed", by_keyboard),
            "link": ("mixed", lambda browser, file: by_link(browser, file, told["fingerprint"])),
            "without": ("mixed", without_scripts),
            "no inflating": ("mixed", lambda browser, file: in_older(browser, file, "window.DecompressionStream")),
            "no base64": ("mixed", lambda browser, file: in_older(browser, file, "Uint8Array.fromBase64")),
            "hostile": ("hostile", all_open),
            "noted": ("noted", all_open),
            "narrow": ("declared", narrow),
            "many": ("many", lambda browser, file: many(browser, file, told["last"])),
        }
        found = {name: use(browser, files[file]) for name, (file, use) in ways.items() if file in files}
        browser.close()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
