"""All OSCAL documents: nothing dangles, no clock is read, and nothing that others write is markup."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from oscal_files import Files, body, labelled, results
from oscal_references import Document, dangling, empty, members, read, refers
from scanning import PROVIDERS
from support import ROOT

from reports.oscal.catalogs import tokens
from scanner.cli.evidence_building import Judged
from scanner.evidence.dossier_types import Dossier
from scanner.frameworks import Control, Framework, known, load
from scanner.model.claims import STATEMENT


def test_everything_that_is_referred_to_is_there(rendered: dict[str, Files]) -> None:
    for files in rendered.values():
        assert dangling(read(files)) == []
        assert [path for content in files.values() for path in empty(json.loads(content))] == []


def test_what_is_not_there_is_found(rendered: dict[str, Files]) -> None:
    """One reference of each name is led astray in each file, and each file is left out: this is seen every time."""
    files = rendered["fraud-scoring"]
    documents = read(files)
    tried = set()
    for name, content in files.items():
        for member in {member for member, _ in members(documents[name].body)}:
            if refers(member):
                changed = json.loads(content)
                assert lead_astray(changed, member)
                assert dangling({**documents, name: Document(changed)}), (name, member)
                tried.add(member)
    for name in files:
        others = {each: document for each, document in documents.items() if each != name}
        needed = any(name.encode() in files[each] for each in others)
        assert bool(dangling(others)) == needed, name
    assert tried >= {
        "subject-uuid", "actor-uuid", "observation-uuid", "component-uuid", "party-uuids", "control-id", "statement-id",
        "id-ref", "with-ids", "href", "source", "role-id",
    }  # fmt: skip


def lead_astray(value: Any, member: str) -> bool:
    """Let the first member of this name refer to something else."""
    for name, each in value.items() if isinstance(value, dict) else enumerate(value):
        if name == member and isinstance(each, str | list):
            value[name] = "#nothing" if isinstance(each, str) else ["nothing", *each[1:]]
            return True
        if isinstance(each, dict | list) and lead_astray(each, member):
            return True
    return False


AGAIN = """
import hashlib, sys
from reports.oscal import render
from scanner.cli.evidence_building import dossier_of, judged
from scanner.frameworks import known
found = judged(sys.argv[2:], {"systems": sys.argv[1], "framework": known(), "as_of": "2026-11-22"})
for name in ("ticket-sentiment", "fraud-scoring", "retina-diagnosis"):
    for file, content in render(dossier_of(name, found), found.catalogue):
        print(name, file, hashlib.sha256(content).hexdigest())
"""


def test_a_reexport_is_equal_to_the_byte(found: Judged, rendered: dict[str, Files]) -> None:
    """In another process, in which sets have another order."""
    folder = Path(found.owners.path).parent
    inventories = [str(folder / f"{provider}.json") for provider in PROVIDERS]
    again = subprocess.run(
        [sys.executable, "-c", AGAIN, found.owners.path, *inventories],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert again.stdout.splitlines() == [
        f"{system} {name} {hashlib.sha256(content).hexdigest()}"
        for system, files in rendered.items()
        for name, content in files.items()
    ]


def test_every_time_is_one_of_the_scan_or_of_a_declaration(
    rendered: dict[str, Files], dossiers: dict[str, Dossier]
) -> None:
    for system, files in rendered.items():
        dossier = dossiers[system]
        cover = dossier.cover
        allowed = {cover.taken_at.isoformat(), cover.first, cover.last}
        allowed |= {origin.at for one in dossier.observations for origin in one.origins}
        for one in declared(dossier):
            allowed |= {f"{day}T00:00:00+00:00" for day in (one.on or cover.as_of, one.until)}
        allowed |= {f"{one.expires}T00:00:00+00:00" for one in dossier.declared.exceptions}
        times = {"last-modified", "start", "end", "collected", "expires", "deadline"}
        for content in files.values():
            shown = {value for name, value in members(json.loads(content)) if name in times}
            assert shown <= allowed
            assert all(datetime.fromisoformat(each).tzinfo for each in shown)


def declared(dossier: Dossier) -> set[Any]:
    """All that people declare in a dossier."""
    every = [page for part in dossier.parts for section in part.sections for page in section.pages]
    return {
        one
        for page in every
        for one in (page.state.rests_on, *page.state.other, *(o for q in page.questions for o in q.claim.other))
        if one
    }


def test_every_document_says_what_it_is_not(rendered: dict[str, Files]) -> None:
    for files in rendered.values():
        for name in files:
            document = body(files, name)
            assert document["metadata"]["remarks"] == STATEMENT
            assert document["metadata"]["oscal-version"] == "1.2.1"
            if "import-ssp" in document:
                [resource] = document["back-matter"]["resources"]
                assert document["import-ssp"]["href"] == f"#{resource['uuid']}"
                assert b"No system security plan exists" in base64.b64decode(resource["base64"]["value"])
    for _, _, result in results(rendered):
        assert result["remarks"].startswith(STATEMENT)


def test_what_others_write_is_no_markup_and_breaks_no_reference(hostile: Files) -> None:
    assert dangling(read(hostile)) == []
    assert [path for content in hostile.values() for path in empty(json.loads(content))] == []
    shown = [
        value
        for content in hostile.values()
        for name, value in members(json.loads(content))
        if name in ("title", "description", "remarks", "statement", "prose", "name")
    ]
    assert [one for one in shown if re.search(r"(?<!\\)(?:\\\\)*[<>*`\[\]]", one)] == []
    assert all(one.replace("\n", "").isprintable() for one in shown)
    assert any("evil" in one for one in shown)


def test_a_customer_is_told_no_name_and_finds_all_that_is_referred_to(
    customer: Files, dossiers: dict[str, Dossier]
) -> None:
    assert dangling(read(customer)) == []
    told = b"".join(customer.values()).decode()
    dossier = dossiers["ticket-sentiment"]
    kept = {one.id for one in dossier.resources} | {reader.name for reader in dossier.cover.readers}
    digests = {origin.sha256 for one in dossier.resources for origin in one.origins}
    assert [each for each in (*kept, *digests, dossier.declared.owner.contact) if each and each in told] == []
    assert "id-" in told


def test_every_framework_has_a_catalogue_and_every_edge_a_place_in_it(every: Files) -> None:
    assert dangling(read(every)) == []
    mappings = body(every, "mapping-collection.json")["mappings"]
    maps = sum(len(one["maps"]) for one in mappings)
    assert maps == sum(len(one.mappings) for one in load(known()).frameworks.values())
    for one in load(known()).frameworks.values():
        catalog = body(every, f"catalog-{one.id}.json")
        assert sorted(labelled(catalog)) == sorted(row.id for row in one.controls)


def test_ids_that_are_no_tokens_become_tokens_of_their_own() -> None:
    ids = ["a b", "a-b", "1.2", "(c)", "ä"]
    rows = tuple(Control(id=id, title="T", level="l", assessable="partial") for id in ids)
    framework = Framework("own", "Own", "1", "2026", "N", "u", "p", "n", rows)

    made = tokens(framework)

    assert list(made) == ids
    assert len(set(made.values())) == len(ids)
    assert all(re.fullmatch("[A-Za-z_][A-Za-z0-9._-]*", one) for one in made.values())
