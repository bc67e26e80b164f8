"""Files in buckets that the user named, read and written whole. Collectors have no access to this room."""
