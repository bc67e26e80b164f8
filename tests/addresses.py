"""How a field that holds the address of another resource is recognised: by what is in it, and by what it is called.

Either is enough, so that a new field is noticed although the demo organisation has nothing in it, or although its name
says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from members import Member


class Shape(NamedTuple):
    """The addresses of one kind of thing. A kind that nothing collects yet says so in `uncollected`."""

    kind: str
    #: an address that leads nowhere; `{}` is a name that exists nowhere
    example: str
    #: what such addresses look like
    value: str
    #: how the paths of fields that hold one end
    name: str
    uncollected: str = ""

    def is_in(self, values: Iterable[str]) -> bool:
        return any(re.search(self.value, value, re.IGNORECASE) for value in values)

    def names(self, member: Member) -> bool:
        return re.search(rf"(?:^|[._])(?:{self.name})(?:\[\])?$", member.path) is not None


_AZURE = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-retina/providers/"
_GCP = "projects/example-fraud-prod/"

#: If a name fits several, the first one counts.
SHAPES = (
    Shape("aws.iam.Role", "arn:aws:iam::111122223333:role/{}", r":iam::\d+:role/", "role_arn"),
    Shape("aws.s3.Bucket", "s3://{}/a", r"^s3://", r"ur[il]s?|bucket|s3_\w+_path|logging_target|environment\{\}"),
    Shape(
        "aws.iam.Policy",
        "arn:aws:iam::111122223333:policy/{}",
        r":iam::\w+:policy/",
        r"(?:policies\[\]|boundary)\.arn",
        uncollected="the text of a policy is read with the roles that have it",
    ),
    Shape(
        "aws.kms.Key",
        "arn:aws:kms:eu-west-1:111122223333:key/{}",
        ":kms:",
        r"kms_(?:master_)?key_(?:id|arn)",
        uncollected="whether a key is named is judged, not who may use it",
    ),
    Shape(
        "aws.ecr.Repository",
        "111122223333.dkr.ecr.eu-west-1.amazonaws.com/{}:1",
        r"\.dkr\.ecr\.",
        "image",
        uncollected="how an image is named is judged, not the repository that holds it",
    ),
    Shape(
        "aws.sagemaker.ModelPackage",
        "arn:aws:sagemaker:eu-west-1:111122223333:model-package/{}/1",
        ":model-package/",
        "model_package_(?:name|arn)",
    ),
    Shape("aws.sns.Topic", "arn:aws:sns:eu-west-1:111122223333:{}", ":sns:", "alarm_actions"),
    Shape(
        "aws.ec2.Subnet",
        "subnet-{}",
        "^subnet-",
        "subnets|subnet_id",
        uncollected="whether there is a subnet is judged, not where it leads",
    ),
    Shape(
        "gcp.iam.ServiceAccount",
        "{}@example-fraud-prod.iam.gserviceaccount.com",
        r"gserviceaccount\.com$",
        "service_accounts?|email",
    ),
    Shape("gcp.iam.Role", _GCP + "roles/{}", r"^(?:\w+/[\w-]+/)?roles/", "role"),
    Shape("gcp.vertex_ai.Model", _GCP + "locations/europe-west4/models/{}", r"/models/\d", "model"),
    Shape(
        "gcp.artifact_registry.Repository",
        "europe-west4-docker.pkg.dev/example-fraud-prod/{}/image:1",
        r"\.pkg\.dev/|gcr\.io/",
        "image_uri",
        uncollected="how an image is named is judged, not the repository that holds it",
    ),
    Shape("gcp.storage.Bucket", "gs://{}/a", "^gs://", "ur[il]s?|bucket|scripts"),
    Shape(
        "gcp.kms.CryptoKey",
        _GCP + "locations/europe-west4/keyRings/ml/cryptoKeys/{}",
        "/cryptoKeys/",
        "kms_key(?:_name)?",
        uncollected="whether a key is named is judged, not who may use it",
    ),
    Shape(
        "gcp.compute.Network",
        _GCP + "global/networks/{}",
        "/(?:sub)?networks/",
        "(?:sub)?network(?:_attachment)?",
        uncollected="whether there is a network is judged, not where it leads",
    ),
    Shape(
        "azure.storage.StorageAccount",
        _AZURE + "Microsoft.Storage/storageAccounts/{}",
        "/providers/Microsoft.Storage/storageAccounts/",
        r"storage_account(?:_id)?|storage\[\]\.resource_id",
    ),
    Shape(
        "azure.authorization.RoleDefinition",
        _AZURE + "Microsoft.Authorization/roleDefinitions/{}",
        "/providers/Microsoft.Authorization/roleDefinitions/",
        "role_definition_id",
    ),
    Shape(
        "azure.insights.ActionGroup",
        _AZURE + "Microsoft.Insights/actionGroups/{}",
        "/providers/microsoft.insights/actiongroups/",
        "action_group",
    ),
    Shape(
        "azure.operational_insights.LogTable",
        _AZURE + "Microsoft.OperationalInsights/workspaces/logs/tables/{}",
        "/providers/Microsoft.OperationalInsights/workspaces/[^/]+/tables/",
        "table_ids",
    ),
    Shape(
        "azure.machine_learning.Workspace",
        _AZURE + "Microsoft.MachineLearningServices/workspaces/{}",
        "/providers/Microsoft.MachineLearningServices/workspaces/[^/]+$",
        "hub_resource_id|workspace_id",
    ),
    Shape(
        "azure.machine_learning.ModelVersion",
        _AZURE + "Microsoft.MachineLearningServices/workspaces/ws-retina-prod/models/{}/versions/1",
        "/models/[^/]+/versions/|^azureml:",
        "model",
    ),
    Shape(
        "azure.machine_learning.DataVersion",
        _AZURE + "Microsoft.MachineLearningServices/workspaces/ws-retina-prod/data/{}/versions/1",
        "/data/[^/]+/versions/",
        r"(?<![._])data",
    ),
    Shape(
        "azure.managed_identity.UserAssignedIdentity",
        _AZURE + "Microsoft.ManagedIdentity/userAssignedIdentities/{}",
        "/userAssignedIdentities/",
        r"identities\{key\}|identity_id",
        uncollected="the resource that uses an identity shows its principal, by which roles are found",
    ),
    Shape(
        "azure.key_vault.Vault",
        "https://{}.vault.azure.net/keys/workspace/00000000000000000000000000000001",
        r"\.vault\.azure\.net|/Microsoft\.KeyVault/vaults/",
        r"key_identifier|key_vault\w*",
        uncollected="whether a key is named is judged, not who may use it",
    ),
    Shape(
        "azure.network.Subnet",
        _AZURE + "Microsoft.Network/virtualNetworks/{}/subnets/compute",
        "/virtualNetworks/",
        "subnet_id",
        uncollected="whether there is a subnet is judged, not where it leads",
    ),
    Shape("mlflow.tracking.Run", "{}", "^f0{20}", "run_id"),
    Shape("mlflow.tracking.LoggedModel", "models:/m-{}", r"^(?:models:/)?m-\w", "model_id"),
    Shape(
        "mlflow.store.Artifacts",
        "mlflow-artifacts:/{}",
        "^(?:s3|gs|mlflow-artifacts|azureml):",
        "artifact_location",
        uncollected="what is in buckets is joined to what clouds serve, and no content is read",
    ),
)

#: What needs no shape to be an address of something.
_ANY_VALUE = re.compile(r"^(?:arn:|[a-z][a-z0-9+.-]*://|/{1,2}[a-z]|projects/)|gserviceaccount\.com", re.IGNORECASE)
_ANY_NAME = re.compile(
    r"(?:_arns?|ur[il]s?|bucket|kms\w*|resource_ids?|service_accounts?|key_vault\w*|registry)(?:\[\])?$"
)


def is_address(member: Member, values: Iterable[str]) -> bool:
    """Whether a field looks as if it held an address, of whatever."""
    return any(map(_ANY_VALUE.search, values)) or _ANY_NAME.search(member.path) is not None


def shapes_of(member: Member, values: list[str]) -> Iterator[Shape]:
    """What the addresses in a field may lead to."""
    own = [shape for shape in SHAPES if shape.kind.partition(".")[0] == member.kind.partition(".")[0]]
    called = next((shape for shape in own if shape.names(member)), None)
    yield from (shape for shape in own if shape is called or shape.is_in(values))
