"""Whose key encrypts: the one question that all checks of encryption keys ask."""

from collections.abc import Iterable

from checks.aws.s3.resources import EncryptionRule


def lacks(key: str | None) -> str:
    """What a KMS key id, ARN or alias is not; empty for a key of the customer.

    An empty id is how the API says "none". Aliases that begin with `aws/` are reserved for keys that AWS manages.
    """
    if not key:
        return "no key"
    alias = key.rpartition(":")[2]
    return f"no key of yours, but {alias}" if alias.startswith("alias/aws/") else ""


def own_default_key(rules: Iterable[EncryptionRule]) -> bool:
    """Whether the default encryption of a bucket gives new objects a key of the customer."""
    defaults = (rule.apply_server_side_encryption_by_default for rule in rules)
    return any(
        default and (default.sse_algorithm or "").startswith("aws:kms") and not lacks(default.kms_master_key_id)
        for default in defaults
    )
