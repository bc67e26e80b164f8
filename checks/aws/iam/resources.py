"""IAM kinds: typed snapshots."""

from typing import Annotated, Any, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Part, Read, Resource


class Policy(Part, frozen=True, kw_only=True):
    """A permissions policy in effect on a role. `arn` is None for an inline one."""

    name: str
    arn: str | None = None
    document: Observed[dict[str, Any]] = UNSET


class Role(Resource, frozen=True, kw_only=True):
    """An IAM role that some ML resource runs as. Id: its ARN.

    A policy whose text could not be read is there without `document`; a list that could not be read is `UNSET`.
    `details_from` is the operation that the role was read from: GetAccountAuthorizationDetails has what GetRole and the
    reads of its policies have.
    """

    kind: ClassVar[str] = "aws.iam.Role"
    title: ClassVar[str] = "IAM role of an ML resource"
    holds: ClassVar[Holds] = Holds.IDENTITY

    trust_policy: Annotated[
        Observed[dict[str, Any]], Read("iam:GetRole", "Role.AssumeRolePolicyDocument", json=True)
    ] = UNSET
    attached_policies: Observed[tuple[Policy, ...]] = UNSET
    inline_policies: Observed[tuple[Policy, ...]] = UNSET
    boundary: Observed[Policy] = UNSET
    details_from: Observed[str] = UNSET
