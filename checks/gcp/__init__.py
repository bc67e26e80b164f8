"""Google Cloud: Vertex AI, Workbench, and the buckets, projects and service accounts that their resources refer to."""
