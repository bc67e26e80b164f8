"""Details through Search: how few calls they take, and that no record is believed which Describe would contradict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import botocore.session
import msgspec
import pytest
from msgspec import UNSET
from scanning import QUICK, crowd, running, take_inventory, verdicts_of
from support import registered
from worlds.aws_search import Index
from worlds.base import Fault

from checks.aws.sagemaker import bulk
from checks.aws.sagemaker.resources import EndpointConfig, Model, NotebookInstance, TrainingJob
from scanner.calls.client import BaseApi
from scanner.model.decode import plans
from scanner.model.nouns import Resource, Status
from scanner.store.inventory import Inventory

#: A check that joins nothing, for each kind.
CHECKS = {
    NotebookInstance: "sagemaker_notebook_direct_internet_access",
    Model: "sagemaker_model_outside_registry",
    EndpointConfig: "sagemaker_endpoint_config_data_capture_off",
    TrainingJob: "sagemaker_training_network_isolation_disabled",
}
SEARCHED = {Model: "Model", TrainingJob: "TrainingJob"}
#: A call that takes long on a busy machine is not made twice: these tests count calls.
PATIENT = msgspec.structs.replace(QUICK, connect_timeout=30, read_timeout=30)


def crowded() -> dict[str, Any]:
    """Models and jobs of the crowd alone."""
    made = crowd(copies=12)
    services = {name: made["regions"]["eu-west-1"]["sagemaker"][name] for name in SEARCHED.values()}
    for job in services["TrainingJob"]:
        told = {"ContainerEntrypoint": ["python3", "train.py"], "ContainerArguments": ["--api-token", "tok-5f9aQ2"]}
        job["AlgorithmSpecification"] = {**job["AlgorithmSpecification"], **told}
    return {"account": made["account"], "regions": {"eu-west-1": {"sagemaker": services}}}


@pytest.fixture(scope="module")
def running_world() -> Iterator[Any]:
    with running("aws", crowded()) as world:
        yield world


@pytest.fixture
def world(running_world: Any) -> Any:
    """A running world with an index that is right, and nothing denied."""
    running_world.index = Index()
    running_world.faults.clear()
    return running_world


class Scan:
    """What one scan of a world saw and asked."""

    def __init__(self, world: Any, *kinds: type[Resource]) -> None:
        first = len(world.log)
        wanted = [check for check in registered()[0].values() if check.slug in {CHECKS[kind] for kind in kinds}]
        assert len(wanted) == len(kinds)
        self.inventory: Inventory = take_inventory("aws", wanted, manners=PATIENT, tags=False, regions=("eu-west-1",))
        self.asked = Counter(request.operation.partition(":")[2] for request in world.log[first:])
        self.described = {r.resource for r in world.log[first:] if r.operation.startswith("sagemaker:Describe")}

    def of(self, kind: type[Resource]) -> list[Resource]:
        return [sourceless(resource) for resource in self.inventory.of(kind)]

    def sources(self, kind: type[Any]) -> Counter[str]:
        return Counter(resource.details_from for resource in self.inventory.of(kind))


def sourceless(resource: Any) -> Any:
    return msgspec.structs.replace(resource, details_from=UNSET) if hasattr(resource, "details_from") else resource


TRUTHS: dict[type[Resource], list[Resource]] = {}


def truth(world: Any, kind: type[Resource]) -> list[Resource]:
    """The resources of the crowd as Describe alone shows them; looked at once."""
    if kind not in TRUTHS:
        TRUTHS[kind] = described_alone(world, kind)
    return TRUTHS[kind]


def described_alone(world: Any, kind: type[Resource]) -> list[Resource]:
    """The resources as Describe alone shows them."""
    world.index = Index()
    world.faults[:] = [Fault("sagemaker:Search", "deny")]
    scan = Scan(world, kind)
    assert set(scan.sources(kind)) == {f"sagemaker:Describe{SEARCHED[kind]}"}
    return scan.of(kind)


def names(kind: type[Resource]) -> list[str]:
    """Names of the resources whose details may come from Search."""
    documents = crowded()["regions"]["eu-west-1"]["sagemaker"][SEARCHED[kind]]
    every = {
        document[f"{SEARCHED[kind]}Name"]: document.get("TrainingJobStatus", "Completed") for document in documents
    }
    return sorted(name for name, status in every.items() if status == "Completed" and not name.startswith("last-year"))


# -- what it saves -----------------------------------------------------------------------------------------------------


def many(count: int, running_jobs: int) -> dict[str, Any]:
    """A world of `count` notebooks, models, endpoint configurations and training jobs, so many of these running."""
    now = datetime.now(UTC) - timedelta(days=1)
    role = "arn:aws:iam::111122223333:role/ml"
    container = {"Image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/serve:1"}
    notebook = {"NotebookInstanceStatus": "InService", "DirectInternetAccess": "Enabled", "CreationTime": now}
    model = {"ExecutionRoleArn": role, "EnableNetworkIsolation": True, "PrimaryContainer": container}
    job = {
        "AlgorithmSpecification": {"TrainingImage": "train:1", "TrainingInputMode": "File"},
        "RoleArn": role,
        "OutputDataConfig": {"S3OutputPath": "s3://northwind-example-models/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": True,
    }
    moments = [now - timedelta(minutes=n) for n in range(count)]
    statuses = ["InProgress" if n < running_jobs else "Completed" for n in range(count)]
    sagemaker = {
        "NotebookInstance": [{"NotebookInstanceName": f"n{n:05}", **notebook} for n in range(count)],
        "Model": [{"ModelName": f"m{n:05}", "CreationTime": moments[n], **model} for n in range(count)],
        "EndpointConfig": [
            {"EndpointConfigName": f"c{n:05}", "CreationTime": moments[n], "ProductionVariants": []}
            for n in range(count)
        ],
        "TrainingJob": [
            {"TrainingJobName": f"j{n:05}", "CreationTime": moments[n], "TrainingJobStatus": statuses[n], **job}
            for n in range(count)
        ],
    }
    return {"account": "111122223333", "regions": {"eu-west-1": {"sagemaker": sagemaker}}}


def test_models_and_jobs_take_a_call_a_hundred(world: Any) -> None:
    world.replace(many(250, running_jobs=3))
    scan = Scan(world, *CHECKS)

    assert {kind: len(scan.inventory.of(kind)) for kind in CHECKS} == dict.fromkeys(CHECKS, 250)
    assert set(verdicts_of(scan.inventory, "aws").values()) >= {Status.PASS, Status.FAIL}
    assert scan.inventory.gaps == ()
    lists = dict.fromkeys(("ListNotebookInstances", "ListModels", "ListEndpointConfigs", "ListTrainingJobs"), 3)
    details = {"DescribeNotebookInstance": 250, "DescribeEndpointConfig": 250, "Search": 3 + 3}
    checked = {"DescribeModel": 5, "DescribeTrainingJob": 5 + 3}
    assert scan.asked == {**lists, **details, **checked, "GetCallerIdentity": 1}


def test_many_pages_are_asked_for_side_by_side(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_PAGES", 1)
    world.replace(many(250, running_jobs=3))
    scan = Scan(world, Model, TrainingJob)

    assert {kind: len(scan.inventory.of(kind)) for kind in SEARCHED} == dict.fromkeys(SEARCHED, 250)
    assert scan.asked["Search"] == 3 + 2 * 2  # three pages of models; of jobs, two spans of two pages
    assert scan.asked["DescribeModel"] == 5
    assert scan.asked["DescribeTrainingJob"] == 5 + 3
    assert scan.inventory.gaps == ()


@pytest.mark.parametrize("since", [None, datetime(2026, 1, 1, 0, 30, tzinfo=UTC)])
@pytest.mark.parametrize("count", [1, 999, 1000, 2500, 20_000])
@pytest.mark.parametrize("apart", [0.0, 0.7, 90.0])
def test_every_moment_is_in_one_span(count: int, apart: float, since: datetime | None) -> None:
    start = datetime(2026, 1, 1, 1, tzinfo=UTC)
    times = [start + timedelta(seconds=apart * n) for n in range(count)]
    found = bulk.spans(times[::-1], since)

    assert found[0][0] == since
    assert found[-1][1] is None
    assert all(one[1] == other[0] for one, other in pairwise(found))
    assert all(mark is None or mark.microsecond == 0 for span in found for mark in span)
    inside = [sum((low is None or low <= t) and (high is None or t < high) for t in times) for low, high in found]
    assert sum(inside) == count
    if since is None:
        assert found == [(None, None)]
    elif apart:
        assert len(found) == min(8, max(1, count // 500))
        assert max(inside) - min(inside) <= 4


def test_one_check_of_notebooks_asks_for_notebooks_alone(world: Any) -> None:
    world.replace(many(101, running_jobs=0))
    scan = Scan(world, NotebookInstance)

    assert scan.asked - Counter(GetCallerIdentity=1) == {"ListNotebookInstances": 2, "DescribeNotebookInstance": 101}


@pytest.mark.parametrize(("count", "searches"), [(6, 0), (7, 1)])
def test_a_few_are_described_because_that_is_cheaper(world: Any, count: int, searches: int) -> None:
    world.replace(many(count, running_jobs=0))
    scan = Scan(world, Model)

    assert scan.asked["Search"] == searches
    assert scan.asked["DescribeModel"] == (5 if searches else count)


def test_old_jobs_are_not_searched(world: Any) -> None:
    world.replace(crowded())
    world.index.gone["TrainingJob"] = [
        {"TrainingJobName": f"old-{n}", "CreationTime": datetime(2020, 1, 1, tzinfo=UTC)} for n in range(1000)
    ]
    scan = Scan(world, TrainingJob)

    assert scan.asked["Search"] == 1
    assert scan.of(TrainingJob) == truth(world, TrainingJob)


def test_a_job_that_runs_is_there_however_old_it_is(world: Any) -> None:
    document = many(20, running_jobs=1)
    jobs = document["regions"]["eu-west-1"]["sagemaker"]["TrainingJob"]
    for job in jobs[:1] + jobs[-1:]:
        job |= {"LastModifiedTime": job["CreationTime"], "CreationTime": datetime.now(UTC) - timedelta(days=45)}
    world.replace(document)
    scan = Scan(world, TrainingJob)

    found = {job.name: job.status for job in scan.inventory.of(TrainingJob)}
    assert {job["TrainingJobStatus"] for job in jobs[:1] + jobs[-1:]} == {"InProgress", "Completed"}
    assert found == {j["TrainingJobName"]: j["TrainingJobStatus"] for j in jobs if not old_and_finished(j)}
    assert scan.asked["DescribeTrainingJob"] == 5 + 1


def old_and_finished(job: dict[str, Any]) -> bool:
    return bool(job["TrainingJobStatus"] == "Completed") and job["CreationTime"] < datetime.now(UTC) - timedelta(
        days=30
    )


@pytest.mark.parametrize("kind", SEARCHED)
def test_search_has_what_describe_has(kind: type[Any]) -> None:
    """By the provider's own models: each member of a detail that a field is read from, but for what is not asked."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    noun = SEARCHED[kind]
    described = model.operation_model(f"Describe{noun}").output_shape.members
    record = model.shape_for("SearchRecord").members[noun]
    record = record.members["Model"] if kind is Model else record
    read = {plan.path[0] for plan in plans(kind) if plan.operation == f"sagemaker:Describe{noun}"}

    assert read - record.members.keys() == ({"RemoteDebugConfig"} if kind is TrainingJob else set())
    assert all(record.members[member].name == described[member].name for member in read & record.members.keys())


# -- what it does not believe ------------------------------------------------------------------------------------------


def _miss(index: Any, some: list[str], _: str) -> None:
    index.missing.update(some)


def _lack(*members: str) -> Callable[[Any, list[str], str], None]:
    return lambda index, some, _: index.lacking.update(dict.fromkeys(some, members))


def _remade(index: Any, some: list[str], _: str) -> None:
    index.stale.update({key: {"CreationTime": datetime.now(UTC), "EnableNetworkIsolation": True} for key in some})


def _elsewhere(index: Any, some: list[str], noun: str) -> None:
    arn = f"arn:aws:sagemaker:eu-west-1:999988887777:{noun.lower()}/other"
    index.stale.update({key: {f"{noun}Arn": arn} for key in some})


def _late(index: Any, some: list[str], _: str) -> None:
    index.stale.update({key: {"TrainingJobStatus": "InProgress"} for key in some})


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        (Model, _miss),
        (Model, _remade),
        (Model, _elsewhere),
        (Model, _lack("EnableNetworkIsolation")),
        (Model, _lack("ExecutionRoleArn")),
        (Model, _lack("PrimaryContainer", "Containers")),
        (TrainingJob, _miss),
        (TrainingJob, _remade),
        (TrainingJob, _elsewhere),
        (TrainingJob, _late),
        (TrainingJob, _lack("RoleArn")),
        (TrainingJob, _lack("AlgorithmSpecification")),
        (TrainingJob, _lack("ResourceConfig")),
        (TrainingJob, _lack("OutputDataConfig")),
        (TrainingJob, _lack("EnableNetworkIsolation")),
        (TrainingJob, _lack("EnableInterContainerTrafficEncryption")),
    ],
)
def test_what_search_has_no_good_record_of_is_described(
    world: Any, kind: type[Any], spoil: Callable[..., None]
) -> None:
    some = names(kind)[::4]
    world.replace(crowded())
    spoil(world.index, some, SEARCHED[kind])
    scan = Scan(world, kind)

    assert scan.of(kind) == truth(world, kind)
    assert scan.inventory.gaps == ()
    assert set(some) <= scan.described
    assert scan.sources(kind)["sagemaker:Search"] >= 4, "the others are believed"


@pytest.mark.parametrize("kind", SEARCHED)
def test_what_the_list_does_not_name_is_ignored(world: Any, kind: type[Any]) -> None:
    noun = SEARCHED[kind]
    world.replace(crowded())
    copied = next(iter(world.regions["eu-west-1"]["sagemaker", noun].values()))
    gone = {**copied, f"{noun}Name": "deleted", f"{noun}Arn": copied[f"{noun}Arn"] + "-deleted"}
    world.index.gone[noun] = [gone]
    scan = Scan(world, kind)

    assert scan.of(kind) == truth(world, kind)


@pytest.mark.parametrize("kind", SEARCHED)
def test_a_search_that_ends_early_leaves_the_rest_to_describe(world: Any, kind: type[Any]) -> None:
    world.replace(crowded())
    world.index.most = 32  # of jobs, the latest to change run, so that eight finished ones are among these
    scan = Scan(world, kind)

    assert scan.of(kind) == truth(world, kind)
    assert scan.sources(kind)["sagemaker:Search"] >= 3


@pytest.mark.parametrize("kind", SEARCHED)
def test_a_second_page_that_fails_leaves_the_rest_to_describe(world: Any, kind: type[Any]) -> None:
    world.replace(many(150, running_jobs=0))
    fault = Fault("sagemaker:Search", "deny")
    pass_one(world, fault)
    scan = Scan(world, kind)

    assert fault.operation in {request.operation for request in world.log if request.status == 400}
    assert scan.of(kind) == described_alone(world, kind)
    assert scan.inventory.gaps == ()
    assert scan.sources(kind)["sagemaker:Search"] == 95


def pass_one(world: Any, fault: Fault) -> None:
    """Let the first request pass that the fault would strike, and no other."""
    strikes = fault.strikes
    passed: list[Any] = []

    def later(request: Any) -> bool:
        if strikes(request) and not passed:
            passed.append(request)
            return False
        return strikes(request)

    fault.strikes = later  # type: ignore[method-assign]
    world.faults.append(fault)


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        (Model, "VpcConfig"),
        (Model, "PrimaryContainer.Environment"),
        (Model, "PrimaryContainer.ModelDataUrl"),
        (Model, "Containers.ImageConfig"),
        (TrainingJob, "VpcConfig"),
        (TrainingJob, "HyperParameters"),
        (TrainingJob, "InputDataConfig"),
        (TrainingJob, "ResourceConfig.VolumeKmsKeyId"),
        (TrainingJob, "OutputDataConfig.KmsKeyId"),
        (TrainingJob, "AlgorithmSpecification.TrainingImage"),
        (TrainingJob, "AlgorithmSpecification.ContainerArguments"),
    ],
)
def test_a_search_that_never_says_something_is_not_trusted(world: Any, kind: type[Any], member: str) -> None:
    world.replace(crowded())
    world.index.lacking["*"] = (member,)
    scan = Scan(world, kind)

    assert scan.of(kind) == truth(world, kind)
    assert scan.asked["Search"] == 1
    assert set(scan.sources(kind)) == {f"sagemaker:Describe{SEARCHED[kind]}"}


@pytest.mark.parametrize("kind", SEARCHED)
def test_without_describe_search_is_not_believed(world: Any, kind: type[Any]) -> None:
    describe = f"sagemaker:Describe{SEARCHED[kind]}"
    world.replace(crowded())
    world.faults.append(Fault(describe, "deny"))
    scan = Scan(world, kind)

    assert {gap.operation for gap in scan.inventory.gaps} == {describe}
    assert set(scan.sources(kind)) == {UNSET}
    detailed = [plan.name for plan in plans(kind) if plan.operation == describe]
    assert all(getattr(resource, name) is UNSET for resource in scan.inventory.of(kind) for name in detailed)


def test_a_probe_that_is_refused_decides_nothing(world: Any) -> None:
    world.replace(crowded())
    first = min(names(Model))
    world.faults.append(Fault("sagemaker:DescribeModel", "deny", resource=first))
    scan = Scan(world, Model)

    refused = [model for model in scan.inventory.of(Model) if model.primary_container is UNSET]
    assert [model.name for model in refused] == [first]
    assert scan.sources(Model)["sagemaker:Search"] == 67


def test_running_jobs_are_described_and_say_whether_one_can_look_inside(world: Any) -> None:
    world.replace(crowded())
    scan = Scan(world, TrainingJob)

    jobs = scan.inventory.of(TrainingJob)
    runs = [job for job in jobs if job.status == "InProgress"]
    assert {job.details_from for job in runs} == {"sagemaker:DescribeTrainingJob"}
    assert {job.enable_remote_debug for job in runs} == {True, False}
    assert {job.enable_remote_debug for job in jobs if job.status == "Completed"} == {UNSET}


# -- the cache ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str, str], Any]:
    """Details kept from one scan to the next, by kind, id and version."""
    kept: dict[tuple[str, str, str], Any] = {}

    def keep(_: BaseApi, resource: Resource, version: str) -> None:
        kept[type(resource).kind, resource.id, version] = resource

    def recall(_: BaseApi, kind: type[Resource], id: str, version: str) -> Any:
        return kept.get((kind.kind, id, version))

    monkeypatch.setattr(BaseApi, "keep", keep)
    monkeypatch.setattr(BaseApi, "recall", recall)
    monkeypatch.setattr(BaseApi, "remembers", True)
    return kept


def first_scan(world: Any, document: dict[str, Any], *denied: str) -> Scan:
    """A scan of the document while some operations are denied; nothing is denied any more after it."""
    world.replace(document)
    world.faults += [Fault(operation, "deny") for operation in denied]
    first = Scan(world, *CHECKS)
    world.faults.clear()
    return first


def test_a_second_scan_asks_only_for_what_may_have_changed(world: Any, cache: dict[Any, Any]) -> None:
    first = first_scan(world, many(110, running_jobs=3))
    second = Scan(world, *CHECKS)

    assert len(cache) == 110 + 110 + 107
    assert second.asked - Counter(GetCallerIdentity=1) == {
        "ListNotebookInstances": 2,
        "ListModels": 2,
        "ListEndpointConfigs": 2,
        "ListTrainingJobs": 2,
        "DescribeNotebookInstance": 110,
        "DescribeTrainingJob": 3,
    }
    for kind in CHECKS:
        assert second.inventory.of(kind) == first.inventory.of(kind)


def test_what_is_new_since_the_last_scan_is_read_the_cheaper_way(world: Any, cache: dict[Any, Any]) -> None:
    document = many(250, running_jobs=0)
    new = {kind: entries[:20] for kind, entries in document["regions"]["eu-west-1"]["sagemaker"].items()}
    for kind, entries in document["regions"]["eu-west-1"]["sagemaker"].items():
        document["regions"]["eu-west-1"]["sagemaker"][kind] = entries[20:]
    first_scan(world, document)
    for kind, entries in new.items():
        document["regions"]["eu-west-1"]["sagemaker"][kind] += entries
    world.replace(document)
    second = Scan(world, Model, TrainingJob)

    assert cache
    # Three pages of models and five probes are cheaper than twenty details; of jobs only the newest are searched.
    assert second.asked["Search"] == 3 + 1
    assert second.asked["DescribeModel"] == second.asked["DescribeTrainingJob"] == 5
    assert len(second.inventory.of(Model)) == len(second.inventory.of(TrainingJob)) == 250


def test_the_list_is_always_read_anew(world: Any, cache: dict[Any, Any]) -> None:
    document = many(3, running_jobs=0)
    first_scan(world, document)
    document["regions"]["eu-west-1"]["sagemaker"]["TrainingJob"][0]["TrainingJobStatus"] = "Stopped"
    document["regions"]["eu-west-1"]["sagemaker"]["TrainingJob"].pop()
    world.replace(document)
    second = Scan(world, TrainingJob)

    assert cache
    assert second.asked["DescribeTrainingJob"] == 0
    assert [job.status for job in second.inventory.of(TrainingJob)] == ["Stopped", "Completed"]


def test_a_later_resource_of_the_same_name_is_another(world: Any, cache: dict[Any, Any]) -> None:
    document = many(2, running_jobs=0)
    first_scan(world, document)
    remade = document["regions"]["eu-west-1"]["sagemaker"]["Model"][0]
    remade |= {"CreationTime": datetime.now(UTC), "EnableNetworkIsolation": False}
    world.replace(document)
    second = Scan(world, Model)

    assert cache
    assert second.described == {remade["ModelName"]}
    assert [model.enable_network_isolation for model in second.inventory.of(Model)] == [False, True]


def test_what_was_not_seen_whole_is_not_kept(world: Any, cache: dict[Any, Any]) -> None:
    denied = ("sagemaker:DescribeModel", "sagemaker:DescribeEndpointConfig", "sagemaker:DescribeTrainingJob")
    first = first_scan(world, many(20, running_jobs=0), *denied)
    assert not cache
    second = Scan(world, *CHECKS)

    assert {gap.operation for gap in first.inventory.gaps} == set(denied)
    assert second.inventory.gaps == ()
    assert len(cache) == 60


def test_a_detail_with_a_field_missing_is_asked_again(world: Any, cache: dict[Any, Any]) -> None:
    """An earlier version may have kept a detail without a field that this one reads."""
    first = first_scan(world, many(2, running_jobs=0))
    key = next(key for key in cache if key[0] == Model.kind)
    cache[key] = msgspec.structs.replace(cache[key], subnets=UNSET)
    second = Scan(world, Model)

    assert second.asked["DescribeModel"] == 1
    assert second.inventory.of(Model) == first.inventory.of(Model)


def test_a_credential_on_the_command_line_is_told_by_its_name(world: Any) -> None:
    world.replace(crowded())
    jobs = Scan(world, TrainingJob).of(TrainingJob)
    assert {job.suspicious_arguments for job in jobs} == {("--api-token",)}  # type: ignore[attr-defined]
