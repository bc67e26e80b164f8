from factories.aws import allow, notebook, role, role_arn, role_with
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.iam.resources import Policy, Role

ADMIN = role_with(allow("*"), name="admin")
READER = role_with(allow("s3:GetObject", "arn:aws:s3:::northwind-example-training-data/*"), name="reader")

CASES = {
    "sagemaker_notebook_direct_internet_access": [
        Case("internet off", PASS, notebook(direct_internet_access="Disabled")),
        Case("internet on", FAIL, notebook(direct_internet_access="Enabled")),
        Case("stopped, to be started again", FAIL, notebook(direct_internet_access="Enabled", status="Stopped")),
        Case("failed for good", NOT_APPLICABLE, notebook(direct_internet_access="Enabled", status="Failed")),
        Case("being deleted", NOT_APPLICABLE, notebook(direct_internet_access="Enabled", status="Deleting")),
        Case("a value of a later API version", UNKNOWN, notebook(direct_internet_access="EnabledViaProxy")),
        Case("describe was denied", UNKNOWN, notebook()),
    ],
    "sagemaker_notebook_outside_vpc": [
        Case("in a subnet", PASS, notebook(subnet_id="subnet-0a1b2c3d4e5f60001")),
        Case("in no subnet", FAIL, notebook(subnet_id=None)),
        Case("failed for good", NOT_APPLICABLE, notebook(subnet_id=None, status="Failed")),
        Case("describe was denied", UNKNOWN, notebook()),
    ],
    "sagemaker_notebook_root_access_enabled": [
        Case("no root", PASS, notebook(root_access="Disabled")),
        Case("root", FAIL, notebook(root_access="Enabled")),
        Case("being deleted", NOT_APPLICABLE, notebook(root_access="Enabled", status="Deleting")),
        Case("a value of a later API version", UNKNOWN, notebook(root_access="OnRequest")),
        Case("describe was denied", UNKNOWN, notebook()),
    ],
    "sagemaker_notebook_volume_without_customer_key": [
        Case("a key id", PASS, notebook(kms_key_id="11111111-2222-3333-4444-555555555555")),
        Case("an alias is a key too", PASS, notebook(kms_key_id="alias/notebooks")),
        Case("no key", FAIL, notebook(kms_key_id=None)),
        Case("an empty key is none", FAIL, notebook(kms_key_id="")),
        Case("a key that AWS manages", FAIL, notebook(kms_key_id="alias/aws/sagemaker")),
        Case("being deleted", NOT_APPLICABLE, notebook(kms_key_id=None, status="Deleting")),
        Case("describe was denied", UNKNOWN, notebook()),
    ],
    "sagemaker_notebook_platform_unsupported": [
        Case("Amazon Linux 2, third platform", PASS, notebook(platform_identifier="notebook-al2-v3")),
        Case("Amazon Linux 2023", PASS, notebook(platform_identifier="notebook-al2023-v1")),
        Case("Amazon Linux 2023, second platform", PASS, notebook(platform_identifier="notebook-al2023-v2")),
        Case("Amazon Linux 2, second platform", FAIL, notebook(platform_identifier="notebook-al2-v2")),
        Case("being deleted", NOT_APPLICABLE, notebook(platform_identifier="notebook-al2-v2", status="Deleting")),
        Case("Amazon Linux 1", FAIL, notebook(platform_identifier="notebook-al1-v1")),
        Case("none named: the first", FAIL, notebook(platform_identifier=None)),
        Case("a platform of the future", UNKNOWN, notebook(platform_identifier="notebook-al2030-v1")),
        Case("describe was denied", UNKNOWN, notebook()),
    ],
    "sagemaker_notebook_operating_system_unmaintained": [
        Case("Amazon Linux 2023", PASS, notebook(platform_identifier="notebook-al2023-v1")),
        Case("Amazon Linux 2, third platform", FAIL, notebook(platform_identifier="notebook-al2-v3")),
        Case("failed for good", NOT_APPLICABLE, notebook(platform_identifier="notebook-al2-v3", status="Failed")),
        Case("Amazon Linux 1", FAIL, notebook(platform_identifier="notebook-al1-v1")),
        Case("none named: the first", FAIL, notebook(platform_identifier=None)),
        Case("a platform of the future", UNKNOWN, notebook(platform_identifier="notebook-al2030-v1")),
        Case("describe was denied", UNKNOWN, notebook()),
    ],
    "sagemaker_notebook_imdsv1_allowed": [
        Case("version 2 required", PASS, notebook(minimum_imds_version="2")),
        Case("version 1 allowed", FAIL, notebook(minimum_imds_version="1")),
        Case("failed for good", NOT_APPLICABLE, notebook(minimum_imds_version="1", status="Failed")),
        Case("not set: version 1", FAIL, notebook(minimum_imds_version=None)),
        Case("a version of the future is no version 1", PASS, notebook(minimum_imds_version="3")),
        Case("no version at all", UNKNOWN, notebook(minimum_imds_version="V2Required")),
        Case("describe was denied", UNKNOWN, notebook()),
    ],
    "sagemaker_notebook_role_administrative": [
        Case("a narrow role", PASS, notebook(role_arn=READER.id), READER),
        Case("an administrator", FAIL, notebook(role_arn=ADMIN.id), ADMIN),
        Case("failed for good", NOT_APPLICABLE, notebook(role_arn=ADMIN.id, status="Failed"), ADMIN),
        Case("the role is gone", NOT_APPLICABLE, notebook(role_arn=role_arn("gone"))),
        Case("roles were not all read", UNKNOWN, notebook(role_arn=role_arn("other")), incomplete=[Role]),
        Case("describe was denied", UNKNOWN, notebook(), ADMIN),
        Case("its policies were denied", UNKNOWN, notebook(role_arn=role_arn("dark")), role("dark")),
        Case(
            "the text of a managed policy was denied",
            UNKNOWN,
            notebook(role_arn=role_arn("half")),
            role_with(name="half", attached_policies=(Policy(name="hidden", arn="arn:aws:iam::aws:policy/Hidden"),)),
        ),
    ],
}
