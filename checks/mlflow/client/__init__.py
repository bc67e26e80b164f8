"""All that speaks to MLflow servers, over HTTP with Python's own client: no SDK is needed."""
