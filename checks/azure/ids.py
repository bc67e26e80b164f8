"""Names of Azure resources. Azure compares them without regard to case, so ours are lower case throughout."""


def arm_id(text: str) -> str:
    """The id under which a resource is kept and looked up, from any spelling of it."""
    return text.rstrip("/").lower()


def subscription(identifier: str) -> str:
    """The subscription a resource belongs to; empty for one above all subscriptions."""
    parts = arm_id(identifier).split("/")
    return parts[2] if parts[1:2] == ["subscriptions"] and len(parts) > 2 else ""


def workspace_of(identifier: str) -> str:
    """The id of the workspace that a resource is inside; empty if it is inside none."""
    parts = arm_id(identifier).split("/")
    if "microsoft.machinelearningservices" not in parts or "workspaces" not in parts:
        return ""
    return "/".join(parts[: parts.index("workspaces") + 2])


def role_id(text: str) -> str:
    """The id of a role definition without its scope: the same definition is named at many."""
    return "/providers/microsoft.authorization/roledefinitions/" + arm_id(text).rpartition("/")[2]
