"""The model registry: registered models and their versions."""
