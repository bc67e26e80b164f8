"""Amazon DataZone, the catalog of SageMaker: what the lineage events of its domains record of jobs and their data."""
