"""Azure Machine Learning: workspaces, computes, online endpoints and their deployments."""
