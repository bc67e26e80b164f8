"""IAM roles that machine-learning resources act as."""
