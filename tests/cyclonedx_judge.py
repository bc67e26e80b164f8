"""Says what is wrong with CycloneDX files: run with their paths by a Python that has cyclonedx-python-lib.

Prints a JSON object: of each path that of its specVersion, "" where there is nothing to say.
"""

import json
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

said = {}
validators = {
    version: JsonStrictValidator(SchemaVersion[f"V{version.replace('.', '_')}"]) for version in ("1.6", "1.7")
}
for path in sys.argv[1:]:
    text = Path(path).read_text(encoding="utf-8")
    problem = validators[json.loads(text).get("specVersion", "1.6")].validate_str(text)
    said[path] = "" if problem is None else repr(problem)[:300]
json.dump(said, sys.stdout)
