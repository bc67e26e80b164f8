"""All that reads files of events and asks servers of lineage. Nothing outside imports it before a scan begins."""
