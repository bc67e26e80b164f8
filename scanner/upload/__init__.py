"""Findings to where people work on them: what is uploaded, and how the service that takes it is asked."""
