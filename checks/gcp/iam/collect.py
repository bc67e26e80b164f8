"""IAM collectors: the policy of each project, and the service accounts and roles of ML workloads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.iam.grants import WATCHED, role_id
from checks.gcp.iam.resources import ACCOUNT, KEYS, POLICY, PROJECT, ROLE, ProjectPolicy, Role, ServiceAccount
from checks.gcp.names import IAM, PROJECTS, account_id, full_name, is_account
from checks.gcp.notebooks.resources import Instance
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import CustomJob, DeploymentResourcePool, Endpoint, Model
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

#: The accounts that a bucket policy may name by their role in the project.
_BY_PROJECT_ROLE = ("projectOwner:", "projectEditor:", "projectViewer:")
_DEFAULT_COMPUTE = "-compute@developer.gserviceaccount.com"


@collector(ProjectPolicy, operations=(PROJECT, POLICY), per="account", follows=(Endpoint, Model, CustomJob, Instance))
def project_policies(api: GcpApi, found: Found) -> Iterator[ProjectPolicy]:
    if not any(found.of(kind) for kind in (Endpoint, Model, CustomJob, Instance)):
        return  # a project without ML has nothing here to protect
    path = f"{PROJECTS}/v3/projects/{api.project}"
    body = {"options": {"requestedPolicyVersion": 3}}  # version 1 leaves conditions out
    yield api.decode(
        ProjectPolicy,
        {PROJECT: api.call(PROJECT, path), POLICY: api.call(POLICY, f"{path}:getIamPolicy", body=body)},
        id=full_name(PROJECTS, f"projects/{api.project}"),
        name=api.project,
        console_url=f"https://console.cloud.google.com/iam-admin/iam?project={api.project}",
    )


#: What runs as a service account that it names.
_RUN = (Endpoint, DeploymentResourcePool, CustomJob, Instance)


@collector(ServiceAccount, operations=(ACCOUNT, KEYS), per="account", follows=_RUN)
def service_accounts(api: GcpApi, found: Found) -> Iterator[ServiceAccount]:
    def account(email: str) -> ServiceAccount | None:
        path = f"{IAM}/v1/projects/-/serviceAccounts/{email}"
        detail = api.call(ACCOUNT, path, absent=(NOT_FOUND,))
        keys = UNSET if detail is None else api.call(KEYS, f"{path}/keys", absent=(NOT_FOUND,), keyTypes="USER_MANAGED")
        if detail is None or keys is None:  # it is gone, or went meanwhile
            return None
        return api.decode(
            ServiceAccount,
            {ACCOUNT: detail, KEYS: keys},
            id=account_id(email, api.project),
            name=email,
            email=email,
            console_url=f"https://console.cloud.google.com/iam-admin/serviceaccounts?project={api.project}",
        )

    for made in api.each(account, sorted(_emails(found))):
        if made is not None:
            yield made


@collector(Role, operations=(ROLE,), per="account", follows=(ProjectPolicy, Bucket, *_RUN))
def roles(api: GcpApi, found: Found) -> Iterator[Role]:
    def role(name: str) -> Role | None:
        reply = api.call(ROLE, f"{IAM}/v1/{name}", absent=(NOT_FOUND,))
        if reply is None:
            return None
        if not isinstance(reply, UnsetType) and isinstance(held := reply.get("includedPermissions"), list):
            reply = {**reply, "includedPermissions": sorted(WATCHED.intersection(map(str, held)))}
        return api.decode(Role, {ROLE: reply}, id=role_id(name), name=name)

    for made in api.each(role, sorted(_roles(found))):
        if made is not None:
            yield made


def _emails(found: Found) -> set[str]:
    emails = {deployed.service_account for e in found.of(Endpoint) for deployed in e.deployed_models or ()}
    emails |= {pool.service_account or None for pool in found.of(DeploymentResourcePool)}
    emails |= {job.service_account or None for job in found.of(CustomJob)}
    emails |= {account.email for instance in found.of(Instance) for account in instance.service_accounts or ()}
    return {email for email in emails if email and is_account(email)}


def _roles(found: Found) -> set[str]:
    members = {f"serviceAccount:{email}" for email in _emails(found)} | {"allUsers", "allAuthenticatedUsers"}
    policies = [policy.bindings for policy in found.of(ProjectPolicy)] + [
        bucket.bindings for bucket in found.of(Bucket)
    ]
    return {
        binding.role
        for bindings in policies
        for binding in bindings or ()
        if binding.role and any(_counts(member, members) for member in binding.members or ())
    }


def _counts(member: str, members: set[str]) -> bool:
    return member in members or member.startswith(_BY_PROJECT_ROLE) or member.endswith(_DEFAULT_COMPUTE)
