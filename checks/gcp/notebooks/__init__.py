"""Vertex AI Workbench instances, through the Notebooks API v2 (v1 answers with nothing any more)."""
