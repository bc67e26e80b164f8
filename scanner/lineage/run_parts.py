"""What is kept of the data sets of recorded runs, in kinds of whatever source has such runs."""

from scanner.lineage.dataset_names import Place, place
from scanner.model.nouns import Part


class Name(Part, frozen=True, kw_only=True):
    """The namespace and the name of a job or a data set."""

    namespace: str | None = None
    name: str | None = None

    @property
    def place(self) -> Place:
        return place(self.namespace or "", self.name or "")


class Data(Name, frozen=True, kw_only=True):
    """A data set as a run reads or makes it.

    `role` is what it is read for, `part` whether the run says that it reads a part, `alias` other names of it (the
    symlinks facet), and `described` the facets that say where it comes from, what it is or who answers for it.
    """

    version: str | None = None
    role: str | None = None
    model: bool | None = None
    part: bool | None = None
    alias: tuple[Name, ...] | None = None
    described: tuple[str, ...] | None = None
