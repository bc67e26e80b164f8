"""What replies of MLflow may have, from its own protocol: booleans and enums, and what a document may hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from checks.mlflow.tracking.resources import ARTIFACT

_PROTOCOL = json.loads((Path(__file__).parent / "data" / "mlflow_protocol.json").read_text(encoding="utf-8"))
MESSAGES: dict[str, dict[str, Any]] = _PROTOCOL["messages"]
#: What no message describes: how a server answers.
_ANSWERS = {"status", "answer", "allow_origin", "allow_credentials"}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float, str),
}  # fmt: skip
#: Enums that the protocol has as text.
_TEXT_ENUMS = {
    ("ModelVersion", "current_stage"): ("None", "Staging", "Production", "Archived"),
    ("Experiment", "lifecycle_stage"): ("active", "deleted"),
    ("RunInfo", "lifecycle_stage"): ("active", "deleted"),
}


def _named(*path: str) -> Callable[[dict[str, Any]], tuple[str, ...]]:
    """How an item of a section is called."""

    def names(item: dict[str, Any]) -> tuple[str, ...]:
        for step in path[:-1]:
            item = item[step]
        return (str(item[path[-1]]),)

    return names


def _version(item: dict[str, Any]) -> tuple[str, ...]:
    return (f"models/{item['name']}/versions/{item['version']}",)


#: Sections of a document: the operation whose reply shows an item, its message, and what it is called.
SECTIONS: dict[str, tuple[str, str, Callable[[dict[str, Any]], tuple[str, ...]]]] = {
    "experiments": ("mlflow:SearchExperiments", "Experiment", _named("experiment_id")),
    "registered_models": ("mlflow:SearchRegisteredModels", "RegisteredModel", _named("name")),
    "model_versions": ("mlflow:SearchModelVersions", "ModelVersion", _version),
    "runs": ("mlflow:GetRun", "Run", _named("info", "run_id")),
    "logged_models": ("mlflow:GetLoggedModel", "LoggedModel", _named("info", "model_id")),
}
_MESSAGE = {operation: message for operation, message, _ in SECTIONS.values()}


def knows(operation: str, path: tuple[str, ...]) -> bool:
    """Whether replies to an operation can have a member."""
    if operation == "mlflow:GetUser":
        return path == ("is_admin",)
    if operation == "mlflow:GetVersion":
        return path == ("version",)
    if operation == ARTIFACT:
        return path in (("columns",), ("data",))  # of a table as log_table writes it
    if operation == "mlflow:SearchExperiments" and path and path[0] in _ANSWERS:
        return True
    shape: Any = _MESSAGE[operation]
    for step in path:
        member = MESSAGES.get(shape, {}).get(step) if isinstance(shape, str) else None
        if member is None:
            return False
        shape = member["is"]
    return True


def inside(shape: Any, value: Any, key: str | None) -> Any:
    """The shape of a member; that of the items is that of the list."""
    if key is None or not isinstance(shape, str):
        return shape
    enum = _TEXT_ENUMS.get((shape, key))
    return list(enum) if enum else MESSAGES.get(shape, {}).get(key, {}).get("is")


def choices(shape: Any) -> Iterable[str]:
    """The values of an enum."""
    return shape if isinstance(shape, list) else ()


def problems(document: dict[str, Any]) -> Iterator[str]:
    """Whatever in a document no reply of MLflow has."""
    for section, (_, message, _names) in SECTIONS.items():
        for number, item in enumerate(document.get(section) or ()):
            yield from _wrong(item, message, f"{section}.{number}")
    for name in document.keys() - SECTIONS.keys() - {"server", "artifacts"}:
        yield f"{name}: no such section"


def _wrong(value: Any, shape: Any, where: str) -> Iterator[str]:
    if isinstance(shape, list):
        if value not in shape:
            yield f"{where}: {value!r} is none of {', '.join(shape)}"
    elif shape in _TYPES:
        if not isinstance(value, _TYPES[shape]) or (isinstance(value, bool) and shape != "boolean"):
            yield f"{where}: {value!r} is no {shape}"
    elif not isinstance(value, dict):
        yield f"{where}: {value!r} is no {shape}"
    else:
        for key, inner in value.items():
            member = MESSAGES[shape].get(key)
            if member is None:
                yield f"{where}.{key}: {shape} has no such member"
                continue
            enum = _TEXT_ENUMS.get((shape, key))
            for one in inner if member["many"] and isinstance(inner, list) else [inner]:
                yield from _wrong(one, list(enum) if enum else member["is"], f"{where}.{key}")
