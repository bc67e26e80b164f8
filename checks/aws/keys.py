"""Whose key encrypts: the one question that all checks of encryption keys ask."""


def lacks(key: str | None) -> str:
    """What a KMS key id, ARN or alias is not; empty for a key of the customer.

    An empty id is how the API says "none". Aliases that begin with `aws/` are reserved for keys that AWS manages.
    """
    if not key:
        return "no key"
    alias = key.rpartition(":")[2]
    return f"no key of yours, but {alias}" if alias.startswith("alias/aws/") else ""
