"""Judging what was seen. Nothing here does I/O with a provider, by construction: it imports no room that could."""
