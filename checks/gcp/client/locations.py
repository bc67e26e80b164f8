"""Locations of Vertex AI: those it is known to have, asked where the project's own list cannot be read, and hosts."""

from checks.gcp.names import AIPLATFORM
from scanner.model.patterns import pattern

KNOWN = (
    "africa-south1",
    "asia-east1",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
    "asia-northeast3",
    "asia-south1",
    "asia-south2",
    "asia-southeast1",
    "asia-southeast2",
    "australia-southeast1",
    "australia-southeast2",
    "europe-central2",
    "europe-north1",
    "europe-north2",
    "europe-southwest1",
    "europe-west1",
    "europe-west10",
    "europe-west12",
    "europe-west2",
    "europe-west3",
    "europe-west4",
    "europe-west6",
    "europe-west8",
    "europe-west9",
    "me-central1",
    "me-central2",
    "me-west1",
    "northamerica-northeast1",
    "northamerica-northeast2",
    "southamerica-east1",
    "southamerica-west1",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-east5",
    "us-south1",
    "us-west1",
    "us-west2",
    "us-west3",
    "us-west4",
)
#: Locations of several regions, with a host of another form.
MULTI = ("eu", "us")
_REGION = pattern(r"[a-z]+-[a-z]+\d+")
_ZONE = pattern(r"([a-z]+-[a-z]+\d+)-[a-z]")


def is_region(location: str) -> bool:
    """Whether a location can hold a project's own endpoints and jobs; `global` serves Google's models."""
    return location in MULTI or bool(_REGION.fullmatch(location))


def region_of(location: str) -> str:
    """The region of a zone; any other location as it is."""
    found = _ZONE.fullmatch(location)
    return found[1] if found else location


def host(service: str, location: str) -> str:
    """Host of a regional API for a location, as the API's discovery document lists them."""
    name, _, domain = service.partition(".")
    return f"{name}.{location}.rep.{domain}" if location in MULTI else f"{location}-{service}"


def is_regional(path: str) -> bool:
    """Whether a path is one of the API that is asked region by region."""
    name, _, domain = AIPLATFORM.partition(".")
    place = path.partition("/")[0]
    return place.endswith(AIPLATFORM) or (place.startswith(f"{name}.") and place.endswith(f".rep.{domain}"))
