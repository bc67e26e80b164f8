"""Terraform and CloudFormation: their resources are as the providers describe them, and their commands run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from buckets import BUCKETS
from commandline import mlposture
from schedules import DEPLOY, SCHEDULES, command
from support import ROOT, fail_with

from scanner.cli.notifying import URL
from scanner.model.exits import Exit
from scanner.objects.transfer import write
from scanner.source.hcl import Block, parse
from scanner.source.nodes import Node, descend
from scanner.upload.webhook import KEY

TERRAFORM = sorted(DEPLOY.rglob("*.tf"))
#: What every resource may have; no provider knows of it.
META: dict[str, Any] = {"lifecycle": {}, "for_each": {}, "depends_on": {}}
CLOUDS = {"s3": "aws", "gs": "gcp", "az": "azure"}


@cache
def schema() -> dict[str, Any]:
    """What providers say of resources; scripts/fetch_terraform_schema.py writes it."""
    return json.loads((Path(__file__).parent / "provider_schema.json").read_bytes())  # type: ignore[no-any-return]


def blocks(path: Path) -> list[Block]:
    return parse(path.read_bytes(), path.name)


def shown(path: Path) -> str:
    return str(path.relative_to(DEPLOY))


def strangers(node: Node, known: Mapping[str, Any], where: str) -> Iterator[str]:
    """Attributes and blocks that the provider has none of. Where it knows no members, there are any."""
    for name, entries in node.inside.items():
        if name not in known:
            yield f"{where}:{entries[0].line}: no {name} here; it has {', '.join(known)}"
        elif known[name]:
            for entry in entries:
                yield from strangers(entry, known[name], where)


@pytest.mark.parametrize("path", TERRAFORM, ids=shown)
def test_resources_have_what_their_provider_knows(path: Path) -> None:
    found = [block for block in blocks(path) if block.type == "resource"]
    assert found
    for block in found:
        known = schema()[block.labels[0]]["attributes"] | META
        fail_with(strangers(block.node, known, shown(path)))


def test_an_attribute_that_no_provider_knows_is_noticed() -> None:
    text = b'resource "google_cloud_run_v2_job" "x" {\n  template {\n    template {\n      retries = 3\n    }\n  }\n}\n'
    [block] = parse(text, "x.tf")
    [said] = strangers(block.node, schema()["google_cloud_run_v2_job"]["attributes"], "x.tf")
    assert said.startswith("x.tf:4: no retries here; it has ")


@pytest.mark.parametrize("path", TERRAFORM, ids=shown)
def test_what_is_referred_to_is_there_and_what_is_declared_is_used(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    resources = {block.labels for block in blocks(path) if block.type == "resource"}
    referred = {found.groups() for found in re.finditer(r"\b((?:aws|google|azurerm)_\w+)\.(\w+)\.(\w+)", text)}
    fail_with(f"{type_}.{name} is not there" for type_, name, _ in referred if (type_, name) not in resources)
    fail_with(f"{type_} has no {of}" for type_, _, of in referred if of not in schema()[type_]["attributes"])
    variables = {block.labels[0] for block in blocks(path) if block.type == "variable"}
    assert set(re.findall(r"\bvar\.(\w+)", text)) == variables
    declared = {name for block in blocks(path) if block.type == "locals" for name in block.node.inside}
    assert set(re.findall(r"\blocal\.(\w+)", text)) == declared


@pytest.mark.parametrize("cloud", CLOUDS.values())
def test_roles_hold_the_permissions_that_a_scan_needs(cloud: str) -> None:
    text = (DEPLOY / cloud / "roles" / "main.tf").read_text(encoding="utf-8")
    assert f'jsondecode(file("${{path.module}}/../../permissions.json")).{cloud}\n' in text
    needed = json.loads((DEPLOY / "permissions.json").read_bytes())[cloud]
    reads = re.compile(r"(?:[.:/])(?:get|list|describe|search|querylineage|read|check)\w*$", re.IGNORECASE)
    page = (ROOT / "docs" / "reference" / "permissions.md").read_text(encoding="utf-8")
    fail_with(f"{name}: does it only read?" for name in needed if not reads.search(name))
    fail_with(f"{name} is not in the reference" for name in needed if f"`{name}`" not in page)


@pytest.mark.parametrize("scheme", BUCKETS)
def test_the_scheduled_command_takes_its_configuration_from_the_bucket(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = command(SCHEDULES[scheme])
    assert words[:2] == ["scan", "--config"]
    assert re.fullmatch(rf"{scheme}://(\$\{{[\w.]+\}}/?)+mlposture\.toml", words[2])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with BUCKETS[scheme]() as bucket:
        places = f'output = ["{bucket.at("report.json")}"]\nstore = "{bucket.at("history")}"\n'
        table = f'{places}fail-on = "never"\n[{CLOUDS[scheme]}]\n'
        write(bucket.at("mlposture.toml"), lambda path: path.write_text(table, encoding="utf-8"))
        done = mlposture(*words[:2], bucket.at("mlposture.toml"), *words[3:], cwd=tmp_path)
        kept = {name.partition("/")[0] for name in bucket.contents()}
        assert kept == {"mlposture.toml", "report.json", "history"}
    assert done.returncode == Exit.DONE, done.stderr


class _Template(yaml.SafeLoader):
    """YAML of CloudFormation: what a function is given stands for it."""


_Template.add_multi_constructor("!", lambda loader, _, node: getattr(loader, f"construct_{node.id}")(node))


def test_the_task_is_confined_as_the_image_is_made() -> None:
    template = yaml.load(SCHEDULES["s3"].read_text(encoding="utf-8"), Loader=_Template)
    [container] = template["Resources"]["Task"]["Properties"]["ContainerDefinitions"]
    assert container["ReadonlyRootFilesystem"] is True
    assert f"\nUSER {container['User']}\n" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "\nVOLUME /tmp\n" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), "or Fargate gives it to root alone"
    roles = [each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Role"]
    actions = [
        statement["Action"]
        for role in roles
        for policy in role.get("Policies", ())
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert not [action for action in actions if "*" in str(action)]


def test_whom_to_tell_is_in_the_variables_that_are_read() -> None:
    template = yaml.load(SCHEDULES["s3"].read_text(encoding="utf-8"), Loader=_Template)
    [container] = template["Resources"]["Task"]["Properties"]["ContainerDefinitions"]
    condition, given, _ = container["Secrets"]
    assert condition == "Notifies"
    assert {one["Name"] for one in given} == {URL, KEY}
    assert all(f"${{NotifySecret}}:{one['Name']}::" == one["ValueFrom"] for one in given)
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    [notify] = [step for step in steps if step.get("id") == "notify"]
    assert {URL, KEY} < notify["env"].keys()


#: Where the container of a job is, what it has of a secret, and what names the secret elsewhere.
SECRETS = {
    "gs": (
        ("google_cloud_run_v2_job", ("template", "template", "containers")),
        {"secret": "secret  = env.value", "version": 'version = "latest"'},
        ("google_secret_manager_secret_iam_member", 'role      = "roles/secretmanager.secretAccessor"'),
    ),
    "az": (
        ("azurerm_container_app_job", ("template", "container")),
        {"secret_name": 'secret_name = lower(replace(env.key, "_", "-"))'},
        ("azurerm_role_assignment", 'role_definition_name = "Key Vault Secrets User"'),
    ),
}


@pytest.mark.parametrize("scheme", SECRETS)
def test_whom_to_tell_comes_from_secrets_that_the_scanner_may_read(scheme: str) -> None:
    """The address may be a credential, as the key is one: neither is in the file, nor in the state of Terraform."""
    (type_, way), held, (grant, role) = SECRETS[scheme]
    found = blocks(SCHEDULES[scheme])
    resources = {block.labels: block.node for block in found if block.type == "resource"}
    [local] = [block.node for block in found if block.type == "locals"]
    variables = {block.labels[0]: block.node for block in found if block.type == "variable"}
    named = dict(re.findall(r"(\w+) = var\.(\w+)", local.inside["given"][0].text))
    assert named == {URL: "notify_url_secret", KEY: "notify_key_secret"}
    assert all(variables[name].inside["default"][0].text == 'default     = ""' for name in named.values()), (
        "or nobody is told"
    )
    container, depth = descend(resources[type_, "scan"], way)
    assert depth == len(way)
    [env] = [one for one in container.inside["env"] if "value" not in one.inside]
    texts = {name: node.text for name, node in _leaves(env)}
    assert texts.pop("name").split() == ["name", "=", "env.key"]
    assert texts == held
    assert resources[grant, "notify"].inside
    assert role in SCHEDULES[scheme].read_text(encoding="utf-8")
    assert f"[{grant}.notify]" in resources[type_, "scan"].inside["depends_on"][0].text


def _leaves(node: Node) -> Iterator[tuple[str, Node]]:
    """The attributes of a block, and of those in it, by name."""
    for name, entries in node.inside.items():
        for entry in entries:
            yield from _leaves(entry) if entry.inside else [(name, entry)]


def test_container_apps_have_each_secret_by_the_name_that_the_variable_asks_for() -> None:
    [job] = [one for one in blocks(SCHEDULES["az"]) if one.labels[:1] == ("azurerm_container_app_job",)]
    [secret] = job.node.inside["secret"]
    assert {name: node.text for name, [node] in secret.inside.items()} == {
        "name": 'name                = lower(replace(secret.key, "_", "-"))',
        "key_vault_secret_id": "key_vault_secret_id = secret.value",
        "identity": "identity            = azurerm_user_assigned_identity.scanner.id",
    }


@pytest.mark.parametrize("cloud", CLOUDS.values())
def test_the_cronjob_takes_them_from_a_secret_that_need_not_be_there(cloud: str) -> None:
    parts = yaml.safe_load_all((DEPLOY / "kubernetes" / f"{cloud}.yaml").read_text(encoding="utf-8"))
    [job] = [part for part in parts if part["kind"] == "CronJob"]
    [container] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "mlposture-notify", "optional": True}}]
    page = (ROOT / "docs" / "guides" / "scheduling.md").read_text(encoding="utf-8")
    assert all(f"--from-literal={name}=" in page for name in (URL, KEY))
