from factories.gcp import bucket, custom_job, instance, model, own_bucket, package_pool, stored
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.storage.resources import Bucket

URI = "gs://example-fraud-models/scorer/7"
HERE = stored(URI)
NOWHERE = {"exists": False, "project": None}
MISSING = bucket(exists=False, project=None)
OF_PARTNER = ("organizations/500000000002", "projects/210987654321", "projects/example-partner-data")
FOREIGN = bucket(exists=True, project=None, shares_parent=False, owners=())
PARTNERS = bucket("example-partner", exists=True, project=None, shares_parent=False, owners=OF_PARTNER)
GONE = bucket("example-gone", exists=False, project=None)
SIBLING = bucket(exists=True, project=None, shares_parent=True, owners=())
DOMAIN = bucket("models.northwind.example", exists=False, project=None)
SCRIPT = instance(scripts=("gs://example-fraud-models/start.sh",), project_scripts=())
HTTPS = instance(scripts=("https://storage.googleapis.com/example-fraud-models/start.sh",), project_scripts=())
#: Scripts in its own metadata, which name a bucket.
NAMING = instance(scripts=(), project_scripts=(), script_buckets=("example-fraud-models",))
BOTH = instance(scripts=("gs://example-gone/x.sh",), project_scripts=(), script_buckets=("example-fraud-models",))


def job(output=None, *named, packages=()):
    pools = (package_pool("europe-docker.pkg.dev/vertex-ai/training/pytorch:latest", *packages),)
    return custom_job(output_uri=output, worker_pools=pools, container_buckets=named)


CASES = {
    "vertex_model_artifact_bucket_takeover": [
        Case("ours", PASS, HERE, own_bucket()),
        Case("missing", FAIL, HERE, MISSING),
        Case("another project's", FAIL, HERE, FOREIGN),
        Case("another project's, beside one not read", FAIL, stored(URI, "example-unread"), FOREIGN),
        Case("another project's, beside a missing one", FAIL, stored(URI, "example-gone"), FOREIGN, GONE),
        Case("a partner's", FAIL, stored("gs://example-partner/m"), PARTNERS),
        Case("two of other projects", FAIL, stored(URI, "example-partner"), FOREIGN, PARTNERS),
        Case("a sibling project's", PASS, HERE, SIBLING),
        Case("another project's, of which nothing was asked", UNKNOWN, HERE, bucket(exists=True, project=None)),
        Case("whose it is was not observed", UNKNOWN, HERE, bucket(exists=True)),
        Case("bucket not read", UNKNOWN, HERE, incomplete=(Bucket,)),
        Case("named by the container alone", FAIL, stored(None, "example-fraud-models"), MISSING),
        *(
            Case(f"missing, and kept for Google: {name}", PASS, stored(f"gs://{name}/m"), bucket(name, **NOWHERE))
            for name in ("goog-northwind-weights", "northwind-google-weights")
        ),
        Case("missing, named as a domain", UNKNOWN, stored("gs://models.northwind.example/scorer"), DOMAIN),
        Case(
            "ours, beside a missing one",
            FAIL,
            stored(URI, "example-fraud-adapters"),
            own_bucket(),
            bucket("example-fraud-adapters", exists=False, project=None),
        ),
        Case(
            "a name that sounds like Google's, but anyone may take",
            FAIL,
            stored("gs://vertex-ai-northwind-models/scorer"),
            bucket("vertex-ai-northwind-models", exists=False, project=None),
        ),
        Case("Google's samples", NOT_APPLICABLE, stored("gs://cloud-samples-data/vertex-ai/model")),
        Case("no artifact", NOT_APPLICABLE, stored(None)),
        Case("not observed", UNKNOWN, model()),
    ],
    "vertex_workbench_script_bucket_takeover": [
        Case("ours", PASS, SCRIPT, own_bucket()),
        Case("ours, by its https address", PASS, HTTPS, own_bucket()),
        Case("missing", FAIL, SCRIPT, MISSING),
        Case("missing, by its https address", FAIL, HTTPS, MISSING),
        Case("another project's", FAIL, SCRIPT, FOREIGN),
        Case("a partner's", FAIL, instance(scripts=("gs://example-partner/start.sh",), project_scripts=()), PARTNERS),
        Case("bucket not read", UNKNOWN, SCRIPT, incomplete=(Bucket,)),
        Case("a script names ours", PASS, NAMING, own_bucket()),
        Case("a script names a missing one", UNKNOWN, NAMING, MISSING),
        Case("a script names another project's", UNKNOWN, NAMING, FOREIGN),
        Case("a script names a bucket that was not read", UNKNOWN, NAMING, incomplete=(Bucket,)),
        Case("a script names a missing one, and another is in one", FAIL, BOTH, GONE, own_bucket()),
        Case("what scripts name was not observed", UNKNOWN, instance(scripts=(), script_buckets=UNSET)),
        Case("a script of its own", NOT_APPLICABLE, instance(scripts=(), project_scripts=())),
        Case(
            "the project's, missing", FAIL, instance(scripts=(), project_scripts=("gs://example-gone/boot.sh",)), GONE
        ),
        Case("ours, the project's not observed", UNKNOWN, instance(scripts=SCRIPT.scripts), own_bucket()),
        Case("missing, the project's not observed", FAIL, instance(scripts=SCRIPT.scripts), MISSING),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_custom_job_bucket_takeover": [
        Case("ours", PASS, job(URI), own_bucket()),
        Case("output to a missing one", FAIL, job(URI), MISSING),
        Case("data in a missing one", FAIL, job(None, "example-fraud-models"), MISSING),
        Case("packages in another project's", FAIL, job(packages=("gs://example-fraud-models/t.tar.gz",)), FOREIGN),
        Case("data in a partner's", FAIL, job(None, "example-partner"), PARTNERS),
        Case("bucket not read", UNKNOWN, job(URI), incomplete=(Bucket,)),
        Case("no bucket", NOT_APPLICABLE, job()),
        Case("Google's samples", NOT_APPLICABLE, job(None, "cloud-samples-data")),
        Case("not observed", UNKNOWN, custom_job()),
    ],
}
