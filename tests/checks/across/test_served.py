"""By what it is told that an endpoint serves a version, and where two ways disagree or one may lead elsewhere."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from factories.aws import (
    IMAGE,
    arn,
    chain,
    config,
    container,
    endpoint,
    from_package,
    ours,
    packaged,
    packed,
    single,
    variant,
)
from factories.azure import ML, deployment, model_version
from factories.gcp import deployed, stored
from factories.gcp import endpoint as vertex_endpoint
from factories.mlflow import MODEL, RUN, SERVER, logged, run, used, version
from msgspec import UNSET
from msgspec.structs import replace
from support import FAIL, NOT_APPLICABLE, UNKNOWN, inventory_of, judged, registered

from checks.mlflow import ids
from checks.mlflow.records import Pair
from checks.mlflow.registry.resources import ModelVersion
from scanner.model.nouns import Resource, Scope, Verdict
from scanner.store.inventory import InventoryView

WHERE = "s3://northwind-example-models/sentiment/model.tar.gz"
ENDPOINT = (
    endpoint(endpoint_config_name="sentiment-1", status="InService"),
    config(variants=(variant(model_name="sentiment"),), shadow_variants=()),
    ours(),
)
#: Nothing of them lies in a bucket.
BEHIND = (
    run(metrics=(), datasets=(), pairs=None, artifact_location="mlflow-artifacts:/1/a"),
    logged(metrics=(), artifact_location="mlflow-artifacts:/1/b"),
)
DIGEST = "5" * 64


def told(**variables: str) -> Resource:
    """The model that serves, whose container has these variables; it loads its files from a copy."""
    return single(container(IMAGE, model_data_url=WHERE, mlflow_names=variables or None))


def sagemaker(subject: ModelVersion, *others: Resource) -> Verdict:
    return judged("sagemaker_serves_mlflow_version_without_evaluation", subject, *ENDPOINT, *others)


def said(verdict: Verdict) -> str:
    """By what it is known that the version serves."""
    assert verdict.status is FAIL, verdict.message
    return verdict.message.partition("; sentiment serves it, found by ")[2]


def tags(**values: str) -> tuple[Pair, ...]:
    return tuple(Pair(key=key, value=value) for key, value in values.items())


def other(number: str = "6", **fields: Any) -> ModelVersion:
    """Another version of the model, which another run made."""
    given = {"run_id": "b" * 32, "model_id": None, "source": "mlflow-artifacts:/1/c", "pairs": None, "aliases": ()}
    return version(number, **{**given, **fields})


# -- ways that lead to it ----------------------------------------------------------------------------------------------


def test_variables_of_the_container_name_it() -> None:
    for variables in (
        {"MLFLOW_RUN_ID": RUN},
        {"MODEL_URI": "models:/fraud-scorer/7"},
        {"MODEL_URI": "models:/fraud-scorer@champion"},
        {"MODEL_URI": f"models:/{MODEL}"},
        {"MODEL_URI": f"runs:/{RUN}/model"},
    ):
        [name] = variables
        assert said(sagemaker(used(), *BEHIND, told(**variables))) == f"{name} of sentiment"


def test_metadata_and_the_source_of_its_package_name_it() -> None:
    model = single(from_package("sentiment/3"))
    for fields, name in (
        ({"mlflow_names": {"mlflow.run_id": RUN}, "source_uri": None}, "mlflow.run_id"),
        ({"mlflow_names": None, "source_uri": f"models:/{MODEL}"}, "SourceUri"),
    ):
        package = packaged(packed(model_data_url=WHERE), **fields)
        assert said(sagemaker(used(), *BEHIND, model, package)) == f"{name} of sentiment"
    unread = packaged(packed(model_data_url=WHERE), mlflow_names=UNSET, source_uri=None)
    assert sagemaker(used(), *BEHIND, model, unread).status is UNKNOWN


def test_both_sides_name_a_digest() -> None:
    subject = used(pairs=tags(artifact_sha256=DIGEST))

    assert said(sagemaker(subject, *BEHIND, told(model_digest=DIGEST))) == "model_digest of sentiment"


def test_a_tag_of_it_names_what_serves() -> None:
    for id in (arn("endpoint", "sentiment"), arn("model", "sentiment")):
        assert said(sagemaker(used(pairs=tags(serves=id)), *BEHIND, told())) == "its tag serves"
    assert sagemaker(used(pairs=tags(serves=arn("endpoint", "other"))), *BEHIND, told()).status is NOT_APPLICABLE


def test_labels_of_a_vertex_model_and_jobs_of_azure_name_it() -> None:
    labelled = stored("gs://example-copies/7", version="1", labels={"mlflow-run-id": RUN}, mlflow_names=None)
    there = vertex_endpoint(deployed_models=(deployed(),))
    slug = "vertex_serves_mlflow_version_without_evaluation"
    assert "found by mlflow-run-id of 1" in judged(slug, used(), *BEHIND, there, labelled).message

    workspace = f"{ML}/retina"
    server = f"https://westeurope.api.azureml.ms/mlflow/v1.0{workspace}"
    scope = Scope("mlflow", server)
    subject = replace(used(model_id=None, source="x"), id=ids.model_version(server, "other-name", "1"), scope=scope)
    made = replace(BEHIND[0], id=ids.run(server, RUN), scope=scope)
    served = deployment(model=f"{workspace}/models/retina/versions/7")
    [check] = [each for each in registered()[0].values() if each.id == "MLP-5142"]
    for job, found in ((RUN, True), ("another", False)):
        one = model_version("retina", "7", tags=None, job_name=job)
        view = InventoryView(inventory_of(subject, made, served, one), check.needs, check.also)
        assert ("found by the job of blue" in check(subject, view).message) is found


# -- ways that disagree ------------------------------------------------------------------------------------------------


def test_files_of_one_version_under_the_name_of_another_give_no_verdict() -> None:
    subject = used(model_id=None, source=WHERE.rpartition("/")[0])
    found = sagemaker(subject, BEHIND[0], told(MODEL_URI="models:/fraud-scorer/6"), other())

    assert found.status is UNKNOWN
    assert found.message == (
        "not observed: whether sentiment serves it: the source of the version leads to it, and MODEL_URI of sentiment "
        "names the version fraud-scorer/6"
    )


def test_the_version_whose_name_stands_there_has_none_either() -> None:
    mine, files = other(), used(model_id=None, source=WHERE.rpartition("/")[0])
    found = sagemaker(mine, BEHIND[0], told(MODEL_URI="models:/fraud-scorer/6"), files)

    assert found.status is UNKNOWN
    assert "its files are those of fraud-scorer/7" in found.message


def test_two_versions_that_name_one_endpoint_have_no_verdict() -> None:
    serves = tags(serves=arn("endpoint", "sentiment"))
    found = sagemaker(used(pairs=serves), *BEHIND, told(), other(pairs=serves))

    assert found.status is UNKNOWN
    assert "it is named by a tag of fraud-scorer/6" in found.message


def test_a_copy_in_another_registered_model_is_no_other_version() -> None:
    copy = replace(used(aliases=()), id=ids.model_version(SERVER, "production", "1"), name="production/1")

    assert said(sagemaker(used(), *BEHIND, told(MODEL_URI="models:/fraud-scorer/7"), copy)) == "MODEL_URI of sentiment"
    place = logged(metrics=(), artifact_location=WHERE.rpartition("/")[0])
    assert sagemaker(used(), BEHIND[0], place, told(MODEL_URI="models:/production/1"), copy).status is FAIL


def test_of_a_chain_each_part_may_come_from_another_version() -> None:
    first = container(IMAGE, model_data_url=WHERE)
    second = container(IMAGE, mlflow_names={"MODEL_URI": "models:/fraud-scorer/6"})
    place = logged(metrics=(), artifact_location=WHERE.rpartition("/")[0])

    assert said(sagemaker(used(), BEHIND[0], place, chain(first, second), other()))


# -- ways that only may lead there -------------------------------------------------------------------------------------


def test_what_latest_or_a_stage_led_to_is_not_known() -> None:
    for uri, status in (
        ("models:/fraud-scorer/latest", UNKNOWN),
        ("models:/fraud-scorer/Production", UNKNOWN),
        ("models:/fraud-scorer/Staging", NOT_APPLICABLE),
        ("models:/other/latest", NOT_APPLICABLE),
    ):
        assert sagemaker(used(stage="Production"), *BEHIND, told(MODEL_URI=uri)).status is status, uri


def test_an_alias_leads_where_it_was_seen_to() -> None:
    champion = told(MODEL_URI="models:/fraud-scorer@champion")

    assert sagemaker(used(aliases=("next",)), *BEHIND, champion).status is NOT_APPLICABLE
    assert sagemaker(used(aliases=UNSET), *BEHIND, champion).status is UNKNOWN


def test_an_endpoint_of_several_models_is_named_in_vain() -> None:
    two = config(variants=(variant(model_name="sentiment"), variant(model_name="b")), shadow_variants=())
    second = single(container(IMAGE, model_data_url=WHERE), "b")
    named = used(pairs=tags(serves=arn("endpoint", "sentiment")))
    slug = "sagemaker_serves_mlflow_version_without_evaluation"
    found = judged(slug, named, ENDPOINT[0], two, ENDPOINT[2], *BEHIND, told(), second)

    assert "its tag serves, which runs several models" in found.message


def test_a_run_that_made_two_versions_names_neither() -> None:
    found = sagemaker(used(), *BEHIND, told(MLFLOW_RUN_ID=RUN), other(run_id=RUN, model_id="m-other"))

    assert found.status is UNKNOWN
    assert "which made other versions, too" in found.message


def test_a_name_on_another_server_may_be_of_another_model() -> None:
    there = told(MODEL_URI="models:/fraud-scorer/7", MLFLOW_TRACKING_URI="https://mlflow.fabrikam.example")
    found = sagemaker(used(), *BEHIND, there)

    assert (found.status, "on the server https://mlflow.fabrikam.example" in found.message) == (UNKNOWN, True)


def test_names_count_where_all_versions_were_seen() -> None:
    [check] = [each for each in registered()[0].values() if each.id == "MLP-5122"]
    made = inventory_of(used(), *ENDPOINT, *BEHIND, told(MLFLOW_RUN_ID=RUN), incomplete=(ModelVersion,))

    assert "were not all seen" in check(used(), InventoryView(made, check.needs)).message


def test_the_group_in_which_sagemaker_registers_its_own_servers_models_tells_the_model_and_no_number() -> None:
    server = "arn:aws:sagemaker:eu-west-1:111122223333:mlflow-tracking-server/experiments"
    suffix = sha256(b"experiments").hexdigest()[:6]
    scope = Scope("mlflow", server)
    name = f"fraud-scorer-{suffix}/7"
    package = packaged(packed(model_data_url=WHERE), name=name, mlflow_names=None, source_uri=None)
    subject = replace(
        used(run_id=None, model_id=None, source="x"), id=f"{server}/models/fraud-scorer/versions/7", scope=scope
    )
    found = sagemaker(subject, single(from_package(name)), package)

    assert "the group of its model package, whose numbers need not be those of MLflow" in found.message
