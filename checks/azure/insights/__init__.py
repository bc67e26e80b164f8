"""Azure Monitor: where online endpoints send their logs."""
