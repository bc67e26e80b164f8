"""Whether two identities are the same person, as far as a platform recorded who they were."""

from typing import NamedTuple

#: Of the ARN of a session of a role, what comes before its name, which whoever assumes it chooses.
_ASSUMED = ":assumed-role/"


class Who(NamedTuple):
    """Somebody: a profile, the identity of IAM, and who assumed that, each empty where it was not recorded."""

    profile: str = ""
    identity: str = ""
    source: str = ""


def same_person(one: Who, other: Who) -> bool | None:
    """Whether they are one and the same; None where that was not recorded.

    A profile or a source identity tells people apart. A role does not: whoever assumes it has its ARN, and chooses the
    name of the session. Two roles are two identities, though one person may have both.
    """
    if _equal(one.profile, other.profile) or _equal(one.source, other.source):
        return True
    if (one.profile and other.profile) or (one.source and other.source):
        return False
    if not (one.identity and other.identity):
        return None
    if _role(one.identity) != _role(other.identity):
        return False
    return None if _ASSUMED in one.identity else True


def _equal(one: str, other: str) -> bool:
    return bool(one) and one == other


def _role(identity: str) -> str:
    """A session's role, and any other identity as it is."""
    return identity.rpartition("/")[0] if _ASSUMED in identity else identity
