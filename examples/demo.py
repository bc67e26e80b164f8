"""Scan three simulated clouds with the real command line: no credentials, no network beyond loopback.

    python examples/demo.py [--verbose] demo-out

The invented organisation, Northwind Example, runs a sentiment model on AWS, a fraud-detection service on Google Cloud
and a diagnostic-support model on Azure; see examples/README.md. The worlds live in tests/worlds/data. What is printed
comes from the JSON report; --verbose lets the scanner print its own as well.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from reports.writing import clean, first_paragraph

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from worlds.aws import AwsWorld  # noqa: E402
from worlds.azure import AzureWorld  # noqa: E402
from worlds.base import World, WorldError  # noqa: E402
from worlds.gcp import GcpWorld  # noqa: E402


class UncheckedAzureWorld(AzureWorld):
    """Does without the model classes of Microsoft's SDKs: the tests have checked the world file against them."""

    checked = False


WORLDS: dict[str, type[World]] = {"aws": AwsWorld, "gcp": GcpWorld, "azure": UncheckedAzureWorld}
TITLES = {
    "aws": "AWS, ticket sentiment",
    "gcp": "Google Cloud, card fraud scoring",
    "azure": "Azure, retinal diagnosis support",
}
#: The parent's own cloud settings must not leak into a demonstration that promises to use none.
PRIVATE = ("AWS_", "GOOGLE_", "AZURE_", "MLPOSTURE_", "CLOUDSDK_", "STORAGE_EMULATOR_HOST", "REQUESTS_CA_BUNDLE")
#: What is written about each AI system: the framework its dossier speaks of, and the page of it to begin with.
PAPERS = {
    "ticket-sentiment": ("nist-ai-rmf-1.0", "record.html"),
    "fraud-scoring": ("soc2", "dossier.html"),
    "retina-diagnosis": ("eu-ai-act", "dossier.html"),
}
SEVERITIES = ("critical", "high", "medium", "low", "informational")
STYLES: dict[str, dict[str, Any]] = {
    "critical": {"fg": "magenta", "bold": True},
    "high": {"fg": "red", "bold": True},
    "medium": {"fg": "yellow"},
    "low": {"fg": "cyan"},
    "head": {"bold": True},
}
#: Words about a control that say something of it.
SAID = ("evidence for", "evidence against", "mixed")
#: Columns of a line, and of its margin with the severity and the check's id; how many checks are shown of a cloud; from
#: where on a word is cut, and what may be lost by cutting between words.
WIDTH, MARGIN, WORST, LONGEST_WORD, LOSS = 100, 11, 5, 70, 15

#: The name of a style, "" for none, and the text of a line.
Line = tuple[str, str]
Finding = dict[str, Any]


# -- what is shown -----------------------------------------------------------------------------------------------------


def summary(report: dict[str, Any], seconds: float) -> Iterator[Line]:
    """The sums of a report, and of each cloud the sums and what is worst."""
    total = report["summary"]
    yield "head", f"{total['resources']} resources in {seconds:.1f} s"
    yield "", sums(total["verdicts"], total["by_severity"])
    for provider, title in TITLES.items():
        yield "", ""
        yield from cloud(report, provider, title)


def cloud(report: dict[str, Any], provider: str, title: str) -> Iterator[Line]:
    findings = [finding for finding in report["findings"] if finding["resource"]["provider"] == provider]
    failures = [finding for finding in findings if finding["verdict"] == "fail"]
    seen = sum(kind["observed"] for kind in report["coverage"]["kinds"] if kind["provider"] == provider)
    gaps = sum(gap["scope"]["provider"] == provider for gap in report["gaps"])
    yield "head", f"{title}: {seen} resources, {f'{gaps} gaps: not all could be seen' if gaps else 'all of them seen'}"
    yield "", sums(Counter(finding["verdict"] for finding in findings), Counter(one["severity"] for one in failures))
    names = {finding["resource"]["id"]: finding["resource"]["name"] for finding in findings}
    for alike in worst(failures):
        yield from entry(alike, names)


def systems(report: dict[str, Any], dossiers: Mapping[str, dict[str, Any]], folder: str) -> Iterator[Line]:
    """Each declared AI system: what can be said of controls, where the paper on it is, and its technical file.

    Beside the paper stands what the recorded answers about its risk lead to, first.
    """
    yield "head", f"AI systems of {report['evidence']['manifest']}: evidence for people to judge, not compliance"
    for system in report["evidence"]["systems"]:
        if system["id"] is None:
            continue
        failed = ", ".join(f"{count} {severity}" for severity, count in system["failures"].items() if count)
        yield "", f"{clean(system['id'])}, {system['declared']['tier']}: {system['resources']} resources, {failed}"
        frameworks = report["scores"]["systems"][system["id"]]["frameworks"]
        said = "; ".join(f"{name}: {controls(score)}" for name, score in frameworks.items())
        yield "", f"  {fold(said, WIDTH - 2, 1)[0]}"
        dossier = dossiers[system["id"]]
        page = f"{folder}/{system['id']}/{PAPERS[system['id']][1]}: {dossier['triage']['headline'][0]}"
        yield "", f"  {fold(page, WIDTH - 2, 1)[0]}"
        for items in [part["items"] for part in dossier["parts"] if part["items"]]:
            yield "", f"  {fold(technical_file(items), WIDTH - 2, 1)[0]}"
    yield "", f"  {folder}/*.cdx.json: what each is made of, a CycloneDX ML-BOM; board.html: how all of them stand"


def technical_file(items: Iterable[dict[str, Any]]) -> str:
    """Of which items of Annex IV(2) there is something, by kind of evidence, and of which there is nothing."""
    there = {item["id"][-2]: {piece["kind"] for piece in item["pieces"]} for item in items}
    found = {
        kind: [id for id, kinds in there.items() if kind in kinds] for kind in ("observed", "recorded", "declared")
    }
    found["nothing"] = [id for id, kinds in there.items() if kinds == {"missing"}]
    return "Annex IV(2): " + "; ".join(f"{kind} of {', '.join(ids) or 'none'}" for kind, ids in found.items())


def controls(score: dict[str, Any]) -> str:
    """How many controls of a framework have which word, and of how many of these nothing is due yet."""
    words, later = score["words"], sum(score["readiness"].get(word, 0) for word in SAID)
    counts = [
        f"{words[word]} {word.removeprefix('evidence ')}" for word in (*SAID, "not applicable") if words.get(word)
    ]
    return ", ".join([*counts, *([f"{later} not due yet"] if later else [])]) or "nothing said"


def sums(verdicts: Mapping[str, int], severities: Mapping[str, int]) -> str:
    words = {name: "info" if name == "informational" else name for name in SEVERITIES}  # else a line is too long
    detail = ", ".join(f"{severities[name]} {word}" for name, word in words.items() if severities.get(name))
    failed = f"{verdicts['fail']} fail ({detail})" if detail else "0 fail"
    return (
        f"{failed}, {verdicts['pass']} pass, {verdicts['unknown']} unknown, {verdicts['not_applicable']} not applicable"
    )


def worst(failures: Iterable[Finding]) -> list[list[Finding]]:
    """The failures of those checks that found the worst, each check's together, worst first."""
    by_check: dict[str, list[Finding]] = {}
    for finding in sorted(failures, key=lambda one: (SEVERITIES.index(one["severity"]), -one["score"])):
        by_check.setdefault(finding["check"]["id"], []).append(finding)
    return list(by_check.values())[:WORST]


def entry(alike: list[Finding], names: Mapping[str, str]) -> Iterator[Line]:
    """What one check found, with the worst of its resources, in four lines at most."""
    first = alike[0]
    more = f" and {len(alike) - 1} more" if len(alike) > 1 else ""
    kind, name = first["resource"]["kind"].rpartition(".")[2], first["resource"]["name"]
    yield from note(first["check"]["title"], lead=first["severity"], style=first["severity"])
    yield from note(f"{kind} {name}{more}: {first['message']}", lead=first["check"]["id"])
    path = [names.get(id) or id.replace(":", "/").rpartition("/")[2] for id in first["path"]]
    if len(path) > 2:  # a shorter one says no more than the line above
        yield from note("path: " + " → ".join(path))
    yield from note(f"fix: {first_paragraph(first['remediation'])}", lines=1 if len(path) > 2 else 2)


def note(text: str, *, lead: str = "", style: str = "", lines: int = 1) -> Iterator[Line]:
    for line in fold(text, WIDTH - MARGIN, lines):
        yield style, f" {cut(clean(lead), MARGIN - 2):{MARGIN - 1}}{line}"
        lead = ""


def fold(text: str, width: int, lines: int) -> list[str]:
    """Text on that many lines at most. No line starts inside a word: what is harmless there, `::`, would be obeyed."""
    words = (cut(word, LONGEST_WORD) for word in clean(text).split())
    folded = textwrap.wrap(" ".join(words), width, break_long_words=False, break_on_hyphens=False) or [""]
    if len(folded) > lines:
        folded[lines - 1 :] = [cut(" ".join(folded[lines - 1 :]), width)]
    return folded


def cut(text: str, width: int) -> str:
    """A text, or the beginning of one that is longer: up to a word's end, unless that loses much."""
    if len(text) <= width:
        return text
    kept = text[: width - 1]
    words = kept.rpartition(" ")[0]
    return f"{words} …" if words and len(kept) - len(words) < LOSS else f"{kept}…"


def next_steps(report: dict[str, Any], command: str, folder: str) -> Iterator[Line]:
    """What to type now; the finding to look at is one of the worst, with the longest path."""
    steps = [
        (f"python3 -m webbrowser {folder}/report.html", "all of it; .json and .sarif are for programs"),
        (f"{command} evidence verify {folder}/fraud-scoring", "was a file of it changed?"),
        (f"{command} scan aws", "your own account, as the AWS CLI sees it"),
    ]
    failures = [finding for finding in report["findings"] if finding["verdict"] == "fail"]
    if failures:
        example = min(failures, key=lambda one: (SEVERITIES.index(one["severity"]), -len(one["path"])))
        steps.insert(0, (f"{command} explain {clean(example['check']['id'])}", "why it matters, how to fix it"))
    yield "head", "What to type next:"
    length = max(len(typed) for typed, _ in steps)
    for typed, what in steps:
        yield "", f"  {typed:{length}}  # {what}"


def show(lines: Iterable[Line]) -> None:
    """Print lines, in colour where a person sees them."""
    for style, text in lines:
        styled = click.style(text, **STYLES[style]) if style in STYLES else text
        click.echo(styled, color=False if os.environ.get("NO_COLOR") else None)
    sys.stdout.flush()


# -- what is done ------------------------------------------------------------------------------------------------------


def forget_settings() -> None:
    """Remove what would have the scanner, or the SDKs behind the simulated clouds, look elsewhere."""
    for name in list(os.environ):
        if name.startswith(PRIVATE) or name.upper().endswith("_PROXY"):
            del os.environ[name]


def start_worlds(stack: ExitStack) -> dict[str, str]:
    """Start the clouds. Returns the environment of a process that sees them, and keeps its state nowhere else."""
    environment = {**os.environ, "XDG_STATE_HOME": stack.enter_context(tempfile.TemporaryDirectory())}
    for name, kind in WORLDS.items():
        file = ROOT / "tests" / "worlds" / "data" / f"{name}.yaml"
        try:
            world = stack.enter_context(kind.load(file))
        except WorldError as error:
            sys.exit(f"{file}:\n{error}")
        environment |= world.env()
    return environment


def scan(command: Path, arguments: list[str], environment: dict[str, str], *, verbose: bool) -> float:
    """Run the command line as a user would; the seconds it took. A failure fails the demonstration and is shown."""
    started = time.monotonic()
    run(command, arguments, environment, show=verbose)
    return time.monotonic() - started


def run(command: Path, arguments: list[str], environment: Mapping[str, str], *, show: bool = False) -> None:
    """Run a command. What it prints is shown at once if asked for, else if it fails."""
    output = None if show else subprocess.PIPE
    done = subprocess.run([command, *arguments], env=environment, stdout=output, stderr=output, check=False)
    if done.returncode != 0:
        sys.stderr.write(((done.stdout or b"") + (done.stderr or b"")).decode(errors="backslashreplace"))
        sys.exit(f"mlposture exited with {done.returncode}")


def write_papers(command: Path, manifest: str, folder: str) -> dict[str, dict[str, Any]]:
    """A dossier and a BOM of each system, a page for a board, from the saved inventory; the dossiers, as JSON."""
    saved = ["--inventory", f"{folder}/inventory.json", "--systems", manifest]
    commands = [["report", "board", *saved, "-o", f"{folder}/board.html"]]
    for name, (framework, _) in PAPERS.items():
        answers = os.path.relpath(ROOT / "examples" / f"triage-{name}.yaml")
        how = ["--framework", framework, "--answers", answers, *saved, "-o", f"{folder}/{name}"]
        commands.append(["evidence", name, *how])
        bom = ["--systems", manifest, "--system", name, "-o", f"{folder}/{name}.cdx.json"]
        commands.append(["bom", f"{folder}/inventory.json", *bom])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda arguments: run(command, arguments, os.environ), commands))
    return {name: json.loads(Path(folder, name, "dossier.json").read_bytes()) for name in PAPERS}


def main() -> None:
    """Start the clouds, scan all three into one report in several formats, and show what it says."""
    parser = argparse.ArgumentParser(description="Scan three simulated clouds with the real command line.")
    parser.add_argument("folder", nargs="?", default="demo-out")
    parser.add_argument("--verbose", action="store_true", help="let the scanner print its own report as well")
    options = parser.parse_args()
    forget_settings()
    sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that has no `→` is shown its number
    Path(options.folder).mkdir(parents=True, exist_ok=True)
    command = Path(sys.executable).with_name("mlposture")
    config = os.path.relpath(ROOT / "examples" / "mlposture.toml")
    manifest = os.path.relpath(ROOT / "examples" / "ai-systems.yaml")
    how = ["scan", "--config", config, "--systems", manifest, "--fail-on", "never", "--no-cache"]
    where = [part for name in ("json", "sarif", "html") for part in ("-o", f"{options.folder}/report.{name}")]
    kept = ["--keep-replies", "--save-inventory", f"{options.folder}/inventory.json"]
    show(
        [
            ("", "The real scanner against three simulated clouds of an invented company, with no credentials:"),
            ("", f"$ mlposture {' '.join(how)} \\"),
            ("", f"    {' '.join(where)} \\"),
            ("", f"    {' '.join(kept)}"),
        ]
    )
    with ExitStack() as stack:
        environment = start_worlds(stack)
        seconds = scan(command, [*how, *where, *kept], environment, verbose=options.verbose)
    report = json.loads(Path(options.folder, "report.json").read_text(encoding="utf-8"))
    show([("", ""), *summary(report, seconds)])
    dossiers = write_papers(command, manifest, options.folder)
    show([("", ""), *systems(report, dossiers, options.folder)])
    show([("", ""), *next_steps(report, os.path.relpath(command), options.folder)])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os._exit(141)  # who read this went away, and Python would complain of it at its own end
