"""Our addresses, and the names requests are signed with, are those of botocore's clients."""

from __future__ import annotations

import re

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader, instance_cache

from checks.aws.client.addresses import Addresses
from scanner.model.errors import CannotScan

ASKS = {
    "sagemaker": "list_models",
    "organizations": "list_accounts",
    "ec2": "describe_regions",
}
REGIONS = ("us-east-1", "eu-west-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1", "eusc-de-east-1", "xx-new-7")
CONFIG = """
[default]
endpoint_url = http://127.0.0.1:4001
services = mine
[profile plain]
[services mine]
sagemaker =
  endpoint_url = http://127.0.0.1:4002/sub/path/
"""
SETTINGS = {
    "nothing": {},
    "one address": {"AWS_ENDPOINT_URL": "http://127.0.0.1:4000"},
    "an address with a path": {"AWS_ENDPOINT_URL": "https://localhost:4000/aws/here"},
    "an address of one service": {"AWS_ENDPOINT_URL_SAGEMAKER": "https://vpce.example.com"},
    "addresses of both": {"AWS_ENDPOINT_URL": "http://[::1]:4000", "AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:1"},
    "fips": {"AWS_USE_FIPS_ENDPOINT": "true"},
    "dualstack": {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
    "fips and an address": {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://127.0.0.1:4000"},
    "a configuration file": {"AWS_CONFIG_FILE": "FILE"},
    "a file that is ignored": {"AWS_CONFIG_FILE": "FILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    "another profile": {"AWS_CONFIG_FILE": "FILE", "AWS_PROFILE": "plain"},
}


class Slim(Loader):
    """Reads models once, and without the hundreds of operations that are not called here."""

    @instance_cache
    def load_service_model(self, service_name, type_name, api_version=None):
        found = super().load_service_model(service_name, type_name, api_version)
        if type_name != "service-2":
            return found
        wanted = {name: op for name, op in found["operations"].items() if xform_name(name) in ASKS.values()}
        return {**found, "operations": wanted}


LOADER = Slim()


def session_of() -> botocore.session.Session:
    """A session for the environment as it is."""
    session = botocore.session.Session()
    session.register_component("data_loader", LOADER)
    return session


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """Sets the variables of one of SETTINGS, and no other of AWS's."""
    file = tmp_path / "config"
    file.write_text(CONFIG, encoding="utf-8")
    base = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_ACCESS_KEY_ID": "A"}

    def setting(variables):
        for name, value in {**base, "AWS_SECRET_ACCESS_KEY": "s", **variables}.items():
            monkeypatch.setenv(name, str(file) if value == "FILE" else value)

    return setting


def asked(session, service, region):
    """URL, service and region that a client of botocore would use."""
    seen = []

    def answer(request, **_):
        named = re.search(r"/\d{8}/([^/]+)/([^/]+)/aws4_request", str(request.headers["Authorization"]))
        seen.append((named[2], named[1], request.url))
        raise ConnectionError  # the answer does not matter

    client = session.create_client(service, region_name=region)
    client.meta.events.register("before-send.*", answer)
    with pytest.raises(ConnectionError):
        getattr(client, ASKS[service])()
    signed_service, signed_region, url = seen[0]
    return url, signed_service, signed_region


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("service", ASKS)
def test_services_are_found_where_botocore_finds_them(service, setting, environment):
    environment(SETTINGS[setting])
    session = session_of()
    addresses = Addresses(session)
    for region in REGIONS:
        try:
            expected = asked(session, service, region)
        except (BotoCoreError, IndexError):
            with pytest.raises(BotoCoreError):
                addresses.place(service, region)
            continue
        place = addresses.place(service, region)
        url = place.url if place.url.count("/") > 2 else place.url + "/"
        assert (url, place.service, place.region) == expected, region


@pytest.mark.parametrize("region", ["fips-us-east-1", "us-gov-west-1-fips"])
def test_names_of_fips_endpoints_pass_for_regions(region, environment):
    environment({})
    session = session_of()
    place = Addresses(session).place("sagemaker", region)

    assert (place.url + "/", place.service, place.region) == asked(session, "sagemaker", region)


def test_what_is_no_region_is_refused(environment):
    environment({})
    with pytest.raises(BotoCoreError):
        Addresses(session_of()).place("sagemaker", "evil.example.com/")


def test_what_is_no_address_is_named(environment):
    environment({"AWS_ENDPOINT_URL": "localhost:4000"})
    with pytest.raises(CannotScan, match="localhost:4000"):
        Addresses(session_of()).place("sagemaker", "eu-west-1")
