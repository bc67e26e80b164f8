"""Who everyone is, in a policy, and whether a bucket is open to them: the same answer for every check that asks."""

from typing import Any

from msgspec import Struct, UnsetType

from checks.gcp.addresses import are_wide
from checks.gcp.iam.resources import Binding
from checks.gcp.storage.resources import Bucket
from scanner.model.nouns import unobserved

EVERYONE = ("allUsers", "allAuthenticatedUsers")


class Openness(Struct, frozen=True):
    """Whether everyone may use a bucket, why, and the fields that show it; `missing` if that is not known."""

    open: bool = False
    message: str = ""
    shown: dict[str, Any] = {}
    missing: tuple[str, ...] = ()


def public_roles(bindings: tuple[Binding, ...] | UnsetType | None) -> list[str]:
    """`role: member` for each grant to everyone, with or without a sign-in; a condition does not make it private."""
    found = {
        f"{binding.role}: {member}"
        for binding in bindings or ()
        for member in binding.members or ()
        if member in EVERYONE
    }
    return sorted(found)


def openness(bucket: Bucket, it: str = "it") -> Openness:
    """Grants to everyone count unless public access is prevented, by the bucket or a policy, or an IP filter limits it.

    A bucket that was seen to exist, called `it` in messages. Grants are on it, on managed folders in it, or on objects.
    """
    if missing := unobserved(bucket, "public_access_prevention"):
        return Openness(missing=missing.missing)
    prevention = bucket.public_access_prevention
    if prevention == "enforced":
        return Openness(message="public access is prevented", shown={"public_access_prevention": prevention})
    if prevention not in INHERITS:
        return Openness(missing=("public_access_prevention",))
    if missing := unobserved(bucket, "bindings", "uniform_access", "open_folders"):
        return Openness(missing=missing.missing)
    public, folders = public_roles(bucket.bindings), list(bucket.open_folders or ())
    shown = {"public_access_prevention": prevention, "bindings": public, "open_folders": folders}
    if bucket.uniform_access and not public and not folders:
        return Openness(message=f"no role on {it} is given to everyone", shown=shown)
    return _overruled(bucket, it) or _granted(public, folders, it, shown)


def _overruled(bucket: Bucket, it: str) -> Openness | None:
    """What keeps everyone out whatever is granted; None if nothing does."""
    if missing := unobserved(bucket, "prevented_by_policy"):
        return Openness(missing=missing.missing)
    if bucket.prevented_by_policy:
        return Openness(message="an organisation policy prevents public access", shown={"prevented_by_policy": True})
    if missing := unobserved(bucket, "ip_filter"):
        return Openness(missing=missing.missing)
    limited = _is_limited(bucket)
    if limited is None:
        return Openness(missing=("ip_filter",))
    message = f"an IP filter admits named networks only, whoever has a role on {it}"
    return Openness(message=message, shown={"ip_filter": bucket.ip_filter}) if limited else None


def _granted(public: list[str], folders: list[str], it: str, shown: dict[str, Any]) -> Openness:
    if public:
        return Openness(open=True, message=f"everyone has a role on {it}", shown=shown)
    if folders:
        return Openness(open=True, message=f"everyone has a role on managed folders in {it}", shown=shown)
    return Openness(missing=("the access lists of single objects",))


#: A bucket that does not prevent public access itself, but leaves it to the organisation.
INHERITS = (None, "inherited", "unspecified")


def _is_limited(bucket: Bucket) -> bool | None:
    """Whether an IP filter keeps most of the internet out; None if that is not known."""
    found = bucket.ip_filter
    if not found or found.mode in (None, "Disabled"):
        return False
    source = found.public_network_source
    most = are_wide((source.allowed_ip_cidr_ranges or ()) if source else ())
    return None if most is None or found.mode != "Enabled" else not most
