"""A fast server that answers like a cloud, for measuring scans: see `benchmarks/replay.py`."""
