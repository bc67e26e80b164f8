"""Where credentials may come from: each place says whether it has some, and why not, and never a value."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

SECRET = "correct-horse-battery-staple"
CLOUDS = ("aws", "gcp", "azure")


def sources(provider: str, environment: dict[str, str], home: Path, **settings: Any) -> dict[str, tuple[bool, str]]:
    """Of each place: whether it has credentials, and what is said."""
    metadata = settings.pop("metadata", False)
    module = importlib.import_module(f"checks.{provider}.credential_sources")
    return {one.name: (one.found, one.said) for one in module.sources(environment, home, settings, metadata=metadata)}


def put(home: Path, name: str, content: object) -> str:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("provider", CLOUDS)
def test_an_empty_home_has_nothing_and_each_place_says_why(provider: str, tmp_path: Path) -> None:
    found = sources(provider, {}, tmp_path)

    assert not any(has for has, _ in found.values())
    assert all(said for _, said in found.values())
    asked = sources(provider, {}, tmp_path, metadata=True)
    assert sum(has for has, _ in asked.values()) == 1, "the metadata service alone"


KEYS = {"AWS_ACCESS_KEY_ID": SECRET, "AWS_SECRET_ACCESS_KEY": SECRET}
APP = {"AZURE_TENANT_ID": SECRET, "AZURE_CLIENT_ID": SECRET}


@pytest.mark.parametrize(
    ("provider", "environment", "place", "has", "said"),
    [
        ("aws", KEYS, "environment", True, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set"),
        ("aws", {"AWS_ACCESS_KEY_ID": SECRET}, "environment", False, "AWS_SECRET_ACCESS_KEY is not set"),
        ("aws", {"AWS_WEB_IDENTITY_TOKEN_FILE": "/no"}, "web identity", False, "names /no, which is not there"),
        ("aws", {"AWS_WEB_IDENTITY_TOKEN_FILE": __file__}, "web identity", False, "and AWS_ROLE_ARN is not"),
        (
            "aws",
            {"AWS_WEB_IDENTITY_TOKEN_FILE": __file__, "AWS_ROLE_ARN": SECRET},
            "web identity",
            True,
            "AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are set",
        ),
        ("aws", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": SECRET}, "container", True, "FULL_URI is set"),
        ("aws", {"AWS_EC2_METADATA_DISABLED": "true"}, "instance metadata", False, "DISABLED is true"),
        ("gcp", {"GOOGLE_APPLICATION_CREDENTIALS": "/no"}, "environment", False, "names /no, which is not there"),
        ("gcp", {"GOOGLE_APPLICATION_CREDENTIALS": __file__}, "environment", False, "which is no JSON"),
        ("gcp", {"GOOGLE_CLOUD_PROJECT": "p"}, "project", False, "GOOGLE_CLOUD_PROJECT is set"),
        ("azure", APP, "environment", False, "not set: AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH"),
        ("azure", {**APP, "AZURE_CLIENT_SECRET": SECRET}, "environment", True, "AZURE_CLIENT_SECRET are set"),
        ("azure", {**APP, "AZURE_CLIENT_CERTIFICATE_PATH": "/no"}, "environment", False, "/no, which is not there"),
        ("azure", {**APP, "AZURE_FEDERATED_TOKEN_FILE": __file__}, "workload identity", True, "TOKEN_FILE is set"),
        ("azure", {"AZURE_FEDERATED_TOKEN_FILE": __file__}, "workload identity", False, "and not AZURE_TENANT_ID"),
        ("azure", {"AZURE_FEDERATED_TOKEN_FILE": "/no"}, "workload identity", False, "/no, which is not there"),
        ("azure", {"IDENTITY_ENDPOINT": SECRET}, "managed identity", True, "IDENTITY_ENDPOINT is set"),
    ],
)
def test_variables_are_named_and_never_shown(
    provider: str, environment: dict[str, str], place: str, has: bool, said: str, tmp_path: Path
) -> None:
    found = sources(provider, environment, tmp_path)

    assert found[place][0] is has
    assert said in found[place][1]
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    ("file", "content", "has", "said"),
    [
        ("credentials", f"[default]\naws_access_key_id = {SECRET}\n", True, "default has aws_access_key_id in"),
        ("config", f"[default]\nsso_session = {SECRET}\n", True, "default has sso_session in"),
        ("config", "[default]\nregion = eu-west-1\n", False, "default has no credentials in"),
        ("config", "[profile other]\nrole_arn = x\n", False, "default is not in"),
        ("config", "no section = 1\n", False, "is no file of profiles"),
    ],
)
def test_profiles_of_aws_are_looked_up(file: str, content: str, has: bool, said: str, tmp_path: Path) -> None:
    put(tmp_path, f".aws/{file}", content)
    found = sources("aws", {}, tmp_path)

    assert found["profile"][0] is has
    assert said in found["profile"][1]
    assert SECRET not in str(found)


def test_a_named_profile_of_aws_counts_more(tmp_path: Path) -> None:
    put(tmp_path, ".aws/config", "[profile audit]\ncredential_process = x\n")

    assert sources("aws", {"AWS_PROFILE": "audit"}, tmp_path)["profile"][0]
    found = sources("aws", KEYS, tmp_path, profile="audit")
    assert found["profile"][0]
    assert found["environment"] == (False, "AWS_ACCESS_KEY_ID is set, and --profile counts more")


@pytest.mark.parametrize(
    ("content", "has", "said"),
    [
        ({"type": "authorized_user", "refresh_token": SECRET}, True, "is there"),
        ({"type": "odd"}, False, "holds no credentials of a known type"),
        ([], False, "holds no credentials of a known type"),
        ("{", False, "is no JSON"),
        ("", False, "is empty"),
    ],
)
def test_the_login_of_gcloud_is_looked_at(content: object, has: bool, said: str, tmp_path: Path) -> None:
    file = put(tmp_path, ".config/gcloud/application_default_credentials.json", content)
    found = sources("gcp", {}, tmp_path)

    assert found["gcloud"] == (has, f"{file} {said}")
    assert SECRET not in str(found)
    named = sources("gcp", {"GOOGLE_APPLICATION_CREDENTIALS": file}, tmp_path / "other")
    assert named["environment"][0] is has


def test_a_gcloud_that_is_signed_in_is_no_default_and_names_a_project(tmp_path: Path) -> None:
    put(tmp_path, "sdk/credentials.db", "x")
    put(tmp_path, "sdk/active_config", "work\n")
    put(tmp_path, "sdk/configurations/config_work", "[core]\nproject = example-ml\n")
    found = sources("gcp", {"CLOUDSDK_CONFIG": str(tmp_path / "sdk")}, tmp_path)

    assert not found["gcloud"][0]
    assert found["gcloud"][1].endswith("That gcloud itself is signed in does not count")
    assert found["project"] == (False, "gcloud's configuration work has one")
    assert sources("gcp", {}, tmp_path, projects=("p",))["project"][1] == "--project is given"


@pytest.mark.parametrize(
    ("content", "has"), [({"subscriptions": [{"id": SECRET}]}, True), ({"subscriptions": []}, False), ("{", False)]
)
def test_az_is_looked_for_and_not_run(content: object, has: bool, tmp_path: Path) -> None:
    tool = put(tmp_path, "bin/az", "#!/bin/sh\nexit 1\n")
    Path(tool).chmod(0o755)
    put(tmp_path, ".azure/azureProfile.json", content)
    found = sources("azure", {"PATH": str(tmp_path / "bin")}, tmp_path)

    assert found["az"][0] is has
    assert ("run `az login`" in found["az"][1]) is not has
    assert SECRET not in str(found)
