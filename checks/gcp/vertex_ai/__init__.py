"""Vertex AI: endpoints and the models on them, the model registry, custom training jobs."""
