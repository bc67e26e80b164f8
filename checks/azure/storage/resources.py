"""Storage kinds: typed snapshots. Each field names the operation and member it comes from."""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET

from checks.azure.actions import NAME_CHECK
from checks.azure.members import IpRule, PerimeterRule
from scanner.cards.card_files import Document
from scanner.model.nouns import Holds, Observed, Read, Resource

STORAGE = "Microsoft.Storage/storageAccounts/read"
FILE = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/read"
PERIMETERS = "Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations/read"


class StorageAccount(Resource, frozen=True, kw_only=True):
    """A storage account that a workspace or an AI account names. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.storage.StorageAccount"
    title: ClassVar[str] = "Storage account"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    #: False if the account was looked for and is not there; its other fields are then unset
    exists: Observed[bool] = UNSET
    #: where it is now, if it was moved out of the resource group that it is named in; its id is what names it
    moved_to: Observed[str] = UNSET
    #: whether anybody may register the name of a missing account
    name_available: Annotated[Observed[bool], Read(NAME_CHECK, "nameAvailable")] = UNSET
    name_reason: Annotated[Observed[str], Read(NAME_CHECK, "reason")] = UNSET
    allow_blob_public_access: Annotated[Observed[bool], Read(STORAGE, "properties.allowBlobPublicAccess")] = UNSET
    allow_shared_key_access: Annotated[Observed[bool], Read(STORAGE, "properties.allowSharedKeyAccess")] = UNSET
    minimum_tls_version: Annotated[Observed[str], Read(STORAGE, "properties.minimumTlsVersion")] = UNSET
    https_traffic_only: Annotated[Observed[bool], Read(STORAGE, "properties.supportsHttpsTrafficOnly")] = UNSET
    public_network_access: Annotated[Observed[str], Read(STORAGE, "properties.publicNetworkAccess")] = UNSET
    network_default_action: Annotated[Observed[str], Read(STORAGE, "properties.networkAcls.defaultAction")] = UNSET
    network_ip_rules: Annotated[Observed[tuple[IpRule, ...]], Read(STORAGE, "properties.networkAcls.ipRules")] = UNSET
    network_ipv6_rules: Annotated[Observed[tuple[IpRule, ...]], Read(STORAGE, "properties.networkAcls.ipv6Rules")] = (
        UNSET
    )
    #: Enforced or Learning; absent where the account is in no network security perimeter. Asked for where it leaves its
    #: network to one, or the index lists one in the scanned subscriptions
    perimeter_mode: Annotated[Observed[str], Read(PERIMETERS, "properties.resourceAssociation.accessMode")] = UNSET
    perimeter_rules: Annotated[
        Observed[tuple[PerimeterRule, ...]], Read(PERIMETERS, "properties.profile.accessRules")
    ] = UNSET
    created_at: Annotated[Observed[datetime], Read(STORAGE, "properties.creationTime")] = UNSET
    #: Locked, Unlocked or Disabled: whether new blobs may not be deleted for some days. Absent where none was set
    immutability_state: Annotated[
        Observed[str], Read(STORAGE, "properties.immutableStorageWithVersioning.immutabilityPolicy.state")
    ] = UNSET
    is_hns_enabled: Annotated[Observed[bool], Read(STORAGE, "properties.isHnsEnabled")] = UNSET
    versioning: Annotated[Observed[bool], Read(BLOBS, "properties.isVersioningEnabled")] = UNSET
    blob_soft_delete: Annotated[Observed[bool], Read(BLOBS, "properties.deleteRetentionPolicy.enabled")] = UNSET
    soft_delete_days: Annotated[Observed[int], Read(BLOBS, "properties.deleteRetentionPolicy.days")] = UNSET
    tags: Annotated[Observed[dict[str, str]], Read(STORAGE, "tags")] = UNSET


class ModelFolder(Resource, frozen=True, kw_only=True):
    """Where the files of a model version that a deployment serves lie, with those there that may be model cards.

    Read with `--read-documents` alone: nothing is listed, and files are asked for by the names that model cards have.
    `refused` are the names of which it is not known whether there is one. Id: the place as the version names it, in its
    workspace: a datastore or the output of a job, and a path. Its name is its address, where that is known.
    """

    kind: ClassVar[str] = "azure.storage.ModelFolder"
    title: ClassVar[str] = "model cards in files beside an artifact in Blob Storage"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    documents: Observed[tuple[Document, ...]] = UNSET
    refused: Observed[tuple[str, ...]] = UNSET
