"""The page for a board with more of everything than it shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from reports.board import FIXES, GAPS, PATHS, SYSTEMS, render_board
from scanner.model.nouns import Exposure, Severity, failed
from scanner.model.remedies import Closed, Fix
from scanner.model.reported import Unanswered


def full_board(make: Any) -> bytes:
    """`make` are the builders of tests/reports/conftest.py."""
    gaps = [make.gap(operation=f"sagemaker:DescribeNotebookInstance{n}") for n in range(GAPS + 3)]
    names = [f"claims-triage-europe-{n}" for n in range(SYSTEMS + 2)]
    systems = tuple(
        replace(make.system(name), id=name, name=f"Claims triage, Europe {n}", status="production")
        for n, name in enumerate(names)
    )
    manifest = make.Manifest(schema="ai-systems/1", organisation=make.Organisation(name="N"), systems=systems)
    report = make.report_of(
        *(make.notebook(name, direct_internet_access="Enabled") for name in names), gaps=gaps,
        checks=[_leading_on(make, number) for number in range(PATHS + 2)], manifest=manifest,
    )  # fmt: skip
    report.assessment.as_of = date(2027, 9, 2)  # all reviews are over
    why = Unanswered(provider="aws", account="1", reason="not observed: direct_internet_access", count=7, checks=())
    return render_board(replace(report, unanswered=(why,), fixes=(_fix(),) * (FIXES + 2)), manifest)


def _fix() -> Fix:
    return Fix(
        resource="arn:aws:s3:::northwind-models-of-all-of-europe-in-production", kind="aws.s3.Bucket",
        title="S3 bucket used by ML resources", name="northwind-models-of-all-of-europe-in-production", provider="aws",
        account="111122223333", region="global", console_url="", objective="artifact-integrity", count=120,
        by_severity={"high": 120}, checks=(Closed("MLP-4904", 120, 140),), remediation="", examples=(),
    )  # fmt: skip


def _leading_on(make: Any, number: int) -> Any:
    def notebook_leads_on(nb: make.NotebookInstance) -> Any:
        """Notebook can replace the model that an endpoint serves, through its role and a bucket."""
        steps = (f"role/notebook-writer-{number}", "s3/northwind-models", "model/claims-7", "endpoint/claims-europe")
        return failed(
            f"its role may write s3://northwind-models by policy AmazonSageMaker{number}", path=(nb.id, *steps)
        )

    notebook_leads_on.__annotations__ = {"nb": make.NotebookInstance}
    return make.made(notebook_leads_on, f"MLP-49{number:02}", Severity.HIGH, Exposure.INTERNET)
