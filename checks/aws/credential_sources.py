"""Where credentials for AWS may come from, without the SDK and without asking anybody.

In the order of botocore: https://docs.aws.amazon.com/boto3/latest/guide/credentials.html
"""

import configparser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scanner.calls.token_files import fault
from scanner.model.credentials import Source

#: What to set so that nobody asks the metadata service of a machine.
WITHOUT_METADATA = {"AWS_EC2_METADATA_DISABLED": "true"}
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_TOKEN = "AWS_WEB_IDENTITY_TOKEN_FILE"  # noqa: S105 - the name of a variable
_CONTAINER = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
#: Settings of a profile that credentials are made from.
_MAKERS = (
    *("aws_access_key_id", "role_arn", "web_identity_token_file", "sso_session", "sso_start_url"),
    *("login_session", "credential_process"),
)


def sources(environment: Mapping[str, str], home: Path, settings: Mapping[str, Any], *, metadata: bool) -> list[Source]:
    """Every place, whether it has credentials, and why not."""
    asked = settings.get("profile")
    found = [_variables(environment, asked), _web_identity(environment)]
    found += [_profile(environment, home, asked), _container(environment), _machine(environment, metadata)]
    return found


def _variables(environment: Mapping[str, str], asked: str | None) -> Source:
    there = [name for name in _KEYS if environment.get(name)]
    if asked and there:
        return Source("environment", found=False, said=f"{there[0]} is set, and --profile counts more")
    if len(there) == len(_KEYS):
        return Source("environment", found=True, said=f"{' and '.join(there)} are set")
    lacking = [name for name in _KEYS if name not in there]
    return Source("environment", found=False, said=f"{_listed(lacking)} not set")


def _web_identity(environment: Mapping[str, str]) -> Source:
    file = environment.get(_TOKEN)
    if not file:
        return Source("web identity", found=False, said=f"{_TOKEN} is not set")
    if why := fault(file):
        return Source("web identity", found=False, said=f"{_TOKEN} names {file}, which {why}")
    if not environment.get("AWS_ROLE_ARN"):
        return Source("web identity", found=False, said=f"{_TOKEN} is set, and AWS_ROLE_ARN is not")
    return Source("web identity", found=True, said=f"{_TOKEN} and AWS_ROLE_ARN are set")


def _profile(environment: Mapping[str, str], home: Path, asked: str | None) -> Source:
    name = asked or environment.get("AWS_PROFILE") or environment.get("AWS_DEFAULT_PROFILE") or "default"
    files = {
        place: environment.get(variable) or str(home / ".aws" / place)
        for place, variable in (("credentials", "AWS_SHARED_CREDENTIALS_FILE"), ("config", "AWS_CONFIG_FILE"))
    }
    known = False
    for place, file in files.items():
        try:
            sections = _sections(Path(file))
        except (OSError, configparser.Error, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "is no file of profiles"
            return Source("profile", found=False, said=f"{file}: {why}")
        section = name if place == "credentials" or name == "default" else f"profile {name}"
        if section in sections:
            known = True
            if maker := next((key for key in _MAKERS if sections[section].get(key)), None):
                return Source("profile", found=True, said=f"{name} has {maker} in {file}")
    where = f"in {files['credentials']} or {files['config']}"
    return Source("profile", found=False, said=f"{name} {'has no credentials' if known else 'is not'} {where}")


def _sections(path: Path) -> configparser.RawConfigParser:
    """The profiles of a file; none if it is not there. Raises OSError, configparser.Error, UnicodeDecodeError."""
    read = configparser.RawConfigParser(strict=False, default_section="\0")
    if path.is_file():
        read.read_string(path.read_text(encoding="utf-8"))
    return read


def _container(environment: Mapping[str, str]) -> Source:
    there = next((name for name in _CONTAINER if environment.get(name)), None)
    said = f"{there} is set" if there else f"{_listed(_CONTAINER)} not set"
    return Source("container", found=there is not None, said=said)


def _machine(environment: Mapping[str, str], metadata: bool) -> Source:
    if environment.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return Source("instance metadata", found=False, said="AWS_EC2_METADATA_DISABLED is true")
    return Source("instance metadata", found=metadata, said="asked" if metadata else "not asked; --metadata does")


def _listed(names: Sequence[str]) -> str:
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"
