"""Guarantees over every control of every framework: less data, or a choice of checks, never says more of any."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from commandline import mlposture
from declaring import declared, selecting
from scanning import PROVIDERS, Verdicts, calm, running, take_inventory, verdicts_of, with_faults
from support import ROOT, fail_with, registered
from test_every_collector import KNOWN_SCOPE, deny_lists
from worded import TODAY, added, demo_manifest, said, states, tidied

from scanner.evaluate.unasked import note_unasked
from scanner.evidence.applicability import REGIMES
from scanner.frameworks import HEADLINE, known, load
from scanner.model.claims import Word
from scanner.model.nouns import Status
from scanner.model.registry import CLOUDS
from scanner.systems.graph import Graph
from scanner.systems.manifest import Include
from scanner.systems.names import Key
from scanner.systems.ownership import Ownership

#: Words that no control of these frameworks may ever be called.
FORBIDDEN = {Word.PASS, Word.FAIL}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_where_everything_is_refused_nothing_is_said_and_the_bounds_are_wide(provider: str) -> None:
    inventory, verdicts = with_faults(provider, deny_lists, logs=(), **KNOWN_SCOPE[provider])

    for state in states(provider, inventory, verdicts, known()):
        assert (state.score.posture, state.score.coverage) == (None, 0.0)
        assert (state.score.lower, state.score.upper) == (0.0, 100.0)
        for framework in state.frameworks:
            assert not {Word.FOR, Word.AGAINST, Word.MIXED, *FORBIDDEN} & framework.words.keys()
            shares = framework.score.posture, framework.score.coverage, framework.score.lower, framework.score.upper
            assert shares == (None, 0.0, 0.0, 100.0), framework.id


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_single_check_says_no_more_than_all_of_them(provider: str) -> None:
    inventory, verdicts, _ = calm(provider)
    slugs = sorted(check.slug for check in registered()[0].values() if check.providers == {provider})

    for judged in (verdicts, tidied(verdicts)):
        for frameworks, systems in ((known(), False), (HEADLINE, True)):
            everything = said(states(provider, inventory, judged, frameworks, systems=systems))
            for slug in slugs:
                narrowed = said(states(provider, inventory, judged, frameworks, {slug}, systems=systems))
                fail_with(added(everything, narrowed, f"when {slug} alone is chosen"))


#: Systems that hold endpoints, and what these lead to.
SERVING = declared(
    of_aws=selecting(Include(provider="aws", arns=("arn:aws:sagemaker:*:111122223333:endpoint/*",))),
    of_gcp=selecting(Include(provider="gcp", ids=("*/endpoints/*",))),
    of_azure=selecting(Include(provider="azure", ids=("/subscriptions/*/onlineendpoints/*",))),
    of_mlflow=selecting(Include(provider="mlflow", registered_models=("*",))),
)
#: Objectives that checks of these providers ask about.
ASKED = [
    *((name, id) for id in ("key-management", "network-isolation", "public-exposure") for name in CLOUDS),
    ("mlflow", "public-exposure"),
]


@pytest.mark.parametrize(("provider", "objective"), ASKED)
def test_a_scan_that_loses_what_fails_of_a_system_says_nothing_for_it(provider: str, objective: str) -> None:
    """A scan for some checks asks for fewer kinds. Here, all fails that it so loses of a system, and nothing else."""
    checks = [check for check in registered()[0].values() if check.providers == {provider}]
    chosen = [check for check in checks if check.objective == objective]
    assert chosen
    inventory, verdicts, _ = calm(provider)
    with running(provider):
        narrow = take_inventory(provider, chosen, verify=False)
    kept, whole = (Ownership(SERVING, "", Graph(seen, registered()[1])) for seen in (narrow, inventory))
    kinds = {check.slug: check.kind.kind for check in checks}

    def worst(given: Verdicts) -> Verdicts:
        keys = {key: Key(kinds[key[0]], key[1]) for key in given}
        lost = {key for key, at in keys.items() if whole.of_key(at) and not kept.of_key(at)}
        return {key: Status.FAIL if key in lost else status for key, status in tidied(given).items()}

    everything = said(states(provider, inventory, worst(verdicts), known(), manifest=SERVING))
    names = {check.slug for check in chosen}
    given = worst(verdicts_of(narrow, provider, chosen))
    words = said(states(provider, narrow, given, known(), names, manifest=SERVING))
    fail_with(added(everything, words, f"when a scan is for {objective} alone"))

    note_unasked(narrow, checks, registered()[1])
    again = said(states(provider, narrow, worst(verdicts_of(narrow, provider)), known(), manifest=SERVING))
    fail_with(added(everything, again, "when its inventory is judged by all checks"))


def test_the_words_of_the_demo_are_not_empty() -> None:
    """Else the tests above would hold of whatever says nothing."""
    words = []
    for provider in PROVIDERS:
        inventory, verdicts, _ = calm(provider)
        words += [said(states(provider, inventory, judged, known())) for judged in (verdicts, tidied(verdicts))]
    assert {word for found in words for said_of in found.values() for word in said_of} >= {
        "for",
        "against",
        "pass",
        "fail",
    }


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_row_of_a_law_or_management_standard_passes(provider: str) -> None:
    inventory, verdicts, _ = calm(provider)
    for state in states(provider, inventory, verdicts, known()):
        for framework in state.frameworks:
            if not load([framework.id]).frameworks[framework.id].benchmark:
                assert not FORBIDDEN & framework.words.keys(), framework.id
    assert not any(load([id]).frameworks[id].benchmark for id in HEADLINE)


#: What nobody may read about a control in any output; the statement that every report carries, and titles, aside.
_PROMISES = re.compile(r"satisf|complian|conform|certif|fulfil|\bmeets\b|\bpassed\b", re.IGNORECASE)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_output_promises_anything_of_a_control(provider: str, tmp_path: Path) -> None:
    calm(provider)[0].save(tmp_path / "inventory.json")
    shown = [part for id in known() if not load([id]).frameworks[id].benchmark for part in ("--framework", id)]
    done = mlposture(
        "evaluate", "inventory.json", "--systems", str(ROOT / "examples" / "ai-systems.yaml"), "--details",
        "--fail-on", "never", "-o", "r.json", "-o", "r.sarif", *shown, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

    report = json.loads((tmp_path / "r.json").read_text())
    rows = [row for system in report["evidence"]["systems"] for one in system["frameworks"] for row in one["controls"]]
    assert len(rows) > 1000
    assert {row["word"] for row in rows} <= {word.value for word in Word} - {word.value for word in FORBIDDEN}
    fail_with(f"{row['id']}: {row['why']}" for row in rows if _PROMISES.search(row.get("why", "")))
    said_of = done.stdout.partition("Controls, as of")[2].partition("\n\n")[0].partition("\n")[2]
    assert "evidence against" in said_of or "no AI system that has resources here" in done.stdout
    assert not _PROMISES.search(said_of.replace("conformity assessment", ""))  # which a rollout may ask for
    for run in json.loads((tmp_path / "r.sarif").read_text())["runs"]:
        assert "not a statement of compliance" in run["properties"]["statement"]


def test_every_control_of_the_act_has_an_answer_for_every_system() -> None:
    inventory, verdicts, _ = calm("aws")
    found = list(states("aws", inventory, verdicts, ("eu-ai-act",)))
    assert [state.id for state in found] == ["", *(system.id for system in demo_manifest().systems)]
    for state in found:
        for control in state.frameworks[0].controls:
            assert control.why or control.word in (Word.FOR, Word.AGAINST, Word.MIXED), control.id
    regimes = {row.regime for row in load(["eu-ai-act"]).frameworks["eu-ai-act"].controls} - {""}
    assert regimes == REGIMES


@pytest.mark.parametrize("control", ["Art. 15(5)", "Art. 55(1)(d)"])
def test_a_dashboard_is_not_held_to_what_binds_others(control: str) -> None:
    inventory, verdicts, _ = calm("aws")
    sentiment = list(states("aws", inventory, verdicts, ("eu-ai-act",)))[1]
    row = next(one for one in sentiment.frameworks[0].controls if one.id == control)

    assert row.word is Word.NOT_APPLICABLE
    assert "minimal" in row.why or "general-purpose" in row.why or "role" in row.why
    assert row.rests_on is not None
    assert row.rests_on.by
    assert row.rests_on.on
    assert row.rests_on.until
    assert row.rests_on.until > TODAY
