"""Write checks/gcp/client/shapes.json from Google's discovery documents: what tells a reply from what is none.

Run without arguments to write the file, or with --check to exit 1 if it is out of date.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from worlds import gcp_discovery  # noqa: E402 - found by the line above

from checks.gcp.permissions import CAUSES, DISCOVERY, ENUMERATION, TEST  # noqa: E402 - as above
from scanner.model.registry import load  # noqa: E402 - as above
from scripts.generated_file import write_or_check  # noqa: E402 - as above

TARGET = ROOT / "checks" / "gcp" / "client" / "shapes.json"
#: The versions that collectors ask.
APIS = (
    ("aiplatform", "v1"),
    ("bigquery", "v2"),
    ("cloudasset", "v1"),
    ("cloudresourcemanager", "v1"),
    ("cloudresourcemanager", "v3"),
    ("compute", "v1"),
    ("datalineage", "v1"),
    ("dataplex", "v1"),
    ("dlp", "v2"),
    ("iam", "v1"),
    ("logging", "v2"),
    ("monitoring", "v3"),
    ("notebooks", "v2"),
    ("orgpolicy", "v2"),
    ("storage", "v1"),
)
#: Members that other replies than Google's may have as well.
_ANYBODYS = {"updateTime", "version"}


def build() -> str:
    """The file, one operation a line."""
    _, collectors = load(("gcp",))
    declared = {operation for collector in collectors.values() for operation in collector.operations}
    lines = [
        f"{json.dumps(operation)}: {json.dumps(shape(operation), separators=(',', ':'))}"
        for operation in sorted({*declared, *CAUSES, *DISCOVERY, *ENUMERATION, TEST})
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def shape(operation: str) -> dict[str, Any]:
    """What replies have: one of the members of `any`; or none, where that is an empty list; and `kind`, if it says any.

    A resource always has its name, and Cloud Storage says in every reply what kind of thing it is.
    """
    replies = list(_replies(operation))
    if not replies:
        raise SystemExit(f"{operation}: no API of {', '.join(map('.'.join, APIS))} has it; add its API to APIS")
    if any("error" in reply for reply in replies):
        raise SystemExit(f"{operation}: its replies have a member `error`, which checks/gcp/client/web.py reads as one")
    members = {name for reply in replies for name in (("name",) if "name" in reply else reply)} - _ANYBODYS
    kinds = {reply["kind"]["default"] for reply in replies if "default" in reply.get("kind", ())}
    if kinds:
        return {"any": sorted(members), "kind": " ".join(kinds)}
    return {"any": sorted(members), **({"empty": True} if _lists(operation) or operation == TEST else {})}


def _lists(operation: str) -> bool:
    return operation.rpartition(".")[2].startswith(("list", "search", "batchSearch"))


def _replies(operation: str) -> Iterator[dict[str, Any]]:
    """The members of each kind of reply."""
    for api in filter(None, (gcp_discovery.load(*version) for version in APIS)):
        for method in _methods(api.routes.values()):
            if method.permission == operation and method.lists is _lists(operation):
                yield api.schemas[method.response].get("properties", {})


def _methods(routes: Iterable[Iterable[gcp_discovery.Method]]) -> Iterator[gcp_discovery.Method]:
    for methods in routes:
        yield from methods


def main(argv: list[str] | None = None) -> int:
    """Write or check the file and return the exit code."""
    return write_or_check(TARGET, build(), __file__, __doc__, argv)


if __name__ == "__main__":
    raise SystemExit(main())
