"""The Resource Groups Tagging API: the tags of what other collectors found."""
