"""What is known of a finding beside its check and its resource: where it was made, and what was decided of it."""

from datetime import date

from msgspec import Struct


class Source(Struct, frozen=True, kw_only=True):
    """Where infrastructure as code declares a resource: the line that must change, or the block that lacks one."""

    #: relative to the root of the sources, with slashes
    uri: str
    #: from 1
    line: int
    #: as the tool calls it: `module.chat["a"].aws_sagemaker_endpoint.this`
    address: str


class Suppression(Struct, frozen=True, kw_only=True):
    """What its owner has decided of a finding: an entry of the file of suppressions that matches it."""

    reason: str
    owner: str
    #: None where the risk is accepted without an end
    until: date | None = None
    approver: str = ""
    ticket: str = ""
