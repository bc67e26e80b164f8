"""Amazon Macie: whether discovery of sensitive data looks at buckets with training data. What it found is not read."""
