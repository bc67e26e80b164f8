"""Joined checks: what only several resources together show. One module a theme."""
