"""Write the stub of a new check and of its case table, with the next free id.

    python scripts/new_check.py aws sagemaker endpoints sagemaker_endpoint_without_alarm --kind Endpoint
    python scripts/new_check.py aws paths exposure sagemaker_endpoint_public_artifact --kind Endpoint \\
        --needs Model --needs Bucket

The stub fails the generic tests until it is filled in, so that it cannot be merged by accident.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NUMBERS = {"aws": 1, "gcp": 2, "azure": 3, "mlflow": 5, "lineage": 5}
LINE = 120


class Wrong(Exception):
    """What was asked for cannot be made; the message says why and what to do."""


class Request(NamedTuple):
    """What to make: a check of `kind` in module `family` of a service; `needs` are the kinds it joins.

    Joined paths are no service's own: in their place stands `paths`, and in that of the family their theme.
    """

    provider: str
    service: str
    family: str
    slug: str
    kind: str
    needs: tuple[str, ...] = ()

    @property
    def path(self) -> bool:
        return self.service == "paths"


def make(request: Request, root: Path) -> tuple[str, Path, Path]:
    """Write both stubs below `root`. The new id, the module and the test file. Raises Wrong and then writes nothing."""
    package = root / "checks" / request.provider
    if not (request.path or (package / request.service / "resources.py").is_file()):
        raise Wrong(f"checks/{request.provider}/{request.service} has no kinds; see docs/guides/adding-a-service.md")
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", request.slug):
        raise Wrong(f"{request.slug!r} is no slug: lower-case words joined by underscores, stating the problem")
    if not request.family.isidentifier():
        raise Wrong(f"{request.family!r} is no name of a module")
    if request.path and not request.needs:
        raise Wrong("a joined path joins something: name the kinds with --needs")
    taken = _taken(root)
    if request.slug in taken:
        raise Wrong(f"{request.slug} exists already, as {taken[request.slug]}")
    homes = {name: _home(package, request.service, name) for name in (request.kind, *request.needs)}
    module = package / request.service / f"{request.family}.py"
    tests = root / "tests" / "checks" / request.provider / request.service / f"test_{request.family}.py"
    source = module.read_text(encoding="utf-8") if module.is_file() else ""
    table = tests.read_text(encoding="utf-8") if tests.is_file() else ""
    id = next_id(request, source, taken.values())

    source = source or f'"""{_title(request)}."""\n'
    for needed, names in _imports(request, homes).items():
        source = with_import(source, needed, names)
    source = source.rstrip("\n") + "\n\n\n" + _check_stub(request, id, _version(root))
    table = _with_case_table(table, request.slug)
    module.write_text(source, encoding="utf-8")
    tests.parent.mkdir(parents=True, exist_ok=True)
    tests.write_text(table, encoding="utf-8")
    return id, module, tests


def _title(request: Request) -> str:
    family = request.family.replace("_", " ")
    return f"Joined checks: {family}" if request.path else f"Checks of {request.service} {family}"


def next_id(request: Request, source: str, taken: Iterable[str]) -> str:
    """The free id after the greatest of the module; in a module without checks, the first of a new hundred."""
    number = NUMBERS[request.provider]
    low, high = (4000 + 100 * number, 4100 + 100 * number) if request.path else (1000 * number, 1000 * (number + 1))
    used = {int(id[4:]) for id in taken}
    own = [int(text) for text in re.findall(r'\bid="MLP-(\d{4})"', source) if low < int(text) < high]
    candidates: list[int] = []
    if own:
        candidates += range(max(own) + 1, high)
    elif not request.path:
        hundreds = range(low, high, 100)
        candidates += [start + 1 for start in hundreds if used.isdisjoint(range(start, start + 100))]
    candidates += range(low + 1, high)
    for candidate in candidates:
        if candidate not in used:
            return f"MLP-{candidate}"
    raise Wrong(f"no id is left between MLP-{low} and MLP-{high}")


def with_import(source: str, module: str, names: Sequence[str]) -> str:
    """The source with these names imported from the module, beside what it imports already, in ruff's order."""
    lines = source.splitlines()
    ours = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("checks.", "scanner."))
    ]
    for node in ours:
        if node.module == module:
            known = [alias.name for alias in node.names]
            if set(names) <= set(known):
                return source
            lines[node.lineno - 1 : node.end_lineno] = _from_import(module, {*known, *names})
            return "\n".join(lines) + "\n"
    text = _from_import(module, names)
    later = [node.lineno - 1 for node in ours if (node.module or "") > module]
    if later:
        at = later[0]
    elif ours:
        at = ours[-1].end_lineno or ours[-1].lineno
    else:
        at = max((node.end_lineno or 0 for node in ast.parse(source).body if _is_preamble(node)), default=0)
        text = ["", *text]
    lines[at:at] = text
    return "\n".join(lines) + "\n"


def _is_preamble(node: ast.stmt) -> bool:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or isinstance(node, (ast.Import, ast.ImportFrom))


def _from_import(module: str, names: Iterable[str]) -> list[str]:
    ordered = sorted(names, key=lambda name: (0 if name.isupper() else 1 if name[0].isupper() else 2, name))
    line = f"from {module} import {', '.join(ordered)}"
    return [line] if len(line) <= LINE else [f"from {module} import (", *(f"    {name}," for name in ordered), ")"]


def _imports(request: Request, homes: dict[str, str]) -> dict[str, list[str]]:
    needed: dict[str, list[str]] = {}
    for kind, module in homes.items():
        needed.setdefault(module, []).append(kind)
    needed["scanner.model.checks"] = ["check"]
    if request.needs:
        needed["scanner.model.views"] = ["View"]
    needed["scanner.model.nouns"] = ["Severity", "Verdict", "unknown"]
    return needed


def _taken(root: Path) -> dict[str, str]:
    """Slug → id of every check in the tree, read without importing anything."""
    found: dict[str, str] = {}
    for path in sorted((root / "checks").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    id = re.search(r"id='(MLP-\d{4})'", ast.unparse(decorator))
                    if id:
                        found[node.name] = id[1]
    return found


def _home(package: Path, service: str, kind: str) -> str:
    """The module that defines a kind, the service's own before those of other services of the provider."""
    known: dict[str, str] = {}
    for path in sorted(package.rglob("resources.py"), key=lambda path: (path.parent.name != service, path)):
        module = ".".join(("checks", package.name, *path.relative_to(package).with_suffix("").parts))
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(_names_kind(line) for line in node.body):
                known.setdefault(node.name, module)
    if kind not in known:
        raise Wrong(f"{package.name} has no kind {kind!r}; it has {', '.join(sorted(known))}")
    return known[kind]


def _names_kind(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "kind"


def _version(root: Path) -> str:
    found = re.search(r'__version__ = "([^"]+)"', (root / "scanner" / "__init__.py").read_text(encoding="utf-8"))
    if found is None:
        raise Wrong("scanner/__init__.py has no __version__")
    return found[1]


def _check_stub(request: Request, id: str, version: str) -> str:
    subject = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", request.kind).lower()
    comma = "," if len(request.needs) == 1 else ""
    needs = f"    needs=({', '.join(request.needs)}{comma}),\n" if request.needs else ""
    view = ", view: View" if request.needs else ""
    return f'''@check(
    id="{id}",
    severity=Severity.MEDIUM,
    objective="TODO",
    since="{version}",
{needs}    blind_to=("TODO",),
)
def {request.slug}({subject}: {request.kind}{view}) -> Verdict:
    """TODO: state the problem in one sentence.

    ## Why it matters
    TODO

    ## How to fix
    TODO

    ## References
    - TODO
    """
    return unknown("TODO")
'''


def _with_case_table(source: str, slug: str) -> str:
    entry = [f'    "{slug}": [', "        # TODO: at least one case each that passes, fails and is unknown", "    ],"]
    if not source:
        return "\n".join(("from support import Case", "", "CASES: dict[str, list[Case]] = {", *entry, "}", ""))
    lines = source.splitlines()
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        named = any(isinstance(target, ast.Name) and target.id == "CASES" for target in targets)
        value = getattr(node, "value", None)
        if named and isinstance(value, ast.Dict) and value.end_lineno is not None and value.end_lineno > value.lineno:
            lines[value.end_lineno - 1 : value.end_lineno - 1] = entry
            return "\n".join(lines) + "\n"
    raise Wrong("the test file has no table `CASES = {` of several lines to add to")


def main(argv: list[str] | None = None) -> int:
    """Make the stubs and say what comes next; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("provider", choices=sorted(NUMBERS))
    parser.add_argument(
        "service",
        help="folder below checks/<provider>, such as sagemaker; `paths` for a path across resources (4xxx)",
    )
    parser.add_argument(
        "family", help="module that holds the checks of these kinds, such as endpoints; the theme of paths"
    )
    parser.add_argument("slug", help="name of the check; states the problem")
    parser.add_argument("--kind", required=True, help="class that the check judges, such as EndpointConfig")
    parser.add_argument("--needs", action="append", default=[], metavar="KIND", help="class it joins; repeatable")
    request = Request(**{**vars(parser.parse_args(argv)), "needs": tuple(parser.parse_args(argv).needs)})
    try:
        id, module, tests = make(request, ROOT)
    except Wrong as wrong:
        print(f"new_check: {wrong}", file=sys.stderr)
        return 2
    print(f"""{id} {request.slug}
  {module.relative_to(ROOT)}: replace every TODO, choose the severity, write the verdict
  {tests.relative_to(ROOT)}: add its cases
then
  make test-check ARGS={request.slug}
  make generate
  make check
The rules for checks are in CONTRIBUTING.md.""")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
