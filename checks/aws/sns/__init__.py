"""SNS: the topics that alarms on endpoints go to."""
