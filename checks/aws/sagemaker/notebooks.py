"""Checks of SageMaker notebook instances."""

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.check import check
from scanner.model import Exposure, Severity, Verdict, failed, passed, unknown


@check(
    id="MLP-1001",
    severity=Severity.HIGH,
    objective="network-isolation",
    since="0.1.0",
    exposure=Exposure.INTERNET,
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
            return failed("direct internet access is on", direct_internet_access="Enabled")
        case "Disabled":
            return passed("direct internet access is off", direct_internet_access="Disabled")
        case _:
            return unknown("direct_internet_access")
