"""Says what is wrong with CycloneDX files: run with their paths by a Python that has cyclonedx-python-lib.

Prints a JSON object: of each path that of its specVersion, "" where there is nothing to say.
"""

import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from jsonschema.validators import Draft7Validator


def once(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A check of a format that looks at each text once: addresses recur, and parsing one takes a tenth of a second."""
    cached = cache(check)
    return lambda value: cached(value) if isinstance(value, str) else check(value)


def either(plain: Callable[[Any], bool], check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A check that a quick and stricter one may decide before it."""
    return lambda value: plain(value) or check(value)


formats = Draft7Validator.FORMAT_CHECKER.checkers  # what JsonStrictValidator checks formats by
for name, plain in (("iri", "uri"), ("iri-reference", "uri-reference")):  # a URI is an IRI as well
    formats[name] = (either(formats[plain][0], formats[name][0]), formats[name][1])
formats.update({name: (once(check), raises) for name, (check, raises) in formats.items()})
validators = {version: JsonStrictValidator(SchemaVersion.from_version(version)) for version in ("1.6", "1.7")}
said = {}
for path in sys.argv[1:]:
    text = Path(path).read_text(encoding="utf-8")
    problem = validators[json.loads(text).get("specVersion", "1.6")].validate_str(text)
    said[path] = "" if problem is None else repr(problem)[:300]
json.dump(said, sys.stdout)
