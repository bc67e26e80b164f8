"""What a browser makes of pages that are served: run by the Python of .venv-browser, told where they are as JSON.

Prints JSON: of each page in each colour scheme what went wrong, and what a person sees on the way through the findings.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from looking import NOTING, SCREEN, WIDEST, judged
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright


def opened(
    browser: Browser, scheme: str, base: str, said: list[str], screen: dict[str, int] = SCREEN
) -> tuple[BrowserContext, Page]:
    """A page that notes whatever it asks of others, and whatever goes wrong."""
    context = browser.new_context(color_scheme=scheme, viewport=screen)
    page = context.new_page()
    page.on("request", lambda asked: said.append(asked.url) if not asked.url.startswith((base, "data:")) else None)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.add_init_script(NOTING)
    return context, page


def look(browser: Browser, told: dict[str, Any], path: str, scheme: str, axe: str) -> dict[str, Any]:
    """One page in one colour scheme, once it has what is awaited of it."""
    said: list[str] = []
    base, shots = told["base"], told["shots"]
    context, page = opened(browser, scheme, base, said, told.get("screen", SCREEN))
    page.goto(base + path)
    if awaited := told.get("awaited", {}).get(path):
        page.wait_for_selector(awaited)
    if shots:
        page.screenshot(path=Path(shots) / f"served{path.partition('?')[0].replace('/', '-')}-{scheme}.png")
    violated = page.evaluate("window.violated")
    found = {
        "said": said,
        "violated": violated,
        "widest": page.evaluate(WIDEST) if scheme == "light" else 0,
        "title": page.title(),
        "axe": judged(page, axe, scheme),
    }
    context.close()
    return found


def way(browser: Browser, base: str) -> dict[str, Any]:
    """As a person goes: choose, look for words, turn the page, open a finding, and come back, by the keyboard."""
    said: list[str] = []
    context, page = opened(browser, "light", base, said)
    page.goto(base + "/")
    page.get_by_role("link", name="Findings").click()
    page.get_by_label("Severity").select_option("high")
    page.get_by_label("Words").fill("notebook")
    page.get_by_label("Words").press("Enter")
    chosen = page.get_by_role("status").inner_text()
    page.get_by_role("link", name="Next").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**page=2**")
    second = page.get_by_role("status").inner_text()
    kept = page.get_by_label("Severity").input_value()
    page.locator("main table a").first.click()
    finding = page.locator("h1").inner_text()
    context.close()
    return {"said": said, "chosen": chosen, "second": second, "kept": kept, "finding": finding}


def main() -> None:
    """Look at every page, and go through the findings."""
    told = json.load(sys.stdin)
    axe = Path(told["axe"]).read_text(encoding="utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=told["chromium"])
        pages = {
            f"{path} {scheme}": look(browser, told, path, scheme, axe)
            for path in told["paths"]
            for scheme in ("light", "dark")
        }
        found = {"pages": pages, "way": way(browser, told["base"]) if told["way"] else None}
        browser.close()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
