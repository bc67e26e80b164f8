"""No proxy sees what a machine is told of its own credentials."""

from __future__ import annotations

import os
from unittest import mock
from urllib.request import proxy_bypass

import pytest
from botocore.utils import get_environ_proxies

from scanner.model.proxies import keep_secrets_from_proxies


@pytest.mark.parametrize("given", ["", "northwind.example,10.0.0.1"])
def test_no_proxy_is_asked_who_a_machine_is(given: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with mock.patch.dict(os.environ, clean, clear=True):
        keep_secrets_from_proxies()
        assert "NO_PROXY" not in os.environ, "where there is no proxy, nothing is said of any"
        os.environ |= {"HTTP_PROXY": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": given}
        for _ in range(2):
            keep_secrets_from_proxies()

        machines = ("169.254.169.254", "169.254.170.2", "169.254.170.23", "[fd00:ec2::254]", "metadata.google.internal")
        for host in (*machines, *filter(None, given.split(","))):
            assert get_environ_proxies(f"http://{host}/latest/api/token") == {}, "botocore and azure-identity"
            assert proxy_bypass(host), "google-auth, through our connections"
        assert get_environ_proxies("https://sts.amazonaws.com/")
        assert os.environ["NO_PROXY"].count("169.254.169.254") == 1
