"""What Vertex ML Metadata says of what serves: what made it, and from which data."""

from collections.abc import Iterator

from msgspec import UNSET, Struct

from checks.gcp.names import AIPLATFORM, full_name
from checks.gcp.paths.documentation import endpoint_of
from checks.gcp.vertex_ai.resources import Endpoint, LineageStep, Model, ModelLineage, TrainingPipeline
from scanner.lineage.dataset_names import place_of
from scanner.lineage.observed_steps import made_something
from scanner.model.checks import check
from scanner.model.nouns import Resource, Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

#: How titles of schemas end of what is no data: what was measured, where a model is served, and pages to look at.
_NO_DATA = ("Model", "Metrics", "Metric", "Endpoint", "Evaluation", "HTML", "Markdown")


class Lineages(Struct, frozen=True):
    """What Vertex ML Metadata has of each version that serves, by its id; `complete` unless some was not seen."""

    of: dict[str, list[ModelLineage]]
    complete: bool


def lineages(view: View) -> Lineages:
    """An index of all lineage, to be derived once."""
    found = view.all(ModelLineage)
    of: dict[str, list[ModelLineage]] = {}
    complete = found.complete
    for one in found:
        complete = complete and one.models is not UNSET
        for id in one.models or ():
            of.setdefault(id, []).append(one)
    return Lineages(of, complete)


def makers_of(model: Model, view: View) -> str:
    """The execution that made a version, as far as Vertex ML Metadata was read; empty where none is known to have."""
    folder = place_of(model.artifact_uri) if model.artifact_uri else None
    for record in view.derive(lineages).of.get(model.id, ()):
        for step in record.steps or ():
            made = {each.id for each in step.writes or ()}
            places = {place_of(each.uri) for each in step.writes or () if each.uri}
            read = {place_of(each.uri) for each in step.reads or () if each.uri}
            # What reads the folder and notes the version has registered it.
            if made_something(step) and folder not in read and (record.id in made or folder in places):
                return step.execution or record.id
    return ""


@check(
    id="MLP-5223",
    severity=Severity.LOW,
    objective="data-lineage",
    since="0.1.0",
    needs=(Endpoint, ModelLineage, TrainingPipeline),
    blind_to=("data that is named in parameters by no address", "metadata stores other than the default one"),
    decided_by=("ModelLineage.steps",),
    recorded=True,
)
def vertex_served_model_lineage_names_no_data(model: Model, view: View) -> Verdict:
    """Vertex AI serves a model version in whose lineage no data is named.

    Judged are versions of which Vertex ML Metadata has an execution that made or registered them; of others nothing is
    concluded, as Vertex AI notes no lineage of custom jobs. An artifact that some execution before it read is data,
    unless its schema is one of models, metrics or pages. So is the dataset of a training pipeline. Where an address is
    among the parameters, or lineage was not followed to its beginning, the verdict stays open.

    ## Why it matters
    The code fetched its data by itself. Nobody can say from the lineage what the model has learnt, whether that was
    allowed, or what else is wrong once a source turns out to be.

    ## How to fix
    Give the data to the step of the pipeline as an artifact and not as a parameter: import it with
    `dsl.importer(artifact_uri=…, artifact_class=dsl.Dataset)`. Outside of pipelines, name it with
    `assign_input_artifacts` of the execution.

    ## References
    - https://cloud.google.com/vertex-ai/docs/pipelines/lineage
    - https://cloud.google.com/vertex-ai/docs/ml-metadata/tracking
    """
    if missing := unobserved(model, "version", "training_pipeline"):
        return missing
    endpoint = endpoint_of(model, view)
    return endpoint if isinstance(endpoint, Verdict) else _judged(model, endpoint, view)


def _judged(model: Model, endpoint: str, view: View) -> Verdict:
    known = view.derive(lineages)
    records = known.of.get(model.id, [])
    path = (*(one.id for one in records), model.id, endpoint)
    if not known.complete:
        return unknown("ModelLineage", path=path)
    if any(one.steps is UNSET or one.cut is UNSET for one in records):
        return unknown("ModelLineage.steps", path=path)
    steps = [step for one in records for step in one.steps or () if made_something(step)]
    shown = {"ModelLineage.steps": {one.id: one.steps for one in records}}
    if any(_is_data(each.type) for step in steps for each in step.reads or ()):
        return passed("what led to it read data", path=path, **shown)
    if not steps:
        return not_applicable("Vertex ML Metadata has no execution that made it")
    verdict = _of_pipeline(model, view, path)
    if verdict is not None:
        return verdict
    if any(one.cut for one in records):
        return unknown("what led to it before that", path=path)
    if any(True for step in steps for _ in _strange(step, steps)):
        return unknown("whether an address among the parameters is data", path=path)
    return failed("no execution that led to it names data that it read", path=path, **shown)


def _is_data(type: str | None) -> bool:
    return not (type or "").endswith(_NO_DATA)


def _of_pipeline(model: Model, view: View, path: tuple[str, ...]) -> Verdict | None:
    """What the training pipeline of a version says of its data; None where it names none, is none, or is gone."""
    if not model.training_pipeline:
        return None
    pipeline = view.get(TrainingPipeline, full_name(AIPLATFORM, model.training_pipeline))
    if pipeline is None:
        return None
    if not isinstance(pipeline, Resource) or pipeline.dataset is UNSET:
        return unknown("TrainingPipeline.dataset", path=path)
    if pipeline.dataset:
        shown = {"TrainingPipeline.dataset": pipeline.dataset}
        return passed("the training pipeline read a dataset", path=(pipeline.id, *path), **shown)
    return None


def _strange(step: LineageStep, steps: list[LineageStep]) -> Iterator[str]:
    """Addresses among the parameters of a step that are not those of models, or of folders that these lie in."""
    known = [each.uri for one in steps for each in (*(one.reads or ()), *(one.writes or ())) if each.uri]
    for address in step.addresses or ():
        folder = f"{address.rstrip('/')}/"
        if not any(f"{uri.rstrip('/')}/".startswith(folder) for uri in known):
            yield address
