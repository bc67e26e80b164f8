import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.aws.names import is_aws_content, location, object_arn


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
    ],
)
def test_location(uri, expected):
    assert location(uri) == expected


@given(st.text('ab1./-@:[]?#%;"~ \t\né', max_size=12).map("s3://abc".__add__))
def test_the_common_spelling_is_read_as_the_parser_reads_it(uri):
    assert location(uri) == location(uri.replace("s3", "S3", 1))


def test_only_names_that_aws_uses_are_content_of_aws():
    assert is_aws_content("jumpstart-cache-prod-eu-west-1")
    assert is_aws_content("sagemaker-sample-files")
    assert not is_aws_content("jumpstart-cache-prod-northwind")
    assert not is_aws_content("sagemaker-eu-west-1-111122223333")


def test_the_object_below_a_prefix():
    assert object_arn("aws", "models", "a/model.tar.gz") == "arn:aws:s3:::models/a/model.tar.gz"
    assert object_arn("aws-cn", "models", "a/") == "arn:aws-cn:s3:::models/a/object"
    assert object_arn("aws", "models", "") == "arn:aws:s3:::models/object"
