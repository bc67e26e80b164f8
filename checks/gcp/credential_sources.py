"""Where application default credentials of Google Cloud may come from, without the SDK and without asking anybody.

In the order of https://docs.cloud.google.com/docs/authentication/application-default-credentials
"""

import configparser
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scanner.calls.token_files import fault
from scanner.model.credentials import Source

#: What to set so that nobody asks the metadata service of a machine.
WITHOUT_METADATA = {"NO_GCE_CHECK": "true"}
_FILE = "GOOGLE_APPLICATION_CREDENTIALS"
_PROJECT = ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT")
#: What credentials in a file may be.
_TYPES = (
    *("authorized_user", "service_account", "external_account", "external_account_authorized_user"),
    *("impersonated_service_account", "gdch_service_account"),
)


def sources(environment: Mapping[str, str], home: Path, settings: Mapping[str, Any], *, metadata: bool) -> list[Source]:
    """Every place, whether it has credentials, and why not; and which project is scanned."""
    gcloud = Path(environment.get("CLOUDSDK_CONFIG") or home / ".config" / "gcloud")
    return [
        _named(environment),
        _login(gcloud),
        Source("instance metadata", found=metadata, said="asked" if metadata else "not asked; --metadata does"),
        _project(environment, gcloud, settings),
    ]


def _named(environment: Mapping[str, str]) -> Source:
    file = environment.get(_FILE)
    if not file:
        return Source("environment", found=False, said=f"{_FILE} is not set")
    if why := fault(file) or unfit(Path(file)):
        return Source("environment", found=False, said=f"{_FILE} names {file}, which {why}")
    return Source("environment", found=True, said=f"{_FILE} names {file}")


def _login(gcloud: Path) -> Source:
    file = gcloud / "application_default_credentials.json"
    if not file.is_file():
        said = f"{file} is not there; `gcloud auth application-default login` makes it"
        if (gcloud / "credentials.db").is_file():
            said += ". That gcloud itself is signed in does not count"
        return Source("gcloud", found=False, said=said)
    why = fault(str(file)) or unfit(file)
    return Source("gcloud", found=not why, said=f"{file} {why or 'is there'}")


def unfit(file: Path) -> str:
    """Why a file holds no credentials of Google's; empty if it may."""
    try:
        held = json.loads(file.read_bytes())
    except OSError:
        return "cannot be read"
    except (ValueError, RecursionError):
        return "is no JSON"
    return "" if isinstance(held, dict) and held.get("type") in _TYPES else "holds no credentials of a known type"


def _project(environment: Mapping[str, str], gcloud: Path, settings: Mapping[str, Any]) -> Source:
    """No place of credentials: which project is scanned where none is named."""
    if settings.get("projects"):
        return Source("project", found=False, said="--project is given")
    for name in _PROJECT:
        if environment.get(name):
            return Source("project", found=False, said=f"{name} is set")
    try:
        active = (gcloud / "active_config").read_text(encoding="utf-8").strip() or "default"
        read = configparser.RawConfigParser(strict=False)
        read.read_string((gcloud / "configurations" / f"config_{active}").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return Source("project", found=False, said="none is set; --project or GOOGLE_CLOUD_PROJECT names one")
    has = read.has_option("core", "project")
    said = "has one" if has else "has none; --project or GOOGLE_CLOUD_PROJECT names one"
    return Source("project", found=False, said=f"gcloud's configuration {active} {said}")
