"""Whether what serves was evaluated, as Vertex AI has it. Evaluations were recorded: whoever did it chose the data."""

from msgspec import UNSET

from checks.gcp.paths.documentation import endpoint_of, evaluations_of, of_evaluations
from checks.gcp.vertex_ai.resources import Endpoint, Model, ModelEvaluation
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

_ELSEWHERE = "evaluations kept elsewhere"
_SHOWN = ("create_time", "metrics_schema_uri")
_DATA = "the data of the evaluation"


@check(
    id="MLP-5313",
    severity=Severity.LOW,
    objective="performance-evaluation",
    since="0.1.0",
    needs=(Endpoint, ModelEvaluation),
    blind_to=(_ELSEWHERE, _DATA),
    recorded=True,
)
def vertex_served_model_without_evaluation(model: Model, view: View) -> Verdict:
    """Model version that serves has no evaluation in Vertex AI.

    An evaluation is one of that very version: those of an earlier version say nothing of it. AutoML makes one as it
    trains; for a custom model it comes from a pipeline or is imported. That there is one was recorded; whether the
    data was set aside for it, and whether the results are good, is not judged.

    ## Why it matters
    The endpoint answers with a model of which the registry does not say how it does. Nobody can say later what was
    known of that version when it was let loose, and whoever has to choose between two versions finds nothing to
    compare.

    ## How to fix
    Evaluate that version on data set aside for it, and keep the result beside it: Model Registry, the model, the
    version, Evaluate, or `models.evaluations.import` for results that a pipeline of your own has.

    Python: `Model(name, version=…).evaluate(prediction_type=…, target_field_name=…, gcs_source_uris=[…])`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/evaluation/introduction
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.models.evaluations
    """
    if missing := unobserved(model, "version"):
        return missing
    endpoint = endpoint_of(model, view)
    if isinstance(endpoint, Verdict):
        return endpoint
    evaluations = evaluations_of(model, view)
    if evaluations is None:
        return unknown("ModelEvaluation", path=(model.id, endpoint))
    if not evaluations:
        return failed(
            "no evaluation of this version is in the registry", path=(model.id, endpoint), version=model.version
        )
    path = (model.id, *(one.id for one in evaluations), endpoint)
    if any(unobserved(one, *_SHOWN) for one in evaluations):
        return unknown(*(f"ModelEvaluation.{field}" for field in _SHOWN), path=path)
    said = f"{len(evaluations)} evaluation{'s' * (len(evaluations) > 1)} of this version recorded"
    return passed(said, path=path, version=model.version, **of_evaluations(evaluations, *_SHOWN))


@check(
    id="MLP-5314",
    severity=Severity.LOW,
    objective="bias-fairness",
    since="0.1.0",
    needs=(Endpoint, ModelEvaluation),
    blind_to=(_ELSEWHERE, "whether the groups are those it is used on"),
    recorded=True,
)
def vertex_served_model_without_evaluation_by_group(model: Model, view: View) -> Verdict:
    """Model version that serves was evaluated, and no evaluation of it has results by group.

    A group is a slice that was cut by values of features, such as a region or a range of ages. Slices for each class
    that a classifier tells apart are none: they say which answers are wrong, and not for whom. A version without any
    evaluation is left to MLP-5313.

    ## Why it matters
    One number over all people hides that a model fails some of them. Of what serves people there should be results by
    the groups that it is used on, of that very version.

    ## How to fix
    Evaluate with slices: give a slice specification for each feature that tells groups apart, or import results by
    slice with `models.evaluations.slices.batchImport`. Where the model decides nothing about people, suppress the
    finding and say so.

    Python: `ModelEvaluationClassificationOp(slicing_specs=[…], …)` of google-cloud-pipeline-components.

    ## References
    - https://cloud.google.com/vertex-ai/docs/evaluation/model-bias-metrics
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.models.evaluations.slices
    """
    if missing := unobserved(model, "version"):
        return missing
    endpoint = endpoint_of(model, view)
    if isinstance(endpoint, Verdict):
        return endpoint
    evaluations = evaluations_of(model, view)
    if evaluations is None or any(one.groups is UNSET for one in evaluations):
        return unknown("ModelEvaluation.groups", path=(model.id, endpoint))
    if not evaluations:
        return not_applicable("no evaluation of this version is in the registry", version=model.version)
    groups = sorted({" and ".join(features) for one in evaluations for features in one.groups or ()})
    path = (model.id, *(one.id for one in evaluations), endpoint)
    evidence = {"version": model.version} | of_evaluations(evaluations, "groups")
    if not groups:
        return failed("no evaluation of this version has results by group", path=path, **evidence)
    return passed(f"results by {', '.join(groups)} recorded", path=path, **evidence)
