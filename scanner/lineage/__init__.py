"""Lineage as OpenLineage events record it: which job read which data and made what. Pure: no I/O but a private file."""
