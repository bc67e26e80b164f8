from typing import Any

from factories.azure import RETINA_STORAGE, data_version, defender, job, model_version, plan, storage, workspace
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import DataVersion, Job
from checks.azure.security.resources import (
    DefenderPlan,
    OperationStatus,
    SensitiveDataDiscovery,
    StorageDefender,
)

FIND = "SensitiveDataDiscovery"
ACCOUNT = storage()
OWN = "azureml://datastores/workspaceblobstore/paths/fundus/4/"
LONG = (
    "azureml://subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/rg-retina/workspaces/retina/"
    "datastores/workspaceblobstore/paths/fundus/"
)
SPACE = workspace(storage_account=RETINA_STORAGE)
ASSET = data_version(data_uri=OWN)
TRAINS = (SPACE, job("train", ASSET.id), ASSET)
STORAGE_ON, STORAGE_OFF = plan("StorageAccounts", FIND), plan("StorageAccounts")
POSTURE_ON, POSTURE_OFF = plan("CloudPosture", FIND), plan("CloudPosture", tier="Free")
ON = (STORAGE_ON, POSTURE_OFF)
OFF = (STORAGE_OFF, POSTURE_OFF)


def case(name: str, expected: Any, *others: Any, trains: tuple[Any, ...] = TRAINS, **kept: Any) -> Case:
    return Case(name, expected, ACCOUNT, *trains, *others, **kept)


def reads(*uris: str, **fields: Any) -> tuple[Any, ...]:
    """A workspace with a job that reads these addresses."""
    return (SPACE, job("train", plain_data=uris, **fields))


def said(code: str, **fields: Any) -> Any:
    found = SensitiveDataDiscovery(is_enabled=True, operation_status=OperationStatus(code=code))
    return defender(**{"discovery": found, **fields})


LEFT_OUT = defender(on=False, overrides=True)

CASES = {
    "azure_training_storage_outside_defender": [
        case("the plan of the subscription", PASS, *ON, defender()),
        case("its own settings", PASS, *ON, defender(on=True)),
        case("its own settings alone", PASS, *OFF, defender(on=True, overrides=True)),
        case("Defender CSPM", PASS, STORAGE_OFF, POSTURE_ON, defender(is_enabled=False)),
        case("Defender CSPM, which the account cannot override", PASS, STORAGE_ON, POSTURE_ON, LEFT_OUT),
        case("left out", FAIL, *ON, LEFT_OUT),
        case("left out with all of Defender", FAIL, *ON, defender(is_enabled=False, discovery=None, overrides=True)),
        case("no plan looks", NOT_APPLICABLE, *OFF, LEFT_OUT),
        case("the plan is off, whatever its extension says", NOT_APPLICABLE,
             plan("StorageAccounts", FIND, tier="Free"), POSTURE_OFF, LEFT_OUT),
        case("Defender is not registered", NOT_APPLICABLE, plan("StorageAccounts", tier=None),
             plan("CloudPosture", tier=None), defender(is_enabled=None, discovery=None, overrides=None)),
        case("turned on, and it worked", PASS, *OFF, said("Succeeded")),
        case("turned on, and it failed", UNKNOWN, *OFF, said("Failed")),
        case("off, and not said to override the plan", UNKNOWN, *ON, defender(on=False)),
        case("settings were not read", UNKNOWN, *ON, defender(discovery=UNSET)),
        case("settings may not be asked for", UNKNOWN, *ON, incomplete=[StorageDefender]),
        case("plans may not be asked for", UNKNOWN, defender(on=True), incomplete=[DefenderPlan]),
        # where the data is
        case("an address of the account", FAIL, *ON, LEFT_OUT,
             trains=reads("https://retina.blob.core.windows.net/fundus/4/")),
        *(
            case(f"an address with {what}", FAIL, *ON, LEFT_OUT, trains=reads(f"https://{host}/fundus/4/"))
            for what, host in {
                "a zone": "retina.z21.blob.storage.azure.net",
                "a private link": "retina.privatelink.blob.core.windows.net",
                "its copy": "retina-secondary.blob.core.windows.net",
            }.items()
        ),
        case("an address as Spark writes it", FAIL, *ON, LEFT_OUT,
             trains=reads("abfss://fundus@retina.dfs.core.windows.net/4")),
        case("the datastore by its whole name", FAIL, *ON, LEFT_OUT, trains=reads(LONG)),
        case("another account", NOT_APPLICABLE, *ON, LEFT_OUT,
             trains=reads("https://other.blob.core.windows.net/fundus/4/")),
        case("data on the web", NOT_APPLICABLE, *ON, LEFT_OUT, trains=reads("https://data.example.org/fundus.csv")),
        case("a datastore of the user's", UNKNOWN, *ON, LEFT_OUT, trains=reads("azureml://datastores/lake/paths/a")),
        case("a datastore of the user's, beside this account", FAIL, *ON, LEFT_OUT,
             trains=reads("azureml://datastores/lake/paths/a", OWN)),
        case("the latest version of an asset", UNKNOWN, *ON, LEFT_OUT,
             trains=(SPACE, job("train", unclear_data=("azureml:fundus@latest",)))),
        case("an asset that is gone", NOT_APPLICABLE, *ON, LEFT_OUT, trains=(SPACE, job("train", ASSET.id))),
        case("assets were not read", UNKNOWN, *ON, LEFT_OUT, trains=(SPACE, job("train", ASSET.id)),
             incomplete=[DataVersion]),
        case("where an asset is was not read", UNKNOWN, *ON, LEFT_OUT,
             trains=(SPACE, job("train", ASSET.id), data_version())),
        case("what a job reads was not read", UNKNOWN, *ON, LEFT_OUT, trains=(SPACE, job("train", data=UNSET))),
        case("the storage of the workspace was not read", UNKNOWN, *ON, LEFT_OUT,
             trains=(workspace(), job("train", ASSET.id), ASSET)),
        case("no job", NOT_APPLICABLE, *ON, LEFT_OUT, trains=()),
        case("which job made a version was not read", UNKNOWN, *ON, LEFT_OUT, trains=(model_version(),)),
        case("jobs were not read", UNKNOWN, *ON, LEFT_OUT, trains=(), incomplete=[Job]),
        Case("the account is gone", NOT_APPLICABLE, storage(exists=False), *TRAINS, *ON, LEFT_OUT),
        Case("nobody knows whether it is there", UNKNOWN, storage(exists=UNSET), *TRAINS, *ON, LEFT_OUT),
    ]
}  # fmt: skip
