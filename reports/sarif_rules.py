"""The tool of a SARIF run: its rules, one a check, and the frameworks that they speak to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.sarif_notes import NOTIFIED
from reports.sarif_style import MAX_TAGS, MAX_TEXT
from reports.writing import clean, one_line, sentence
from scanner import HOME, __version__
from scanner.model.nouns import Severity
from scanner.model.reported import CheckInfo
from scanner.model.taxonomies import Taxonomy

LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFORMATIONAL: "note",
}
#: GitHub's bands are critical > 9.0, high 7.0–8.9, medium 4.0–6.9, low 0.1–3.9; a rule without one is just its level.
SECURITY_SEVERITY = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}


def driver(checks: Sequence[CheckInfo], frameworks: Sequence[Taxonomy]) -> dict[str, Any]:
    """The tool with a rule for each check."""
    places = _places(frameworks)
    return {
        "name": "mlposture",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": HOME,
        "rules": [_rule(check, places) for check in checks],
        "notifications": [_notification(*entry) for entry in NOTIFIED],
        "supportedTaxonomies": [{"name": one.id, "index": index} for index, one in enumerate(frameworks)],
    }


def taxonomy(framework: Taxonomy) -> dict[str, Any]:
    """A framework as ids of controls with labels, never in its own text."""
    policy = sentence(clean(framework.text_policy)) if framework.text_policy else ""
    made: dict[str, Any] = {
        "name": framework.id,
        "fullName": clean(f"{framework.name} {framework.version}").strip(),
        "version": clean(framework.version),
        "organization": clean(framework.publisher),
        "isComprehensive": False,
        "taxa": [_taxon(id, label) for id, label in framework.labels.items()],
    }
    if policy:
        made["shortDescription"] = {"text": _short(policy)}
    if framework.url.startswith("https://"):
        made["informationUri"] = framework.url
    return made


def _taxon(id: str, label: str) -> dict[str, Any]:
    return {"id": id, "shortDescription": {"text": _short(sentence(one_line(label)))}} if label else {"id": id}


def _places(frameworks: Sequence[Taxonomy]) -> dict[tuple[str, str], dict[str, Any]]:
    """Where each control is among the taxonomies of the run, as a rule refers to it."""
    return {
        (one.id, id): {"id": id, "index": position, "toolComponent": {"name": one.id, "index": index}}
        for index, one in enumerate(frameworks)
        for position, id in enumerate(one.labels)
    }


def _notification(id: str, name: str, description: str) -> dict[str, Any]:
    text = {"text": description + "."}
    return {"id": id, "name": name, "shortDescription": text, "fullDescription": text, "help": text, "helpUri": HOME}


def _rule(check: CheckInfo, places: Mapping[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    properties: dict[str, Any] = {"tags": _tags(check)}
    if check.severity in SECURITY_SEVERITY:
        properties["security-severity"] = SECURITY_SEVERITY[check.severity]
    properties["objective"] = check.objective
    properties["controls"] = [f"{control.framework}:{control.id}" for control in check.controls]
    title = sentence(one_line(check.title))
    why = sentence(one_line(check.why)) if check.why else title
    sections = (("Why it matters", check.why), ("How to fix", check.remediation))
    parts = [(heading, clean(text, lines=True)) for heading, text in sections if text]
    if check.blind_to:
        parts.append(("What a pass does not cover", "\n".join(f"- {clean(spot)}" for spot in check.blind_to)))
    if check.references:
        parts.append(("References", "\n".join(f"- {clean(reference)}" for reference in check.references)))
    rule: dict[str, Any] = {
        "id": check.id,
        "name": pascal(check.slug),
        "shortDescription": {"text": _short(title)},
        "fullDescription": {"text": _short(why)},
        "help": {
            "text": "\n\n".join([title, *(f"{heading}\n{text}" for heading, text in parts)]),
            "markdown": "\n\n".join([f"**{title}**", *(f"## {heading}\n\n{text}" for heading, text in parts)]),
        },
        "helpUri": f"{HOME}docs/reference/checks/{check.id}.md",
        "defaultConfiguration": {"level": LEVEL[check.severity]},
        "properties": properties,
    }
    # How an objective bears on a control is no statement about one check, so that each is merely relevant.
    related = [places[key] for one in check.controls if (key := (one.framework, one.id)) in places]
    if related:
        rule["relationships"] = [{"target": target} for target in related]
    return rule


def _tags(check: CheckInfo) -> list[str]:
    """`security`, then controls, one of each framework before a second of any: code scanning keeps ten."""
    seen: dict[str, int] = {}
    turns: list[tuple[int, int, str]] = []
    for position, control in enumerate(check.controls):
        turn = seen[control.framework] = seen.get(control.framework, 0) + 1
        turns.append((turn, position, f"{control.framework}:{control.id}"))
    return ["security", *(tag for _, _, tag in sorted(turns))][:MAX_TAGS]


def pascal(slug: str) -> str:
    """`s3_bucket_public` → `S3BucketPublic`. The validator takes no word of one letter, which is an article."""
    return "".join(word[:1].upper() + word[1:] for word in slug.split("_") if len(word) > 1 or word.isdigit())


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 2].rstrip() + "…."
