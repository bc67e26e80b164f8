"""AWS Glue's Data Catalog: the tables that describe training data."""
