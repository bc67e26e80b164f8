"""IAM collectors: the policy of each project, and the service accounts and roles of ML workloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.gcp.ancestry import ANCESTRY, above, ancestry
from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.iam.grants import OPAQUE, WATCHED, Policy, is_agent, role_id
from checks.gcp.iam.resources import (
    ACCOUNT,
    FOLDER,
    KEYS,
    ORGANIZATION,
    POLICY,
    PROJECT,
    ROLE,
    FolderPolicy,
    OrganizationPolicy,
    ProjectPolicy,
    Role,
    ServiceAccount,
)
from checks.gcp.names import IAM, PROJECTS, account_id, full_name, is_account, project_id
from checks.gcp.notebooks.resources import Instance
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import CustomJob, DeploymentResourcePool, Endpoint, Model
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reply

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

#: The accounts that a bucket policy may name by their role in the project.
_BY_PROJECT_ROLE = ("projectOwner:", "projectEditor:", "projectViewer:")
_DEFAULT_COMPUTE = "-compute@developer.gserviceaccount.com"


_ML = (Endpoint, Model, CustomJob, Instance)
_VERSION = {"options": {"requestedPolicyVersion": 3}}  # version 1 leaves conditions out


@collector(ProjectPolicy, operations=(PROJECT, POLICY), per="account", follows=_ML)
def project_policies(api: GcpApi, found: Found) -> Iterator[ProjectPolicy]:
    holds_ml = any(found.of(kind) for kind in _ML)
    if not holds_ml and len(api.projects) == 1:
        return  # there is nothing to protect, neither here nor elsewhere
    path = f"{PROJECTS}/v3/projects/{api.project}"
    try:
        parents: tuple[str, ...] | UnsetType = above(api, api.project)
        line: Mapping[str, Any] = ancestry(api, api.project)
    except CallFailed as failure:
        api.gap(ANCESTRY, failure)
        parents, line = UNSET, {}
    project = api.call(PROJECT, path)
    policy = api.call(POLICY, f"{path}:getIamPolicy", body=_VERSION)
    # Both tell of the project under one permission, and have no member in common.
    both = {**(project or {}), **line}
    yield api.decode(
        ProjectPolicy,
        {PROJECT: project, POLICY: policy},
        {PROJECT: both or project, POLICY: policy},
        id=project_id(api.project),
        name=api.project,
        console_url=f"https://console.cloud.google.com/iam-admin/iam?project={api.project}",
        holds_ml=holds_ml,
        above=parents,
    )


@collector(FolderPolicy, operations=(FOLDER,), per="account", follows=(ProjectPolicy,))
def folder_policies(api: GcpApi, found: Found) -> Iterator[FolderPolicy]:
    for name in _above(found, "folders/"):
        if (reply := _policy_of(api, FOLDER, name)) is None:
            api.gone()
            continue
        yield api.decode(FolderPolicy, {FOLDER: reply}, id=full_name(PROJECTS, name), name=name)


@collector(OrganizationPolicy, operations=(ORGANIZATION,), per="account", follows=(ProjectPolicy,))
def organization_policies(api: GcpApi, found: Found) -> Iterator[OrganizationPolicy]:
    for name in _above(found, "organizations/"):
        if (reply := _policy_of(api, ORGANIZATION, name)) is None:
            api.gone()
            continue
        yield api.decode(OrganizationPolicy, {ORGANIZATION: reply}, id=full_name(PROJECTS, name), name=name)


def _above(found: Found, collection: str) -> list[str]:
    parents = {name for policy in found.of(ProjectPolicy) for name in policy.above or ()}
    return sorted(name for name in parents if name.startswith(collection))


def _policy_of(api: GcpApi, operation: str, name: str) -> Reply:
    """The policy of a folder or organisation, asked for once in a scan."""
    path = f"{PROJECTS}/v3/{name}:getIamPolicy"
    return _shared(api, operation, f"policy of {name}", lambda: api.fetch(operation, path, body=_VERSION))


def _shared(api: GcpApi, operation: str, key: str, ask: Callable[[], Mapping[str, Any]]) -> Reply:
    """What several projects of the scan need, asked once; `UNSET` and a gap if it fails, None if it is not there."""
    try:
        return api.once(key, ask)
    except CallFailed as failure:
        if failure.code == NOT_FOUND:
            return None
        api.gap(operation, failure)
        return UNSET


#: What runs as a service account that it names.
_RUN = (Endpoint, DeploymentResourcePool, CustomJob, Instance)


@collector(ServiceAccount, operations=(ACCOUNT, KEYS, PROJECT), per="account", follows=_RUN)
def service_accounts(api: GcpApi, found: Found) -> Iterator[ServiceAccount]:
    def account(email: str) -> ServiceAccount:
        path = f"{IAM}/v1/{_named(api, email)}"
        keys = api.call(KEYS, f"{path}/keys", absent=(NOT_FOUND,), keyTypes="USER_MANAGED")
        # Whether it is disabled matters to its keys and to what it may do.
        detail = api.call(ACCOUNT, path, absent=(NOT_FOUND,)) if keys is not None else UNSET
        gone = detail is None or keys is None  # nothing lists it: it is only named
        return api.decode(
            ServiceAccount,
            {} if gone else {ACCOUNT: detail, KEYS: keys},
            {ACCOUNT: detail, KEYS: keys},
            id=account_id(email, _project_of(detail) or api.project),
            name=email,
            email=email,
            exists=False if gone else UNSET if detail is UNSET and keys is UNSET else True,
            console_url=f"https://console.cloud.google.com/iam-admin/serviceaccounts?project={api.project}",
        )

    yield from api.each(account, sorted(_emails(found)))


def _named(api: GcpApi, email: str) -> str:
    """What to call an account by: its project, where that can be told, and else `-` for it.

    Of an account that is gone Google says so only in its own project; under `-` it refuses, as if a permission lacked.
    Source: https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get
    """
    number = email.removesuffix(_DEFAULT_COMPUTE)
    here = number != email and number == api.number(PROJECT, api.project)
    return account_id(email, api.project if here else "-").removeprefix(full_name(IAM, ""))


@collector(
    Role, operations=(ROLE,), per="account", follows=(ProjectPolicy, FolderPolicy, OrganizationPolicy, Bucket, *_RUN)
)
def roles(api: GcpApi, found: Found) -> Iterator[Role]:
    def role(name: str) -> Role | None:
        reply = _shared(api, ROLE, name, lambda: api.fetch(ROLE, f"{IAM}/v1/{name}"))
        return None if reply is None else api.decode(Role, {ROLE: _in_effect(reply)}, id=role_id(name), name=name)

    for made in api.each(role, sorted(_roles(found))):
        if made is not None:
            yield made


def _in_effect(role: Reply) -> Reply:
    """A role with what it gives of what checks ask about.

    That is nothing while it is disabled, and once it is deleted: bindings may name it for long after.
    """
    if not isinstance(role, Mapping) or not isinstance(held := role.get("includedPermissions"), list):
        return role
    off = role.get("stage") == "DISABLED" or role.get("deleted") is True
    return {**role, "includedPermissions": [] if off else sorted(WATCHED.intersection(map(str, held)))}


def _project_of(account: Reply) -> str | None:
    project = account.get("projectId") if isinstance(account, Mapping) else None
    return project if isinstance(project, str) else None


def _emails(found: Found) -> set[str]:
    emails = {deployed.service_account for e in found.of(Endpoint) for deployed in e.deployed_models or ()}
    emails |= {pool.service_account or None for pool in found.of(DeploymentResourcePool)}
    emails |= {job.service_account or None for job in found.of(CustomJob)}
    emails |= {account.email for instance in found.of(Instance) for account in instance.service_accounts or ()}
    return {email for email in emails if email and is_account(email)}


def _roles(found: Found) -> set[str]:
    """Roles that anybody has in a project with ML, or that workloads have on a bucket."""
    wanted = any(policy.holds_ml for policy in found.of(ProjectPolicy))
    kinds: tuple[type[Policy], ...] = (ProjectPolicy, FolderPolicy, OrganizationPolicy)
    bindings = [binding for kind in kinds for policy in found.of(kind) for binding in policy.bindings or ()]
    everywhere = {binding.role for binding in bindings if wanted and not all(map(is_agent, binding.members or ()))}
    members = {f"serviceAccount:{email}" for email in _emails(found)} | {"allUsers", "allAuthenticatedUsers"}
    on_buckets = {
        binding.role
        for bucket in found.of(Bucket)
        for binding in (*(bucket.bindings or ()), *(bucket.folder_bindings or ()))
        if any(_counts(member, members) for member in binding.members or ())
    }
    return {role for role in everywhere | on_buckets if role}


def _counts(member: str, members: set[str]) -> bool:
    return member in members or member.startswith((*_BY_PROJECT_ROLE, *OPAQUE)) or member.endswith(_DEFAULT_COMPUTE)
