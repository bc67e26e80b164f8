"""Judges findings in AWS Security Finding Format by the service's own model, as botocore has it.

Its validator looks at members and types; the values of enumerations, and the limits that only the documentation of the
format has, are looked at here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

#: Member of a finding, dotted, with `*` for each item → the most characters (of texts), items or pairs.
LIMITS = {
    "Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024, "Types": 50, "Resources": 32,
    "Resources.*.Id": 512, "Resources.*.Details.Other": 50, "Resources.*.Details.Other.*": 1024, "ProductFields": 50,
    "ProductFields.*": 2048, "Remediation.Recommendation.Text": 512, "Compliance.RelatedRequirements": 32,
    "Compliance.RelatedRequirements.*": 64, "Compliance.StatusReasons.*.Description": 2048, "Note.Text": 512,
}  # fmt: skip
#: Bytes of a finding.
LARGEST = 240 * 1024


@cache
def request() -> Any:
    """The shape of what BatchImportFindings takes."""
    model = botocore.session.get_session().get_service_model("securityhub")
    return model.operation_model("BatchImportFindings").input_shape


def wrong_with(finding: Any) -> list[str]:
    """What the service would refuse in one finding."""
    said = ParamValidator().validate({"Findings": [finding]}, request()).generate_report().splitlines()
    found = [*said, *_texts(finding), *_limits(finding)]
    if len(json.dumps(finding).encode()) > LARGEST:
        found.append("it has more than 240 KB")
    return found


def required(value: Any, shape: Any = None, at: str = "") -> Iterator[tuple[Any, str, str]]:
    """Every member that the model requires where it is: the object that has it, its name, its path."""
    shape = shape or request().members["Findings"].member
    if shape.type_name == "structure":
        yield from ((value, name, f"{at}.{name}") for name in shape.required_members)
        for name, each in value.items():
            yield from required(each, shape.members[name], f"{at}.{name}")
    elif shape.type_name == "list":
        for each in value:
            yield from required(each, shape.member, f"{at}[]")


def _strings(value: Any, shape: Any, at: str) -> Iterator[tuple[str, Any, str]]:
    """Every text where the model has one: what it is there, its shape, its path."""
    inside: list[tuple[Any, Any, str]] = []
    if shape.type_name == "structure" and isinstance(value, dict):
        inside = [(each, shape.members[name], name) for name, each in value.items() if name in shape.members]
    elif shape.type_name == "map" and isinstance(value, dict):
        inside = [(each, shape.value, name) for name, each in value.items()]
    elif shape.type_name == "list" and isinstance(value, list):
        inside = [(each, shape.member, "*") for each in value]
    elif shape.type_name == "string" and isinstance(value, str):
        yield value, shape, at
    for each, its, name in inside:
        yield from _strings(each, its, f"{at}.{name}")


def _texts(finding: Any) -> Iterator[str]:
    for text, shape, at in _strings(finding, request().members["Findings"].member, ""):
        if shape.enum and text not in shape.enum:
            yield f"{at}: {text!r} is none of {shape.enum}"
        if "pattern" in shape.metadata and not text.strip():
            yield f"{at}: is blank"


def _limits(finding: Any) -> Iterator[str]:
    for path, most in LIMITS.items():
        yield from (f"{path}: {len(each)} is more than {most}" for each in _at(finding, path) if len(each) > most)


def _at(value: Any, path: str) -> Iterator[Any]:
    name, _, rest = path.partition(".")
    each = [value.get(name)] if name != "*" else value if isinstance(value, list) else list(value.values())
    for one in each:
        if one is not None:
            yield from _at(one, rest) if rest else [one]
