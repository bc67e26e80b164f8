"""The collector of simulations: whether AWS itself confirms what a role was found to be able to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import UNSET, Struct, UnsetType

from checks.aws.iam.answers import YES
from checks.aws.iam.collect import regions_of_roles
from checks.aws.iam.escalation import Escalation
from checks.aws.iam.policy import Powers, is_admin_seen
from checks.aws.iam.resources import Role, Simulation
from checks.aws.iam.simulation import Request
from checks.aws.iam.ways import WAYS
from checks.aws.paths.writing import writes
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import (
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    NotebookInstance,
    TrainingJob,
)
from scanner.model.collectors import Found, collector
from scanner.model.nouns import Resource, Scope
from scanner.model.views import All

if TYPE_CHECKING:
    from datetime import datetime

    from checks.aws.client.api import AwsApi

R = TypeVar("R", bound=Resource)
T = TypeVar("T")

SIMULATE = "iam:SimulatePrincipalPolicy"
#: A call asks about every action on every resource; ways beyond so many are left open.
_MOST_WAYS = 20
_BOOLEANS = {"aws:PrincipalIsAWSService": "false", "aws:SecureTransport": "true", "aws:ViaAWSService": "false"}


class Question(Struct, frozen=True):
    """All that the simulator is asked about one role, in one call."""

    role: Role
    requests: tuple[Request, ...]
    context: Mapping[str, str]


@collector(
    Simulation,
    operations=(SIMULATE,),
    per="account",
    follows=(
        *(Role, Bucket, Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage),
        *(NotebookInstance, TrainingJob),
    ),
    opt_in="verify",
)
def simulations(api: AwsApi, found: Found) -> Iterator[Simulation]:
    view = FoundView(found, api.taken_at)
    exposed = {nb.role_arn for nb in found.of(NotebookInstance) if nb.direct_internet_access == "Enabled"}
    regions = regions_of_roles(found)
    asked = (question(role, view, regions, writer=role.id in exposed) for role in found.of(Role))
    simulated = api.each(lambda each: _simulate(api, each), [each for each in asked if each is not None])
    yield from (each for each in simulated if each is not None)


def question(role: Role, view: FoundView, regions: Mapping[str, str], *, writer: bool) -> Question | None:
    """What to ask about a role; None where nothing decisive was found. `writer`: whether it matters what it writes."""
    powers = Powers(role)
    requests: list[Request] = []
    service = ""
    if powers.read_in_full and is_admin_seen(view, role) is not YES:
        escalation = Escalation(powers, view)
        ways = [way for way in WAYS if escalation.answer(way) is YES]
        services = {way: next((step.service for step in way.steps if step.service), "") for way in ways}
        # A call tells the simulator of one service that roles are passed to.
        service = next(filter(None, services.values()), "")
        chosen = [way for way in ways if services[way] in ("", service)][:_MOST_WAYS]
        requests += [request for way in chosen for request in escalation.requests(way)]
    written = writes(view, role) if writer else None
    if written and written.name:
        requests.append(Request(written.action, written.name))
    if not requests:
        return None
    context = {
        **_BOOLEANS,
        "aws:PrincipalAccount": powers.account,
        "aws:PrincipalArn": role.id,
        "aws:PrincipalType": "AssumedRole",
        "aws:RequestedRegion": regions.get(role.id, ""),
        "iam:PassedToService": service,
        "iam:PolicyARN": powers.administrators_policy,
    }
    return Question(role, tuple(requests), {key: value for key, value in context.items() if value})


def _simulate(api: AwsApi, asked: Question) -> Simulation | None:
    """None for a role that is not there any more."""
    entries = [
        {
            "ContextKeyName": key,
            "ContextKeyValues": [value],
            "ContextKeyType": "boolean" if key in _BOOLEANS else "string",
        }
        for key, value in asked.context.items()
    ]
    results = api.members(
        SIMULATE,
        absent=("NoSuchEntity",),
        PolicySourceArn=asked.role.id,
        ActionNames=sorted({request.action for request in asked.requests}),
        ResourceArns=sorted({request.resource for request in asked.requests}),
        ContextEntries=entries,
        MaxItems=1000,
    )
    if results is None:
        api.gone()
        return None
    reply = UNSET if results is UNSET else {"EvaluationResults": list(results)}
    return api.decode(Simulation, {SIMULATE: reply}, id=asked.role.id, name=asked.role.name, context=asked.context)


class FoundView:
    """What one account has, as a check sees it. Nothing follows from absence: more may be elsewhere."""

    def __init__(self, found: Found, taken_at: datetime) -> None:
        self.taken_at = taken_at
        self.sources = frozenset({"aws"})
        self._found = found
        self._by_id: dict[type[Resource], dict[str, Any]] = {}
        self._derived: dict[Callable[..., Any], Any] = {}

    def asked(self, _: type[Resource]) -> bool:
        return False

    def get(
        self,
        kind: type[R],
        id: str,
        at: Scope | None = None,  # noqa: ARG002 - of the protocol
        outside: str = "",  # noqa: ARG002 - likewise
    ) -> R | UnsetType | None:
        if kind not in self._by_id:
            self._by_id[kind] = {each.id: each for each in self._found.of(kind)}
        found: R | UnsetType = self._by_id[kind].get(id, UNSET)
        return found

    def all(self, kind: type[R]) -> All[R]:
        return All(self._found.of(kind), complete=False)

    def derive(self, function: Callable[[FoundView], T]) -> T:
        if function not in self._derived:
            self._derived[function] = function(self)
        return self._derived[function]  # type: ignore[no-any-return]
