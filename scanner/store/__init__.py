"""What a scan keeps: journal, inventory, cache, saved files."""
