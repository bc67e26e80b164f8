"""What lineage records, joined to a cloud: which run trained with data, and what made an artifact."""

from collections.abc import Iterator, Mapping

from msgspec import structs

from checks.lineage.openlineage.joins import COMPLETE, data_for, is_same, is_whole, perhaps_writers, readers, writers
from checks.lineage.openlineage.resources import LineageDataset, LineageRun
from scanner.lineage.dataset_names import Place
from scanner.lineage.roles import Role
from scanner.model.nouns import Resource, Verdict, joined, not_applicable, unknown
from scanner.model.views import View

#: What made an artifact is not certain: a run wrote what only might be it.
PERHAPS = "perhaps"


def training_run(data: LineageDataset, view: View) -> LineageRun | Verdict:
    """A recorded run that trained with the data; a verdict where there is none, or that is not known."""
    if not is_whole(view):
        return unknown("every run")
    found = (run for run in readers(view, data.place) if _trained_with(run, data.place, view))
    return next(found, None) or not_applicable("no recorded run reads it as training data")


def _trained_with(run: LineageRun, where: Place, view: View) -> bool:
    return any(is_same(view, use.place, where) for use in data_for(run, Role.TRAINING))


def said_of_place(verdict: Verdict, holder: Resource, data: LineageDataset, run: LineageRun) -> Verdict:
    """The verdict on what holds some data, as one on the data that the run trained with."""
    kind, fields = type(holder).__name__, holder.__struct_fields__
    return structs.replace(
        verdict,
        evidence={
            **joined(run, "inputs"),
            **{f"{kind}.{field}": value for field, value in verdict.evidence.items()},
        },
        path=(holder.id, data.id, run.id),
        missing=tuple(f"{kind}.{field}" if field in fields else field for field in verdict.missing),
    )


def maker(artifact: Place, jobs: Mapping[Place, str], view: View) -> str:
    """The id of what made an artifact, `PERHAPS` where that is not certain, empty where nothing did.

    `jobs` are the folders that jobs of the cloud made, each with the job.
    """
    for run in writers(view, artifact):
        if run.state == COMPLETE:
            return run.id
    for folder in folders(artifact):
        if folder in jobs:
            return jobs[folder]
    if any(True for _ in writers(view, artifact)) or any(True for _ in perhaps_writers(view, artifact)):
        return PERHAPS
    return ""


def folders(artifact: Place) -> Iterator[Place]:
    """An artifact, which may be a folder itself, and the folders that it lies in, but for the bucket."""
    yield artifact
    path = artifact.path
    while "/" in path:
        path = path.rpartition("/")[0]
        yield Place(artifact.store, path)
