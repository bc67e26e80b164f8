"""The manifest of AI systems, `ai-systems.yaml`: what an organisation declares about each, and how it is read.

All of it is declared, not observed: whoever shows it says so. docs/reference/ai-systems-v1.schema.json is generated
from these types. What a type cannot hold is in `rules`.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from scanner.model.errors import InputError
from scanner.model.yaml_text import Problem

if TYPE_CHECKING:
    from scanner.frameworks import Framework

SCHEMA = "ai-systems/1"

Text = Annotated[str, Meta(min_length=1)]
Days = Annotated[int, Meta(ge=1)]
SystemId = Annotated[
    str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$", description="an id: lower-case letters, digits and hyphens")
]
AccountId = Annotated[str, Meta(pattern="^[0-9]{12}$", description="an AWS account id, which has 12 digits")]
ProjectId = Annotated[
    str,
    Meta(
        pattern="^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$",
        description="the id of a project, such as example-fraud-prod",
    ),
]
SubscriptionId = Annotated[
    str,
    Meta(
        pattern="^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        description="the id of a subscription, such as 00000000-0000-0000-0000-000000000001",
    ),
]
Region = Annotated[
    str,
    Meta(pattern="^[a-z][a-z0-9-]{2,40}$", description="a region, such as eu-west-1 or westeurope"),
]
ResourceGroup = Annotated[
    str, Meta(pattern=r"^[\w().-]{1,90}$", description="the name of a resource group, such as rg-retina")
]
Arn = Annotated[
    str,
    Meta(
        pattern="^arn:[^:\\s]+:[^:\\s]+:[^:\\s]*:(?:[0-9]{12}|[0-9]*[*?][0-9*?]*|aws)?:\\S+$",
        description="an ARN (arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE; * is any text, ? any character)",
    ),
]
ResourceId = Annotated[
    str,
    Meta(
        pattern="^(?:arn:|//[a-z0-9.-]+/|projects/|/subscriptions/|/providers/)\\S+$",
        description="the full id of a resource: an ARN, //SERVICE/projects/… or /subscriptions/… (* is any text)",
    ),
]
PipelineArn = Annotated[
    str,
    Meta(
        pattern="^arn:aws[a-z-]*:codepipeline:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9.@_-]{1,100}$",
        description="the ARN of a pipeline of CodePipeline",
    ),
]
LogId = Annotated[
    str,
    Meta(
        pattern="^(?:arn:aws[a-z-]*:logs:|//logging\\.googleapis\\.com/|projects/|/subscriptions/|s3://|gs://|https://)\\S+$",
        description="a log: the ARN of a log group, projects/…/locations/…/buckets/…, the id of a table of a Log "
        "Analytics workspace, s3://…, gs://… or the address of a blob container",
    ),
]
Sha256 = Annotated[
    str,
    Meta(pattern="^(?:[0-9a-f]{64}|\\.\\.\\.)$", description="a SHA-256: 64 hexadecimal digits, or ... until known"),
]

Provider = Literal["aws", "gcp", "azure", "mlflow", "openlineage"]
Role = Literal["provider", "deployer", "gpai-provider", "third-party"]
Tier = Literal["prohibited", "high-risk", "transparency", "minimal", "unclassified"]
Follow = Literal["lineage", "roles", "keys", "images", "buckets"]
FOLLOW: tuple[Follow, ...] = ("lineage", "roles", "keys", "images", "buckets")


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping of the manifest."""


class Organisation(Declared, frozen=True, kw_only=True):
    """Who declares all this, and in which roles of the EU AI Act where a system names none."""

    name: Text
    eu_market: bool | None = None
    default_roles: tuple[Role, ...] = ()


class Defaults(Declared, frozen=True, kw_only=True):
    """What holds for every system that says nothing stricter."""

    log_retention_days: Days = 184
    max_model_card_age_days: Days = 365
    review_interval_days: Days = 365
    #: an unclassified system is held to what a high-risk one is held to
    unclassified_policy: Literal["fail-closed"] = "fail-closed"


class Owner(Declared, frozen=True, kw_only=True):
    """Who answers for a system."""

    team: Text
    contact: Text
    regulatory_contact: Text | None = None


class Purpose(Declared, frozen=True, kw_only=True):
    """What a system is for, whom it serves, and whom it touches."""

    intended: Text
    excluded_uses: tuple[Text, ...] = ()
    users: Text | None = None
    affected_persons: Text | None = None
    decision_effect: Literal["none", "advisory", "automated"] | None = None


class Screening(Declared, frozen=True, kw_only=True):
    """Answers that change the legal answer. One that is missing was not given."""

    interacts_with_persons: bool | None = None
    generates_content: bool | None = None
    biometric_input: bool | None = None
    used_on_employees: bool | None = None
    profiling: bool | None = None
    essential_service_decision: bool | None = None
    safety_component_or_regulated_product: bool | None = None


class EuAiAct(Declared, frozen=True, kw_only=True):
    """The class of a system under the EU AI Act, and who decided it, why and when."""

    tier: Tier
    route: Literal["annex-i", "annex-iii"] | None = None
    annex_iii_point: Text | None = None
    product_law: Text | None = None
    device_class: Text | None = None
    notified_body: Text | None = None
    rationale: Text | None = None
    decided_by: Text | None = None
    decided_on: date | None = None
    review_by: date | None = None
    applies_from: date | None = None


class Classification(Declared, frozen=True, kw_only=True):
    """How a system is classified."""

    eu_ai_act: EuAiAct
    roles: tuple[Role, ...] = ()
    data_sensitivity: Literal["public", "internal", "personal", "special-category", "regulated"] | None = None


class Period(Declared, frozen=True, kw_only=True):
    """From the first to the last day."""

    from_: date = msgspec.field(name="from")
    to: date


class Subservice(Declared, frozen=True, kw_only=True):
    """An organisation that a SOC 2 report relies on."""

    name: Text
    method: Literal["carve-out", "inclusive"]


class Soc2(Declared, frozen=True, kw_only=True):
    """What a SOC 2 report of a system covers."""

    categories: Annotated[
        tuple[Literal["security", "availability", "confidentiality", "processing-integrity", "privacy"], ...],
        Meta(min_length=1),
    ]
    type: Literal[1, 2]
    period: Period | None = None
    subservice: tuple[Subservice, ...] = ()


class Include(Declared, frozen=True, kw_only=True):
    """Which resources belong to a system: those of one provider for which all that is named here holds.

    Of the values of one field, any will do.
    """

    provider: Provider
    accounts: tuple[AccountId, ...] = ()
    projects: tuple[ProjectId, ...] = ()
    subscriptions: tuple[SubscriptionId, ...] = ()
    resource_groups: tuple[ResourceGroup, ...] = ()
    regions: tuple[Region, ...] = ()
    arns: tuple[Arn, ...] = ()
    ids: tuple[ResourceId, ...] = ()
    tags: dict[str, str] = {}
    labels: dict[str, str] = {}
    tracking_uri: Text | None = None
    registered_models: tuple[Text, ...] = ()
    namespace: Text | None = None
    url: Text | None = None


class Exclude(Declared, frozen=True, kw_only=True):
    """Resources that a system does not claim, whatever leads to them, and why."""

    reason: Text
    arn: Arn | None = None
    id: ResourceId | None = None
    approved_by: Text | None = None
    expires: date | None = None

    @property
    def glob(self) -> str:
        return self.arn or self.id or ""


class Selectors(Declared, frozen=True, kw_only=True):
    """What a system claims. From what `include` selects, the kinds of joins in `follow` lead on."""

    include: Annotated[tuple[Include, ...], Meta(min_length=1)]
    exclude: tuple[Exclude, ...] = ()
    follow: tuple[Follow, ...] = FOLLOW


class Threshold(Declared, frozen=True, kw_only=True):
    """What a metric of the deployed model has to reach, or must not pass, and how far apart groups may be.

    It is of all items, or of every group of a facet (several facets that are crossed have commas between them), or of
    the one `group` of it. Groups of fewer than `smallest_group` say nothing, and are not shown. With `point`, a value
    without an interval counts as it is. Who set it, and why, stands beside it: nothing here has a default.
    """

    metric: Text
    at_least: float | None = None
    at_most: float | None = None
    facet: Text | None = None
    group: Text | None = None
    largest_gap: float | None = None
    smallest_group: Annotated[int, Meta(ge=1)] | None = None
    point: bool | None = None
    set_by: Text | None = None
    why: Text | None = None
    set_on: date | None = None


class Expectations(Declared, frozen=True, kw_only=True):
    """What a system is held to beyond the defaults. It may ask for more than these, never for less."""

    monitoring: tuple[Literal["data-quality", "model-quality", "bias", "explainability"], ...] = ()
    bias_facets: tuple[Text, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    max_evaluation_age_days: Days | None = None
    human_approval: Literal["required"] | None = None
    human_review: Literal["required"] | None = None
    min_instances: Annotated[int, Meta(ge=1)] | None = None
    log_retention_days: Days | None = None
    test_report_signed: bool | None = None


class Oversight(Declared, frozen=True, kw_only=True):
    """How people oversee a running system: where its outputs are reviewed, how it is stopped, and who may do so.

    `pipelines` release it. A scan looks whether a person is asked there.
    """

    review: Text | None = None
    stop: Text | None = None
    people: tuple[Text, ...] = ()
    pipelines: tuple[PipelineArn, ...] = ()


class IncidentRoute(Declared, frozen=True, kw_only=True):
    """Whom an incident reaches, and the topics, channels or action groups of a cloud that alarms go to on the way."""

    contact: Text
    addresses: tuple[ResourceId, ...] = ()


class Document(Declared, frozen=True, kw_only=True):
    """A document that fills a part of a technical file."""

    fills: Annotated[tuple[Text, ...], Meta(min_length=1)]
    title: Text
    uri: Text
    sha256: Sha256
    version: Text | None = None
    approved_by: Text | None = None
    date: date


class Exemption(Declared, frozen=True, kw_only=True):
    """An objective that one resource does not meet, why that is accepted, by whom and until when."""

    objective: Text
    resource: Text
    reason: Text
    approved_by: Text
    expires: date


class ExcludedControl(Declared, frozen=True, kw_only=True):
    """A control that does not apply to a system, and why: it is reported as not applicable."""

    framework: Text
    control: Text
    reason: Text
    approved_by: Text | None = None
    expires: date | None = None


class System(Declared, frozen=True, kw_only=True):
    """One AI system. `stage` is how far it is rolled out: to a pilot group, to a limited one, to everybody.

    `logs` are where its own logs are kept, of which a scan looks how long that is; never the audit trail of an account.
    """

    id: SystemId
    name: Text
    status: Literal["development", "production", "retired"]
    stage: Literal["pilot", "limited", "general"] | None = None
    owner: Owner
    purpose: Purpose
    screening: Screening = Screening()
    classification: Classification
    frameworks: tuple[Text, ...] = ()
    soc2: Soc2 | None = None
    excluded_controls: tuple[ExcludedControl, ...] = ()
    selectors: Selectors
    expectations: Expectations = Expectations()
    oversight: Oversight | None = None
    incident_route: IncidentRoute | None = None
    logs: tuple[LogId, ...] = ()
    documents: tuple[Document, ...] = ()
    exceptions: tuple[Exemption, ...] = ()


class Manifest(Declared, frozen=True, kw_only=True):
    """All AI systems of an organisation."""

    schema: Literal["ai-systems/1"]
    organisation: Organisation
    defaults: Defaults = Defaults()
    systems: Annotated[tuple[System, ...], Meta(min_length=1)]


class ManifestError(InputError):
    """A manifest that cannot be used; `problems` are all there is to say of it, in the order of the file."""

    def __init__(self, path: str, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        self.lines = tuple(f"{path}:{line}:{column}: {text}" for line, column, text in problems)
        more = f" (and {len(problems) - 1} more; `mlposture systems check` lists all)" if len(problems) > 1 else ""
        super().__init__(self.lines[0] + more)


class Loaded(NamedTuple):
    """A manifest, and what its reader should know of it although it is valid."""

    manifest: Manifest
    warnings: tuple[str, ...]


def read_manifest(
    path: Path, today: date, shown: str = "", *, lapse: bool = False, own: "Sequence[Framework]" = ()
) -> Loaded:
    """Read and check a manifest as of a day. Raises ManifestError with all that is wrong, InputError if unreadable.

    `shown` is what the file is called in messages, where that is not its path. With `lapse`, what has expired is left
    out with a warning: a scan at night does not end for it. `own` are the user's frameworks, which it may name.
    """
    from scanner.model.fitting import fit
    from scanner.model.yaml_text import parse
    from scanner.systems.rules import current, judge

    name = shown or str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from error
    document = parse(content, "`mlposture systems init` drafts one")
    problems = list(document.problems)
    if not problems:
        problems = fit(document, Manifest, "systems")
    if problems:
        raise ManifestError(name, tuple(sorted(problems)))
    manifest = msgspec.convert(document.value, Manifest)
    problems, warnings = judge(manifest, document, today, lapse=lapse, own=own)
    if problems:
        raise ManifestError(name, tuple(sorted(problems)))
    manifest = current(manifest, today) if lapse else manifest
    return Loaded(manifest, tuple(f"{name}:{line}:{column}: {text}" for line, column, text in sorted(warnings)))
