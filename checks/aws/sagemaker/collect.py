"""SageMaker collectors: list gives identity, describe gives detail; a denied describe keeps the resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.collector import collector

if TYPE_CHECKING:
    from checks.aws.api import AwsApi


def console(region: str, page: str) -> str:
    """Address of a page of the SageMaker console."""
    return f"https://{region}.console.aws.amazon.com/sagemaker/home?region={region}#/{page}"


@collector(
    NotebookInstance, operations=("sagemaker:ListNotebookInstances", "sagemaker:DescribeNotebookInstance")
)
def notebook_instances(api: AwsApi) -> Iterator[NotebookInstance]:
    def detail(summary: Mapping[str, Any]) -> NotebookInstance:
        name = summary["NotebookInstanceName"]
        return api.decode(
            NotebookInstance,
            {
                "sagemaker:ListNotebookInstances": summary,
                "sagemaker:DescribeNotebookInstance": api.call(
                    "sagemaker:DescribeNotebookInstance", NotebookInstanceName=name
                ),
            },
            id=summary["NotebookInstanceArn"],
            name=name,
            console_url=console(api.scope.region, f"notebook-instances/{name}"),
        )

    yield from api.each(detail, api.pages("sagemaker:ListNotebookInstances", MaxResults=100))
