"""Checks of SageMaker notebook instances."""

from msgspec import UNSET

from checks.aws.blind_spots import KEY_MANAGER, OTHER_IDENTITIES
from checks.aws.iam.answers import NO, YES
from checks.aws.iam.policy import is_admin_seen
from checks.aws.iam.resources import Role
from checks.aws.keys import lacks
from checks.aws.names import scope_of
from checks.aws.sagemaker.resources import NotebookInstance
from checks.blind_spots import LATER_ENDS, START_SCRIPTS
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Resource, Severity, Verdict, failed, joined, not_applicable, passed, unknown
from scanner.model.views import View

_SUPPORTED_PLATFORMS = ("notebook-al2-v3", "notebook-al2023-")
_RETIRED_PLATFORMS = ("notebook-al1-", "notebook-al2-v1", "notebook-al2-v2")
#: Amazon Linux 1 and 2; the latter reached the end of its support on June 30, 2026.
_UNMAINTAINED_SYSTEMS = ("notebook-al1-", "notebook-al2-")
_MAINTAINED_SYSTEMS = ("notebook-al2023-",)
#: An instance that failed can only be deleted. A stopped one counts: it is started again as it is.
_GONE = ("Failed", "Deleting")
#: The first version of the metadata service that asks for a session token.
_WITH_TOKENS = 2


def _unless_gone(nb: NotebookInstance, verdict: Verdict) -> Verdict:
    """The verdict, unless the instance will never run again, or nobody saw whether it will."""
    if nb.status is UNSET:
        return unknown("status")
    if nb.status in _GONE:
        return not_applicable(f"the status is {nb.status}: it will not run again", status=nb.status)
    return verdict


@check(
    id="MLP-1001",
    severity=Severity.HIGH,
    objective="network-isolation",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=(),
)
def sagemaker_notebook_direct_internet_access(nb: NotebookInstance) -> Verdict:
    """Notebook instance has a direct route to the internet.

    ## Why it matters
    SageMaker attaches a network interface that leads straight to the internet, past the egress controls of your VPC.
    Code in the notebook, or a package it installs, can send training data anywhere.

    ## How to fix
    The setting cannot be changed on an existing instance. Create a new one in a subnet of your VPC with direct internet
    access off, and give the VPC an endpoint for the SageMaker API.

    Terraform: `direct_internet_access = "Disabled"` with `subnet_id` and `security_groups` on
    `aws_sagemaker_notebook_instance`. CLI: `aws sagemaker create-notebook-instance --direct-internet-access Disabled`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html
    """
    match nb.direct_internet_access:
        case "Enabled":
            return _unless_gone(nb, failed("direct internet access is on", direct_internet_access="Enabled"))
        case "Disabled":
            return passed("direct internet access is off", direct_internet_access="Disabled")
        case _:
            return unknown("direct_internet_access")


@check(id="MLP-1002", severity=Severity.HIGH, objective="network-isolation", since="0.1.0", blind_to=())
def sagemaker_notebook_outside_vpc(nb: NotebookInstance) -> Verdict:
    """Notebook instance is not attached to a subnet of your VPC.

    ## Why it matters
    Without a subnet the instance lives in a network that SageMaker owns. None of your security groups, flow logs, VPC
    endpoint policies or egress filters see what the notebook talks to.

    ## How to fix
    The network of an instance is fixed when it is made. Create a new one with a private subnet and security groups.

    Terraform: `subnet_id` and `security_groups` on `aws_sagemaker_notebook_instance`. CLI:
    `aws sagemaker create-notebook-instance --subnet-id … --security-group-ids …`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """
    if isinstance(nb.subnet_id, str):
        return passed("attached to a subnet", subnet_id=nb.subnet_id)
    if nb.subnet_id is None:
        return _unless_gone(nb, failed("not attached to a subnet", subnet_id=None))
    return unknown("subnet_id")


@check(id="MLP-1003", severity=Severity.HIGH, objective="hardened-workspaces", since="0.1.0", blind_to=(START_SCRIPTS,))
def sagemaker_notebook_root_access_enabled(nb: NotebookInstance) -> Verdict:
    """Users of the notebook instance have root access.

    ## Why it matters
    Root lets a user, or a package installed in a cell, switch off logging agents, read the credentials of other
    processes and change lifecycle scripts that run before the next user arrives.

    ## How to fix
    Stop the instance, turn root access off and start it again. Lifecycle configurations still run as root.

    Terraform: `root_access = "Disabled"` on `aws_sagemaker_notebook_instance`. CLI:
    `aws sagemaker update-notebook-instance --notebook-instance-name … --root-access Disabled`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-root-access.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """
    match nb.root_access:
        case "Enabled":
            return _unless_gone(nb, failed("users have root access", root_access="Enabled"))
        case "Disabled":
            return passed("users have no root access", root_access="Disabled")
        case _:
            return unknown("root_access")


@check(id="MLP-1004", severity=Severity.MEDIUM, objective="key-management", since="0.1.0", blind_to=(KEY_MANAGER,))
def sagemaker_notebook_volume_without_customer_key(nb: NotebookInstance) -> Verdict:
    """Storage volume of the notebook instance is not encrypted with a customer managed key.

    ## Why it matters
    The volume holds copies of training data and often credentials. Under a key that AWS manages you can neither see who
    decrypts it in your trail nor cut access by disabling the key.

    ## How to fix
    The key is chosen when the instance is made. Create a new instance with a KMS key and move the notebooks over.

    Terraform: `kms_key_id` on `aws_sagemaker_notebook_instance`. CLI:
    `aws sagemaker create-notebook-instance --kms-key-id …`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """
    if nb.kms_key_id is UNSET:
        return unknown("kms_key_id")
    if lack := lacks(nb.kms_key_id):
        return _unless_gone(nb, failed(f"the volume has {lack}", kms_key_id=nb.kms_key_id))
    return passed("the volume has a key", kms_key_id=nb.kms_key_id)


@check(
    id="MLP-1005", severity=Severity.MEDIUM, objective="vulnerability-management", since="0.1.0", blind_to=(LATER_ENDS,)
)
def sagemaker_notebook_platform_unsupported(nb: NotebookInstance) -> Verdict:
    """Notebook instance runs a platform that SageMaker no longer supports.

    Instances without a platform identifier run the first platform, on Amazon Linux 1. This asks what the AWS standard
    asks; whether the operating system below is still maintained is MLP-1008.

    ## Why it matters
    Retired notebook platforms carry a JupyterLab and libraries for which published vulnerabilities are not fixed any
    more, on a machine that holds training data and an IAM role.

    ## How to fix
    Amazon Linux 2: stop the instance, change its platform to `notebook-al2023-v1` and start it again; lifecycle scripts
    must call `dnf` instead of `yum`. Amazon Linux 1: create a new instance and move the notebooks over.

    Terraform: `platform_identifier` on `aws_sagemaker_notebook_instance`. CLI:
    `aws sagemaker update-notebook-instance --notebook-instance-name … --platform-identifier notebook-al2023-v1`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-al2.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """
    platform = nb.platform_identifier
    if platform is None or (isinstance(platform, str) and platform.startswith(_RETIRED_PLATFORMS)):
        retired = f"the platform is {platform or 'the first one'}, which is retired"
        return _unless_gone(nb, failed(retired, platform_identifier=platform))
    if isinstance(platform, str) and platform.startswith(_SUPPORTED_PLATFORMS):
        return passed(f"the platform is {platform}", platform_identifier=platform)
    return unknown("platform_identifier")


@check(
    id="MLP-1008", severity=Severity.LOW, objective="vulnerability-management", since="0.1.0", blind_to=(LATER_ENDS,)
)
def sagemaker_notebook_operating_system_unmaintained(nb: NotebookInstance) -> Verdict:
    """Notebook instance runs an operating system past the end of its support.

    Amazon Linux 2 reached the end of its support on June 30, 2026; a platform built on it may still be offered.

    ## Why it matters
    For an operating system past its end of support, nobody promises fixes. A vulnerability found tomorrow stays open
    on a machine that holds training data and the credentials of an IAM role.

    ## How to fix
    Stop the instance, change its platform to `notebook-al2023-v1` and start it again; lifecycle scripts must call `dnf`
    instead of `yum`. From Amazon Linux 1, create a new instance and move the notebooks over.

    Terraform: `platform_identifier = "notebook-al2023-v1"` on `aws_sagemaker_notebook_instance`. CLI:
    `aws sagemaker update-notebook-instance --notebook-instance-name … --platform-identifier notebook-al2023-v1`.

    ## References
    - https://aws.amazon.com/amazon-linux-2/faqs/
    - https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-al2.html
    """
    platform = nb.platform_identifier
    if platform is None or (isinstance(platform, str) and platform.startswith(_UNMAINTAINED_SYSTEMS)):
        said = f"the platform is {platform or 'the first one'}"
        return _unless_gone(nb, failed(said, platform_identifier=platform))
    if isinstance(platform, str) and platform.startswith(_MAINTAINED_SYSTEMS):
        return passed(f"the platform is {platform}", platform_identifier=platform)
    return unknown("platform_identifier")


@check(id="MLP-1006", severity=Severity.MEDIUM, objective="hardened-workspaces", since="0.1.0", blind_to=())
def sagemaker_notebook_imdsv1_allowed(nb: NotebookInstance) -> Verdict:
    """Notebook instance answers metadata requests without a session token (IMDSv1).

    An instance made without the setting allows version 1. The setting is the least version that is answered, so that
    any later one shuts version 1 out, too.

    ## Why it matters
    With version 1 of the metadata service a single forged request, from a server-side request forgery in a notebook
    extension for example, returns the credentials of the execution role.

    ## How to fix
    Stop the instance and require version 2.

    Terraform: `instance_metadata_service_configuration { minimum_instance_metadata_service_version = "2" }` on
    `aws_sagemaker_notebook_instance`. CLI: `aws sagemaker update-notebook-instance
    --instance-metadata-service-configuration MinimumInstanceMetadataServiceVersion=2`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstanceMetadataServiceConfiguration.html
    """
    match nb.minimum_imds_version:
        case str(least) if least.isascii() and least.isdigit() and int(least) >= _WITH_TOKENS:
            return passed(f"version {least} of the metadata service is required", minimum_imds_version=least)
        case "1" | None:
            version = nb.minimum_imds_version
            allowed = failed("version 1 of the metadata service is allowed", minimum_imds_version=version)
            return _unless_gone(nb, allowed)
        case _:
            return unknown("minimum_imds_version")


@check(
    id="MLP-1007",
    severity=Severity.CRITICAL,
    objective="least-privilege",
    since="0.1.0",
    needs=(Role,),
    blind_to=(OTHER_IDENTITIES,),
)
def sagemaker_notebook_role_administrative(nb: NotebookInstance, view: View) -> Verdict:
    """Notebook instance runs with an administrative role.

    Organisation policies (SCPs) are not visible to this check; they may take away what the role allows.

    ## Why it matters
    Whoever opens the notebook, and every package imported in it, acts with the role of the instance. An administrative
    role makes a Jupyter cell a root console of the whole account.

    ## How to fix
    Give the instance a role that reaches only its own data: replace `AdministratorAccess` and wildcard statements with
    the few SageMaker and S3 actions the work needs, and set a permissions boundary.

    Terraform: `role_arn` on `aws_sagemaker_notebook_instance`. CLI:
    `aws sagemaker update-notebook-instance --role-arn …` on the stopped instance.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    if not isinstance(nb.role_arn, str):
        return unknown("role_arn")
    role = view.get(Role, nb.role_arn, scope_of(nb.role_arn))
    if role is None:
        return not_applicable("the role does not exist any more", role_arn=nb.role_arn)
    if not isinstance(role, Resource):
        return unknown("Role")
    administrative = is_admin_seen(view, role)
    if administrative is YES:
        said, path = f"{role.name} is administrative", (nb.id, role.id)
        return _unless_gone(nb, failed(said, path=path, role_arn=role.id, **joined(role, "name")))
    if administrative is NO:
        return passed(f"{role.name} is not administrative", role_arn=role.id, **joined(role, "name"))
    return unknown("what the policies of the role allow", path=(nb.id, role.id))
