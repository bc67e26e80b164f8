"""Nothing invented and nothing broken in worlds that chance made, whatever goes wrong there. `make sweep` tries many.

`MLPOSTURE_SWEEP` in the environment says how many worlds are made of each provider, and that every operation fails in
each of them; unless given it is one world, in which a few fail.
"""

from __future__ import annotations

import html
import itertools
import json
import os
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from paging import unpacked
from rescanning import Calm, connected_to
from scanning import PROVIDERS, crowd, running
from support import BULK, fail_with
from test_every_collector import invented
from test_every_reply import ODD, lost, odd_for, unsaid
from worlds.base import Fault, Request, Response, World, WorldError
from worlds.leaves import changed

from reports import SUFFIXES
from scanner.model.exits import Exit

SWEEP = "MLPOSTURE_SWEEP" in os.environ
WORLDS = [
    pytest.param(provider, seed, id=f"{provider}-{seed}")
    for seed in range(int(os.environ.get("MLPOSTURE_SWEEP", "1")))
    for provider in PROVIDERS
]
#: Operations that fail in each world, unless all of them do.
FEW = 2
#: What terminals, browsers, viewers of SARIF, spreadsheets and CI systems would act upon, and what is no text.
HOSTILE = (
    "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07", "\x1b[2J", "\r\n::error::owned", "\n##vso[task.complete]",
    "\u202egpj.exe", "<script>alert(1)</script>", "[x](javascript:alert(1))", "{{7*7}}", "\x00", "\ud800", "\u2028",
    "=cmd|' /C calc'!A0", "../" * 40, "a" * 5000, "%s%n{0}", " ", "A\u0300" * 50,
)  # fmt: skip
#: What no output may hold as it is: controls, what turns the direction of text, and commands of CI systems.
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ud800-\udfff]|^(::|##vso)", re.MULTILINE)
_JSON_TEXT = re.compile(rb'(?<=[:\[,{] )"(\\.|[^"\\])*"(?! ?:)|(?<=[:\[,{])"(\\.|[^"\\])*"(?! ?:)')
_XML_TEXT = re.compile(rb"(?<=>)[^<>]+(?=<)")


def of_chance(provider: str, seed: int) -> tuple[random.Random, dict[str, Any]]:
    """A document that differs from the demo organisation's in up to a dozen booleans and enums."""
    chance = random.Random(f"{provider} {seed}")
    with running(provider, crowd(copies=8) if provider == "aws" and seed % 3 == 2 else None) as world:
        made = world.document
        leaves = list(world.leaves())
        for leaf in chance.sample(leaves, chance.randint(1, 12)):
            turned = changed(made, leaf.path, chance.choice(leaf.alternatives))
            try:
                world.replace(turned)
            except WorldError:
                continue  # what the rest of the resource forbids
            made = turned
    return chance, made


# -- one operation fails -----------------------------------------------------------------------------------------------


def refused_from(number: int) -> Callable[[World, Request], Response]:
    """A refusal that begins in the middle of a scan: some requests are answered before."""
    asked = itertools.count()

    def answer(world: World, request: Request) -> Response:
        return world.respond(request) if next(asked) < number else world.refuse(request, "deny")

    return answer


def ways(operation: str, chance: random.Random) -> Iterator[tuple[str, Fault]]:
    """How an operation fails: refused, refused midway, and answered with what is no reply of it."""
    number = chance.randint(1, 4)
    yield "deny", Fault(operation, "deny")
    yield f"deny after {number}", Fault(operation, "answer", answer=refused_from(number))
    odd = chance.choice(list(odd_for(operation)))
    yield odd, Fault(operation, "answer", answer=ODD[odd])


def wrong(before: Calm, connected: Any, operation: str, name: str) -> tuple[int, list[str]]:
    """How many verdicts were given when an operation fails, and what is wrong with them."""
    again = before.again(connected, frozenset({operation}))
    after = before.verdicts_of(again)
    if operation in BULK.get(before.provider, ()):
        return len(after), [] if after == before.verdicts else [f"other verdicts when {operation} fails"]
    return len(after), [
        *(unsaid(again.inventory, operation) if " after " not in name else ()),
        *invented(before.verdicts, after, operation),
        *lost(before.inventory, again.inventory, operation),
    ]


@pytest.mark.parametrize(("provider", "seed"), WORLDS)
def test_whatever_fails_in_whatever_world_invents_no_verdict(
    provider: str, seed: int, record_property: Callable[[str, Any], None]
) -> None:
    chance, made = of_chance(provider, seed)
    problems, verdicts, scans = [], 0, 0
    with running(provider, made) as world:
        with connected_to(provider) as connected:
            before = Calm(provider, connected)
        asked = sorted(
            {one for collector in before.plan.collectors for one in collector.operations} & world.operations()
        )
        for operation in asked if SWEEP else chance.sample(asked, FEW):
            for name, fault in ways(operation, chance):
                world.faults = [fault]
                with connected_to(provider) as connected:
                    judged, found = wrong(before, connected, operation, name)
                verdicts, scans = verdicts + judged, scans + 1
                problems += [f"{name}: {problem}" for problem in found]
    record_property("scans in which one operation failed", scans)
    record_property("verdicts compared", verdicts)
    fail_with(problems)


# -- hostile texts -----------------------------------------------------------------------------------------------------


def spoiled(chance: random.Random, often: float) -> Callable[[World, Request], Response]:
    """The world's own replies, with hostile texts in some of the values, whatever these mean."""

    def spoil_json(found: re.Match[bytes]) -> bytes:
        if chance.random() > often:
            return found[0]
        return json.dumps(json.loads(found[0]) + chance.choice(HOSTILE)).encode()

    def spoil_xml(found: re.Match[bytes]) -> bytes:
        if chance.random() > often:
            return found[0]
        return found[0] + html.escape(chance.choice(HOSTILE)).encode("utf-8", "surrogatepass")

    def answer(world: World, request: Request) -> Response:
        reply = world.respond(request)
        if request.operation.startswith(("oauth2", "sts:")):
            return reply  # who scans is not whom it is about
        if reply.body.lstrip().startswith(b"<"):
            return replace(reply, body=_XML_TEXT.sub(spoil_xml, reply.body))
        return replace(reply, body=_JSON_TEXT.sub(spoil_json, reply.body))

    return answer


@pytest.mark.parametrize(("provider", "seed"), WORLDS)
def test_hostile_texts_break_nothing_and_reach_no_output_as_they_are(
    provider: str, seed: int, tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    chance, made = of_chance(provider, seed)
    names = [f"x{suffix}" for suffix in SUFFIXES]
    outputs = [*(part for name in names for part in ("-o", name)), "--save-inventory", "i.json", "--verdicts", "all"]
    with running(provider, made) as world:
        world.faults = [Fault("*", "answer", answer=spoiled(chance, chance.choice((0.002, 0.02, 0.2))))]
        done = mlposture("scan", provider, *outputs, "--no-cache", cwd=tmp_path)

    record_property("scans full of hostile texts", 1)
    assert done.returncode in (Exit.DONE, Exit.FINDINGS, Exit.CANNOT_SCAN), done.stderr
    assert "Traceback" not in done.stderr
    json.loads((tmp_path / "i.json").read_text(encoding="utf-8"))  # which holds names as the provider gave them
    texts = {name: (tmp_path / name).read_text(encoding="utf-8") for name in names}
    texts["what x.html carries"] = "\n".join(unpacked(texts["x.html"]))
    for name, text in {**texts, "stdout": done.stdout, "stderr": done.stderr}.items():
        found = RAW.search(text)
        assert not found, f"{name}: {text[max(found.start() - 100, 0) : found.end() + 50]!r}"
    fail_with(gap["detail"] for gap in json.loads(texts["x.json"])["gaps"] if "collector stopped" in gap["detail"])
    again = mlposture("evaluate", "i.json", "-o", "y.json", "--verdicts", "all", cwd=tmp_path)
    assert again.returncode == (Exit.DONE if done.returncode == Exit.CANNOT_SCAN else done.returncode), again.stderr
