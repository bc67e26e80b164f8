"""Drafts of model cards and data sheets: one module a format. Each says what was seen, or that something is open."""
