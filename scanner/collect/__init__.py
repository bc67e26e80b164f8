"""Asking the clouds: the only room that does I/O with a provider."""
