"""Every claim can be followed to what the provider said: by digest, and by what was kept of the reply.

Over all kinds and collectors, in the simulated organisations: each resource has, for each operation that it was made
of, a digest that can be made again from what `--keep-replies` kept, and no secret of these organisations is in that.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from commandline import mlposture
from scanning import PROVIDERS, QUICK, crowd, document, running, take_inventory
from support import all_kinds, registered

from checks.aws.sagemaker.resources import Model
from scanner.model import provenance
from scanner.model.decode import plans
from scanner.model.errors import InputError
from scanner.model.provenance import LEFT_OUT, canonical
from scanner.model.sanitize import LARGE, REDACTED
from scanner.store.inventory import Inventory

KEEPING = msgspec.structs.replace(QUICK, keep_replies=True)
WORLDS = (*PROVIDERS, "crowd")
#: Fields that collectors compute from other operations than those that fields declare; one of several is enough.
COMPUTED = {
    ("aws.iam.Role", "attached_policies"): ("iam:ListAttachedRolePolicies", "iam:GetAccountAuthorizationDetails"),
    ("aws.iam.Role", "inline_policies"): ("iam:ListRolePolicies", "iam:GetAccountAuthorizationDetails"),
    ("aws.s3.Bucket", "exists"): ("s3:ListBuckets", "s3:HeadBucket"),
    ("aws.s3.Bucket", "owned"): ("s3:ListBuckets", "s3:HeadBucket"),
    ("azure.storage.StorageAccount", "exists"): ("Microsoft.Storage/storageAccounts/read",),
    ("gcp.iam.ProjectPolicy", "above"): ("resourcemanager.projects.get",),
    ("gcp.notebooks.Instance", "project_metadata"): ("compute.projects.get",),
    ("gcp.notebooks.Instance", "serial_port_prohibited"): ("orgpolicy.policy.get",),
    ("gcp.storage.Bucket", "exists"): ("storage.buckets.get", "storage.buckets.list"),
    ("gcp.storage.Bucket", "prevented_by_policy"): ("orgpolicy.policy.get",),
}
#: What else than the operation that a field declares may have given it.
INSTEAD = {
    "sagemaker:DescribeModel": ("sagemaker:Search",),
    "sagemaker:DescribeTrainingJob": ("sagemaker:Search",),
    "iam:GetRole": ("iam:GetAccountAuthorizationDetails",),
    "storage.buckets.get": ("storage.buckets.list",),
    "aiplatform.models.list": ("aiplatform.modelVersions.list",),
    "mlflow:SearchExperiments#anonymous": ("mlflow:SearchExperiments",),
    "mlflow:SearchExperiments#foreign": ("mlflow:SearchExperiments",),
}


@cache
def kept(world: str) -> dict[tuple[str, str], dict[str, Any]]:
    """What the saved inventory of a scan that keeps replies has of each resource, by kind and id."""
    provider, changed = ("aws", crowd()) if world == "crowd" else (world, None)
    with running(provider, changed):
        return documents(take_inventory(provider, manners=KEEPING))


def documents(inventory: Inventory) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for kind in inventory.store.kinds():
        for body in inventory.store.documents_with_origins(kind):
            resource = json.loads(body)
            found[kind, resource["id"]] = resource
    return found


def items() -> Iterator[Any]:
    """An item of each operation of each kind, of each world."""
    known = set()
    for world in WORLDS:
        for (kind, _), resource in kept(world).items():
            for operation, seen in resource["read"].items():
                if (kind, operation) not in known and seen["reply"] is not None:
                    known.add((kind, operation))
                    yield seen["reply"]


def leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """What holds each value that holds no other, and its key or index there."""
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, dict | list) and each:
            yield from leaves(each)
        else:
            yield value, key


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value} more" if isinstance(value, str) else "more"


def backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(list(value))}
    return [backwards(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("world", WORLDS)
def test_every_field_was_read_from_an_item_that_has_a_digest(world: str) -> None:
    for (kind, id), resource in kept(world).items():
        for plan in plans(all_kinds()[kind]):
            if plan.name in resource:
                found = {plan.operation, *INSTEAD.get(plan.operation, ())} & resource["read"].keys()
                assert found, f"{kind} {id}: {plan.name} has no {plan.operation}"
        for (of, field), operations in COMPUTED.items():
            if of == kind and field in resource and resource[field] is not None:
                assert resource["read"].keys() & set(operations), f"{kind} {id}: {field} has none of {operations}"


def test_every_kind_is_among_them() -> None:
    """But for those that only a scan of several accounts reads."""
    declared = {kind for kind, made in registered()[1].items() if made.opt_in != "accounts"}
    assert {kind for world in WORLDS for kind, _ in kept(world)} == declared


@pytest.mark.parametrize("world", WORLDS)
def test_every_digest_can_be_made_again_from_what_was_kept(world: str) -> None:
    for resource in kept(world).values():
        for seen in resource["read"].values():
            plain = json.dumps(seen["reply"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            assert hashlib.sha256(plain.encode()).hexdigest() == seen["sha256"]
            assert seen["at"].endswith("+00:00")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_second_scan_of_the_same_has_the_same_digests_and_keeps_no_reply_unasked(provider: str) -> None:
    with running(provider):
        first, second = (documents(take_inventory(provider, manners=manners)) for manners in (KEEPING, QUICK))
    assert digests(first) == digests(second)
    assert not any("reply" in seen for resource in second.values() for seen in resource["read"].values())


def digests(found: dict[tuple[str, str], dict[str, Any]]) -> dict[Any, dict[str, str]]:
    return {key: {name: seen["sha256"] for name, seen in one["read"].items()} for key, one in found.items()}


def test_another_setting_is_another_digest_of_its_resource_alone() -> None:
    changed = document("aws")
    [(region, notebook), *_] = [
        (region, one) for region, kinds in changed["regions"].items() for one in kinds["sagemaker"]["NotebookInstance"]
    ]
    notebook["RootAccess"] = "Disabled" if notebook.get("RootAccess", "Enabled") == "Enabled" else "Enabled"
    with running("aws", changed):
        now = digests(documents(take_inventory("aws")))
    before = digests(kept("aws"))
    # Each world makes its roles anew, with other ids.
    assert [
        (key[1].split("/")[-1], operation)
        for key, found in before.items()
        for operation, digest in found.items()
        if key[0] != "aws.iam.Role" and now[key][operation] != digest
    ] == [(notebook["NotebookInstanceName"], "sagemaker:DescribeNotebookInstance")], region


def test_a_digest_changes_with_every_member_and_not_with_their_order() -> None:
    for item in items():
        known = canonical(item)
        assert canonical(backwards(item)) == known
        for holder, key in list(leaves(item)):
            value = holder[key]
            if value in (LEFT_OUT, REDACTED):
                continue
            holder[key] = other(value)
            assert canonical(item) != known, f"{key} of {known[:300]!r}"
            holder[key] = value


@pytest.mark.parametrize("world", WORLDS)
def test_no_secret_of_the_organisations_is_kept(world: str) -> None:
    planted = {text for text in texts(document("aws" if world == "crowd" else world)) if "not-a-real" in text}
    text = json.dumps(list(kept(world).values()))
    assert planted
    assert not [secret for secret in (*planted, "AKIAIOSFODNN7EXAMPLE") if secret in text]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


SECRET = "Zq7-vT2mXw9Lk4"
PLANTED = {
    "dbPassword": SECRET,
    "tags": {"api_token": SECRET},
    "Tags": [{"Key": "api_token", "Value": SECRET}],
    "description": f"sign in with password={SECRET}",
    "environmentVariables": {"HARMLESS": SECRET},
    "env": [{"name": "HARMLESS", "value": SECRET}],
    "args": ["--anything", SECRET],
    "command": SECRET,
    "passwords": [SECRET],
    "setup": {"scripts": {"startup_script": {"script_data": SECRET}}},
    "url": f"https://reader:{SECRET}@northwind.example/x",
    "words": ["login", "--password", SECRET],
    "text": json.dumps({"password": SECRET}),
}


@pytest.mark.parametrize("name", PLANTED)
def test_no_secret_is_kept_wherever_in_an_item_it_is(name: str) -> None:
    for item in items():
        holders = {id(each): each for each, _ in leaves({"": item}) if isinstance(each, dict)}
        for holder in holders.values():
            before = dict(holder)
            holder[name] = PLANTED[name]
            content = canonical(item)
            assert SECRET.encode() not in content
            assert canonical(json.loads(content)) == content, "what was kept has another digest"
            holder.clear()
            holder.update(before)


#: Items of each way that a digest is made in, and how it begins. Inventories have these: they never change.
PINNED: tuple[tuple[Any, str], ...] = (
    (None, "74234e98afe7498f"),
    ({"name": "a", "made": datetime(2026, 11, 22, tzinfo=UTC), "sizes": (1, 2.5), "labels": {}}, "c213bb2501332925"),
    ({"tags": [{"Key": "team", "Value": "ml"}, {"Key": "api_key", "Value": "none"}]}, "4a4fc37fa1782a13"),
    ({"disableLocalAuth": True, "keys": [], "metadata": {"block-project-ssh-keys": "true"}}, "270b7c2e9d6f6cbf"),
    ({"spec": {"env": [{"name": "MODE", "value": "fast"}], "args": ["--lr", "0.1"], "image": "x"}}, "ecac2833d088a399"),
    ({"env": {"MODE": "fast"}, "words": [["--api-key", "Zq7-vT2mXw9Lk4"], ["-v", {"on": True}]]}, "4cfdcfc4e97a865c"),
    ({"primaryKey": "Zq7vT2mXw9Lk4Zq7vT2mXw9Lk4", "id": "x"}, "9e1e884e85681817"),
    ({"dbPassword": SECRET, "words": ["login", "--password", SECRET], "n": 1}, "8b8f2226c2e8039f"),
    ({"url": f"https://reader:{SECRET}@northwind.example/x", "args": None}, "022711db8840e087"),
)


@pytest.mark.parametrize(("item", "begins"), PINNED)
def test_the_digest_of_an_item_is_the_same_in_every_version(item: Any, begins: str) -> None:
    alone = hashlib.sha256(canonical(item)).hexdigest()
    beside = provenance.seen({"a": {"name": "another"}, "b": item}, keep=False)["b"].sha256
    assert alone == beside
    assert alone.startswith(begins)


def test_an_item_that_is_too_large_or_too_deep_is_cut_and_its_digest_can_be_made_again() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = {"x": deep}
    for item in ({"text": "x" * LARGE}, {"texts": ["y" * 20_000] * 50}, deep):
        content = canonical(item)
        assert len(content) < len(json.dumps(item))
        assert canonical(json.loads(content)) == content


def test_details_from_the_cache_keep_their_digest_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with running("aws"):
        first, second = (saved(tmp_path, name, monkeypatch, hours) for name, hours in (("1.json", 0), ("2.json", 5)))
    models = [id for kind, id in first if kind == Model.kind]
    assert models
    for id in models:
        before, now = first[Model.kind, id], second[Model.kind, id]
        assert now["cached"].keys() == {"sagemaker:DescribeModel"}
        assert now["read"]["sagemaker:DescribeModel"] == before["read"]["sagemaker:DescribeModel"]
        assert now["read"]["sagemaker:ListModels"]["at"] > before["read"]["sagemaker:ListModels"]["at"]
    assert digests(second) == digests(first)


def saved(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch, hours: int, *options: str
) -> dict[tuple[str, str], dict[str, Any]]:
    """What a scan that takes place so many hours from now saves."""
    monkeypatch.setattr(provenance, "time", lambda: time.time() + hours * 3600)
    done = mlposture("scan", "aws", "--save-inventory", str(folder / name), "--fail-on", "never", *options)
    assert done.returncode == 0, done.stderr
    resources = json.loads((folder / name).read_text())["resources"]
    return {(kind, one["id"]): one for kind, some in resources.items() for one in some}


def test_replies_are_kept_on_demand_and_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with running("aws"):
        saved(tmp_path, "1.json", monkeypatch, 0)
        found = saved(tmp_path, "2.json", monkeypatch, 5, "--keep-replies")
    assert not any(one["cached"] for one in found.values())
    assert all("reply" in seen for one in found.values() for seen in one["read"].values())


def test_replies_are_kept_nowhere_but_in_an_inventory() -> None:
    done = mlposture("scan", "aws", "--keep-replies")
    assert done.returncode == 2
    assert "--save-inventory" in done.stderr


def test_an_inventory_that_is_saved_again_is_the_same_to_the_byte(tmp_path: Path) -> None:
    one, two = tmp_path / "1.json", tmp_path / "2.json"
    with running("gcp"):
        taken = take_inventory("gcp", manners=KEEPING)
    taken.save(one)
    loaded = Inventory.load(one, all_kinds())
    loaded.save(two)
    assert one.read_bytes() == two.read_bytes()
    assert loaded.digests == taken.digests == (hashlib.sha256(one.read_bytes()).hexdigest(),)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reply": {"name": "another"}}, "does not have the digest beside it"),
        ({"at": "never"}, "Invalid isoformat"),
        ({"sha256": "x"}, "sha256"),
    ],
)
def test_what_does_not_fit_its_digest_is_refused(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    path = tmp_path / "i.json"
    with running("gcp"):
        take_inventory("gcp", manners=KEEPING).save(path)
    good = json.loads(path.read_text())
    [first, *_] = next(iter(good["resources"].values()))
    next(iter(first["read"].values())).update(change)
    path.write_text(json.dumps(good))
    with pytest.raises(InputError, match=says):
        Inventory.load(path, all_kinds())
