"""The kind of tags: a typed snapshot."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Read, Resource

TAGS = "tag:GetResources"


class TaggedResource(Resource, frozen=True, kw_only=True):
    """The tags of a resource that another collector found. Id: that resource's ARN.

    People write tags, and nobody makes sure that they are true: they are a record, and no verdict rests on them. Of IAM
    roles the API tells no tags, and of what belongs to another account nobody does.
    """

    kind: ClassVar[str] = "aws.tagging.TaggedResource"
    title: ClassVar[str] = "tags of an AWS resource"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    tags: Annotated[Observed[dict[str, str]], Read(TAGS, "Tags")] = UNSET
