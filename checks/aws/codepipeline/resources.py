"""The kind of pipelines: a typed snapshot."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Part, Read, Resource

PIPELINE = "codepipeline:GetPipeline"


class ActionType(Part, frozen=True, kw_only=True, rename="camel"):
    """What an action does (`Approval`, `Build`, `Deploy` and so on), and by what."""

    category: str | None = None
    provider: str | None = None


class Action(Part, frozen=True, kw_only=True, rename="camel"):
    """A step of a stage. Those of the same order run at the same time, 1 where it is left out."""

    action_type_id: ActionType | None = None
    run_order: int | None = None


class Condition(Part, frozen=True, kw_only=True, rename="camel"):
    """What a stage waits for before it begins, and what becomes of it where that is not so."""

    result: str | None = None


class BeforeEntry(Part, frozen=True, kw_only=True, rename="camel"):
    """The conditions of a stage."""

    conditions: tuple[Condition, ...] | None = None


class OnFailure(Part, frozen=True, kw_only=True, rename="camel"):
    """What becomes of a stage that failed, as one does where somebody refuses."""

    result: str | None = None


class Stage(Part, frozen=True, kw_only=True, rename="camel"):
    """A stage of a pipeline."""

    name: str | None = None
    actions: tuple[Action, ...] | None = None
    before_entry: BeforeEntry | None = None
    on_failure: OnFailure | None = None


class DeclaredPipeline(Resource, frozen=True, kw_only=True):
    """A pipeline that an AI system names as one that releases it, whether or not it exists. Id: its ARN.

    Of its stages, nothing is kept of what actions are told: that may hold anything.
    """

    kind: ClassVar[str] = "aws.codepipeline.DeclaredPipeline"
    title: ClassVar[str] = "CodePipeline pipeline that an AI system names"
    holds: ClassVar[Holds] = Holds.SERVING

    exists: Observed[bool] = UNSET
    stages: Annotated[Observed[tuple[Stage, ...]], Read(PIPELINE, "pipeline.stages")] = UNSET
