"""Where a service answers in a region, by the rules and the configuration that botocore follows."""

import os
from collections.abc import Callable
from typing import Any

import botocore.utils
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.endpoint_provider import EndpointProvider
from botocore.session import Session
from msgspec import Struct

from scanner.model.errors import CannotScan


class Place(Struct, frozen=True):
    """The address of a service, and the names that requests to it are signed with."""

    url: str
    service: str
    region: str


class Addresses:
    """Resolves services by their rules, which are small; their models, which are not, stay unread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._loader = session.get_component("data_loader")
        self._partitions: dict[str, Any] = self._loader.load_data("partitions")

    def place(self, service: str, region: str) -> Place:
        """Raises what botocore raises for regions that are none and variants that do not exist."""
        botocore.utils.validate_region_name(region)
        given = self._given(service)
        fips = region.startswith("fips-") or region.endswith("-fips")
        region = region.replace("fips-", "").replace("-fips", "")
        setting: Callable[[str], Any] = self._session.get_config_variable
        arguments = {
            "Region": region,
            "Endpoint": given,
            "UseFIPS": not given and bool(fips or setting("use_fips_endpoint")),
            "UseDualStack": not given and bool(setting("use_dualstack_endpoint")),
        }
        provider = EndpointProvider(self._loader.load_service_model(service, "endpoint-rule-set-1"), self._partitions)
        known = provider.ruleset.parameters
        found = provider.resolve_endpoint(**{k: v for k, v in arguments.items() if k in known and v is not None})
        schemes = [scheme for scheme in found.properties.get("authSchemes", ()) if scheme["name"] == "sigv4"]
        scheme = schemes[0] if schemes else {}
        return Place(found.url, scheme.get("signingName", service), scheme.get("signingRegion", region))

    def _given(self, service: str) -> str | None:
        """The address that the environment or the configuration file gives, if any. Raises CannotScan."""
        if self._session.get_config_variable("ignore_configured_endpoint_urls"):
            return None
        found: str | None = ConfiguredEndpointProvider(
            self._session.full_config, self._session.get_scoped_config(), service, os.environ
        ).provide()
        if found and not (
            botocore.utils.is_valid_endpoint_url(found) or botocore.utils.is_valid_ipv6_endpoint_url(found)
        ):
            raise CannotScan(f"AWS: {found!r} is no address of a service; look at AWS_ENDPOINT_URL")
        return found
