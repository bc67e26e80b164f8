"""Tables of a run, from the simulated server: what is asked for, what is kept, and what stays on the server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scanning import document, running, take_inventory
from worlds.base import Fault, Response
from worlds.mlflow import MlflowWorld

from checks.mlflow.tracking.resources import EvaluationTable
from checks.mlflow.tracking.tables import MOST, TOO_LARGE, TOO_MANY
from scanner.store.inventory import Inventory

RUN, PATH = "f0000000000000000000000000000007", "evaluation/recall_by_region.json"


def scanned(content: str | None, *paths: str, faults: tuple[Fault, ...] = ()) -> tuple[Inventory, list[str]]:
    """The inventory where the run notes these tables, all with this content, and the files that were asked for."""
    changed: dict[str, Any] = document("mlflow")
    [run] = [one for one in changed["runs"] if one["info"]["run_id"] == RUN]
    [tag] = [one for one in run["data"]["tags"] if one["key"] == "mlflow.loggedArtifacts"]
    tag["value"] = json.dumps([{"path": path, "type": "table"} for path in paths])
    changed["artifacts"] = {} if content is None else {RUN: dict.fromkeys(paths, content)}
    with running("mlflow", changed) as world:
        world.faults.extend(faults)
        inventory = take_inventory("mlflow")
        asked = [request.query["path"] for request in world.log if request.path == "/get-artifact"]
    return inventory, asked


def test_a_table_that_is_too_large_is_not_read_to_its_end() -> None:
    inventory, _ = scanned(json.dumps({"columns": ["x" * 400_000], "data": []}), PATH)
    [table] = inventory.of(EvaluationTable)

    assert (table.problem, table.rows, table.digest) == (TOO_LARGE, None, None)


def test_of_many_tables_the_first_are_read_and_the_others_are_said() -> None:
    inventory, asked = scanned('{"columns": [], "data": []}', *(f"by_{number:02}.json" for number in range(MOST + 2)))

    assert len(asked) == MOST
    assert [table.name for table in inventory.of(EvaluationTable) if table.problem == TOO_MANY] == ["by_20", "by_21"]


def test_a_table_that_was_deleted_is_gone_and_no_gap() -> None:
    inventory, _ = scanned(None, PATH)

    assert (inventory.of(EvaluationTable), inventory.gaps) == ((), ())


def test_a_refusal_leaves_the_table_and_a_gap() -> None:
    inventory, _ = scanned("{}", PATH, faults=(Fault("mlflow:GetArtifact", "deny"),))
    [table] = inventory.of(EvaluationTable)

    assert not isinstance(table.rows, tuple)
    assert [gap.permission for gap in inventory.gaps] == ["experiment:READ"]


def test_an_address_elsewhere_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = {"Location": "https://bucket.example/recall_by_region.json?X-Amz-Signature=0"}
    monkeypatch.setattr(MlflowWorld, "_artifact", lambda *_: Response(302, b"", elsewhere))
    inventory, asked = scanned("{}", PATH)

    assert asked == [PATH]
    assert "a redirect: it is not followed" in inventory.gaps[0].detail
