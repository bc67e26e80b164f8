"""Model cards in files beside artifacts in Blob Storage: what is asked for, what is kept, what a refusal says."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from factories.azure import model_version
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import registered
from worlds.azure_files import READ
from worlds.base import Fault

from checks.azure.paths.documents import folder_of
from checks.azure.storage.resources import ModelFolder
from scanner.cards.card_files import ARCHIVED, LARGEST, NAMES, TOO_LARGE
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

CONTAINER = "azureml-blobstore-0000"
FOLDER = "retina/7"
HOST = "nwretinaprod.blob.core.windows.net"
CHECKS = [check for check in registered()[0].values() if check.id in ("MLP-5331", "MLP-5332")]
ML = "Microsoft.MachineLearningServices/workspaces"


def world_with(files: dict[str, Any], *, place: str = FOLDER, **version: Any) -> dict[str, Any]:
    """The demo organisation with these files in the folder of a served model, of which `version` says more."""
    made = document("azure")
    made["files"] = {CONTAINER: {f"{place}/{name}": file for name, file in files.items()}}
    item(made, "models/versions")["properties"].update(version)
    return made


def item(made: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(one for one in made["resources"] if one["type"] == f"{ML}/{kind}" and "ws-retina-prod" in one["id"])  # type: ignore[no-any-return]


def scanned(world: dict[str, Any], *faults: Fault, **settings: Any) -> tuple[Inventory, list[str]]:
    """What a scan of a world has, and the files it asked for."""
    with running("azure", world) as running_world:
        running_world.faults.extend(faults)
        inventory = take_inventory("azure", CHECKS, **settings)
        asked = [one.resource for one in running_world.log if one.operation == READ]
    return inventory, asked


def folder_in(world: dict[str, Any], *faults: Fault) -> ModelFolder:
    [folder] = scanned(world, *faults)[0].of(ModelFolder)
    return folder


def gaps_in(world: dict[str, Any], *faults: Fault) -> set[tuple[Reason, str | None, str]]:
    inventory, _ = scanned(world, *faults)
    assert {one.documents for one in inventory.of(ModelFolder)} == {UNSET}
    assert {one.refused for one in inventory.of(ModelFolder)} == {NAMES}
    return {(gap.reason, gap.permission, gap.detail) for gap in inventory.gaps if gap.kind == ModelFolder.kind}


def test_nothing_is_opened_unless_it_was_asked_for() -> None:
    inventory, asked = scanned(document("azure"), documents=False)

    assert (list(inventory.of(ModelFolder)), asked) == ([], [])


def test_files_of_what_serves_are_asked_for_by_their_names_and_no_text_is_kept() -> None:
    inventory, asked = scanned(document("azure"))
    [folder] = inventory.of(ModelFolder)

    [one] = folder.documents or ()
    assert one.card and {id: entry.state for id, entry in (one.card.entries or {}).items()} == {
        "MC-1.8": "filled", "MC-2.1": "filled", "MC-9.1": "placeholder",
    }  # fmt: skip
    assert (folder.name, folder.refused) == (f"{HOST}/{CONTAINER}/{FOLDER}", ())
    assert str(one.changed) == "2026-11-20 09:00:00+00:00"
    assert "physician" not in str(folder)
    assert sorted(asked) == sorted(f"{CONTAINER}/{FOLDER}/{name}" for name in NAMES)


def test_there_is_no_such_file() -> None:
    folder = folder_in(world_with({}))

    assert (folder.documents, folder.refused) == ((), ())


def test_there_is_no_such_container() -> None:
    folder = folder_in(document("azure") | {"files": {}})

    assert (folder.documents, folder.refused) == ((), ())


@pytest.mark.parametrize(
    ("code", "says", "permission"),
    [
        ("AuthorizationPermissionMismatch", "no role of the credential lets it read the blob", READ),
        ("AuthorizationFailure", "network rules of the storage account refuse this address", ""),
        ("KeyBasedAuthenticationNotPermitted", "HTTP 403 KeyBasedAuthenticationNotPermitted", ""),
        ("InvalidAuthenticationInfo", "HTTP 401 InvalidAuthenticationInfo", ""),
    ],
)
def test_where_all_is_denied_nothing_is_known_and_the_gap_says_why(code: str, says: str, permission: str) -> None:
    [(reason, needed, detail)] = gaps_in(world_with({name: {"code": code} for name in NAMES}))

    assert (reason, needed) == (Reason.DENIED, permission)
    assert detail.startswith(says)


def test_one_that_is_denied_leaves_the_others() -> None:
    folder = folder_in(world_with({"README.md": "# Licence\nMIT", "model_card.md": {"code": "AuthorizationFailure"}}))

    assert [one.name for one in folder.documents or ()] == ["README.md"]
    assert folder.refused == ("model_card.md",)


def test_an_account_that_is_out_of_reach_is_a_gap_and_costs_few_calls() -> None:
    [(reason, _, _)] = gaps_in(document("azure"), Fault(READ, "drop"))

    assert reason is Reason.UNREACHABLE


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("licence: {", "its YAML cannot be read"),
        (b"\xff\xfe", "it is no text in UTF-8"),
        ("x" * (LARGEST + 10), TOO_LARGE),
        ({"code": "BlobArchived"}, ARCHIVED),
    ],
)
def test_what_cannot_be_read_says_why(content: Any, problem: str) -> None:
    [one] = folder_in(world_with({"model_card.yaml": content})).documents or ()

    assert one.card and one.card.problem == problem


def test_of_a_large_file_no_more_is_read_than_tells_that_it_is() -> None:
    with running("azure", world_with({"README.md": "x" * (LARGEST * 3)})) as world:
        take_inventory("azure", CHECKS)
        ranges = {one.headers["range"] for one in world.log if one.operation == READ}

    assert ranges == {f"bytes=0-{LARGEST}"}


def test_an_empty_file_is_a_card_without_items() -> None:
    [one] = folder_in(world_with({"README.md": ""})).documents or ()

    assert one.card and (one.card.entries, one.digest) == ({}, hashlib.sha256(b"").hexdigest())


def test_what_does_not_speak_for_blob_storage_is_no_file() -> None:
    [(reason, _, _)] = gaps_in(document("azure"), Fault(READ, "malformed"))

    assert reason is Reason.MALFORMED


def test_the_digest_is_of_what_was_read() -> None:
    [one] = folder_in(world_with({"model_card.yaml": "licence: MIT"})).documents or ()

    assert one.digest == hashlib.sha256(b"licence: MIT").hexdigest()


def test_the_account_record_says_where_its_blobs_are() -> None:
    made = document("azure")
    account = next(one for one in made["resources"] if one["id"].endswith("storageAccounts/nwretinaprod"))
    account["properties"]["primaryEndpoints"]["blob"] = "https://nwretinaprod.z07.blob.storage.azure.net/"

    assert folder_in(made).name.startswith(f"nwretinaprod.z07.blob.storage.azure.net/{CONTAINER}/")


def test_an_account_in_another_cloud_that_no_record_tells_of() -> None:
    made = document("azure")
    store = item(made, "datastores")["properties"]
    store |= {"accountName": "nwelsewhere", "endpoint": "core.chinacloudapi.cn"}

    assert folder_in(made).name.startswith("nwelsewhere.blob.core.chinacloudapi.cn/")


def test_a_data_lake_is_read_as_blobs() -> None:
    made = document("azure")
    store = item(made, "datastores")["properties"]
    store |= {"datastoreType": "AzureDataLakeGen2", "filesystem": store.pop("containerName")}
    folder = folder_in(made)

    assert [one.name for one in folder.documents or ()] == ["README.md"]


def test_files_in_a_share_are_not_read_and_the_gap_says_so() -> None:
    made = document("azure")
    store = item(made, "datastores")["properties"]
    store |= {"datastoreType": "AzureFile", "fileShareName": store.pop("containerName")}

    assert gaps_in(made) == {(Reason.ERROR, "", "files in a datastore of the type azurefile are not read")}


def test_a_datastore_that_is_gone_leaves_open_what_is_there() -> None:
    made = document("azure")
    made["resources"].remove(item(made, "datastores"))

    inventory, asked = scanned(made)

    assert (list(inventory.of(ModelFolder)), inventory.gaps, asked) == ([], (), [])
    assert sum(one.gone for (kind, _), one in inventory.listings.items() if kind == ModelFolder.kind) == 1


def test_the_output_of_a_job_is_where_the_job_says() -> None:
    made = world_with({"README.md": "# Licence\nMIT"}, place="ExperimentRun/dcid.retina-train-7/model",
                      modelUri="azureml://jobs/retina-train-7/outputs/artifacts/paths/model/")  # fmt: skip
    wrote = {"jobOutputType": "uri_folder",
             "uri": "azureml://datastores/workspaceblobstore/ExperimentRun/dcid.retina-train-7"}  # fmt: skip
    item(made, "jobs")["properties"]["outputs"] = {"default": wrote}
    folder = folder_in(made)

    assert [one.name for one in folder.documents or ()] == ["README.md"]
    assert folder.name.endswith("/ExperimentRun/dcid.retina-train-7/model")


def test_a_job_that_does_not_say_where_it_wrote() -> None:
    made = world_with({}, modelUri="runs:/retina-train-7/model")

    assert gaps_in(made) == {(Reason.ERROR, "", "no job says where it wrote a model that is an output of it")}


@pytest.mark.parametrize(
    ("uri", "type", "place"),
    [
        ("azureml://datastores/Models/paths/a/1", "mlflow_model", "datastores/models/paths/a/1"),
        ("azureml://datastores/models/paths/a/1/", "custom_model", "datastores/models/paths/a/1"),
        ("azureml://datastores/models/paths/a/net.pt", "custom_model", "datastores/models/paths/a"),
        ("azureml://datastores/models/paths/net.tar.gz", None, "datastores/models/paths"),
        ("azureml://datastores/models/paths/a/net.pt", "triton_model", "datastores/models/paths/a/net.pt"),
        ("azureml://datastores/models/paths/resnet-1.5", "custom_model", "datastores/models/paths/resnet-1.5"),
        ("azureml://datastores/models/paths/scorer.v2", "custom_model", "datastores/models/paths/scorer.v2"),
        ("azureml://jobs/happy/outputs/artifacts/paths/m/", "custom_model", "jobs/happy/outputs/default/paths/m"),
        ("azureml://jobs/happy/outputs/best/paths/m.pkl", "custom_model", "jobs/happy/outputs/best/paths"),
        ("runs:/happy/m", "mlflow_model", "jobs/happy/outputs/default/paths/m"),
        ("azureml://datastores/models/paths/a/../b", "mlflow_model", None),
        ("azureml://registries/public-example/models/a/versions/1", "mlflow_model", None),
        ("https://example.blob.core.windows.net/a/b", "mlflow_model", None),
    ],
)
def test_where_the_documents_of_a_version_are(uri: str, type: str | None, place: str | None) -> None:
    version = model_version(model_uri=uri, model_type=type)
    found = folder_of(version)

    assert (found and found.id) == (place and f"{version.id.partition('/models/')[0]}/{place}")


def test_a_datastore_of_another_workspace_is_that_workspaces() -> None:
    uri = "azureml://subscriptions/S/resourceGroups/G/workspaces/W/datastores/models/paths/A/1"
    found = folder_of(model_version(model_uri=uri, model_type="mlflow_model"))
    provider = "providers/microsoft.machinelearningservices"

    assert (
        found and found.id == f"/subscriptions/s/resourcegroups/g/{provider}/workspaces/w/datastores/models/paths/A/1"
    )
