"""Write tests/scripts/aws_cli.json: commands and options of the AWS CLI, as far as docstrings of checks name them.

Run it after a docstring names another command. It installs the AWS CLI from the package index into an environment of
its own, which is thrown away: the CLI holds botocore to a version of its own. Nothing else needs it.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "tests" / "scripts" / "aws_cli.json"
#: Where docstrings are read.
SOURCES = ("checks", "scanner", "reports")
_SPAN = re.compile(r"`([^`]+)`|^ *(aws .+)$", re.MULTILINE)
_OPTION = re.compile(r"--[a-z0-9][a-z0-9-]*")
#: Runs inside the other environment: asks the CLI itself for what it knows of each command, None if nothing.
_ASK = """
import json, sys
from awscli.clidriver import create_clidriver
driver = create_clidriver()
everywhere = sorted(driver._get_argument_table())
found = {}
for line in sys.argv[1:]:
    service, operation = line.split()
    command = driver._get_command_table().get(service)
    table = command._get_command_table() if hasattr(command, "_get_command_table") else {}
    found[line] = sorted(table[operation].arg_table) if operation in table else None
print(json.dumps({"everywhere": everywhere, "commands": found}))
"""


class Line(NamedTuple):
    """Where a command is named, the command (`sagemaker create-model`), and the options that go with it."""

    place: str
    command: str
    options: tuple[str, ...]


def written() -> Iterator[Line]:
    """Every command line of the AWS CLI in a docstring. An option on its own is of a command in the same paragraph."""
    for path in (path for source in SOURCES for path in sorted((ROOT / source).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                place = f"{path.relative_to(ROOT)}: {getattr(node, 'name', 'module')}"
                for paragraph in (ast.get_docstring(node) or "").split("\n\n"):
                    yield from lines_of(place, paragraph)


def lines_of(place: str, paragraph: str) -> Iterator[Line]:
    spans = [" ".join((inline or line).split()) for inline, line in _SPAN.findall(paragraph)]
    commands = [span for span in spans if span.startswith("aws ")]
    alone = [option for span in spans if span.startswith("--") for option in _OPTION.findall(span)]
    for command in commands:
        words = command.split()[1:3]
        options = _OPTION.findall(command) + (alone if len(commands) == 1 else [])
        yield Line(place, " ".join(words), tuple(options))


def main() -> int:
    """Write the file; 1 if the AWS CLI does not know a command."""
    commands = sorted({line.command for line in written()})
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "bin", "python"))
        subprocess.run([python, "-m", "pip", "install", "--quiet", "awscli"], check=True)
        told = subprocess.run([python, "-c", _ASK, *commands], check=True, capture_output=True, text=True).stdout
    known = json.loads(told)
    if unknown := [command for command, options in known["commands"].items() if options is None]:
        print(f"the AWS CLI has no {', '.join(unknown)}", file=sys.stderr)
        return 1
    lines = [f"  {json.dumps(name)}: {json.dumps(options)}" for name, options in known["commands"].items()]
    everywhere = json.dumps(known["everywhere"])
    TARGET.write_text(
        f'{{"everywhere": {everywhere}, "commands": {{\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
