from factories.gcp import endpoint, log_bucket, log_sink, machines, policy, policy_unread, pool, pooled, serving
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.iam.resources import ProjectPolicy
from checks.gcp.logging.resources import LogBucket, LogSink

SERVES = serving(dedicated_resources=machines(2))
QUIET = serving(dedicated_resources=machines(2), disable_container_logging=True)
SHARED = endpoint(deployed_models=(pooled(),))
ALONE, BELOW = policy(), policy(above=("organizations/9",))
FAR = "logging.googleapis.com/projects/example-fraud-lab/locations/global/buckets/logs"


def days(number: int | None, name: str = "_Default"):
    return log_bucket(name, retention_days=number)


DEFAULT, ML = log_sink(), log_sink("ml", "ml")
PART, OFF = log_sink("ml", "ml", takes="some"), log_sink("ml", "ml", disabled=True)
REQUIRED = log_sink("_Required", "_Required", takes="none")
ARCHIVE = log_sink("archive", destination="storage.googleapis.com/example-archive")

CASES = {
    "vertex_endpoint_logs_expire_early": [
        Case("a year", PASS, SERVES, DEFAULT, days(365), BELOW),
        Case("184 days", PASS, SERVES, DEFAULT, days(184), ALONE),
        Case("one of two sinks keeps them", PASS, SERVES, DEFAULT, days(30), ML, days(365, "ml"), BELOW),
        Case("a copy elsewhere", PASS, SERVES, DEFAULT, days(365), ARCHIVE, BELOW),
        Case("requests alone, for a month", FAIL, serving(enable_access_logging=True), DEFAULT, days(30), ALONE),
        Case("containers that are told to log nothing", NOT_APPLICABLE, QUIET, DEFAULT, days(30), ALONE),
        Case(
            "told so by their pool",
            NOT_APPLICABLE,
            SHARED,
            pool(disable_container_logging=True),
            DEFAULT,
            days(30),
            ALONE,
        ),
        Case("their pool lets them", FAIL, SHARED, pool(disable_container_logging=None), DEFAULT, days(30), ALONE),
        Case("their pool was not read", UNKNOWN, SHARED, pool(), DEFAULT, days(30), ALONE),
        Case("a tuned model of Google's, without machines", NOT_APPLICABLE, serving(), DEFAULT, days(30), ALONE),
        Case("a month", FAIL, SERVES, DEFAULT, days(30), ALONE),
        Case("180 days are no six months", FAIL, SERVES, DEFAULT, days(180), REQUIRED, days(400, "_Required"), ALONE),
        Case("the other sink is off", FAIL, SERVES, DEFAULT, days(30), OFF, days(365, "ml"), ALONE),
        Case("the other bucket is gone", FAIL, SERVES, DEFAULT, days(30), ML, ALONE),
        Case("some goes to another bucket", UNKNOWN, SERVES, DEFAULT, days(30), PART, days(365, "ml"), ALONE),
        Case("a bucket of objects", UNKNOWN, SERVES, DEFAULT, days(30), ARCHIVE, ALONE),
        Case("another project", UNKNOWN, SERVES, log_sink(destination=FAR), ALONE),
        Case("an organisation is above", UNKNOWN, SERVES, DEFAULT, days(30), BELOW),
        Case("what is above was not read", UNKNOWN, SERVES, DEFAULT, days(30), policy_unread()),
        Case("projects were not read", UNKNOWN, SERVES, DEFAULT, days(30), incomplete=[ProjectPolicy]),
        Case("the bucket does not say", UNKNOWN, SERVES, DEFAULT, days(None), ALONE),
        Case("the bucket was not read", UNKNOWN, SERVES, DEFAULT, log_bucket(), ALONE),
        Case("buckets were not read", UNKNOWN, SERVES, DEFAULT, ALONE, incomplete=[LogBucket]),
        Case("sinks were not read", UNKNOWN, SERVES, ALONE, incomplete=[LogSink]),
        Case("the endpoint was not read", UNKNOWN, endpoint()),
        Case("no sink", NOT_APPLICABLE, SERVES, REQUIRED, ALONE),
        Case("nothing is deployed", NOT_APPLICABLE, endpoint(deployed_models=None), DEFAULT, days(30), ALONE),
    ]
}
