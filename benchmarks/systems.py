"""What it costs to assign an inventory to AI systems: 200 systems over 100,000 resources, unless told otherwise.

    python benchmarks/systems.py [--systems N] [--resources N]

The inventory is generated: endpoints with a configuration, a model and a training job each, spread over accounts and
regions, with roles and buckets that they share. A third of the systems select by the names of endpoints in one account
and region, a third in any region, and a third by account and region alone. Prints the peak of memory of judging all of
it by a few checks, without the systems and with them, then seconds of CPU for assigning, and what was found.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

# Run as a program, the folder of the benchmarks would be searched first.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from checks.aws.iam.resources import Role  # noqa: E402 - needs the line above
from checks.aws.s3.resources import Bucket  # noqa: E402 - as above
from checks.aws.sagemaker.resources import (  # noqa: E402 - as above
    Container,
    Endpoint,
    EndpointConfig,
    Model,
    TrainingJob,
    TrainingOutput,
    Variant,
)
from scanner.cli.systems_commands import uncollected  # noqa: E402 - as above
from scanner.model.nouns import Resource, Scope  # noqa: E402 - as above
from scanner.model.registry import load  # noqa: E402 - as above
from scanner.store.inventory import Inventory  # noqa: E402 - as above
from scanner.systems.assign import Assignment, assign  # noqa: E402 - as above
from scanner.systems.graph import Graph  # noqa: E402 - as above
from scanner.systems.manifest import (  # noqa: E402 - as above
    Classification,
    EuAiAct,
    Include,
    Manifest,
    Organisation,
    Owner,
    Purpose,
    Selectors,
    System,
)

REGIONS = ("eu-west-1", "eu-central-1", "us-east-1", "us-west-2")


def account(system: int) -> str:
    """Four systems share an account."""
    return f"{111122220000 + system // 4:012}"


def region(system: int) -> str:
    return REGIONS[system % 4]


def resources(systems: int, total: int) -> Iterator[Resource]:
    """As many endpoints for each system as make so many resources, with what they serve from."""
    each = max(1, (total // systems - 3) // 4)
    for system in range(systems):
        scope = Scope("aws", account(system), region(system))
        everywhere = Scope("aws", account(system))
        roles = [f"arn:aws:iam::{scope.account}:role/system-{system}-{what}" for what in ("serving", "training")]
        bucket = f"system-{system}-models"
        yield from (Role(id=role, name=role.rpartition("/")[2], scope=everywhere) for role in roles)
        yield Bucket(id=f"arn:aws:s3:::{bucket}", name=bucket, scope=everywhere)
        for number in range(each):
            yield from _endpoint(f"system-{system}-{number}", scope, roles, bucket)


def _endpoint(name: str, scope: Scope, roles: list[str], bucket: str) -> Iterator[Resource]:
    arn = f"arn:aws:sagemaker:{scope.region}:{scope.account}:"
    uri = f"s3://{bucket}/training/{name}/output/model.tar.gz"
    output = TrainingOutput(s3_output_path=f"s3://{bucket}/training")
    yield Endpoint(id=f"{arn}endpoint/{name}", name=name, scope=scope, endpoint_config_name=name)
    yield EndpointConfig(
        id=f"{arn}endpoint-config/{name}", name=name, scope=scope, variants=(Variant(model_name=name),)
    )
    container = Container(model_data_url=uri)
    yield Model(
        id=f"{arn}model/{name}", name=name, scope=scope, primary_container=container, execution_role_arn=roles[0]
    )
    yield TrainingJob(id=f"{arn}training-job/{name}", name=name, scope=scope, role_arn=roles[1], output=output)


def manifest(systems: int) -> Manifest:
    """So many systems, that select their resources in one of three ways by turns."""
    return Manifest(
        schema="ai-systems/1",
        organisation=Organisation(name="Northwind Example"),
        systems=tuple(_system(number) for number in range(systems)),
    )


def _system(number: int) -> System:
    own, place = account(number), region(number)
    includes = (
        Include(provider="aws", arns=(f"arn:aws:sagemaker:{place}:{own}:endpoint/system-{number}-*",)),
        Include(provider="aws", arns=(f"arn:aws:sagemaker:*:{own}:endpoint/system-{number}-*",)),
        Include(provider="aws", accounts=(own,), regions=(place,)),
    )
    return System(
        id=f"system-{number}",
        name=f"System {number}",
        status="production",
        owner=Owner(team="ml", contact="ml@northwind.example"),
        purpose=Purpose(intended="A benchmark"),
        classification=Classification(eu_ai_act=EuAiAct(tier="unclassified")),
        selectors=Selectors(include=(includes[number % 3],)),
    )


def measure(systems: int, total: int) -> tuple[float, float, Assignment]:
    """Seconds of CPU for the graph and for assigning, and what came of it. Other work on the machine counts little."""
    inventory = Inventory(datetime(2026, 11, 22, tzinfo=UTC))
    inventory.store.put(resources(systems, total))
    collectors = load(("aws",))[1]
    declared = manifest(systems)
    with uncollected():
        began = time.process_time()
        graph = Graph(inventory, collectors)
        between = time.process_time()
        found = assign(declared, graph)
        return between - began, time.process_time() - between, found


def peaks(systems: int, total: int) -> Iterator[float]:
    """The peak of memory of judging, in MB: without the systems, and with them.

    A process begins with the peak of the one that starts it, so that this one must not have grown before.
    """
    inventory, left = Inventory(datetime(2026, 11, 22, tzinfo=UTC)), resources(systems, total)
    while some := list(islice(left, 500)):
        inventory.store.put(some)
    inventory.scopes = tuple(Scope("aws", account(number), region(number)) for number in range(systems))
    with tempfile.TemporaryDirectory() as folder:
        saved, declared = Path(folder, "inventory.json"), Path(folder, "ai-systems.yaml")
        inventory.save(saved)
        declared.write_bytes(msgspec.json.encode(_written(msgspec.to_builtins(manifest(systems)))))
        for given in ("none", str(declared)):
            how = ("--min-severity=high", "--verdicts=fail", "--fail-on=never", f"--systems={given}", "-o")
            program = ("-c", "from scanner.cli.commands import main; main()", "evaluate", str(saved))
            process = subprocess.Popen([sys.executable, *program, *how, str(Path(folder, "report.json"))],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise SystemExit(f"judging ended with {process.returncode}")
            yield usage.ru_maxrss * 1024 / 1e6


def _written(value: Any) -> Any:
    """A document as people write it, without what is empty."""
    if isinstance(value, dict):
        return {name: kept for name, item in value.items() if (kept := _written(item)) not in (None, {}, [], "")}
    return [_written(item) for item in value] if isinstance(value, list | tuple) else value


def main() -> None:
    """Measure once, and print."""
    parser = argparse.ArgumentParser(description="Measure the assignment of an inventory to AI systems.")
    parser.add_argument("--systems", type=int, default=200, metavar="N")
    parser.add_argument("--resources", type=int, default=100_000, metavar="N")
    given = parser.parse_args()
    alone, declared = peaks(given.systems, given.resources)
    joining, assigning, found = measure(given.systems, given.resources)
    claimed = sum(len(claims.claimed) for claims in found.systems.values())
    print(f"{given.systems} systems over {given.resources:,} resources")
    print(f"judging: {alone:.0f} MB at most without the systems, {declared:.0f} MB with them")
    print(f"reading the inventory and its joins: {joining:.2f} s")
    print(f"assigning: {assigning:.2f} s; {claimed:,} claims, {len(found.unclaimed):,} unclaimed")
    print(f"together: {joining + assigning:.2f} s")


if __name__ == "__main__":
    main()
