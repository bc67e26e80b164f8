"""The dossier as a page: all that it holds is there, where a reader looks for it, and nothing is promised."""

from __future__ import annotations

import re
from datetime import date

import pytest
from made_dossiers import CLASS, cover, dossier, hostile, observation, page, pages, part, recalled, row, system
from msgspec.structs import replace
from paging import words

from reports.dossier import ROWS, WORST, alike, anchor, looks_of_days, render, render_record, values
from reports.html.charts import stretches
from reports.html.gaps import unseen
from scanner.evidence.dossier_types import Section
from scanner.model.claims import STATEMENT, Word
from scanner.systems.manifest import Classification, EuAiAct

PROMISES = re.compile(r"satisf|complian|conform|certif|fulfil|\bmeets\b|\bpassed\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def text() -> str:
    return words(render(dossier()))


def between(text: str, first: str, then: str) -> str:
    return text.partition(first)[2].partition(then)[0]


def test_the_first_page_says_what_it_is_what_was_not_seen_and_what_speaks_against_it(text: str) -> None:
    first = between(text, "for people to judge.", " Cover ")

    is_, _, rest = first.partition("What was not seen")
    unseen_, _, against = rest.partition("What speaks against it")
    assert "Rank tickets by tone Not for: staff evaluation." in is_
    assert "tier minimal: text alone (declared by data protection officer on 2026-09-01, to be reviewed by" in is_
    assert f"Triage {'; '.join(dossier().triage.headline)} (by the recorded answers)" in is_
    assert "5 resources, 1 of them shared with other systems: 5 Bucket" in is_
    assert "s3:GetBucketAcl: denied in 1 place, which 1 check needed; s3:GetBucketAcl would show it." in unseen_
    assert "There may be more of the system than was found: s3:GetBucketAcl was refused." in unseen_
    assert "1 verdict could not be given." in unseen_
    assert "Of 2 controls that apply, no scan can speak to 1: only people can show these." in unseen_
    assert "Not declared: whom it affects." in unseen_
    assert "Failures: 2 critical. 1 of these is accepted by the manifest." in against
    assert "critical Bucket is open to the public: bucket-1, bucket-1 says so" in against
    assert "bucket-2" not in against  # which is accepted


def test_the_cover_says_which_scan_it_was(text: str) -> None:
    shown = between(text, " Cover ", " Contents ")

    for told in ("Ticket sentiment, sentiment, of Northwind Example Ltd.", "aws 111122223333 eu-west-1",
                 "Read from 2026-11-22T12:00:00+00:00 to 2026-11-22T12:01:00+00:00",
                 "arn:aws:iam::111122223333:role/reader in aws 111122223333: 1 kind of call answered, 1 refused",
                 "mlposture 0.0.0", f"sha256:{'cd' * 32}", f"ai-systems.yaml, sha256:{'ef' * 32}",
                 "A scan is a moment.", "Evidence by control."):  # fmt: skip
        assert told in shown


def test_items_and_instruments_have_a_column_for_each_kind_of_evidence(text: str) -> None:
    shown = between(text, "Annex IV(2): what there is of each item", "What is asked for and not found")

    cells = (
        "observed of one kind recorded of one kind (Ada Example, 2026-11-01, gate.json, sha256:" + "ab" * 32 + ") "
        "declared of one kind missing of one kind MLP-1401: bucket-3 says so (claim bucket-3-claim)"
    )
    assert f"Item Observed Recorded Declared Missing A.2 Title of A.2 {cells}" in shown
    assert f"Title of model-card A.2 {cells}" in shown
    assert "Recorded is what people or pipelines wrote there, and nobody verified it." in shown


def test_what_is_empty_in_such_a_table_says_so() -> None:
    empty = replace(part(), items=(row("A.2", pieces=()),))

    assert "A.2 Title of A.2 nothing nothing nothing nothing" in words(render(dossier(parts=(empty,))))


def test_lineage_is_drawn_and_told_in_words(text: str) -> None:
    page = render(dossier()).decode()

    assert page.count('<svg class="lineage"') == 1
    assert "scores 0 leads to scores 1." in page and "scores 0 is perhaps the same data as scores 2." in page
    assert "2 nodes next to these are left out" in between(text, "Data set, job, model, endpoint", "What is declared")
    assert '<svg class="lineage"' not in render(dossier(lineage=None)).decode()


def test_a_control_has_its_question_observations_and_what_others_say(text: str) -> None:
    shown = text[text.rindex("A.2 Title of A.2 evidence against") :].partition("A.3 Title of A.3")[0]

    for told in (
        "evidence against. Readiness, and no breach: it applies from 2027-12-02.",
        "Whether it applies rests on the declared class.",
        "Nothing is open to everyone? (public-exposure, subset-of: it decides the word)",
        "1 for, 2 against (1 of these accepted), 1 unknown, of 4; on 1 resource more it does not arise.",
        "against bucket-1 arn:aws:s3:::bucket-1 bucket-1 says so policy = {\"Principal\": \"*\"}",
        "s3:GetBucketPolicy abababababab MLP-1401, claim bucket-1-claim",
        "A scan cannot show: Whether what is open matters.",
        "People can stop it? (human-oversight, subset-of: it stands beside). No resource is public. Nothing was "
        "observed: no check of this version asks about it.",
        "A plan, version 2 (declared by dpo on 2026-08-01, docs/plan.pdf)",
        "bucket-2: public on purpose (approved by head of risk, until 2027-01-31; covers 1 observation)",
        "Contradictions “A plan, version 2” is declared; 2 of 4 verdicts speak against public-exposure.",
        "Open: public-exposure: 1 of 4 verdicts could not be given.",
        "Other evidence",
    ):  # fmt: skip
        assert told in shown


def test_what_is_missing_is_listed_and_what_does_not_apply_has_its_reason(text: str) -> None:
    assert "What is asked for and not found Of 1 control that apply, or may, there is no evidence of any kind" in text
    assert "A.4 Title of A.4 binds deployers (data protection officer, 2026-09-01)" in text
    assert text.count("A.4 Title of A.4") == 2  # also in the worksheet


def test_a_high_risk_system_is_told_what_a_notified_body_does_not_find() -> None:
    act = EuAiAct(tier="high-risk", route="annex-i")
    own = system(classification=Classification(eu_ai_act=act))
    text = words(render(dossier(declared=own, parts=(part("eu-ai-act"),))))

    assert "Worksheet" not in text
    text = words(render(dossier(declared=own, parts=(part("eu-ai-act", banned_and_filed()),))))
    asked = between(text, "What a notified body would ask for and does not find", "What else bears on it")
    rest = between(text, "What else bears on it, and is not found", "Annex IV Title")
    assert ("Annex IV(7)" in asked, "Art. 5(1)(a)" in asked) == (True, False)
    assert ("Annex IV(7)" in rest, "Art. 5(1)(a)" in rest) == (False, True)


def banned_and_filed() -> tuple[Section, ...]:
    """A section that a notified body goes through, and one with what is banned."""
    pages = {"Annex IV": page("Annex IV(7)", Word.NOT_ASSESSED), "Art. 5": page("Art. 5(1)(a)", Word.NOT_ASSESSED)}
    return tuple(Section(id=id, title="Title", pages=(one,)) for id, one in pages.items())


def test_duties_that_are_still_to_come_are_counted_apart(text: str) -> None:
    assert "2 controls apply;" in text
    one = part()
    later = replace(one, state=replace(one.state, readiness={Word.AGAINST: 1, Word.UNDECIDED: 3}))
    told = words(render(dossier(parts=(later,))))
    assert "2 controls apply, 1 of them not yet: readiness, and no breach;" in told
    assert "; 1 of these apply only later Evidence by control." in told


def test_what_is_left_out_and_fails_is_a_contradiction_beside_the_reason() -> None:
    out = page("A.4", Word.NOT_APPLICABLE, why="excluded", rests_on=CLASS, contradictions=("It fails.",))
    assert "Contradiction: It fails." in words(render(dossier(parts=(part(own=(*pages(), out)),))))


@pytest.mark.parametrize("render", [render, render_record])
def test_numbers_say_where_there_may_be_more_than_they_count(render) -> None:
    told = "What may belong to it and was not found is in none of these numbers."
    assert told in words(render(dossier()))
    assert told not in words(render(dossier(cover=cover(blind=()))))


def test_several_days_are_no_moment_and_a_cloud_that_nobody_asked_is_not_called_read() -> None:
    made = cover(first="2026-11-01T12:00:00+00:00", scopes=(), not_seen=())
    text = words(render(dossier(cover=made)))
    assert "These are moments of several days" in text and "That is a moment" not in text
    assert "Nothing of its clouds was scanned." in text and "Whatever was asked for was read" not in text


def test_the_worksheet_leaves_reasons_and_implementation_to_people() -> None:
    written = render(dossier()).decode()
    sheet = written[written.index('id="iso-42001-worksheet"') :].partition("</table>")[0]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", sheet, re.DOTALL)

    assert [name for name, _ in rows] == ["A.2 Title of A.2", "A.3 Title of A.3", "A.4 Title of A.4"]
    assert all(cells.startswith("<td></td><td></td><td></td><td>") for _, cells in rows)
    assert "Northwind Example Ltd." in sheet


def test_every_resource_has_its_calls_with_whole_digests(text: str) -> None:
    shown = text[text.rindex("Resources, and what was read of them") :]

    assert f"s3:GetBucketPolicy 2026-11-22T12:00:00+00:00 {'ab' * 32}" in shown
    assert shown.count("not recorded") == 1
    assert "s3:GetBucketAcl denied, 3 times AccessDenied aws 111122223333 eu-west-1 s3:GetBucketAcl MLP-1402" in shown


@pytest.mark.parametrize("render", [render, render_record])
def test_it_promises_nothing_and_every_link_leads_somewhere(render) -> None:
    written = render(dossier())
    page = written.decode()
    ids = re.findall(r'\bid="([^"]*)"', page)
    text = words(written).replace(STATEMENT, "")

    assert STATEMENT in words(written)
    assert not PROMISES.search(text.replace("conformity assessment", ""))
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)
    assert written == render(dossier()) and written.endswith(b"</html>\n")


def test_a_review_that_is_over_is_said() -> None:
    later = cover(as_of=date(2027, 9, 2))

    assert "to be reviewed by 2027-09-01: passed" in words(render(dossier(cover=later)))
    assert CLASS.until == date(2027, 9, 1)


def test_nothing_found_and_nothing_refused_is_said() -> None:
    made = dossier(observations=(), resources=(), parts=(), cover=cover(not_seen=(), blind=(), open=(), readers=()))
    made = replace(made, state=replace(made.state, failures={}, resources=0, shared=0))
    for page_of in (render, render_record):
        text = words(page_of(made))

        assert "Whatever was asked for was read: no call was refused." in text
        assert "Nothing was observed that could." in text
        assert "nobody was recorded" in text


def test_of_many_checks_the_worst_are_shown_and_the_others_counted() -> None:
    low = [observation(f"low-{n}", "against", severity="low", check=f"MLP-9{n}") for n in range(WORST)]
    bad = [observation("bad", "against", check="MLP-1"), observation("worse", "against", check="MLP-1")]
    text = words(render(dossier(observations=(*low, *bad))))

    assert alike((*low, *bad))[0].more == 1
    assert "critical Bucket is open to the public: bad, bad says so (and 1 more)" in text
    assert "… and 1 check more found something." in text


def test_of_many_observations_the_first_are_shown_and_the_others_counted() -> None:
    """What speaks against it comes first, in a dossier as in its tables."""
    against = [observation(f"bad-{n}", "against") for n in range(ROWS + 2)]
    text = words(render(dossier(observations=(*against, observation("good", "for")))))

    assert f"bad-{ROWS - 1}-claim" in text
    assert f"bad-{ROWS}-claim" not in text
    assert "good-claim" not in text
    assert "… and 3 more, 2 of them against: all of them are in dossier.json." in text


def test_gaps_are_shown_once_for_each_operation() -> None:
    gap = cover().not_seen[0]
    other = replace(gap, scope=replace(gap.scope, region="us-east-1"), checks=("MLP-1403",))

    [found] = unseen([gap, other])
    assert (found.scopes, found.checks) == (2, 2)


def test_values_are_in_one_line_and_not_without_end() -> None:
    assert values({"a": None, "b": [1, "x"], "score": "100", "trust": []}) == 'a = null; b = [1, "x"]'
    assert len(values({"a": "x" * 10_000})) < 200
    assert len(values({f"a{n}": "x" * 100 for n in range(1000)})) <= 500


@pytest.mark.parametrize("names", [("soc2", "cc6.1"), ("eu-ai-act", "aia-12.1"), ("my own", "ü/1"), ("", "")])
def test_addresses_inside_the_page_are_plain(names) -> None:
    assert re.fullmatch("[a-z0-9-]+", anchor(*names))


@pytest.mark.parametrize("render", [render, render_record])
@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "</style>", "\u202eexe\u2066", "x" * 10_000, "a\nb\x1b["]
)
def test_what_others_wrote_is_shown_and_never_obeyed(render, name: str) -> None:
    page = render(hostile(name)).decode()

    assert "<script" not in page and page.count("</style>") == 1
    assert not [c for c in page if not c.isprintable() and c != "\n"]
    assert "x" * 700 not in page


def test_no_credential_reaches_a_page() -> None:
    page = render(hostile("key AKIAIOSFODNN7EXAMPLE")).decode()

    assert "AKIAIOSFODNN7EXAMPLE" not in page and "redacted" in page


def test_every_word_has_a_look() -> None:
    own = tuple(page(f"A.{n}", word) for n, word in enumerate(Word, 2))
    text = words(render(dossier(parts=(part(own=own),))))

    assert all(str(word) in text for word in Word)


def test_days_after_each_other_that_look_alike_are_one_part_of_a_strip() -> None:
    period = recalled().period
    assert period is not None
    parts = [stretches(period.first, period.days, looks_of_days(one)) for one in period.controls]

    assert [[(part.label, part.number, part.look) for part in strip] for strip in parts] == [
        [
            ("2026-09-01", 1, "against"),
            ("2026-09-02", 2, "open"),
            ("2026-09-10", 11, "seen"),
            ("2026-09-21", 10, "against"),
        ],
        [("2026-09-01", 3, "seen"), ("2026-09-10", 21, "seen")],
    ]
    assert (parts[0][-1].x, parts[0][-1].width) == (66.67, 33.33)
    assert stretches(period.first, 1, {}) == ()


def test_what_a_history_adds_is_shown_and_hostile_names_in_it_do_nothing() -> None:
    page = render(dossier(history=recalled("<b>sqlite</b>"))).decode()

    assert "<b>sqlite" not in page and "&lt;b&gt;sqlite" in page
    assert page.count("still so in the last one") == 1 and "none asks about encryption-at-rest" in page
    assert "No check of a scan decides about CC1.1, CC1.2" in page
    assert "only what the history adds speaks of the time before" in page and "nothing here speaks" not in page
