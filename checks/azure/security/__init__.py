"""Microsoft Defender for Cloud: whether it looks for sensitive data in training data. What it found is not read."""
