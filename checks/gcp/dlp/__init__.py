"""Sensitive Data Protection: whether it looks at the data that models were trained with. What it found is not read."""
