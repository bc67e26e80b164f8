"""detect-secrets on names and values: JSON in, JSON out. Run by the Python of an environment that holds it.

In: a list of [name, value]. Out: {"milliseconds": CPU time of importing it, "found": {form: [whether it is a secret]}}.
Each pair is a file of its own, in each of the forms that such settings are kept in.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

started = time.process_time()
from detect_secrets.core.scan import scan_file  # noqa: E402 - timed
from detect_secrets.settings import default_settings  # noqa: E402 - as above

MILLISECONDS = 1000 * (time.process_time() - started)
FORMS = {
    ".env": lambda name, value: f"{name}={value}",
    ".json": lambda name, value: json.dumps({name: value}),
    ".py": lambda name, value: f"{name} = {value!r}",
    ".tf": lambda name, value: f"  {name} = {json.dumps(value)}",
    ".yaml": lambda name, value: f"{name}: {json.dumps(value)}",
}


def main() -> None:
    """Read, judge, write."""
    entries = json.load(sys.stdin)
    found: dict[str, list[bool]] = {form: [] for form in FORMS}
    with tempfile.TemporaryDirectory() as folder, default_settings():
        for form, write in FORMS.items():
            path = Path(folder, f"settings{form}")
            for name, value in entries:
                path.write_text(write(name, value) + "\n", "utf-8", "surrogateescape")
                found[form].append(any(True for _ in scan_file(str(path))))
    json.dump({"milliseconds": MILLISECONDS, "found": found}, sys.stdout)


if __name__ == "__main__":
    main()
