"""The log buckets that AI systems name: what verdict each configuration gets."""

from factories.gcp import declared_log_bucket
from support import FAIL, PASS, UNKNOWN, Case


def bucket(**fields):
    return declared_log_bucket(**{"exists": True, "retention_days": 365, "lifecycle_state": "ACTIVE", **fields})


CASES = {
    "cloud_logging_declared_bucket_expires_early": [
        Case("a year", PASS, bucket()),
        Case("184 days", PASS, bucket(retention_days=184)),
        Case("30 days", FAIL, bucket(retention_days=30)),
        Case("a year, and it is being deleted", FAIL, bucket(lifecycle_state="DELETE_REQUESTED")),
        Case("a state of tomorrow", UNKNOWN, bucket(lifecycle_state="ASLEEP")),
        Case("no state", UNKNOWN, bucket(lifecycle_state=None)),
        Case("it says nothing of days", UNKNOWN, bucket(retention_days=None)),
        Case("there is no such bucket", UNKNOWN, bucket(exists=False, retention_days=None, lifecycle_state=None)),
        Case("nobody could look", UNKNOWN, declared_log_bucket()),
    ]
}
