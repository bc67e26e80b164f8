"""Checks of the approvals in pipelines that release AI systems."""

from collections.abc import Iterator, Sequence

from checks.aws.codepipeline.resources import Action, DeclaredPipeline, Stage
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved

#: What may become of a stage in which somebody refuses, so that nothing after it runs: it fails by itself.
_STOPS = (None, "FAIL", "RETRY", "ROLLBACK")


@check(
    id="MLP-5510",
    severity=Severity.LOW,
    objective="human-approval",
    since="0.1.0",
    blind_to=("who may approve", "releases that go around the pipeline"),
)
def codepipeline_approval_holds_nothing_up(pipeline: DeclaredPipeline) -> Verdict:
    """Manual approval of a pipeline that an AI system names holds nothing up.

    A manual approval holds up what runs after it: the actions of its own stage with a higher run order, and all later
    stages. One that nothing but approvals follows lets everything happen before anybody is asked. A pipeline without
    one is not judged, as people may approve elsewhere. Where a stage with an approval may be skipped, by a condition or
    when it fails, it is unknown whether anybody is asked. So is it whether anything is held up that matters, where all
    that deploys runs before, and only functions or builds after.

    ## Why it matters
    The manifest of AI systems says that this pipeline releases the system. People are to stand between a model and
    those whom it touches. Who is asked only after the release can look at it, and stop nothing.

    ## How to fix
    Put the approval into a stage before the one that releases, or give the action that releases a higher run order than
    the approval has. Actions of one run order start together.

    In the structure of the pipeline: the order of `stages`, and `runOrder` of each of their `actions`. Terraform:
    `stage` and `run_order` of `aws_codepipeline`.

    ## References
    - https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
    - https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html
    """
    if missing := unobserved(pipeline, "exists"):
        return missing
    if not pipeline.exists:
        return unknown("its approvals, as there is no such pipeline")
    if missing := unobserved(pipeline, "stages"):
        return missing
    stages = pipeline.stages or ()
    found = list(_actions(stages))
    if not all(_category(action) for _, action in found):
        return unknown("stages")
    asked = [place for place, action in found if _asks(action)]
    if not asked:
        return not_applicable("no manual approval is in it", stages=_names(stages))
    work = [(place, action) for place, action in found if not _is_approval(action)]
    holding = [place for place in asked if any(after > place for after, _ in work)]
    if not holding:
        return failed("nothing runs after its manual approval", stages=_names(stages))
    sure = [place for place in holding if not _may_be_passed(stages[place[0]])]
    if not sure:
        return unknown("whether the stage with the approval is skipped")
    deploys = [place for place, action in work if _category(action) == "Deploy"]
    if deploys and max(deploys) <= min(sure):
        return unknown("whether what runs after the approval releases anything")
    return passed("a person is asked before the rest of it runs", stages=_names(stages))


def _actions(stages: Sequence[Stage]) -> Iterator[tuple[tuple[int, int], Action]]:
    """Each action with its place: the number of its stage, and its run order."""
    for number, stage in enumerate(stages):
        for action in stage.actions or ():
            yield (number, 1 if action.run_order is None else action.run_order), action


def _category(action: Action) -> str:
    return (action.action_type_id.category if action.action_type_id else None) or ""


def _is_approval(action: Action) -> bool:
    return _category(action) == "Approval"


def _asks(action: Action) -> bool:
    """Whether a person is asked: approvals have no other provider yet."""
    return _is_approval(action) and action.action_type_id is not None and action.action_type_id.provider == "Manual"


def _may_be_passed(stage: Stage) -> bool:
    """Whether what comes after a stage may run although nobody approved."""
    failing = stage.on_failure.result if stage.on_failure else None
    conditions = (stage.before_entry.conditions if stage.before_entry else None) or ()
    return failing not in _STOPS or any(each.result not in (None, "FAIL") for each in conditions)


def _names(stages: Sequence[Stage]) -> dict[str, list[str]]:
    """What each stage does, in the order of its actions."""
    return {
        stage.name or "": [
            _category(action) for action in sorted(stage.actions or (), key=lambda one: one.run_order or 1)
        ]
        for stage in stages
    }
