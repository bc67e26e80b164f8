"""Cloud Storage buckets that models, training jobs and notebooks refer to."""
