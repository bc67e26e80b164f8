"""The page that says how far verdicts go: what they do not see, what refusals mean, and what is out of scope.

A module of a provider's client that defines `refusals()` adds a table: it yields the cause of a refusal, how the
provider says it, the remedy, and the page where the provider says so.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from scanner.model.checks import Check
from scripts.markdown import table

ROOT = Path(__file__).resolve().parent.parent
_INTRO = """# What a scan does not see

A pass means that nothing that could make the check's title true was left unread. What a collector reads was read, or
the verdict is `unknown`. Some of it no collector reads, because nobody in the account can see it, or because it would
take calls of another size. A pass that this bears on ends with "not seen: …", and this page lists it. The page of each
check has it too, and `mlposture explain`."""
_FAILURES = """## What a failure does not see

Policies from above only take away: service control and resource control policies of AWS, deny policies and service
perimeters of Google Cloud, deny assignments and policies of Azure. So do its locks, and policies that keep the blobs of
one container. A member account, project or subscription cannot read all of them. What a failure calls possible may
already be stopped by one. The setting is as the finding says even then, and that one policy is all that stands before
it. Of AWS, a scan with `--verify` [asks one that knows](guides/verifying.md) the service control policies."""
_REFUSALS = """## What refusals mean

A read that fails leaves a gap, see [reading a report](guides/reading-a-report.md#gaps). Most are a missing permission,
which the gap names, and [the permissions](reference/permissions.md) have ready roles. These have a cause of their own;
no permission would help, unless the remedy says so."""
_SCOPE = """## What is out of scope

- **Serving on clusters of your own**: model servers on Kubernetes, and what runs on virtual machines outside the
  managed services. Of an Azure ML endpoint on Kubernetes, its definition is judged and not the cluster.
- **Organisations at AI providers** that are no cloud: their members, keys, projects and logs.
- **What runs inside** containers, notebooks and jobs: packages, processes, and what code does with a request.
- **Data planes**: contents of objects, models and secrets, requests and answers, access lists of single objects. A
  scan lists, describes and gets; it never reads data, but for model cards and data sheets in files, and tables of
  results by group, with `--read-documents`.
- **Services that no kind stands for**: [the kinds](reference/kinds.md) are all that is read."""


def coverage_page(checks: Mapping[str, Check], names: Mapping[str, str]) -> str:
    """The page, for providers by name and title."""
    parts = [_INTRO, "## What a pass does not cover"]
    for provider, title in names.items():
        own = [check for check in checks.values() if check.provider == provider]
        parts += [f"### {title}", _spots(own)]
    parts += [_FAILURES, _REFUSALS]
    for provider, title in names.items():
        rows = sorted(set(refusals(provider)))
        if rows:
            parts += [f"### Refusals of {title}", table(("Cause", "Told as", "Remedy", "Source"), rows)]
    return "\n\n".join([*parts, _SCOPE])


def refusals(provider: str) -> Iterator[tuple[str, str, str, str]]:
    """What the modules of a provider's client know of refusals."""
    for path in sorted((ROOT / "checks" / provider / "client").glob("*.py")):
        if "\ndef refusals(" in path.read_text(encoding="utf-8"):
            yield from importlib.import_module(f"checks.{provider}.client.{path.stem}").refusals()


def _spots(checks: list[Check]) -> str:
    by_spot: dict[str, list[Check]] = {}
    for check in checks:
        for spot in check.blind_to:
            by_spot.setdefault(spot, []).append(check)
    plain = [check for check in checks if not check.blind_to]
    rest = f"Nothing is known to be hidden from the other {len(plain)}: {_links(plain)}."
    return table(("Not seen", "Bears on"), [(spot, _links(each)) for spot, each in by_spot.items()]) + f"\n\n{rest}"


def _links(checks: list[Check]) -> str:
    return ", ".join(f"[{check.id}](reference/checks/{check.id}.md)" for check in checks)
