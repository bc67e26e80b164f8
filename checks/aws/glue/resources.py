"""The kind of tables: a typed snapshot."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Read, Resource

TABLES = "glue:GetTables"


class Table(Resource, frozen=True, kw_only=True):
    """A table of the Glue Data Catalog over data in S3 that a training job reads. Id: its ARN.

    What is written of it is not kept: `description` says whether that is `filled`, a `placeholder` or `empty`, and
    `described_columns` how many of its `columns`, without those of partitions, have a comment that says something.
    """

    kind: ClassVar[str] = "aws.glue.Table"
    title: ClassVar[str] = "Glue table over training data"
    holds: ClassVar[Holds] = Holds.TRAINING

    location: Annotated[Observed[str], Read(TABLES, "StorageDescriptor.Location")] = UNSET
    description: Observed[str] = UNSET
    columns: Observed[int] = UNSET
    described_columns: Observed[int] = UNSET
