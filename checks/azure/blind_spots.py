"""What a pass about Azure may overlook, where several checks say so."""

GROUPS = "roles held through groups"
SUBSCRIPTIONS = "roles in subscriptions outside the scan"
#: Anonymous access does not bear on it, and only the data plane tells whether there is one.
STATIC_WEBSITE = "a static website that is public all the same"
DATASTORES = "other datastores of the workspace"
