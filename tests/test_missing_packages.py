"""With one package taken out of the environment, just the features that need it fail, with a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

#: Package → what needs it. All else works without.
NEEDED_BY = {
    "boto3": {"scan aws", "s3", "upload security-hub"},
    "google.cloud.storage": {"gs"},
    "google.auth": {"scan gcp", "gs"},
    "azure.identity": {"scan azure", "az"},
    "azure.mgmt.resource.resources": {"scan azure"},
    "azure.mgmt.resource.subscriptions": {"scan azure"},
    "azure.storage.blob": {"az"},
    "dask": set(),
    "tree_sitter": {"source"},
    "tree_sitter_hcl": {"source"},
}
#: Settings that end each scan once its SDK is there, before it looks for credentials.
NOWHERE = {
    "AWS_PROFILE": "nobody",
    "MLPOSTURE_GCP_ENDPOINT": "http://cloud.northwind.example",
    "MLPOSTURE_AZURE_ENDPOINT": "http://cloud.northwind.example",
}
#: Each feature's module is imported as the product does, in a process of its own.
CODE = """
import json, sys

class Gone:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1] or name.startswith(sys.argv[1] + "."):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Gone())

from scanner.cli.commands import cli
from scanner.cli.upload_security_hub import _hubs
from scanner.collect.facade import connect
from scanner.calls.client import Calls, Manners
from scanner.model.errors import CannotScan
from scanner.objects.addresses import parse
from scanner.objects.transfer import _store
from scanner.source.hcl import parser

cli.main(["list", "checks"], standalone_mode=False)
features = {
    **{f"scan {name}": (lambda name=name: connect(name, {}, Calls(Manners()))) for name in ("aws", "gcp", "azure")},
    "source": parser,
    **{scheme: (lambda scheme=scheme: _store(parse(f"{scheme}://northwind/abc/b"))) for scheme in ("s3", "gs", "az")},
    "upload security-hub": lambda: _hubs(None, ()),
}
said = {}
for name, feature in features.items():
    try:
        feature()
    except CannotScan as error:
        said[name] = str(error)
print(json.dumps(said), file=sys.stderr)
"""


@pytest.mark.parametrize("package", NEEDED_BY)
def test_just_what_needs_a_package_fails_without_it(package: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, package],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **NOWHERE},
    )

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stderr.splitlines()[-1])
    missing = {name: text for name, text in said.items() if "pip install '.[" in text}
    assert set(missing) == NEEDED_BY[package], said
    assert all("\n" not in text for text in missing.values())
