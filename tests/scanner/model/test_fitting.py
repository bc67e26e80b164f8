"""Each value that does not fit is named with what would: for every type that a manifest has."""

from __future__ import annotations

from pathlib import Path

import pytest
from declaring import VALID, problems, with_lines

INCLUDE = '- {provider: aws, accounts: ["111122223333"]}'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (VALID.replace("id: sentiment", "id: Ticket 1"),
         "4:7: system Ticket 1: id: write an id: lower-case letters, digits and hyphens, not 'Ticket 1'"),
        (with_lines(name="name: 12"), "5:9: system sentiment: name: write text, not 12; put quotes around it"),
        (with_lines(name="name: ' '"), "5:9: system sentiment: name: write text, not ''"),
        (with_lines(name="name:"), "5:8: system sentiment: name: write text, not nothing"),
        (with_lines(owner="owner: support"),
         "8:10: system sentiment: owner: write a mapping with team, contact and regulatory_contact, not 'support'"),
        (with_lines(frameworks="frameworks: soc2"),
         "12:15: system sentiment: frameworks: write a list, such as [soc2], not 'soc2'"),
        (VALID.replace("2026-09-01", "last week"),
         "11:84: system sentiment: classification.eu_ai_act.decided_on: "
         "write a date such as 2027-03-31, not 'last week'"),
        (VALID.replace("2026-09-01", "2026-09-01 10:00:00"),
         "11:84: system sentiment: classification.eu_ai_act.decided_on: "
         "write a date such as 2027-03-31, not 2026-09-01 10:00:00"),
        (VALID.replace('"111122223333"', "111122223333"),
         "15:34: system sentiment: selectors.include 1.accounts 1: "
         "write an AWS account id, which has 12 digits, not 111122223333; put quotes around it"),
        (VALID.replace('"111122223333"', '"1111 2222 3333"'),
         "15:34: system sentiment: selectors.include 1.accounts 1: "
         "write an AWS account id, which has 12 digits, not '1111 2222 3333'"),
        (VALID.replace(INCLUDE, "- {provider: aws, arns: [endpoint/x]}"),
         "write an ARN (arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE; * is any text, ? any character), "
         "not 'endpoint/x'"),
        (VALID.replace(INCLUDE, "- {provider: aws, arns: ['arn:aws:sagemaker:eu-west-1:1234:endpoint/x']}"),
         "write an ARN"),
        (VALID.replace(INCLUDE, "- {provider: azure, subscriptions: [prod]}"),
         "write the id of a subscription, such as 00000000-0000-0000-0000-000000000001, not 'prod'"),
        (VALID.replace(INCLUDE, "- {provider: gcp, projects: [No_Project]}"),
         "write the id of a project, such as example-fraud-prod, not 'No_Project'"),
        (VALID.replace(INCLUDE, "- {provider: aws, tags: {a: 1}}"), "tags.a: write text, not 1; put quotes around it"),
        (VALID.replace(INCLUDE, "- {provider: aws, tags: [a]}"), "tags: write a mapping of text to text, not a list"),
        (VALID.partition("    include:")[0] + "    include: []\n", "include: the list is empty; name one at least"),
        (VALID + "  expectations: {min_instances: 0}\n",
         "expectations.min_instances: write a whole number from 1 on, not 0"),
        (VALID + "  expectations: {min_instances: true}\n", "write a whole number from 1 on, not true"),
        (VALID + "  expectations: {test_report_signed: 1}\n", "write true or false, not 1"),
        (VALID + "  expectations: {thresholds: [{metric: auc, at_least: high}]}\n",
         "expectations.thresholds 1.at_least: write a number, not 'high'"),
        (VALID + "  soc2: {categories: [security], type: true}\n", "soc2.type: write 1 or 2, not true"),
        ("- a\n", "1:1: write a mapping with schema, organisation, defaults and systems, not a list"),
        (VALID.replace("schema: ai-systems/1\n", ""), "1:1: schema is missing; add schema: ai-systems/1"),
        (VALID.replace("- id: sentiment\n  name", "- name"),
         "system 1: id is missing; add id: text"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_what_would(text: str, problem: str, tmp_path: Path) -> None:
    [found] = problems(text, tmp_path)

    assert problem in found


def test_long_and_strange_values_are_quoted_short_and_in_one_line(tmp_path: Path) -> None:
    [found] = problems(with_lines(status="status: |-\n  " + "x" * 500 + "\n  y"), tmp_path)

    assert len(found) < 200
    assert "\n" not in found
