from datetime import UTC, datetime

from factories.gcp import deployed, endpoint, evaluation, model
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.vertex_ai.resources import Endpoint, ModelEvaluation

MADE = {
    "create_time": datetime(2026, 11, 9, tzinfo=UTC),
    "metrics_schema_uri": "gs://google-cloud-aiplatform/schema/modelevaluation/classification_metrics_1.0.0.yaml",
}
SERVED = model("777", version="1")
SERVING = endpoint("888", deployed_models=(deployed("777"),))
PLAIN = evaluation("777@1", "5", groups=(), **MADE)
GROUPED = evaluation("777@1", "6", groups=(("age", "sex"), ("region",)), **MADE)
BLIND = evaluation("777@1", "7", **MADE)
OTHER = evaluation("777@2", "8", groups=(("region",),), **MADE)
CASES = {
    "vertex_served_model_without_evaluation": [
        Case("one", PASS, SERVED, SERVING, PLAIN),
        Case("its date was not seen", UNKNOWN, SERVED, SERVING, evaluation("777@1", "7", groups=())),
        Case("of another version", FAIL, SERVED, SERVING, OTHER),
        Case("none", FAIL, SERVED, SERVING),
        Case("not all listed", UNKNOWN, SERVED, SERVING, PLAIN, incomplete=[ModelEvaluation]),
        Case("another version serves", NOT_APPLICABLE, SERVED, endpoint("888", deployed_models=()), PLAIN),
        Case("endpoints not read", UNKNOWN, SERVED, SERVING, PLAIN, incomplete=[Endpoint]),
        Case("its number was not seen", UNKNOWN, model("777"), SERVING, PLAIN),
    ],
    "vertex_served_model_without_evaluation_by_group": [
        Case("by region", PASS, SERVED, SERVING, PLAIN, GROUPED),
        Case("one number", FAIL, SERVED, SERVING, PLAIN),
        Case("those of another version", NOT_APPLICABLE, SERVED, SERVING, OTHER),
        Case("slices were not read", UNKNOWN, SERVED, SERVING, PLAIN, BLIND),
        Case("not all listed", UNKNOWN, SERVED, SERVING, GROUPED, incomplete=[ModelEvaluation]),
        Case("nothing serves", NOT_APPLICABLE, SERVED, endpoint("888", deployed_models=()), GROUPED),
        Case("its number was not seen", UNKNOWN, model("777"), SERVING, GROUPED),
    ],
}
