"""Role assignments and the role definitions they name."""
