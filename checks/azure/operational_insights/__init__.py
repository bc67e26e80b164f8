"""Log Analytics: the tables that logs of online endpoints are kept in."""
