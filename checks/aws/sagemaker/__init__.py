"""Amazon SageMaker AI: notebook instances, models, endpoint configurations, endpoints, training jobs."""
