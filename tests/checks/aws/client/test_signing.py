"""Our signatures are botocore's, byte for byte."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from unittest import mock

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from checks.aws.client.signing import Signer

PRINTABLE = st.text(string.ascii_letters + string.digits + string.punctuation + "  ", min_size=1, max_size=60)
KEYS = st.text(string.ascii_letters + string.digits + "/+=", min_size=1, max_size=60)
NAMES = st.sampled_from(["content-type", "x-amz-target", "x-amz-api-version", "accept", "amz-sdk-request"])
HOSTS = ["api.sagemaker.eu-west-1.amazonaws.com", "LOCALHOST:4566", "127.0.0.1:80", "[::1]:8443", "example.com:443"]
PATHS = ["", "/", "/a/b/", "/a//b/../c", "/pre fix/ä~", "/?b=2&a=1&a-b=3&c", "/p?x=%20y"]
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - botocore's own clock has no zone


@given(
    url=st.builds(
        "{}://{}{}".format, st.sampled_from(["http", "https"]), st.sampled_from(HOSTS), st.sampled_from(PATHS)
    ),
    names=st.tuples(st.sampled_from(["sagemaker", "sts", "ec2"]), st.sampled_from(["eu-west-1", "us-gov-east-1"])),
    keys=st.tuples(KEYS, KEYS, st.none() | PRINTABLE),
    headers=st.dictionaries(NAMES, PRINTABLE),
    body=st.binary(max_size=200),
    now=MOMENTS,
)
def test_signatures_are_those_of_botocore(url, names, keys, headers, body, now):
    service, region = names
    request = AWSRequest("POST", url, headers=dict(headers), data=body)
    with mock.patch("botocore.auth.get_current_datetime", return_value=now):
        SigV4Auth(Credentials(*keys), service, region).add_auth(request)
    theirs = {name.lower(): value for name, value in request.headers.items()}

    ours = Signer(url, service, region).sign(Credentials(*keys), headers, body, now.replace(tzinfo=UTC))

    assert {**theirs, "host": ours["host"]} == ours


@pytest.mark.parametrize("change", ["key", "day", "region", "body", "token"])
def test_whatever_is_signed_changes_the_signature(change):
    def signature(changed):
        signer = Signer("https://example.com", "sagemaker", "us-east-1" if changed == "region" else "eu-west-1")
        keys = Credentials("A", "other" if changed == "key" else "secret", "other" if changed == "token" else "token")
        now = datetime(2026, 5, 2 if changed == "day" else 1, tzinfo=UTC)
        return signer.sign(keys, {}, b"other" if changed == "body" else b"body", now)["authorization"]

    assert signature(change) != signature("nothing")
