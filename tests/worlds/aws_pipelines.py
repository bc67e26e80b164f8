"""CodePipeline of an AWS world. In the world file: `pipelines: {eu-west-1: [{name: ..., stages: [...]}]}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worlds.aws_model import AwsError, conform, known_model


def check_pipelines(document: Mapping[str, Any], problems: list[str]) -> None:
    """Note pipelines that AWS could not have."""
    shape = known_model("codepipeline").shape_for("PipelineDeclaration")
    for region, pipelines in (document.get("pipelines") or {}).items():
        for number, pipeline in enumerate(pipelines):
            conform(pipeline, shape, f"pipelines.{region}[{number}]", problems)


def answer_pipelines(document: Mapping[str, Any], region: str, name: str, params: Mapping[str, Any]) -> Any:
    """The reply of an operation; raises AwsError."""
    if name != "GetPipeline":
        raise AwsError(400, "UnknownOperationException", f"The world has no codepipeline:{name}")
    pipelines = {each["name"]: each for each in (document.get("pipelines") or {}).get(region, ())}
    if params["name"] not in pipelines:
        raise AwsError(400, "PipelineNotFoundException", "The account has no pipeline with that name.")
    arn = f"arn:aws:codepipeline:{region}:{document.get('account')}:{params['name']}"
    return {"pipeline": pipelines[params["name"]], "metadata": {"pipelineArn": arn}}
