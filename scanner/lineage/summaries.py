"""Runs as the scan keeps them: what they read and made, without the facets that no check asks. Equal ones are one.

A job that runs each hour makes nine thousand runs a year that differ in their time alone. The latest stands for all
that read the same versions of the same data, made the same and ended alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from scanner.lineage.events import EventKind
from scanner.lineage.filling import is_model, parent_of, symlinks
from scanner.lineage.kept_events import KeptEvents
from scanner.lineage.merging import Named, Record
from scanner.lineage.roles import Role, role_of
from scanner.model.sanitize import encode
from scanner.store.keeping import keeping, private_database

_TABLE = """
CREATE TABLE runs (digest BLOB PRIMARY KEY, at TEXT NOT NULL, id TEXT NOT NULL, run BLOB NOT NULL,
    count INTEGER NOT NULL)
WITHOUT ROWID
"""
_CACHED_KIBIBYTES = 8192
#: Facets of a data set that say where it comes from, what it is or who answers for it.
DESCRIBING = frozenset({"catalog", "dataSource", "documentation", "ownership", "storage"})
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def run_summaries(kept: KeptEvents, folder: Path | None = None) -> Iterator[dict[str, Any]]:
    """What a scan keeps of the runs, in the order of their ids. Raises NotKept where the disk is full."""
    with keeping(folder):
        db = private_database(folder, _CACHED_KIBIBYTES)
        db.execute(_TABLE)
        db.execute("BEGIN")
        for record in kept.records(EventKind.RUN):
            made = run_summary(record)
            same = encode({name: value for name, value in made.items() if name not in ("id", "startedAt", "endedAt")})
            at = made["endedAt"] or made["startedAt"] or ""
            db.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?, 1) ON CONFLICT (digest) DO UPDATE SET count = count + 1, "
                "run = CASE WHEN (excluded.at, excluded.id) > (at, id) THEN excluded.run ELSE run END, "
                "id = CASE WHEN (excluded.at, excluded.id) > (at, id) THEN excluded.id ELSE id END, "
                "at = max(excluded.at, at)",
                (sha256(same).digest(), at, made["id"], encode(made)),
            )
        db.execute("COMMIT")
    for run, count in db.execute("SELECT run, count FROM runs ORDER BY id"):
        yield {**_decode(run), "repeats": count}
    db.close()


def run_summary(record: Record) -> dict[str, Any]:
    """A run in short. `role` is what it was done for, where something says so."""
    job = record.job or Named("", "")
    outputs = [data_summary(one, None) for one in record.outputs.values()]
    trained = Role.TRAINING if any(one["model"] for one in outputs) else None
    role = role_of(record.facets) or role_of(job.facets) or trained
    parent = parent_of(record.facets)
    return {
        "id": record.key[0],
        "jobNamespace": job.namespace,
        "jobName": job.name,
        "state": record.state or None,
        "startedAt": record.started_at or None,
        "endedAt": record.ended_at or None,
        "role": role,
        "parentJob": {"namespace": parent[1][0], "name": parent[1][1]} if parent else None,
        "inputs": _sorted(data_summary(one, role) for one in record.inputs.values()),
        "outputs": _sorted(outputs),
    }


def data_summary(named: Named, role: Role | None) -> dict[str, Any]:
    """A data set of a run in short. A model that a run reads is not what it was trained with or evaluated on."""
    version, model = named.facets.get("version"), is_model(named.facets)
    said = version.get("datasetVersion") if isinstance(version, Mapping) else None
    return {
        "namespace": named.namespace,
        "name": named.name,
        "version": str(said) if isinstance(said, str | int) and str(said) else None,
        "role": None if model else role_of(named.facets) or role,
        "model": model,
        "part": "subset" in named.use,
        "alias": aliases(named.facets),
        "described": sorted(DESCRIBING & named.facets.keys()),
    }


def aliases(facets: Mapping[str, Any]) -> list[dict[str, str]]:
    """The other names of a data set, each once."""
    return [{"namespace": namespace, "name": name} for namespace, name in sorted(set(symlinks(facets)))]


def _sorted(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: (item["namespace"], item["name"]))
