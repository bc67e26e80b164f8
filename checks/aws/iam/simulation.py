"""What AWS' own policy simulator says of what a role was found to be able to do, and what that proves.

It decides by the policies of the role, its boundary and the policies of the organisation (SCPs). It does not read those
of resources for a role, and no policy of a session or of a VPC endpoint. It names neither the SCP that denies nor the
condition keys that SCPs ask for, so that a denial by one holds for the request as it was put, and perhaps for no other.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from checks.aws.iam.answers import NO, UNKNOWN, YES, Answer
from checks.aws.iam.resources import Evaluation, ResourceResult, Simulation
from scanner.model.nouns import Verdict, failed, unknown

ALLOWED = "allowed"
CONFIRMED = "AWS' own simulator confirms it"
_NOT_ASKED = "AWS' own simulator was not asked about it"
_SCP = "a policy of the organisation"
_BOUNDARY = "the permissions boundary"


class Request(NamedTuple):
    """Something that a role was found to be able to do."""

    action: str
    resource: str


class Proof(NamedTuple):
    """Whether the simulator allows all of some requests, why not, and what it said of them."""

    answer: Answer
    why: str = ""
    shown: Mapping[str, Any] = {}

    @property
    def by_organisation(self) -> bool:
        return self.answer is NO and self.why == _SCP

    @property
    def told(self) -> str:
        """The end of the message of a failure."""
        return CONFIRMED if self.answer is YES else f"not verified: {self.why}"


def proof(simulation: Simulation, requests: Iterable[Request]) -> Proof:
    """What a simulation proves about requests that have to be allowed together."""
    if simulation.evaluations is UNSET:
        return Proof(UNKNOWN, "AWS' own simulator gave no answer")
    requests = tuple(requests)
    if not requests:
        return Proof(UNKNOWN, _NOT_ASKED)
    known = {(each.eval_action_name or "").lower(): each for each in simulation.evaluations or ()}
    shown: list[Evaluation] = []
    answers: list[tuple[Answer, str]] = []
    for request in requests:
        evaluation = known.get(request.action.lower())
        result = _on(evaluation, request.resource)
        if evaluation is None or result is None:
            return Proof(UNKNOWN, _NOT_ASKED)
        shown.append(
            Evaluation(
                eval_action_name=evaluation.eval_action_name,
                organizations_decision_detail=evaluation.organizations_decision_detail,
                resource_specific_results=(result,),
            )
        )
        answers.append(_decided(evaluation, result))
    said = {"Simulation.evaluations": shown, "Simulation.context": simulation.context}
    for answer in (NO, UNKNOWN):
        why = next((why for found, why in answers if found is answer), None)
        if why is not None:
            return Proof(answer, why, said)
    return Proof(YES, "", said)


def _on(evaluation: Evaluation | None, resource: str) -> ResourceResult | None:
    results = (evaluation.resource_specific_results if evaluation is not None else None) or ()
    return next((each for each in results if each.eval_resource_name == resource), None)


def _decided(evaluation: Evaluation, result: ResourceResult) -> tuple[Answer, str]:
    """The answer about one request, and who denies it or what is open."""
    detail = evaluation.organizations_decision_detail
    denied_by_scp = detail is not None and detail.allowed_by_organizations is False
    if result.eval_resource_decision not in (ALLOWED, "explicitDeny", "implicitDeny"):
        return UNKNOWN, f"AWS' own simulator says `{result.eval_resource_decision}`"
    if denied_by_scp and result.eval_resource_decision != ALLOWED:
        return NO, _SCP
    if denied_by_scp:
        return UNKNOWN, "AWS' own simulator allows it beside a policy of the organisation that denies the like"
    if result.missing_context_values:
        return UNKNOWN, f"AWS' own simulator asks for {', '.join(sorted(result.missing_context_values))}"
    if result.eval_resource_decision == ALLOWED:
        return YES, ""
    edge = result.permissions_boundary_decision_detail
    held = edge is not None and edge.allowed_by_permissions_boundary is False
    return NO, _BOUNDARY if held else "the policies of the role"


def settled(what: str, proved: Proof | None, *, path: tuple[str, ...] = (), **evidence: Any) -> Verdict:
    """The verdict on something that the policies which were read allow; `None` if the simulator was not asked.

    What it denies is unknown: as another request it may be allowed, or it was taken for allowed by mistake.
    """
    if proved is None:
        return failed(what, path=path, **evidence)
    evidence |= proved.shown
    if proved.answer is not NO:
        return failed(f"{what}; {proved.told}", path=path, **evidence)
    if proved.by_organisation:
        open_question = f"whether {_SCP} denies this always, as it does where AWS' own simulator is asked: {what}"
    else:
        open_question = f"why AWS' own simulator denies this by {proved.why}: {what}"
    return msgspec.structs.replace(unknown(open_question, path=path), evidence=evidence)
