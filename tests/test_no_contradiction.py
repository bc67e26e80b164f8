"""Verdicts of one report never contradict each other. The pairs that would are in `contradicting.py`.

They are looked for in the demo organisation and in the cases of both checks put together; test_every_flip.py looks for
them in the demo organisation with each setting flipped. Questions that many checks ask about a text have one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import pytest
from contradicting import CHECKS, PAIRS, Pair, meetings, same, states
from factories import aws, gcp
from scanning import PROVIDERS, calm, document, running, take_inventory
from support import FAIL, NOT_APPLICABLE, PASS, fail_with, inventory_of

from checks.aws.s3.resources import DefaultEncryption, EncryptionRule
from checks.aws.sagemaker.addresses import containers_of
from checks.aws.sagemaker.resources import (
    AsyncOutput,
    CoreDumpConfig,
    DataCapture,
    OfflineStorage,
    OnlineSecurity,
    OnlineStore,
    TrainingJob,
    TrainingOutput,
    TrainingResources,
)
from checks.aws.sagemaker.resources import Model as AwsModel
from checks.azure.machine_learning.resources import OnlineDeployment
from checks.gcp.notebooks.resources import Instance
from checks.gcp.vertex_ai.resources import CustomJob, Model
from checks.mlflow.tracking.resources import Run
from scanner.model.nouns import Resource, Status
from scanner.model.secrets.detect import suspicious_names
from scanner.store.inventory import Inventory, InventoryView

EVERY_PAIR = [pytest.param(pair, id=str(pair)) for pairs in PAIRS.values() for pair in pairs]


@pytest.mark.parametrize("pair", EVERY_PAIR)
def test_no_case_contradicts_another(pair: Pair) -> None:
    demo = calm(CHECKS[pair.one].provider)[0]
    met = list(chain.from_iterable(meetings(pair, inventory) for inventory in (demo, *states(pair))))

    assert met, "the two never meet: nothing is tested"
    fail_with(sorted({str(each) for each in met if each.contradictory}))


# -- one text, many checks ---------------------------------------------------------------------------------------------

#: Keys as AWS lets them be named, and whether they are taken for one of the customer's.
KEYS = {
    None: False,
    "": False,
    "alias/aws/s3": False,
    "arn:aws:kms:eu-west-1:111122223333:alias/aws/sagemaker": False,
    "alias/models": True,
    "arn:aws:kms:eu-west-1:111122223333:alias/models": True,
    aws.KEY: True,
}
#: What has such a key, by the check that asks about it.
WITH_KEY: dict[str, Callable[[str | None], Resource]] = {
    "sagemaker_feature_group_offline_store_without_customer_key": lambda key: aws.feature_group(
        offline_storage=OfflineStorage(kms_key_id=key)
    ),
    "sagemaker_feature_group_online_store_without_customer_key": lambda key: aws.feature_group(
        online_store=OnlineStore(enable_online_store=True, security_config=OnlineSecurity(kms_key_id=key))
    ),
    "sagemaker_notebook_volume_without_customer_key": lambda key: aws.notebook(kms_key_id=key),
    "sagemaker_endpoint_config_volume_without_customer_key": lambda key: aws.config(
        kms_key_id=key, variants=(aws.variant(instance_type="ml.m5.large"),), shadow_variants=None
    ),
    "sagemaker_endpoint_config_data_capture_without_customer_key": lambda key: aws.config(
        data_capture=DataCapture(kms_key_id=key)
    ),
    "sagemaker_endpoint_config_async_output_without_customer_key": lambda key: aws.config(
        async_output=AsyncOutput(kms_key_id=key)
    ),
    "sagemaker_endpoint_config_core_dump_without_customer_key": lambda key: aws.config(
        variants=(aws.variant(core_dump_config=CoreDumpConfig(kms_key_id=key)),), shadow_variants=None
    ),
    "sagemaker_training_volume_without_customer_key": lambda key: aws.job(
        resources=TrainingResources(instance_type="ml.m5.large", volume_kms_key_id=key)
    ),
    "sagemaker_training_output_without_customer_key": lambda key: aws.job(output=TrainingOutput(kms_key_id=key)),
    "s3_ml_bucket_without_customer_key": lambda key: aws.ours(
        encryption=(
            EncryptionRule(
                apply_server_side_encryption_by_default=DefaultEncryption(
                    sse_algorithm="aws:kms", kms_master_key_id=key
                )
            ),
        )
    ),
}
#: Accounts, and whether they are taken for a default one; None is no account at all, which each check judges itself.
ACCOUNTS = {
    gcp.OWN_ACCOUNT: False,
    gcp.DEFAULT_ACCOUNT: True,
    "example-fraud-prod@appspot.gserviceaccount.com": True,
    "compute@example-fraud-prod.iam.gserviceaccount.com": False,
}
RUNNING_AS: dict[str, Callable[[str], Resource]] = {
    "vertex_workbench_default_service_account": lambda email: gcp.instance(service_accounts=gcp.runs_as(email)),
    "vertex_endpoint_default_service_account": lambda email: gcp.serving(service_account=email),
    "vertex_custom_job_default_service_account": lambda email: gcp.custom_job(service_account=email),
}


def judged(slug: str, *resources: Resource) -> Status:
    return CHECKS[slug](resources[0], InventoryView(inventory_of(*resources), CHECKS[slug].needs)).status


@pytest.mark.parametrize(("key", "ours"), KEYS.items())
def test_a_key_is_everywhere_ours_or_nowhere(key: str | None, ours: bool) -> None:
    of_keys = {
        slug for slug, check in CHECKS.items() if check.provider == "aws" and slug.endswith("without_customer_key")
    }

    assert of_keys == WITH_KEY.keys()
    assert {slug: judged(slug, made(key)) for slug, made in WITH_KEY.items()} == dict.fromkeys(
        WITH_KEY, PASS if ours else FAIL
    )


@pytest.mark.parametrize(("email", "default"), ACCOUNTS.items())
def test_an_account_is_everywhere_a_default_one_or_nowhere(email: str, default: bool) -> None:
    of_accounts = {slug for slug in CHECKS if slug.endswith("default_service_account")}

    assert of_accounts == RUNNING_AS.keys()
    assert {slug: judged(slug, made(email)) for slug, made in RUNNING_AS.items()} == dict.fromkeys(
        RUNNING_AS, FAIL if default else PASS
    )


def test_a_default_account_that_is_disabled_is_nowhere_one_to_worry_about() -> None:
    # No case of a table: an account that was not read counts as enabled, as nearly all are.
    off = gcp.service_account(gcp.DEFAULT_ACCOUNT, disabled=True)

    assert {slug: judged(slug, made(gcp.DEFAULT_ACCOUNT), off) for slug, made in RUNNING_AS.items()} == dict.fromkeys(
        RUNNING_AS, NOT_APPLICABLE
    )


#: Variables, some of which are credentials.
VARIABLES = {
    "DB_PASSWORD": "not-a-real-password-Example1",
    "EPOCHS": "20",
    "HF_TOKEN": "not-a-real-token-0123456789abcdef",
    "LOG_LEVEL": "info",
    "MAX_TOKENS": "2048",
    "PASSWORD_FILE": "/run/secrets/password",
    "TRACKER": "AKIAIOSFODNN7EXAMPLE",
}


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "lineage"])  # which keeps no variables
def test_what_looks_like_a_secret_does_so_wherever_it_stands(provider: str) -> None:
    with running(provider, _holding(document(provider))):
        inventory = take_inventory(provider)
    found = dict(_suspected(inventory))

    assert len(found) > 1
    wanted = set(suspicious_names(VARIABLES))
    given = {place: names & VARIABLES.keys() for place, names in found.items()}
    fail_with(f"{place}: {sorted(names)}" for place, names in given.items() if names != wanted)


def _holding(value: Any) -> Any:
    """The same document with these variables in every environment, map of hyperparameters and map of metadata."""
    if isinstance(value, list):
        return [_holding(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _holding(item) for key, item in value.items()}
    if isinstance(made.get("params"), list):  # a run of MLflow
        made["params"] = [*made["params"], *({"key": name, "value": text} for name, text in VARIABLES.items())]
    if "imageUri" in made:  # a container of Vertex AI
        made["env"] = [*made.get("env", ()), *({"name": name, "value": text} for name, text in VARIABLES.items())]
    for key in ("Environment", "HyperParameters", "environmentVariables", "metadata"):
        if isinstance(made.get(key), dict):
            made[key] = {**made[key], **VARIABLES}
    return made


#: What holds names of variables that look like secrets, each tuple from one place.
SUSPECTED: dict[type[Resource], Callable[[Any], Iterable[tuple[str, ...] | None]]] = {
    TrainingJob: lambda job: (job.suspicious_hyperparameters, job.suspicious_environment),
    AwsModel: lambda model: (each.suspicious_environment for each in containers_of(model) or ()),
    Instance: lambda instance: (instance.secrets,),
    Model: lambda model: (model.secrets,),
    CustomJob: lambda job: ({name.rpartition("/")[2] for name in job.secrets or ()},),
    Run: lambda run: ({name.rpartition("/")[2] for name in run.secrets or ()},),
    OnlineDeployment: lambda deployment: (deployment.suspicious_variables,),
}


def _suspected(inventory: Inventory) -> Iterator[tuple[str, set[str]]]:
    """Names that look like secrets, by where they stand."""
    for kind, places in SUSPECTED.items():
        for resource in inventory.of(kind):
            yield from ((f"{resource.id} {at}", set(names)) for at, names in enumerate(places(resource)) if names)


# -- this test can fail ------------------------------------------------------------------------------------------------


def test_a_contradiction_is_caught() -> None:
    """An open bucket whose switches are off: both are said of the demo's, and this pair forbids it."""
    pair = Pair("s3_ml_bucket_public", FAIL, "s3_ml_bucket_public_access_unblocked", FAIL, same)

    [found] = [each for each in meetings(pair, calm("aws")[0]) if each.contradictory]
    assert "northwind-example-public-demo" in str(found)
