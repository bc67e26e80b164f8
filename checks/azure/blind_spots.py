"""What a pass about Azure may overlook, where several checks say so."""

#: Who is in a group is asked in the subscription of the resource, which shows groups that have roles there or above.
GROUPS = "roles of groups in other subscriptions alone"
TOGETHER = "ways that take roles of the identity and of its groups together"
SINGLE = "ways to other identities by roles on single resources"
SUBSCRIPTIONS = "roles in subscriptions outside the scan"
#: Anonymous access does not bear on it, and only the data plane tells whether there is one.
STATIC_WEBSITE = "a static website that is public all the same"
#: Perimeters are looked for where Resource Graph lists one in the scanned subscriptions.
FAR_PERIMETERS = "network security perimeters of subscriptions outside the scan"
#: They sign in by SFTP with a password or a key of their own, whatever becomes of the account's keys.
LOCAL_USERS = "local users of SFTP"
DATASTORES = "other datastores of the workspace"
