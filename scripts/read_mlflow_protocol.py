"""Write tests/worlds/data/mlflow_protocol.json: the messages of MLflow's protocol that a scan is answered with.

Run by hand in an environment that has mlflow, when the simulated server is to know a newer one:

    python scripts/read_mlflow_protocol.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from mlflow.protos import model_registry_pb2, service_pb2
from mlflow.version import VERSION

TARGET = Path(__file__).resolve().parent.parent / "tests" / "worlds" / "data" / "mlflow_protocol.json"
ROOTS = (
    *(service_pb2.DESCRIPTOR.message_types_by_name[name] for name in ("Experiment", "Run", "LoggedModel")),
    *(model_registry_pb2.DESCRIPTOR.message_types_by_name[name] for name in ("RegisteredModel", "ModelVersion")),
)
_TEXT, _FLAG = FieldDescriptor.CPPTYPE_STRING, FieldDescriptor.CPPTYPE_BOOL
_REAL = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)


def main() -> None:
    """Write the file."""
    messages: dict[str, Any] = {}
    for root in ROOTS:
        read(root, messages)
    content = {"mlflow": VERSION, "messages": dict(sorted(messages.items()))}
    TARGET.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read(message: Descriptor, messages: dict[str, Any]) -> None:
    """Note a message, and all that it is made of: of each member what it is, and whether there are many."""
    if message.name in messages:
        return
    members = messages[message.name] = {}
    for field in message.fields:
        members[field.name] = {"is": kind(field), "many": field.is_repeated}
        if field.message_type is not None:
            read(field.message_type, messages)


def kind(field: FieldDescriptor) -> str | list[str]:
    """The name of a message, the values of an enum, or a type of JSON."""
    if field.message_type is not None:
        return str(field.message_type.name)
    if field.enum_type is not None:
        return [str(value.name) for value in field.enum_type.values]
    if field.cpp_type == _TEXT:
        return "string"
    if field.cpp_type == _FLAG:
        return "boolean"
    return "number" if field.cpp_type in _REAL else "integer"


if __name__ == "__main__":
    main()
