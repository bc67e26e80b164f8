"""A bucket may be in another region than the one that is configured."""

from __future__ import annotations

import os

import pytest
from scanning import document, running
from worlds.aws import AwsWorld
from worlds.aws_model import AwsError

from scanner.objects.addresses import parse
from scanner.objects.transfer import check, reading, write


def test_a_bucket_in_another_region(monkeypatch: pytest.MonkeyPatch) -> None:
    class Regional(AwsWorld):
        """S3 as far as it sends who asks the wrong region away."""

        writable = ("northwind-example-frankfurt",)

        def answer_s3(self, request, name):
            if request.region != "eu-central-1":
                headers = {"x-amz-bucket-region": "eu-central-1"}
                raise AwsError(301, "PermanentRedirect", "The bucket is in another region", headers)
            return super().answer_s3(request, name)

    monkeypatch.setattr("worlds.aws.AwsWorld", Regional)
    changed = document("aws")
    changed["buckets"].append({"name": "northwind-example-frankfurt", "region": "eu-central-1"})
    with running("aws", changed) as world:
        address = "s3://northwind-example-frankfurt/x.json"
        check(parse(address))
        content = os.urandom(9 << 20)
        write(address, lambda path: path.write_bytes(content) and None)
        with reading(address) as path:
            assert path.read_bytes() == content
        away = [request for request in world.log if request.region == "eu-west-1"]
        assert 0 < len(away) <= 3  # once for each of the three, and not for each part
