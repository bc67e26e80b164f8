"""What a browser makes of pages: run by the Python of .venv-browser, told what to look at as JSON on standard input.

Prints JSON: for each page, by its name, the text that a person sees and what went wrong in light, dark and print.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, sync_playwright

#: A4 without its margins, as CSS pixels.
PAPER = {"width": 695, "height": 1010}
SCREEN = {"width": 1100, "height": 1400}
#: Notes every violation of the page's policy, from before the page is there.
NOTING = """
window.violated = [];
document.addEventListener("securitypolicyviolation",
  e => window.violated.push(e.effectiveDirective + " " + e.blockedURI));
"""
#: Whatever a person can see, part by part: nothing may be wider than its page.
WIDEST = "Math.max(0, ...[...document.querySelectorAll('main *')].map(one => one.getBoundingClientRect().right))"


def look(browser: Browser, source: Path, scheme: str, axe: str, shots: Path | None) -> dict[str, Any]:
    """One page in one colour scheme."""
    context = browser.new_context(color_scheme=scheme, viewport=SCREEN)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []

    def route(call: Route) -> None:
        if call.request.url == source.as_uri():
            call.continue_()
            return
        asked.append(call.request.url)
        call.abort()

    page.route("**/*", route)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.add_init_script(NOTING)
    page.goto(source.as_uri())
    if page.locator("script.details").count():
        page.wait_for_selector("html[data-ready]", state="attached")
        page.locator("button.title").first.click()
        page.wait_for_selector(".detail")
    found = {
        "requests": asked,
        "console": said,
        "violated": page.evaluate("window.violated"),
        "title": page.title(),
        "ground": page.evaluate("getComputedStyle(document.body).backgroundColor"),
        "widest": page.evaluate(WIDEST),
        "text": page.inner_text("body"),
        "axe": judged(page, axe, scheme) if axe else None,
    }
    if shots:
        page.screenshot(path=shots / f"{source.stem}-{scheme}.png")
    if scheme == "light":
        found["print"] = printed(page, source, shots)
    context.close()
    return found


def judged(page: Page, axe: str, scheme: str) -> list[str]:
    """What axe has against a page, each with where. In the dark, only colours are others."""
    page.evaluate(axe)
    rules = "{}" if scheme == "light" else "{runOnly: ['color-contrast']}"
    violations = page.evaluate(f"axe.run(document, {rules}).then(found => found.violations)")
    return [f"{one['id']}: {one['nodes'][0]['target'][0]}: {one['nodes'][0]['failureSummary']}" for one in violations]


def printed(page: Page, source: Path, shots: Path | None) -> dict[str, Any]:
    """A page on paper: how many sheets, and how high what is to be taken in at once."""
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    if shots:
        (shots / f"{source.stem}.pdf").write_bytes(content)
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    first = page.locator(".first")
    height = first.bounding_box()["height"] if first.count() else 0  # type: ignore[index]
    if shots:
        page.screenshot(path=shots / f"{source.stem}-print.png")
    return {
        "sheets": len(re.findall(rb"/Type\s*/Page\b(?!s)", content)),
        "first": height,
        "room": PAPER["height"],
        "ground": page.evaluate("getComputedStyle(document.body).backgroundColor"),
    }


def main() -> None:
    """Look at every page."""
    told = json.load(sys.stdin)
    shots = Path(told["shots"]) if told["shots"] else None
    axe = Path(told["axe"]).read_text(encoding="utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=told["chromium"])
        found = {
            name: {
                scheme: look(browser, Path(name), scheme, axe if how["judged"] else "", shots)
                for scheme in how["schemes"]
            }
            for name, how in told["pages"].items()
        }
        browser.close()
    json.dump({Path(name).stem: one for name, one in found.items()}, sys.stdout)


if __name__ == "__main__":
    main()
