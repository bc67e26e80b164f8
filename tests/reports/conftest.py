"""Reports to render, made from inventories by hand.

Their checks and catalogue are small and their own: a golden file changes when the format does, not with a new check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType, SimpleNamespace
from typing import ClassVar

import msgspec
import pytest
from factories.aws import HERE, notebook
from msgspec import UNSET
from paging import unpacked

from checks.aws.sagemaker.resources import NotebookInstance
from reports import renderer
from scanner.evaluate.report import build_report
from scanner.evaluate.suppressing import Suppressing
from scanner.evaluate.unclaimed import UNCLAIMED
from scanner.evidence.assess import Assessed, counted
from scanner.frameworks import Catalogue, Control, Edges, Framework, Objective
from scanner.history.earlier import Earlier, Failure
from scanner.model.checks import Check
from scanner.model.collectors import Collector
from scanner.model.notes import Checkout, Site, Source, Suppression
from scanner.model.nouns import (
    Exposure,
    Gap,
    Holds,
    Listing,
    Observed,
    Reason,
    Resource,
    Scope,
    Severity,
    Status,
    Verdict,
    failed,
    failed_unless_known,
    passed,
    unobserved,
)
from scanner.model.origins import Principal
from scanner.model.reported import Finding, FindingList, Report
from scanner.model.trust import Entry, Foreign
from scanner.source.sources import Sources
from scanner.store.inventory import Inventory
from scanner.systems.graph import Graph
from scanner.systems.manifest import (
    Classification,
    Document,
    EuAiAct,
    Include,
    Manifest,
    Organisation,
    Owner,
    Purpose,
    Selectors,
    System,
)
from scanner.systems.ownership import Ownership

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GCP = Scope("gcp", "example-fraud-prod", "europe-west1")

#: Everything a resource's name may try on a reader: terminal, markup, runner, file system, reading order, quotes.
HOSTILE = (
    "\x1b[31mred\x1b]8;;https://evil.example\x1b\\",
    "[bold red]markup[/] [click](https://evil.example)",
    "::error::workflow command",
    "two\nlines\r\n::set-output name=x::y",
    "../../etc/passwd",
    "..",
    "\u202eexe.tnemucod\u2066",
    "quotes '\"` and <b>html</b> & ]]>",
    "c1 \x9b31m nel \x85 zero\u200bwidth \u2028 end",
    "=cmd|' /C calc'!A0",
    "per%2Fcent/slash\\back?query#fragment",
    "模型-笔记本",
    "##[error]older command",
    "",
)
#: What JSON replies can hold in values and UTF-8 cannot.
HALF_PAIR = "half \ud800 pair"


class Bucket(Resource, frozen=True, kw_only=True):
    """A bucket of a second cloud, for reports over several."""

    kind: ClassVar[str] = "gcp.example.Bucket"
    title: ClassVar[str] = "Example bucket"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    versioning: Observed[bool] = UNSET
    environment: Observed[dict[str, str]] = UNSET


def notebook_reaches_the_internet(nb: NotebookInstance) -> Verdict:
    """Notebook instance has a direct route to the internet.

    ## Why it matters
    Code in the notebook can send training data anywhere,
    past the controls of the network.

    ## How to fix
    Create the instance anew in a subnet of your own.

    Terraform: `direct_internet_access = "Disabled"`.

    ## References
    - https://docs.example/notebooks
    """
    if missing := unobserved(nb, "direct_internet_access"):
        return missing
    if nb.direct_internet_access == "Enabled":
        return failed("direct internet access is on", direct_internet_access=nb.direct_internet_access)
    return passed("direct internet access is off", direct_internet_access=nb.direct_internet_access)


def notebook_runs_as_an_administrator(nb: NotebookInstance) -> Verdict:
    """Notebook instance runs as a role that may do everything.

    ## Why it matters
    Whoever opens the notebook is an administrator.

    ## How to fix
    Give the role what the notebook needs.
    """
    if missing := unobserved(nb, "role_arn"):
        return missing
    if nb.role_arn and nb.role_arn.endswith("/admin"):
        return failed(f"its role is {nb.role_arn}", path=(nb.id, nb.role_arn), role_arn=nb.role_arn)
    return passed("its role is limited")


def bucket_is_not_versioned(bucket: Bucket) -> Verdict:
    """Bucket keeps no older versions.

    ## Why it matters
    A model that is overwritten is gone.

    ## How to fix
    Turn versioning on.
    """
    if missing := unobserved(bucket, "versioning"):
        return missing
    return passed("versioning is on") if bucket.versioning else failed("versioning is off", versioning=False)


def bucket_of_strangers(bucket: Bucket) -> Verdict:
    """Bucket belongs to somebody else.

    ## Why it matters
    They decide what is in it.

    ## How to fix
    Use a bucket of yours.
    """
    if missing := unobserved(bucket, "versioning"):
        return missing
    said = f"{bucket.name} belongs to another project"
    return failed_unless_known((Foreign.bucket(f"gs://{bucket.name}"),), said, known=said, versioning=bucket.versioning)


#: The name of a bucket that several paths lead through.
REACHED = f"models {HOSTILE[0]} {HOSTILE[1]} {HOSTILE[2]} {HOSTILE[6]}"


def notebook_reaches_a_bucket(nb: NotebookInstance) -> Verdict:
    """Notebook instance may overwrite a model.

    ## Why it matters
    Whoever opens the notebook decides what is served.

    ## How to fix
    Let only the pipeline write to `models`.
    """
    return failed("its role may write to the bucket of models", path=(nb.id, bucket(REACHED).id))


def made(function, id: str, severity: Severity, exposure: Exposure) -> Check:
    return Check(
        function,
        id=id,
        severity=severity,
        objective="isolation",
        since="0.1.0",
        needs=(),
        exposure=exposure,
        blind_to=(),
    )


CHECKS = (
    made(notebook_reaches_the_internet, "MLP-1901", Severity.HIGH, Exposure.INTERNET),
    made(notebook_runs_as_an_administrator, "MLP-4901", Severity.CRITICAL, Exposure.INTERNAL),
    made(bucket_is_not_versioned, "MLP-2901", Severity.INFORMATIONAL, Exposure.INTERNAL),
)

STRANGER = made(bucket_of_strangers, "MLP-2902", Severity.HIGH, Exposure.CROSS_ACCOUNT)

REACHES = made(notebook_reaches_a_bucket, "MLP-4902", Severity.HIGH, Exposure.INTERNAL)

CATALOGUE = Catalogue(
    frameworks=[
        Framework(
            id=name, name=name, version="1", published="2026", publisher="Northwind Example Ltd.", url="",
            text_policy="", note="",
            controls=tuple(Control(id=f"C{n}", title="", level="", parent=None, assessable="partial")
                           for n in range(1, 9)),
            objectives={"isolation": Edges("example", intersects_with=tuple(f"C{n}" for n in range(1, 8)))},
        )
        for name in ("example-a", "example-b")
    ],
    objectives=[
        Objective(id=id, title=id, group="network", statement="", cannot_prove="", evidence="observed")
        for id in ("isolation", "ai-inventory")
    ],
)  # fmt: skip


def bucket(name: str = "models", **fields) -> Bucket:
    id = f"//storage.googleapis.com/projects/_/buckets/{name}"
    return Bucket(id=id, name=name, scope=fields.pop("scope", GCP), **fields)


def gap(**changes) -> Gap:
    fields = {
        "kind": NotebookInstance.kind,
        "operation": "sagemaker:DescribeNotebookInstance",
        "scope": HERE,
        "reason": Reason.DENIED,
        "permission": "sagemaker:DescribeNotebookInstance",
        "detail": "AccessDeniedException: not authorized",
        "checks": ("MLP-1901",),
    }
    return Gap(**(fields | changes))


def report_of(
    *resources: Resource,
    gaps: Iterable[Gap] = (),
    listings: Iterable[Listing] = (),
    verdicts: frozenset[Status] = frozenset({Status.FAIL, Status.UNKNOWN}),
    scopes: Iterable[Scope] = (),
    checks: Iterable[Check] = CHECKS,
    catalogue: Catalogue = CATALOGUE,
    arguments: tuple[str, ...] = ("aws", "region=eu-west-1"),
    prepare: Callable[[Finding], bytes] | None = None,
    trust: tuple[Entry, ...] = (),
    manifest: Manifest | None = None,
    principals: Iterable[Principal] = (),
    names: Mapping[tuple[str, str], str] = MappingProxyType({}),
    inventories: tuple[str, ...] = (),
    sources: Sources | None = None,
    suppressions: Iterable[Suppression] = (),
    earlier: Earlier | None = None,
) -> Report:
    """What a scan that saw exactly this would report."""
    inventory = Inventory(NOW)
    for resource in resources:
        inventory.add(resource)
    scopes = {resource.scope for resource in resources} | set(scopes)
    seen = Counter(
        (kind.kind, resource.scope) for kind in (NotebookInstance, Bucket) for resource in inventory.of(kind)
    )
    for scope in scopes:
        for kind in (NotebookInstance.kind, Bucket.kind):
            if kind.startswith(scope.provider + "."):
                inventory.listings[(kind, scope)] = Listing(
                    kind=kind, scope=scope, complete=True, observed=seen[kind, scope]
                )
    for listing in listings:
        inventory.listings[(listing.kind, listing.scope)] = listing
    inventory.scopes = tuple(sorted(scopes))
    inventory.gaps = tuple(gaps)
    inventory.principals, inventory.digests = set(principals), inventories
    inventory.names = dict(names)
    owners = None
    if manifest is not None:
        known = {
            kind.kind: Collector(_nothing, kind, (), per="account", follows=()) for kind in (NotebookInstance, Bucket)
        }
        owners = Ownership(manifest, "ai-systems.yaml", Graph(inventory, known))
    report = build_report(
        inventory,
        (*checks, *((UNCLAIMED,) if owners else ())),
        catalogue,
        scan_id="0123456789abcdef",
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=90),
        arguments=arguments,
        verdicts=verdicts,
        prepare=prepare,
        trust=trust,
        owners=owners,
        suppressing=Suppressing(suppressions, TODAY),
        earlier=earlier,
        sources=sources,
    )
    known_checks = (*checks, *((UNCLAIMED,) if owners else ()))
    said = Assessed(counted(report), known_checks, catalogue, tuple(catalogue.frameworks), TODAY, owners)
    return msgspec.structs.replace(report, assessment=said)


def _nothing(*_: object) -> Iterator[Resource]:
    yield from ()


def system(name: str = "research", **changes) -> System:
    """A declared AI system that holds the notebook of this name, or all that matches it."""
    fields = {
        "id": "research",
        "name": "Research",
        "status": "development",
        "owner": Owner(team="science", contact="science@northwind.example"),
        "purpose": Purpose(intended="Try things out"),
        "classification": Classification(
            eu_ai_act=EuAiAct(tier="minimal", rationale="none of the areas", decided_by="dpo",
                              decided_on=date(2026, 9, 1), review_by=date(2027, 9, 1)),
            roles=("provider",),
        ),
        "selectors": Selectors(include=(Include(provider="aws", ids=(f"*{name}",)),)),
        "documents": (
            Document(fills=("example-a:C2", "example-b:C3"), title="A plan", uri="docs/plan.pdf", sha256="...",
                     version="2", approved_by="dpo", date=date(2026, 8, 1)),
        ),
    }  # fmt: skip
    return System(**(fields | changes))


def declared_report(suppressions: Iterable[Suppression] = ()) -> Report:
    """Two notebooks, of which one belongs to a declared system, and a bucket that belongs to none."""
    return report_of(
        notebook("research", direct_internet_access="Enabled", role_arn="arn:aws:iam::111122223333:role/admin"),
        notebook("stray", direct_internet_access="Disabled", role_arn=None),
        bucket("models", versioning=False),
        suppressions=suppressions,
        manifest=Manifest(
            schema="ai-systems/1",
            organisation=Organisation(name="Northwind Example Ltd."),
            systems=(
                system(),
                system(
                    id="hostile",
                    name=HOSTILE[0],
                    purpose=Purpose(intended=f"{HALF_PAIR} {HOSTILE[2]} AKIAIOSFODNN7EXAMPLE"),
                    owner=Owner(team=HOSTILE[1], contact=HOSTILE[7]),
                    selectors=Selectors(include=(Include(provider="aws", ids=("*stray-nothing",)),)),
                ),
            ),
        ),
    )


class MadeUp:
    """Sources that say the same of everything: that it was made in a line of this text, or in none of it."""

    has_states = True

    def __init__(self, text: str, *, repository: str = "") -> None:
        self.text = text
        self.checkout = Checkout(repository=repository, revision="a" * 40, branch="refs/heads/main")

    def of(self, resource: Resource, *_: object) -> tuple[Source | None, str]:
        text = (self.text or resource.name).replace("/", "_")  # no source is outside of its root
        if resource.name.startswith("hidden"):
            return None, f"nothing declares {text}"
        call = Site(uri=f"calls of {text}.tf", line=2, address=f"module.{text}")
        place = {"uri": f"modules/{text}.tf", "line": 7, "column": 3, "block": (5, 9), "address": f"{call.address}.x.y"}
        return Source(**place, attribute="direct", text=f"direct = {text}", calls=(call,)), ""

    def states_of(self, resource: Resource) -> frozenset[int]:
        return frozenset() if "data" in resource.id else frozenset({0})

    def is_unmanaged(self, *_: object) -> bool:
        return True

    def unused(self, *_: object) -> list[str]:
        return []


def hostile_report() -> Report:
    return report_of(
        *(notebook(name, direct_internet_access="Enabled", role_arn=f"{HALF_PAIR} {name}/admin") for name in HOSTILE),
        *(bucket(name, versioning=False, environment={name: name, HALF_PAIR: HALF_PAIR}) for name in HOSTILE),
        gaps=[gap(detail=name, count=n) for n, name in enumerate(HOSTILE, 1)],
        listings=[
            Listing(kind=Bucket.kind, scope=Scope("gcp", "other", f"r{n}"), complete=True, absent=name)
            for n, name in enumerate(HOSTILE)
            if name
        ],
        principals=[Principal("aws", "111122223333", name) for name in HOSTILE],
        names={(one.provider, one.account): name for one, name in zip((HERE, GCP), HOSTILE, strict=False)},
        sources=MadeUp(""),
        suppressions=[
            suppression("MLP-2901", f"*/buckets/{'?' * len(name) if len(name) > 20 else 'none'}", reason=name,
                        owner=f"{HALF_PAIR} {name}", approver=name, ticket=name, place=f"{name}:{n}", until=TODAY)
            for n, name in enumerate(HOSTILE, 1)
        ],
    )  # fmt: skip


def suppression(check: str, resource: str, **fields) -> Suppression:
    given = {"reason": "accepted for research", "owner": "ml-platform", "place": "mlposture-suppressions.yaml:3"}
    return Suppression(check=check, resource=resource, **(given | fields))


def mixed_report() -> Report:
    """One of everything: pass, fail, unknown, a path, gaps, an absence, an incomplete listing, two clouds."""
    return report_of(
        notebook("research", direct_internet_access="Enabled", role_arn="arn:aws:iam::111122223333:role/admin",
                 console_url="https://console.example/research"),
        notebook("tidy", direct_internet_access="Disabled", role_arn=None),
        notebook("hidden"),
        bucket("models", versioning=False),
        bucket("data", versioning=True),
        gaps=[gap(), gap(operation="sagemaker:ListTags", reason=Reason.THROTTLED, permission="", count=3, checks=())],
        listings=[
            Listing(kind=NotebookInstance.kind, scope=Scope("aws", "111122223333", "us-east-1"), complete=False),
            Listing(kind=Bucket.kind, scope=Scope("gcp", "example-fraud-dev", "global"), complete=True,
                    absent="storage.googleapis.com is not enabled"),
        ],
        scopes=[Scope("gcp", "example-fraud-dev", "global")],
        principals=[
            Principal("aws", "111122223333", "arn:aws:sts::111122223333:assumed-role/posture-reader/scheduled"),
            Principal("gcp", "example-fraud-dev"),
        ],
        inventories=("ab" * 32,),
    )  # fmt: skip


def shared_report() -> Report:
    """Notebooks whose paths lead through one bucket, which has the same problem itself."""
    return report_of(
        *(notebook(name) for name in ("research", "tidy", "third")),
        bucket(REACHED, versioning=False, console_url="https://console.example/models"),
        bucket("data", versioning=False),
        checks=(REACHES, CHECKS[2]),
    )


def sourced_report() -> Report:
    """Of a repository that is known, with code that made all but what is called data."""
    return report_of(
        notebook("research", direct_internet_access="Enabled", role_arn="arn:aws:iam::111122223333:role/admin"),
        notebook("hidden"),
        bucket("data", versioning=False),
        sources=MadeUp("chat", repository="https://git.northwind.example/ml/infra"),
    )


def clean_report() -> Report:
    return report_of(notebook(direct_internet_access="Disabled", role_arn=None))


def empty_report() -> Report:
    """An account in which nothing exists."""
    return report_of(scopes=[HERE])


def stopped_report() -> Report:
    """A scan that ended early, of a notebook that the local cache knows."""
    read = {"sagemaker:DescribeNotebookInstance": "2026-11-20T08:30:00Z"}
    report = report_of(
        notebook("known", direct_internet_access="Enabled", role_arn=None, cached=read),
        notebook("tidy", direct_internet_access="Enabled", role_arn=None),
        gaps=[gap(reason=Reason.STOPPED, permission="", detail="the scan was interrupted")],
    )
    return msgspec.structs.replace(report, cached=1, cached_since=datetime(2026, 11, 20, 8, 30, tzinfo=UTC))


def trusting_report() -> Report:
    """Two buckets of strangers, of which a partner is trusted, another was, and one entry is about nothing."""

    def entry(value: str, **fields) -> Entry:
        return Entry(table="buckets", value=value, **fields)

    return report_of(
        bucket("partner", versioning=True),
        bucket("former", versioning=True),
        checks=(STRANGER,),
        verdicts=frozenset(Status),
        trust=(
            entry("gs://partner", reason="labelling \x1b[31mpartner, AKIAIOSFODNN7EXAMPLE", until=date(2026, 11, 22)),
            entry("former", reason="partner until October", until=date(2026, 10, 31)),
            entry("prtner", reason="a typo"),
        ),
    )


def suppressed_report() -> Report:
    """Four notebooks with a failure each, of which one is open: of the entries, one of each sort."""
    file = "mlposture-suppressions.yaml"
    return report_of(
        *(notebook(name, direct_internet_access="Enabled", role_arn=None) for name in ("a", "b", "c", "d")),
        suppressions=[
            suppression("MLP-1901", "*/a", approver="ciso", ticket="SEC-1204", place=f"{file}:3"),
            suppression("MLP-1901", "*/b", reason="until the move", until=date(2026, 12, 6), place=f"{file}:9"),
            suppression("MLP-1901", "*/[ab]", reason="no classes of characters", place=f"{file}:15"),
            suppression("MLP-1901", "*/c", until=date(2027, 3, 31), place=f"{file}:20"),
            suppression("MLP-1901", "*/d", until=date(2026, 11, 21), place=f"{file}:26"),
            suppression("MLP-1901", "*/c", reason="AKIAIOSFODNN7EXAMPLE opens it", place=f"{file}:32"),
            suppression("MLP-2901", "*/models", place=f"{file}:38"),
        ],
    )  # fmt: skip


SOURCE = Source(
    uri="infra/notebooks.tf",
    line=12,
    address='module.lab["a"].aws_sagemaker_notebook_instance.this',
    text='resource "aws_sagemaker_notebook_instance" "this" {',
)
SUPPRESSION = Suppression(
    check="MLP-1901",
    resource="*/accepted",
    reason="behind a proxy",
    owner="science",
    until=date(2027, 1, 31),
    approver="dpo",
    ticket="ML-17",
)


def accepted_report() -> Report:
    """All verdicts; of the failures one is suppressed, one is declared in sources, and one goes through a path."""
    report = report_of(
        notebook("plain", direct_internet_access="Enabled", role_arn="arn:aws:iam::111122223333:role/admin"),
        notebook("accepted", direct_internet_access="Enabled", role_arn=None),
        notebook("coded", direct_internet_access="Enabled", role_arn=None),
        notebook("tidy", direct_internet_access="Disabled", role_arn=None),
        notebook("hidden"),
        verdicts=frozenset(Status),
    )
    changes = {
        ("accepted", Status.FAIL): {"suppression": SUPPRESSION},
        ("coded", Status.FAIL): {"source": SOURCE},
        ("tidy", Status.PASS): {"verdict": Status.NOT_APPLICABLE},
    }
    findings = (
        msgspec.structs.replace(one, **changes.get((one.resource.name, one.verdict), {})) for one in report.findings
    )
    return msgspec.structs.replace(report, findings=FindingList(findings))


def earlier_of(*findings: Finding, settled: Iterable[Scope] = (HERE, GCP), **changes) -> Earlier:
    """An earlier report that has these failures, and knew all of these accounts."""
    earlier = Earlier()
    for finding in findings:
        resource = finding.resource
        fields = {
            "fingerprint": finding.fingerprint, "check_id": finding.check_id, "score": finding.score,
            "message": finding.message, "kind": resource.kind, "id": resource.id, "name": resource.name,
            "scope": resource.scope, "console_url": resource.console_url,
        }  # fmt: skip
        earlier.add(Failure(**(fields | changes)))
    earlier.settled = {(scope.provider, scope.account): True for scope in settled}
    earlier.seal(NOW - timedelta(days=2))
    return earlier


def carried_report() -> Report:
    """What failed before: one still does, one does no more, one is unknown, one is gone, and many were not listed."""
    before = report_of(
        *(notebook(name, direct_internet_access="Enabled", role_arn=None) for name in ("still", "tidy", "hidden")),
        *(notebook(name, direct_internet_access="Enabled", role_arn=None, console_url=f"https://console.example/{name}")
          for name in HOSTILE),
        bucket("gone", versioning=False),
    )  # fmt: skip
    return report_of(
        notebook("still", direct_internet_access="Enabled", role_arn=None),
        notebook("added", direct_internet_access="Enabled", role_arn=None),
        notebook("tidy", direct_internet_access="Disabled", role_arn=None),
        notebook("hidden", role_arn=None),
        bucket("models", versioning=True),
        listings=[Listing(kind=NotebookInstance.kind, scope=HERE, complete=False)],
        earlier=earlier_of(*before.findings, message=f"{HOSTILE[0]} {HOSTILE[1]} AKIAIOSFODNN7EXAMPLE"),
    )


#: Built by name, so that parametrised tests read well.
REPORTS = {"mixed": mixed_report, "hostile": hostile_report, "clean": clean_report, "empty": empty_report,
           "stopped": stopped_report, "trusting": trusting_report, "declared": declared_report,
           "suppressed": suppressed_report, "shared": shared_report, "carried": carried_report,
           "sourced": sourced_report}  # fmt: skip


def whole(name: str, report: Report) -> bytes:
    """The file of a format in one piece."""
    return b"".join(renderer(name)(report))


def readable(name: str, report: Report) -> str:
    """The same as text, with what a page has in it compressed."""
    text = whole(name, report).decode()
    return "\n".join((text, *unpacked(text)))


@pytest.fixture(params=sorted(REPORTS))
def any_report(request) -> Report:
    """Each of the reports that every format must render."""
    return REPORTS[request.param]()


@pytest.fixture(scope="session")
def make():
    """This module's builders, for tests that need a report of their own (conftest cannot be imported by name)."""
    return SimpleNamespace(**{name: value for name, value in globals().items() if not name.startswith("_")})
