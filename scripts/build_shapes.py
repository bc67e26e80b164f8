"""Write checks/aws/client/shapes.json from botocore's service models: what a scan needs of them, so that it loads none.

Run without arguments to write the file, or with --check to exit 1 if it is out of date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import botocore.session
from botocore.model import ServiceModel, Shape
from botocore.paginate import PaginatorModel

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.generated_file import write_or_check  # noqa: E402 - found by the line above

TARGET = ROOT / "checks" / "aws" / "client" / "shapes.json"
#: Services that speak JSON 1.1, perhaps beside others, and the prefixes of their operations that only read.
SERVICES = {
    "sagemaker": ("List", "Describe", "Search", "QueryLineage"),
    "resourcegroupstaggingapi": ("GetResources",),
    # Of both, the SDK prefers CBOR, of which nothing tells a reply from another body.
    "cloudwatch": ("DescribeAlarms",),
    "codepipeline": ("GetPipeline",),
}
#: Operations that are asked in a way in which their replies come in one page.
ONE_PAGE = ("GetResources",)
#: Operations that have pages although the SDK has no paginator for them, with the members that hold their items.
PAGED = {"QueryLineage": "Vertices Edges"}


def build() -> str:
    """The file: service → protocol facts and operations, one operation a line."""
    session = botocore.session.get_session()
    services = []
    for service, verbs in SERVICES.items():
        model, pages = session.get_service_model(service), session.get_paginator_model(service)
        if "json" not in model.metadata.get("protocols", [model.protocol]):
            raise SystemExit(f"{service} speaks {model.protocol}")
        lines = [
            f"  {json.dumps(name)}: {json.dumps(facts, separators=(',', ':'))}"
            for name in sorted(model.operation_names)
            if name.startswith(verbs) and (facts := _facts(model, pages, name)) is not None
        ]
        head = {"version": model.metadata["jsonVersion"], "target": model.metadata["targetPrefix"]}
        if model.signing_name != service:
            head["signing_name"] = model.signing_name
        services.append(
            f'"{service}": {json.dumps(head)[:-1]}, "operations": {{\n' + ",\n".join(lines) + "\n}}"  # one a line
        )
    return "{\n" + ",\n".join(services) + "\n}\n"


def _facts(model: ServiceModel, pages: PaginatorModel, name: str) -> dict[str, Any] | None:
    shape = model.operation_model(name).output_shape
    if shape is None:
        return None
    facts = {"members": list(shape.members), "times": _times(shape, ())}
    if name in ONE_PAGE:
        return facts
    if name in PAGED:
        return {**facts, "items": PAGED[name]}
    try:
        paging = pages.get_paginator(name)
    except ValueError:
        return facts
    tokens = {paging["input_token"], paging["output_token"]}
    if tokens != {"NextToken"}:
        raise SystemExit(f"{name} pages in a way that checks/aws/client/wire.py does not know: {paging}")
    lists = paging["result_key"]
    return {**facts, "items": lists if isinstance(lists, str) else " ".join(lists)}


def _times(shape: Shape, above: tuple[str, ...]) -> dict[str, Any]:
    """The members below a structure that are times, as a tree whose leaves are empty; lists are passed through."""
    if shape.name in above or shape.type_name == "blob" or shape.serialization.get("timestampFormat"):
        raise SystemExit(f"{shape.name}: recursion, blobs and other times than numbers are not provided for")
    above = (*above, shape.name)
    if shape.type_name == "list":
        if shape.member.type_name == "timestamp":
            raise SystemExit(f"{shape.name}: a list of times is not provided for")
        return _times(shape.member, above)
    if shape.type_name == "map" and _times(shape.value, above):
        raise SystemExit(f"{shape.name}: times in a map are not provided for")
    if shape.type_name != "structure":
        return {}
    found = {name: _times(member, above) for name, member in shape.members.items()}
    return {name: below for name, below in found.items() if below or shape.members[name].type_name == "timestamp"}


def main(argv: list[str] | None = None) -> int:
    """Write or check the file and return the exit code."""
    return write_or_check(TARGET, build(), __file__, __doc__, argv)


if __name__ == "__main__":
    raise SystemExit(main())
