"""The shape of nested members of AWS replies."""

from scanner.model.nouns import Part


class AwsPart(Part, frozen=True, kw_only=True, rename="pascal"):
    """A nested member whose fields are spelled as AWS spells them: `kms_key_id` is `KmsKeyId`."""
