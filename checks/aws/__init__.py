"""Amazon Web Services: SageMaker, and the S3 buckets and IAM roles that its resources refer to."""
