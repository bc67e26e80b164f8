"""Cloud Monitoring: the channels that anomalies of models are sent to."""
