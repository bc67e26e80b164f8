"""Whether two people are the same, as SageMaker recorded who they were."""

from typing import Any

from checks.aws.sagemaker.resources import UserContext
from scanner.cards.approving import Who, same_person


def different_people(one: Any, other: Any) -> bool | None:
    """Whether two users, as observed, are different people; None where that was not recorded, or not observed."""
    if not isinstance(one, UserContext) or not isinstance(other, UserContext):
        return None
    same = same_person(_who(one), _who(other))
    return None if same is None else not same


def _who(user: UserContext) -> Who:
    identity = user.iam_identity
    return Who(
        profile=user.user_profile_arn or "",
        identity=identity.arn or "" if identity else "",
        source=identity.source_identity or "" if identity else "",
    )
