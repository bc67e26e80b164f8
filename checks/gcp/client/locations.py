"""Regions known to have Vertex AI, asked one by one when the project's own list of locations cannot be read."""

from scanner.model.patterns import pattern

KNOWN = (
    "africa-south1",
    "asia-east1",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
    "asia-northeast3",
    "asia-south1",
    "asia-southeast1",
    "asia-southeast2",
    "australia-southeast1",
    "australia-southeast2",
    "europe-central2",
    "europe-north1",
    "europe-southwest1",
    "europe-west1",
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
_REGION = pattern(r"[a-z]+-[a-z]+\d+")


def is_region(location: str) -> bool:
    """Whether a location can hold a project's own endpoints and jobs; `global`, `us` and `eu` serve Google's models."""
    return bool(_REGION.fullmatch(location))
