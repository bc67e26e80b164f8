"""Jobs, runs and data sets as OpenLineage events record them."""
