"""The nouns every other module speaks in: resources, verdicts, gaps. `reported` has the others.

Everything here is a frozen snapshot. A field of a resource has three states: a value, `None` (the provider answered
and the thing is absent), `UNSET` (nobody saw it). No check may pass or fail on `UNSET`.
"""

import enum
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar, Union

import msgspec
from msgspec import UNSET, Struct, UnsetType

from scanner.model.origins import Said
from scanner.model.trust import Entry, Foreign

T = TypeVar("T")
#: The three states of a field: a value, `None` for observed absent, `UNSET` for not observed.
Observed = Union[T, None, UnsetType]

#: What a provider call gave: the reply, `None` where the provider said it does not exist, `UNSET` where it failed.
Reply = Union[Mapping[str, Any], None, UnsetType]

ROOT = ""
ANYWHERE = "global"


class Severity(enum.StrEnum):
    """Harm if the verdict is true, from worst to least."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFORMATIONAL = "informational"

    @property
    def rank(self) -> int:
        """0 for critical … 4 for informational, so that sorting puts the worst first."""
        return list(Severity).index(self)


class Status(enum.StrEnum):
    """Outcome of one check on one resource."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Reason(enum.StrEnum):
    """Why something could not be observed."""

    DENIED = "denied"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    UNSUPPORTED_REGION = "unsupported_region"
    NOT_ENABLED = "not_enabled"
    MALFORMED = "malformed"
    ERROR = "error"
    STOPPED = "stopped"


class Extent(enum.IntEnum):
    """How much a refusal holds for: the number of members of (account, region, service) that have to be the same."""

    EVERYTHING = 0
    ACCOUNT = 1
    REGION = 2
    SERVICE = 3
    #: one operation, and perhaps what it asked about
    OPERATION = 4


class Exposure(enum.StrEnum):
    """Who can reach what a finding is about, if the finding is true."""

    INTERNET = "internet"
    CROSS_ACCOUNT = "cross_account"
    INTERNAL = "internal"


class Holds(enum.StrEnum):
    """What a kind of resource holds, for scoring."""

    SERVING = "serving"
    ARTIFACT = "model artifact"
    TRAINING = "training data"
    IDENTITY = "identity"
    WORKBENCH = "workbench"


class Read:
    """Where a field comes from: `Annotated[Observed[str], Read("sagemaker:DescribeModel", "VpcConfig.Subnets")]`.

    `path` is dotted, relative to the reply of `operation`; `ROOT` is the whole reply. `json` parses a JSON string first
    (policies are documents inside strings).
    """

    __slots__ = ("json", "operation", "path")

    def __init__(self, operation: str, path: str, *, json: bool = False) -> None:
        self.operation = operation
        self.path = path
        self.json = json


class Scope(Struct, frozen=True, order=True):
    """One account, project or subscription in one region; region `global` where the service has none."""

    provider: str
    account: str
    region: str = ANYWHERE


class Part(Struct, frozen=True, kw_only=True):
    """A nested object of a resource. Its fields default to None: it exists, so what it lacks is observed absent."""


class Resource(Struct, frozen=True, kw_only=True):
    """One cloud resource as observed. `id` is the provider's full name (ARN, //service/…, /subscriptions/…).

    `cached` says which operations' fields came from the local cache, and when they were read. It is no observed field.
    Neither is `read`, which says what was read when: it goes to the journal beside the resource, and what comes back
    from there to be judged is without it.

    `local` says of a kind that others of ML refer to it only from its own account and region: by a plain name, or from
    what it lies inside.
    """

    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""
    holds: ClassVar[Holds] = Holds.SERVING
    local: ClassVar[bool] = False

    id: str
    name: str
    scope: Scope
    console_url: str = ""
    cached: Mapping[str, str] = {}
    read: Said | UnsetType = UNSET


class Verdict(Struct, frozen=True):
    """Outcome of one check on one resource, with the observed values it rests on.

    `path` lists the ids of the resources that a joined verdict went through, from the subject on. `missing` names what
    an `unknown` one would rest on: fields of the subject, of joined resources (`Bucket.policy`), or plain words.
    A failure that is `foreign` is one only because these things are not known to be the reader's; `missing` is then
    what it would rest on if they were, and `known` what there is to say then. `trust` are the entries of `[trust]` that
    are about them.
    """

    status: Status
    message: str
    evidence: Mapping[str, Any] = {}
    path: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    known: str = ""
    trust: tuple[Entry, ...] = ()


def failed(message: str, *, path: tuple[str, ...] = (), **evidence: Any) -> Verdict:
    """The resource has the problem; keyword arguments are the observed fields that show it."""
    return Verdict(Status.FAIL, message, evidence, path)


def failed_unless_known(
    foreign: tuple[Foreign, ...],
    message: str,
    *,
    known: str,
    path: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
    **evidence: Any,
) -> Verdict:
    """The resource has the problem only because none of these is known to be the reader's. None of them: it has it.

    If they all were, `known` says what was seen, each of them by its name, and `missing` is what would be unknown.
    """
    return Verdict(Status.FAIL, message, evidence, path, missing if foreign else (), foreign, known)


def passed(message: str, *, path: tuple[str, ...] = (), **evidence: Any) -> Verdict:
    """The resource was seen not to have the problem."""
    return Verdict(Status.PASS, message, evidence, path)


def unknown(*missing: str, path: tuple[str, ...] = ()) -> Verdict:
    """What the verdict would rest on was not observed, or holds a value this version does not know.

    Name fields, where it is fields that are missing: a value that was seen in one is then shown.
    """
    return Verdict(Status.UNKNOWN, "not observed: " + ", ".join(missing), {}, path, missing)


def not_applicable(why: str, **evidence: Any) -> Verdict:
    """The question does not arise for this resource."""
    return Verdict(Status.NOT_APPLICABLE, why, evidence)


def unobserved(resource: Resource, *fields: str) -> Verdict | None:
    """An `unknown` verdict if any of these fields of the resource was not observed, else None."""
    for field in fields:
        if getattr(resource, field) is UNSET:
            return unknown(*(name for name in fields if getattr(resource, name) is UNSET))
    return None


def unobserved_joined(resource: Resource, *fields: str, path: tuple[str, ...]) -> Verdict | None:
    """The same of a joined resource, whose fields the verdict names as `joined` does."""
    missing = unobserved(resource, *fields)
    kind = type(resource).kind.rpartition(".")[2]
    return missing and unknown(*(f"{kind}.{name}" for name in missing.missing), path=path)


def joined(resource: Resource, *fields: str) -> dict[str, Any]:
    """Evidence about a joined resource: `**joined(bucket, "versioning")` gives {"Bucket.versioning": …}."""
    kind = type(resource).kind.rpartition(".")[2]
    return {f"{kind}.{name}": getattr(resource, name) for name in fields}


class Gap(Struct, frozen=True, kw_only=True, order=True):
    """Something that could not be observed, and what would close it. Equal failures in one scope are counted."""

    kind: str
    operation: str
    scope: Scope
    reason: Reason
    permission: str
    detail: str
    count: int = 1
    checks: tuple[str, ...] = ()


class Listing(Struct, frozen=True, kw_only=True):
    """How much of a kind was seen in one scope. `absent` says why the scope can hold none (an API not enabled).

    `gone` counts resources that were there when they were listed, and no more when their details were asked for.
    `pages` are the replies that listed it; 0 where that was not noted.
    """

    kind: str
    scope: Scope
    complete: bool
    observed: int = 0
    absent: str = ""
    gone: int = 0
    pages: int = 0


def plain(value: Any) -> Any:
    """Reduce a value to what JSON holds (structs, datetimes and tuples become objects, strings and lists)."""
    return msgspec.to_builtins(value, enc_hook=str)
