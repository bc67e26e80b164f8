"""CloudWatch: the alarms on endpoints."""
