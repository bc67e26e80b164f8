"""The server itself: its version, and who it answers."""
