"""Approvals in the pipelines that AI systems name: what verdict each configuration gets."""

from factories.aws import declared_pipeline
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.codepipeline.resources import Action, ActionType, BeforeEntry, Condition, OnFailure, Stage


def does(category: str | None, order: int | None = None, provider: str = "Manual"):
    return Action(action_type_id=ActionType(category=category, provider=provider), run_order=order)


def stage(*actions: Action, name: str = "stage", **fields):
    return Stage(name=name, actions=actions, **fields)


def pipeline(*stages: Stage):
    return declared_pipeline(exists=True, stages=stages)


BUILDS, RELEASES = stage(does("Build"), name="build"), stage(does("Deploy"), name="release")
ASKS = stage(does("Approval"), name="ask")
SKIPPED = BeforeEntry(conditions=(Condition(result="SKIP"),))
GATED = BeforeEntry(conditions=(Condition(result="FAIL"),))

CASES = {
    "codepipeline_approval_holds_nothing_up": [
        Case("a stage before the release", PASS, pipeline(BUILDS, ASKS, RELEASES)),
        Case("in the same stage, before", PASS, pipeline(BUILDS, stage(does("Approval", 1), does("Deploy", 2)))),
        Case("before a function that releases", PASS, pipeline(ASKS, stage(does("Invoke", provider="Lambda")))),
        Case("one of two holds something up", PASS, pipeline(ASKS, RELEASES, stage(does("Approval"), name="after"))),
        Case("whoever refuses sends it back", PASS,
             pipeline(stage(does("Approval"), on_failure=OnFailure(result="ROLLBACK")), RELEASES)),
        Case("entered only on a condition", PASS, pipeline(stage(does("Approval"), before_entry=GATED), RELEASES)),
        Case("at the end", FAIL, pipeline(BUILDS, RELEASES, ASKS)),
        Case("at the same time", FAIL, pipeline(BUILDS, stage(does("Approval", 1), does("Deploy", 1)))),
        Case("at the same time, as orders are left out", FAIL, pipeline(stage(does("Approval"), does("Deploy", 1)))),
        Case("another approval alone comes after it", FAIL, pipeline(RELEASES, ASKS, ASKS)),
        Case("what deploys runs before, and a function after", UNKNOWN,
             pipeline(RELEASES, ASKS, stage(does("Invoke", provider="Lambda")))),
        Case("tried out before, released after", PASS, pipeline(RELEASES, ASKS, stage(does("Deploy"), name="all"))),
        Case("the stage may be skipped", UNKNOWN, pipeline(stage(does("Approval"), before_entry=SKIPPED), RELEASES)),
        Case("whoever refuses is passed over", UNKNOWN,
             pipeline(stage(does("Approval"), on_failure=OnFailure(result="SKIP")), RELEASES)),
        Case("an action says nothing of itself", UNKNOWN, pipeline(ASKS, stage(Action()))),
        Case("there is no such pipeline", UNKNOWN, declared_pipeline(exists=False, stages=None)),
        Case("nobody could look", UNKNOWN, declared_pipeline()),
        Case("its stages were not read", UNKNOWN, declared_pipeline(exists=True)),
        Case("nobody is asked", NOT_APPLICABLE, pipeline(BUILDS, RELEASES)),
        Case("a program approves", NOT_APPLICABLE, pipeline(stage(does("Approval", provider="Robot")), RELEASES)),
    ]
}  # fmt: skip
