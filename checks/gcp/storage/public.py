"""Who everyone is, in a policy."""

from msgspec import UnsetType

from checks.gcp.iam.resources import Binding

EVERYONE = ("allUsers", "allAuthenticatedUsers")


def public_roles(bindings: tuple[Binding, ...] | UnsetType | None) -> list[str]:
    """`role: member` for each grant to everyone, with or without a sign-in; a condition does not make it private."""
    found = {
        f"{binding.role}: {member}"
        for binding in bindings or ()
        for member in binding.members or ()
        if member in EVERYONE
    }
    return sorted(found)
