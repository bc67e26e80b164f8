"""What code scanning refuses, drops or takes for something else, and the official validator has nothing to say of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from reports.sarif_style import MAX_LOCATIONS, MAX_RUNS, MAX_STEPS, MAX_TAGS, MAX_TEXT

#: What GitHub takes of a run; what it shows is less, and the writer keeps to that.
MAX_RULES = 25_000


def unfit(document: dict[str, Any], most: int) -> list[str]:
    """What is wrong with a file that may have so many results a run."""
    runs = document["runs"]
    found = [f"{len(runs)} runs"] if len(runs) > MAX_RUNS else []
    categories = Counter(run["automationDetails"]["id"].rpartition("/")[0] for run in runs)
    found += [f"category {category!r} of {number} runs" for category, number in categories.items() if number > 1]
    return found + [problem for run in runs for problem in _of_run(run, most)]


def _of_run(run: dict[str, Any], most: int) -> Iterator[str]:
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    if len(results) > most:
        yield f"{len(results)} results"
    if len(rules) > MAX_RULES:
        yield f"{len(rules)} rules"
    for rule in rules:
        yield from _of_rule(rule)
    alerts = Counter(map(_identity, results))
    yield from (f"one alert of {number} results: {alert}" for alert, number in alerts.items() if number > 1)
    for result in results:
        if [rule["id"] for rule in rules[result["ruleIndex"] :][:1]] != [result["ruleId"]]:
            yield f"rule {result['ruleIndex']} is not {result['ruleId']}"
        yield from _of_result(result)


def _of_rule(rule: dict[str, Any]) -> Iterator[str]:
    for name in ("shortDescription", "fullDescription", "help"):
        text = rule.get(name, {}).get("text", "")
        if not text or (name != "help" and len(text) > MAX_TEXT):
            yield f"{rule['id']}: {len(text)} characters of {name}"
    if len(rule["properties"]["tags"]) > MAX_TAGS:
        yield f"{rule['id']}: {len(rule['properties']['tags'])} tags"
    severity = rule["properties"].get("security-severity", "1.0")
    if not isinstance(severity, str) or not re.fullmatch(r"\d\.\d", severity) or severity == "0.0":
        yield f"{rule['id']}: security-severity {severity!r}"


def _of_result(result: dict[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"[0-9a-f]{16}:\d+", _hash(result)):
        yield f"primaryLocationLineHash {_hash(result)!r}"
    if len(result["locations"]) != 1:
        yield f"{len(result['locations'])} locations"
    related = result.get("relatedLocations", [])
    if len(related) > MAX_LOCATIONS + 1 or [one["id"] for one in related] != list(range(1, len(related) + 1)):
        yield f"related locations {[one['id'] for one in related]}"
    threads = [thread for flow in result.get("codeFlows", []) for thread in flow["threadFlows"]]
    yield from (f"{len(one['locations'])} steps" for one in threads if len(one["locations"]) > MAX_STEPS)
    steps = [step["location"] for thread in threads for step in thread["locations"]]
    for location in (*result["locations"], *related, *steps):
        yield from _of_place(location)


def _of_place(location: dict[str, Any]) -> Iterator[str]:
    """Of one alone that is logical only, or that is no path, GitHub refuses the whole file."""
    physical = location.get("physicalLocation", {})
    uri = physical.get("artifactLocation", {}).get("uri", "")
    parts = urlsplit(uri)
    if not uri or parts.scheme or parts.netloc or uri.startswith("/") or ".." in parts.path.split("/"):
        yield f"location {uri!r}"
    if physical.get("region", {}).get("startLine", 0) < 1:
        yield f"{uri}: no line"


def _identity(result: dict[str, Any]) -> tuple[str, str, str]:
    """By which code scanning tells the alerts of a category apart."""
    place = (
        result["locations"][0].get("physicalLocation", {}).get("artifactLocation", {}) if result["locations"] else {}
    )
    return result["ruleId"], place.get("uri", ""), _hash(result)


def _hash(result: dict[str, Any]) -> str:
    return str(result.get("partialFingerprints", {}).get("primaryLocationLineHash", ""))
