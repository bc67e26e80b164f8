"""Validates OCSF events with ocsf-json-schema. It runs in the environment that `make .venv-formats/.ready` makes.

Each argument is a file of events, one a line. Printed is one JSON object: of each file what is wrong with its events,
the classes they have, and which members that the schema requires could be cut out of one without its noticing.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema_rs
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

NAMES = {2003: "compliance_finding", 2004: "detection_finding"}
SCHEMAS = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0"))
CLASSES = {
    number: SCHEMAS.get_class_schema(class_name=name, profiles=["cloud", "datetime"]) for number, name in NAMES.items()
}
VALIDATORS = {number: jsonschema_rs.validator_for(schema) for number, schema in CLASSES.items()}


def required(schema: Any, value: Any, definitions: Any, at: str = "") -> list[tuple[Any, str, str]]:
    """Every member of a value that the schema requires there: the object that has it, its name, its path."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    found = []
    if isinstance(value, dict):
        found = [(value, name, f"{at}.{name}") for name in schema.get("required", ())]
        # of which one is needed, and only one is there
        groups = [name for group in schema.get("anyOf", ()) for name in group.get("required", ()) if name in value]
        found += [(value, name, f"{at}.{name}") for name in groups if len(groups) == 1]
        for name, each in value.items():
            found += required(schema.get("properties", {}).get(name, {}), each, definitions, f"{at}.{name}")
    elif isinstance(value, list):
        for each in value:
            found += required(schema.get("items", {}), each, definitions, f"{at}[]")
    return found


def unnoticed(event: Any) -> tuple[list[str], list[str]]:
    """Paths of the members that were cut, one at a time, and of those without which the event was valid still."""
    number = event["class_uid"]
    schema = CLASSES[number]
    cut, missed = [], []
    for holder, name, path in required(schema, event, schema["$defs"]):
        value = holder.pop(name)
        cut.append(path)
        if VALIDATORS[number].is_valid(event):
            missed.append(path)
        holder[name] = value
    return cut, missed


def judged(path: Path) -> dict[str, Any]:
    events = [json.loads(line) for line in path.read_bytes().splitlines()]
    wrong = [
        f"{number}: {error.message} at {error.instance_path}"
        for number, event in enumerate(events, 1)
        for error in VALIDATORS[event["class_uid"]].iter_errors(event)
    ]
    richest = {event["class_uid"]: event for event in sorted(events, key=lambda event: len(json.dumps(event)))}
    tried = {number: unnoticed(event) for number, event in richest.items()}
    return {
        "wrong": wrong,
        "classes": Counter(event["class_uid"] for event in events),
        "cut": {number: sorted(set(cut)) for number, (cut, _) in tried.items()},
        "unnoticed": [path for _, missed in tried.values() for path in missed],
    }


sys.stdout.write(json.dumps({argument: judged(Path(argument)) for argument in sys.argv[1:]}))
