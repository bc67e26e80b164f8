"""The best plan known for each cloud: which calls bring everything that the checks need. Pure."""

from __future__ import annotations

from benchmarks.running.floor import Plan, Step, details, listing, pages
from benchmarks.running.truth import unfinished

_IDENTITY = Step("sts:GetCallerIdentity", 1)


def sagemaker(per_kind: int) -> Plan:
    """Models, endpoint configurations, notebooks and training jobs of one region, no more.

    Search brings a hundred whole models or training jobs a call; only jobs that still run are read one by one, for what
    Search says of them may be late. Notebooks and endpoint configurations have no bulk call.
    """
    notebooks = (
        listing("sagemaker:ListNotebookInstances", per_kind),
        details("sagemaker:DescribeNotebookInstance", per_kind),
    )
    configs = (
        listing("sagemaker:ListEndpointConfigs", per_kind),
        details("sagemaker:DescribeEndpointConfig", per_kind),
    )
    models = (listing("sagemaker:Search", per_kind),)
    jobs = (
        listing("sagemaker:Search", per_kind),
        details("sagemaker:DescribeTrainingJob", unfinished(per_kind)),
    )
    return Plan((_IDENTITY,), (notebooks, configs, models, jobs))


#: What is asked about one bucket, once a listing has said where it is.
BUCKET_DETAILS = (
    "s3:GetPublicAccessBlock",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketAcl",
    "s3:GetBucketEncryption",
    "s3:GetBucketVersioning",
    "s3:GetBucketLogging",
)


def everything(per_kind: int, endpoints: int, buckets: int, roles: int) -> Plan:
    """All that any AWS check needs, of one region: also endpoints one by one, buckets, and all roles in bulk."""
    serving = (listing("sagemaker:ListEndpoints", endpoints), details("sagemaker:DescribeEndpoint", endpoints))
    storage = tuple((listing("s3:ListBuckets", buckets, 1000), details(name, buckets)) for name in BUCKET_DETAILS[:1])
    storage += tuple((Step("s3:ListBuckets", 0), details(name, buckets)) for name in BUCKET_DETAILS[1:])
    account = (Step("s3:GetAccountPublicAccessBlock", 1),)
    identities = (listing("iam:GetAccountAuthorizationDetails", roles, 1000),)
    four = sagemaker(per_kind)
    return Plan(four.opening, (*four.branches, serving, *storage, account, identities))


def notebooks_alone(per_kind: int) -> Plan:
    """What a single check of notebooks needs."""
    return Plan((_IDENTITY,), (sagemaker(per_kind).branches[0],))


#: Vertex AI locations of the generated Google world
GOOGLE_LOCATIONS = 39
#: Roles that its policies give, of projects, of what is above them and of buckets
GOOGLE_ROLES = 6


def google(per_kind: int) -> tuple[Plan, ...]:
    """One project with everything in one location: every location asked at once, or only those that a census names.

    A census is Cloud Asset Inventory's search, 500 names a page. Lists bring whole resources, a hundred a page. Buckets
    are listed a thousand a page. Their policies are asked one by one, and so are managed folders, the keys of accounts
    and the accounts that have some: a project may have many more than run anything. Above it are two folders and the
    organisation, and two policies and the metadata of the project count for everything in it.
    """
    few = per_kind // 10
    kinds = ("aiplatform.endpoints.list", "aiplatform.models.list", "aiplatform.customJobs.list")
    rest = (
        (listing("notebooks.instances.list", per_kind),),
        (Step("resourcemanager.projects.get", 2), Step("resourcemanager.folders.getIamPolicy", 2)),
        (Step("resourcemanager.organizations.getIamPolicy", 1),),
        (Step("resourcemanager.projects.getIamPolicy", 1), Step("iam.roles.get", GOOGLE_ROLES)),
        (Step("orgpolicy.policy.get", 1), Step("compute.projects.get", 1)),
        (listing("storage.buckets.list", few, 1000), details("storage.buckets.getIamPolicy", few)),
        (Step("storage.buckets.list", 0), details("storage.managedFolders.list", few * 3 // 8)),
        (details("iam.serviceAccountKeys.list", few), details("iam.serviceAccounts.get", few // 4)),
    )
    elsewhere = tuple((Step(kind, GOOGLE_LOCATIONS - 1),) for kind in kinds)
    lists = tuple((listing(kind, per_kind),) for kind in kinds)
    everywhere = Plan((Step("aiplatform.locations.list", 1),), (*lists, *elsewhere, *rest))
    census = listing("cloudasset.assets.searchAllResources", 3 * per_kind, 500)
    return everywhere, Plan((), (*_after(census, lists), *rest))


def azure(per_kind: int) -> tuple[Plan, ...]:
    """One subscription: Resource Graph by type, a thousand rows a page; lists below a workspace twenty in a batch."""
    few = per_kind // 10
    graph = "Microsoft.ResourceGraph/resources/read"
    batch = "Microsoft.Resources/batch/action"
    tables = {"endpoints": per_kind, "deployments": per_kind, "accounts": per_kind, "assignments": few}
    branches = [(listing(graph, rows, 1000),) for rows in tables.values()]
    branches.append((listing(graph, per_kind, 1000), details(batch, pages(per_kind, 20))))  # workspaces, computes
    branches.append((listing(graph, few, 1000), details(batch, pages(few, 20))))  # storage, blob services
    opening = (Step("oauth2.token", 1), Step("Microsoft.Resources/subscriptions/read", 1))
    return (Plan(opening, tuple(branches)),)


def _after(first: Step, branches: tuple[tuple[Step, ...], ...]) -> tuple[tuple[Step, ...], ...]:
    """Branches that all wait for one step, which is done once."""
    again = Step(first.operation, 0, first.serial)
    return tuple((first if number == 0 else again, *branch) for number, branch in enumerate(branches))
