"""What SageMaker Catalog records of the data behind what serves: what it was made from, and who may write there."""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET, structs

from checks.aws.blind_spots import ACCESS_POINTS, ORGANISATION
from checks.aws.datazone.resources import CatalogLineage, CatalogRun
from checks.aws.paths.datasheets import jobs_behind, judged_in_service
from checks.aws.s3.resources import Bucket
from checks.aws.s3.sharing import s3_ml_bucket_writable_by_other_accounts
from checks.aws.sagemaker.addresses import INPUTS, addresses, unread_inputs
from checks.aws.sagemaker.ownership import bucket_of
from checks.aws.sagemaker.resources import (
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    TrainingJob,
)
from scanner.lineage.dataset_names import Place, place_of
from scanner.lineage.lineage_graph import Graph, Sort, What
from scanner.lineage.run_parts import Data
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Status, Verdict, not_applicable, passed, unknown
from scanner.model.views import View

_MADE_NOTHING = ("FAIL", "ABORT")


class Catalog(NamedTuple):
    """The graph of the runs of all domains, and each run and its domain by its number in it.

    It is `whole` if every event was read, and so of no domain only the latest.
    """

    graph: Graph
    runs: dict[int, tuple[CatalogLineage, CatalogRun]]
    whole: bool


def catalog(view: View) -> Catalog:
    """What the domains record, to be derived once."""
    graph, runs, found = Graph(), dict[int, tuple[CatalogLineage, CatalogRun]](), view.all(CatalogLineage)
    read = {domain.id for domain in found if domain.runs is not UNSET}
    whole = found.complete
    for domain in found:
        # One that another account manages is read there, if that is scanned as well.
        whole = whole and domain.id.partition("#")[0] in read and domain.unread == 0 and domain.cut is None
        for run in domain.runs or ():
            number = graph.node(Sort.RUN, f"{domain.id}\0{run.id}", run.job_name or "", run.state or "")
            runs[number] = (domain, run)
            for data in run.inputs or ():
                graph.edge(_data(graph, data), number, What.READ)
            for data in (run.outputs or ()) if run.state not in _MADE_NOTHING else ():
                graph.edge(number, _data(graph, data), What.WROTE)
    graph.seal()
    return Catalog(graph, runs, whole)


def _data(graph: Graph, data: Data) -> int:
    number = graph.data(data.place, data.name or "", model=bool(data.model))
    for other in data.alias or ():
        graph.same(data.place, other.place)
    return graph.find(data.place) or number


def catalog_maker(artifact: Place, view: View) -> str:
    """The domain whose events say that a completed run wrote an artifact; empty where none does."""
    graph, runs, _ = view.derive(catalog)
    number = graph.find(artifact)
    for run in graph.sources(number, What.WROTE) if number else ():
        domain, found = runs[run]
        if found.state == "COMPLETE":
            return domain.id
    return ""


@check(
    id="MLP-5216",
    severity=Severity.HIGH,
    objective="training-data-integrity",
    since="0.1.0",
    needs=(CatalogLineage, Bucket, TrainingJob, Model, Endpoint, EndpointConfig, InferenceComponent, ModelPackage),
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(ORGANISATION, ACCESS_POINTS, "jobs that send no events", "training jobs of more than 30 days ago"),
)
def sagemaker_served_model_data_from_s3_bucket_others_write(model: Model, view: View) -> Verdict:
    """Training data of a served model was made from an S3 bucket that other accounts may write.

    What it was made from is what the lineage events of the domains of SageMaker Catalog (DataZone) record, however many
    jobs lie in between. Judged is the data of training jobs of the last thirty days whose artifact an endpoint in
    service loads. Who may write a bucket counts as in MLP-1408, for the buckets that the scan came to; where one was
    not looked at, or only what might be the data is recorded, the verdict stays open.

    ## Why it matters
    Whoever writes there decides what goes into the data, long before it reaches the training: what a pipeline cleaned
    and joined looks like one's own. Poisoned records stay in the model after they are gone from the bucket.

    ## How to fix
    Take the right to write from all but the role of the pipeline that fills the bucket, and turn bucket owner enforced
    on. Let partners deliver to a bucket of its own, from which a job copies what it has checked. An account that has to
    write there is declared in `[[trust.accounts]]`.

    CLI: `aws s3api put-bucket-policy`, `aws s3api put-bucket-ownership-controls`.

    At the end of `mlposture.toml`:

        [[trust.accounts]]
        value = "444455556666"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/datazone/latest/userguide/datazone-data-lineage.html
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
    """
    return judged_in_service(model, view, _judged)


def _judged(model: Model, view: View, path: tuple[str, ...]) -> Verdict:
    jobs = jobs_behind(model, view)
    if isinstance(jobs, Verdict):
        return jobs
    way = (*(job.id for job in jobs), model.id, *path)
    if any(job.inputs is UNSET or unread_inputs(job) for job in jobs):
        return unknown("TrainingJob.inputs", path=way)
    known = view.derive(catalog)
    places = {place_of(uri) for job in jobs for uri in addresses(job, INPUTS)}
    steps = _before(known, places)
    doubts = ["whether what a run wrote is the data"] if any(_may_be(known, one) for one in places) else []
    doubts += [] if known.whole else ["CatalogLineage.runs"]
    verdicts: list[Verdict] = []
    for name, readers in sorted(_buckets(known, steps).items()):
        bucket = bucket_of(view, model, name)
        if not isinstance(bucket, Bucket):
            doubts.append(f"bucket {name}")
            continue
        said = _said(s3_ml_bucket_writable_by_other_accounts(bucket), bucket, [known.runs[one] for one in readers], way)
        if said.status is Status.NOT_APPLICABLE and bucket.exists is not False:
            doubts.append(f"who may write {name}")  # at least the account that owns it
        verdicts.append(said)
    return _summed(verdicts, doubts, way)


def _said(
    verdict: Verdict, bucket: Bucket, readers: list[tuple[CatalogLineage, CatalogRun]], path: tuple[str, ...]
) -> Verdict:
    """The verdict on a bucket, as one on the data that these runs made of what lies in it."""
    runs: dict[str, list[CatalogRun]] = {}
    for domain, run in readers:
        runs.setdefault(domain.id, []).append(run)
    return structs.replace(
        verdict,
        evidence={"CatalogLineage.runs": runs, **{f"Bucket.{name}": one for name, one in verdict.evidence.items()}},
        path=(bucket.id, *runs, *path),
        missing=tuple(f"Bucket.{field}" for field in verdict.missing),
    )


def _summed(verdicts: list[Verdict], doubts: list[str], path: tuple[str, ...]) -> Verdict:
    """The verdict on all buckets: one that is open decides. Where trust may close it, the rest is to be known, too."""
    failing = [one for one in verdicts if one.status is Status.FAIL]
    if failing:
        return next((one for one in failing if not one.foreign), None) or _unless_known(failing, verdicts, doubts)
    if open_one := next((one for one in verdicts if one.status is Status.UNKNOWN), None):
        return open_one
    if doubts:
        return unknown(*doubts, path=path)
    closed = [one for one in verdicts if one.status is Status.PASS]
    if not closed:
        return not_applicable("no event of SageMaker Catalog leads from an S3 bucket of the account to its data")
    evidence: dict[str, dict[str, object]] = {}
    for one in closed:
        for field, value in one.evidence.items():
            evidence.setdefault(field, {})[one.path[0]] = value
    way = tuple(dict.fromkeys(id for one in closed for id in one.path))
    return passed("no other account may write what its data was made from", path=way, **evidence)


def _unless_known(failing: list[Verdict], verdicts: list[Verdict], doubts: list[str]) -> Verdict:
    """One failure for buckets that are open only to accounts which may be trusted."""
    return structs.replace(
        failing[0],
        foreign=tuple(dict.fromkeys(each for one in failing for each in one.foreign)),
        missing=tuple(dict.fromkeys([*(field for one in verdicts for field in one.missing), *doubts])),
        known="; ".join(dict.fromkeys(one.known for one in failing)),
    )


def _before(known: Catalog, places: set[Place]) -> list[int]:
    """The runs that led to data at these places, whatever lies in between."""
    seen: dict[int, None] = {}
    edge = [number for one in places if (number := known.graph.find(one))]
    while edge:
        makers = [run for data in edge for run in known.graph.sources(data, What.WROTE) if run not in seen]
        seen.update(dict.fromkeys(makers))
        edge = [data for run in dict.fromkeys(makers) for data in known.graph.sources(run, What.READ)]
    return list(seen)


def _may_be(known: Catalog, place: Place) -> bool:
    """Whether a run wrote what only might be the data at a place, such as a file in the folder."""
    return any(True for number in known.graph.near(place) for _ in known.graph.sources(number, What.WROTE))


def _buckets(known: Catalog, steps: list[int]) -> dict[str, list[int]]:
    """The S3 buckets that these runs read, each with the runs that do."""
    found: dict[str, list[int]] = {}
    for step in steps:
        for name in {one.store.removeprefix("s3://") for one in _read(known.graph, step) if one.scheme == "s3"}:
            found.setdefault(name, []).append(step)
    return found


def _read(graph: Graph, run: int) -> Iterator[Place]:
    for data in graph.sources(run, What.READ):
        yield from graph.places(data)
