import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.aws.names import is_aws_content, is_reserved_for, location
from checks.aws.partitions import console, partitions


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("s3://northwind-example-models/a/model.tar.gz", ("northwind-example-models", "a/model.tar.gz")),
        ("s3://northwind-example-models", ("northwind-example-models", "")),
        ("https://s3.eu-west-1.amazonaws.com/northwind-example-models/a", ("northwind-example-models", "a")),
        ("https://northwind-example-models.s3.eu-west-1.amazonaws.com/a", ("northwind-example-models", "a")),
        ("https://s3.amazonaws.com/northwind-example-models/a", ("northwind-example-models", "a")),
        ("s3://arn:aws:s3:eu-west-1:111122223333:accesspoint/models/a", None),
        ("s3://models-0a1b2c3d4e5f-s3alias/a", None),
        ("s3://models--euw1-az1--x-s3/a", None),
        ("s3://models-0a1b2c3d4e5f--ol-s3/a", None),
        ("https://models.example.com/a", None),
        ("file:///opt/ml/model", None),
        ("s3://[northwind/a", None),
        ("https://northwind-example-models.s3.dualstack.eu-west-1.amazonaws.com/a", ("northwind-example-models", "a")),
        ("https://s3.cn-north-1.amazonaws.com.cn/northwind-example-models/a", ("northwind-example-models", "a")),
        ("https://northwind-example-models.s3-fips.us-gov-west-1.amazonaws.com/a", ("northwind-example-models", "a")),
        ("https://models-111122223333.s3-accesspoint.eu-west-1.amazonaws.com/a", None),
        ("https://northwind-example-models.s3.eu-nowhere-7.amazonaws.com/a", None),
        ("s3://Northwind_Example.Models-/a/model.tar.gz", ("Northwind_Example.Models-", "a/model.tar.gz")),
        (f"s3://{'n' * 255}/a", ("n" * 255, "a")),
        (f"s3://{'n' * 256}/a", None),
        ("s3://no/a", None),
        ("s3://northwind-example-models/a b?c#d", ("northwind-example-models", "a b?c#d")),
    ],
)
def test_location(uri, expected):
    assert location(uri) == expected


@given(st.text('abC1./-@:[]?#%;"~ \té', max_size=12))
def test_a_key_is_all_that_follows_the_bucket(key):
    found = location(f"s3://northwind-example-models/{key}")
    assert found == ("northwind-example-models", key.lstrip("/"))


def test_only_names_that_aws_uses_are_content_of_aws():
    here = "us-west-2"
    assert is_aws_content("jumpstart-cache-prod-eu-west-1", here)
    assert is_aws_content("sagemaker-sample-files", here)
    assert not is_aws_content("jumpstart-cache-prod-northwind", here)
    assert is_aws_content("sagemaker-sample-data-cn-north-1", "cn-northwest-1")
    assert not is_aws_content("sagemaker-sample-data-cn-north-1", here), "there, anybody may have it"
    assert is_aws_content("sagemaker-sample-data-cn-north-1", "")
    assert not is_aws_content("sagemaker-eu-west-1-111122223333", here)
    assert not is_aws_content("sagemaker-sample-data-eu-nowhere-7", here)
    assert not is_aws_content("sagemaker-sample-data-aws-global", here)


def test_the_regional_namespace_of_an_account():
    ours, theirs, here = "111122223333", "999988887777", "us-west-2"
    assert is_reserved_for("northwind-example-models-111122223333-eu-west-1-an", ours, here)
    assert not is_reserved_for("northwind-example-models-111122223333-eu-west-1-an", theirs, here)
    assert not is_reserved_for("northwind-example-models-111122223333-eu-west-1-an", ours, "cn-north-1")
    assert not is_reserved_for("northwind-example-models-111122223333-eu-nowhere-7-an", ours, here)
    assert not is_reserved_for("northwind-example-models-111122223333-eu-west-1", ours, here)


@pytest.mark.parametrize("id", botocore.session.get_session().get_available_partitions())
def test_partitions_are_those_of_botocore(id):
    session = botocore.session.get_session()
    known = {name for name in session.get_available_regions("ec2", partition_name=id) if not name.endswith("-global")}

    assert known <= partitions()[id].regions
    assert all(session.get_partition_for_region(region) == id for region in partitions()[id].regions)


def test_the_console_of_each_partition():
    assert console("aws", "iam/home") == "https://console.aws.amazon.com/iam/home"
    assert console("aws-cn", "iam/home", "cn-north-1") == "https://cn-north-1.console.amazonaws.cn/iam/home"
    assert console("aws-us-gov", "iam/home") == "https://console.amazonaws-us-gov.com/iam/home"
    assert console("aws-iso", "iam/home") == ""
