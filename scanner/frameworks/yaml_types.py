"""The YAML of a framework, as its author writes it: which fields there are, and which words each may hold.

docs/reference/framework-v1.schema.json is generated from these types. At run time the plain ones of this package do:
what is shipped was checked when it was built. What a type cannot hold is in `source`.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1)]
Ids = tuple[Text, ...]
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$", description="a date in quotes, such as '2026-08-02'")]
Scope = Annotated[
    str,
    Meta(
        pattern=r"^(?:all|annex_iii|annex_i|placed_before_\d{4}-\d\d-\d\d)$",
        description="whom a date is for (all, annex_iii, annex_i, or placed_before_ and a date)",
    ),
]
Token = Annotated[str, Meta(pattern="^[A-Za-z_][A-Za-z0-9._-]*$", description="a token of OSCAL, such as govern-1.1")]
#: of AI systems, by the EU AI Act: all, those that may have to be classified, the prohibited, the high-risk, those with
#: duties of transparency, general-purpose models, and those of them with systemic risk
Regime = Literal["all", "class", "proh", "hr", "tr", "gpai", "gpai-sr"]


class HeadSource(msgspec.Struct, frozen=True):
    """What is said of a framework as a whole."""

    id: Annotated[
        str,
        Meta(pattern="^[a-z0-9][a-z0-9.-]{0,62}$", description="an id: lower-case letters, digits, hyphens, dots"),
    ]
    name: Text
    version: Text
    published: Text
    publisher: Text
    url: Text
    text_policy: Text
    note: Text
    benchmark: bool = False
    cloud: Literal["aws", "gcp", "azure"] | None = None


class ControlSource(msgspec.Struct, frozen=True):
    """One row: a requirement, a threat or the like, or a heading when `assessable` is null."""

    id: Text
    title: Text
    level: Text
    parent: Text | None
    assessable: Literal["automated", "partial", "manual"] | None
    oscal_id: Token | None = None
    roles: tuple[Literal["provider", "deployer", "gpai-provider", "third-party"], ...] = ()
    regime: Regime | None = None
    applies_from: dict[Scope, Date] = {}
    applied_from: dict[Scope, Date] = {}
    category: Literal["security", "availability", "confidentiality", "processing-integrity", "privacy"] | None = None
    checks: Ids = ()
    unmapped: Text | None = None


class EdgesSource(msgspec.Struct, frozen=True, rename="kebab"):
    """What an objective says about the controls: edges by relationship, or why there are none."""

    reason: Text | None = None
    equivalent_to: Ids = ()
    subset_of: Ids = ()
    superset_of: Ids = ()
    intersects_with: Ids = ()
    addresses: Ids = ()
    excused: Text | None = None


class FrameworkSource(msgspec.Struct, frozen=True):
    """A framework with its controls, and what the objectives say about them."""

    framework: HeadSource
    controls: Annotated[tuple[ControlSource, ...], Meta(min_length=1)]
    objectives: dict[str, EdgesSource] = {}


class ObjectiveSource(msgspec.Struct, frozen=True):
    """One thing that checks can look for."""

    id: Text
    title: Text
    group: Text
    statement: Text
    cannot_prove: Text
    evidence: Literal["observed", "declared", "mixed"]


class ObjectivesSource(msgspec.Struct, frozen=True):
    """All that checks can look for."""

    objectives: Annotated[tuple[ObjectiveSource, ...], Meta(min_length=1)]
