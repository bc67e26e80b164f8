"""Where infrastructure as code declares what a scan found: from a resource to a file and a line of it."""
