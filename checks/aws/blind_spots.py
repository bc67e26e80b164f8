"""What a pass about AWS may overlook, where several checks say so."""

#: The key of an AWS service may be named by its id like one of the customer's; only the key itself tells.
KEY_MANAGER = "whether a key named by its id is one that AWS manages"
#: Administration at one remove: a role that may become a stronger one.
OTHER_IDENTITIES = "roles and users that the role may assume or take over"
ACCESS_POINTS = "access points of the bucket"
#: Hyperparameters and variables are kept where they tell of credentials or of code, and no further.
TOLD_BUCKETS = "buckets that hyperparameters or variables name"
#: Search, which saves a call for each job, does not have them.
PROFILER_RULES = "buckets for reports of profiler rules"
#: SCPs and RCPs: no member account reads them.
ORGANISATION = "policies of the organisation"
#: No scan lists objects.
OBJECT_ACLS = "access lists of single objects"
