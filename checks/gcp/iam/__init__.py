"""Projects, roles and service accounts, as far as ML workloads run with them."""
