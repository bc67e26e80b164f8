"""What a dossier says of each log and pipeline that a system names: observed or missing, never a pass by silence."""

from __future__ import annotations

from typing import Any

import msgspec
from dossiers import compiled
from made_dossiers import observation, system
from msgspec.structs import replace
from scanning import calm
from support import PASS, registered
from worded import demo_manifest, states

from scanner.evidence.declared_logs import APPROVED, KEPT, approvals_of, logs_of
from scanner.model.claims import Claim, Kind
from scanner.systems.manifest import Expectations, Oversight

GROUP = "arn:aws:logs:eu-west-1:111122223333:log-group:/app/triage"
TABLE = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.OperationalInsights"
    "/workspaces/logs/tables/AppTraces"
)


def said(*logs: str, found: Any = (), expected: int | None = None) -> list[tuple[str, str]]:
    own = replace(system(), logs=logs, expectations=Expectations(log_retention_days=expected))
    return [(str(one.kind), one.text) for one in logs_of(own, found)]


def verdict(resource: str, bears: str, message: str, **evidence: Any) -> Any:
    made = observation("x", bears, objective=KEPT)
    return msgspec.structs.replace(made, resource=resource, message=message, evidence=evidence)


def test_a_log_that_was_read_is_observed_whatever_its_spelling() -> None:
    found = [
        verdict(GROUP, "for", "its events are kept for 365 days", retention_days=365),
        verdict(TABLE.lower(), "against", "it keeps logs for 30 days", retention_days=30),
    ]

    assert said(f"{GROUP}:*", TABLE, found=found) == [
        ("observed", f"{GROUP}:*: its events are kept for 365 days"),
        ("observed", f"{TABLE}: it keeps logs for 30 days"),
    ]


def test_capitals_count_in_the_name_of_a_log_group() -> None:
    found = [verdict(GROUP.replace("triage", "Triage"), "for", "its events never expire")]

    assert said(GROUP, found=found) == [("missing", f"{GROUP}, which the manifest names, was not seen")]


def test_a_log_that_does_not_exist_or_was_not_seen_is_missing() -> None:
    gone = verdict(GROUP, "unknown", "not observed: how long it would be kept, as there is no such log group")

    assert said(GROUP, found=[gone]) == [("missing", f"{GROUP}: {gone.message}")]
    assert said(TABLE) == [("missing", f"{TABLE}, which the manifest names, was not seen")]
    assert said("s3://logs/a") == [
        ("missing", "s3://logs/a, which the manifest names, keeps files, and no scan reads for how long")
    ]


def test_a_log_that_is_kept_shorter_than_the_manifest_expects_is_missing_beside_what_was_observed() -> None:
    found = [verdict(GROUP, "for", "its events are kept for 365 days", retention_days=365)]

    assert said(GROUP, found=found, expected=400) == [
        ("observed", f"{GROUP}: its events are kept for 365 days"),
        ("missing", f"{GROUP} is kept for 365 days, and the manifest expects 400"),
    ]
    assert len(said(GROUP, found=found, expected=365)) == 1
    forever = [verdict(GROUP, "for", "its events never expire", retention_days=None)]
    assert len(said(GROUP, found=forever, expected=4000)) == 1


def test_the_demo_shows_logs_where_the_act_asks_for_them() -> None:
    [part] = [part for part in compiled("retina-diagnosis").parts if part.framework == "eu-ai-act"]
    [row] = [row for row in part.instruments if row.id == "logs"]

    assert "Art. 19(1)" in row.controls
    assert any("RetinaDecisions_CL: it keeps logs for 730 days" in one.text for one in row.of(Kind.OBSERVED))
    assert any("the manifest expects 3650" in one.text for one in row.of(Kind.MISSING))


def claim_on_logs(*logs: str) -> Claim:
    """What there is on how long logs are kept of the demo's fraud scoring, if it names these and nothing is short."""
    manifest = demo_manifest()
    named = tuple(replace(one, logs=logs) if one.id == "fraud-scoring" else one for one in manifest.systems)
    inventory, verdicts, _ = calm("gcp")
    about = {check.slug for check in registered()[0].values() if check.objective == KEPT}
    kept = {(slug, id): PASS if slug in about else status for (slug, id), status in verdicts.items()}
    found = states("gcp", inventory, kept, ("soc2",), manifest=replace(manifest, systems=named))
    return next(one.claims[KEPT] for one in found if one.id == "fraud-scoring")


def test_nothing_speaks_for_how_long_logs_are_kept_while_one_that_is_named_was_not_seen() -> None:
    here = "projects/example-fraud-prod/locations"
    none, seen = claim_on_logs(), claim_on_logs(f"{here}/europe-west4/buckets/vertex-year")
    unseen = claim_on_logs(f"{here}/europe-west4/buckets/vertex-year", f"{here}/global/buckets/_Default")
    said = "1 of the logs that the manifest names was not seen"

    assert (seen.supporting, seen.complete, unseen.complete) == (none.supporting + 1, True, False)
    assert (said in unseen.why, said in seen.why, said in none.why) == (True, False, False)
    assert [one.text for one in seen.other if one.kind is Kind.DECLARED] == ["its logs are kept in 1 place"]


# -- pipelines that release it -----------------------------------------------------------------------------------------

RELEASE = "arn:aws:codepipeline:eu-west-1:111122223333:release"


def asked(*found: Any) -> list[tuple[str, str, int]]:
    own = replace(system(), oversight=Oversight(pipelines=(RELEASE,)))
    return [(str(one.kind), one.text, len(one.claims)) for one in approvals_of(own, found)]


def test_an_approval_in_a_pipeline_is_observed_and_the_lack_of_one_is_missing() -> None:
    assert asked(verdict(RELEASE, "for", "a person is asked")) == [("observed", f"{RELEASE}: a person is asked", 1)]
    assert asked(verdict(RELEASE, "against", "nothing runs after")) == [
        ("observed", f"{RELEASE}: nothing runs after", 1)
    ]
    assert asked(verdict(RELEASE, "not applicable", "none is in it")) == [("missing", f"{RELEASE}: none is in it", 0)]
    assert asked(verdict(RELEASE, "unknown", "no such pipeline")) == [("missing", f"{RELEASE}: no such pipeline", 1)]
    assert asked() == [("missing", f"{RELEASE}, which the manifest names, was not seen", 0)]


def test_the_demo_shows_the_approval_beside_what_its_stage_asks_of_human_oversight() -> None:
    dossier = compiled("ticket-sentiment")
    [need] = [one for one in dossier.state.rollout if one.name == "human oversight"]
    said = "ticket-sentiment-release: a person is asked before the rest of it runs"

    assert [one.kind for one in need.other if said in one.text] == [Kind.OBSERVED]
    rows = [row for part in dossier.parts for row in part.instruments if row.id == "oversight"]
    assert rows and all(any(said in one.text for one in row.of(Kind.OBSERVED)) for row in rows)


def test_nothing_speaks_for_approvals_while_a_pipeline_that_is_named_was_not_seen() -> None:
    inventory, verdicts, _ = calm("aws")
    manifest = demo_manifest()

    def why(*pipelines: str) -> str:
        oversight = Oversight(pipelines=pipelines)
        changed = tuple(replace(one, oversight=oversight) for one in manifest.systems if one.id == "ticket-sentiment")
        given = dict.fromkeys(verdicts, PASS)
        found = states("aws", inventory, given, ("soc2",), manifest=replace(manifest, systems=changed))
        return next(one.claims[APPROVED].why for one in found if one.id == "ticket-sentiment")

    said = "1 of the pipelines that the manifest names was not seen"
    assert said in why(RELEASE)
    assert said not in why("arn:aws:codepipeline:eu-west-1:111122223333:ticket-sentiment-release")
