"""Where credentials for Azure may come from, without the SDK and without asking anybody.

In the order of DefaultAzureCredential:
https://learn.microsoft.com/en-us/python/api/azure-identity/azure.identity.defaultazurecredential
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scanner.calls.token_files import fault
from scanner.model.credentials import Source

#: What to set so that nobody asks the metadata service of a machine, where developer's tools are all there is.
WITHOUT_METADATA = {"AZURE_TOKEN_CREDENTIALS": "dev"}
_WHO = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID")
_BY = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH")
_TOKEN = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105 - the name of a variable
_MANAGED = ("IDENTITY_ENDPOINT", "MSI_ENDPOINT")
#: Names of the sources that come before the metadata service.
FIRST = ("environment", "workload identity")


def sources(
    environment: Mapping[str, str],
    home: Path,
    settings: Mapping[str, Any],  # noqa: ARG001 - as of the others
    *,
    metadata: bool,
) -> list[Source]:
    """Every place, whether it has credentials, and why not."""
    return [_variables(environment), _workload(environment), _managed(environment, metadata), _cli(environment, home)]


def _variables(environment: Mapping[str, str]) -> Source:
    lacking = [name for name in _WHO if not environment.get(name)]
    by = next((name for name in _BY if environment.get(name)), None)
    if lacking or by is None:
        names = [*lacking, *([] if by else [" or ".join(_BY)])]
        return Source("environment", found=False, said=f"not set: {', '.join(names)}")
    if by == _BY[1] and (why := fault(environment[by])):
        return Source("environment", found=False, said=f"{by} names {environment[by]}, which {why}")
    return Source("environment", found=True, said=f"{', '.join((*_WHO, by))} are set")


def _workload(environment: Mapping[str, str]) -> Source:
    file = environment.get(_TOKEN)
    if not file:
        return Source("workload identity", found=False, said=f"{_TOKEN} is not set")
    if why := fault(file):
        return Source("workload identity", found=False, said=f"{_TOKEN} names {file}, which {why}")
    lacking = [name for name in _WHO if not environment.get(name)]
    said = f"{_TOKEN} is set" + (f", and not {', '.join(lacking)}" if lacking else "")
    return Source("workload identity", found=not lacking, said=said)


def _managed(environment: Mapping[str, str], metadata: bool) -> Source:
    there = next((name for name in _MANAGED if environment.get(name)), None)
    if there:
        return Source("managed identity", found=True, said=f"{there} is set")
    said = "the metadata service is asked" if metadata else "the metadata service is not asked; --metadata does"
    return Source("managed identity", found=metadata, said=said)


def _cli(environment: Mapping[str, str], home: Path) -> Source:
    file = Path(environment.get("AZURE_CONFIG_DIR") or home / ".azure") / "azureProfile.json"
    if shutil.which("az", path=environment.get("PATH", "")) is None:
        return Source("az", found=False, said="there is no az on the PATH")
    try:
        held = json.loads(file.read_text(encoding="utf-8-sig"))
        signed_in = isinstance(held, dict) and bool(held.get("subscriptions"))
    except (OSError, ValueError, RecursionError):
        signed_in = False
    said = f"is signed in, by {file}" if signed_in else "is not signed in; run `az login`"
    return Source("az", found=signed_in, said=f"az {said}")
