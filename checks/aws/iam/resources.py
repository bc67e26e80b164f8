"""IAM kinds: typed snapshots."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import UNSET

from checks.aws.members import AwsPart
from scanner.model.nouns import Holds, Observed, Part, Read, Resource


class Policy(Part, frozen=True, kw_only=True):
    """A permissions policy in effect on a role. `arn` is None for an inline one."""

    name: str
    arn: str | None = None
    document: Observed[dict[str, Any]] = UNSET


class Role(Resource, frozen=True, kw_only=True):
    """An IAM role that some ML resource runs as. Id: its ARN.

    A policy whose text could not be read is there without `document`; a list that could not be read is `UNSET`.
    `unique_id` is what policies that test `aws:userid` name. `details_from` is the operation that the role was read
    from: GetAccountAuthorizationDetails has what GetRole and the reads of its policies have.
    """

    kind: ClassVar[str] = "aws.iam.Role"
    title: ClassVar[str] = "IAM role of an ML resource"
    holds: ClassVar[Holds] = Holds.IDENTITY

    trust_policy: Annotated[
        Observed[dict[str, Any]], Read("iam:GetRole", "Role.AssumeRolePolicyDocument", json=True)
    ] = UNSET
    unique_id: Annotated[Observed[str], Read("iam:GetRole", "Role.RoleId")] = UNSET
    attached_policies: Observed[tuple[Policy, ...]] = UNSET
    inline_policies: Observed[tuple[Policy, ...]] = UNSET
    boundary: Observed[Policy] = UNSET
    details_from: Observed[str] = UNSET


class OrganizationsDecision(AwsPart, frozen=True, kw_only=True):
    """What the service control policies (SCPs) of the account come to."""

    allowed_by_organizations: bool | None = None


class BoundaryDecision(AwsPart, frozen=True, kw_only=True):
    """What the permissions boundary of the role comes to."""

    allowed_by_permissions_boundary: bool | None = None


class ResourceResult(AwsPart, frozen=True, kw_only=True):
    """What the simulator decided of an action on one resource."""

    eval_resource_name: str | None = None
    eval_resource_decision: str | None = None
    missing_context_values: tuple[str, ...] | None = None
    permissions_boundary_decision_detail: BoundaryDecision | None = None


class Evaluation(AwsPart, frozen=True, kw_only=True):
    """What the simulator decided of an action. What SCPs come to, it says only of all resources together."""

    eval_action_name: str | None = None
    organizations_decision_detail: OrganizationsDecision | None = None
    resource_specific_results: tuple[ResourceResult, ...] | None = None


class Simulation(Resource, frozen=True, kw_only=True):
    """What AWS' own policy simulator says of what a role was found to be able to do. Id: the ARN of the role.

    Asked only with `--verify`, and of no role without such a finding. It sees the SCPs of the organisation, which
    nothing else in the account does. `context` holds the condition keys that it was told.
    """

    kind: ClassVar[str] = "aws.iam.Simulation"
    title: ClassVar[str] = "simulation of what a role may do"
    holds: ClassVar[Holds] = Holds.IDENTITY

    evaluations: Annotated[
        Observed[tuple[Evaluation, ...]], Read("iam:SimulatePrincipalPolicy", "EvaluationResults")
    ] = UNSET
    context: Mapping[str, str] = {}
