"""CycloneDX of bills of materials: valid by an independent judge, whole by its references, harmless whatever it names.

The judge is cyclonedx-python-lib in an environment of its own: `make .venv-formats/.ready`, or MLPOSTURE_FORMATS.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import bom_references
import msgspec
import pytest
from bills import SYSTEMS, declaring, demo, made, parts, properties, saved, written
from factories.aws import bucket, config, container, endpoint, job, s3_source, single, variant
from support import ROOT, TESTS, inventory_of

from checks.aws.sagemaker.resources import Channel
from reports.cyclonedx import SPECS
from reports.cyclonedx.texts import address
from reports.minimum_elements_text import as_markdown, as_text
from scanner.bom.bill import Bill
from scanner.bom.minimum_elements import standings
from scanner.model.nouns import Gap, Reason, Scope
from scanner.systems.manifest import Document, Include, Organisation, Owner, Purpose, Selectors, Threshold


def judge() -> str | None:
    """The Python that has cyclonedx-python-lib, if this machine has one."""
    own = ROOT / ".venv-formats" / "bin" / "python"
    return os.environ.get("MLPOSTURE_FORMATS") or (str(own) if own.exists() else None)


needs_judge = pytest.mark.skipif(
    judge() is None,
    reason="cyclonedx-python-lib is not installed: make .venv-formats/.ready, or set MLPOSTURE_FORMATS to its Python",
)


def attacked(names: tuple[str, ...]) -> Bill:
    """A bill in which everything that others write is one of these."""
    resources = [
        one
        for number, name in enumerate(names)
        for one in (
            endpoint(f"e{number}{name}", endpoint_config_name=f"c{number}"),
            msgspec.structs.replace(config(f"c{number}", variants=(variant(model_name=name),)), name=name),
            single(container(name, model_data_url=f"s3://{name}/{name}"), f"m{number}{name}"),
            job(f"j{number}{name}", inputs=(Channel(channel_name=name, data_source=s3_source(f"s3://b-u-c/{name}")),)),
            bucket(name, exists=True),
        )
    ]
    inventory = inventory_of(*resources)
    inventory.gaps = tuple(
        Gap(kind=name, operation=name, scope=Scope("aws", name), reason=Reason.ERROR, permission=name, detail=name)
        for name in names
    )
    hostile = declaring(
        name=" ".join(names),
        owner=Owner(team=names[0], contact=names[1]),
        purpose=Purpose(intended=" ".join(names), excluded_uses=names, users=names[0]),
        frameworks=names,
        expectations=msgspec.structs.replace(
            declaring().systems[0].expectations, thresholds=(Threshold(metric=names[0], at_least=1),)
        ),
        documents=tuple(
            Document(fills=("a",), title=name, uri=name, sha256="...", date=date(2026, 8, 1)) for name in names
        ),
        selectors=Selectors(include=(Include(provider="aws", accounts=("111122223333",)),)),
    )
    hostile = msgspec.structs.replace(hostile, organisation=Organisation(name=" ".join(names)))
    return made(inventory, hostile, hostile.systems[0].id)


@pytest.fixture(scope="module")
def hostile(make) -> Bill:
    return attacked((*make.HOSTILE, make.HALF_PAIR, "x" * 10_000))


@pytest.fixture(scope="module")
def bills(hostile: Bill) -> dict[str, Bill]:
    undeclared = {"undeclared": demo(manifest="none"), "nothing": made(inventory_of())}
    return {**{name: demo(name) for name in SYSTEMS}, "all": demo(), **undeclared, "hostile": hostile}


@cache
def of_a_system() -> bytes:
    return written(demo(SYSTEMS[0]))


#: What CycloneDX requires: where it is, and which members of it.
NEEDED: dict[str, tuple[tuple[str | int, ...], tuple[str, ...]]] = {
    "document": ((), ("bomFormat", "specVersion")),
    "tool": (("metadata", "tools", "components", 0), ("type", "name")),
    "lifecycle": (("metadata", "lifecycles", 0), ("phase",)),
    "system": (("metadata", "component"), ("type", "name")),
    "property": (("metadata", "properties", 0), ("name",)),
    "component": (("components", 0), ("type", "name")),
    "data": (("components", 0, "data", 0), ("type",)),
    "reference": (("components", 0, "externalReferences", 0), ("type", "url")),
    "service": (("services", 0), ("name",)),
    "flow": (("services", 0, "data", 0), ("flow", "classification")),
    "dependency": (("dependencies", 0), ("ref",)),
    "composition": (("compositions", 0), ("aggregate",)),
}


def cut() -> Iterator[tuple[str, bytes]]:
    """The document of a system, each without one member that is required."""
    for what, (way, members) in NEEDED.items():
        for member in members:
            document = json.loads(of_a_system())
            found: Any = document
            for step in way:
                found = found[step]
            del found[member]
            yield f"without {member} of {what}", json.dumps(document).encode()


@pytest.fixture(scope="module")
def verdicts(bills: dict[str, Bill], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the judge says of every document in each version, those with a member cut out among them."""
    folder = tmp_path_factory.mktemp("cyclonedx")
    files = {f"{name} {spec}": written(bill, spec) for name, bill in bills.items() for spec in SPECS}
    files |= dict(cut())
    for name, content in files.items():
        (folder / name).write_bytes(content)
    done = subprocess.run(
        [str(judge()), str(TESTS / "cyclonedx_judge.py"), *(str(folder / name) for name in files)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return {Path(path).name: said for path, said in json.loads(done.stdout).items()}


@needs_judge
def test_the_judge_has_nothing_to_say(verdicts: dict[str, str], bills: dict[str, Bill]) -> None:
    right = {name: said for name, said in verdicts.items() if not name.startswith("without ")}

    assert {name: said for name, said in right.items() if said} == {}
    assert right.keys() == {f"{name} {spec}" for name in bills for spec in SPECS}


@needs_judge
def test_the_judge_finds_what_is_cut_out(verdicts: dict[str, str]) -> None:
    """Were it to look at nothing, the test above would hold for any file."""
    broken = {name: said for name, said in verdicts.items() if name.startswith("without ")}

    assert len(broken) == sum(len(members) for _, members in NEEDED.values())
    assert [name for name, said in broken.items() if not said] == []


def test_all_references_lead_somewhere(bills: dict[str, Bill]) -> None:
    assert {name: bom_references.wrong(json.loads(written(bill))) for name, bill in bills.items()} == {
        name: [] for name in bills
    }


@pytest.mark.parametrize("ref", ["arn:aws:sagemaker:eu-west-1:111122223333:model/sentiment-good",
                                 "dataset:s3://northwind-example-training-data/reviews/",
                                 "system:ticket-sentiment"])  # fmt: skip
def test_what_is_cut_out_and_referred_to_is_found(ref: str) -> None:
    document = json.loads(of_a_system())
    document["components"] = [one for one in document["components"] if one["bom-ref"] != ref]
    if document["metadata"]["component"]["bom-ref"] == ref:
        del document["metadata"]["component"]

    assert bom_references.wrong(document)


def test_what_is_there_twice_is_found() -> None:
    document = json.loads(of_a_system())
    document["components"].append(document["components"][0])

    assert len(bom_references.wrong(document)) == 1


def test_the_same_inventory_gives_the_same_bytes(bills: dict[str, Bill]) -> None:
    for name, bill in bills.items():
        assert written(bill) == written(bill), name
    assert written(demo.__wrapped__(SYSTEMS[0])) == of_a_system()
    assert len({bill.serial for bill in bills.values()}) == len(bills)


def test_versions_differ_in_their_number_alone() -> None:
    old, new = (written(demo(SYSTEMS[1]), spec) for spec in SPECS)

    assert old != new and old.replace(b'"specVersion": "1.6"', b'"specVersion": "1.7"') == new


def test_no_invisible_character_of_others_is_written_as_it_is(hostile: Bill) -> None:
    for text in (written(hostile).decode(), as_text("x", standings(hostile)), as_markdown("x", standings(hostile))):
        assert not [c for c in text if not c.isprintable() and c != "\n"]
        assert not [line for line in text.splitlines() if line.lstrip().startswith(("::", "##["))]


def test_no_hostile_name_is_lost(hostile: Bill, make) -> None:
    names = {part["name"] for part in parts(hostile).values()}

    for name in make.HOSTILE:
        assert not name or name in names


@pytest.mark.parametrize("secret", ["AKIAIOSFODNN7EXAMPLE", "postgresql://scorer:correct-horse@db.example/models"])
def test_no_credential_reaches_a_bill(secret: str) -> None:
    text = written(attacked((secret, f"{secret} and more", f"{secret}@sha256:{'a' * 64}"))).decode()

    assert secret not in text and "correct-horse" not in text
    assert "redacted" in text
    assert bom_references.wrong(json.loads(text)) == []


def test_what_is_declared_is_marked_and_is_of_its_system_alone() -> None:
    document = json.loads(written(demo("fraud-scoring")))
    system = document["metadata"]["component"]

    assert system["name"] == "Card fraud scoring" and system["manufacturer"] == {"name": "Northwind Example Ltd."}
    assert properties(system)["declared:threshold"] == ["recall >= 0.92", "false_positive_rate <= 0.01"]
    for part in (one for one in document["components"] if one["type"] == "machine-learning-model"):
        card = part["modelCard"]
        assert card["considerations"]["useCases"] == ["Score card payments for fraud before they are authorised"]
        assert properties(card)["declared:considerations"] == ["of the system fraud-scoring, not of the model"]
        assert not {"quantitativeAnalysis", "licenses", "hashes"} & {*card, *part}
    assert {one["data"][0]["classification"] for one in document["services"]} == {"regulated"}


def test_without_a_manifest_nothing_is_declared() -> None:
    text = written(demo(manifest="none")).decode()

    assert "mlposture:declared" not in text and "considerations" not in text and "classification" not in text
    assert '"component":' not in text and "manufacturer" not in text


def test_purls_are_those_of_digests_and_hubs() -> None:
    found = {part["purl"] for part in parts(demo()).values() if "purl" in part}

    assert found and all(purl.startswith(("pkg:oci/", "pkg:huggingface/")) for purl in found)
    assert all("@sha256%3A" in purl for purl in found if purl.startswith("pkg:oci/"))
    for part in parts(demo()).values():
        if part.get("type") == "container":
            assert ("purl" in part) == part.get("version", "").startswith("sha256:")


def test_a_document_that_is_declared_has_the_digest_that_is() -> None:
    plan = Document(fills=("a", "b"), title="A plan", uri="docs/a plan.pdf", sha256="ab" * 32, date=date(2026, 8, 1))
    manifest = declaring(documents=(plan,))
    document = json.loads(written(made(inventory_of(), manifest, manifest.systems[0].id)))

    assert document["metadata"]["component"]["externalReferences"] == [
        {
            "type": "documentation",
            "url": "docs/a%20plan.pdf",
            "comment": "declared: A plan, for a, b",
            "hashes": [{"alg": "SHA-256", "content": "ab" * 32}],
        }
    ]


def test_the_table_has_every_element_and_markdown_has_its_markup_escaped() -> None:
    found = standings(demo(SYSTEMS[0]))
    text, markdown = as_text("ticket-sentiment", found), as_markdown("*sentiment*", found)

    for standing in found:
        assert standing.element.name in text and standing.counted in text
    assert markdown.count("\n| ") == 52  # a head, what parts it from the rows, and the rows
    assert markdown.startswith("# Minimum elements of an SBOM for AI: \\*sentiment\\*\n")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("s3://models/a b#c%", "s3://models/a%20b%23c%25"),
        ("https://console.example/home?a=b#/models/c", "https://console.example/home?a=b#/models/c"),
        ("abfss://c@account.dfs.core.windows.net/p", "abfss://c@account.dfs.core.windows.net/p"),
        ("s3://::error::/x", "s3://%3A%3Aerror%3A%3A/x"),
        ("docs/per%2Fcent:plan.pdf", "docs/per%2Fcent%3Aplan.pdf"),
        ("x" * 2001, ""),
    ],
)
def test_an_address_has_escaped_what_may_not_stand_in_one(text: str, written: str) -> None:
    assert address(text) == written


#: Run with a number of items. Prints the bytes made and the peak of memory.
PROGRAM = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path

from reports.cyclonedx import render
from scanner.bom.bill import Bill
from scanner.bom.items import Fact, Item, Link
from scanner.bom.kept_items import Items
from scanner.bom.minimum_elements import standings
from scanner.store.files import write_atomically

items = Items()
for n in range(int(sys.argv[1])):
    ref = f"arn:aws:sagemaker:eu-west-1:111122223333:model/{n:08}"
    facts = (Fact("control", "kms_key", "k"),)
    items.add(Item(ref=ref, role="model", name=f"model-{n}", basis="observed", facts=facts))
    items.add(Item(ref=f"artifact:{n:08}", role="artifact", name="a", basis="unresolved"))
    items.link(Link(ref, f"artifact:{n:08}", "unresolved", "url"))
bill = Bill(serial="", taken_at=datetime.now(UTC), inventories=(), items=items, manifest=None, system=None, systems=(),
            gaps=(), complete=True)
size = 0

def counted(chunks):
    global size
    for chunk in chunks:
        size += len(chunk)
        yield chunk

write_atomically(Path(os.devnull), counted(render(bill, standings(bill), "1.6")))
[line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
print(size, int(line.split()[1]) * 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak of a process")
def test_twenty_times_the_items_take_no_more_memory() -> None:
    def measured(count: int) -> tuple[int, int]:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(count)],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
        )
        size, peak = map(int, done.stdout.split())
        return size, peak

    few_size, few = measured(250)
    many_size, many = measured(5_000)
    assert many_size > 15 * few_size
    assert many - few < 8 << 20  # of which the file's pages take up to 4


def test_inventories_of_several_clouds_are_one_bill() -> None:
    digests = [one["value"] for one in json.loads(written(demo()))["metadata"]["properties"]
               if one["name"] == "mlposture:inventory-sha256"]  # fmt: skip

    assert len(digests) == len(saved()) == 3
