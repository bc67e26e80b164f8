"""What types cannot hold: answers that contradict each other, dates that have passed, selectors that match nothing."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from scanner.frameworks import Catalogue, Framework, known, load
from scanner.model.selection import guess
from scanner.model.yaml_text import Document, Path, Problem, brief
from scanner.systems import own_logs
from scanner.systems.manifest import (
    Defaults,
    EuAiAct,
    Exclude,
    ExcludedControl,
    Exemption,
    Expectations,
    Manifest,
    Oversight,
    System,
    Threshold,
)
from scanner.systems.selectors import problems_of

#: A path below a system (empty for the system itself), and what is wrong there.
Found = Iterator[tuple[Path, str]]

#: What a class is decided with.
_DECISION = ("rationale", "decided_by", "decided_on")


def judge(
    manifest: Manifest, document: Document, today: date, *, lapse: bool = False, own: Sequence[Framework] = ()
) -> tuple[list[Problem], list[Problem]]:
    """All that is wrong with a manifest on this day, and what its reader should know although it can be used.

    With `lapse`, it can be used without what has expired. `own` are the user's frameworks, as far as they are at hand.
    """
    named = {excluded.framework for system in manifest.systems for excluded in system.excluded_controls}
    catalogue = load(sorted(named & {*known()}), own)
    names = {*known(), *(framework.id for framework in own)}
    problems: list[Problem] = []
    warnings: list[Problem] = []
    first: dict[str, int] = {}
    for number, system in enumerate(manifest.systems):
        here: Path = ("systems", number)
        if first.setdefault(system.id, number) != number:
            line = document.problem(("systems", first[system.id], "id"), "").line
            text = f"system {system.id} stands here twice, first in line {line}; give one of them another id"
            problems.append(document.problem((*here, "id"), text))
        for found, into in (
            (_wrong(system, manifest.defaults, catalogue), problems),
            (_expired(system, today), warnings if lapse else problems),
            (_notable(system, today, names), warnings),
        ):
            into += [document.problem((*here, *path), f"system {system.id}: {text}") for path, text in found]
    return problems, warnings


def current(manifest: Manifest, today: date) -> Manifest:
    """A manifest without what has expired."""

    def kept(entries: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(one for one in entries if one.expires is None or one.expires >= today)

    systems = tuple(
        replace(
            system,
            selectors=replace(system.selectors, exclude=kept(system.selectors.exclude)),
            exceptions=kept(system.exceptions),
            excluded_controls=kept(system.excluded_controls),
        )
        for system in manifest.systems
    )
    return replace(manifest, systems=systems)


def _wrong(system: System, defaults: Defaults, catalogue: Catalogue) -> Found:
    yield from _rollout(system)
    yield from _class(system.classification.eu_ai_act)
    yield from _soc2(system)
    yield from _expectations(system.expectations, defaults)
    yield from _oversight(system)
    yield from own_logs.problems_of(system)
    yield from _named(system, catalogue)
    for number, include in enumerate(system.selectors.include):
        yield from ((("selectors", "include", number, *path), text) for path, text in problems_of(include))
    for number, exclude in enumerate(system.selectors.exclude):
        if (exclude.arn is None) == (exclude.id is None):
            yield ("selectors", "exclude", number), "name what is excluded, by either arn or id"


def _rollout(system: System) -> Found:
    tier = system.classification.eu_ai_act.tier
    if system.stage and system.status == "retired":
        yield ("stage",), f"a retired system has no stage, so {system.stage} contradicts it; remove one of the two"
    elif system.stage == "general" and system.status == "development":
        yield ("stage",), "stage general contradicts status development; say production, or pilot"
    elif system.stage == "general" and tier == "unclassified":
        yield (
            ("stage",),
            "what is rolled out to everybody has to be classified; decide its tier, or say pilot or limited",
        )
    if tier == "prohibited" and (system.stage or system.status == "production"):
        where = ("stage",) if system.stage else ("status",)
        yield where, "tier prohibited contradicts any use; retire the system, or correct the tier"


def _class(act: EuAiAct) -> Found:
    here = ("classification", "eu_ai_act")
    if act.tier == "high-risk" and act.route is None:
        yield here, "tier high-risk needs a route; add route: annex-i or route: annex-iii"
    if act.tier != "high-risk" and act.route is not None:
        yield (*here, "route"), f"only high-risk systems have a route, and the tier is {act.tier}; say route: null"
    elif act.route == "annex-i" and act.product_law is None:
        yield here, "route annex-i needs the product law; add product_law"
    elif act.route == "annex-iii" and act.annex_iii_point is None:
        yield here, "route annex-iii needs the point of Annex III; add annex_iii_point"
    missing = [name for name in _DECISION if getattr(act, name) is None]
    if act.tier != "unclassified" and missing:
        yield here, f"tier {act.tier} is a decision; add {', '.join(missing)}, or say unclassified"
    if act.decided_on and act.review_by and act.review_by < act.decided_on:
        yield (*here, "review_by"), f"review_by is before decided_on ({act.decided_on}); give a later date"


def _soc2(system: System) -> Found:
    soc2 = system.soc2
    if soc2 is None:
        return
    if "soc2" not in system.frameworks:
        yield ("soc2",), "soc2 is described and not among the frameworks; add it to frameworks, or remove this"
    if "security" not in soc2.categories:
        yield ("soc2", "categories"), "every SOC 2 report covers security; add it to the categories"
    if soc2.type == 2 and soc2.period is None:
        yield ("soc2",), "a report of type 2 covers a period; add period: {from: …, to: …}"
    if soc2.period and soc2.period.to < soc2.period.from_:
        yield (
            ("soc2", "period", "to"),
            f"the period ends before it begins ({soc2.period.from_}); correct one of the two",
        )


def _expectations(asked: Expectations, defaults: Defaults) -> Found:
    here = "expectations"
    least = defaults.log_retention_days
    if asked.log_retention_days is not None and asked.log_retention_days < least:
        yield (here, "log_retention_days"), f"a system may ask for more than the default of {least} days, not for less"
    if asked.bias_facets and "bias" not in asked.monitoring:
        yield (here, "bias_facets"), "facets are for monitoring of bias; add bias to monitoring"
    for number, one in enumerate(asked.thresholds):
        found = (*_threshold(one), *_groups(one), *_answered_for(one))
        yield from (((here, "thresholds", number, *path), text) for path, text in found)


def _oversight(system: System) -> Found:
    if system.oversight == Oversight():
        yield ("oversight",), "it says nothing of who oversees the system; add review, stop, people or pipelines"


def _threshold(one: Threshold) -> Found:
    name = brief(one.metric)
    numbers = {field: getattr(one, field) for field in ("at_least", "at_most", "largest_gap")}
    given = {field: value for field, value in numbers.items() if value is not None}
    if not given:
        yield (), f"the threshold of {name} names no number; add at_least, at_most or largest_gap"
    for field, value in given.items():
        if not math.isfinite(value) or (field == "largest_gap" and value < 0):
            yield (field,), f"nothing can be held to {field} {value:g}; give a number{' from 0 on' * (value < 0)}"
    if one.at_least is not None and one.at_most is not None and one.at_most < one.at_least:
        bounds = f"at least {one.at_least} and at most {one.at_most}"
        yield (), f"{name} cannot be {bounds}; correct one of the two"


def _groups(one: Threshold) -> Found:
    """What a threshold says of the groups that it is of."""
    facets = [facet.strip() for facet in (one.facet or "x").split(",")]
    if not all(facets) or len(set(facets)) < len(facets):
        yield ("facet",), f"{brief(one.facet or '')!r} does not name each facet once; put single commas between facets"
    if one.facet is None:
        for field in ("group", "largest_gap", "smallest_group"):
            if getattr(one, field) is not None:
                yield (field,), f"{field} is about groups; add the facet that they are of"
    elif one.group is not None and one.largest_gap is not None:
        yield ("largest_gap",), "a gap is between groups; leave group out, or make it a threshold of its own"
    elif one.group is not None and one.facet.count(",") not in (0, one.group.count(",")):
        yield ("group",), "of crossed facets a group has a value for each; put commas between them"


def _answered_for(one: Threshold) -> Found:
    """That somebody set what a threshold says of groups: there is no default, so that a person answers for it."""
    by_group = any(value is not None for value in (one.group, one.largest_gap, one.smallest_group, one.point))
    if by_group and (one.set_by is None or one.why is None):
        missing = " and ".join(field for field in ("set_by", "why") if getattr(one, field) is None)
        yield (), f"nobody says who set this threshold of {brief(one.metric)}, and why; add {missing}"


def _named(system: System, catalogue: Catalogue) -> Found:
    """Objectives and controls that do not exist. Frameworks of others are left alone."""
    for number, exempt in enumerate(system.exceptions):
        if exempt.objective not in catalogue.objectives:
            advice = guess(exempt.objective, catalogue.objectives, "`mlposture list objectives` has them all")
            yield ("exceptions", number, "objective"), f"no objective is called {brief(exempt.objective)!r}; {advice}"
    for number, excluded in enumerate(system.excluded_controls):
        framework = catalogue.frameworks.get(excluded.framework)
        controls = {control.id for control in framework.controls} if framework else None
        if controls is not None and excluded.control not in controls:
            advice = guess(excluded.control, controls, f"the page of {excluded.framework} has them all")
            yield (
                ("excluded_controls", number, "control"),
                f"{excluded.framework} has no control {brief(excluded.control)!r}; {advice}",
            )


def _expired(system: System, today: date) -> Found:
    """What was to hold until a day that has passed."""
    places: tuple[tuple[Path, Sequence[Exclude | Exemption | ExcludedControl], str], ...] = (
        (("selectors", "exclude"), system.selectors.exclude, "exclusion"),
        (("exceptions",), system.exceptions, "exception"),
        (("excluded_controls",), system.excluded_controls, "exclusion"),
    )
    for path, entries, word in places:
        for number, entry in enumerate(entries):
            if entry.expires is not None and entry.expires < today:
                text = f"this {word} expired on {entry.expires}; remove it, or have it approved anew"
                yield (*path, number, "expires"), text


def _notable(system: System, today: date, names: Collection[str]) -> Found:
    act = system.classification.eu_ai_act
    here = ("classification", "eu_ai_act")
    if act.tier == "unclassified":
        yield here, "is not classified, and so held to what a high-risk system is held to, until somebody decides"
    if act.review_by and act.review_by < today:
        yield (*here, "review_by"), f"its classification was to be reviewed by {act.review_by}"
    yield from own_logs.notes_on(system)
    places: list[tuple[Path, str]] = [(("frameworks", number), name) for number, name in enumerate(system.frameworks)]
    for number, excluded in enumerate(system.excluded_controls):
        places.append((("excluded_controls", number, "framework"), excluded.framework))
    for place, name in places:
        if name not in names:
            advice = guess(name, names, "if it is your own, name its file with --framework-file")
            yield place, f"this version maps nothing to {brief(name)}; {advice}"
    if "soc2" in system.frameworks and system.soc2 is None:
        yield ("frameworks",), "names soc2 and not which categories are in scope; add soc2: {categories: […], type: …}"
    for number, document in enumerate(system.documents):
        if document.sha256 == "...":
            yield ("documents", number, "sha256"), f"the digest of {brief(document.title)!r} is still to be filled in"
