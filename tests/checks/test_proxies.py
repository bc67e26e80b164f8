"""A proxy that lets nothing through is what the advice is about, and its password is in no message."""

from __future__ import annotations

import os
from unittest import mock

import pytest
from commandline import mlposture
from scanning import PROVIDERS, running

PASSWORD = "s3cret-of-a-northwind-proxy"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_proxy_that_cannot_be_reached_is_named_and_its_password_is_not(provider: str) -> None:
    proxy = f"http://scanner:{PASSWORD}@127.0.0.1:1"
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), proxy)
    with running(provider):
        # What is on this machine is asked without a proxy.
        away = {
            "gcp": {"MLPOSTURE_GCP_ENDPOINT": "https://127.0.0.1:1"},
            "mlflow": {"MLPOSTURE_MLFLOW_ENDPOINT": ""},
            "lineage": {"MLPOSTURE_LINEAGE_ENDPOINT": ""},
        }
        elsewhere = away.get(provider, {})
        clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        with mock.patch.dict(os.environ, {**clean, **proxies, **elsewhere}, clear=True):
            done = mlposture("scan", provider, "--no-cache")

    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "look at the network, and at the proxy if HTTPS_PROXY names one" in done.stderr
    assert PASSWORD not in done.stderr
