"""CloudWatch Logs: the groups that endpoints write to."""
