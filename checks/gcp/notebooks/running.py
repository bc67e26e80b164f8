"""Whether an instance runs: nothing on a machine that stands still can be reached, or left idle."""

from checks.gcp.notebooks.resources import Instance
from scanner.model.nouns import Verdict, not_applicable, unobserved

#: States without a running machine; one that is ORPHANED or DELETED has none at all.
_STILL = ("STOPPED", "SUSPENDED", "ORPHANED", "DELETED")


def standing_still(instance: Instance) -> Verdict | None:
    """Why an instance is not judged by what can be reached on it; None while it runs."""
    if missing := unobserved(instance, "state"):
        return missing
    return not_applicable("it does not run", state=instance.state) if instance.state in _STILL else None
