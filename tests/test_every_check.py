"""Guarantees over every check. A new check needs no test of its own here, only its table of cases.

All that is wrong with a check is said at once: a line for each case or fact, with what to do about it.
"""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Iterator

import msgspec
import pytest
from factories.aws import notebook
from msgspec import UNSET
from support import FAIL, PASS, UNKNOWN, Case, all_cases, fail_with, registered
from watching import Observed, observe

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.evaluate.judge import evaluate
from scanner.frameworks import load as load_catalogue
from scanner.model.checks import SECTIONS, Check
from scanner.model.nouns import Exposure, Resource, Severity, Verdict, failed, passed, unknown
from scanner.store.inventory import Inventory, InventoryView

CHECKS, COLLECTORS = registered()
EVERY_CHECK = [pytest.param(check, id=check.slug) for check in CHECKS.values()]
RANGES = {"aws": "1", "gcp": "2", "azure": "3", "mlflow": "5", "lineage": "5"}
# A slug that ends like this states the cure, not the problem.
CURES = ("_enabled_ok", "_restricted", "_secure", "_compliant", "_required", "_disallowed", "_not_public", "_private")
#: Fields that another one makes up for: where that settles it, a verdict stands without them.
MADE_UP_FOR = {
    "aws.s3.Bucket.public_access_block": "S3 applies the stricter of the switches of a bucket and of its account"
}
IMPURE = {"boto3", "botocore", "google", "azure", "requests", "time", "random", "os", "socket"}


def test_there_are_checks() -> None:
    assert CHECKS


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_is_declared_well(check: Check) -> None:
    looks = (metadata, name, documentation, blindness, purity, outcomes)
    fail_with(f"{check.slug}: {problem}" for look in looks for problem in look(check))


@pytest.mark.parametrize("check", EVERY_CHECK)
def test_judges_its_cases(check: Check) -> None:
    fail_with(judged_wrong(check, all_cases().get(check.slug, [])))


def test_every_case_table_belongs_to_a_check() -> None:
    strange = set(all_cases()) - {check.slug for check in CHECKS.values()}
    fail_with(f"{slug}: there are CASES for it and no such check: correct or remove the table" for slug in strange)


# -- how a check is declared -------------------------------------------------------------------------------------------


def metadata(check: Check) -> Iterator[str]:
    family = check.id[4:5]
    if not re.fullmatch(r"MLP-[1-5]\d{3}", check.id):
        yield f"its id is {check.id!r}: give it MLP- and four digits"
    if family not in ("4", "5", RANGES[check.provider]):
        yield f"its id is {check.id}: 1xxx is for AWS, 2xxx Google Cloud, 3xxx Azure, 4xxx joined paths, 5xxx what is "
        yield "recorded and documented"
    if family == "4" and not check.needs:
        yield f"its id {check.id} is one of a joined path, and it joins nothing: add `needs`, or take another id"
    if check.objective not in load_catalogue().objectives:
        yield f"no objective {check.objective!r}: take one of scanner/frameworks/objectives.yaml"
    if not re.fullmatch(r"\d+\.\d+\.\d+", check.since):
        yield f"since={check.since!r}: give the version that will bring it, such as 0.2.0"
    for kind in (check.kind, *check.needs):
        if kind.kind not in COLLECTORS:
            yield f"nobody collects {kind.kind}: write its collector, see docs/guides/adding-a-kind.md"


def name(check: Check) -> Iterator[str]:
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", check.slug):
        yield "its name is no slug: use lower-case words joined by _"
    if check.slug.endswith(CURES):
        yield "its name states the cure: name it after the problem"
    if sum(other.slug == check.slug for other in CHECKS.values()) != 1:
        yield "another check has this name: rename one"


def documentation(check: Check) -> Iterator[str]:
    if not check.title or not check.title[0].isupper() or len(check.title) > 100:
        yield f"its title is {check.title!r}: begin the docstring with a capital, in at most 100 characters"
    for section in SECTIONS:
        if not check.section(section):
            yield f"`## {section}` is missing or empty: write it into the docstring"
    if len(check.section("Why it matters").split()) < 12:
        yield "`## Why it matters` is too short: say what can happen, in twelve words or more"
    for reference in check.references:
        if not re.match(r"https://\S+$", reference):
            yield f"the reference {reference!r} is no https address: give one a line, as `- https://…`"


def blindness(check: Check) -> Iterator[str]:
    for spot in check.blind_to:
        if len(spot) > 70 or re.search(r"[.,;]", spot) or not re.match(r"[a-z]|[A-Z]{2}", spot):
            yield f"its blind spot {spot!r}: write a short noun phrase, to be read after 'not seen: '"
    if len(set(check.blind_to)) < len(check.blind_to):
        yield "it names a blind spot twice"
    for field in set(check.decided_by) - shown_fields(check):
        yield f"decided_by names {field!r}, which is no field: use a field of its kind, or Kind.field of what it joins"


def shown_fields(check: Check) -> set[str]:
    """What evidence may name: fields of its kind, and `Kind.field` of what it joins."""
    others = (*check.needs, *check.also)
    joined = {f"{kind.kind.rpartition('.')[2]}.{field}" for kind in others for field in kind.__struct_fields__}
    return {*check.kind.__struct_fields__, *joined}


def purity(check: Check) -> Iterator[str]:
    module = inspect.getmodule(check.function)
    assert module is not None
    imported = {value.__name__.partition(".")[0] for value in vars(module).values() if inspect.ismodule(value)}
    for impure in sorted(imported & IMPURE):
        yield f"its module imports {impure}: a check judges what was seen, and does no I/O and reads no clock"


def outcomes(check: Check) -> Iterator[str]:
    expected = {case.expected for case in all_cases().get(check.slug, [])}
    for status in (PASS, FAIL, UNKNOWN):
        if status not in expected:
            yield f"no case expects {status}: add one to its CASES, in the test that mirrors its module"


# -- how it judges -----------------------------------------------------------------------------------------------------


def judged_wrong(check: Check, cases: list[Case]) -> Iterator[str]:
    """All that is wrong with the verdicts of a check on its cases."""
    for case in cases:
        try:
            inventory = case.inventory()
            found = [problem for look in (verdict, evidence, unobserved) for problem in look(check, case, inventory)]
        except Exception as error:  # the other cases are judged all the same
            last = traceback.extract_tb(error.__traceback__)[-1]
            found = [f"breaks ({type(error).__name__}: {error}) in {last.filename}:{last.lineno}: mend it there"]
        yield from (f"{check.slug}: case {case.name!r}: {problem}" for problem in found)


def verdict(check: Check, case: Case, inventory: Inventory) -> Iterator[str]:
    judged = [j.verdict for j in evaluate(inventory, [check]) if j.resource.id == case.resource.id]
    if [given.status for given in judged] != [case.expected]:
        given = ", ".join(f"{verdict.status} ({verdict.message})" for verdict in judged) or "no verdict"
        yield f"gives {given} and not {case.expected}: correct the check, or the case if that is wrong"
    elif not judged[0].message:
        yield "its verdict has no message: say what was seen"


def evidence(check: Check, case: Case, inventory: Inventory) -> Iterator[str]:
    given, _ = observe(check, case.resource, inventory)
    for key in sorted(set(given.evidence) - shown_fields(check)):
        yield f"its evidence names {key!r}, which is no field: use a field of its kind, or Kind.field of what it joins"
    if case.expected in (PASS, FAIL):
        if not given.evidence:
            yield "its verdict shows no evidence: give the fields that it rests on"
        msgspec.json.encode(given.evidence)


def unobserved(check: Check, case: Case, inventory: Inventory) -> Iterator[str]:
    """Blank in turn every field that a pass or fail read, and take away every join it made: it must become unknown."""
    if case.expected not in (PASS, FAIL):
        return
    _, seen = observe(check, case.resource, inventory)
    if not (seen.fields or seen.joins or seen.listings):
        yield "its verdict rests on nothing: read a field, or a resource that it joins"
    allowed = {UNKNOWN} if case.expected is PASS else {UNKNOWN, FAIL}
    without = [*blanked_fields(check, case, seen, inventory)]
    if case.expected is PASS:
        without += [*missing_joins(check, case, seen), *incomplete_listings(check, case, seen, inventory)]
    spared = {f"{field} is unobserved" for field in MADE_UP_FOR}
    for what, given in without:
        if given.status not in (allowed | {case.expected} if what in spared else allowed):
            yield f"says {given.status} when {what}: return `unknown` there"


Without = Iterator[tuple[str, Verdict]]


def blanked_fields(check: Check, case: Case, seen: Observed, inventory: Inventory) -> Without:
    for kind, id, field in sorted(seen.fields):
        whole = inventory.find(_kind(kind), id)
        assert whole is not None
        inventory.add(msgspec.structs.replace(whole, **{field: UNSET}))
        subject = inventory.find(check.kind, case.resource.id)
        assert subject is not None
        yield f"{kind}.{field} is unobserved", check(subject, InventoryView(inventory, check.needs))
        inventory.add(whole)


def missing_joins(check: Check, case: Case, seen: Observed) -> Without:
    for kind, id in sorted(seen.joins):
        inventory = case.inventory(without=(kind, id))
        leave_incomplete(inventory, kind)
        yield f"{kind} {id} was not observed", check(case.resource, InventoryView(inventory, check.needs))


def incomplete_listings(check: Check, case: Case, seen: Observed, inventory: Inventory) -> Without:
    whole = dict(inventory.listings)
    for kind in sorted(seen.listings):
        leave_incomplete(inventory, kind)
        yield f"not all of {kind} was seen", check(case.resource, InventoryView(inventory, check.needs))
        inventory.listings = dict(whole)


def leave_incomplete(inventory: Inventory, kind: str) -> None:
    for key, listing in inventory.listings.items():
        if key[0] == kind:
            inventory.listings[key] = msgspec.structs.replace(listing, complete=False)


def _kind(name: str) -> type[Resource]:
    return COLLECTORS[name].kind  # type: ignore[no-any-return]


# -- these tests can fail ----------------------------------------------------------------------------------------------


def made(function: object) -> Check:
    """A check of notebooks that is registered nowhere."""
    return Check(
        function,
        id="MLP-1999",
        severity=Severity.LOW,
        objective="none",
        since="soon",
        needs=(),
        exposure=Exposure.INTERNAL,
        blind_to=(),
    )


def rash(notebook: NotebookInstance) -> Verdict:
    """takes what was not observed for a pass."""
    return failed("on", root_access="Enabled") if notebook.root_access == "Enabled" else passed("off", access="?")


def brittle(notebook: NotebookInstance) -> Verdict:
    """Breaks."""
    return unknown("root_access") if notebook.root_access is UNSET else passed(str(1 // 0))


def test_what_is_declared_badly_is_said_with_its_remedy() -> None:
    check = made(rash)
    found = [problem for look in (metadata, name, documentation, outcomes) for problem in look(check)]

    assert "no objective 'none': take one of scanner/frameworks/objectives.yaml" in found
    assert "since='soon': give the version that will bring it, such as 0.2.0" in found
    assert "`## How to fix` is missing or empty: write it into the docstring" in found
    assert "no case expects fail: add one to its CASES, in the test that mirrors its module" in found
    assert any(problem.startswith("its title is 'takes what") for problem in found)


def test_all_cases_that_are_judged_wrong_are_named_at_once() -> None:
    cases = [Case("off", PASS, notebook(root_access="Disabled")), Case("denied", UNKNOWN, notebook())]
    found = list(judged_wrong(made(rash), cases))

    assert found == [
        "rash: case 'off': its evidence names 'access', which is no field: "
        "use a field of its kind, or Kind.field of what it joins",
        "rash: case 'off': says pass when aws.sagemaker.NotebookInstance.root_access is unobserved: "
        "return `unknown` there",
        "rash: case 'denied': gives pass (off) and not unknown: correct the check, or the case if that is wrong",
        "rash: case 'denied': its evidence names 'access', which is no field: "
        "use a field of its kind, or Kind.field of what it joins",
    ]


def test_a_check_that_breaks_on_a_case_is_judged_on_the_others() -> None:
    cases = [Case("off", PASS, notebook(root_access="Disabled")), Case("denied", PASS, notebook())]
    broke, judged, *_ = judged_wrong(made(brittle), cases)

    assert broke.startswith("brittle: case 'off': breaks (ZeroDivisionError: ")
    assert judged.startswith("brittle: case 'denied': gives unknown (")
