"""S3 buckets that machine-learning resources refer to."""
