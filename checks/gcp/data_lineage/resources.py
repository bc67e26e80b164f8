"""The kind of data lineage: a typed snapshot."""

from typing import ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Part, Resource

#: Google has no permission for the second: see checks/gcp/permissions.py.
LINKS = "datalineage.locations.searchLinks"
PROCESSES = "datalineage.locations.batchSearchLinkProcesses"
PROCESS = "datalineage.processes.get"


class DataStep(Part, frozen=True, kw_only=True):
    """A process that made data: its full name, what people call it, and what reported it, such as `DATAFLOW`.

    Data is by its address; what has none that is known elsewhere by its fully qualified name.
    """

    process: str | None = None
    name: str | None = None
    origin: str | None = None
    reads: tuple[str, ...] | None = None
    writes: tuple[str, ...] | None = None


class DataLineage(Resource, frozen=True, kw_only=True):
    """What Google's data lineage has of where the data behind a version comes from that an endpoint serves.

    Id: one of ours, by the numbers of model and version, as Google has none for it. Google's services report it, and
    whoever may create events adds to it. What a project keeps that the scan may not read is left out, without a word.
    """

    kind: ClassVar[str] = "gcp.data_lineage.DataLineage"
    title: ClassVar[str] = "data lineage of a model"
    holds: ClassVar[Holds] = Holds.TRAINING

    #: id of the served version that it is of
    model: Observed[str] = UNSET
    #: addresses of the data that it was trained with, as Vertex ML Metadata and the dataset of its pipeline have them
    data: Observed[tuple[str, ...]] = UNSET
    #: what led to the version, to its files and to that data
    steps: Observed[tuple[DataStep, ...]] = UNSET
    #: how many processes one after the other were looked for, where more may lead there; None where all were
    cut: Observed[int] = UNSET
