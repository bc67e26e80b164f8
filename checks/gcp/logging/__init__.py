"""Cloud Logging: where the logs of endpoints go, and how long they stay."""
