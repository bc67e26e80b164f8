from factories.gcp import dataset, deployed, endpoint, model, pipeline, vertex_id
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.vertex_ai.resources import Dataset, Endpoint, TrainingPipeline

MADE_BY = vertex_id("trainingPipelines", "600").removeprefix("//aiplatform.googleapis.com/")
SERVED = model("777", version="1", training_pipeline=MADE_BY)
SERVING = endpoint("888", deployed_models=(deployed("777"),))

CASES = {
    "vertex_served_model_training_data_undescribed": [
        Case("described", PASS, SERVED, SERVING, pipeline(), dataset()),
        Case("no description", FAIL, SERVED, SERVING, pipeline(), dataset(description="empty")),
        Case("a placeholder", FAIL, SERVED, SERVING, pipeline(), dataset(description="placeholder")),
        Case("the dataset is gone", FAIL, SERVED, SERVING, pipeline()),
        Case("a description that was not read", UNKNOWN, SERVED, SERVING, pipeline(), dataset(description=UNSET)),
        Case("datasets were not read", UNKNOWN, SERVED, SERVING, pipeline(), incomplete=[Dataset]),
        Case("no dataset of Vertex AI", NOT_APPLICABLE, SERVED, SERVING, pipeline(dataset=None)),
        Case("its dataset was not read", UNKNOWN, SERVED, SERVING, pipeline(dataset=UNSET)),
        Case("the pipeline is gone", NOT_APPLICABLE, SERVED, SERVING),
        Case("pipelines were not read", UNKNOWN, SERVED, SERVING, incomplete=[TrainingPipeline]),
        Case("no pipeline", NOT_APPLICABLE, model("777", version="1", training_pipeline=None), SERVING),
        Case("its pipeline was not seen", UNKNOWN, model("777", version="1"), SERVING, pipeline(), dataset()),
        Case("another version serves", NOT_APPLICABLE, SERVED, endpoint("888", deployed_models=()), pipeline()),
        Case("endpoints were not read", UNKNOWN, SERVED, SERVING, pipeline(), dataset(), incomplete=[Endpoint]),
    ]
}
