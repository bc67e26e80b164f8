"""IAM kinds: typed snapshots. Each field names the operation and member it comes from."""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Part, Read, Resource

PROJECT = "resourcemanager.projects.get"
POLICY = "resourcemanager.projects.getIamPolicy"
FOLDER = "resourcemanager.folders.getIamPolicy"
ORGANIZATION = "resourcemanager.organizations.getIamPolicy"
ROLE = "iam.roles.get"
ACCOUNT = "iam.serviceAccounts.get"
KEYS = "iam.serviceAccountKeys.list"


class Condition(Part, frozen=True, kw_only=True):
    """When a binding counts. But for a time that is over it is not evaluated: such a grant may or may not hold."""

    title: str | None = None
    expression: str | None = None


class Binding(Part, frozen=True, kw_only=True):
    """A role and who has it."""

    role: str | None = None
    members: tuple[str, ...] | None = None
    condition: Condition | None = None


class ProjectPolicy(Resource, frozen=True, kw_only=True):
    """Who may do what in a project of the scan. Id: //cloudresourcemanager.googleapis.com/projects/ID"""

    kind: ClassVar[str] = "gcp.iam.ProjectPolicy"
    title: ClassVar[str] = "Project IAM policy"
    holds: ClassVar[Holds] = Holds.IDENTITY

    #: `projects/NUMBER`
    number: Annotated[Observed[str], Read(PROJECT, "name")] = UNSET
    bindings: Annotated[Observed[tuple[Binding, ...]], Read(POLICY, "bindings")] = UNSET
    #: whether anything of ML was found in it; the others matter for whom they let in
    holds_ml: Observed[bool] = UNSET
    #: `folders/NUMBER` and `organizations/NUMBER`, from the bottom up: what they grant counts in the project
    above: Observed[tuple[str, ...]] = UNSET


class FolderPolicy(Resource, frozen=True, kw_only=True):
    """What a folder above a project grants. Id: //cloudresourcemanager.googleapis.com/folders/NUMBER"""

    kind: ClassVar[str] = "gcp.iam.FolderPolicy"
    title: ClassVar[str] = "Folder IAM policy"
    holds: ClassVar[Holds] = Holds.IDENTITY

    bindings: Annotated[Observed[tuple[Binding, ...]], Read(FOLDER, "bindings")] = UNSET


class OrganizationPolicy(Resource, frozen=True, kw_only=True):
    """What the organisation above a project grants. Id: //cloudresourcemanager.googleapis.com/organizations/NUMBER"""

    kind: ClassVar[str] = "gcp.iam.OrganizationPolicy"
    title: ClassVar[str] = "Organisation IAM policy"
    holds: ClassVar[Holds] = Holds.IDENTITY

    bindings: Annotated[Observed[tuple[Binding, ...]], Read(ORGANIZATION, "bindings")] = UNSET


class Role(Resource, frozen=True, kw_only=True):
    """A role that somebody has in a project with ML. Id: //iam.googleapis.com/roles/… or …/projects/ID/roles/…"""

    kind: ClassVar[str] = "gcp.iam.Role"
    title: ClassVar[str] = "IAM role"
    holds: ClassVar[Holds] = Holds.IDENTITY

    #: only those that checks ask about: a basic role has ten thousand; none of a role that is disabled or deleted
    permissions: Annotated[Observed[tuple[str, ...]], Read(ROLE, "includedPermissions")] = UNSET


class Key(Part, frozen=True, kw_only=True, rename="camel"):
    """A key of a service account that its user keeps."""

    name: str | None = None
    disabled: bool | None = None
    valid_before_time: datetime | None = None


class ServiceAccount(Resource, frozen=True, kw_only=True):
    """A service account that an ML workload runs as. Id: //iam.googleapis.com/projects/ID/serviceAccounts/EMAIL"""

    kind: ClassVar[str] = "gcp.iam.ServiceAccount"
    title: ClassVar[str] = "Service account of an ML workload"
    holds: ClassVar[Holds] = Holds.IDENTITY

    email: Observed[str] = UNSET
    #: False for one that was deleted and that a workload still names
    exists: Observed[bool] = UNSET
    disabled: Annotated[Observed[bool], Read(ACCOUNT, "disabled")] = UNSET
    user_managed_keys: Annotated[Observed[tuple[Key, ...]], Read(KEYS, "keys")] = UNSET
