"""Google's Data Lineage API: which data the data behind served models was made from, and by which process."""
