"""Lineage: events of OpenLineage, from files or from a server that speaks the HTTP API of Marquez."""
