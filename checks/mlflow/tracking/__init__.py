"""Tracking: experiments, the runs behind registered versions, and logged models."""
