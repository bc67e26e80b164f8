"""Names: full resource names, buckets behind `gs://` addresses, service accounts that Google makes by default."""

from collections.abc import Mapping
from typing import Any

from scanner.model.patterns import pattern

AIPLATFORM = "aiplatform.googleapis.com"
NOTEBOOKS = "notebooks.googleapis.com"
CLOUD_MONITORING = "monitoring.googleapis.com"
CLOUD_LOGGING = "logging.googleapis.com"
DLP = "dlp.googleapis.com"
DATA_LINEAGE = "datalineage.googleapis.com"
BIGQUERY = "bigquery.googleapis.com"
DATAPLEX = "dataplex.googleapis.com"
STORAGE = "storage.googleapis.com"
IAM = "iam.googleapis.com"
PROJECTS = "cloudresourcemanager.googleapis.com"

ORG_POLICY = "orgpolicy.googleapis.com"
COMPUTE = "compute.googleapis.com"

_NAME = r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"
#: Hosts of Cloud Storage: everywhere, of a region, for downloads, with certificates of clients, and the oldest one.
_HOSTS = r"(?:storage|storage-download|storage\.mtls|storage\.[a-z0-9-]+\.rep|commondatastorage)\.googleapis\.com"
#: What stands before the name of a bucket: `gs://`, in Python also `gcs://`, the folder below which Vertex AI mounts
#: buckets, or an address of an API.
_BEFORE = (
    rf"gc?s://|(?<![\w.-])/gcs/|https?://(?:{_HOSTS}|storage\.cloud\.google\.com"
    r"|www\.googleapis\.com(?=/(?:download/)?storage/v1/b/))/(?:(?:download/)?storage/v1/b/)?"
)
_BUCKET = pattern(rf"(?:{_BEFORE})({_NAME})(?![\w.$(){{-])|https?://({_NAME})\.{_HOSTS}(?=/|$)")
_DEFAULT_ACCOUNT = pattern(r"\d+-compute@developer\.gserviceaccount\.com|[^@]+@appspot\.gserviceaccount\.com")
_ACCOUNT = pattern(r"[^@/\s]+@[a-z0-9.-]*gserviceaccount\.com")
#: Buckets and image repositories that Google publishes samples, prebuilt containers and Model Garden weights in. Whole
#: names, for anyone may make a bucket called `vertex-ai-…`; only names that begin with `google` are kept for Google.
_GOOGLE_BUCKET = pattern(
    r"cloud-samples-data(?:-us-central1)?|google-cloud-[a-z0-9._-]*"
    r"|vertex-model-garden-(?:public|restricted)-(?:asia|eu|us|us-central1)"
)
#: Projects of Google's, whose repositories nobody else may push to: `ml-pipeline` has its pipeline components, others
#: have what its teams publish for TPUs, for TFX, for builds and to evaluate models.
_GOOGLE_IMAGE = pattern(
    r"(?:(?:[a-z0-9-]+-)?docker\.pkg\.dev|(?:(?:asia|eu|us)\.)?gcr\.io)/"  # a mirror of Docker Hub is at gcr.io as well
    r"(?:cloud-aiplatform|cloud-builders|cloud-tpu-images|deeplearning-platform-release|google-samples"
    r"|google\.com/[a-z0-9-]+|ml-pipeline|tfx-oss-public|tpu-pytorch|tpu-pytorch-releases|vertex-ai|vertex-ai-restricted"
    r"|vertex-evaluation)/"
)


def full_name(service: str, name: str) -> str:
    """`//aiplatform.googleapis.com/projects/…`, as Cloud Asset Inventory spells it."""
    return f"//{service}/{name}"


def bucket_of(uri: Any) -> str | None:
    """Name of the bucket of an address in Cloud Storage (`gs://`, `https://` or a mounted path), else None."""
    found = _BUCKET.match(uri.strip()) if isinstance(uri, str) else None
    return (found[1] or found[2]) if found else None


def buckets_in(text: str) -> set[str]:
    """Names of all buckets whose addresses stand in a text, such as an argument or a script."""
    return {found[1] or found[2] for found in _BUCKET.finditer(text)}


def project_id(name: str) -> str:
    """Full name of a project, by its id."""
    return full_name(PROJECTS, f"projects/{name}")


def bucket_id(name: str) -> str:
    return full_name(STORAGE, name)


def owned_by_google(bucket: str) -> bool:
    """Whether the bucket has one of the names under which Google publishes models and samples."""
    return bool(_GOOGLE_BUCKET.fullmatch(bucket))


def nobody_may_create(bucket: str) -> bool:
    """Whether Cloud Storage keeps a name of a bucket for Google."""
    return bucket.startswith("goog") or "google" in bucket or "g00gle" in bucket


def built_by_google(image: str) -> bool:
    """Whether the container image is one that Google builds, patches and moves the tags of."""
    return bool(_GOOGLE_IMAGE.match(image))


def is_default_account(email: str) -> bool:
    """Whether a service account is the one that Compute Engine or App Engine made, for all of a project."""
    return bool(_DEFAULT_ACCOUNT.fullmatch(email))


def is_account(email: str) -> bool:
    """Whether this is the address of a service account of a customer; Google's own agents cannot be read."""
    return bool(_ACCOUNT.fullmatch(email)) and "@gcp-sa-" not in email


def account_id(email: str, project: str) -> str:
    """Full name of a service account. Default accounts do not name their project: they are taken to be of `project`."""
    domain = email.rpartition("@")[2]
    if domain.endswith(".iam.gserviceaccount.com"):
        # A project of a domain, `example.com:ml`, is there as `ml.example.com`.
        name, _, of_domain = domain.removesuffix(".iam.gserviceaccount.com").partition(".")
        project = f"{of_domain}:{name}" if of_domain else name
    elif domain == "appspot.gserviceaccount.com":
        project = email.partition("@")[0]
    return full_name(IAM, f"projects/{project}/serviceAccounts/{email}")


def with_project_id(reply: Mapping[str, Any], project: str) -> dict[str, Any]:
    """A reply with the project's number replaced by its id wherever a name in it starts with `projects/NUMBER/`.

    Vertex AI answers with numbers what was asked with ids; the reply's own name says which number is meant.
    """
    number = f"{reply['name']}/".split("/")[1]
    old, new = f"projects/{number}/", f"projects/{project}/"

    def rewritten(value: Any) -> Any:
        if isinstance(value, str):
            return new + value[len(old) :] if value.startswith(old) else value
        if isinstance(value, list):
            return [rewritten(item) for item in value]
        if isinstance(value, dict):
            return {key: rewritten(item) for key, item in value.items()}
        return value

    return {key: rewritten(value) for key, value in reply.items()}
